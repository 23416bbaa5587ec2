package review

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/trail"
)

// Plan is what is to be gone through, and by when.
type Plan struct {
	Title    string
	Whole    bool     // all sections
	Sections []string // else these, by their codes
	DueOn    calendar.Date
}

const (
	maxTitle = 100
	// longest is for how many days one goes on at most: it is one of the year.
	longest = 366
)

func (p Plan) tidy() Plan {
	p.Title, p.Sections = strings.TrimSpace(p.Title), append([]string{}, p.Sections...)
	if p.Whole {
		p.Sections = []string{}
	}
	return p
}

// check finds what is wrong with a plan on a day.
func (p Plan) check(today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch n := utf8.RuneCountInString(p.Title); {
	case n == 0:
		wrong("title", "利用権限の確認の名前を入力してください。")
	case n > maxTitle:
		wrong("title", "名前が長すぎます。"+strconv.Itoa(maxTitle)+"字までで書いてください。")
	}
	if !p.Whole && len(p.Sections) == 0 {
		wrong("section", "課室を1つ以上選ぶか、「すべての課室」を選んでください。")
	}
	if message := dueProblem(p.DueOn, today); message != "" {
		wrong("due_on", message)
	}
	return problems
}

// dueProblem is what is wrong with a last day on another day; empty for nothing.
func dueProblem(due, today calendar.Date) string {
	switch {
	case due.IsZero():
		return "期限を入力してください。"
	case due.Before(today):
		return "期限は、今日か、それより後の日にしてください。"
	case due.Sub(today) > longest:
		return "期限が先すぎます。1年以内の日にしてください。"
	}
	return ""
}

// Held is a section that a plan is about.
type Held struct {
	ID      int64
	Code    string
	Name    string
	Rights  int
	Managed bool // whether it has a 情報セキュリティ管理者 today
}

// Foreseen is what a plan comes to today.
type Foreseen struct {
	Sections []Held
	Rights   int
}

// Unmanaged are the names of the sections that nobody is 情報セキュリティ管理者 of.
func (f Foreseen) Unmanaged() (names []string) {
	for _, h := range f.Sections {
		if !h.Managed {
			names = append(names, h.Name)
		}
	}
	return names
}

// asked is in SQL what a plan of @codes, or @whole, is about on @today: rights that are permitted
// and not over of systems in use, each with its section, as items has it; of who works nowhere
// it is that for which the right is, or that of the system.
const asked = workplaces + `,
	asked AS (
		SELECT r.id, r.person_id, coalesce(t.section_id, f.section_id, r.section_id, y.section_id) AS section_id
		FROM access_right r JOIN system_shown y ON y.id = r.asset_id AND y.counts LEFT JOIN first f ON f.person_id = r.person_id
		LEFT JOIN there t ON t.person_id = r.person_id AND t.section_id = r.section_id
		WHERE r.state = 'permitted' AND (r.until_on IS NULL OR r.until_on >= @today::date)
		  AND (@whole OR coalesce(t.section_id, f.section_id, r.section_id, y.section_id) IN (SELECT id FROM section_shown WHERE code = ANY(@codes))))`

// managed tells in SQL of a section s whether it has a 情報セキュリティ管理者 on a day. Those who
// have one are looked up once, and not for each section anew.
const managed = `s.id IN (SELECT h.section_id FROM holding h
	WHERE h.role = @manager AND h.section_id IS NOT NULL AND h.period @> @today::date AND h.rule_period @> @today::date)`

func (p Plan) arguments(today calendar.Date) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"whole": p.Whole, "codes": p.Sections, "today": today}
}

// Foresee tells what a plan would come to. Forbidden for who may open none; Invalid where
// something is missing or wrong; Conflict where one is under way already.
func (s *Service) Foresee(ctx context.Context, actor authz.Actor, p Plan) (Foreseen, error) {
	var f Foreseen
	if _, err := authz.Check(actor, authz.OpenRightReviews, authz.Matter{}); err != nil {
		return f, err
	}
	p = p.tidy()
	err := fault.InvalidFields(p.check(s.today()))
	if err == nil {
		err = refuseSecond(ctx, s.pool)
	}
	if err != nil {
		return f, err
	}
	f.Sections, err = postgres.List[Held](ctx, s.pool, "counting what a confirmation of rights is about", `
		WITH `+asked+`, held AS MATERIALIZED (SELECT section_id, count(*)::int AS rights FROM asked GROUP BY section_id)
		SELECT s.id, s.code, s.name, h.rights, `+managed+` AS managed FROM held h JOIN section_shown s ON s.id = h.section_id ORDER BY s.position, s.code`,
		with(p.arguments(s.today()), pgx.StrictNamedArgs{"manager": authz.SecurityManager}))
	for _, h := range f.Sections {
		f.Rights += h.Rights
	}
	if err == nil && len(f.Sections) == 0 {
		err = errEmpty()
	}
	return f, err
}

func errEmpty() error {
	return fault.InvalidFields([]fault.Problem{{Field: "section", Message: "この範囲には、利用権限がありません。課室を選び直してください。"}})
}

// refuseSecond refuses a second one while one is under way.
func refuseSecond(ctx context.Context, db postgres.Querier) error {
	list, err := postgres.List[struct{ Code string }](ctx, db, "looking for a confirmation of rights", `SELECT code FROM right_review WHERE state = 'open'`)
	if err == nil && len(list) > 0 {
		return fault.New(fault.Conflict, Number(list[0].Code)+"が、まだ終わっていません。それを締めてから、次を始めてください。")
	}
	return err
}

// Open opens a confirmation and returns its code. Those who lead the sections are told. Invalid
// where something is missing or wrong; Conflict where one is under way already.
func (s *Service) Open(ctx context.Context, actor authz.Actor, p Plan) (code string, err error) {
	p = p.tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.OpenRightReviews, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(p.check(tx.Today())); err != nil {
			return door.Unchanged(), err
		}
		if err := refuseSecond(ctx, tx); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		var sections []int64
		var count int
		if id, code, sections, count, err = insert(ctx, tx, actor, p); err != nil {
			return door.Unchanged(), err
		}
		people, err := leaders(ctx, tx, sections)
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{"title", "sections", "due_on"},
			Refs: map[string]int64{"sections": int64(len(sections)), "rights": int64(count)},
			Notices: []notice.Message{{To: slices.DeleteFunc(people, func(id int64) bool { return id == actor.Person }), Notice: notice.Notice{
				Topic: subject, TopicID: id, Title: Number(code) + "を始めてください",
				Text: "「" + p.Title + "」が始まりました。" + calendar.Wareki(p.DueOn) + "までに、課室の職員の利用権限がいまも要るかを、1つずつ確かめてください。", URL: address.RightReview(code),
			}}},
		}, err
	})
	if postgres.Constraint(err) == "right_review_open" {
		err = fault.Wrap(err, fault.Conflict, "いま、ほかの人が利用権限の確認を始めました。一覧を開いて、確かめてください。")
	}
	return code, err
}

// insert writes a confirmation with its rights and sections, with a number of the fiscal year.
func insert(ctx context.Context, tx *door.Tx, actor authz.Actor, p Plan) (id int64, code string, sections []int64, count int, err error) {
	err = tx.QueryRow(ctx, `
		WITH number AS (
			INSERT INTO right_review_number AS n (year, last) VALUES (@year, 1) ON CONFLICT (year) DO UPDATE SET last = n.last + 1 RETURNING year, last)
		INSERT INTO right_review (code, title, whole, due_on, opened_by, opened_at, opened_on, state)
		SELECT year || '-' || last, @title, @whole, @due, @by, @now, @today, 'open' FROM number RETURNING id, code`,
		pgx.StrictNamedArgs{"year": calendar.ReiwaYear(tx.Today()), "title": p.Title, "whole": p.Whole, "due": p.DueOn, "by": actor.Person, "now": tx.Now, "today": tx.Today()}).Scan(&id, &code)
	if err != nil {
		return 0, "", nil, 0, fmt.Errorf("opening a confirmation of rights: %w", err)
	}
	tag, err := tx.Exec(ctx, `
		WITH `+asked+` INSERT INTO right_review_item (review_id, right_id, person_id, section_id) SELECT @id, id, person_id, section_id FROM asked ORDER BY id`,
		with(p.arguments(tx.Today()), pgx.StrictNamedArgs{"id": id}))
	if err != nil {
		return 0, "", nil, 0, fmt.Errorf("writing what a confirmation of rights is about: %w", err)
	}
	if count = int(tag.RowsAffected()); count == 0 {
		return 0, "", nil, 0, errEmpty()
	}
	list, err := postgres.List[struct{ SectionID int64 }](ctx, tx, "writing the sections of a confirmation of rights", `
		WITH step AS (INSERT INTO right_review_step (review_id, at, by, event) VALUES (@id, @now, @by, 'open'))
		INSERT INTO right_review_section (review_id, section_id) SELECT DISTINCT @id::bigint, section_id FROM right_review_item WHERE review_id = @id RETURNING section_id`,
		pgx.StrictNamedArgs{"id": id, "now": tx.Now, "by": actor.Person})
	for _, s := range list {
		sections = append(sections, s.SectionID)
	}
	return id, code, sections, count, err
}

// leaders are those who lead sections: their 情報セキュリティ管理者, or where there is none who
// stands above.
func leaders(ctx context.Context, tx *door.Tx, sections []int64) (people []int64, err error) {
	managers, err := responsible.Of(ctx, tx, authz.SecurityManager, sections, nil, tx.Today())
	for _, section := range sections {
		people = append(people, managers[section]...)
	}
	slices.Sort(people)
	return slices.Compact(people), err
}

// joinSections takes sections into a confirmation to which its people have come since, and says
// how many.
func joinSections(ctx context.Context, tx *door.Tx, v Review) (int, error) {
	tag, err := tx.Exec(ctx, `
		WITH `+workplaces+`, come AS (
			INSERT INTO right_review_section (review_id, section_id)
			SELECT DISTINCT @id::bigint, `+allPlace+` FROM `+allItems+` WHERE v.id = @id AND `+allPlace+` <> i.section_id
			ON CONFLICT DO NOTHING RETURNING section_id)
		INSERT INTO right_review_step (review_id, section_id, at, by, event) SELECT @id, section_id, @now, NULL, 'join' FROM come`,
		with(rights.Instant(tx.Now), pgx.StrictNamedArgs{"id": v.ID}))
	if err != nil {
		return 0, fmt.Errorf("taking sections into a confirmation of rights: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// SectionsToOpen are those of which the actor may open one: all that there are today.
func (s *Service) SectionsToOpen(ctx context.Context, actor authz.Actor) ([]Held, error) {
	if _, err := authz.Check(actor, authz.OpenRightReviews, authz.Matter{}); err != nil {
		return nil, err
	}
	return postgres.List[Held](ctx, s.pool, "listing sections", `
		SELECT s.id, s.code, s.name, 0 AS rights, true AS managed FROM section_shown s
		WHERE (s.established_on IS NULL OR s.established_on <= @today::date) AND (s.abolished_on IS NULL OR s.abolished_on > @today::date) ORDER BY s.position, s.code`,
		pgx.StrictNamedArgs{"today": s.today()})
}
