package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/load"
	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/state"
)

const (
	writers  = 8   // at once
	perRound = 400 // acknowledgements on each side
)

// measureAcknowledge holds the acknowledgement, with permission and trail,
// beside a plain insert of the same row, both from several writers at once.
func (t *town) measureAcknowledge(ctx context.Context) (figure.Figure, error) {
	people, err := t.manyPeople(ctx, 2*load.Rounds*perRound)
	if err != nil {
		return figure.Figure{}, err
	}
	now, err := t.state(ctx, people[0])
	if err != nil {
		return figure.Figure{}, err
	}
	staff := func(person int64) authz.Actor {
		return authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.Staff}}, State: now}
	}
	first, err := t.Policy.Read(ctx, staff(people[0]), "kihon")
	if err != nil {
		return figure.Figure{}, err
	}
	shown := acknowledge.Shown{Code: "kihon", Number: first.Number, SHA256: first.SHA256}
	next := 0
	side := func(one func(person int64) error) func() (float64, error) {
		return func() (float64, error) {
			batch := people[next : next+perRound]
			next += perRound
			return each(batch, one)
		}
	}
	ratio, rate, plain, err := load.InTurn(
		side(func(person int64) error {
			return t.Acknowledge.Acknowledge(ctx, staff(person), shown)
		}),
		side(func(person int64) error {
			_, err := t.Pool.Exec(ctx, `INSERT INTO acknowledgement (person_id, revision_id, acknowledged_at, text_sha256) VALUES ($1, $2, $3, $4)`,
				person, first.Revision.ID, time.Now(), first.SHA256)
			return err
		}))
	return figure.Figure{
		Name: "acknowledge", Ratio: ratio, AtLeast: true, Limit: acknowledgeLimit,
		Detail: fmt.Sprintf("%.0f acknowledgements/s with permission and trail, %.0f plain inserts/s, %d writers", rate, plain, writers),
	}, err
}

// counters are what a session's query counts.
func counters() (*state.Counters, error) {
	return state.NewCounters(append(account.Rights().Counters, policy.ChangeCounter, policy.AcknowledgementCounter)...)
}

// state is that of the database for a person, as a session's query brings it
// along.
func (t *town) state(ctx context.Context, person int64) (state.Numbers, error) {
	all, err := counters()
	if err != nil {
		return state.Numbers{}, err
	}
	return all.Load(ctx, t.Pool, person)
}

// each does something for each person, from several writers, and returns the
// rate.
func each(people []int64, one func(int64) error) (float64, error) {
	var wait sync.WaitGroup
	errs := make([]error, writers)
	begun := time.Now()
	for w := range writers {
		wait.Go(func() {
			for i := w; i < len(people) && errs[w] == nil; i += writers {
				errs[w] = one(people[i])
			}
		})
	}
	wait.Wait()
	took := time.Since(begun)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	return float64(len(people)) / took.Seconds(), nil
}

// manyPeople registers people straight into the table: how they come there is
// not what is measured.
func (t *town) manyPeople(ctx context.Context, n int) ([]int64, error) {
	rows, err := t.Pool.Query(ctx, `
		INSERT INTO person (staff_number, name, furigana)
		SELECT 'B' || i, '見本 ' || i, 'ミホン' FROM generate_series(1, $1) AS i RETURNING id`, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
