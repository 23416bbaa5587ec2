// Package many is many assets registered and changed at once: all of them, or none.
package many

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Service changes many assets of a register in a database.
type Service struct {
	pool     *pgxpool.Pool
	door     *door.Door
	register *asset.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, register *asset.Service) *Service {
	return &Service{pool, d, register}
}

// Place is a section of the register.
type Place struct {
	ID   int64
	Code string
	Name string
	Mine bool // whether the actor may register its assets, and change them, at least as drafts
	Only bool // whether only as drafts
}

// Asked is what a change of many assets asks for: those that it may be about.
type Asked struct {
	Numbers []string // 管理番号, or the sections' own numbers
	Names   []string // of those that have no number of the section
}

// Standing is the register as a change of many assets finds it.
type Standing struct {
	Today  calendar.Date
	Scheme asset.Scheme
	Places []Place
	Assets []asset.Asset // of those sections that are Mine

	// Given are the codes, in small letters, under which 管理番号 have been given: also of
	// sections that are no more, or have another code today.
	Given map[string]bool

	// Awaiting are the drafts among them that somebody confirms: they stay drafts.
	Awaiting map[int64]bool

	// Named hands on the assets of sections that count, for finding those of which a
	// name is written otherwise.
	Named func(sections []int64, each func(Named)) error
}

// Named is an asset by its name.
type Named struct {
	ID      int64
	Code    string
	Section int64
	Name    string
}

// Standing is what a change of many assets would find now. Forbidden for who may
// change none.
func (s *Service) Standing(ctx context.Context, actor authz.Actor, asked Asked) (Standing, error) {
	return s.standing(ctx, s.pool, actor, calendar.Day(s.door.Now()), asked, "")
}

func (s *Service) standing(ctx context.Context, db postgres.Querier, actor authz.Actor, today calendar.Date, asked Asked, lock string) (Standing, error) {
	if actor.Reach(authz.DraftAssets) < authz.Own {
		return Standing{}, fault.New(fault.Forbidden, "情報資産の登録は、あなたの役割ではできません。")
	}
	scheme, err := s.register.SchemeOn(ctx, db, today)
	if err != nil {
		return Standing{}, err
	}
	found := Standing{Today: today, Scheme: scheme, Named: func(sections []int64, each func(Named)) error {
		return eachNamed(ctx, db, sections, each)
	}}
	found.Places, err = postgres.List[Place](ctx, db, "listing sections", `
		SELECT s.id, s.code, s.name, false AS mine, false AS only FROM section_shown s WHERE `+asset.IsThere+` ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"today": today})
	if err != nil {
		return Standing{}, err
	}
	given, err := postgres.List[struct{ Code string }](ctx, db, "listing the codes of numbers", `SELECT lower(code) AS code FROM asset_number`, pgx.StrictNamedArgs{})
	if err != nil {
		return Standing{}, err
	}
	found.Given = make(map[string]bool, len(given))
	for _, g := range given {
		found.Given[g.Code] = true
	}
	mine := []int64{}
	for i := range found.Places {
		p := &found.Places[i]
		if _, p.Mine = actor.May(authz.DraftAssets, authz.Matter{OwnersSection: p.ID}); p.Mine {
			p.Only = asset.Drafts(actor, p.ID)
			mine = append(mine, p.ID)
		}
	}
	// each is looked up by itself: however old the statistics are, no plan looks a number up
	// in each section, or goes through all numbers for each asset
	found.Assets, err = postgres.List[asset.Asset](ctx, db, "finding many assets", asset.Select+`
		WHERE a.section_id = ANY(@mine) AND a.id IN (
			SELECT f.id FROM unnest(@codes::text[]) AS n(code), LATERAL (SELECT o.id FROM asset o WHERE o.code = n.code OFFSET 0) f
			UNION SELECT f.id FROM unnest(@numbers::text[]) AS n(number), LATERAL (
				SELECT o.id FROM asset o WHERE lower(o.own_number) = n.number AND o.own_number <> '' AND o.state `+life.Counts+` OFFSET 0) f
			UNION SELECT f.id FROM unnest(@numbers::text[]) AS n(number), LATERAL (
				SELECT o.id FROM asset o WHERE lower(o.own_number) = n.number AND o.own_number <> '' AND o.state `+life.Ends+` OFFSET 0) f
			UNION SELECT f.id FROM unnest(@names::text[]) AS n(name), LATERAL (
				SELECT o.id FROM asset o WHERE o.name = n.name AND o.own_number = '' AND o.state `+life.Counts+` OFFSET 0) f
			UNION SELECT f.id FROM unnest(@names::text[]) AS n(name), LATERAL (
				SELECT o.id FROM asset o WHERE o.name = n.name AND o.own_number = '' AND o.state `+life.Ends+` OFFSET 0) f)
		ORDER BY a.id `+lock, pgx.StrictNamedArgs{"mine": mine, "codes": found.codes(asked.Numbers), "numbers": lowered(asked.Numbers), "names": append([]string{}, asked.Names...)})
	if err != nil {
		return Standing{}, err
	}
	found.Awaiting, err = s.register.Awaiting(ctx, db, found.Assets...)
	return found, err
}

func eachNamed(ctx context.Context, db postgres.Querier, sections []int64, each func(Named)) error {
	rows, err := db.Query(ctx, `SELECT id, code, section_id, name FROM asset WHERE state `+life.Counts+` AND section_id = ANY(@sections) ORDER BY id`,
		pgx.StrictNamedArgs{"sections": sections})
	if err != nil {
		return fmt.Errorf("listing the names of assets: %w", err)
	}
	var n Named
	if _, err := pgx.ForEachRow(rows, []any{&n.ID, &n.Code, &n.Section, &n.Name}, func() error {
		each(n)
		return nil
	}); err != nil {
		return fmt.Errorf("listing the names of assets: %w", err)
	}
	return nil
}

// codes are the 管理番号 that numbers may be, however they are written: with the section's
// code as it is written now, or in small letters, or in capitals. A number that ends
// otherwise than with a dash and four digits is none.
func (s Standing) codes(numbers []string) []string {
	written := map[string]string{}
	for _, p := range s.Places {
		written[strings.ToLower(p.Code)] = p.Code
	}
	list := []string{}
	for _, number := range numbers {
		if at := strings.LastIndexByte(number, '-'); at < 1 || len(number)-at <= 4 {
			continue
		}
		list = append(list, number)
		low := strings.ToLower(number)
		variants := []string{low, strings.ToUpper(number)}
		if at := strings.LastIndexByte(low, '-'); at > 0 && written[low[:at]] != "" {
			variants = append(variants, written[low[:at]]+low[at:])
		}
		for _, v := range variants {
			if v != number {
				list = append(list, v)
			}
		}
	}
	return list
}

func lowered(list []string) []string {
	low := make([]string, len(list))
	for i, text := range list {
		low[i] = strings.ToLower(text)
	}
	return low
}

// manyLock is held by whoever changes many assets: one such change at a time.
const manyLock door.Lock = "imports of assets"

// Change registers and changes what plan makes of the register as it stands: all of
// it, or nothing. The entries of what was there come first: numbers that change hands are
// free before they are given. They are asked for beside what is written of them.
// Forbidden where one is of a section whose assets the actor may not change; Conflict
// where the plan changes what has ended, or gives a section's number twice, and while
// another such change is under way; Invalid where details are wrong; and the errors of
// plan, which may be asked again.
func (s *Service) Change(ctx context.Context, actor authz.Actor, asked Asked, plan func(*door.Tx, Standing) (iter.Seq[asset.Entry], error)) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if free, err := tx.TryTake(ctx, manyLock); err != nil {
			return door.Unchanged(), err
		} else if !free {
			return door.Unchanged(), fault.New(fault.Conflict, "いま、ほかの台帳の取り込みか、まとめての変更が行われています。1分ほど待ってから、もう一度行ってください。何も変更されていません。")
		}
		found, err := s.standing(ctx, tx, actor, tx.Today(), asked, "FOR UPDATE OF a")
		if err != nil {
			return door.Unchanged(), err
		}
		var mine int64 // one of those that are theirs, for a plan that has nothing to do
		for _, p := range found.Places {
			if p.Mine {
				mine = p.ID
			}
		}
		if _, err := asset.Allow(tx, actor, mine); err != nil {
			return door.Unchanged(), err
		}
		list, err := plan(tx, found)
		if err != nil {
			return door.Unchanged(), err
		}
		m := &change{tx: tx, actor: actor, scheme: found.Scheme, awaiting: found.Awaiting, allowed: map[int64]door.Allowed{}}
		for b := range m.ahead(list) {
			err := b.err
			if err == nil {
				err = m.write(ctx, b)
			}
			if err != nil {
				return door.Unchanged(), err
			}
		}
		if m.first.Subject.Kind != "" {
			if err := s.register.Fits(ctx, tx, m.rekinded...); err != nil {
				return door.Unchanged(), err
			}
			if err := s.register.Spread(ctx, tx, m.risen...); err != nil {
				return door.Unchanged(), err
			}
			if err := asset.SetLow(ctx, tx, m.risen); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := s.register.Drafted(ctx, tx, actor, m.drafted...); err != nil {
			return door.Unchanged(), err
		}
		_, err = asset.Allow(tx, actor, cmp.Or(m.section, mine))
		return m.first, err
	})
}

// change is a change of many assets under way.
type change struct {
	tx       *door.Tx
	actor    authz.Actor
	scheme   asset.Scheme
	awaiting map[int64]bool         // the drafts that somebody confirms
	allowed  map[int64]door.Allowed // by section; only of what prepares
	first    door.Effect            // the entry of the change itself, and in its role; none as long as nothing is written
	section  int64                  // of the first
	drafted  []int64                // those that the actor has drafted who may only draft, or that await

	// those that were there and now stand otherwise: by how high their levels are, by their kinds
	risen, rekinded []int64
}

// chunk is how many assets go to the database at once.
const chunk = 2000

// batch is a part of a change, each asset with the role in which it is written, or why
// there is no more of it.
type batch struct {
	part  []*asset.Written
	by    []door.Allowed
	err   error
	panic any
}

// ahead hands on the entries in parts as they are to be written, the next of them made
// ready while one is written.
func (m *change) ahead(list iter.Seq[asset.Entry]) iter.Seq[batch] {
	return func(yield func(batch) bool) {
		ready, enough := make(chan batch), make(chan struct{})
		go func() {
			defer close(ready)
			hand := func(b batch) bool {
				select {
				case ready <- b:
					return true
				case <-enough:
					return false
				}
			}
			defer func() { // it belongs to who asks for the change
				if reason := recover(); reason != nil {
					hand(batch{panic: reason})
				}
			}()
			m.prepare(list, hand)
		}()
		defer func() {
			close(enough)
			for range ready { // it has ended when the change goes on
			}
		}()
		for b := range ready {
			if b.panic != nil {
				panic(b.panic)
			}
			if !yield(b) {
				return
			}
		}
	}
}

// errOrder says that a plan hands on what was there after what is new.
var errOrder = errors.New("those that were there come first in a change of many assets")

// prepare makes the entries ready to be written, in parts: none has both those that were
// there and those that are new.
func (m *change) prepare(list iter.Seq[asset.Entry], hand func(batch) bool) {
	var b batch
	fresh := false
	for e := range list {
		isNew := e.Was.ID == 0
		if fresh && !isNew {
			hand(batch{err: errOrder})
			return
		}
		w, by, err := m.ready(e)
		if err != nil {
			hand(batch{err: err})
			return
		}
		if len(b.part) == chunk || len(b.part) > 0 && fresh != isNew {
			if !hand(b) {
				return
			}
			b = batch{}
		}
		if fresh = isNew; w != nil {
			b.part, b.by = append(b.part, w), append(b.by, by)
		}
	}
	if len(b.part) > 0 {
		hand(b)
	}
}

// ready makes an entry ready to be written; nil where it changes nothing.
func (m *change) ready(e asset.Entry) (w *asset.Written, by door.Allowed, err error) {
	if e.Was.ID != 0 {
		e.Section = e.Was.Section
	}
	by, asked := m.allowed[e.Section]
	if !asked {
		action := authz.ChangeAssets
		if asset.Drafts(m.actor, e.Section) {
			action = authz.DraftAssets
		}
		if by, err = m.tx.AllowAlso(action, authz.Matter{OwnersSection: e.Section}); err != nil {
			return nil, by, err
		}
		m.allowed[e.Section] = by
	}
	only := asset.Drafts(m.actor, e.Section)
	if only || m.awaiting[e.Was.ID] {
		e.State = asset.Draft
	}
	if !e.Stands(only) {
		return nil, by, fault.New(fault.Conflict, "「"+e.Was.Code+"」は「"+e.Was.State.Title()+"」のため、変えられません。")
	}
	if err := fault.InvalidFields(m.scheme.Problems(e.Is, m.tx.Today(), e.State == asset.Draft)); err != nil {
		return nil, by, err
	}
	w = &asset.Written{Entry: e}
	w.Is = e.Is.Tidy()
	w.Fields, w.Before, w.After = asset.Compared(e.Was.Details, w.Is)
	if only && e.Was.State == asset.Registered {
		if len(w.Fields) > 0 {
			return nil, by, fault.New(fault.Forbidden, "「"+e.Was.Code+"」は登録済みのため、台帳担当者には変えられません。その資産の画面から、変更を提案してください。")
		}
		return nil, by, nil
	}
	if e.Was.ID != 0 && e.Was.State != e.State {
		w.Fields, w.Before["state"], w.After["state"] = append(w.Fields, "state"), string(e.Was.State), string(e.State)
	}
	if e.Was.ID == 0 {
		w.Before = map[string]string{}
	} else if len(w.Fields) == 0 {
		return nil, by, nil
	}
	return w, by, nil
}

// write writes a part in a few statements, with its entries of the trail.
func (m *change) write(ctx context.Context, b batch) error {
	if err := asset.Put(ctx, m.tx, m.actor, m.scheme, b.part); err != nil {
		return err
	}
	effects := make([]door.Effect, len(b.part))
	for i, w := range b.part {
		effects[i] = door.Effect{Subject: trail.Subject{Kind: "asset", ID: w.Was.ID}, Fields: w.Fields, By: b.by[i]}
		if w.Rises {
			m.risen = append(m.risen, w.Was.ID)
		}
		if w.Was.Version > 0 && w.Was.Kind != w.Is.Kind {
			m.rekinded = append(m.rekinded, w.Was.ID)
		}
		if asset.Drafts(m.actor, w.Section) || m.awaiting[w.Was.ID] {
			m.drafted = append(m.drafted, w.Was.ID)
		}
	}
	if m.section == 0 {
		m.first, m.section = effects[0], b.part[0].Section
		effects = effects[1:]
	}
	return m.tx.Record(ctx, effects)
}
