// Package keeping is the screens of how long cases of violations are kept: those whose time is
// over, what holds one, its disposal, and the copy for somebody who asks to see what there is of
// them.
package keeping

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/violation"
	"kagami/internal/violation/keeping"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	keeping *keeping.Service
	cases   *violation.Service
}

// New makes the screens.
func New(kept *keeping.Service, cases *violation.Service) *Screens { return &Screens{kept, cases} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get(address.ViolationsKept, authz.ReadViolation, s.showList),
			screen.Get(address.ViolationsDisclosure, authz.ReadViolation, s.showDisclosure),
			screen.Post(address.ViolationsDisclosure, authz.ReadViolation, s.disclose).Sensitive(),
			screen.Get("/violations/{case}/keeping", authz.ReadViolation, s.showCase),
			screen.Post("/violations/{case}/keeping", authz.ReadViolation, s.hold),
			screen.Post("/violations/{case}/keeping/{hold}", authz.ReadViolation, s.lift),
			screen.Post("/violations/{case}/extend", authz.ReadViolation, s.extend),
			screen.Get("/violations/{case}/dispose", authz.ReadViolation, s.showDispose),
			screen.Post("/violations/{case}/dispose", authz.ReadViolation, s.dispose).Sensitive(),
		},
		Flashes: map[string]layout.Done{
			"violation-held":        {Heading: "廃棄を止めました", Text: "解くまで、保存期間が過ぎても、廃棄の一覧に出ません。"},
			"violation-hold-lifted": {Heading: "廃棄を止める記録を解きました", Text: "保存期間が過ぎていれば、廃棄するかどうかを決める一覧に出ます。"},
			"violation-extended":    {Heading: "保存期間を延長しました", Text: "その日が過ぎると、また一覧に出ます。"},
			"violation-disposed":    {Heading: "事案の記録を廃棄しました", Text: "結果と年度の件数だけが残りました。廃棄したことは、監査証跡に残ります。"},
		},
	}
}

var listWay = []layout.Link{{Label: "違反", Address: address.Violations}}

func way(code string) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: "事案 " + code, Address: address.Violation(code)})
}

func codeOf(r *http.Request) string { return strings.ToUpper(chi.URLParam(r, "case")) }

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	if !violation.MayLead(actor) {
		return screen.ErrNotFound()
	}
	list, err := s.keeping.Over(r.Context(), actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{Frame: screen.Frame(r, "保存期間が過ぎた事案", listWay...), List: list}))
}

func (s *Screens) showCase(w http.ResponseWriter, r *http.Request) error {
	return s.draw(w, r, "", nil)
}

// The forms of a case's page.
const (
	holding   = "hold"
	lifting   = "lift"
	extending = "extend"
)

// draw draws how long a case is kept, with what was typed into a form that was refused.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, form string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	kept, err := s.keeping.Of(r.Context(), screen.Actor(r.Context()), codeOf(r))
	if err != nil {
		return err
	}
	view := caseView{Frame: screen.Frame(r, "保存期間："+kept.Code, way(kept.Code)...), Kept: kept, Form: form, Problems: problems, Typed: map[string]string{}}
	for name := range r.PostForm {
		view.Typed[name] = r.PostForm.Get(name)
	}
	if form != holding {
		view.Typed["from_on"] = kept.Today.String()
	}
	screen.Render(w, r, status, casePage(view))
	return nil
}

// done goes back to the page of a case, or shows the form again that was refused.
func (s *Screens) done(w http.ResponseWriter, r *http.Request, form, flash string, err error) error {
	if err != nil {
		return s.draw(w, r, form, err)
	}
	return screen.GoOn(w, r, address.ViolationStep(codeOf(r), "keeping"), flash)
}

func (s *Screens) hold(w http.ResponseWriter, r *http.Request) error {
	var read screen.Form
	typed := keeping.Typed{Kind: keeping.Kind(r.PostForm.Get("kind")), From: read.Day("from_on", r.PostForm.Get("from_on")), Reason: r.PostForm.Get("reason")}
	err := read.Err()
	if err == nil {
		err = s.keeping.Hold(r.Context(), screen.Actor(r.Context()), codeOf(r), typed)
	}
	return s.done(w, r, holding, "violation-held", err)
}

func (s *Screens) lift(w http.ResponseWriter, r *http.Request) error {
	var read screen.Form
	hold := read.ID(chi.URLParam(r, "hold"))
	err := read.Err()
	if err == nil {
		err = s.keeping.Lift(r.Context(), screen.Actor(r.Context()), codeOf(r), hold, r.PostForm.Get("lifted_why"))
	}
	return s.done(w, r, lifting, "violation-hold-lifted", err)
}

func (s *Screens) extend(w http.ResponseWriter, r *http.Request) error {
	var read screen.Form
	until := read.Day("until_on", r.PostForm.Get("until_on"))
	err := read.Err()
	if err == nil {
		err = s.keeping.Extend(r.Context(), screen.Actor(r.Context()), codeOf(r), until, r.PostForm.Get("reason"))
	}
	return s.done(w, r, extending, "violation-extended", err)
}

func (s *Screens) showDispose(w http.ResponseWriter, r *http.Request) error {
	return s.drawDispose(w, r, nil)
}

func (s *Screens) drawDispose(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	kept, err := s.keeping.Of(r.Context(), screen.Actor(r.Context()), codeOf(r))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, disposePage(caseView{
		Frame: screen.Frame(r, "記録を廃棄する", way(kept.Code)...), Kept: kept, Problems: problems, Typed: map[string]string{"reason": r.PostForm.Get("reason")},
	}))
	return nil
}

func (s *Screens) dispose(w http.ResponseWriter, r *http.Request) error {
	if err := s.keeping.Dispose(r.Context(), screen.Actor(r.Context()), codeOf(r), r.PostForm.Get("reason")); err != nil {
		return s.drawDispose(w, r, err)
	}
	return screen.GoOn(w, r, address.ViolationsKept, "violation-disposed")
}

func (s *Screens) showDisclosure(w http.ResponseWriter, r *http.Request) error {
	if !violation.MayLead(screen.Actor(r.Context())) {
		return screen.ErrNotFound()
	}
	return s.drawDisclosure(w, r, nil)
}

func (s *Screens) drawDisclosure(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, disclosurePage(disclosureView{
		Frame: screen.Frame(r, "開示請求のための写しを作る", listWay...), Problems: problems, Number: r.PostForm.Get("number"), Reason: r.PostForm.Get("reason"),
	}))
	return nil
}

// disclose draws the copy at once: no address names whom it is about.
func (s *Screens) disclose(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	if !violation.MayLead(actor) {
		return screen.ErrNotFound()
	}
	d, err := s.cases.Disclose(r.Context(), actor, r.PostForm.Get("number"), r.PostForm.Get("reason"))
	if err != nil {
		return s.drawDisclosure(w, r, err)
	}
	return screen.Show(w, r, copyPage(copyView{
		Frame:      screen.Frame(r, "開示請求のための写し", append(listWay[:len(listWay):len(listWay)], layout.Link{Label: "写しを作る", Address: address.ViolationsDisclosure})...),
		Disclosure: d, Reason: strings.TrimSpace(r.PostForm.Get("reason")), By: actor.Name, Today: screen.Today(r.Context()),
	}))
}

func kinds() []component.Choice {
	var list []component.Choice
	for _, k := range keeping.Kinds() {
		list = append(list, component.Choice{Value: string(k), Label: k.Title()})
	}
	return list
}

// until says through which day a case is kept, and why.
func (p caseView) until() string {
	switch {
	case p.ClosedAt == nil:
		return "まだ終わっていないので、保存期間は始まっていません。"
	case p.LastOn.IsZero():
		return "終わりを定めていません。この結果の記録は、ひとりでに廃棄の一覧に出ることはありません。"
	case p.LastOn.Before(p.Today):
		return calendar.Wareki(p.LastOn) + "までで、過ぎています。"
	}
	return calendar.Wareki(p.LastOn) + "までです。過ぎると、廃棄するかどうかを決める一覧に出ます。"
}

// rule is by what the days are reckoned.
func (p caseView) rule() string {
	if p.Period.Outcome == "" {
		return "保存期間の表に、この結果の行がありません"
	}
	return p.Period.Class + "、" + p.Period.Outcome.Title() + "、" + p.Period.Start.Title() + "から" + yearsWords(p.Period.Years)
}
