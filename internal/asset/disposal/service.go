package disposal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the disposals in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	assets  *asset.Service
	ties    Ties
	waiting state.Cache[waitingKey, Counts]
}

// Ties are what disposals ask of other rooms. What is nil is not asked.
type Ties struct {
	// Out tells where an asset is that is out on loan or taken out: 持-8-0001で貸出し中. Empty
	// where it is not.
	Out func(ctx context.Context, db postgres.Querier, assetID int64) (where string, err error)
	// WriteOff ends what is known of an asset that can't be found, and is retired.
	WriteOff func(ctx context.Context, tx *door.Tx, actor authz.Actor, assetID int64) ([]door.Effect, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service, ties Ties) *Service {
	return &Service{pool, d, assets, ties, state.NewCache[waitingKey, Counts](cachedWaiting)}
}

// Disposal is one of the register of disposals.
type Disposal struct {
	ID          int64
	Code        string // 8-0001
	Section     int64
	SectionName string
	How         How
	AskedByID   int64
	AskedBy     string
	AskedAt     time.Time
	Reason      string
	Due         calendar.Date
	Medium      Medium // empty where it is written off
	Ways        []string
	Witness     string // who is to stand by, and then who has
	// what was recorded of it, once it is done
	DoneBy       string
	DoneAt       *time.Time
	Place        string
	LeaseReturn  string
	RecordedByID int64
	RecordedBy   string
	RecordedAt   *time.Time
	ConfirmedBy  string
	ConfirmedAt  *time.Time
	State        State
	Version      int
	Items        []Item
}

const selectDisposal = `
	SELECT d.id, d.code, d.section_id AS section, s.name AS section_name, d.sort AS how, d.asked_by AS asked_by_id, coalesce(p.name, '') AS asked_by, d.asked_at,
	       d.reason, d.due_on AS due, d.medium, d.ways, d.witness, d.done_by, d.done_at, d.place, d.lease_return,
	       coalesce(d.recorded_by, 0) AS recorded_by_id, coalesce(r.name, '') AS recorded_by, d.recorded_at,
	       coalesce(c.name, '') AS confirmed_by, d.confirmed_at, d.state, d.version,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('asset_id', i.asset_id, 'code', i.code, 'name', i.name, 'confidentiality', i.confidentiality,
	                        'zone', i.zone, 'serial', i.serial, 'state', i.state) ORDER BY i.code) FROM disposal_item i WHERE i.disposal_id = d.id), '[]') AS items
	FROM disposal d JOIN section_shown s ON s.id = d.section_id LEFT JOIN person_shown p ON p.id = d.asked_by
	LEFT JOIN person_shown r ON r.id = d.recorded_by LEFT JOIN person_shown c ON c.id = d.confirmed_by`

func errNone() error {
	return fault.New(fault.NotFound, "この番号の廃棄は、見つかりません。番号を確かめて、廃棄の一覧から探してください。")
}

// Find returns a disposal by its code. NotFound where there is none that the actor may see.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Disposal, error) {
	return find(ctx, s.pool, actor, code, "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code, lock string) (Disposal, error) {
	d, err := postgres.One[Disposal](ctx, db, "finding a disposal", selectDisposal+` WHERE d.code = @code `+lock, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Disposal{}, errNone()
	}
	if err != nil {
		return Disposal{}, err
	}
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: d.Section}); !may {
		return Disposal{}, errNone()
	}
	return d, nil
}

// Left are the assets that are still to be disposed of, or were.
func (d Disposal) Left() []Item {
	var list []Item
	for _, i := range d.Items {
		if i.State != ItemSpared {
			list = append(list, i)
		}
	}
	return list
}

// RulesForPortal are the ways and demands of today.
func (s *Service) RulesForPortal(ctx context.Context) (Rules, error) {
	return s.rulesOn(ctx, s.pool, calendar.Day(s.door.Now()))
}

func (s *Service) rulesOn(ctx context.Context, db postgres.Querier, day calendar.Date) (Rules, error) {
	values, err := edition.LoadForPortal(ctx, db, day)
	return RulesOn(values, day), err
}

// Out tells where an asset is that is out; empty where it is not. NotFound where the actor may
// not see it.
func (s *Service) Out(ctx context.Context, actor authz.Actor, a asset.Asset) (string, error) {
	if err := a.AskSee(actor); err != nil || s.ties.Out == nil {
		return "", err
	}
	return s.ties.Out(ctx, s.pool, a.ID)
}

// Of is the disposal that goes on of an asset, or by which it was retired; Code empty for
// none. NotFound where the actor may not see the asset.
func (s *Service) Of(ctx context.Context, actor authz.Actor, a asset.Asset) (Disposal, error) {
	if err := a.AskSee(actor); err != nil {
		return Disposal{}, err
	}
	d, err := postgres.One[Disposal](ctx, s.pool, "finding the disposal of an asset",
		selectDisposal+` WHERE d.id = (SELECT i.disposal_id FROM disposal_item i WHERE i.asset_id = @asset AND i.state <> 'spared')`, pgx.StrictNamedArgs{"asset": a.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Disposal{}, nil
	}
	return d, err
}

// Ask asks to dispose of assets of one section, and returns the disposal's code. Invalid where
// something is missing or wrong; Conflict where an asset is out.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, a Asking) (code string, err error) {
	a = a.tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		assets, wrong, err := s.take(ctx, tx, actor, a)
		if err != nil {
			return door.Unchanged(), err
		}
		rules, err := s.rulesOn(ctx, tx, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		items := itemsOf(assets)
		if err := fault.InvalidFields(append(wrong, a.check(rules, items, tx.Today())...)); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		if id, code, err = insert(ctx, tx, actor, a, assets[0].Section, items); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{
			Subject: trail.Subject{Kind: about, ID: id}, Fields: []string{"assets", "medium", "ways", "witness", "reason", "due_on"}, Refs: map[string]int64{"section": assets[0].Section},
		}
		if effect.Also, err = s.moveAll(ctx, tx, actor, assets, life.Dispose, Number(code)+"の申請"); err != nil {
			return door.Unchanged(), err
		}
		if a.Medium == "" {
			effect.Notices, err = tellConfirmer(ctx, tx, actor, Disposal{ID: id, Code: code, Section: assets[0].Section}, "所在不明のままの廃棄を、確認してください")
		}
		return effect, err
	})
	return code, err
}

// take locks the assets that somebody asks for, in a change that it allows, with what is wrong
// with them.
func (s *Service) take(ctx context.Context, tx *door.Tx, actor authz.Actor, a Asking) (assets []asset.Asset, wrong problems, err error) {
	if len(a.Codes) > MostItems {
		wrong.add("assets", fmt.Sprintf("1つの申請は、%d件までです。分けて申請してください。", MostItems))
		a.Codes = a.Codes[:MostItems]
	}
	for _, code := range a.Codes {
		one, err := asset.FindIn(ctx, tx, actor, code)
		if fault.KindOf(err) == fault.NotFound {
			wrong.add("assets", "管理番号"+code+"の情報資産は、見つかりません。番号を確かめてください。")
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if err := tx.Allow(authz.DisposeAssets, authz.Matter{OwnersSection: one.Section}); err != nil {
			return nil, nil, err
		}
		sentence, err := s.why(ctx, tx, one, a.Medium)
		switch {
		case err != nil:
			return nil, nil, err
		case sentence != "":
			wrong.add("assets", sentence)
		case len(assets) > 0 && one.Section != assets[0].Section:
			wrong.add("assets", one.Code+"は、ほかの課室の情報資産です。課室ごとに分けて申請してください。")
		default:
			assets = append(assets, one)
		}
	}
	if len(assets) == 0 && len(wrong) == 0 {
		wrong.add("assets", "廃棄する情報資産の管理番号を入力してください。")
	}
	return assets, wrong, nil
}

// why tells why an asset can't be disposed of; empty where it can. Conflict where it is out.
func (s *Service) why(ctx context.Context, tx *door.Tx, a asset.Asset, medium Medium) (string, error) {
	switch {
	case a.State == asset.Draft:
		return a.Code + "は下書きです。登録してから申請するか、「登録の誤りとして終える」で終えてください。", nil
	case !a.State.Allows(life.Dispose):
		return a.Code + "は「" + a.State.Title() + "」のため、廃棄を申請できません。", nil
	case a.State == life.Missing && medium != "":
		return a.Code + "は所在不明です。見つかったことを記録してから申請するか、「所在不明のままの廃棄」を選んでください。", nil
	case a.State != life.Missing && medium == "":
		return a.Code + "は所在不明ではありません。媒体を選んでください。", nil
	}
	var known bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM disposal_item WHERE asset_id = @asset AND state = 'waiting')`, pgx.StrictNamedArgs{"asset": a.ID}).Scan(&known)
	if err != nil {
		return "", fmt.Errorf("looking for a disposal: %w", err)
	}
	if known {
		return a.Code + "は、すでに廃棄を申請しています。", nil
	}
	if s.ties.Out == nil {
		return "", nil
	}
	where, err := s.ties.Out(ctx, tx, a.ID)
	if err == nil && where != "" {
		err = fault.New(fault.Conflict, a.Code+"は、"+where+"のため、廃棄を申請できません。返却を記録してから、申請してください。")
	}
	return "", err
}

func itemsOf(assets []asset.Asset) []Item {
	items := make([]Item, len(assets))
	for i, a := range assets {
		items[i] = Item{AssetID: a.ID, Code: a.Code, Name: a.Name, Confidentiality: a.Confidentiality, Zone: a.Zone, State: ItemWaiting}
	}
	return items
}

// insert writes what is asked for, with a number of the fiscal year.
func insert(ctx context.Context, tx *door.Tx, actor authz.Actor, a Asking, section int64, items []Item) (id int64, code string, err error) {
	list, err := json.Marshal(items)
	if err != nil {
		return 0, "", fmt.Errorf("writing what is disposed of: %w", err)
	}
	how := CarriedOut
	if a.Medium == "" {
		how = WriteOff
	}
	err = tx.QueryRow(ctx, `
		WITH number AS (
			INSERT INTO disposal_number AS n (year, last) VALUES (@year, 1) ON CONFLICT (year) DO UPDATE SET last = n.last + 1 RETURNING year, last),
		made AS (
			INSERT INTO disposal (code, section_id, sort, asked_by, asked_at, reason, due_on, medium, ways, witness, state)
			SELECT n.year || '-' || CASE WHEN n.last < 10000 THEN lpad(n.last::text, 4, '0') ELSE n.last::text END,
			       @section, @how, @by, @now, @reason, @due, @medium::text, @ways::text[], @witness::text, 'waiting' FROM number n RETURNING id, code),
		items AS (
			INSERT INTO disposal_item (disposal_id, asset_id, code, name, confidentiality, zone, state)
			SELECT m.id, i.asset_id, i.code, i.name, i.confidentiality, i.zone, 'waiting'
			FROM made m, jsonb_to_recordset(@items) AS i(asset_id bigint, code text, name text, confidentiality text, zone text)),
		step AS (
			INSERT INTO disposal_step (disposal_id, version, at, by, event, recorded)
			SELECT id, 1, @now, @by, 'ask', jsonb_build_object('medium', @medium::text, 'ways', to_jsonb(@ways::text[]), 'witness', @witness::text) FROM made)
		SELECT id, code FROM made`,
		pgx.StrictNamedArgs{
			"year": calendar.FiscalYear(tx.Today()) - beforeReiwa, "section": section, "how": string(how), "by": actor.Person, "now": tx.Now, "reason": a.Reason,
			"due": a.Due, "medium": string(a.Medium), "ways": append([]string{}, a.Ways...), "witness": a.Witness, "items": list,
		}).Scan(&id, &code)
	if err != nil {
		return 0, "", fmt.Errorf("asking to dispose: %w", err)
	}
	return id, code, nil
}

// beforeReiwa is the year before 令和元年.
const beforeReiwa = 2018

// moveAll takes a step with assets.
func (s *Service) moveAll(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []asset.Asset, step life.Step, why string) (done []door.Effect, err error) {
	for _, a := range assets {
		moved, err := s.assets.MoveIn(ctx, tx, actor, a, step, why)
		if err != nil {
			return nil, err
		}
		if moved.Subject.Kind != "" {
			done = append(done, moved)
		}
	}
	return done, nil
}

// about is what notices of disposals are about, as it is stored.
const about = "disposal"

// Topic is who may see a notice of a disposal: who may see the disposal.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadAssets) == authz.All {
			return `true`, nil
		}
		return `EXISTS (SELECT FROM disposal d WHERE d.id = n.topic_id AND d.section_id = ANY(@sections))`,
			pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadAssets)}
	}}
}

func tell(to []int64, d Disposal, title, text string) []notice.Message {
	return []notice.Message{{To: to, Notice: notice.Notice{Topic: about, TopicID: d.ID, Title: title, Text: Number(d.Code) + text, URL: address.Disposal(d.Code)}}}
}

// tellConfirmer tells who confirms, which is never the actor.
func tellConfirmer(ctx context.Context, tx *door.Tx, actor authz.Actor, d Disposal, title string) ([]notice.Message, error) {
	holders, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{d.Section}, []int64{actor.Person}, tx.Today())
	return tell(holders[d.Section], d, title, "の内容を見て、確認するか、差し戻してください。"), err
}

// doer is who never confirms: who has recorded what they did, or has asked to write off.
func (d Disposal) doer() int64 {
	if d.How == WriteOff {
		return d.AskedByID
	}
	return d.RecordedByID
}

// matter is what an event of it is about.
func (d Disposal) matter(ctx context.Context, db postgres.Querier, event Event, day calendar.Date) (m authz.Matter, err error) {
	if course.Who(event).Except != "" && d.doer() != 0 {
		if m, err = org.Concerning(ctx, db, d.doer(), day); err != nil {
			return m, err
		}
	}
	m.OwnersSection = d.Section
	return m, nil
}

// Next are the events that the actor can do with a disposal today.
func (s *Service) Next(ctx context.Context, actor authz.Actor, d Disposal) ([]Event, error) {
	var next []Event
	for _, event := range []Event{EventRecord, EventConfirm, EventSendBack, EventSpare, EventWithdraw} {
		if _, err := course.Arrow(d.State, event, d.How); err != nil {
			continue
		}
		matter, err := d.matter(ctx, s.pool, event, calendar.Day(s.door.Now()))
		if err != nil {
			return nil, err
		}
		if _, err := authz.Check(actor, course.Who(event).Action(actor, matter), matter); err == nil && (event != EventConfirm || !Same(actor.Name, d.DoneBy)) {
			next = append(next, event)
		}
	}
	return next, nil
}

// AskStep refuses who may not do something with a disposal, whatever its state: what a form
// asks before it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code string, event Event) error {
	d, err := s.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	matter, err := d.matter(ctx, s.pool, event, calendar.Day(s.door.Now()))
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, course.Who(event).Action(actor, matter), matter)
	return err
}

// step is one that somebody takes with a disposal.
type step struct {
	event    Event
	note     string
	recorded map[string]any
	set      string // what it changes of the row besides its state, in SQL
	args     pgx.StrictNamedArgs
}

// do takes a step: it locks the disposal on the version that the actor has seen, allows the
// event, has the rest done, and writes where it leads.
func (s *Service) do(ctx context.Context, actor authz.Actor, code string, version int, event Event, rest func(tx *door.Tx, actor authz.Actor, d Disposal) (step, door.Effect, error)) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if event == EventConfirm {
			if err := relation.Hold(ctx, tx); err != nil { // what is retired bears nothing any more
				return door.Unchanged(), err
			}
		}
		d, err := find(ctx, tx, actor, code, "FOR UPDATE OF d")
		if err != nil {
			return door.Unchanged(), err
		}
		matter, err := d.matter(ctx, tx, event, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(course.Who(event).Action(actor, matter), matter); err != nil {
			return door.Unchanged(), err
		}
		if _, err := course.Arrow(d.State, event, d.How); err != nil {
			return door.Unchanged(), err
		}
		if d.Version != version {
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人がこの廃棄を進めました。いまの内容を確かめて、もう一度行ってください。")
		}
		taken, effect, err := rest(tx, actor, d)
		if err != nil {
			return door.Unchanged(), err
		}
		taken.event = event
		effect.Subject = trail.Subject{Kind: about, ID: d.ID}
		effect.Fields = append(effect.Fields, string(event))
		return effect, taken.write(ctx, tx, actor, d)
	})
}

// write writes a step that leads on from where a disposal stands, with its place in the history.
func (t step) write(ctx context.Context, tx *door.Tx, actor authz.Actor, d Disposal) error {
	arrow, err := course.Arrow(d.State, t.event, d.How)
	if err != nil {
		return err
	}
	if t.recorded == nil {
		t.recorded = map[string]any{}
	}
	args := pgx.StrictNamedArgs{"id": d.ID, "to": string(arrow.To), "event": string(t.event), "by": actor.Person, "now": tx.Now, "note": t.note, "recorded": t.recorded}
	for name, value := range t.args {
		args[name] = value
	}
	if _, err := tx.Exec(ctx, `
		WITH now AS (UPDATE disposal SET state = @to, version = version + 1`+t.set+` WHERE id = @id RETURNING id, version)
		INSERT INTO disposal_step (disposal_id, version, at, by, event, note, recorded) SELECT id, version, @now, nullif(@by, 0::bigint), @event, @note, @recorded FROM now`, args); err != nil {
		return fmt.Errorf("taking a step of a disposal: %w", err)
	}
	return nil
}

// Record records what was done of a disposal, on the version that the actor has seen: by the
// ways of today, which may be others than those that were asked for. Invalid where something
// is missing or wrong, or a way can't be taken any more; otherwise as do.
func (s *Service) Record(ctx context.Context, actor authz.Actor, code string, version int, r Record) error {
	r = r.tidy()
	return s.do(ctx, actor, code, version, EventRecord, func(tx *door.Tx, actor authz.Actor, d Disposal) (step, door.Effect, error) {
		rules, err := s.rulesOn(ctx, tx, tx.Today())
		if err != nil {
			return step{}, door.Effect{}, err
		}
		items, err := now(ctx, tx, d)
		if err != nil {
			return step{}, door.Effect{}, err
		}
		if err := fault.InvalidFields(r.check(rules, d.Medium, items, tx.Now)); err != nil {
			return step{}, door.Effect{}, err
		}
		serials := map[string]string{}
		for _, i := range items {
			serials[i.Code] = strings.TrimSpace(r.Serials[i.Code])
		}
		if _, err := tx.Exec(ctx, `UPDATE disposal_item SET serial = @serials::jsonb->>code WHERE disposal_id = @id AND state = 'waiting'`,
			pgx.StrictNamedArgs{"id": d.ID, "serials": serials}); err != nil {
			return step{}, door.Effect{}, fmt.Errorf("writing serial numbers: %w", err)
		}
		told, err := tellConfirmer(ctx, tx, actor, d, "廃棄の記録を、確認してください")
		return step{
			recorded: map[string]any{"ways": r.Ways, "done_by": r.DoneBy, "witness": r.Witness, "place": r.Place, "done_at": r.At, "lease_return": r.LeaseReturn, "serials": serials},
			set:      `, ways = @ways, done_by = @done_by, witness = @witness, place = @place, done_at = @done_at, lease_return = @lease_return, recorded_by = @by, recorded_at = @now`,
			args: pgx.StrictNamedArgs{
				"ways": r.Ways, "done_by": r.DoneBy, "witness": r.Witness, "place": r.Place, "done_at": r.At, "lease_return": r.LeaseReturn,
			},
		}, door.Effect{Notices: told}, err
	})
}

// now are the assets that are still to be disposed of, classified as they are now.
func now(ctx context.Context, tx *door.Tx, d Disposal) ([]Item, error) {
	return postgres.List[Item](ctx, tx, "listing what is disposed of", `
		SELECT i.asset_id, i.code, i.name, a.confidentiality, a.zone, i.serial, i.state FROM disposal_item i JOIN asset a ON a.id = i.asset_id
		WHERE i.disposal_id = @id AND i.state = 'waiting' ORDER BY i.code`, pgx.StrictNamedArgs{"id": d.ID})
}

// noted checks what somebody writes with a step.
func noted(note string, needed bool) (string, error) {
	note = strings.TrimSpace(note)
	var p problems
	if n := utf8.RuneCountInString(note); n > mostText || needed && n == 0 {
		p.add("note", fmt.Sprintf("理由を、%d字までで書いてください。", mostText))
	}
	return note, fault.InvalidFields(p)
}

// SendBack sends a record back, with what is to be mended. It is told to who has recorded it.
func (s *Service) SendBack(ctx context.Context, actor authz.Actor, code string, version int, note string) error {
	return s.do(ctx, actor, code, version, EventSendBack, func(_ *door.Tx, _ authz.Actor, d Disposal) (step, door.Effect, error) {
		note, err := noted(note, true)
		return step{note: note}, door.Effect{Notices: tell([]int64{d.RecordedByID}, d, "廃棄の記録が差し戻されました", "を見て、記録を直してください。")}, err
	})
}

// Confirm confirms that assets were disposed of as the record says: they are retired. Conflict
// for who has done it by their name; otherwise as do.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, code string, version int, note string) error {
	return s.do(ctx, actor, code, version, EventConfirm, func(tx *door.Tx, actor authz.Actor, d Disposal) (step, door.Effect, error) {
		note, err := noted(note, false)
		if err != nil {
			return step{}, door.Effect{}, err
		}
		if d.DoneBy != "" && Same(actor.Name, d.DoneBy) {
			return step{}, door.Effect{}, fault.New(fault.Forbidden, "廃棄を実施した人は、その確認をできません。ほかの情報セキュリティ管理者か、上の役割の人に頼んでください。")
		}
		effect := door.Effect{}
		for _, i := range d.Left() {
			a, err := asset.LockID(ctx, tx, i.AssetID)
			if err != nil {
				return step{}, effect, err
			}
			done, err := s.moveAll(ctx, tx, actor, []asset.Asset{a}, life.Retire, Number(d.Code)+"による廃棄")
			if err != nil {
				return step{}, effect, err
			}
			effect.Also = append(effect.Also, done...)
			if s.ties.WriteOff != nil && a.State == life.Missing {
				if done, err = s.ties.WriteOff(ctx, tx, actor, a.ID); err != nil {
					return step{}, effect, err
				}
				effect.Also = append(effect.Also, done...)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE disposal_item SET state = 'retired' WHERE disposal_id = @id AND state = 'waiting'`, pgx.StrictNamedArgs{"id": d.ID}); err != nil {
			return step{}, effect, fmt.Errorf("retiring what was disposed of: %w", err)
		}
		if d.AskedByID != actor.Person {
			effect.Notices = tell([]int64{d.AskedByID}, d, "廃棄が確認されました", "の情報資産は、台帳で「廃棄済み」になりました。")
		}
		return step{note: note, set: `, confirmed_by = @by, confirmed_at = @now`}, effect, nil
	})
}

// Withdraw takes back what was asked for, or of one asset by its 管理番号: what is not disposed
// of stands as it did before. Without that asset nothing may be left, and all of it is taken
// back.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, code string, version int, one, note string) error {
	event := EventWithdraw
	if one != "" {
		d, err := s.Find(ctx, actor, code)
		if err != nil {
			return err
		}
		if len(d.Left()) > 1 {
			event = EventSpare
		}
	}
	return s.do(ctx, actor, code, version, event, func(tx *door.Tx, actor authz.Actor, d Disposal) (step, door.Effect, error) {
		note, err := noted(note, true)
		if err != nil {
			return step{}, door.Effect{}, err
		}
		var effect door.Effect
		for _, i := range d.Left() {
			if event == EventSpare && i.Code != one {
				continue
			}
			done, err := s.spare(ctx, tx, actor, d, i.AssetID, Number(d.Code)+"の取り下げ："+note)
			if err != nil {
				return step{}, effect, err
			}
			effect.Also = append(effect.Also, done...)
			effect.Refs = map[string]int64{"asset": i.AssetID}
		}
		if effect.Refs == nil {
			return step{}, effect, fault.New(fault.Conflict, "この情報資産は、この廃棄にありません。廃棄の画面を開き直してください。")
		}
		if event == EventWithdraw {
			effect.Refs = nil
		}
		return step{note: note}, effect, nil
	})
}

// mostWhy is how much the history of an asset takes of a reason, in characters.
const mostWhy = 500

// spare takes an asset out of a disposal: it stands as it did before.
func (s *Service) spare(ctx context.Context, tx *door.Tx, actor authz.Actor, d Disposal, assetID int64, why string) ([]door.Effect, error) {
	if r := []rune(why); len(r) > mostWhy {
		why = string(r[:mostWhy-1]) + "…"
	}
	if _, err := tx.Exec(ctx, `UPDATE disposal_item SET state = 'spared' WHERE disposal_id = @id AND asset_id = @asset`, pgx.StrictNamedArgs{"id": d.ID, "asset": assetID}); err != nil {
		return nil, fmt.Errorf("sparing what was to be disposed of: %w", err)
	}
	a, err := asset.LockID(ctx, tx, assetID)
	if err != nil {
		return nil, err
	}
	return s.moveAll(ctx, tx, actor, []asset.Asset{a}, life.Spare, why)
}

// Spare takes an asset out of the disposal that waits of it, in a change that has allowed what
// it is a part of: nobody finds it any more, or it was found. It returns what the trail is to
// say; nothing where none waits. Conflict where it is recorded already that it was done.
func (s *Service) Spare(ctx context.Context, tx *door.Tx, actor authz.Actor, assetID int64, why string) ([]door.Effect, error) {
	d, err := postgres.One[Disposal](ctx, tx, "finding the disposal of an asset", selectDisposal+`
		WHERE d.id = (SELECT i.disposal_id FROM disposal_item i WHERE i.asset_id = @asset AND i.state = 'waiting') FOR UPDATE OF d`, pgx.StrictNamedArgs{"asset": assetID})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if d.State != Waiting {
		return nil, fault.New(fault.Conflict, "この情報資産は、廃棄したことが記録されています（"+Number(d.Code)+"）。記録が誤りのときは、先に、廃棄の確認をする人に差し戻してもらってください。")
	}
	t := step{event: EventSpare, note: why}
	if len(d.Left()) == 1 {
		t.event = EventWithdraw
	}
	done, err := s.spare(ctx, tx, actor, d, assetID, why)
	if err != nil {
		return nil, err
	}
	effect := door.Effect{Subject: trail.Subject{Kind: about, ID: d.ID}, Fields: []string{string(t.event)}, Refs: map[string]int64{"asset": assetID}}
	return append(done, effect), t.write(ctx, tx, actor, d)
}

// Taken is a step that somebody has taken.
type Taken struct {
	At    time.Time
	By    string
	Event Event
	Note  string
}

// History lists the steps of a disposal, by its code, the newest first. NotFound where there is
// none that the actor may see.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Taken, error) {
	d, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of a disposal", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.note FROM disposal_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.disposal_id = @id ORDER BY h.version DESC`, pgx.StrictNamedArgs{"id": d.ID})
}
