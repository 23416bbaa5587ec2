// Package overview is the register of information assets in numbers, for whoever answers
// for others' sections and for a section's own: how many assets stand in which zone at
// which level, what does not fit the rules and for how long, what has no 管理責任者, and how
// these numbers went through the year.
//
// The numbers of today are the sums that the database keeps in the transaction of each
// change (asset_sum); those of an earlier day are what was kept of that day (asset_day).
package overview

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Service reads the numbers.
type Service struct {
	pool     *pgxpool.Pool
	register *asset.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, register *asset.Service) *Service { return &Service{pool, register} }

// Numbers are what is counted of assets.
type Numbers struct {
	Assets    int
	Drafts    int // with something to settle
	Unowned   int // without 管理責任者
	Broken    int // 基準に合わない（要是正）, and not excepted
	Excepted  int // excepted from all that it does not fit (例外措置あり)
	ByHand    int // with a level that was chosen by hand, for a reason
	Unchecked int // not looked at for a year
}

// Cell is how many assets stand in a zone at a level of 機密性, and how many of these don't
// fit the rules and are not excepted.
type Cell struct {
	Zone            string // its key; empty of drafts that have none yet
	Confidentiality string
	Assets          int
	Broken          int
}

// Section is a section with its numbers.
type Section struct {
	Code string
	Name string
	Gone bool          // it is no more: what it has left is to be handed over
	On   calendar.Date // the first day without it; zero where none is set
	Numbers
}

// Point is the numbers at the end of a month, or of the newest day.
type Point struct {
	Day    calendar.Date
	Assets int
	Broken int
}

// Overview is the numbers of what somebody may see.
type Overview struct {
	Scheme   asset.Scheme
	Day      calendar.Date // whose numbers these are: today's, or those kept of an earlier day
	Missing  calendar.Date // the day asked for, where nothing was kept of it; zero where Day is that one
	Earlier  bool          // it is not today: there is no Grid and there are no Ages
	All      Numbers
	Grid     []Cell
	Sections []Section // in the order of the organization, those without an asset too
	Ages     [len(asset.Ages)]int
	Trend    []Point       // the oldest first
	First    calendar.Date // the first day of which numbers were kept; zero where there is none
}

// Asked is what somebody wants to see.
type Asked struct {
	Section string        // its code; empty for all that the actor may see
	Day     calendar.Date // zero for today
}

// months is how far back the trend goes.
const months = 12

// Overview returns the numbers of the sections whose assets the actor may see. Forbidden
// for who reads no register; NotFound where they may not see the section.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, asked Asked, today calendar.Date) (Overview, error) {
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return Overview{}, err
	}
	o := Overview{Scheme: scheme, Day: today}
	args := pgx.StrictNamedArgs{
		"everywhere": actor.Reach(authz.ReadAssets) == authz.All, "mine": actor.Sections(authz.ReadAssets), "section": asked.Section, "today": today,
	}
	sections, err := postgres.List[seen](ctx, s.pool, "listing sections to sum up", `
		SELECT id, code, name, coalesce(abolished_on <= @today::date, false) AS gone, abolished_on AS "on" FROM section_shown
		WHERE (@everywhere OR id = ANY(@mine)) AND (@section = '' OR code = @section) ORDER BY position, code`, args)
	if err != nil {
		return Overview{}, err
	}
	if len(sections) == 0 && asked.Section != "" {
		return Overview{}, fault.New(fault.NotFound, "この課室は、見つかりません。")
	}
	of := among{town: args["everywhere"] == true && asked.Section == ""}
	for _, section := range sections {
		of.ids = append(of.ids, section.ID)
	}
	if o.Trend, o.First, err = s.trend(ctx, of, today); err != nil {
		return Overview{}, err
	}
	if today.Before(asked.Day) {
		return Overview{}, errDay("まだ来ていない日です。", o.First, today)
	}
	numbers := s.now
	if !asked.Day.IsZero() && asked.Day.Before(today) {
		o.Day, o.Earlier, numbers = asked.Day, true, s.earlier
	}
	found, err := numbers(ctx, of, &o)
	if err != nil {
		return Overview{}, err
	}
	for _, section := range sections {
		n := found[section.ID]
		o.Sections = append(o.Sections, Section{section.Code, section.Name, section.Gone, section.On, n})
		o.All.add(n)
	}
	return o, nil
}

func (n *Numbers) add(m Numbers) {
	n.Assets += m.Assets
	n.Drafts += m.Drafts
	n.Unowned += m.Unowned
	n.Broken += m.Broken
	n.Excepted += m.Excepted
	n.ByHand += m.ByHand
	n.Unchecked += m.Unchecked
}

// seen is a section that the actor may see.
type seen struct {
	ID   int64
	Code string
	Name string
	Gone bool
	On   calendar.Date
}

// among are the sections whose assets are counted.
type among struct {
	ids  []int64
	town bool // they are all that there are: two thousand need not be told one by one
}

// where is the condition that a section is one of them; it takes @sections either way.
func (a among) where(section string) string {
	if a.town {
		return `cardinality(@sections::bigint[]) = 0`
	}
	return section + ` = ANY(@sections)`
}

// sections are the argument of where.
func (a among) sections() []int64 {
	if a.town {
		return []int64{}
	}
	return a.ids
}

// of is what is counted of a section.
type of struct {
	Section int64
	Numbers
}

func bySection(list []of) map[int64]Numbers {
	numbers := map[int64]Numbers{}
	for _, o := range list {
		numbers[o.Section] = o.Numbers
	}
	return numbers
}

// now are the numbers of today, with the grid and the ages.
func (s *Service) now(ctx context.Context, in among, o *Overview) (map[int64]Numbers, error) {
	args := pgx.StrictNamedArgs{"sections": in.sections(), "today": o.Day}
	var err error
	o.Grid, err = postgres.List[Cell](ctx, s.pool, "summing up the register", `
		SELECT zone, confidentiality, sum(assets)::int AS assets, sum(broken)::int AS broken
		FROM asset_sum WHERE `+in.where("section_id")+` GROUP BY zone, confidentiality HAVING sum(assets) > 0`, pgx.StrictNamedArgs{"sections": in.sections()})
	if err != nil {
		return nil, err
	}
	err = s.pool.QueryRow(ctx, `
		SELECT ARRAY[count(*) FILTER (WHERE age <= 30), count(*) FILTER (WHERE age BETWEEN 31 AND 90), count(*) FILTER (WHERE age BETWEEN 91 AND 365),
		             count(*) FILTER (WHERE age > 365)]
		FROM (SELECT @today::date - broken_since AS age FROM asset
		      WHERE broken_since IS NOT NULL AND state `+life.Counts+` AND `+in.where("section_id")+`) b`, args).Scan(&o.Ages)
	if err != nil {
		return nil, err
	}
	list, err := postgres.List[of](ctx, s.pool, "summing up the register by section", `
		SELECT s.section_id AS section, sum(s.assets)::int AS assets, sum(s.drafts)::int AS drafts, sum(s.unowned)::int AS unowned, sum(s.broken)::int AS broken, 0 AS excepted,
		       sum(s.by_hand)::int AS by_hand, coalesce(max(d.number), 0) AS unchecked
		FROM asset_sum s LEFT JOIN asset_day d
			ON d.section_id = s.section_id AND d.duty = 'unchecked' AND d.day = (SELECT max(day) FROM asset_day WHERE day <= @today)
		WHERE `+in.where("s.section_id")+` GROUP BY s.section_id`, args)
	if err != nil {
		return nil, err
	}
	numbers := bySection(list)
	if err := s.setApart(ctx, in, o, numbers); err != nil {
		return nil, err
	}
	// what was not looked at for a year hangs on the day. It is counted here where that takes
	// no time; of a city it is what a job has counted some minutes ago.
	all := 0
	for _, n := range numbers {
		all += n.Assets
	}
	if all > mostLooked {
		return numbers, nil
	}
	type counted struct {
		Section int64
		Number  int
	}
	unchecked, err := postgres.List[counted](ctx, s.pool, "counting what was not looked at", `
		SELECT section_id AS section, count(*)::int AS number FROM asset
		WHERE state `+life.Counts+` AND `+in.where("section_id")+` AND coalesce(checked_on, registered_on) < @looked::date GROUP BY section_id`,
		pgx.StrictNamedArgs{"sections": in.sections(), "looked": asset.LookedAt(o.Day)})
	for id, n := range numbers {
		n.Unchecked = 0
		numbers[id] = n
	}
	for _, c := range unchecked {
		n := numbers[c.Section]
		n.Unchecked = c.Number
		numbers[c.Section] = n
	}
	return numbers, err
}

// setApart takes what is excepted from all that it does not fit out of the numbers of what is
// to be put right. It is of the same day as these, but not of the same moment.
func (s *Service) setApart(ctx context.Context, in among, o *Overview, numbers map[int64]Numbers) error {
	type excepted struct {
		Section               int64
		Zone, Confidentiality string
		Since                 calendar.Date
		Number                int
	}
	list, err := postgres.List[excepted](ctx, s.pool, "summing up what is excepted", `
		SELECT section_id AS section, zone, confidentiality, broken_since AS since, count(*)::int AS number
		FROM excepted_assets(@today::date) WHERE `+in.where("section_id")+` GROUP BY 1, 2, 3, 4`, pgx.StrictNamedArgs{"sections": in.sections(), "today": o.Day})
	for _, e := range list {
		n := numbers[e.Section]
		n.Broken, n.Excepted = max(0, n.Broken-e.Number), n.Excepted+e.Number
		numbers[e.Section] = n
		for i := range o.Grid {
			if c := &o.Grid[i]; c.Zone == e.Zone && c.Confidentiality == e.Confidentiality {
				c.Broken = max(0, c.Broken-e.Number)
			}
		}
		for i, age := range asset.Ages {
			if from, to := age.Value.Days(); from <= o.Day.Sub(e.Since) && o.Day.Sub(e.Since) <= to {
				o.Ages[i] = max(0, o.Ages[i]-e.Number)
			}
		}
	}
	return err
}

// mostLooked is of how many assets it is counted at once which were not looked at.
const mostLooked = 20_000

// errDay says why there are no numbers of a day, and names those of which there are.
func errDay(why string, first, today calendar.Date) error {
	days := calendar.Wareki(first) + "から、今日（" + calendar.Wareki(today) + "）までの日を選んでください。"
	if first.IsZero() || first == today {
		days = "数字があるのは、今日だけです。"
	}
	return fault.InvalidFields([]fault.Problem{{Field: "day", Message: "この日の数字は、ありません。" + why + days + "下は、今日の数字です。"}})
}

// earlier are the numbers of the day asked for, or of the last one before it of which
// any were kept.
func (s *Service) earlier(ctx context.Context, in among, o *Overview) (map[int64]Numbers, error) {
	var kept calendar.Date
	if err := s.pool.QueryRow(ctx, `SELECT max(day) FROM asset_day WHERE day <= $1::date`, o.Day).Scan(&kept); err != nil {
		return nil, err
	}
	if kept.IsZero() {
		return nil, errDay("台帳の数字を残し始める前の日です。", o.First, s.register.Today())
	}
	if kept != o.Day {
		o.Missing = o.Day
	}
	o.Day = kept
	list, err := postgres.List[of](ctx, s.pool, "listing the numbers of a day", `
		SELECT section_id AS section, coalesce(max(number) FILTER (WHERE duty = 'assets'), 0) AS assets, coalesce(max(number) FILTER (WHERE duty = 'drafts'), 0) AS drafts,
		       coalesce(max(number) FILTER (WHERE duty = 'unowned'), 0) AS unowned, coalesce(max(number) FILTER (WHERE duty = 'broken'), 0) AS broken,
		       coalesce(max(number) FILTER (WHERE duty = 'excepted'), 0) AS excepted, coalesce(max(number) FILTER (WHERE duty = 'by_hand'), 0) AS by_hand, coalesce(max(number) FILTER (WHERE duty = 'unchecked'), 0) AS unchecked
		FROM asset_day WHERE day = @day AND `+in.where("section_id")+` GROUP BY section_id`, pgx.StrictNamedArgs{"day": kept, "sections": in.sections()})
	return bySection(list), err
}

// trend are the numbers at the end of each of the last months, and of the newest day.
func (s *Service) trend(ctx context.Context, in among, today calendar.Date) (points []Point, first calendar.Date, err error) {
	year, month, _ := today.Date()
	ends := []calendar.Date{today}
	for i := range months {
		ends = append(ends, calendar.NewDate(year, month-time.Month(i), 0))
	}
	const days = `SELECT DISTINCT (SELECT max(day) FROM asset_day WHERE day BETWEEN date_trunc('month', e.day)::date AND e.day) AS day FROM unnest(@ends::date[]) e(day)`
	if in.town {
		points, err = postgres.List[Point](ctx, s.pool, "listing the numbers of a year of all sections", `
			SELECT k.day, t.assets, t.broken FROM (`+days+`) k JOIN asset_town_day t ON t.day = k.day ORDER BY k.day`, pgx.StrictNamedArgs{"ends": ends})
	} else {
		points, err = postgres.List[Point](ctx, s.pool, "listing the numbers of a year", `
			SELECT k.day, coalesce(sum(d.number) FILTER (WHERE d.duty = 'assets'), 0)::int AS assets, coalesce(sum(d.number) FILTER (WHERE d.duty = 'broken'), 0)::int AS broken
			FROM (`+days+`) k JOIN asset_day d ON d.day = k.day AND d.duty IN ('assets', 'broken') AND d.section_id = ANY(@sections)
			GROUP BY k.day ORDER BY k.day`, pgx.StrictNamedArgs{"ends": ends, "sections": in.ids})
	}
	if err != nil {
		return nil, first, err
	}
	return points, first, s.pool.QueryRow(ctx, `SELECT min(day) FROM asset_day`).Scan(&first)
}
