package rights

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/rights"
	"kagami/web/component"
	"kagami/web/screen"
)

// typed is what somebody has typed of what they ask for.
type typed struct {
	rights.Asking
	From, Until string // days
}

func readTyped(r *http.Request) (typed, error) {
	form := r.PostForm
	t := typed{
		Asking: rights.Asking{System: form.Get("system"), Person: form.Get("person"), Details: rights.Details{Kind: rights.Kind(form.Get("kind"))}},
		From:   form.Get("from_on"), Until: form.Get("until_on"),
	}
	for _, f := range rights.Fields {
		f.Set(&t.Details, strings.ReplaceAll(form.Get(f.Key), "\r\n", "\n"))
	}
	var read screen.Form
	t.Details.From, t.Details.Until = read.Day("from_on", t.From), read.Day("until_on", t.Until)
	return t, read.Err()
}

func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	return s.drawNew(w, r, typed{
		Asking: rights.Asking{System: asked.Get("system"), Person: asked.Get("person"), Details: rights.Details{Kind: rights.General}}, From: screen.Today(r.Context()).String(),
	}, nil)
}

func (s *Screens) ask(w http.ResponseWriter, r *http.Request) error {
	t, err := readTyped(r)
	var code string
	if err == nil {
		code, err = s.rights.Ask(r.Context(), screen.Actor(r.Context()), t.Asking)
	}
	if err != nil {
		return s.drawNew(w, r, t, err)
	}
	return screen.GoOn(w, r, address.Right(code), "right-ask")
}

func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	systems, err := s.rights.Offered(ctx, actor)
	if err != nil {
		return err
	}
	colleagues, err := s.rights.Colleagues(ctx, actor)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, formPage(formView{
		Frame: screen.Frame(r, "利用権限を申請する", listWay...), Typed: t, Systems: systems, Colleagues: colleagues, Problems: problems,
	}))
	return nil
}

// text is the field of a text.
func (p formView) text(key, hint string, needed bool) component.Input {
	f := rights.Fields[slices.IndexFunc(rights.Fields, func(f rights.Field) bool { return f.Key == key })]
	return component.Input{Name: key, Label: f.Title, Hint: hint + strconv.Itoa(f.Most) + "字まで。", Value: f.Text(p.Typed.Details), Required: needed, Problems: p.Problems}
}

// day is the field of a day.
func (p formView) day(key, label, hint, value string, needed bool) component.Input {
	return component.Input{Name: key, Label: label, Hint: hint, Type: "date", Value: value, Required: needed, Problems: p.Problems}
}

func (p formView) systems() []component.Choice {
	var list []component.Choice
	for _, y := range p.Systems {
		list = append(list, component.Choice{Value: y.Code, Label: y.Name + "（" + y.SectionName + "）"})
	}
	return list
}

// grades are what is offered of the chosen system, or of all of them.
func (p formView) grades() []component.Choice {
	var list []component.Choice
	seen := map[string]bool{}
	for _, y := range p.Systems {
		if p.Typed.System != "" && p.Typed.System != y.Code {
			continue
		}
		for _, g := range y.Grades {
			if !seen[g] {
				seen[g] = true
				list = append(list, component.Choice{Value: g, Label: y.Name})
			}
		}
	}
	return list
}

func (p formView) people() []component.Choice {
	list := []component.Choice{}
	for _, c := range p.Colleagues {
		list = append(list, component.Choice{Value: c.StaffNumber, Label: c.Name + "（" + c.Post + "）"})
	}
	return list
}

func kinds() []component.Choice {
	var list []component.Choice
	for _, k := range rights.Kinds() {
		list = append(list, component.Choice{Value: string(k), Label: k.Title() + kindHints[k]})
	}
	return list
}

var kindHints = map[rights.Kind]string{
	rights.General:     "（ふだんの仕事で使う）",
	rights.Privileged:  "（設定を変える、利用者を作るなど）",
	rights.Shared:      "（1つの利用者IDを、何人かで使う）",
	rights.Maintenance: "（委託先などが保守に使う。期限が要る）",
}

// showSettings shows what is said of a system in the ledger.
func (s *Screens) showSettings(w http.ResponseWriter, r *http.Request) error {
	y, err := s.system(r)
	if err == nil { // who sees its rights and can't set it is shown no form that refuses them
		_, err = authz.Check(screen.Actor(r.Context()), authz.PermitRights, authz.Matter{SystemsSection: y.Section})
	}
	if err != nil {
		return err
	}
	return s.drawSettings(w, r, y, rights.Setting{Everywhere: y.Everywhere, Portal: y.Portal, Grades: y.Grades, Version: y.Version}, nil)
}

func (s *Screens) system(r *http.Request) (rights.System, error) {
	return s.rights.FindSystem(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
}

func (s *Screens) set(w http.ResponseWriter, r *http.Request) error {
	y, err := s.system(r)
	if err != nil {
		return err
	}
	var read screen.Form
	e := rights.Setting{
		Everywhere: r.PostForm.Get("everywhere") != "", Portal: r.PostForm.Get("portal") != "", Version: read.Version(r.PostForm.Get("version")),
		Grades: strings.Split(strings.ReplaceAll(r.PostForm.Get("grades"), "\r\n", "\n"), "\n"),
	}
	if !mayPortal(r) {
		e.Portal = y.Portal // its field was not there
	}
	if err := s.rights.SetSystem(r.Context(), screen.Actor(r.Context()), y.Code, e); err != nil {
		return s.drawSettings(w, r, y, e, err)
	}
	return screen.GoOn(w, r, address.SystemRights(y.Code), "right-system")
}

func (s *Screens) drawSettings(w http.ResponseWriter, r *http.Request, y rights.System, e rights.Setting, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, settingsPage(settingsView{
		Frame: screen.Frame(r, y.Name+"の設定", append(systemsWay[:len(systemsWay):len(systemsWay)], link(y))...), System: y, Typed: e, MayPortal: mayPortal(r), Problems: problems,
	}))
	return nil
}

// mayPortal tells whether the actor may say which system is this portal.
func mayPortal(r *http.Request) bool {
	_, may := screen.Actor(r.Context()).May(authz.KeepConnectors, authz.Matter{})
	return may
}
