package setting

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/effective"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Service is the settings of a town, of all that its capabilities let it set.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	all  []Setting
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, all ...Setting) *Service {
	return &Service{pool: pool, door: d, all: all}
}

// stored is a row of what was set, with who has set it.
type stored struct {
	ID     int64
	Name   string
	First  calendar.Date
	Value  *string
	Reason string
	By     string
	SetAt  time.Time
}

// holds tells which rows hold: of each first day the newest that has a value.
// rows are in the order of names, first days and ids.
func holds(rows []stored) []stored {
	var list []stored
	for i, r := range rows {
		if newest := i+1 == len(rows) || rows[i+1].Name != r.Name || rows[i+1].First != r.First; newest && r.Value != nil {
			list = append(list, r)
		}
	}
	return list
}

func list(ctx context.Context, db postgres.Querier, name string) ([]stored, error) {
	return postgres.List[stored](ctx, db, "listing settings", `
		SELECT v.id, v.name, v.first_day AS first, v.value, v.reason, coalesce(p.name, '') AS by, v.set_at
		FROM setting_value v LEFT JOIN person_shown p ON p.id = v.set_by
		WHERE @name = '' OR v.name = @name ORDER BY v.name, v.first_day, v.id`, pgx.StrictNamedArgs{"name": name})
}

// LoadForPortal returns what a town has set, for rules that go by it.
func LoadForPortal(ctx context.Context, db postgres.Querier) (Values, error) {
	rows, err := list(ctx, db, "")
	if err != nil {
		return Values{}, err
	}
	return valuesOf(rows), nil
}

func valuesOf(rows []stored) Values {
	v := Values{of: map[string][]value{}}
	for _, r := range holds(rows) {
		v.of[r.Name] = append(v.of[r.Name], value{r.First, *r.Value})
	}
	return v
}

// Entry is a value in a setting's history.
type Entry struct {
	First  calendar.Date
	Value  string // as people read it; empty where the value of that day was taken back
	Reason string
	By     string // empty for the operator
	SetAt  time.Time
	Stands Standing
}

// Standing is how a value of a history stands on a day.
type Standing int

// The standings.
const (
	TakenBack Standing = iota // it is none: that of the day was taken back
	Replaced                  // another was set for the same day, or it was taken back
	Past                      // it held until another did
	Now
	Later
)

// Line is a setting as people see it on a day.
type Line struct {
	Setting
	Value   string  // that holds
	Coming  []Entry // those that are to hold later, the earliest first
	History []Entry // all, that of the latest first day first
	Newest  Entry   // that was made last
	Last    int64   // its number; 0 where nothing was ever set
	Changes bool    // whether the actor may set it
}

// Lines lists the settings. Forbidden to who may not see them.
func (s *Service) Lines(ctx context.Context, actor authz.Actor) ([]Line, error) {
	return s.lines(ctx, actor, "")
}

// Line is one of Lines; NotFound where there is none of the name.
func (s *Service) Line(ctx context.Context, actor authz.Actor, name string) (Line, error) {
	if _, ok := s.find(name); !ok {
		return Line{}, errNone()
	}
	lines, err := s.lines(ctx, actor, name)
	if err != nil {
		return Line{}, err
	}
	return lines[0], nil
}

func (s *Service) lines(ctx context.Context, actor authz.Actor, name string) ([]Line, error) {
	if _, err := authz.Check(actor, authz.SeeSettings, authz.Matter{}); err != nil {
		return nil, err
	}
	rows, err := list(ctx, s.pool, name)
	if err != nil {
		return nil, err
	}
	of := map[string][]stored{}
	for _, r := range rows {
		of[r.Name] = append(of[r.Name], r)
	}
	today := calendar.Day(s.door.Now())
	var lines []Line
	for _, one := range s.all {
		if name == "" || name == one.Name {
			lines = append(lines, line(one, of[one.Name], today, actor))
		}
	}
	return lines, nil
}

func line(s Setting, rows []stored, today calendar.Date, actor authz.Actor) Line {
	_, changes := actor.May(authz.ChangeSettings, authz.Matter{})
	l := Line{Setting: s, Value: s.Show(s.Default), Changes: changes}
	held := holds(rows)
	for _, r := range rows {
		entry := Entry{First: r.First, Reason: r.Reason, By: r.By, SetAt: r.SetAt}
		if r.Value != nil {
			entry.Value = s.Show(*r.Value)
		}
		holds := slices.ContainsFunc(held, func(h stored) bool { return h.ID == r.ID })
		switch {
		case r.Value == nil:
			entry.Stands = TakenBack
		case !holds:
			entry.Stands = Replaced
		case entry.First.After(today):
			entry.Stands = Later
			l.Coming = append(l.Coming, entry)
		default:
			for i, before := range l.History {
				if before.Stands == Now {
					l.History[i].Stands = Past
				}
			}
			entry.Stands, l.Value = Now, entry.Value
		}
		l.History = append(l.History, entry)
		if r.ID > l.Last {
			l.Newest, l.Last = entry, r.ID
		}
	}
	slices.Reverse(l.History)
	return l
}

func (s *Service) find(name string) (Setting, bool) {
	at := slices.IndexFunc(s.all, func(one Setting) bool { return one.Name == name })
	if at < 0 {
		return Setting{}, false
	}
	return s.all[at], true
}

func errNone() error {
	return fault.New(fault.NotFound, "この設定はありません。「町の設定」の一覧から選び直してください。")
}

// Typed is a value as somebody has typed it.
type Typed struct {
	Value  string
	First  calendar.Date
	Reason string
	// Last is that of the Line that they saw.
	Last int64
}

// Set sets a value from today or a day to come on. What has held is never changed:
// Invalid for a day that is over, and where the value holds on that day already.
// Conflict where somebody else has changed the setting since it was shown.
func (s *Service) Set(ctx context.Context, actor authz.Actor, name string, t Typed) error {
	one, ok := s.find(name)
	if !ok {
		return errNone()
	}
	kept, problem := one.Fold(t.Value)
	return s.write(ctx, actor, one, t, &kept, problem)
}

// TakeBack takes back what was to hold from a day to come on; the value that was typed
// does not count. Conflict as for Set.
func (s *Service) TakeBack(ctx context.Context, actor authz.Actor, name string, t Typed) error {
	one, ok := s.find(name)
	if !ok {
		return errNone()
	}
	return s.write(ctx, actor, one, t, nil, "")
}

// write writes a value, or nil for one that is taken back.
func (s *Service) write(ctx context.Context, actor authz.Actor, one Setting, t Typed, kept *string, problem string) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeSettings, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, "settings"); err != nil {
			return door.Unchanged(), err
		}
		rows, err := list(ctx, tx, one.Name)
		if err != nil {
			return door.Unchanged(), err
		}
		now := line(one, rows, tx.Today(), actor)
		if now.Last != t.Last {
			return door.Unchanged(), fault.New(fault.Conflict, "画面を開いたあとに、この設定がほかで変わりました。今回の変更は、まだしていません。いまの値と履歴を確かめて、よければ、もう一度押してください。")
		}
		if kept != nil && problem == "" && valuesOf(rows).on(one, t.First) == *kept {
			problem = fmt.Sprintf("その日は、すでに「%s」です。変えるときは、ほかの値にしてください。", one.Show(*kept))
		}
		reason, unreasoned := effective.Reason(t.Reason)
		if err := fault.InvalidFields(append(t.problems(problem, tx.Today(), kept == nil), unreasoned...)); err != nil {
			return door.Unchanged(), err
		}
		if kept == nil && !slices.ContainsFunc(now.Coming, func(e Entry) bool { return e.First == t.First }) {
			return door.Unchanged(), fault.New(fault.Conflict, "この予定は、すでに取り消されたか、変わっています。画面を開き直してください。")
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO setting_value (name, first_day, value, reason, set_by, set_at) VALUES (@name, @first, @value, @reason, nullif(@by, 0::bigint), @now) RETURNING id`,
			pgx.StrictNamedArgs{"name": one.Name, "first": t.First, "value": kept, "reason": reason, "by": actor.Person, "now": tx.Now}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("writing a setting: %w", err)
		}
		field := "value"
		if kept == nil {
			field = "taken_back"
		}
		return door.Effect{Subject: trail.Subject{Kind: "setting", ID: id}, Fields: []string{field}, Confidential: map[string]any{"name": one.Name, "first": t.First.String(), "reason": reason}}, nil
	})
	if err != nil {
		return fmt.Errorf("setting %s: %w", one.Name, err)
	}
	return nil
}

// problems says what is wrong with what was typed, for a value that is set or for one
// that is taken back.
func (t Typed) problems(problem string, today calendar.Date, back bool) []fault.Problem {
	var problems []fault.Problem
	if problem != "" {
		problems = append(problems, fault.Problem{Field: "value", Message: problem})
	}
	if back && !t.First.IsZero() && !t.First.After(today) {
		return append(problems, fault.Problem{Field: "first", Message: "すでに始まった設定は取り消せません。新しい値を設定してください。"})
	}
	return append(problems, effective.FirstDay(t.First, today)...)
}
