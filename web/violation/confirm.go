package violation

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
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
}

var (
	general = confirming{
		title: "違反を確認する", done: "violation-confirm", outsider: true, system: true, general: true,
		lead: "違反を確認したことを記録します。統括が確認したとき（6(2)①）は、本人の課の課長（情報セキュリティ管理者）に通知し、適正な措置を求めます。情報システム管理者などが確認したとき（6(2)②）は、統括と本人の課の課長に報告します。",
		url:  func(string) string { return address.NewViolation }, way: func(string) []layout.Link { return listWay },
	}
	own = confirming{
		title: "自課の職員の違反を確認する", done: "violation-confirm", outsider: false, system: true,
		lead: "自分の課の職員の違反を確認したことを記録します（6(2)②）。統括に報告します。その後で、指導してください。",
		url:  func(string) string { return address.OwnViolation }, way: func(string) []layout.Link { return listWay },
	}
	talk = confirming{
		title: "その場で指導し改善したことを記録する", done: "violation-talk", talk: true,
		lead: "その場で話して改めてもらい、改善したことを確かめたときに使います。確認（6(2)②）、指導、改善の3つの手続を、一度に記録します。統括と本人に知らせます。",
		url:  func(string) string { return address.TalkViolation }, way: func(string) []layout.Link { return listWay },
	}
	reported = confirming{
		title: "違反を確認する", done: "violation-confirm", outsider: true, system: true, general: true, reported: true,
		lead: "報告を調べて、違反を確認したことを記録します（6(2)①）。本人の課の課長（情報セキュリティ管理者）に通知し、適正な措置を求めます。",
		url:  func(code string) string { return address.ViolationStep(code, "confirm") }, way: way,
	}
)

func (s *Screens) showNew(c confirming) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.drawNew(w, r, c, violation.Opened{}, attachment.File{}, nil)
	}
}

// showReported is where what was reported is confirmed.
func (s *Screens) showReported(w http.ResponseWriter, r *http.Request) error {
	o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	return s.drawNew(w, r, reported, o, attachment.File{}, nil)
}

func (s *Screens) confirm(c confirming) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		sent, err := s.field(w, r)
		form := r.PostForm
		var read screen.Form
		f := violation.Finding{
			Person: form.Get("person"), Outsider: form.Get("outsider"), Company: form.Get("company"), Kind: form.Get("kind"), Section: form.Get("section"), System: form.Get("system"),
			Clauses: form.Get("clauses"), Facts: plain(form.Get("facts")), Since: read.Day("since_on", form.Get("since_on")),
			Grave: form.Get("grave") != "", OwnFinding: form.Get("own_finding") != "", Alone: form.Get("alone"),
		}
		if sent.Token != "" {
			f.Papers = []string{sent.Token}
		}
		var o violation.Opened
		if c.reported {
			f.Report, f.Version = strings.ToUpper(chi.URLParam(r, "case")), read.Version(form.Get("version"))
			opened, failed := s.open(r, procedure.AsCase)
			if failed != nil {
				return failed
			}
			o = opened
		}
		if err == nil {
			err = read.Err()
		}
		var code string
		if err == nil {
			code, err = s.confirmOr(r, c, f)
		}
		if err != nil {
			return s.drawNew(w, r, c, o, sent, err)
		}
		return screen.GoOn(w, r, address.Violation(code), c.done)
	}
}

// confirmOr confirms, or records the talk in which it was put right too.
func (s *Screens) confirmOr(r *http.Request, c confirming, f violation.Finding) (string, error) {
	ctx, actor, form := r.Context(), screen.Actor(r.Context()), r.PostForm
	if c.talk {
		return s.cases.OnTheSpot(ctx, actor, violation.Talk{Finding: f, Text: plain(form.Get("text")), Method: form.Get("method"), Seen: plain(form.Get("seen"))})
	}
	return s.cases.Confirm(ctx, actor, f)
}

func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, c confirming, o violation.Opened, sent attachment.File, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if of := r.URL.Query().Get("of"); above[of] != "" {
		at := c.url
		c.url = func(code string) string { return address.With(at(code), "of", of) }
	}
	view := newView{Frame: screen.Frame(r, c.title, c.way(o.Code)...), Way: c, Opened: o, Typed: map[string]string{}, Sent: sent, Problems: problems}
	for name := range r.PostForm {
		view.Typed[name] = r.PostForm.Get(name)
	}
	if len(r.PostForm) == 0 {
		view.Typed["person"], view.Typed["kind"], view.Typed["own_finding"] = o.PersonNumber, "executive", ""
		if c.general && !c.reported {
			view.Typed["own_finding"] = "1"
		}
	}
	if view.Groups, err = s.cases.GroupsForPortal(ctx); err != nil {
		return err
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

// tells says who will be told of it.
func (p newView) tells() []procedure.Telling {
	if p.Way.talk || !p.Way.general {
		return procedure.Tells(procedure.EventConfirmOther, true)
	}
	return procedure.Tells(procedure.EventConfirm, true)
}
