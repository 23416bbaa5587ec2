package connector

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/trail"
)

// OnPage is how many lines a page of a list has.
const OnPage = 50

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Connector string // its code
	System    string // a 管理番号
	Person    string // a 職員番号
	State     State
	After     int64 // 0, or Next of the page before
}

// Target is what is wanted of a person and a system, and how far it is.
type Target struct {
	ID, PersonID, Section  int64 // that of the system
	Number, Person         string
	SystemCode, System     string
	Connector, ConnectorOf string // its code and its name; empty where there is none
	Mode                   Mode   // of it
	Wanted                 bool
	Since                  time.Time
	State                  State
	Tries                  int
	NextAt                 time.Time
	Trouble                reach.Trouble
	Partly                 bool
	DoneAt                 *time.Time
}

// Page is a page of a list.
type Page[T any] struct {
	Lines []T
	Count int
	Next  int64 // 0 on the last page
}

// Targets lists what is wanted in systems that the actor may see, the newest first.
func (s *Service) Targets(ctx context.Context, actor authz.Actor, q Search) (Page[Target], error) {
	var page Page[Target]
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return page, errForbidden()
	}
	where, args := q.where(actor, "coalesce(c.code, '')")
	if q.State.Title() != "" {
		where += ` AND t.state = @state`
		args["state"] = string(q.State)
	}
	const from = ` FROM right_target t JOIN system_shown y ON y.id = t.asset_id JOIN person_shown p ON p.id = t.person_id
		LEFT JOIN connector_system x ON x.asset_id = t.asset_id LEFT JOIN connector c ON c.id = x.connector_id WHERE t.version > 0 AND `
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting targets of rights", `SELECT count(*) AS count`+from+where, args)
	if page.Count = found.Count; err != nil || page.Count == 0 {
		return page, err
	}
	if q.After > 0 {
		where += ` AND t.id < @after`
		args["after"] = q.After
	}
	page.Lines, err = postgres.List[Target](ctx, s.pool, "listing targets of rights", `
		SELECT t.id, t.person_id, y.section_id AS section, p.staff_number AS number, p.name AS person, y.code AS system_code, y.name AS system, coalesce(c.code, '') AS connector, coalesce(c.name, '') AS connector_of, coalesce(c.mode, '') AS mode,
		       t.wanted, t.since, t.state, t.tries, t.next_at, t.trouble, t.partly, t.done_at`+from+where+` ORDER BY t.id DESC LIMIT @limit`, with(args, "limit", OnPage+1))
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].ID
	}
	return page, err
}

// where is what a row of somebody and a system y must be like.
func (q Search) where(actor authz.Actor, connector string) (string, pgx.StrictNamedArgs) {
	condition, args := Seen(actor)
	conditions := []string{condition}
	must := func(condition, name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	must("y.code = @system", "system", q.System)
	must("lower(p.staff_number) = lower(@number)", "number", q.Person)
	if connector != "" {
		must(connector+" = @connector", "connector", q.Connector)
	}
	return strings.Join(conditions, " AND "), args
}

// Retry lets what has failed be carried out once more: of a connector all, or one target.
// Conflict where nothing has failed.
func (s *Service) Retry(ctx context.Context, actor authz.Actor, code string, target int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := keep(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		list, err := again(ctx, tx, tx.Now, `c.id = @connector AND t.state = 'failed' AND (@target::bigint = 0 OR t.id = @target)`, pgx.StrictNamedArgs{"connector": c.ID, "target": target})
		if err != nil {
			return door.Unchanged(), err
		}
		if len(list) == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, "失敗しているものは、もうありません。画面を開き直して、いまの状態を確かめてください。")
		}
		effect := effectOf(c.ID, "again")
		effect.Refs = map[string]int64{"targets": int64(len(list))}
		return effect, enqueue(ctx, tx, list)
	})
}

// ByHand says of what has failed that it was done by hand in the system.
func (s *Service) ByHand(ctx context.Context, actor authz.Actor, target int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		type row struct{ Person, Asset, Section int64 }
		r, err := postgres.One[row](ctx, tx, "locking a target", `
			SELECT t.person_id AS person, t.asset_id AS asset, y.section_id AS section FROM right_target t JOIN system_shown y ON y.id = t.asset_id WHERE t.id = @id AND t.state = 'failed' FOR UPDATE OF t`,
			pgx.StrictNamedArgs{"id": target})
		if err != nil {
			if isNone(err) {
				err = fault.New(fault.Conflict, "失敗しているものではなくなりました。画面を開き直して、いまの状態を確かめてください。")
			}
			return door.Unchanged(), err
		}
		matter, err := orderMatter(ctx, tx, r.Person, r.Section, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.DoWorkOrders, matter); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE right_target SET state = 'done', version = version + 1, effected = usable, trouble = '', partly = false, done_at = $2 WHERE id = $1`, target, tx.Now); err != nil {
			return door.Unchanged(), fmt.Errorf("saying what was done by hand: %w", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: "right_target", ID: target}, Fields: []string{"by_hand"}, Refs: map[string]int64{"person": r.Person, "asset": r.Asset}}, nil
	})
}

// AskByHand refuses who may not say of something that it was done by hand.
func (s *Service) AskByHand(ctx context.Context, actor authz.Actor, target int64) error {
	type row struct{ Person, Section int64 }
	condition, args := Seen(actor)
	r, err := postgres.One[row](ctx, s.pool, "finding a target", `
		SELECT t.person_id AS person, y.section_id AS section FROM right_target t JOIN system_shown y ON y.id = t.asset_id WHERE t.id = @id AND `+condition, with(args, "id", target))
	if isNone(err) {
		return fault.New(fault.NotFound, "この反映は、見つかりません。「反映の状態」の一覧から探してください。")
	}
	if err != nil {
		return err
	}
	matter, err := orderMatter(ctx, s.pool, r.Person, r.Section, s.today())
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, authz.DoWorkOrders, matter)
	return err
}
