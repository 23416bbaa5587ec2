package portal

import (
	"fmt"
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showHome(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	readings, err := p.Policy.Readings(ctx, actor)
	if err != nil {
		return err
	}
	h := page.Home{Frame: screen.Frame(r, "ホーム"), Name: actor.Name, Today: screen.Today(r.Context())}
	for _, reading := range readings {
		if reading.Wanting() {
			h.Unread = append(h.Unread, reading)
		}
	}
	slices.SortStableFunc(h.Unread, func(a, b policy.Reading) int { return byDeadline(a.DueOn, b.DueOn) })
	if h.Drafts, err = p.Draft.Drafts(ctx, actor); err != nil {
		return err
	}
	if h.Imports, err = p.Draft.Imports(ctx, actor); err != nil {
		return err
	}
	if h.Coverage, err = p.coverage(r, readings); err != nil {
		return err
	}
	if h.Chores, err = p.chores(r); err != nil {
		return err
	}
	if h.Notices, h.UnseenNotices, err = p.Notices.Unseen(ctx, actor); err != nil {
		return err
	}
	return screen.Show(w, r, page.HomePage(h))
}

// byDeadline orders the earlier day first, and what has none last.
func byDeadline(a, b calendar.Date) int {
	switch {
	case a.IsZero() == b.IsZero():
		return a.Compare(b)
	case a.IsZero():
		return 1
	}
	return -1
}

// chores are what was done to the actor's own account, and what keeps the
// organization and the accounts whole, for who may.
func (p *Portal) chores(r *http.Request) ([]page.Chore, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	decisions, err := p.Accounts.Decisions(ctx, actor)
	if err != nil {
		return nil, err
	}
	chores := page.AccountChores(decisions)
	if mayChangeOrganization(actor) {
		gaps, err := p.Org.Gaps(ctx, actor, screen.Today(r.Context()))
		if err != nil {
			return nil, err
		}
		chores = append(chores, page.OrganizationChores(gaps)...)
	}
	if actor.Reach(authz.ManageAccounts) == authz.All {
		waiting, err := p.Accounts.Waiting(ctx, actor)
		if err != nil {
			return nil, err
		}
		if n := waiting.All - waiting.Invited; n > 0 {
			chores = append(chores, page.Chore{
				What: "アカウントの招待を作る", Why: fmt.Sprintf("まだ招待していない職員が%d人います。", n), Act: "招待を作る", Address: address.Invitations,
			})
		}
	}
	return chores, nil
}

// coverage is the state of each 基本方針 for who may see it; the other documents
// have pages of their own.
func (p *Portal) coverage(r *http.Request, readings []policy.Reading) ([]acknowledge.Coverage, error) {
	actor := screen.Actor(r.Context())
	if actor.Reach(authz.SeeAcknowledgements) == authz.None {
		return nil, nil
	}
	var list []acknowledge.Coverage
	for _, reading := range readings {
		if reading.Kind != policy.Basic {
			continue
		}
		c, err := p.Acknowledge.Coverage(r.Context(), actor, reading.Code, 0)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}
