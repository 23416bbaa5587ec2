package referral

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
	"kagami/web/component"
	"kagami/web/screen"
)

// Panel is what the page of a case shows of it to an actor who has opened that; nothing where they learn
// nothing of it.
func (s *Screens) Panel(ctx context.Context, actor authz.Actor, o violation.Opened) (templ.Component, error) {
	l, err := s.referrals.Of(ctx, actor, o)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return templ.NopComponent, nil
	case err != nil:
		return nil, err
	case len(l.Referrals) == 0 && !l.OnlyEnd && (o.Referral != procedure.EventRefer || len(l.Candidates) == 0):
		return templ.NopComponent, nil
	}
	return panel(listView{Listed: l, Code: o.Code}), nil
}

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	code := strings.ToUpper(chi.URLParam(r, "case"))
	l, err := s.referrals.List(r.Context(), screen.Actor(r.Context()), code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{Frame: screen.Frame(r, "懲戒審査", listWay(code)...), Listed: l, Code: code}))
}

func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	return s.drawNew(w, r, referral.Proposal{}, nil)
}

func (s *Screens) propose(w http.ResponseWriter, r *http.Request) error {
	form, code := r.PostForm, strings.ToUpper(chi.URLParam(r, "case"))
	var read screen.Form
	p := referral.Proposal{
		Whom: form.Get("whom"), Kind: form.Get("kind"), On: read.Day("on", form.Get("on")), Number: form.Get("number"),
		Reason: plain(form.Get("reason")), Alone: form.Get("alone"),
	}
	made, err := "", read.Err()
	if err == nil {
		made, err = s.referrals.Propose(r.Context(), screen.Actor(r.Context()), code, p)
	}
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	o, err := s.referrals.Open(r.Context(), screen.Actor(r.Context()), code, made, procedure.AsCase)
	if err != nil {
		return err
	}
	done := "referral-propose"
	if o.State == referral.Recorded {
		done = "referral-record"
	}
	return screen.GoOn(w, r, address.Referral(code, made), done)
}

// drawNew shows the form by which somebody is proposed.
func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, p referral.Proposal, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	code, actor := strings.ToUpper(chi.URLParam(r, "case")), screen.Actor(r.Context())
	l, err := s.referrals.List(r.Context(), actor, code)
	if err != nil {
		return err
	}
	groups, err := s.referrals.GroupsForPortal(r.Context())
	if err != nil {
		return err
	}
	v := newView{
		Frame: screen.Frame(r, "懲戒審査を具申する", way(code)...), Code: code, Listed: l, Groups: groups, Typed: p, Problems: problems,
		On: r.PostForm.Get("on"), Alone: l.Case.Seats.General.Alone, Referred: l.Case.Referral == procedure.EventRefer,
	}
	if refusal == nil { // the person's kind was said where the violation was confirmed
		v.On = l.Today.String()
		if len(l.Candidates) > 0 {
			v.Typed.Whom = l.Candidates[0].Number
		}
		if slices.ContainsFunc(groups, func(g authority.Group) bool { return g.Key == l.Case.Kind }) {
			v.Typed.Kind = l.Case.Kind
		}
	}
	screen.Render(w, r, status, newPage(v))
	return nil
}

// plain is a text of a form with the ends of lines as they are kept.
func plain(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

func (v newView) input(name, label, hint, kind, value string) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: value, Problems: v.Problems}
}
