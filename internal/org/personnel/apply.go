package personnel

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/trail"
)

// errOtherPlan says that the organization has changed since a plan was shown.
var errOtherPlan = errors.New("the plan is not the one that was shown")

// Apply does what the plan of a file says, all of it or nothing. Invalid where it makes
// posts, and nobody has agreed to that. Conflict while the file has problems, and where the organization has changed
// so that the plan would be another: then that one is stored to be looked at.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, token string, agreed Agreed) (Summary, error) {
	// before anything is locked: who waits for the organization may have all the others
	others, err := s.pool.Acquire(ctx)
	if err != nil {
		return Summary{}, fmt.Errorf("applying a personnel file: %w", err)
	}
	defer others.Release()
	var (
		done  Import
		tries int
	)
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (effect door.Effect, err error) {
		tries++
		if err := take(ctx, tx, tries); err != nil {
			return door.Unchanged(), err
		}
		done, effect, err = apply(ctx, tx, others, actor, token, agreed)
		return effect, err
	})
	if errors.Is(err, errOtherPlan) {
		if err := s.Choose(ctx, actor, token, done.Choices); err != nil {
			return Summary{}, err
		}
		return Summary{}, fault.Wrap(err, fault.Conflict, "確かめた後に、体制か日付が変わりました。いまの体制に合わせて作り直した内容を表示しています。もう一度確かめてから、取り込んでください。")
	}
	if err != nil {
		return Summary{}, fmt.Errorf("applying a personnel file: %w", err)
	}
	return done.Summary, nil
}

// NewPostsField is the field of a form in which somebody agrees to new posts.
const NewPostsField = "new-posts"

// applyTime is how long one statement of an import may take.
const applyTime = "5min"

// patient is how often an import gives way to clerks.
const patient = 2

// take takes the locks that an import holds from its beginning: one import follows
// another, and one that has given way too often lets everybody wait.
func take(ctx context.Context, tx *door.Tx, tries int) error {
	if err := tx.Take(ctx, "imports of people"); err != nil || tries <= patient {
		return err
	}
	return tx.Take(ctx, org.Lock)
}

// apply reads, plans and writes without the lock of the organization, and with it looks
// whether it would do the same once more: others sees the database without what it has
// written.
func apply(ctx context.Context, tx *door.Tx, others *pgxpool.Conn, actor authz.Actor, token string, agreed Agreed) (Import, door.Effect, error) {
	i, file, err := lockImport(ctx, tx, actor, token)
	if err != nil {
		return i, door.Unchanged(), err
	}
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, applyTime); err != nil {
		return i, door.Unchanged(), fmt.Errorf("giving an import its time: %w", err)
	}
	plan, err := planShown(ctx, others, actor, i, file, tx.Today())
	switch {
	case err != nil:
		return i, door.Unchanged(), err
	case len(plan.Problems) > 0:
		return i, door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("直すところが%d件あります。ファイルを直して、もう一度選んでください。何も変更されていません。", len(plan.Problems)))
	case plan.Empty():
		return i, door.Unchanged(), fault.New(fault.Conflict, "この名簿のとおりになっているため、変えるところはありません。")
	case plan.NewPosts > 0 && !agreed.NewPosts:
		return i, door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: NewPostsField, Message: fmt.Sprintf(
			"新しい職が%d件できます。書き間違いでないことを確かめて、「新しい職を作る」を選んでください。書き間違いのときは、ファイルを直して、選び直してください。", plan.NewPosts)}})
	}
	effect := door.Effect{
		Subject: trail.Subject{Kind: "person_import", ID: i.id}, Fields: []string{"applied"},
		Confidential: map[string]any{
			"file_name": i.FileName, "sha256": hex.EncodeToString(file.SHA256), "whole": i.Choices.Whole,
			"added": len(plan.Added), "changed": len(plan.Changed), "ended": len(plan.Ended), "people": plan.NewPeople, "posts": plan.NewPosts,
		},
	}
	still := func() error {
		if err := mayStill(ctx, others, actor, tx.Today()); err != nil {
			return err
		}
		now, err := planShown(ctx, others, actor, i, file, tx.Today())
		if err == nil && !sameChanges(now.changes, plan.changes) {
			err = door.ErrOvertaken
		}
		return err
	}
	if err = plan.changes.Make(ctx, tx, others, still); fault.KindOf(err) == fault.Conflict {
		// a rule of the database is broken by what somebody has done beside it, or by the file
		err = cmp.Or(still(), err)
	}
	if err != nil {
		return i, door.Unchanged(), err
	}
	_, err = tx.Exec(ctx, `UPDATE person_import SET applied_at = $2, file = '', original = '', headings = '[]' WHERE id = $1`, i.id, tx.Now)
	return i, effect, err
}

// mayStill asks once more whether the actor may: their role may have been ended while
// their import was written, which they did not hold the lock for.
func mayStill(ctx context.Context, others *pgxpool.Conn, actor authz.Actor, today calendar.Date) error {
	if actor.Person != 0 {
		var err error
		if actor, err = org.FindActor(ctx, others, actor.Person, today); err != nil {
			return err
		}
	}
	_, err := authz.Check(actor, authz.ChangeOrganization, authz.Matter{})
	return err
}

// planShown plans a file on the organization as it is now; errOtherPlan where that is
// not the plan which was shown.
func planShown(ctx context.Context, others *pgxpool.Conn, actor authz.Actor, i Import, file File, today calendar.Date) (Plan, error) {
	var now state
	err := pgx.BeginTxFunc(ctx, others, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		now, err = loadState(ctx, tx, actor, file, today)
		return err
	})
	if err != nil {
		return Plan{}, err
	}
	plan := makePlan(now, file, i.Choices)
	digest, err := plan.digest()
	if err == nil && !bytes.Equal(digest, i.digest) {
		err = errOtherPlan
	}
	return plan, err
}
