package rights

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
)

// openQuestions are in SQL what is asked after transfers, and of whom.
const openQuestions = `SELECT q.id, q.right_id, q.due_on, q.section_id, r.person_id FROM right_question q JOIN access_right r ON r.id = q.right_id WHERE q.answer IS NULL AND NOT q.departed`

// answeredBy says in SQL of a question e that the actor answers it: of who has come to their
// sections, or, where they stand above who leads a section alone, of that one.
func answeredBy(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	condition, args = `e.section_id = ANY(@review)`, pgx.StrictNamedArgs{}
	if places := actor.Places(authz.ReviewRights); len(places) > 0 {
		var above string
		above, args = responsible.Above(places)
		condition = `(` + condition + ` OR e.person_id = ANY(` + responsible.Heads + `) AND ` + above + `)`
	}
	args["review"] = actor.Sections(authz.ReviewRights)
	return condition, args
}

// MovedOnPage is how many of these are shown at a time: others follow as they are answered.
const MovedOnPage = 50

// Moved are the rights after transfers of which the actor answers whether they are still
// needed, the soonest first, and one more where there are more than a page has.
func (s *Service) Moved(ctx context.Context, actor authz.Actor) ([]MovedRight, error) {
	return s.moved(ctx, actor, "")
}

// Together tells of a right after a transfer that it is answered together with others of its
// person: one that lets them do more than most, or that is barred, is looked at by itself.
func (r Right) Together() bool { return r.Kind == General && r.Standing == Moved }

// MovedOf are those of somebody, by their 職員番号, that are answered together, at most as many
// as a page has.
func (s *Service) MovedOf(ctx context.Context, actor authz.Actor, number string) ([]MovedRight, error) {
	list, err := s.moved(ctx, actor, number)
	list = slices.DeleteFunc(list, func(m MovedRight) bool { return !m.Together() })
	return list[:min(len(list), MovedOnPage)], err
}

// moved are those of somebody, by their 職員番号; the empty one for everybody.
func (s *Service) moved(ctx context.Context, actor authz.Actor, number string) ([]MovedRight, error) {
	theirs, args := answeredBy(actor)
	maps.Copy(args, InstantAnd(s.door.Now(), pgx.StrictNamedArgs{"actor": actor.Person, "number": strings.TrimSpace(number), "limit": MovedOnPage + 1}))
	list, err := postgres.List[MovedRight](ctx, s.pool, "listing the rights of who has been transferred", `
		WITH open AS MATERIALIZED (
			SELECT e.id, e.right_id, e.due_on FROM (`+openQuestions+`) e WHERE e.person_id <> @actor AND (@number = '' OR e.person_id = (SELECT id FROM person_shown WHERE lower(staff_number) = lower(@number))) AND `+theirs+`
			ORDER BY e.due_on, e.person_id, e.id LIMIT @limit)
		SELECT z.*, o.due_on AS due FROM (`+selectRight+` WHERE r.id = ANY(ARRAY(SELECT right_id FROM open))) z JOIN open o ON o.right_id = z.id ORDER BY o.due_on, z.person, o.id`, args)
	for i := range list {
		list[i].Standing = list[i].Standing.Shown(list[i].barsShown(actor))
	}
	return list, err
}

// AskMoved refuses who never answers whether a right is still needed after a transfer.
func (s *Service) AskMoved(actor authz.Actor) error {
	if !actor.Might(authz.ReviewRights, authz.Own) {
		return fault.New(fault.Forbidden, "異動した人の利用権限は、課長（情報セキュリティ管理者）と、その上の役割の人だけが見られます。")
	}
	return nil
}

// MovedRight is a right of somebody who has been transferred.
type MovedRight struct {
	Right
	Due calendar.Date // until when it is to be answered
}

// AnswerMoved says of some rights of one person after a transfer, by their codes, that they are
// still needed (EventKeep), or with a reason that they are not (EventEnd): of all or of none.
// Conflict where one is not asked about any more.
func (s *Service) AnswerMoved(ctx context.Context, actor authz.Actor, codes []string, event Event, why string) error {
	if len(codes) == 0 || len(codes) > MovedOnPage || event != EventKeep && event != EventEnd {
		return fault.New(fault.Conflict, "答えるものがありません。画面を開き直してください。")
	}
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		list, section, err := answered(ctx, tx, actor, codes, event, why)
		if err != nil {
			return door.Unchanged(), err
		}
		ids, to := make([]int64, len(list)), []int64{}
		for i, r := range list {
			ids[i], to = r.ID, append(to, r.Person, r.AskedByID)
		}
		var done []door.Effect
		if event == EventKeep {
			done, err = s.Keep(ctx, tx, actor, ids, section)
		} else {
			done, err = s.End(ctx, tx, actor, ids, why)
		}
		if err != nil {
			return door.Unchanged(), err
		}
		effect := done[0]
		effect.Also = done[1:]
		to = slices.DeleteFunc(distinct(to), func(person int64) bool { return person == actor.Person })
		effect.Notices = tell(to, list[0].ID, list[0].Code, "異動した後の利用権限："+event.Title(), list[0].PersonName+"さんの、"+strconv.Itoa(len(list))+"件の利用権限です。")
		return effect, nil
	})
}

// answered are those rights, locked, and for the work of which section they are kept, in a change
// in which the actor may answer each so.
func answered(ctx context.Context, tx *door.Tx, actor authz.Actor, codes []string, event Event, why string) (list []Right, section int64, err error) {
	if err := takeTogether(ctx, tx, codes[0], EventKeep); err != nil {
		return nil, 0, err
	}
	// each in the order in which others lock them
	if _, err := tx.Exec(ctx, `SELECT FROM access_right WHERE code = ANY(@codes) ORDER BY id FOR UPDATE`, pgx.StrictNamedArgs{"codes": codes}); err != nil {
		return nil, 0, fmt.Errorf("locking rights after a transfer: %w", err)
	}
	for _, code := range codes {
		r, err := find(ctx, tx, actor, code, tx.Now, "")
		if err != nil {
			return nil, 0, err
		}
		matter, err := r.matter(ctx, tx, actor, event, tx.Today())
		if err != nil {
			return nil, 0, err
		}
		if err := tx.Allow(course.Who(event).Action(actor, matter), matter); err != nil {
			return nil, 0, err
		}
		if !r.elsewhere() || !r.Together() || len(list) > 0 && r.Person != list[0].Person {
			return nil, 0, fault.New(fault.Conflict, Number(code)+"は、まとめて答えられません。もう答えてあるか、1件ずつ答えるものです。画面を開き直して、いまの状態を確かめてください。")
		}
		if err := r.follow(event, Step{Version: r.Version, Note: why}, tx.Today()); err != nil {
			return nil, 0, err
		}
		list, section = append(list, r), place(event, matter)
	}
	return list, section, nil
}
