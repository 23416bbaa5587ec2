package asset

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Open are the fields that are still to be settled before a draft is registered: what a
// register of three steps, or without a column for it, does not say.
func (d Details) Open() []string {
	var keys []string
	for _, aspect := range Aspects {
		if level := d.Level(aspect); level == "" || aspect == Confidentiality && level == Unsettled {
			keys = append(keys, string(aspect))
		}
	}
	if d.Personal == MyNumberBorne && d.NumberWork == NoNumberWork {
		keys = append(keys, "number_work")
	}
	if d.Zone == "" {
		keys = append(keys, "zone")
	}
	return keys
}

// Problems are what is wrong with details, by their fields. What a draft leaves open is
// nothing wrong with it.
func (s Scheme) Problems(d Details, today calendar.Date, draft bool) []fault.Problem {
	d = d.tidy()
	problems := d.check(s, today)
	if !draft || len(problems) == 0 {
		return problems
	}
	open := d.Open()
	value := map[string]string{"confidentiality": d.Confidentiality, "integrity": d.Integrity, "availability": d.Availability, "zone": d.Zone, "number_work": string(d.NumberWork)}
	return slices.DeleteFunc(problems, func(p fault.Problem) bool { return slices.Contains(open, p.Field) && value[p.Field] == "" })
}

// Differing are the fields in which details would be kept otherwise.
func Differing(was, is Details) []string {
	keys, _, _ := changed(was.tidy(), is.tidy())
	return keys
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
	Scheme Scheme
	Places []Place
	Assets []Asset // of those sections that are Mine

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

// Entry is one asset in a change of many.
type Entry struct {
	Was     Asset // the zero value for one that is new
	Section int64 // of one that is new
	Is      Details
	State   State // Draft or Registered
	Why     string
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
	scheme, err := s.schemeOn(ctx, db, today)
	if err != nil {
		return Standing{}, err
	}
	found := Standing{Today: today, Scheme: scheme, Named: func(sections []int64, each func(Named)) error {
		return eachNamed(ctx, db, sections, each)
	}}
	found.Places, err = postgres.List[Place](ctx, db, "listing sections", `
		SELECT s.id, s.code, s.name, false AS mine, false AS only FROM section_shown s WHERE `+isThere+` ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"today": today})
	if err != nil {
		return Standing{}, err
	}
	mine := []int64{}
	for i := range found.Places {
		p := &found.Places[i]
		if _, p.Mine = actor.May(authz.DraftAssets, authz.Matter{OwnersSection: p.ID}); p.Mine {
			p.Only = Drafts(actor, p.ID)
			mine = append(mine, p.ID)
		}
	}
	found.Assets, err = postgres.List[Asset](ctx, db, "finding many assets", selectAsset+`
		WHERE a.section_id = ANY(@mine) AND a.id IN (
			SELECT id FROM asset WHERE lower(code) = ANY(@numbers)
			UNION SELECT id FROM asset WHERE own_number <> '' AND state IN ('draft', 'registered') AND section_id = ANY(@mine) AND lower(own_number) = ANY(@numbers)
			UNION SELECT id FROM asset WHERE own_number <> '' AND state IN ('retired', 'mistaken', 'merged') AND section_id = ANY(@mine) AND lower(own_number) = ANY(@numbers)
			UNION SELECT id FROM asset WHERE own_number = '' AND state IN ('draft', 'registered') AND section_id = ANY(@mine) AND name = ANY(@names))
		ORDER BY a.id `+lock, pgx.StrictNamedArgs{"mine": mine, "numbers": lowered(asked.Numbers), "names": append([]string{}, asked.Names...)})
	if err != nil {
		return Standing{}, err
	}
	found.Awaiting, err = s.awaiting(ctx, db, found.Assets...)
	return found, err
}

func eachNamed(ctx context.Context, db postgres.Querier, sections []int64, each func(Named)) error {
	rows, err := db.Query(ctx, `SELECT id, code, section_id, name FROM asset WHERE state IN ('draft', 'registered') AND section_id = ANY(@sections) ORDER BY id`,
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

func lowered(list []string) []string {
	low := make([]string, len(list))
	for i, text := range list {
		low[i] = strings.ToLower(text)
	}
	return low
}

// manyLock is held by whoever changes many assets: one such change at a time.
const manyLock door.Lock = "imports of assets"

// ChangeMany registers and changes what plan makes of the register as it stands: all of
// it, or nothing. The entries are asked for twice, and must be the same both times.
// Forbidden where one is of a section whose assets the actor may not change; Conflict
// where the plan changes what has ended, or gives a section's number twice, and while
// another such change is under way; Invalid where details are wrong; and the errors of
// plan, which may be asked again.
func (s *Service) ChangeMany(ctx context.Context, actor authz.Actor, asked Asked, plan func(*door.Tx, Standing) (iter.Seq[Entry], error)) error {
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
		if _, err := allow(tx, actor, mine); err != nil {
			return door.Unchanged(), err
		}
		list, err := plan(tx, found)
		if err != nil {
			return door.Unchanged(), err
		}
		m := many{tx: tx, actor: actor, scheme: found.Scheme, awaiting: found.Awaiting, allowed: map[int64]door.Allowed{}}
		for _, fresh := range []bool{false, true} { // numbers that change hands are free before they are given
			for e := range list {
				if (e.Was.ID == 0) != fresh {
					continue
				}
				if err := m.add(ctx, e); err != nil {
					return door.Unchanged(), err
				}
			}
			if err := m.write(ctx); err != nil {
				return door.Unchanged(), err
			}
		}
		if m.first.Subject.Kind != "" {
			if err := s.fits(ctx, tx, m.rekinded...); err != nil {
				return door.Unchanged(), err
			}
			if err := s.spread(ctx, tx, m.risen...); err != nil {
				return door.Unchanged(), err
			}
			if err := SetLow(ctx, tx, m.risen); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := s.drafted(ctx, tx, actor, m.drafted...); err != nil {
			return door.Unchanged(), err
		}
		_, err = allow(tx, actor, cmp.Or(m.section, mine))
		return m.first, err
	})
}

// many is a change of many assets under way.
type many struct {
	tx       *door.Tx
	actor    authz.Actor
	scheme   Scheme
	awaiting map[int64]bool         // the drafts that somebody confirms
	allowed  map[int64]door.Allowed // by section
	part     []*written             // not yet written
	first    door.Effect            // the entry of the change itself, and in its role; none as long as nothing is written
	section  int64                  // of the first
	drafted  []int64                // those that the actor has drafted who may only draft, or that await

	// those that were there and now stand otherwise: by how high their levels are, by their kinds
	risen, rekinded []int64
}

// written is an asset as it is written.
type written struct {
	Entry
	fields        []string
	before, after map[string]string
	rises         bool // it was there, and is written with other ranks
}

// add takes an entry in, unless it changes nothing, and writes as soon as there are many.
func (m *many) add(ctx context.Context, e Entry) error {
	if e.Was.ID != 0 {
		e.Section = e.Was.Section
	}
	if _, asked := m.allowed[e.Section]; !asked {
		action := authz.ChangeAssets
		if Drafts(m.actor, e.Section) {
			action = authz.DraftAssets
		}
		as, err := m.tx.AllowAlso(action, authz.Matter{OwnersSection: e.Section})
		if err != nil {
			return err
		}
		m.allowed[e.Section] = as
	}
	if e.Was.State.Ended() {
		return fault.New(fault.Conflict, "「"+e.Was.Code+"」は「"+e.Was.State.Title()+"」のため、変えられません。")
	}
	only := Drafts(m.actor, e.Section)
	if only || m.awaiting[e.Was.ID] {
		e.State = Draft
	}
	if err := fault.InvalidFields(m.scheme.Problems(e.Is, m.tx.Today(), e.State == Draft)); err != nil {
		return err
	}
	w := &written{Entry: e}
	w.Is = e.Is.tidy()
	w.fields, w.before, w.after = changed(e.Was.Details, w.Is)
	if only && e.Was.State == Registered {
		if len(w.fields) > 0 {
			return fault.New(fault.Forbidden, "「"+e.Was.Code+"」は登録済みのため、台帳担当者には変えられません。その資産の画面から、変更を提案してください。")
		}
		return nil
	}
	if e.Was.ID != 0 && e.Was.State != e.State {
		w.fields, w.before["state"], w.after["state"] = append(w.fields, "state"), string(e.Was.State), string(e.State)
	}
	if e.Was.ID == 0 {
		w.before = map[string]string{}
	} else if len(w.fields) == 0 {
		return nil
	}
	if m.part = append(m.part, w); len(m.part) == chunk {
		return m.write(ctx)
	}
	return nil
}

// chunk is how many assets go to the database at once.
const chunk = 2000

// detailTypes are the columns of detailColumns as a statement reads them from JSON.
const detailTypes = `own_number text, kind text, name text, work text, content text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, number_work text, zone text, place text, medium text, owner text, users text, handling text[], disposal text, keep_until text,
	outsourced text, evaluated_by text, seat text, registered_on date, checked_on date, note text, answers text, level_reason text,
	multi_factor text, takeout_barred text, breaks jsonb, broken_since date`

// write writes what there is in a few statements, with its entries of the trail.
func (m *many) write(ctx context.Context) error {
	if len(m.part) == 0 {
		return nil
	}
	if err := m.number(ctx); err != nil {
		return err
	}
	if err := m.writePart(ctx, m.part); err != nil {
		return err
	}
	effects := make([]door.Effect, len(m.part))
	for i, w := range m.part {
		effects[i] = door.Effect{Subject: trail.Subject{Kind: "asset", ID: w.Was.ID}, Fields: w.fields, By: m.allowed[w.Section]}
		if w.rises {
			m.risen = append(m.risen, w.Was.ID)
		}
		if w.Was.Version > 0 && w.Was.Kind != w.Is.Kind {
			m.rekinded = append(m.rekinded, w.Was.ID)
		}
		if Drafts(m.actor, w.Section) || m.awaiting[w.Was.ID] {
			m.drafted = append(m.drafted, w.Was.ID)
		}
	}
	if m.section == 0 {
		m.first, m.section = effects[0], m.part[0].Section
		effects = effects[1:]
	}
	m.part = m.part[:0]
	return m.tx.Record(ctx, effects)
}

// number gives those that are new their 管理番号.
func (m *many) number(ctx context.Context) error {
	fresh := map[int64][]*written{}
	var sections []int64
	for _, w := range m.part {
		if w.Was.ID == 0 {
			if fresh[w.Section] == nil {
				sections = append(sections, w.Section)
			}
			fresh[w.Section] = append(fresh[w.Section], w)
		}
	}
	if len(sections) == 0 {
		return nil
	}
	counts := make([]int, len(sections))
	for i, section := range sections {
		counts[i] = len(fresh[section])
	}
	rows, err := m.tx.Query(ctx, `
		WITH number AS (
			INSERT INTO asset_number AS n (code, last)
			SELECT s.code, f.fresh FROM unnest(@sections::bigint[], @counts::int[]) AS f(section, fresh) JOIN section_shown s ON s.id = f.section ORDER BY s.code
			ON CONFLICT (code) DO UPDATE SET last = n.last + excluded.last RETURNING code, last)
		SELECT s.id, n.last, n.code FROM number n JOIN section_shown s USING (code)`,
		pgx.StrictNamedArgs{"sections": sections, "counts": counts})
	if err != nil {
		return fmt.Errorf("numbering many assets: %w", err)
	}
	var (
		section int64
		last    int
		code    string
	)
	_, err = pgx.ForEachRow(rows, []any{&section, &last, &code}, func() error {
		first := last - len(fresh[section]) + 1
		for i, w := range fresh[section] {
			w.Was.Code = fmt.Sprintf("%s-%04d", code, first+i)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("numbering many assets: %w", err)
	}
	return nil
}

// writePart writes so many that one statement takes them.
func (m *many) writePart(ctx context.Context, part []*written) error {
	var fresh, kept []map[string]any
	byCode := map[string]*written{}
	for _, w := range part {
		args := map[string]any(w.Is.arguments(m.scheme, w.Was))
		args["registered_on"] = w.Is.RegisteredOn.String()
		if w.Is.CheckedOn.IsZero() {
			args["checked_on"] = nil
		}
		w.rises = w.Was.ID != 0 && !slices.Equal(ranksOf(w.Is, m.scheme, w.Was), w.Was.Ranks)
		weigh(args, w.Was, w.Is, m.scheme, m.tx.Today(), w.rises)
		args["id"], args["code"], args["section_id"], args["state"] = w.Was.ID, w.Was.Code, w.Section, w.State
		if w.Was.ID == 0 {
			byCode[w.Was.Code] = w
			fresh = append(fresh, args)
		} else {
			kept = append(kept, args)
		}
	}
	if len(kept) > 0 {
		rows, err := json.Marshal(kept)
		if err != nil {
			return fmt.Errorf("writing many assets: %w", err)
		}
		_, err = m.tx.Exec(ctx, `
			UPDATE asset a SET (state, `+detailColumns+`) = (SELECT r.state, `+prefixed+`), version = version + 1
			FROM jsonb_to_recordset(@rows) AS r(id bigint, state text, `+detailTypes+`) WHERE a.id = r.id`, pgx.StrictNamedArgs{"rows": rows})
		if err != nil {
			return fmt.Errorf("changing many assets: %w", known(err))
		}
	}
	if len(fresh) > 0 {
		rows, err := json.Marshal(fresh)
		if err != nil {
			return fmt.Errorf("writing many assets: %w", err)
		}
		given, err := m.tx.Query(ctx, `
			INSERT INTO asset (code, section_id, state, `+detailColumns+`)
			SELECT r.code, r.section_id, r.state, `+prefixed+`
			FROM jsonb_to_recordset(@rows) AS r(code text, section_id bigint, state text, `+detailTypes+`)
			RETURNING id, code`, pgx.StrictNamedArgs{"rows": rows})
		if err != nil {
			return fmt.Errorf("registering many assets: %w", known(err))
		}
		var (
			id   int64
			code string
		)
		if _, err := pgx.ForEachRow(given, []any{&id, &code}, func() error {
			byCode[code].Was.ID = id
			return nil
		}); err != nil {
			return fmt.Errorf("registering many assets: %w", known(err))
		}
	}
	return m.note(ctx, part)
}

// prefixed are detailColumns of what a statement reads from JSON.
var prefixed = "r." + strings.Join(strings.FieldsFunc(detailColumns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) }), ", r.")

// note writes the changes into the assets' histories.
func (m *many) note(ctx context.Context, part []*written) error {
	list := make([]map[string]any, len(part))
	for i, w := range part {
		list[i] = map[string]any{"asset_id": w.Was.ID, "version": w.Was.Version + 1, "why": w.Why, "before": w.before, "after": w.after}
	}
	rows, err := json.Marshal(list)
	if err == nil {
		_, err = m.tx.Exec(ctx, `
			INSERT INTO asset_change (asset_id, version, changed_at, changed_by, why, before, after)
			SELECT r.asset_id, r.version, @now, nullif(@by, 0::bigint), r.why, r.before, r.after
			FROM jsonb_to_recordset(@rows) AS r(asset_id bigint, version int, why text, before jsonb, after jsonb)`,
			pgx.StrictNamedArgs{"rows": rows, "now": m.tx.Now, "by": m.actor.Person})
	}
	if err != nil {
		return fmt.Errorf("writing the histories of many assets: %w", err)
	}
	return nil
}
