package rights

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/postgres"
)

// Gone tells in SQL of a right r that was permitted that it is over on @today, or its system
// is no more.
const Gone = `(r.state <> 'permitted' OR (` + over + `) IS TRUE OR NOT EXISTS (SELECT FROM system_shown y WHERE y.id = r.asset_id AND y.counts))`

// Elsewhere tells of a right r that its person works in other sections on @today than the one
// for whose work it is.
const Elsewhere = `(r.section_id IS NOT NULL AND EXISTS (SELECT FROM standing w WHERE w.person_id = r.person_id AND w.period @> @today::date AND w.section_id IS NOT NULL)
	AND NOT EXISTS (SELECT FROM standing w WHERE w.person_id = r.person_id AND w.section_id = r.section_id AND w.period @> @today::date))`

// Keep says of rights in a change that has allowed it (ReviewRights), and has locked them,
// whose people work in a section since a transfer, that they are still needed there: they are
// for its work from now on. It returns what the trail is to say of each, and lets the town's
// directories know. Conflict where one must not be held beside another.
func (s *Service) Keep(ctx context.Context, tx *door.Tx, actor authz.Actor, ids []int64, section int64) ([]door.Effect, error) {
	kept, err := postgres.List[Right](ctx, tx, "finding rights that are kept", selectRight+` WHERE r.id = ANY(@ids) ORDER BY r.person_id, r.id`,
		InstantAnd(tx.Now, pgx.StrictNamedArgs{"ids": ids}))
	if err != nil {
		return nil, err
	}
	people := make([]int64, len(kept))
	for i, r := range kept {
		people[i] = r.Person
		if err := tx.TakeLate(ctx, together(r.Person)); err != nil {
			return nil, err
		}
		if err := r.refuseMeeting(ctx, tx, EventKeep); err != nil {
			return nil, err
		}
	}
	list, err := write(ctx, tx, actor.Person, EventKeep, "", ids, section)
	if err != nil {
		return nil, err
	}
	return effects(list, EventKeep), s.Carry(ctx, tx, distinct(people))
}

// TellUnneeded is what the person of a right is told that has ended because it was found not to
// be needed.
func TellUnneeded(person, id int64, code, system string) []notice.Message {
	return tell([]int64{person}, id, code, system+"の利用権限："+EventEnd.Title(),
		"利用権限の確認で、不要とされたため、終わりました（"+Number(code)+"）。まだ要るときは、課長（情報セキュリティ管理者）に相談して、改めて申請してください。")
}

// FallDue takes a step of rights that nobody takes: it follows from a day that has come, or
// from a change elsewhere. It returns what the trail is to say of each.
func FallDue(ctx context.Context, tx *door.Tx, event Event, ids []int64) ([]door.Effect, error) {
	list, err := write(ctx, tx, 0, event, "", ids, 0)
	return effects(list, event), err
}

// Question is what is asked of a right after a transfer: whether it is still needed.
type Question struct {
	Right    int64
	Section  int64 // where its person works now; 0 for nowhere, or a post that is in none
	Departed bool  // they work nowhere: nobody is asked, and it ends
}

// Questions are those of one change.
type Questions struct {
	Asked      []Question // in place of any that was asked before
	Redirected []Question // that are asked in another section from now on
	Moot       []int64    // the rights of which nothing need be asked any more
}

// Put writes them, to be answered until a day.
func (q Questions) Put(ctx context.Context, tx *door.Tx, until calendar.Date) error {
	moot := append([]int64{}, q.Moot...)
	asked, redirected := columnsOf(q.Asked), columnsOf(q.Redirected)
	var batch pgx.Batch
	postgres.Queue(&batch, `UPDATE right_question SET answer = 'moot', answered_at = @now WHERE right_id = ANY(@rights::bigint[]) AND answer IS NULL`,
		pgx.StrictNamedArgs{"rights": append(moot, asked.rights...), "now": tx.Now})
	postgres.Queue(&batch, `
		INSERT INTO right_question (right_id, section_id, departed, asked_on, due_on)
		SELECT d.id, nullif(d.section, 0), d.departed, @today, @until FROM unnest(@rights::bigint[], @sections::bigint[], @departed::boolean[]) AS d(id, section, departed)`,
		pgx.StrictNamedArgs{"rights": asked.rights, "sections": asked.sections, "departed": asked.departed, "today": tx.Today(), "until": until})
	postgres.Queue(&batch, `
		UPDATE right_question q SET section_id = nullif(d.section, 0) FROM unnest(@rights::bigint[], @sections::bigint[]) AS d(id, section)
		WHERE q.right_id = d.id AND q.answer IS NULL`, pgx.StrictNamedArgs{"rights": redirected.rights, "sections": redirected.sections})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("asking what is still needed: %w", err)
	}
	return nil
}

// askedOf are questions as the database takes them.
type askedOf struct {
	rights, sections []int64
	departed         []bool
}

func columnsOf(list []Question) askedOf {
	c := askedOf{rights: []int64{}, sections: []int64{}, departed: []bool{}}
	for _, q := range list {
		c.rights, c.sections, c.departed = append(c.rights, q.Right), append(c.sections, q.Section), append(c.departed, q.Departed)
	}
	return c
}
