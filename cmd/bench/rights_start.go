package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/cmd/bench/figure"
	"kagami/internal/authz"
	"kagami/internal/job"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/connectortest"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/secret"
)

const (
	startedPeople = 40
	// behindPeople are those whose rights a connector that was just switched on is carrying out
	behindPeople  = 1000
	lookup        = 20 * time.Millisecond // that a directory takes
	startLimit    = time.Second
	startPatience = time.Minute
)

// asked is a directory that says whom it was asked for.
type asked struct {
	connectortest.Accounts
	numbers chan string
}

// Find says so, takes its time, and finds nobody.
func (a asked) Find(ctx context.Context, number string) ([]peer.Account, error) {
	a.numbers <- number
	select {
	case <-time.After(lookup):
	case <-ctx.Done():
	}
	return nil, nil
}

// until waits until it is asked for somebody.
func (a asked) until(number string) error {
	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	for {
		select {
		case n := <-a.numbers:
			if n == number {
				return nil
			}
		case <-patience.C:
			return fmt.Errorf("the directory was not asked for %s within %v", number, startPatience)
		}
	}
}

// measureRightsStart measures how long it takes at most from the commit of a suspension until
// the job that carries it out asks the directory, of some one after the other, while there is
// much else to carry out.
func measureRightsStart(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) (figures []figure.Figure, err error) {
		far := asked{startedPeople + behindPeople, make(chan string, 2*(startedPeople+behindPeople))}
		system, err := far.Grow(ctx, t.URL)
		if err != nil {
			return nil, err
		}
		log := slog.New(slog.NewJSONHandler(io.Discard, nil))
		connectors := connector.New(t.Pool, t.Door, secret.Random(), log, func(reach.Kind, json.RawMessage, string, func() time.Time) (reach.Far, error) {
			return reach.Far{Peer: far}, nil
		})
		who := authz.Actor{Person: t.Logins[officer].Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
		if err := switchOn(ctx, connectors, who, system); err != nil {
			return nil, err
		}
		// of those who are suspended, what there is to do because it was switched on
		rows, err := t.Pool.Query(ctx, `SELECT t.person_id FROM right_target t JOIN person p ON p.id = t.person_id WHERE t.state = 'waiting' AND p.staff_number = ANY($1)`, numbers())
		if err != nil {
			return nil, err
		}
		people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return nil, err
		}
		for _, person := range people {
			if _, err := connectors.CarryOutForPortal(ctx, person); err != nil {
				return nil, err
			}
		}
		for len(far.numbers) > 0 {
			<-far.numbers
		}
		jobs, err := job.Start(ctx, t.Pool, log, func() error { return nil }, []job.Queue{connector.Queue()}, func(workers *river.Workers) []*river.PeriodicJob {
			connectors.RegisterJobs(workers)
			return nil
		})
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, jobs.Stop(ctx)) }()
		bars := bar.New(t.Pool, t.Door, rights.New(t.Pool, t.Door, rights.Ties{Carry: connectors.Carry}), bar.Ties{})
		slowest := time.Duration(0)
		for i := 1; i <= startedPeople; i++ {
			number := numberOf(i)
			if _, err := bars.Begin(ctx, who, bar.Order{Kind: bar.Suspension, Person: number, Whole: true, Reason: "見本"}); err != nil {
				return nil, err
			}
			committed := time.Now()
			if err := far.until(number); err != nil {
				return nil, err
			}
			slowest = max(slowest, time.Since(committed))
		}
		var behind int
		if err := t.Pool.QueryRow(ctx, `SELECT count(*) FROM right_target WHERE state = 'waiting'`).Scan(&behind); err != nil {
			return nil, err
		}
		if behind == 0 {
			return nil, errors.New("all else was done before what is measured")
		}
		return []figure.Figure{{
			Name: "rights-start", Ratio: slowest.Seconds() / startLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("the slowest of %d connectors' jobs in %v after the commit of a suspension, with %d of %d people behind, limit %v", startedPeople, slowest.Round(time.Millisecond/10), behind, behindPeople, startLimit),
		}}, nil
	})
}

// numberOf is the 職員番号 of one who is suspended.
func numberOf(i int) string { return fmt.Sprint("G", i) }

func numbers() []string {
	list := make([]string, startedPeople)
	for i := range list {
		list[i] = numberOf(i + 1)
	}
	return list
}

// switchOn makes a connector for a system, and switches it on.
func switchOn(ctx context.Context, connectors *connector.Service, who authz.Actor, system string) error {
	code, err := connectors.Make(ctx, who, connector.Details{Name: "ディレクトリ", Kind: reach.LDAP, Secret: "secret"})
	if err != nil {
		return err
	}
	if err := connectors.Assign(ctx, who, code, 1, connector.Assignment{System: system, What: connector.WholeAccount}); err != nil {
		return err
	}
	if err := connectors.Try(ctx, who, code); err != nil {
		return err
	}
	if err := connectors.CompareDue(ctx); err != nil {
		return err
	}
	c, err := connectors.Find(ctx, who, code)
	if err != nil {
		return err
	}
	return connectors.SwitchOn(ctx, who, code, c.Version)
}
