package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
)

const (
	publishLimit = 5 * time.Second
	morningLimit = 10 * time.Minute
	// Every so many people click twice.
	clickTwice = 10
)

// measureCampaign publishes a revision to the people of a large city, until each
// of them has been asked and told; and then has each acknowledge it, some of
// them twice.
func measureCampaign(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		if err := t.growToCity(ctx); err != nil {
			return nil, err
		}
		draft, publish, err := t.decideNext(ctx)
		if err != nil {
			return nil, err
		}
		begun := time.Now()
		if err := errors.Join(publish(), t.Acknowledge.Tend(ctx, draft.Revision)); err != nil {
			return nil, err
		}
		took := time.Since(begun)
		asked, err := t.asked(ctx, draft.Revision)
		if err != nil {
			return nil, err
		}
		published := figure.Figure{
			Name: "publish", Ratio: took.Seconds() / publishLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("published in %.2f s with %d people asked and told, limit %v", took.Seconds(), len(asked), publishLimit),
		}
		if len(asked) < cityPeople {
			return nil, fmt.Errorf("only %d of %d people were asked", len(asked), cityPeople)
		}
		morning, err := t.measureMorning(ctx, draft, asked)
		return []figure.Figure{published, morning}, err
	})
}

// decideNext takes the next revision of the 基本方針 as far as the 本部会議's decision,
// and returns what publishes it.
func (t *town) decideNext(ctx context.Context) (draft.Draft, func() error, error) {
	today := calendar.Day(time.Now())
	actor := func(account int) (authz.Actor, error) { return t.Org.ActorOn(ctx, t.Logins[account].Person, today) }
	general, err := actor(officer)
	if err != nil {
		return draft.Draft{}, nil, err
	}
	const second = 1 // 副町長
	ciso, err := actor(second)
	if err != nil {
		return draft.Draft{}, nil, err
	}
	if err := t.Draft.StartDraft(ctx, general, "kihon", 1); err != nil {
		return draft.Draft{}, nil, err
	}
	draft, err := policytest.Adopt(ctx, t.Rooms, general, "kihon", t.Logins[0].StaffNumber, today)
	return draft, func() error {
		return t.Publish.PublishDecided(ctx, ciso, "kihon", publish.Publication{EffectiveOn: today, SHA256: draft.SHA256, Campaign: policytest.AskAll(today)})
	}, err
}

func (t *town) asked(ctx context.Context, revision int64) ([]int64, error) {
	rows, err := t.Pool.Query(ctx, `
		SELECT q.person_id FROM acknowledgement_request q JOIN notice n ON n.person_id = q.person_id WHERE q.revision_id = $1 GROUP BY 1`, revision)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// measureMorning has everybody acknowledge a revision, and looks that each is
// stored exactly once.
func (t *town) measureMorning(ctx context.Context, draft draft.Draft, people []int64) (figure.Figure, error) {
	now, err := t.state(ctx, people[len(people)-1]) // who has acknowledged nothing yet, as nearly all have
	if err != nil {
		return figure.Figure{}, err
	}
	shown := acknowledge.Shown{Code: "kihon", Number: draft.Number, SHA256: draft.SHA256}
	rate, err := each(people, func(person int64) error {
		staff := authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.Staff}}, State: now}
		err := t.Acknowledge.Acknowledge(ctx, staff, shown)
		if person%clickTwice == 0 {
			err = errors.Join(err, t.Acknowledge.Acknowledge(ctx, staff, shown))
		}
		return err
	})
	if err != nil {
		return figure.Figure{}, err
	}
	var stored, recorded int
	err = t.Pool.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM acknowledgement WHERE revision_id = $1),
		       (SELECT count(*) FROM trail_entry WHERE subject_kind = 'acknowledgement' AND subject_id = $1)`, draft.Revision).Scan(&stored, &recorded)
	if err != nil {
		return figure.Figure{}, err
	}
	if stored != len(people) || recorded != len(people) {
		return figure.Figure{}, fmt.Errorf("%d acknowledgements are stored and %d in the trail, of %d people", stored, recorded, len(people))
	}
	took := float64(len(people)) / rate
	return figure.Figure{
		Name: "morning", Ratio: took / morningLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("%d acknowledgements, each stored exactly once, in %.0f s (%.0f/s), limit %v", stored, took, rate, morningLimit),
	}, nil
}
