package rights

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
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
