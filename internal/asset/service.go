package asset

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
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/record"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the register in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	ties Ties

	schemes state.Cache[schemeKey, Scheme]
}

// schemeKey names what the levels and zones in effect depend on.
type schemeKey struct {
	day      calendar.Date
	editions int64
}

// cachedSchemes is more than the days and editions of one moment.
const cachedSchemes = 4

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return (&Service{pool: pool, door: d}).With(Ties{})
}

// Ties are what the register asks of the rooms that stand on it. What is nil is not asked.
type Ties struct {
	// Judge makes what tells the levels that answers to the questions of a day come to, of
	// each aspect that they settle.
	Judge func(values edition.Values, day calendar.Date, scheme Scheme) func(answers string) map[Aspect]string
	// Ready makes what Spread will need the change's own, before it has written a row: nobody
	// comes in between whom it would wait for, and who would wait for it.
	Ready func(ctx context.Context, tx *door.Tx, code string) error
	// Spread carries the levels of assets that have changed, or ended, on to what they rest on.
	Spread func(ctx context.Context, tx *door.Tx, assets []int64) error
	// Reckon reckons the floors of the next assets after an id anew, and returns those that
	// have changed, and the last that it has looked at; -1 where there are no more.
	Reckon func(ctx context.Context, tx *door.Tx, after int64) (changed []int64, last int64, err error)
	// Misfit finds, of assets that have changed their kind, one that by its kind can't rest
	// on what it rests on, or bear what rests on it: its 管理番号, empty where there is none.
	Misfit func(ctx context.Context, tx *door.Tx, assets []int64) (code string, err error)
	// Parted ends the relations of assets that should never have been registered.
	Parted func(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64) error
	// Awaiting are those of drafts that somebody confirms, since they are of who may only
	// draft: no change registers them.
	Awaiting func(ctx context.Context, db postgres.Querier, drafts []int64) ([]int64, error)
	// Drafted keeps that somebody has drafted assets who may only draft, or has changed
	// what awaits.
	Drafted func(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64) error
	// Out tells where an asset is that is out: 持-8-0001で持出し・貸出し中. Empty where it is not.
	Out func(ctx context.Context, db postgres.Querier, asset int64) (where string, err error)
	// Ended closes what waits of an asset that has ended, and says whom to tell.
	Ended func(ctx context.Context, tx *door.Tx, actor authz.Actor, was Asset) ([]notice.Message, error)
}

// With is the register that asks these rooms.
func (s *Service) With(ties Ties) *Service {
	return &Service{s.pool, s.door, ties, state.NewCache[schemeKey, Scheme](cachedSchemes)}
}

// Scheme is the levels and zones in effect today. Forbidden for who reads no register.
func (s *Service) Scheme(ctx context.Context, actor authz.Actor) (Scheme, error) {
	if actor.Reach(authz.ReadAssets) == authz.None {
		return Scheme{}, fault.New(fault.Forbidden, "情報資産台帳は、あなたの役割では見られません。")
	}
	today := s.Today()
	number, counted := actor.State.Of(edition.ChangeCounter)
	if !counted {
		return s.SchemeOn(ctx, s.pool, today)
	}
	return s.schemes.Get(schemeKey{today, number}, func() (Scheme, error) { return s.SchemeOn(ctx, s.pool, today) })
}

// SchemeIn is Scheme in a change.
func (s *Service) SchemeIn(ctx context.Context, tx *door.Tx) (Scheme, error) {
	return s.SchemeOn(ctx, tx, tx.Today())
}

// Today is the day by which the register goes.
func (s *Service) Today() calendar.Date { return calendar.Day(s.door.Now()) }

// SchemeOn is the levels and zones of a day, for what asks no actor.
func (s *Service) SchemeOn(ctx context.Context, db postgres.Querier, day calendar.Date) (Scheme, error) {
	values, err := edition.LoadForPortal(ctx, db, day)
	if err != nil {
		return Scheme{}, err
	}
	scheme := SchemeOn(values, day)
	if s.ties.Judge != nil {
		scheme.Judged = s.ties.Judge(values, day, scheme)
	}
	return scheme, nil
}

// Asset is an entry of the register.
type Asset struct {
	ID          int64
	Code        string // 管理番号
	Section     int64
	SectionCode string
	SectionName string
	Details
	Ranks       []int16           // how high its levels stand, by aspects, as they were last weighed; 0 for one that is open
	Floor       []int16           // the highest ranks of what rests on it, by aspects; zeros where nothing does
	Breaks      map[string]string // the keys of the rules that it does not fit, with the days since when
	BrokenSince calendar.Date     // the first of these; zero where it fits all
	State       State
	MergedInto  string // the 管理番号 of the entry that it was merged into; empty for none
	Version     int
}

// columns are those of an Asset from asset a, its section s and what it was merged into m.
const columns = `
	a.id, a.code, a.section_id AS section, s.code AS section_code, s.name AS section_name, a.own_number, a.kind, a.name, a.work, a.content,
	a.confidentiality, a.integrity, a.availability, a.personal, a.number_work, a.zone, a.place, a.medium, a.owner, a.users, a.handling,
	a.disposal, a.keep_until, a.outsourced, a.evaluated_by, a.seat, a.registered_on, a.checked_on, a.note, a.answers, a.level_reason,
	a.multi_factor, a.takeout_barred, a.ranks, a.floor, a.breaks, a.broken_since, a.state,
	coalesce(m.code, '') AS merged_into, a.version`

const selectAsset = `SELECT ` + columns + `
	FROM asset a JOIN section_shown s ON s.id = a.section_id LEFT JOIN asset m ON m.id = a.merged_into`

// errNone is what somebody reads who may not see an asset, and who asks for one that
// there is not.
func errNone() error {
	return fault.New(fault.NotFound, "この管理番号の情報資産は、見つかりません。")
}

// Find returns an asset. NotFound where the actor may not see it.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Asset, error) {
	return find(ctx, s.pool, actor, code)
}

// FindIn finds one in a change, for the rooms that stand on the register, and locks it until
// the change ends. NotFound where the actor may not see it.
func FindIn(ctx context.Context, tx *door.Tx, actor authz.Actor, code string) (Asset, error) {
	return findLocked(ctx, tx, actor, code, "FOR NO KEY UPDATE OF a")
}

// patience is how long somebody waits for an asset that another change has locked. An import
// may have it for many seconds: each who waits keeps one of the portal's connections from all
// others, so that they are told to come again instead.
const patience = `SELECT set_config('lock_timeout', '5s', true)`

func findLocked(ctx context.Context, tx *door.Tx, actor authz.Actor, code, lock string) (Asset, error) {
	a, err := lockWhere(ctx, tx, `a.code = @code `+lock, pgx.StrictNamedArgs{"code": code})
	if fault.KindOf(err) == fault.Conflict {
		return a, err
	}
	return a.found(actor, err)
}

// lockWhere locks the one asset a of which a condition tells; Conflict where that takes too long.
func lockWhere(ctx context.Context, tx *door.Tx, condition string, args pgx.StrictNamedArgs) (Asset, error) {
	var (
		batch pgx.Batch
		a     Asset
	)
	batch.Queue(patience)
	batch.Queue(selectAsset+` WHERE `+condition, args).Query(func(rows pgx.Rows) (err error) {
		a, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Asset])
		return err
	})
	batch.Queue(`SELECT set_config('lock_timeout', '0', true)`)
	err := tx.SendBatch(ctx, &batch).Close()
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.Code == lockTimeout {
		return Asset{}, fault.Wrap(err, fault.Conflict, "この情報資産は、いま、台帳の取り込みか、ほかの人の変更の途中です。1分ほど待ってから、もう一度行ってください。何も変更されていません。")
	}
	if err != nil {
		err = fmt.Errorf("locking an asset: %w", err)
	}
	return a, err
}

// lockTimeout is the database's code where somebody has waited too long for a lock.
const lockTimeout = "55P03"

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code string) (Asset, error) {
	a, err := postgres.One[Asset](ctx, db, "finding an asset", selectAsset+` WHERE a.code = @code`, pgx.StrictNamedArgs{"code": code})
	return a.found(actor, err)
}

// found is an asset that was looked up, or why the actor does not see it.
func (a Asset) found(actor authz.Actor, err error) (Asset, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return Asset{}, errNone()
	}
	if err != nil {
		return Asset{}, err
	}
	if err := a.AskSee(actor); err != nil {
		return Asset{}, err
	}
	return a, nil
}

// AskSee is NotFound where the actor may not see the asset.
func (a Asset) AskSee(actor authz.Actor) error {
	if _, may := actor.May(authz.ReadAssets, a.matter()); !may {
		return errNone()
	}
	return nil
}

func (a Asset) matter() authz.Matter { return authz.Matter{OwnersSection: a.Section} }

// AskChange tells why the actor can't change the asset: Forbidden who may not, Conflict
// where it has ended; nil where they can.
func (a Asset) AskChange(actor authz.Actor) error { return a.Ask(actor, life.Change) }

// MayChange tells whether the actor may change the asset.
func (a Asset) MayChange(actor authz.Actor) bool { return a.AskChange(actor) == nil }

// AskDraft is AskChange for who may at least draft: what is drafted of a registered asset
// is a proposal.
func (a Asset) AskDraft(actor authz.Actor) error {
	if a.State == Draft {
		return a.Ask(actor, life.Mend)
	}
	return a.Ask(actor, life.Propose)
}

// Drafts tells whether the actor may only draft what is of the section.
func Drafts(actor authz.Actor, section int64) bool {
	_, may := actor.May(authz.ChangeAssets, authz.Matter{OwnersSection: section})
	return !may
}

// Allow allows a change of a section's assets; only tells that it is one of who may only
// draft.
func Allow(tx *door.Tx, actor authz.Actor, section int64) (only bool, err error) {
	if Drafts(actor, section) {
		return true, tx.Allow(authz.DraftAssets, authz.Matter{OwnersSection: section})
	}
	return false, tx.Allow(authz.ChangeAssets, authz.Matter{OwnersSection: section})
}

// Section is one for which somebody may register assets.
type Section struct {
	Code string
	Name string
	Only bool // only as drafts
}

// Sections are those for which the actor may register assets.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]Section, error) {
	return postgres.List[Section](ctx, s.pool, "listing sections to register for", `
		SELECT s.code, s.name, NOT (@changes_all OR s.id = ANY(@changes)) AS only FROM section_shown s
		WHERE (@everywhere OR s.id = ANY(@sections)) AND `+IsThere+` ORDER BY s.position, s.code`,
		pgx.StrictNamedArgs{"today": s.Today(), "everywhere": actor.Reach(authz.DraftAssets) == authz.All, "sections": actor.Sections(authz.DraftAssets),
			"changes_all": actor.Reach(authz.ChangeAssets) == authz.All, "changes": actor.Sections(authz.ChangeAssets)})
}

// Register adds an asset of a section and returns its 管理番号. Invalid where details are
// missing or wrong; Conflict where the section's own number stands for another one. Of who
// may only draft it is a draft, in which something may be left to settle.
func (s *Service) Register(ctx context.Context, actor authz.Actor, section string, d Details) (code string, err error) {
	d = d.Tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		var of int64
		step := life.Register
		err := tx.QueryRow(ctx, `SELECT s.id FROM section_shown s WHERE s.code = @code AND `+IsThere, pgx.StrictNamedArgs{"code": section, "today": tx.Today()}).Scan(&of)
		var problems []fault.Problem
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			problems = []fault.Problem{{Field: "section", Message: "課室を選んでください。"}}
		case err != nil:
			return door.Unchanged(), fmt.Errorf("finding a section: %w", err)
		default:
			only, err := Allow(tx, actor, of)
			if err != nil {
				return door.Unchanged(), err
			}
			if only {
				step = life.Begin
			}
		}
		state, err := State("").After(step)
		if err != nil {
			return door.Unchanged(), err
		}
		scheme, err := s.SchemeOn(ctx, tx, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		d := scheme.Settled(d)
		if err := fault.InvalidFields(append(problems, scheme.CheckChange(Details{}, d, tx.Today(), state == Draft)...)); err != nil {
			return door.Unchanged(), err
		}
		args := d.arguments(scheme, Asset{})
		args["section"], args["state"] = of, state
		weigh(args, Asset{}, d, scheme, tx.Today(), false)
		var id int64
		err = tx.QueryRow(ctx, `
			WITH number AS (
				INSERT INTO asset_number AS n (code, last) SELECT code, 1 FROM section_shown WHERE id = @section
				ON CONFLICT (code) DO UPDATE SET last = n.last + 1 RETURNING code, last)
			INSERT INTO asset (code, section_id, state, `+detailColumns+`)
			SELECT n.code || '-' || CASE WHEN n.last < 10000 THEN lpad(n.last::text, 4, '0') ELSE n.last::text END, @section, @state, `+detailValues+`
			FROM number n
			RETURNING id, code`, args).Scan(&id, &code)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("registering an asset: %w", Known(err))
		}
		if state == Draft {
			if err := s.Drafted(ctx, tx, actor, id); err != nil {
				return door.Unchanged(), err
			}
		}
		keys, _, after := Compared(Details{}, d)
		return door.Effect{Subject: trail.Subject{Kind: "asset", ID: id}, Fields: keys}, note(ctx, tx, actor, id, 1, "", map[string]string{}, after)
	})
	return code, err
}

const maxWhy = 500

// Change puts details in the place of an asset's, on the version that the actor has seen.
// Conflict where it has been changed since, or has ended. Who may only draft changes drafts,
// and proposes what is to change of the others.
func (s *Service) Change(ctx context.Context, actor authz.Actor, code string, version int, d Details, why string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := s.Claim(ctx, tx, actor, code, version, d)
		if err != nil {
			return door.Unchanged(), err
		}
		only, err := Allow(tx, actor, was.Section)
		if err == nil && only && !was.State.Allows(life.Mend) {
			err = fault.New(fault.Forbidden, "登録済みの情報資産は、台帳担当者には変えられません。変更を提案してください。")
		}
		if err != nil {
			return door.Unchanged(), err
		}
		return s.changeIn(ctx, tx, actor, was, d, why, only, "")
	})
}

// Claim is Lock for who will put details in the asset's place. Where these are of other
// levels, what the asset rests on is locked with it.
func (s *Service) Claim(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, version int, d Details) (Asset, error) {
	if s.ties.Ready != nil {
		seen, err := find(ctx, tx, actor, code)
		if err != nil {
			return seen, err
		}
		scheme, err := s.SchemeOn(ctx, tx, tx.Today())
		if err != nil {
			return seen, err
		}
		if !slices.Equal(ranksOf(scheme.Settled(d), scheme, seen), seen.Ranks) {
			if err := s.ties.Ready(ctx, tx, code); err != nil {
				return seen, err
			}
		}
	}
	return Lock(ctx, tx, actor, code, version)
}

// ChangeIn is Change of an asset that Claim has locked, in a change that has allowed it.
func (s *Service) ChangeIn(ctx context.Context, tx *door.Tx, actor authz.Actor, was Asset, d Details, why string) (door.Effect, error) {
	return s.changeIn(ctx, tx, actor, was, d, why, false, "")
}

// changeIn changes an asset; only tells that it is by somebody who may only draft. A draft in
// which nothing is open any more is registered by who may do more, unless it is one that
// somebody confirms: that one stays a draft, whoever changes it. merged is the 管理番号 of one
// that was merged into it; empty for none.
func (s *Service) changeIn(ctx context.Context, tx *door.Tx, actor authz.Actor, was Asset, d Details, why string, only bool, merged string) (door.Effect, error) {
	d, why = d.Tidy(), strings.TrimSpace(why)
	scheme, err := s.SchemeOn(ctx, tx, tx.Today())
	if err != nil {
		return door.Unchanged(), err
	}
	awaiting, err := s.Awaiting(ctx, tx, was)
	if err != nil {
		return door.Unchanged(), err
	}
	stays := only || awaiting[was.ID]
	d = scheme.Settled(d)
	problems := scheme.CheckChange(was.Details, d, tx.Today(), stays)
	if utf8.RuneCountInString(why) > maxWhy {
		problems = append(problems, fault.Problem{Field: "why", Message: "理由が長すぎます。" + charsUpTo(maxWhy) + "までで書いてください。"})
	}
	if err := fault.InvalidFields(problems); err != nil {
		return door.Unchanged(), err
	}
	keys, before, after := Compared(was.Details, d)
	step := life.Change
	switch {
	case was.State == Draft && len(d.Open()) == 0 && !stays:
		step = life.Settle
	case only:
		step = life.Mend
	}
	state, err := was.After(step)
	if err != nil {
		return door.Unchanged(), err
	}
	if state != was.State {
		keys, before["state"], after["state"] = append(keys, "state"), string(was.State), string(state)
	}
	if merged != "" {
		keys, before["merged"], after["merged"] = append(keys, "merged"), "", merged
	}
	if len(keys) == 0 {
		return door.Unchanged(), nil
	}
	args := d.arguments(scheme, was)
	args["id"], args["state"] = was.ID, state
	weigh(args, was, d, scheme, tx.Today(), false)
	if _, err := tx.Exec(ctx, `UPDATE asset SET (state, `+detailColumns+`) = ROW(@state, `+detailValues+`), version = version + 1 WHERE id = @id`, args); err != nil {
		return door.Unchanged(), fmt.Errorf("changing an asset: %w", Known(err))
	}
	if d.Kind != was.Kind {
		if err := s.Fits(ctx, tx, was.ID); err != nil {
			return door.Unchanged(), err
		}
	}
	if !slices.Equal(ranksOf(d, scheme, was), was.Ranks) { // by its levels, or by how high these are today
		if err := s.Spread(ctx, tx, was.ID); err != nil {
			return door.Unchanged(), err
		}
	}
	if stays {
		if err := s.Drafted(ctx, tx, actor, was.ID); err != nil {
			return door.Unchanged(), err
		}
	}
	return door.Effect{Subject: trail.Subject{Kind: "asset", ID: was.ID}, Fields: keys}, note(ctx, tx, actor, was.ID, was.Version+1, why, before, after)
}

// LookAt says that somebody has looked at an asset today, on the version that they have
// seen, and that all of it is still so.
func (s *Service) LookAt(ctx context.Context, actor authz.Actor, code string, version int) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := Lock(ctx, tx, actor, code, version)
		if err == nil {
			err = AllowStep(tx, actor, was, life.LookAt)
		}
		if err == nil {
			_, err = was.After(life.LookAt)
		}
		if err != nil {
			return door.Unchanged(), err
		}
		done, err := LookedAtIn(ctx, tx, actor, []int64{was.ID}, []calendar.Date{tx.Today()}, "内容を確かめた（変更なし）")
		if err != nil || len(done) == 0 {
			return door.Unchanged(), err
		}
		return done[0], nil
	})
}

// LookedAtIn says of assets that count that somebody has looked at them, each on a day, and
// that all of them is still so, in a change that has allowed it. One that was looked at since
// stays as it is. It returns what the trail is to say of each other.
func LookedAtIn(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64, days []calendar.Date, why string) ([]door.Effect, error) {
	looked, err := postgres.List[struct{ ID int64 }](ctx, tx, "looking at assets", `
		WITH looked AS (
			SELECT a.id, a.checked_on AS was, l.day FROM asset a JOIN unnest(@assets::bigint[], @days::date[]) AS l(id, day) ON a.id = l.id
			WHERE a.state `+life.Counts+` AND (a.checked_on IS NULL OR a.checked_on < l.day) ORDER BY a.id FOR NO KEY UPDATE OF a),
		now AS (UPDATE asset a SET checked_on = l.day, version = a.version + 1 FROM looked l WHERE a.id = l.id RETURNING a.id, a.version, l.was, l.day),
		noted AS (
			INSERT INTO asset_change (asset_id, version, changed_at, changed_by, why, before, after)
			SELECT id, version, @now, nullif(@by, 0::bigint), @why, jsonb_build_object('checked_on', coalesce(was::text, '')), jsonb_build_object('checked_on', day::text) FROM now)
		SELECT id FROM now ORDER BY id`, pgx.StrictNamedArgs{"assets": assets, "days": days, "now": tx.Now, "by": actor.Person, "why": why})
	done := make([]door.Effect, len(looked))
	for i, a := range looked {
		done[i] = door.Effect{Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"checked_on"}}
	}
	return done, err
}

// Awaiting are the drafts among assets that somebody confirms.
func (s *Service) Awaiting(ctx context.Context, db postgres.Querier, assets ...Asset) (map[int64]bool, error) {
	var drafts []int64
	for _, a := range assets {
		if a.State == Draft {
			drafts = append(drafts, a.ID)
		}
	}
	if s.ties.Awaiting == nil || len(drafts) == 0 {
		return nil, nil
	}
	list, err := s.ties.Awaiting(ctx, db, drafts)
	found := map[int64]bool{}
	for _, id := range list {
		found[id] = true
	}
	return found, err
}

// Drafted keeps that the actor has drafted assets, or changed what awaits.
func (s *Service) Drafted(ctx context.Context, tx *door.Tx, actor authz.Actor, assets ...int64) error {
	if s.ties.Drafted == nil || len(assets) == 0 {
		return nil
	}
	return s.ties.Drafted(ctx, tx, actor, assets)
}

// Lock locks an asset that has not ended on the version that the actor has seen. NotFound
// where they may not see it; Conflict where it has ended, or has been changed since.
func Lock(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, version int) (Asset, error) {
	a, err := findLocked(ctx, tx, actor, code, "FOR UPDATE OF a")
	if err != nil {
		return a, err
	}
	if a.State.Ended() {
		return a, a.errFixed()
	}
	if a.Version != version {
		return a, fault.New(fault.Conflict, "開いている間に、ほかの人がこの情報資産を変えました。いまの内容を確かめて、もう一度入力してください。")
	}
	return a, nil
}

// MergeIn ends an asset as one that another entry stands for, in a change that has allowed
// it: Lock has locked both. The other is given details. What rests on which of them is the
// caller's to move.
func (s *Service) MergeIn(ctx context.Context, tx *door.Tx, actor authz.Actor, gone, kept Asset, d Details, why string) (door.Effect, error) {
	state, err := gone.After(life.Merge)
	if err == nil {
		err = s.askBack(ctx, tx, gone)
	}
	if err != nil {
		return door.Unchanged(), err
	}
	// first, so that its section's number is free
	if _, err := tx.Exec(ctx, `UPDATE asset SET state = @state, merged_into = @kept, breaks = '{}', broken_since = NULL, version = version + 1 WHERE id = @id`,
		pgx.StrictNamedArgs{"id": gone.ID, "kept": kept.ID, "state": state}); err != nil {
		return door.Unchanged(), fmt.Errorf("merging an asset: %w", err)
	}
	changed, err := s.changeIn(ctx, tx, actor, kept, d, why, false, gone.Code)
	if err != nil {
		return door.Unchanged(), err
	}
	told, err := s.ended(ctx, tx, actor, gone)
	if err != nil {
		return door.Unchanged(), err
	}
	return door.Effect{Subject: trail.Subject{Kind: "asset", ID: gone.ID}, Fields: []string{"state", "merged_into"}, Notices: told, Also: []door.Effect{changed}},
		note(ctx, tx, actor, gone.ID, gone.Version+1, strings.TrimSpace(why), map[string]string{"state": string(gone.State)}, map[string]string{"state": string(state), "merged_into": kept.Code})
}

// RegisterDraft registers a draft that Lock has locked and in which nothing is open, in a
// change that has allowed it. Conflict where something in it is not as it may be today: a
// level or a zone that there was on the day of the draft, and is no more.
func (s *Service) RegisterDraft(ctx context.Context, tx *door.Tx, actor authz.Actor, why string, a Asset) (door.Effect, error) {
	state, err := a.After(life.Confirm)
	if err != nil {
		return door.Unchanged(), err
	}
	scheme, err := s.SchemeOn(ctx, tx, tx.Today())
	if err != nil {
		return door.Unchanged(), err
	}
	if problems := scheme.CheckChange(a.Details, a.Details, tx.Today(), false); len(problems) > 0 {
		return door.Unchanged(), fault.New(fault.Conflict, "「"+a.Code+"」は、このままでは登録できません。「変更」で直すか、差し戻してください。"+problems[0].Message)
	}
	args := pgx.StrictNamedArgs{"id": a.ID, "state": state, "ranks": ranksOf(a.Details, scheme, a)}
	weigh(args, a, a.Details, scheme, tx.Today(), false)
	_, err = tx.Exec(ctx, `
		UPDATE asset SET state = @state, ranks = @ranks::smallint[], breaks = @breaks::jsonb, broken_since = @broken_since::date, version = version + 1
		WHERE id = @id`, args)
	if err != nil {
		return door.Unchanged(), fmt.Errorf("registering a draft: %w", err)
	}
	if !slices.Equal(ranksOf(a.Details, scheme, a), a.Ranks) {
		if err := s.Spread(ctx, tx, a.ID); err != nil {
			return door.Unchanged(), err
		}
	}
	return door.Effect{Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"state"}},
		note(ctx, tx, actor, a.ID, a.Version+1, why, map[string]string{"state": string(a.State)}, map[string]string{"state": string(state)})
}

// EndAsMistaken ends an asset that should never have been registered. Invalid without a
// reason.
func (s *Service) EndAsMistaken(ctx context.Context, actor authz.Actor, code string, version int, why string) error {
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if s.ties.Ready != nil {
			if err := s.ties.Ready(ctx, tx, code); err != nil {
				return door.Unchanged(), err
			}
		}
		was, err := Lock(ctx, tx, actor, code, version)
		if err == nil {
			err = AllowStep(tx, actor, was, life.Mistake)
		}
		if err != nil {
			return door.Unchanged(), err
		}
		if n := utf8.RuneCountInString(why); n == 0 || n > maxWhy {
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "why", Message: "誤りだった理由を、" + charsUpTo(maxWhy) + "までで書いてください。"}})
		}
		return s.EndIn(ctx, tx, actor, was, life.Mistake, why)
	})
}

// EndIn ends an asset that Lock has locked as one that should never have been registered, by
// a step that leads there, in a change that has allowed it.
func (s *Service) EndIn(ctx context.Context, tx *door.Tx, actor authz.Actor, was Asset, step life.Step, why string) (door.Effect, error) {
	if err := s.askBack(ctx, tx, was); err != nil {
		return door.Unchanged(), err
	}
	effect, err := s.MoveIn(ctx, tx, actor, was, step, why)
	if err == nil && s.ties.Parted != nil {
		err = s.ties.Parted(ctx, tx, actor, []int64{was.ID})
	}
	return effect, err
}

// askBack refuses to end an asset that is out: whoever has it could not say any more that it
// is lost. Conflict where it is.
func (s *Service) askBack(ctx context.Context, tx *door.Tx, a Asset) error {
	if s.ties.Out == nil {
		return nil
	}
	where, err := s.ties.Out(ctx, tx, a.ID)
	if err == nil && where != "" {
		err = fault.New(fault.Conflict, a.Code+"は、"+where+"のため、終えられません。返却か紛失を記録してから、行ってください。")
	}
	return err
}

// ended closes what waits of an asset that has ended.
func (s *Service) ended(ctx context.Context, tx *door.Tx, actor authz.Actor, was Asset) ([]notice.Message, error) {
	if s.ties.Ended == nil {
		return nil, nil
	}
	return s.ties.Ended(ctx, tx, actor, was)
}

// note writes a change into the asset's history.
func note(ctx context.Context, tx *door.Tx, actor authz.Actor, asset int64, version int, why string, before, after map[string]string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO asset_change (asset_id, version, changed_at, changed_by, why, before, after)
		VALUES (@asset, @version, @now, nullif(@by, 0::bigint), @why, @before, @after)`,
		pgx.StrictNamedArgs{"asset": asset, "version": version, "now": tx.Now, "by": actor.Person, "why": why, "before": before, "after": after})
	if err != nil {
		return fmt.Errorf("writing an asset's history: %w", err)
	}
	return nil
}

// Event is one change of an asset.
type Event = record.Event

// History lists an asset's changes, the newest first. NotFound where the actor may not see
// it.
func (s *Service) History(ctx context.Context, actor authz.Actor, a Asset) ([]Event, error) {
	if err := a.AskSee(actor); err != nil {
		return nil, err
	}
	return postgres.List[Event](ctx, s.pool, "listing an asset's history", `
		SELECT c.version, c.changed_at AS at, coalesce(p.name, '') AS by, c.why, c.before, c.after
		FROM asset_change c LEFT JOIN person_shown p ON p.id = c.changed_by
		WHERE c.asset_id = @asset ORDER BY c.version DESC`, pgx.StrictNamedArgs{"asset": a.ID})
}

const (
	detailColumns = `own_number, kind, name, work, content, confidentiality, integrity, availability, ranks, personal, number_work, zone, place, medium,
		owner, users, handling, disposal, keep_until, outsourced, evaluated_by, seat, registered_on, checked_on, note, answers, level_reason,
		multi_factor, takeout_barred, breaks, broken_since`
	detailValues = `@own_number, @kind, @name, @work, @content, @confidentiality, @integrity, @availability, @ranks::smallint[], @personal, @number_work, @zone, @place, @medium,
		@owner, @users, @handling::text[], @disposal, @keep_until, @outsourced, @evaluated_by, @seat, @registered_on::date, nullif(@checked_on, '')::date, @note, @answers, @level_reason,
		@multi_factor, @takeout_barred, @breaks::jsonb, @broken_since::date`
)

// arguments are the details for SQL, in the place of what was there.
func (d Details) arguments(scheme Scheme, was Asset) pgx.StrictNamedArgs {
	args := pgx.StrictNamedArgs{}
	for _, f := range Fields {
		args[f.Key] = f.of(&d)
	}
	handling := make([]string, len(d.Handling))
	for i, h := range d.Handling {
		handling[i] = string(h)
	}
	args["ranks"], args["handling"], args["registered_on"] = ranksOf(d, scheme, was), handling, d.RegisteredOn
	return args
}

// Known gives an error of the register's constraints its sentence.
func Known(err error) error {
	if failure, ok := errors.AsType[*pgconn.PgError](err); ok && failure.ConstraintName == "asset_own_number_unique" {
		return fault.Wrap(err, fault.Conflict, "この課の番号は、同じ課室のほかの情報資産に付いています。別の番号にするか、その資産を変えてください。")
	}
	return err
}

// charsUpTo is 「500字」.
func charsUpTo(most int) string { return strconv.Itoa(most) + "字" }
