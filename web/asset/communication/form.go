package communication

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset/communication"
	"kagami/internal/fault"
	"kagami/internal/record"
	"kagami/web/component"
	"kagami/web/screen"
)

// typed is what somebody has typed of a communication.
type typed struct {
	communication.Details
	Section string // its code
	Since   string // a day
	Why     string
	Version int
}

// readTyped reads the form; an error says which day is none.
func readTyped(r *http.Request) (typed, error) {
	form := r.PostForm
	t := typed{Section: form.Get("section"), Since: form.Get("since"), Why: form.Get("why")}
	for _, f := range communication.Fields {
		f.Set(&t.Details, strings.ReplaceAll(form.Get(f.Key), "\r\n", "\n"))
	}
	t.Direction, t.Safeguard = communication.Direction(form.Get("direction")), communication.Safeguard(form.Get("safeguard"))
	var read screen.Form
	t.Version = read.Version(form.Get("version"))
	t.Details.Since = read.Day("since", t.Since)
	return t, read.Err()
}

func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	var t typed
	if code := r.URL.Query().Get("asset"); code != "" {
		of, err := s.register.Find(r.Context(), screen.Actor(r.Context()), code)
		if err != nil {
			return err
		}
		t.Section, t.Asset = of.SectionCode, of.Code
	}
	return s.drawNew(w, r, t, nil)
}

func (s *Screens) registerNew(w http.ResponseWriter, r *http.Request) error {
	t, err := readTyped(r)
	if err != nil {
		return s.drawNew(w, r, t, err)
	}
	code, err := s.communications.Register(r.Context(), screen.Actor(r.Context()), t.Section, t.Details)
	if err != nil {
		return s.drawNew(w, r, t, err)
	}
	return screen.GoOn(w, r, address.Communication(code), "communication-registered")
}

// drawNew shows the form of a new communication.
func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	scheme, err := s.communications.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	sections, err := s.register.Sections(ctx, actor)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, formPage(formView{
		Frame: screen.Frame(r, "領域間の通信を登録する", listWay...), Address: address.NewCommunication, Typed: t, Scheme: scheme, Sections: sections, Problems: problems,
	}))
	return nil
}

func (s *Screens) showEdit(w http.ResponseWriter, r *http.Request) error {
	c, err := s.changeable(r)
	if err != nil {
		return err
	}
	return s.drawEdit(w, r, c, typed{Details: c.Details, Since: columnOf("since").Text(c.Details), Version: c.Version}, nil)
}

func (s *Screens) change(w http.ResponseWriter, r *http.Request) error {
	c, err := s.changeable(r)
	if err != nil {
		return err
	}
	t, err := readTyped(r)
	if err == nil {
		err = s.communications.Change(r.Context(), screen.Actor(r.Context()), c.Code, t.Version, t.Details, t.Why)
	}
	now, failure := s.communication(r)
	switch {
	case failure != nil:
		return failure
	case err != nil:
		return s.drawEdit(w, r, now, t, err)
	case now.Version == t.Version:
		return screen.GoOn(w, r, address.Communication(c.Code), "communication-same")
	}
	return screen.GoOn(w, r, address.Communication(c.Code), "communication-changed")
}

// drawEdit shows the form of a change. Where somebody else has changed the communication
// since it was opened, it shows what stands there now beside what was typed, and goes on
// from the newer version.
func (s *Screens) drawEdit(w http.ResponseWriter, r *http.Request, now communication.Communication, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	scheme, err := s.communications.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	view := formView{
		Frame: screen.Frame(r, now.Name+"を変更する", way(now)...), Address: address.CommunicationEdit(now.Code), Typed: t, Scheme: scheme, Of: now, Problems: problems,
	}
	if fault.KindOf(refusal) == fault.Conflict && t.Version != now.Version {
		history, err := s.communications.History(ctx, actor, now.Code)
		if err != nil {
			return err
		}
		view.Newer = record.Overtake(communication.Fields, history, t.Version,
			func(f communication.Field) string { return f.Text(now.Details) }, func(f communication.Field) string { return f.Text(t.Details) })
		view.Typed.Version = now.Version
	}
	screen.Render(w, r, status, formPage(view))
	return nil
}

func columnOf(key string) communication.Field {
	return communication.Fields[slices.IndexFunc(communication.Fields, func(f communication.Field) bool { return f.Key == key })]
}

// input is the field of a column, headed as the column is; its hint says how much may be
// written.
func (p formView) input(key, hint string) component.Input {
	f := columnOf(key)
	if f.Most > 0 {
		hint += strconv.Itoa(f.Most) + "字まで。"
	}
	value := f.Text(p.Typed.Details)
	if key == "since" {
		value = p.Typed.Since
	}
	return component.Input{Name: key, Label: f.Title, Hint: hint, Value: value, Problems: p.Problems}
}

// needed is input for what has to be filled in.
func (p formView) needed(key, hint string) component.Input {
	i := p.input(key, hint)
	i.Required = true
	return i
}

// day is input for a day.
func (p formView) day(key, hint string) component.Input {
	i := p.input(key, hint)
	i.Type = "date"
	return i
}

// listedWithBasis are the 特定通信 to choose from, each with its basis and its zone; the
// first is none.
func (p formView) listedWithBasis() []component.Choice {
	list := []component.Choice{{Value: "", Label: "特定通信ではない"}}
	for _, l := range p.Scheme.Listed {
		list = append(list, component.Choice{Value: l.Key, Label: l.Title + "：" + l.Basis + "（" + p.Scheme.Between(l) + "）"})
	}
	return list
}
