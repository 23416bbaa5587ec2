package asset

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// FloorRule is that an asset's level is at least the highest of what rests on it (7(2)).
// No edition changes it.
const FloorRule = "floor"

// Age is for how long something has not fitted the rules.
type Age string

// The ages, the youngest first.
const (
	Month   Age = "month"   // up to 30 days
	Quarter Age = "quarter" // up to 90
	Year    Age = "year"    // up to 365
	Older   Age = "older"
)

// Ages are the ages, the youngest first, with how people call them.
var Ages = [...]Choice[Age]{{Month, "30日まで"}, {Quarter, "31日から90日まで"}, {Year, "91日から1年まで"}, {Older, "1年を超える"}}

// Days are how many days lie behind something of that age, at least and at most.
func (a Age) Days() (from, to int) {
	switch a {
	case Month:
		return 0, 30
	case Quarter:
		return 31, 90
	case Year:
		return 91, 365
	}
	return 366, 1 << 20
}

// low tells whether a level stands below the floor of its aspect. One that is still to be
// settled does not.
func low(ranks, floor []int16) bool {
	for i, rank := range ranks {
		if i < len(floor) && rank > 0 && rank < floor[i] {
			return true
		}
	}
	return false
}

// weigh puts into args which rules details don't fit in the place of what was there, each
// with the day since when.
//
// Of the floor it says what was said before where it is to be settled later (SetLow), when
// what rests on the asset is weighed too; and where only how high the same levels are has
// changed: what rests on it may stand as much higher, which Weigh will find.
func weigh(args pgx.StrictNamedArgs, was Asset, d Details, scheme Scheme, today calendar.Date, later bool) {
	breaks := map[string]string{}
	find := func(rule string) {
		if breaks[rule] = was.Breaks[rule]; breaks[rule] == "" {
			breaks[rule] = today.String()
		}
	}
	for _, b := range Breaks(d, scheme.Rules) {
		find(b.Rule)
	}
	ranks := ranksOf(d, scheme, was)
	isLow := low(ranks, was.Floor)
	if later || sameLevels(was.Details, d) && !slices.Equal(ranks, was.Ranks) {
		isLow = was.Breaks[FloorRule] != ""
	}
	if isLow {
		find(FloorRule)
	}
	args["breaks"], args["broken_since"] = breaks, nil
	if len(breaks) > 0 {
		args["broken_since"] = slices.Min(slices.Collect(maps.Values(breaks)))
	}
}

func sameLevels(was, is Details) bool {
	return !slices.ContainsFunc(Aspects[:], func(a Aspect) bool { return was.Level(a) != is.Level(a) })
}

// ranksOf is how high the levels stand, by aspects, in the place of what was there; 0 for
// one that is still to be settled. A level that is no more, and which the asset has kept,
// stands as high as it stood.
func ranksOf(d Details, scheme Scheme, was Asset) []int16 {
	ranks := make([]int16, len(Aspects))
	for i, aspect := range Aspects {
		level, there := scheme.Level(aspect, d.Level(aspect))
		ranks[i] = int16(level.Rank) //nolint:gosec // at most maxRank
		if !there && i < len(was.Ranks) && d.Level(aspect) == was.Level(aspect) {
			ranks[i] = was.Ranks[i]
		}
	}
	return ranks
}

// Broken are the rules that the asset does not fit today, each with the day since when.
func (a Asset) Broken(rules Rules) []Break {
	list := Breaks(a.Details, rules)
	if a.Breaks[FloorRule] != "" {
		list = append(list, Break{
			Rule: FloorRule, Clause: "7(2)", Fields: []string{"confidentiality", "integrity", "availability"},
			Sentence: "載っている情報のほうが、高い分類です。「土台と影響」でどの資産の段階かを見て、この資産の分類を、それ以上にしてください。",
		})
	}
	for i := range list {
		if day, err := calendar.ParseDay(a.Breaks[list[i].Rule]); err == nil {
			list[i].Since = day
		}
	}
	return list
}

// Newly are the rules that details in the place of an asset's would not fit, and that it
// fits now.
func (s Scheme) Newly(was Asset, is Details) []Break {
	return slices.DeleteFunc(was.WouldBreak(is, s), func(b Break) bool { return was.Breaks[b.Rule] != "" })
}

// WouldBreak are the rules that the asset would not fit with other details.
func (a Asset) WouldBreak(d Details, scheme Scheme) []Break {
	a.Details, a.Breaks = d, maps.Clone(a.Breaks)
	if !low(ranksOf(d, scheme, a), a.Floor) {
		delete(a.Breaks, FloorRule)
	} else if a.Breaks[FloorRule] == "" {
		a.Breaks = map[string]string{FloorRule: "now"} // since no day yet
	}
	return a.Broken(scheme.Rules)
}

// Settled are details with the levels that their answers come to where none is chosen, and
// without a reason where each level is that to which the answers come.
func (s Scheme) Settled(d Details) Details {
	if s.Judged == nil {
		return d
	}
	judged, byHand := s.Judged(d.Answers), false
	for aspect, level := range map[Aspect]*string{Confidentiality: &d.Confidentiality, Integrity: &d.Integrity, Availability: &d.Availability} {
		if *level == "" {
			*level = judged[aspect]
		}
		byHand = byHand || *level != judged[aspect]
	}
	if !byHand {
		d.LevelReason = ""
	}
	return d
}

// CheckChange finds what is wrong with details that are to stand in the place of others, or
// of nothing. What a draft leaves open is nothing wrong with it.
func (s Scheme) CheckChange(was, d Details, today calendar.Date, draft bool) []fault.Problem {
	problems := slices.Concat(s.Problems(d, today, draft), d.checkReason(was, s))
	if !draft && d.Confidentiality == Unsettled && was.Confidentiality != Unsettled { // only what came with it may stay so
		problems = append(problems, fault.Problem{Field: string(Confidentiality), Message: "機密性は、3A・3B・3Cのどれかを選んでください。"})
	}
	return problems
}

// LookedAt is the first day that counts as lately: what was last looked at before it has
// not been looked at for a year.
func LookedAt(today calendar.Date) calendar.Date { return today.AddYears(-1) }

// checkReason asks why a level is chosen that the answers don't come to. Nobody is asked
// who leaves a level as it was chosen before: who mends a place in what came with a town's
// old register, or answers the questions of one aspect of three.
func (d Details) checkReason(was Details, scheme Scheme) []fault.Problem {
	if scheme.Judged == nil || d.LevelReason != "" {
		return nil
	}
	now, before := scheme.Judged(d.Answers), scheme.Judged(was.Answers)
	var list []string
	for _, aspect := range Aspects {
		level := d.Level(aspect)
		if level == "" || level == now[aspect] || level == was.Level(aspect) && level != before[aspect] {
			continue
		}
		words := aspect.Title()
		if answered, ok := scheme.Level(aspect, now[aspect]); ok {
			chosen, _ := scheme.Level(aspect, level)
			words += "（答えでは" + answered.Title + "、選んだ段階は" + chosen.Title + "）"
		}
		list = append(list, words)
	}
	if len(list) == 0 {
		return nil
	}
	return []fault.Problem{{Field: "level_reason", Message: strings.Join(list, "、") +
		"の段階を、問いの答えによらずに選んでいます。その理由を書くか、問いに答えて、段階を「問いの答えのとおり」にしてください。"}}
}

// Fits asks whether assets that have changed their kind may stand where they do among the
// others. Invalid where one may not.
func (s *Service) Fits(ctx context.Context, tx *door.Tx, assets ...int64) error {
	if s.ties.Misfit == nil || len(assets) == 0 {
		return nil
	}
	code, err := s.ties.Misfit(ctx, tx, assets)
	if err == nil && code != "" {
		err = fault.InvalidFields([]fault.Problem{{Field: "kind", Message: "「" + code +
			"」は、この種別では、土台（または載っているもの）との関係が合いません。先に「土台と影響」で外してください。"}})
	}
	return err
}

// Spread carries the levels of assets on to what they rest on.
func (s *Service) Spread(ctx context.Context, tx *door.Tx, assets ...int64) error {
	if s.ties.Spread == nil {
		return nil
	}
	return s.ties.Spread(ctx, tx, assets)
}

// Floor is how high an asset's levels must be at least, for what rests on it.
type Floor struct {
	Asset int64
	Ranks []int16 // by aspects; zeros where nothing rests on it
}

// SetFloors keeps new floors of assets.
func SetFloors(ctx context.Context, tx *door.Tx, floors []Floor) error {
	list := make([]map[string]any, len(floors))
	for i, f := range floors {
		list[i] = map[string]any{"id": f.Asset, "ranks": f.Ranks}
	}
	rows, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("keeping floors: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE asset a SET floor = f.ranks FROM jsonb_to_recordset(@rows) AS f(id bigint, ranks smallint[]) WHERE a.id = f.id`,
		pgx.StrictNamedArgs{"rows": rows})
	if err != nil {
		return fmt.Errorf("keeping floors: %w", err)
	}
	return nil
}

// isLow tells in SQL whether asset a stands below its floor.
const isLow = `(a.ranks[1] BETWEEN 1 AND a.floor[1] - 1 OR a.ranks[2] BETWEEN 1 AND a.floor[2] - 1 OR a.ranks[3] BETWEEN 1 AND a.floor[3] - 1)`

// setLow keeps of the assets of a condition whether they stand below their floors, since
// today where they do so anew. It hands back whose that has changed.
const setLow = `
	UPDATE asset a SET (breaks, broken_since) = (
		SELECT n.breaks, (SELECT min(e.value)::date FROM jsonb_each_text(n.breaks) e)
		FROM (SELECT CASE WHEN ` + isLow + ` THEN jsonb_build_object(@rule::text, @today::text) || a.breaks ELSE a.breaks - @rule::text END AS breaks) n)
	WHERE a.state ` + life.Counts + ` AND (a.breaks ? @rule::text) <> ` + isLow

// SetLow keeps of assets, when all floors are kept and all levels written, whether they
// stand below their floors. What was low before, and is now, has been so since that day,
// whatever it was in between.
func SetLow(ctx context.Context, tx *door.Tx, assets []int64) error {
	_, err := tx.Exec(ctx, setLow+` AND a.id = ANY(@assets)`, pgx.StrictNamedArgs{"assets": assets, "rule": FloorRule, "today": tx.Today().String()})
	if err != nil {
		return fmt.Errorf("keeping what is below its floor: %w", err)
	}
	return nil
}

// weighAll is the job of weighing the register anew where levels, zones or rules have
// changed.
type weighAll struct{}

// Kind is the job's name in the database.
func (weighAll) Kind() string { return "asset_weigh" }

// weighEvery is how often the register looks whether what it goes by has changed: a rule
// that a town strikes shows in its lists within these minutes.
const weighEvery = 10 * time.Minute

// RegisterJobs adds the worker of the register.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[weighAll]) error {
		return s.Weigh(ctx)
	}))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(weighEvery),
		func() (river.JobArgs, *river.InsertOpts) { return weighAll{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// weighedAtOnce is how many assets are weighed in one change.
const weighedAtOnce = 2000

// Weigh weighs the whole register by the levels, zones and rules of today, where these are
// not those that it was last weighed by: a new edition finds anew.
func (s *Service) Weigh(ctx context.Context) error {
	scheme, err := s.SchemeOn(ctx, s.pool, calendar.Day(s.door.Now()))
	if err != nil {
		return err
	}
	now := fmt.Sprint(scheme.Levels, scheme.Rules)
	var same bool
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM asset_weighed WHERE scheme = $1)`, now).Scan(&same)
	if err != nil {
		return fmt.Errorf("weighing the register: %w", err)
	}
	if same {
		return nil
	}
	for _, some := range []func(context.Context, *door.Tx, int64) (door.Effect, int64, error){
		func(ctx context.Context, tx *door.Tx, after int64) (door.Effect, int64, error) {
			return weighSome(ctx, tx, scheme, after)
		}, s.reckonSome, settleSome,
	} {
		if err := s.throughAll(ctx, some); err != nil {
			return err
		}
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO asset_weighed (scheme) VALUES ($1) ON CONFLICT (one) DO UPDATE SET scheme = excluded.scheme`, now)
	if err != nil {
		return fmt.Errorf("weighing the register: %w", err)
	}
	return nil
}

// throughAll does something to the whole register in changes of some assets each, which
// return the last of these, or -1 where there are no more.
func (s *Service) throughAll(ctx context.Context, some func(ctx context.Context, tx *door.Tx, after int64) (door.Effect, int64, error)) error {
	for after := int64(0); after >= 0; {
		var next int64
		err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (effect door.Effect, err error) {
			if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			effect, next, err = some(ctx, tx, after)
			return effect, err
		})
		if err != nil {
			return err
		}
		after = next
	}
	return nil
}

// weighSome weighs the next assets after an id, but for their floors.
func weighSome(ctx context.Context, tx *door.Tx, scheme Scheme, after int64) (door.Effect, int64, error) {
	list, err := postgres.List[Asset](ctx, tx, "weighing assets", selectAsset+`
		WHERE a.id > @after AND a.state `+life.Counts+` ORDER BY a.id LIMIT @most FOR UPDATE OF a`,
		pgx.StrictNamedArgs{"after": after, "most": weighedAtOnce})
	if err != nil {
		return door.Unchanged(), 0, err
	}
	var rows []map[string]any
	for _, a := range list {
		args := pgx.StrictNamedArgs{"id": a.ID, "ranks": ranksOf(a.Details, scheme, a)}
		weigh(args, a, a.Details, scheme, tx.Today(), true)
		rows = append(rows, args)
	}
	written, err := json.Marshal(rows)
	if err != nil {
		return door.Unchanged(), 0, fmt.Errorf("weighing assets: %w", err)
	}
	changed, err := ids(ctx, tx, `
		UPDATE asset a SET ranks = now.ranks, breaks = now.breaks, broken_since = now.broken_since
		FROM jsonb_to_recordset(@rows) AS now(id bigint, ranks smallint[], breaks jsonb, broken_since date)
		WHERE a.id = now.id AND (a.ranks, a.breaks) IS DISTINCT FROM (now.ranks, now.breaks) RETURNING a.id`, pgx.StrictNamedArgs{"rows": written})
	if err != nil {
		return door.Unchanged(), 0, err
	}
	next := int64(-1)
	if len(list) == weighedAtOnce {
		next = list[len(list)-1].ID
	}
	return effectOn(changed, "breaks"), next, nil
}

// reckonSome reckons the floors of the next assets after an id, when all ranks are written:
// also of a register that was there before floors were kept.
func (s *Service) reckonSome(ctx context.Context, tx *door.Tx, after int64) (door.Effect, int64, error) {
	if s.ties.Reckon == nil {
		return door.Unchanged(), -1, nil
	}
	changed, next, err := s.ties.Reckon(ctx, tx, after)
	return effectOn(changed, "floor"), next, err
}

// settleSome keeps of the next assets after an id whether they stand below their floors,
// when all floors are reckoned.
func settleSome(ctx context.Context, tx *door.Tx, after int64) (door.Effect, int64, error) {
	args := pgx.StrictNamedArgs{"rule": FloorRule, "after": after, "most": weighedAtOnce}
	list, err := ids(ctx, tx, `
		SELECT a.id FROM asset a WHERE a.id > @after AND a.state `+life.Counts+` AND (a.breaks ? @rule::text) <> `+isLow+`
		ORDER BY a.id LIMIT @most FOR UPDATE`, args)
	if err != nil || len(list) == 0 {
		return door.Unchanged(), -1, err
	}
	next := int64(-1)
	if len(list) == weighedAtOnce {
		next = list[len(list)-1]
	}
	return effectOn(list, "breaks"), next, SetLow(ctx, tx, list)
}

// ids are what a statement returns.
func ids(ctx context.Context, tx *door.Tx, sql string, args pgx.StrictNamedArgs) ([]int64, error) {
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, fmt.Errorf("weighing assets: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("weighing assets: %w", err)
	}
	return list, nil
}

// effectOn is that a field of each of these assets has changed.
func effectOn(assets []int64, field string) door.Effect {
	if len(assets) == 0 {
		return door.Unchanged()
	}
	done := make([]door.Effect, len(assets))
	for i, id := range assets {
		done[i] = door.Effect{Subject: trail.Subject{Kind: "asset", ID: id}, Fields: []string{field}}
	}
	done[0].Also = done[1:]
	return done[0]
}
