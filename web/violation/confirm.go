package violation

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// way of confirming a violation, as its page offers it.
type confirming struct {
	title, lead string
	url         func(code string) string
	way         func(code string) []layout.Link
	done        string
	outsider    bool // it may be about a vendor's staff who is not in the organization
	system      bool // it may have happened in a system
	general     bool // the 統括 confirms it
	talk        bool // it was put right in a talk
	reported    bool
	notYours    string // where it is about somebody of whom the viewer does not confirm
}

// Whom the viewer does not confirm, and what to do.
const (
	notOwn    = "この人の違反は、あなたには確認できません。自課の職員で、あなた自身ではないことを確かめてください。ほかの課室の職員のことは、「違反の疑いを報告する」から報告してください。"
	notTheirs = "この人の違反は、あなたには確認できません。対象職員と、起きたシステムを確かめてください。あなた自身のことや、担当しないシステムのことは、「違反の疑いを報告する」から報告してください。"
)

var (
	general = confirming{
		title: "違反を確認する", done: "violation-confirm", notYours: notTheirs, outsider: true, system: true, general: true,
		lead: "違反を確認したことを記録します。統括が確認したとき（6(2)①）は、本人の課の課長（情報セキュリティ管理者）に通知し、適正な措置を求めます。情報システム管理者などが確認したとき（6(2)②）は、統括と本人の課の課長に報告します。",
		url:  func(string) string { return address.NewViolation }, way: func(string) []layout.Link { return listWay },
	}
	own = confirming{
		title: "自課の職員の違反を確認する", done: "violation-confirm", notYours: notOwn, outsider: false, system: true,
		lead: "自分の課の職員の違反を確認したことを記録します（6(2)②）。統括に報告します。その後で、指導してください。",
		url:  func(string) string { return address.OwnViolation }, way: func(string) []layout.Link { return listWay },
	}
	talk = confirming{
		title: "その場で指導し改善したことを記録する", done: "violation-talk", notYours: notOwn, talk: true,
		lead: "その場で話して改めてもらい、改善したことを確かめたときに使います。確認（6(2)②）、指導、改善の3つの手続を、一度に記録します。統括と本人に知らせます。",
		url:  func(string) string { return address.TalkViolation }, way: func(string) []layout.Link { return listWay },
	}
	reported = confirming{
		title: "違反を確認する", done: "violation-confirm", notYours: notTheirs, outsider: true, system: true, general: true, reported: true,
		lead: "報告を調べて、違反を確認したことを記録します（6(2)①）。本人の課の課長（情報セキュリティ管理者）に通知し、適正な措置を求めます。",
		url:  func(code string) string { return address.ViolationStep(code, "confirm") }, way: way,
	}
)

func (s *Screens) showNew(c confirming) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.drawNew(w, r, c, confirmed{}, nil)
	}
}

// showReported is where what was reported is confirmed.
func (s *Screens) showReported(w http.ResponseWriter, r *http.Request) error {
	o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	return s.drawNew(w, r, reported, confirmed{opened: o}, nil)
}

// confirmed is what has come of a form so far.
type confirmed struct {
	opened violation.Opened // what was reported; empty where it is confirmed at once
	sent   attachment.File
	seen   find.Foreseen // whom it is about and who will be told; empty before that is known
}

// confirm confirms a violation, once the form has shown by name whom it is about and who will be told:
// a wrong 職員番号 can't be taken back.
func (s *Screens) confirm(c confirming) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		sent, err := s.field(w, r)
		ctx, actor, form := r.Context(), screen.Actor(r.Context()), r.PostForm
		var read screen.Form
		f := violation.Finding{
			Person: form.Get("person"), Outsider: form.Get("outsider"), Company: form.Get("company"), Kind: form.Get("kind"), Section: form.Get("section"), System: form.Get("system"),
			Clauses: form.Get("clauses"), Facts: plain(form.Get("facts")), Since: read.Day("since_on", form.Get("since_on")),
			Grave: form.Get("grave") != "", OwnFinding: form.Get("own_finding") != "", Alone: form.Get("alone"),
		}
		if form.Get("shown_of") != f.Person { // the 課室 was chosen of somebody else
			f.Section = ""
		}
		if sent.Token != "" {
			f.Papers = []string{sent.Token}
		}
		so := confirmed{sent: sent}
		if c.reported {
			f.Report, f.Version = strings.ToUpper(chi.URLParam(r, "case")), read.Version(form.Get("version"))
			opened, failed := s.open(r, procedure.AsCase)
			if failed != nil {
				return failed
			}
			so.opened = opened
		}
		if err == nil {
			err = read.Err()
		}
		var talk *violation.Talk
		if c.talk {
			talk = &violation.Talk{Finding: f, Text: plain(form.Get("text")), Method: form.Get("method"), Seen: plain(form.Get("seen"))}
		}
		if err == nil {
			err = s.cases.Check(ctx, actor, f, talk)
		}
		if err == nil {
			so.seen, err = s.lists.Foresee(ctx, actor, f, c.talk)
		}
		if err != nil || form.Get("shown") != so.seen.Key() {
			return s.drawNew(w, r, c, so, err)
		}
		var code string
		if talk != nil {
			code, err = s.cases.OnTheSpot(ctx, actor, *talk)
		} else {
			code, err = s.cases.Confirm(ctx, actor, f)
		}
		if err != nil {
			return s.drawNew(w, r, c, so, err)
		}
		return screen.GoOn(w, r, address.Violation(code), c.done)
	}
}

func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, c confirming, so confirmed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if fault.KindOf(err) == fault.Forbidden && r.Method == http.MethodPost { // what was typed comes back
		problems, status, err = []fault.Problem{{Field: "person", Message: c.notYours}}, http.StatusForbidden, nil
	}
	if err != nil {
		return err
	}
	o := so.opened
	ctx := r.Context()
	of := r.URL.Query().Get("of")
	if above[of] != "" {
		at := c.url
		c.url = func(code string) string { return address.With(at(code), "of", of) }
	}
	view := newView{
		Frame: screen.Frame(r, c.title, c.way(o.Code)...), Way: c, General: c.general && (c.reported || above[of] != "" || screen.Actor(ctx).Has(authz.GeneralSecurityOfficer)),
		Opened: o, Seen: so.seen, Typed: map[string]string{}, Sent: so.sent, Problems: problems,
	}
	for name := range r.PostForm {
		view.Typed[name] = r.PostForm.Get(name)
	}
	if len(r.PostForm) == 0 {
		view.Typed["person"], view.Typed["kind"], view.Typed["own_finding"] = o.PersonNumber, "executive", ""
		if view.General && !c.reported {
			view.Typed["own_finding"] = "1"
		}
	}
	if view.Groups, err = s.lists.GroupsForPortal(ctx); err != nil {
		return err
	}
	if c.reported {
		if view.Panels, err = s.panelsOf(ctx, o); err != nil {
			return err
		}
	}
	if c.system {
		if view.Systems, err = s.lists.SystemsForPortal(ctx); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, newPage(view))
	return nil
}

// input is a field of the form.
func (p newView) input(name, label, hint, kind string, needed bool) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: p.Typed[name], Required: needed, Problems: p.Problems}
}

// system is the field of the system, which offers those of the register.
func (p newView) system() component.Input {
	input := p.input("system", "起きたシステム（管理番号）", "システムで起きたときに書きます。候補から選べます。情報システム管理者が確認するときは、必ず書きます。", "", false)
	for _, y := range p.Systems {
		input.Offers = append(input.Offers, component.Choice{Value: y.Code, Label: y.Name})
	}
	return input
}

// kinds are the kinds of people of whom it may be.
func (p newView) kinds() []component.Choice {
	var list []component.Choice
	for _, g := range p.Groups {
		if p.Way.talk && g.Vendor() {
			continue
		}
		list = append(list, component.Choice{Value: g.Key, Label: title(g)})
	}
	return list
}

func title(g authority.Group) string { return g.Title }

// about is whom it is about, in words.
func (p newView) about() string {
	words := p.Seen.Name
	if p.Seen.Number != "" {
		words += "（" + strings.TrimSpace(p.Seen.Number+"　"+p.Seen.Section) + "）"
	}
	for _, k := range p.kinds() {
		if k.Value == p.Typed["kind"] {
			words += "、" + k.Label
		}
	}
	return words
}
