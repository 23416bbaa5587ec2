package edition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/effective"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
	"kagami/internal/trail"
)

const (
	// mostRows is the most rows of an edition.
	mostRows = 5000
	// mostWaiting is how many editions of a kind may be there that do not hold yet.
	mostWaiting = 10
)

// What a form says of a first day and of a reason, before anybody errs.
const (
	FirstDayHint = effective.FirstDayHint
	ReasonHint   = effective.ReasonHint
)

// Typed is what comes with a file: how the edition is called, and who has fixed it.
type Typed struct {
	Name, Source string
	File         []byte // a table, as sheet.Read takes it
}

// Read reads an edition in; nothing holds yet. It returns the edition's number.
// Invalid where a row can't be read or rows are missing; Conflict where an edition with
// these rows is there, or too many wait to be started; and the errors of sheet.Read.
func (s *Service) Read(ctx context.Context, actor authz.Actor, name string, typed Typed) (int64, error) {
	kind, err := s.kind(name)
	if err != nil {
		return 0, err
	}
	if _, err := authz.Check(actor, authz.KeepEditions, authz.Matter{}); err != nil {
		return 0, err // before anything of the file is read
	}
	typed.Name, typed.Source = strings.TrimSpace(typed.Name), strings.TrimSpace(typed.Source)
	problems := slices.Concat(oneLine("name", "基準の呼び名", typed.Name, 100), oneLine("source", "出典", typed.Source, 500))
	rows, wrong, err := kind.read(ctx, typed.File)
	if err != nil {
		return 0, err
	}
	if err := fault.InvalidFields(append(problems, wrong...)); err != nil {
		return 0, err
	}
	var id int64
	err = s.change(ctx, actor, name, func(tx *door.Tx, actor authz.Actor, kind Kind) (door.Effect, error) {
		if err := kind.takes(ctx, tx, rows); err != nil {
			return door.Unchanged(), err
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO edition (kind, name, source, rows, read_by, read_at) VALUES (@kind, @name, @source, @rows, nullif(@by, 0::bigint), @now) RETURNING id`,
			pgx.StrictNamedArgs{"kind": name, "name": typed.Name, "source": typed.Source, "rows": rows, "by": actor.Person, "now": tx.Now}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("writing the rows: %w", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: "edition", ID: id}, Fields: []string{"rows"}}, nil
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// takes refuses rows that are there already in an edition that holds or may yet, and
// more editions that wait than anybody looks through. One that has held until another
// came may be read in again: it is how a town goes back to it.
func (k Kind) takes(ctx context.Context, tx *door.Tx, rows []Row) error {
	editions, err := listStored(ctx, tx, k.Name)
	if err != nil {
		return err
	}
	var waiting []Edition
	for _, e := range editions {
		if !e.holdsBy(tx.Today()) {
			waiting = append(waiting, e.edition())
		}
	}
	there := append([]Edition{valuesOf(editions, nil).edition(k, tx.Today())}, waiting...)
	there = append(there, coming(slices.Clone(k.Shipped), tx.Today())...)
	for _, e := range there {
		if e, err = e.withRows(ctx, tx); err != nil {
			return err
		}
		if slices.EqualFunc(e.Rows, rows, slices.Equal[Row]) {
			return fault.New(fault.Conflict, fmt.Sprintf("すべての行が「%s」と同じです。読み込まずに、それを使ってください。", e.Name))
		}
	}
	if len(waiting) >= mostWaiting {
		return fault.New(fault.Conflict, fmt.Sprintf("まだ使っていない基準が、%d件あります。使わないものを取り下げてから、読み込んでください。", len(waiting)))
	}
	return nil
}

func oneLine(field, what, typed string, most int) []fault.Problem {
	if n := len([]rune(typed)); n == 0 || n > most || strings.ContainsAny(typed, "\r\n\x00") {
		return []fault.Problem{{Field: field, Message: fmt.Sprintf("%sを、1行、%d字までで入力してください。", what, most)}}
	}
	return nil
}

// tellAtMost is how many rows are named that can't be read.
const tellAtMost = 5

// read reads the rows of a file, with what is wrong with them.
func (k Kind) read(ctx context.Context, file []byte) (rows []Row, wrong []fault.Problem, err error) {
	if len(file) == 0 {
		return nil, atFile("ファイルを選んでください。"), nil
	}
	table := intake.Table{Kind: "edition_" + k.Name, Columns: k.Columns}
	lines := map[string]int{}
	_, err = table.Read(ctx, file, nil, func(r intake.Row) error {
		cells := make([]string, len(k.Columns))
		for i := range cells {
			cells[i] = r.Cell(i)
		}
		row, problem := k.Fold(cells)
		switch {
		case problem != "":
		case lines[row.Key()] > 0:
			problem = fmt.Sprintf("%d行目と同じものです。", lines[row.Key()])
		default:
			lines[row.Key()] = r.Line
			rows = append(rows, row)
		}
		if problem != "" && len(wrong) < tellAtMost {
			wrong = append(wrong, fault.Problem{Field: "file", Message: fmt.Sprintf("%d行目: %s", r.Line, problem)})
		}
		if len(rows) > mostRows {
			return errTooMany
		}
		return nil
	})
	switch {
	case errors.Is(err, errTooMany):
		return nil, atFile(fmt.Sprintf("%d行より多い基準は読み込めません。ファイルを確かめてください。", mostRows)), nil
	case err != nil && fault.KindOf(err) == fault.Invalid, errors.Is(err, sheet.ErrNoHeadings):
		return nil, atFile("見出しを読み取れません。1行目に「" + strings.Join(table.Names(), "」「") + "」がある表を選んでください。"), nil
	case err != nil:
		return nil, nil, err
	case len(wrong) > 0:
		return nil, wrong, nil
	}
	slices.SortFunc(rows, byKey)
	if problem := k.Whole(rows); problem != "" {
		return nil, atFile(problem), nil
	}
	return rows, nil, nil
}

var errTooMany = errors.New("too many rows")

func atFile(message string) []fault.Problem {
	return []fault.Problem{{Field: "file", Message: message}}
}

// Start lets an edition hold from today or a day to come on. A zero day takes back
// what was to hold. Conflict where it holds already.
func (s *Service) Start(ctx context.Context, actor authz.Actor, name string, id int64, first calendar.Date, reason string) error {
	return s.change(ctx, actor, name, func(tx *door.Tx, actor authz.Actor, _ Kind) (door.Effect, error) {
		reason, problems := effective.Reason(reason)
		if !first.IsZero() {
			problems = append(problems, effective.FirstDay(first, tx.Today())...)
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		this, err := find(ctx, tx, name, id)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case first.IsZero() && this.First.IsZero():
			return door.Unchanged(), fault.New(fault.Conflict, "この予定は、すでに取り消されています。画面を開き直してください。")
		case this.holdsBy(tx.Today()):
			return door.Unchanged(), fault.New(fault.Conflict, "この基準は、すでに使い始めています。違っていたときは、正しい基準を読み込んで、使い始めてください。")
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO edition_start (edition_id, first_day, reason, set_by, set_at) VALUES (@edition, @first, @reason, nullif(@by, 0::bigint), @now)`,
			pgx.StrictNamedArgs{"edition": id, "first": first, "reason": reason, "by": actor.Person, "now": tx.Now})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("starting an edition: %w", err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "edition", ID: id}, Fields: []string{"starts"},
			Confidential: map[string]any{"first": first.String(), "reason": reason},
		}, nil
	})
}

// Withdraw takes an edition away that was read in and is not to be used: it is listed no
// more. Conflict where it holds, has held, or is to.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, name string, id int64, reason string) error {
	return s.change(ctx, actor, name, func(tx *door.Tx, actor authz.Actor, _ Kind) (door.Effect, error) {
		reason, problems := effective.Reason(reason)
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		this, err := find(ctx, tx, name, id)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case this.holdsBy(tx.Today()):
			return door.Unchanged(), fault.New(fault.Conflict, "この基準は、すでに使い始めているため、取り下げられません。違っていたときは、正しい基準を読み込んで、使い始めてください。")
		case !this.First.IsZero():
			return door.Unchanged(), fault.New(fault.Conflict, "この基準には、使い始める予定があります。先に予定を取り消してから、取り下げてください。")
		}
		_, err = tx.Exec(ctx, `INSERT INTO edition_withdrawal (edition_id, reason, withdrawn_by, withdrawn_at) VALUES (@edition, @reason, nullif(@by, 0::bigint), @now)`,
			pgx.StrictNamedArgs{"edition": id, "reason": reason, "by": actor.Person, "now": tx.Now})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("withdrawing an edition: %w", err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "edition", ID: id}, Fields: []string{"withdrawn"}, Confidential: map[string]any{"reason": reason},
		}, nil
	})
}

// find is an edition of a kind that was read in; NotFound where there is none.
func find(ctx context.Context, tx *door.Tx, name string, id int64) (stored, error) {
	editions, err := listStored(ctx, tx, name)
	if err != nil {
		return stored{}, err
	}
	at := slices.IndexFunc(editions, func(e stored) bool { return e.ID == id })
	if at < 0 {
		return stored{}, errNoEdition()
	}
	return editions[at], nil
}

// Say is what the town says of one row.
type Say struct {
	Cells  []string // as typed; of a row that is struck or restored only the key counts
	What   string   // "own", "struck" or "as_edition"
	First  calendar.Date
	Reason string
}

// Say lets the town's own row hold over the editions from a day on, strikes a row, or
// lets it be again as the edition has it. Invalid where that is so already.
func (s *Service) Say(ctx context.Context, actor authz.Actor, name string, typed Say) error {
	return s.change(ctx, actor, name, func(tx *door.Tx, actor authz.Actor, kind Kind) (door.Effect, error) {
		values, err := load(ctx, tx, typed.First, name)
		if err != nil {
			return door.Unchanged(), err
		}
		said, reason, err := kind.weigh(values, typed, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		return write(ctx, tx, actor, name, said, reason)
	})
}

// weigh checks what the town would say of a row.
func (k Kind) weigh(values Values, typed Say, today calendar.Date) (own, string, error) {
	reason, problems := effective.Reason(typed.Reason)
	problems = append(problems, effective.FirstDay(typed.First, today)...)
	key, cells, problem := k.said(typed, values.on(k, typed.First), values.said(k, typed.First))
	if problem != "" {
		problems = append(problems, fault.Problem{Field: "row", Message: problem})
	}
	said := own{Key: key, First: typed.First, Says: says(typed.What), Cells: cells}
	if said.Says == itsOwn && values.with(k.Name, said).ownOn(k, typed.First) > k.MostOwn {
		problems = append(problems, fault.Problem{Field: "row", Message: fmt.Sprintf(
			"町の行は、同じ日に%d件までです。要らない町の行を「基準のとおりに戻す」で戻してから、足してください。", k.MostOwn)})
	}
	return said, reason, fault.InvalidFields(problems)
}

// Foreseen is what saying something of a row would change, on its first day.
type Foreseen struct {
	Key           string
	First         calendar.Date
	Before, After Row // nil where there is none
	Reason        string
	Next          *Own // what the town says of the row after that, if it does
}

// Foresee tells what Say would change, and refuses what it would refuse; nothing holds
// yet.
func (s *Service) Foresee(ctx context.Context, actor authz.Actor, name string, typed Say) (Foreseen, error) {
	if _, err := authz.Check(actor, authz.KeepEditions, authz.Matter{}); err != nil {
		return Foreseen{}, err
	}
	kind, err := s.kind(name)
	if err != nil {
		return Foreseen{}, err
	}
	values, err := load(ctx, s.pool, typed.First, name)
	if err != nil {
		return Foreseen{}, err
	}
	said, reason, err := kind.weigh(values, typed, calendar.Day(s.door.Now()))
	if err != nil {
		return Foreseen{}, err
	}
	row := func(values Values) Row {
		for _, r := range values.on(kind, typed.First) {
			if r.Key() == said.Key {
				return r.Row
			}
		}
		return nil
	}
	f := Foreseen{Key: said.Key, First: typed.First, Before: row(values), After: row(values.with(name, said)), Reason: reason}
	for _, next := range values.planned(name, typed.First) {
		if next.Key == said.Key {
			f.Next = &Own{Key: next.Key, First: next.First, Row: next.Cells, Struck: next.Says == struck}
			break
		}
	}
	return f, nil
}

// TakeBack takes back what the town was to say of a row from a day to come on. Conflict
// where nothing is, and where without it there were too many rows of the town's own.
func (s *Service) TakeBack(ctx context.Context, actor authz.Actor, name, key string, first calendar.Date, reason string) error {
	return s.change(ctx, actor, name, func(tx *door.Tx, actor authz.Actor, kind Kind) (door.Effect, error) {
		reason, problems := effective.Reason(reason)
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		values, err := load(ctx, tx, first, name)
		if err != nil {
			return door.Unchanged(), err
		}
		planned := slices.ContainsFunc(values.planned(name, tx.Today()), func(o own) bool { return o.Key == key && o.First == first })
		if !planned {
			return door.Unchanged(), fault.New(fault.Conflict, "この予定は、すでに始まったか、取り消されています。画面を開き直してください。")
		}
		if values.without(name, key, first).ownOn(kind, first) > kind.MostOwn {
			return door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf(
				"取り消すと、町の行が同じ日に%d件を超えます。要らない町の行を「基準のとおりに戻す」で戻してから、取り消してください。", kind.MostOwn))
		}
		return write(ctx, tx, actor, name, own{Key: key, First: first, Says: takenBack}, reason)
	})
}

// write writes what the town says of a row.
func write(ctx context.Context, tx *door.Tx, actor authz.Actor, name string, o own, reason string) (door.Effect, error) {
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO edition_own (kind, key, first_day, says, cells, reason, set_by, set_at)
		VALUES (@kind, @key, @first, @says, @cells, @reason, nullif(@by, 0::bigint), @now) RETURNING id`,
		pgx.StrictNamedArgs{
			"kind": name, "key": o.Key, "first": o.First, "says": o.Says, "cells": o.Cells,
			"reason": reason, "by": actor.Person, "now": tx.Now,
		}).Scan(&id)
	if err != nil {
		return door.Unchanged(), fmt.Errorf("writing a town's own row: %w", err)
	}
	field := "row"
	if o.Says == takenBack {
		field = "taken_back"
	}
	return door.Effect{
		Subject: trail.Subject{Kind: "edition_own", ID: id}, Fields: []string{field},
		Confidential: map[string]any{"key": o.Key, "first": o.First.String(), "reason": reason},
	}, nil
}

// said checks what is said of a row against the rows in effect on its first day.
func (k Kind) said(typed Say, rows []InEffect, before map[string]own) (key string, cells Row, problem string) {
	find := func(key string) int {
		return slices.IndexFunc(rows, func(r InEffect) bool { return r.Key() == key })
	}
	switch says(typed.What) {
	case itsOwn:
		row, problem := k.Fold(typed.Cells)
		if problem != "" {
			return "", nil, problem
		}
		if at := find(row.Key()); at >= 0 && slices.Equal(rows[at].Row, row) {
			return "", nil, "この行は、すでにそのとおりです。"
		}
		return row.Key(), row, ""
	case struck, asEdition:
		key, problem := k.Key(typed.Cells[0])
		if problem == "" && says(typed.What) == struck && find(key) < 0 {
			problem = "この行は、その日にはありません。上の表で確かめてください。"
		}
		if o := before[key]; problem == "" && says(typed.What) == asEdition && (o.Says == "" || o.Says == asEdition) {
			problem = "この行は、その日には、すでに基準のとおりです。"
		}
		return key, nil, problem
	}
	return "", nil, "行に何をするかを選んでください。"
}

// change makes a change of one kind, one after another.
func (s *Service) change(ctx context.Context, actor authz.Actor, name string, fn func(*door.Tx, authz.Actor, Kind) (door.Effect, error)) error {
	kind, err := s.kind(name)
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepEditions, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, "settings"); err != nil {
			return door.Unchanged(), err
		}
		return fn(tx, actor, kind)
	})
	if err != nil {
		return fmt.Errorf("changing the editions of %s: %w", name, err)
	}
	return nil
}
