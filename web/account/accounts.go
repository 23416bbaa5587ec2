package account

import (
	"errors"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/layout"
	"kagami/web/screen"
)

var accountsLink = layout.Link{Label: "アカウント管理", Address: address.Accounts}

// showAccounts lists the accounts that the actor manages. Who manages nobody's
// but their own is led there.
func (s *Screens) showAccounts(w http.ResponseWriter, r *http.Request) error {
	ctx, query := r.Context(), r.URL.Query()
	actor := screen.Actor(ctx)
	search := account.Search{Words: query.Get("q"), After: query.Get("after"), Without: query.Get("without") != ""}
	list, err := s.Accounts.Accounts(ctx, actor, search)
	if err != nil {
		return err
	}
	if len(list.Accounts) == 0 && !actor.Might(authz.ManageAccounts, authz.All) {
		return screen.GoOn(w, r, address.OwnAccount, "")
	}
	waiting, err := s.Accounts.Waiting(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, accountsPage(accountsView{
		Frame: screen.Frame(r, "アカウント管理"), Search: search, Accounts: list.Accounts, Next: list.Next, Waiting: waiting, AllTitle: s.allTitle(),
		StandsIn: actor.Reach(authz.ManageAccounts) != authz.All,
	}))
}

func (s *Screens) showAccount(w http.ResponseWriter, r *http.Request) error {
	form, err := s.accountView(r)
	if err != nil {
		return s.orOwn(w, r, err, address.OwnAccount)
	}
	return screen.Show(w, r, accountPage(form))
}

// orOwn leads who asks for their own account among those they manage, where it
// is not, to where it is.
func (s *Screens) orOwn(w http.ResponseWriter, r *http.Request, failure error, to string) error {
	if fault.KindOf(failure) != fault.NotFound {
		return failure
	}
	actor := screen.Actor(r.Context())
	person, err := s.Org.Person(r.Context(), actor, chi.URLParam(r, "staff"))
	if err != nil || person.ID != actor.Person {
		return failure
	}
	return screen.GoOn(w, r, to, "")
}

func (s *Screens) accountView(r *http.Request) (accountView, error) {
	ctx := r.Context()
	actor, number := screen.Actor(ctx), chi.URLParam(r, "staff")
	of, factors, err := s.Factors.Of(ctx, actor, number)
	if err != nil {
		return accountView{}, err
	}
	sessions, err := s.Accounts.SessionsOf(ctx, actor, number)
	if err != nil {
		return accountView{}, err
	}
	v := accountView{
		Frame: screen.Frame(r, of.Name+"さんのアカウント", accountsLink), Account: of, Ways: s.Accounts.Ways(), Factors: factors, Sessions: sessions, Own: of.Person == actor.Person,
	}
	if v.NoReset, err = whyNot(s.Accounts.AskReset(ctx, actor, of.Person)); err != nil {
		return accountView{}, err
	}
	v.NoTakeAway, err = whyNot(s.Factors.AskTakeAway(ctx, actor, of.Person))
	return v, err
}

// whyNot is the sentence of a refusal, to stand in the place of a button; empty where
// nothing is refused.
func whyNot(err error) (string, error) {
	if refusal, ok := errors.AsType[*fault.Error](err); ok && refusal.Kind == fault.Forbidden {
		return refusal.Message, nil
	}
	return "", err
}

// manageAccount does what one of the forms on somebody's page asks for.
func (s *Screens) manageAccount(w http.ResponseWriter, r *http.Request) error {
	form, err := s.accountView(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	actor, number := screen.Actor(ctx), form.StaffNumber
	act, reason, glassReason := r.PostForm.Get("act"), r.PostForm.Get("reason"), r.PostForm.Get("glass_reason")
	done := ""
	switch act {
	case "invite", "reset":
		return s.handLink(w, r, form, act)
	case "suspend":
		err, done = s.Accounts.Suspend(ctx, actor, number, reason), "suspended"
	case "resume":
		err, done = s.Accounts.Resume(ctx, actor, number, reason), "resumed"
	case "admit":
		err, done = s.Accounts.Admit(ctx, actor, number), "admitted"
	case "break-glass":
		err, done = s.Accounts.SetBreakGlass(ctx, actor, number, glassReason), "break-glass"
	case "end-break-glass":
		err, done = s.Accounts.EndBreakGlass(ctx, actor, number, glassReason), "break-glass-ended"
	case "end-sessions":
		err, done = s.Accounts.EndSessionsOf(ctx, actor, number), "sessions-ended"
	default:
		err = screen.ErrNoAct()
	}
	if form.Problems = screen.Problems(err); form.Problems != nil {
		form.Reason, form.GlassReason = reason, glassReason
		for i, problem := range form.Problems { // a page with two forms that have a reason
			if problem.Field == "reason" && strings.HasSuffix(act, "break-glass") {
				form.Problems[i].Field = "glass_reason"
			}
		}
		screen.Refuse(w, r, err, accountPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Account(number), done)
}

// handLink makes somebody's link and shows it, this once.
func (s *Screens) handLink(w http.ResponseWriter, r *http.Request, form accountView, act string) error {
	ctx := r.Context()
	var (
		link account.Link
		err  error
	)
	if act == "invite" {
		link, err = s.Accounts.Invite(ctx, screen.Actor(ctx), form.StaffNumber)
	} else {
		link, err = s.Accounts.MakeResetLink(ctx, screen.Actor(ctx), form.StaffNumber)
	}
	if form.Problems = screen.Problems(err); form.Problems != nil {
		screen.Refuse(w, r, err, accountPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	back := accountLinkOf(form.Holder)
	return screen.Show(w, r, slipsPage(s.slips(r, []account.Link{link}, accountsLink, back)))
}

// accountLinkOf leads to somebody's account.
func accountLinkOf(h account.Holder) layout.Link {
	return layout.Link{Label: h.Name + "さんのアカウント", Address: address.Account(h.StaffNumber)}
}

// slips are links to be printed and handed over. crumbs lead back.
func (s *Screens) slips(r *http.Request, links []account.Link, crumbs ...layout.Link) slipsView {
	return slipsView{
		Frame: screen.Frame(r, "リンクを渡す", crumbs...), Links: links,
		Address: func(link account.Link) string { return s.PublicURL.JoinPath(address.Invitation(link.Token)).String() },
		Back:    crumbs[len(crumbs)-1],
	}
}

// allTitle is what the page for all who have no account is called.
func (s *Screens) allTitle() string {
	if s.Accounts.Ways().SingleSignOn() {
		return "まとめてアカウントを作る"
	}
	return "まとめて招待する"
}

// askManaging asks whether somebody's account is the actor's to manage, beside their own.
func (s *Screens) askManaging(r *http.Request) error {
	return s.Accounts.AskManaging(r.Context(), screen.Actor(r.Context()))
}

func (s *Screens) showInvitations(w http.ResponseWriter, r *http.Request) error {
	form, err := s.invitationsView(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, invitationsPage(form))
}

func (s *Screens) invitationsView(r *http.Request) (invitationsView, error) {
	ctx := r.Context()
	waiting, err := s.Accounts.Waiting(ctx, screen.Actor(ctx))
	if err != nil {
		return invitationsView{}, err
	}
	admissible, err := s.Accounts.Admissible(ctx, screen.Actor(ctx))
	return invitationsView{
		Frame: screen.Frame(r, s.allTitle(), accountsLink), Waiting: waiting, Ways: s.Accounts.Ways(), Admissible: admissible,
	}, err
}

// inviteAll makes the links of all who have no account, and shows them this once.
func (s *Screens) inviteAll(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	whom := account.NotInvited
	if r.PostForm.Get("whom") == "all" {
		whom = account.Everybody
	}
	links, err := s.Accounts.InviteAll(ctx, screen.Actor(ctx), whom)
	if err != nil {
		return s.refuseAll(w, r, err)
	}
	return screen.Show(w, r, slipsPage(s.slips(r, links, accountsLink)))
}

// admitAll makes the accounts of all who have none and sign in elsewhere.
func (s *Screens) admitAll(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.Accounts.AdmitAll(r.Context(), screen.Actor(r.Context())); err != nil {
		return s.refuseAll(w, r, err)
	}
	return screen.GoOn(w, r, address.Accounts, "admitted-all")
}

// refuseAll shows the page for all who have no account again, with what was
// wrong.
func (s *Screens) refuseAll(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems := screen.Problems(refusal)
	if problems == nil {
		return refusal
	}
	form, err := s.invitationsView(r)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Refuse(w, r, refusal, invitationsPage(form))
	return nil
}
