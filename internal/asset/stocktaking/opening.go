package stocktaking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Plan is what is to be gone through, and by when.
type Plan struct {
	Title    string
	Whole    bool // all sections
	Sections []string
	Kinds    []string // of assets; none for all
	Levels   []string // of 機密性; none for all
	DueOn    calendar.Date
}

// longest is for how many days a 棚卸し goes on at most: it is one of the year.
const longest = 366

const maxTitle = 100

// check finds what is wrong with a plan on a day.
func (p Plan) check(scheme asset.Scheme, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch n := utf8.RuneCountInString(p.Title); {
	case n == 0:
		wrong("title", "棚卸しの名前を入力してください。")
	case n > maxTitle:
		wrong("title", "棚卸しの名前が長すぎます。"+strconv.Itoa(maxTitle)+"字までで書いてください。")
	}
	if !p.Whole && len(p.Sections) == 0 {
		wrong("section", "課室を1つ以上選ぶか、「すべての課室」を選んでください。")
	}
	for _, kind := range p.Kinds {
		if !slices.ContainsFunc(asset.Kinds, func(k asset.Choice[asset.Kind]) bool { return string(k.Value) == kind }) {
			wrong("kind", "種別を、選び直してください。")
			break
		}
	}
	for _, level := range p.Levels {
		if _, known := scheme.Level(asset.Confidentiality, level); !known {
			wrong("level", "機密性を、選び直してください。")
			break
		}
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
	Assets  int
	Busy    string // the code of the 棚卸し that it is gone through by already; empty for none
	Managed bool   // whether it has a 情報セキュリティ管理者 today
}

// Foreseen is what a plan comes to today.
type Foreseen struct {
	Sections []Held
	Assets   int
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

// chosen tells in SQL of an asset a whether it counts, and a plan is about it; scoped, whether
// a plan of some @kinds and @levels is.
const (
	chosen = `a.state ` + life.Counts + ` AND ` + scoped
	scoped = `(@kinds::text[] = '{}' OR a.kind = ANY(@kinds)) AND (@levels::text[] = '{}' OR a.confidentiality = ANY(@levels))`
)

// managed tells in SQL of a section s whether it has a 情報セキュリティ管理者 on a day. Those who
// have one are looked up once, and not for each section anew.
const managed = `s.id IN (SELECT h.section_id FROM holding h
	WHERE h.role = @manager AND h.section_id IS NOT NULL AND h.period @> @today::date AND h.rule_period @> @today::date)`

// Foresee tells what a plan would come to. Forbidden for who may open none; Invalid where
// something is missing or wrong; Conflict where some of its sections are gone through already.
func (s *Service) Foresee(ctx context.Context, actor authz.Actor, p Plan) (Foreseen, error) {
	if _, err := authz.Check(actor, authz.OpenStocktakings, authz.Matter{}); err != nil {
		return Foreseen{}, err
	}
	return s.foresee(ctx, s.pool, p.tidy(), calendar.Day(s.door.Now()))
}

func (p Plan) tidy() Plan {
	p.Title = strings.TrimSpace(p.Title)
	p.Sections, p.Kinds, p.Levels = append([]string{}, p.Sections...), append([]string{}, p.Kinds...), append([]string{}, p.Levels...)
	if p.Whole {
		p.Sections = []string{}
	}
	return p
}

func (s *Service) foresee(ctx context.Context, db postgres.Querier, p Plan, today calendar.Date) (Foreseen, error) {
	scheme, err := s.register.SchemeOn(ctx, db, today)
	if err != nil {
		return Foreseen{}, err
	}
	if err := fault.InvalidFields(p.check(scheme, today)); err != nil {
		return Foreseen{}, err
	}
	var f Foreseen
	f.Sections, err = postgres.List[Held](ctx, db, "counting what a 棚卸し is about", `
		WITH held AS MATERIALIZED (
			SELECT a.section_id, count(*)::int AS assets FROM asset a
			WHERE `+chosen+` AND (@whole OR a.section_id IN (SELECT id FROM section_shown WHERE code = ANY(@sections))) GROUP BY a.section_id)
		SELECT s.id, s.code, s.name, h.assets, coalesce((
			SELECT t.code FROM stocktaking_section n JOIN stocktaking t ON t.id = n.stocktaking_id WHERE n.open AND n.section_id = s.id), '') AS busy, `+managed+` AS managed
		FROM held h JOIN section_shown s ON s.id = h.section_id WHERE `+asset.IsThere+` ORDER BY s.position, s.code`,
		pgx.StrictNamedArgs{"whole": p.Whole, "sections": p.Sections, "kinds": p.Kinds, "levels": p.Levels, "today": today, "manager": authz.SecurityManager})
	if err != nil {
		return f, err
	}
	var busy []Held
	for _, h := range f.Sections {
		if f.Assets += h.Assets; h.Busy != "" {
			busy = append(busy, h)
		}
	}
	if len(busy) > 0 {
		return f, errBusy(busy)
	}
	if len(f.Sections) == 0 {
		return f, fault.InvalidFields([]fault.Problem{{Field: "section", Message: "この範囲には、情報資産がありません。課室、種別、機密性を選び直してください。"}})
	}
	return f, nil
}

// named is how many names a message says.
const named = 3

// errBusy says which sections are gone through already, and by which 棚卸し.
func errBusy(busy []Held) error {
	var names []string
	for _, h := range busy[:min(named, len(busy))] {
		names = append(names, h.Name+"（"+Number(h.Busy)+"）")
	}
	list := strings.Join(names, "、")
	if more := len(busy) - named; more > 0 {
		list += "ほか" + strconv.Itoa(more) + "課室"
	}
	return fault.New(fault.Conflict, "棚卸しが終わっていない課室があります："+list+"。その棚卸しを締めてから始めるか、その課室を外してください。")
}

// Open opens a 棚卸し and returns its code. Those who go through the sections are told.
// Invalid where something is missing or wrong; Conflict where some of its sections are gone
// through already.
func (s *Service) Open(ctx context.Context, actor authz.Actor, p Plan) (code string, err error) {
	p = p.tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.OpenStocktakings, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		f, err := s.foresee(ctx, tx, p, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		var id int64
		if id, code, err = insert(ctx, tx, actor, p, f); err != nil {
			return door.Unchanged(), err
		}
		people, err := goers(ctx, tx, id, Stages)
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{"title", "sections", "kinds", "levels", "due_on"},
			Refs: map[string]int64{"sections": int64(len(f.Sections)), "assets": int64(f.Assets)},
			Notices: []notice.Message{{To: slices.DeleteFunc(people, func(id int64) bool { return id == actor.Person }), Notice: notice.Notice{
				Topic: subject, TopicID: id, Title: Number(code) + "を始めてください",
				Text: "「" + p.Title + "」が始まりました。" + calendar.Wareki(p.DueOn) + "までに、課室の情報資産を1つずつ確かめてください。", URL: address.Stocktaking(code),
			}}},
		}, err
	})
	return code, err
}

// insert writes a 棚卸し with its sections, with a number of the fiscal year.
func insert(ctx context.Context, tx *door.Tx, actor authz.Actor, p Plan, f Foreseen) (id int64, code string, err error) {
	err = tx.QueryRow(ctx, `
		WITH number AS (
			INSERT INTO stocktaking_number AS n (year, last) VALUES (@year, 1) ON CONFLICT (year) DO UPDATE SET last = n.last + 1 RETURNING year, last)
		INSERT INTO stocktaking (code, title, whole, kinds, levels, due_on, opened_by, opened_at, opened_on, last_asset, state)
		SELECT year || '-' || last, @title, @whole, @kinds, @levels, @due, @by, @now, @today, coalesce((SELECT max(id) FROM asset), 0), 'open' FROM number
		RETURNING id, code`,
		pgx.StrictNamedArgs{
			"year": calendar.ReiwaYear(tx.Today()), "title": p.Title, "whole": p.Whole, "kinds": p.Kinds, "levels": p.Levels, "due": p.DueOn,
			"by": actor.Person, "now": tx.Now, "today": tx.Today(),
		}).Scan(&id, &code)
	if err != nil {
		return 0, "", fmt.Errorf("opening a 棚卸し: %w", err)
	}
	sections, held := make([]int64, len(f.Sections)), make([]int, len(f.Sections))
	for i, h := range f.Sections {
		sections[i], held[i] = h.ID, h.Assets
	}
	_, err = tx.Exec(ctx, `
		WITH step AS (INSERT INTO stocktaking_step (stocktaking_id, at, by, event) VALUES (@id, @now, @by, 'open'))
		INSERT INTO stocktaking_section (stocktaking_id, section_id, held) SELECT @id, section, held FROM unnest(@sections::bigint[], @held::int[]) AS h(section, held)`,
		pgx.StrictNamedArgs{"id": id, "now": tx.Now, "by": actor.Person, "sections": sections, "held": held})
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.ConstraintName == "stocktaking_section_open" {
		return 0, "", fault.Wrap(err, fault.Conflict, "いま、ほかの人が同じ課室の棚卸しを始めました。棚卸しの一覧を開いて、確かめてください。")
	}
	if err != nil {
		return 0, "", fmt.Errorf("opening a 棚卸し: %w", err)
	}
	return id, code, nil
}

// Number is what a 棚卸し is called, by its code: 棚卸し-令和8年度, and the second of a year
// 棚卸し-令和8年度（2回目）.
func Number(code string) string {
	year, nth, _ := strings.Cut(code, "-")
	if nth == "1" {
		return "棚卸し-令和" + year + "年度"
	}
	return "棚卸し-令和" + year + "年度（" + nth + "回目）"
}

// goers are those who go through the sections of a 棚卸し that stand in some stages: whoever
// may answer there by a role, or as 台帳担当者. The sections are looked up first, in one array:
// joined, where nobody has counted yet how many there are, each would look all people up anew.
func goers(ctx context.Context, tx *door.Tx, id int64, stages []Stage) ([]int64, error) {
	const gone = `ARRAY(SELECT n.section_id FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id WHERE t.id = @id AND n.state = ANY(@stages) AND ` + holdsAny + `)`
	list, err := postgres.List[struct{ PersonID int64 }](ctx, tx, "listing who goes through a register", `
		SELECT h.person_id FROM holding h WHERE h.section_id = ANY(`+gone+`) AND h.role = ANY(@roles) AND h.period @> @today::date AND h.rule_period @> @today::date
		UNION SELECT k.person_id FROM register_keeping k WHERE k.section_id = ANY(`+gone+`) AND k.period @> @today::date AND k.stay @> @today::date ORDER BY 1`,
		pgx.StrictNamedArgs{"id": id, "stages": stages, "roles": authz.RolesWith(authz.DraftAssets, authz.Own), "today": tx.Today()})
	people := make([]int64, len(list))
	for i, p := range list {
		people[i] = p.PersonID
	}
	return people, err
}
