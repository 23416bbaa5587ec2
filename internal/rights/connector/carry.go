package connector

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/rights"
)

// carried is a target that was changed.
type carried struct {
	Person, Asset int64
	State         State
	Live          bool // a connector that is on carries it out
}

// Carry writes down what some people may use from now on, in the change after which they may:
// where it is something else than before, a connector's job or a work order follows.
func (s *Service) Carry(ctx context.Context, tx *door.Tx, people []int64) error {
	return carry(ctx, tx, people, nil)
}

// carry is Carry of people, and of all who may use some systems, or might once.
func carry(ctx context.Context, tx *door.Tx, people, assets []int64) error {
	list, err := retarget(ctx, tx, people, assets)
	if err != nil || len(list) == 0 {
		return err
	}
	if err := reorder(ctx, tx, list); err != nil {
		return err
	}
	return enqueue(ctx, tx, list)
}

// concerned tells of a right r that it is one of those that are looked at: of the people, or
// of the systems. What bars the portal's own account is nobody's to carry out.
const concerned = `r.state IN ('permitted', 'ended') AND (r.person_id = ANY(@people::bigint[]) OR r.asset_id = ANY(@assets::bigint[]))
	AND NOT EXISTS (SELECT FROM right_system e WHERE e.asset_id = r.asset_id AND e.portal)`

// retarget writes what is wanted, and returns what has changed. Its targets are locked before
// it looks what is wanted: of two changes beside each other the second sees what the first
// has done.
func retarget(ctx context.Context, tx *door.Tx, people, assets []int64) ([]carried, error) {
	args := pgx.StrictNamedArgs{"people": people, "assets": assets}
	if people == nil {
		args["people"] = []int64{}
	}
	if assets == nil {
		args["assets"] = []int64{}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO right_target (person_id, asset_id, usable, effected, wanted, since, state, version, next_at)
		SELECT DISTINCT r.person_id, r.asset_id, '{}'::bigint[], '{}'::bigint[], false, @now::timestamptz, 'done', 0, @now::timestamptz FROM access_right r
		WHERE `+concerned+` AND NOT EXISTS (SELECT FROM right_target t WHERE t.person_id = r.person_id AND t.asset_id = r.asset_id) ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
		with(args, "now", tx.Now)); err != nil {
		return nil, fmt.Errorf("making targets of rights: %w", err)
	}
	if _, err := tx.Exec(ctx, `SELECT FROM right_target WHERE person_id = ANY(@people::bigint[]) OR asset_id = ANY(@assets::bigint[]) ORDER BY person_id, asset_id FOR UPDATE`, args); err != nil {
		return nil, fmt.Errorf("locking targets of rights: %w", err)
	}
	return postgres.List[carried](ctx, tx, "writing what is wanted of rights", retargeting, with(args, "now", tx.Now, "today", tx.Today()))
}

// retargeting writes what is wanted of those that are looked at. Targets are looked up by
// their person (+ 0): of many that have come just now the planner does not know that a system
// has more of them than a person.
const retargeting = `
	WITH r AS (SELECT r.id, r.person_id, r.asset_id, r.source, r.asked_at, ` + rights.Usable + ` AS usable FROM access_right r WHERE ` + concerned + `),
	wish AS (
		SELECT r.person_id, r.asset_id, coalesce(array_agg(r.id ORDER BY r.id) FILTER (WHERE r.usable), '{}') AS usable,
		       coalesce(array_agg(r.id) FILTER (WHERE r.source <> 'asked' AND (t.version = 0 OR r.asked_at = @now::timestamptz)), '{}') AS known
		FROM r JOIN right_target t ON t.person_id = r.person_id AND t.asset_id + 0 = r.asset_id GROUP BY 1, 2),
	was AS (
		SELECT t.person_id, t.asset_id, t.version, t.state, t.usable, t.effected, w.usable AS wish, c.id IS NOT NULL AS connected, coalesce(c.mode = 'on', false) AS live,
		       CASE WHEN w.known = '{}' THEN t.effected ELSE ARRAY(SELECT DISTINCT k FROM unnest(t.effected || w.known) AS k ORDER BY k) END AS knows
		FROM wish w JOIN right_target t ON t.person_id = w.person_id AND t.asset_id + 0 = w.asset_id
		LEFT JOIN connector_system x ON x.asset_id = t.asset_id LEFT JOIN connector c ON c.id = x.connector_id),
	next AS (
		SELECT *, CASE WHEN wish = knows AND (NOT connected OR version = 0) THEN 'done' WHEN connected THEN 'waiting' ELSE 'order' END AS becomes FROM was
		WHERE usable <> wish OR effected <> knows OR state IN ('waiting', 'failed') AND NOT connected OR state = 'order' AND connected)
	UPDATE right_target t SET usable = n.wish, effected = n.knows, wanted = cardinality(n.wish) > 0, since = @now, state = n.becomes, version = t.version + 1,
		tries = 0, next_at = @now, trouble = '', partly = false, done_at = CASE WHEN n.becomes = 'done' THEN @now::timestamptz END
	FROM next n WHERE t.person_id = n.person_id AND t.asset_id + 0 = n.asset_id
	RETURNING t.person_id AS person, t.asset_id AS asset, t.state, n.live`

// with is arguments and some more.
func with(args pgx.StrictNamedArgs, more ...any) pgx.StrictNamedArgs {
	all := pgx.StrictNamedArgs{}
	for name, value := range args {
		all[name] = value
	}
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i].(string)] = more[i+1]
	}
	return all
}

// reorder takes back work orders that were overtaken, makes new ones, and tells who is to do
// them.
func reorder(ctx context.Context, tx *door.Tx, list []carried) error {
	people, assets := make([]int64, len(list)), make([]int64, len(list))
	for i, c := range list {
		people[i], assets[i] = c.Person, c.Asset
	}
	args := pgx.StrictNamedArgs{"people": people, "assets": assets, "now": tx.Now}
	if _, err := tx.Exec(ctx, `
		UPDATE work_order o SET moot_at = @now FROM unnest(@people::bigint[], @assets::bigint[]) AS d(person, asset)
		WHERE o.person_id = d.person AND o.asset_id = d.asset AND o.done_at IS NULL AND o.moot_at IS NULL`, args); err != nil {
		return fmt.Errorf("taking back work orders: %w", err)
	}
	type ordered struct {
		Asset, Section, Count int64
		System                string
	}
	orders, err := postgres.List[ordered](ctx, tx, "making work orders", `
		WITH made AS (
			INSERT INTO work_order (person_id, asset_id, version, start, stop, from_at)
			SELECT t.person_id, t.asset_id, t.version, ARRAY(SELECT unnest(t.usable) EXCEPT SELECT unnest(t.effected) ORDER BY 1), ARRAY(SELECT unnest(t.effected) EXCEPT SELECT unnest(t.usable) ORDER BY 1), t.since
			FROM unnest(@people::bigint[], @assets::bigint[]) AS d(person, asset) JOIN right_target t ON t.person_id = d.person AND t.asset_id = d.asset
			WHERE t.state = 'order' AND @now::timestamptz IS NOT NULL ORDER BY 1, 2 RETURNING asset_id)
		SELECT m.asset_id AS asset, y.section_id AS section, y.name AS system, count(*) AS count FROM made m JOIN system_shown y ON y.id = m.asset_id GROUP BY 1, 2, 3 ORDER BY 1`, args)
	if err != nil || len(orders) == 0 {
		return err
	}
	var concerned []int64 // nobody is told to carry out what is about themselves
	if one := slices.Compact(slices.Clone(people)); len(one) == 1 {
		concerned = one
	}
	sections := make([]int64, len(orders))
	for i, o := range orders {
		sections[i] = o.Section
	}
	heads := map[int64][]int64{}
	for _, role := range []authz.Role{authz.SystemManager, authz.SecurityManager} {
		holders, err := responsible.Of(ctx, tx, role, sections, concerned, tx.Today())
		if err != nil {
			return err
		}
		for section, people := range holders {
			heads[section] = append(heads[section], people...)
		}
	}
	var batch pgx.Batch
	for _, o := range orders {
		to := slices.Clone(heads[o.Section])
		slices.Sort(to)
		notice.Queue(&batch, tx.Now, slices.Compact(to), notice.Notice{
			Topic: aboutOrders, TopicID: o.Asset, Title: fmt.Sprintf("%sの作業依頼が%d件あります", o.System, o.Count),
			Text: "利用権限が変わりました。システムで設定を変えて、「作業依頼」の画面で完了にしてください。", URL: address.RightOrders,
		})
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("telling of work orders: %w", err)
	}
	return nil
}

// enqueue writes down the jobs of people whose targets a connector carries out.
func enqueue(ctx context.Context, tx *door.Tx, list []carried) error {
	var people []int64
	for _, c := range list {
		if c.State == Waiting && c.Live {
			people = append(people, c.Person)
		}
	}
	slices.Sort(people)
	return enqueuePeople(ctx, tx, slices.Compact(people))
}

// enqueuePeople writes down the jobs of people. Those of many, as after midnight or when a
// connector is switched on, hold up nobody who is suspended meanwhile.
func enqueuePeople(ctx context.Context, tx *door.Tx, people []int64) error {
	if len(people) == 0 {
		return nil
	}
	jobs := make([]river.JobArgs, len(people))
	for i, person := range people {
		jobs[i] = carryOut{Person: person, behind: len(people) > few}
	}
	return tx.EnqueueAll(ctx, jobs)
}

// again lets targets be carried out once more, as they are wanted now, and returns whose those
// are. condition is of a target t of a system y; it may ask for the arguments.
func again(ctx context.Context, tx *door.Tx, at time.Time, condition string, args pgx.StrictNamedArgs) ([]carried, error) {
	return postgres.List[carried](ctx, tx, "letting rights be carried out again", `
		UPDATE right_target t SET state = 'waiting', version = t.version + 1, tries = 0, next_at = @at, trouble = '', partly = false, done_at = NULL
		FROM system_shown y JOIN connector_system x ON x.asset_id = y.id JOIN connector c ON c.id = x.connector_id
		WHERE y.id = t.asset_id AND `+condition+` RETURNING t.person_id AS person, t.asset_id AS asset, t.state, c.mode = 'on' AS live`, with(args, "at", at))
}
