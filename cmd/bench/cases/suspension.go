package cases

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/sample"
	"kagami/internal/violation"
	"kagami/internal/violation/bars"
	"kagami/internal/violation/procedure"
)

const (
	mostSuspended = 12
	outLimit      = 50 * time.Millisecond // from the commit until both portals have refused
)

// Suspension measures, of one person after the other who is signed in on two portals, whether a
// suspension by a case holds for the very next request on each, and how long the two take that are
// refused.
func Suspension(ctx context.Context, _ string) ([]figure.Figure, error) {
	return portal.On(ctx, func(t *portal.Town) ([]figure.Figure, error) {
		var pages []*httptest.Server
		for range 2 {
			ground, err := portal.NewGround(t.Pool)
			if err != nil {
				return nil, err
			}
			page, stop, err := (&portal.Town{Ground: ground}).Serve()
			if err != nil {
				return nil, err
			}
			defer stop()
			pages = append(pages, page)
		}
		cases := violation.New(t.Pool, t.Door, bar.New(t.Pool, t.Door, rights.New(t.Pool, t.Door, rights.Ties{}), bar.Ties{Out: t.Accounts.Bar, KeepOut: t.Accounts.KeepOut, Owned: bars.Owned}))
		var (
			through, suspended int
			slowest            time.Duration
		)
		for _, who := range t.Logins {
			if suspended == mostSuspended {
				break
			}
			if free, err := staff(ctx, t, who); err != nil || !free {
				if err != nil {
					return nil, err
				}
				continue
			}
			suspend, err := guided(ctx, t, cases, who)
			if err != nil {
				return nil, fmt.Errorf("guiding somebody in vain: %w", err)
			}
			cookies, err := signIns(ctx, pages, who)
			if err != nil {
				return nil, err
			}
			if err := suspend(); err != nil {
				return nil, err
			}
			suspended++
			committed := time.Now()
			for i, page := range pages {
				status, err := ask(ctx, page.URL+"/assets", cookies[i])
				if err != nil {
					return nil, err
				}
				if status == http.StatusOK {
					through++
				}
			}
			slowest = max(slowest, time.Since(committed))
		}
		if suspended < mostSuspended {
			return nil, fmt.Errorf("only %d people could be suspended", suspended)
		}
		return []figure.Figure{
			{Name: "suspension", Ratio: float64(through), Limit: 0, Detail: fmt.Sprintf("%d of %d requests got through right after the commit of a suspension by a case, on two portals", through, suspended*len(pages))},
			{Name: "suspension-ms", Ratio: slowest.Seconds() / outLimit.Seconds(), Limit: 1, Detail: fmt.Sprintf("the slowest two refusals after a commit in %v, limit %v", slowest.Round(time.Millisecond/10), outLimit)},
		}, nil
	})
}

// staff tells whether somebody is staff without a role of whom there is no case.
func staff(ctx context.Context, t *portal.Town, who sample.Account) (bool, error) {
	actor, err := t.Org.ActorOn(ctx, who.Person, calendar.Day(time.Now()))
	if err != nil || actor.Has(authz.SecurityManager) || actor.Has(authz.CISO) || actor.Has(authz.CIO) || actor.Has(authz.GeneralSecurityOfficer) {
		return false, err
	}
	var free bool
	err = t.Pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM violation_case WHERE person_id = $1) AND NOT EXISTS (SELECT FROM right_bar WHERE person_id = $1)`, who.Person).Scan(&free)
	return free, err
}

// guided is a case of somebody who was guided in vain and does not answer, up to what suspends them.
func guided(ctx context.Context, t *portal.Town, cases *violation.Service, who sample.Account) (suspend func() error, err error) {
	today := calendar.Day(time.Now())
	general, err := t.Org.ActorOn(ctx, t.Logins[2].Person, today)
	if err != nil {
		return nil, err
	}
	code, err := cases.Confirm(ctx, general, violation.Finding{Person: who.StaffNumber, Kind: "executive", Clauses: "5(2)", Facts: "計測", Since: today})
	if err != nil {
		return nil, err
	}
	opened, err := cases.Open(ctx, general, code, procedure.AsCase)
	if err != nil {
		return nil, err
	}
	manager, err := t.Org.ActorOn(ctx, opened.Seats.Manager.People[0], today)
	if err != nil {
		return nil, err
	}
	for i, step := range []struct {
		event procedure.Event
		said  violation.Said
	}{
		{procedure.EventGuide, violation.Said{AtOnce: true, More: violation.More{Until: today, Method: "計測"}}},
		{procedure.EventNotImprove, violation.Said{AtOnce: true, More: violation.More{Repeated: true}}},
		{procedure.EventWaive, violation.Said{More: violation.More{On: today}}},
	} {
		step.said.Version, step.said.Text = i+1, "計測"
		if err := cases.Do(ctx, manager, code, step.event, step.said); err != nil {
			return nil, fmt.Errorf("%s: %w", step.event, err)
		}
	}
	return func() error {
		return cases.Do(ctx, general, code, procedure.EventSuspend, violation.Said{Version: 4, Text: "計測", Whole: true})
	}, nil
}

// signIns are somebody's sessions on each portal.
func signIns(ctx context.Context, pages []*httptest.Server, who sample.Account) ([]*http.Cookie, error) {
	var list []*http.Cookie
	for _, page := range pages {
		cookie, err := portal.SignIn(ctx, page, who)
		if err != nil {
			return nil, err
		}
		if status, err := ask(ctx, page.URL+"/assets", cookie); err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("before the suspension: %d, %w", status, err)
		}
		list = append(list, cookie)
	}
	return list, nil
}

// ask returns what a portal answers a page with; it is not led elsewhere.
func ask(ctx context.Context, address string, cookie *http.Cookie) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	request.AddCookie(cookie)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
