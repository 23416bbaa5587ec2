package disposal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// findDoers are those who never confirm a disposal, by a day.
func findDoers(ctx context.Context, db postgres.Querier, id int64, day calendar.Date) (people []int64, err error) {
	err = db.QueryRow(ctx, `SELECT `+doers+` FROM disposal d WHERE d.id = @id`,
		pgx.StrictNamedArgs{"id": id, "today": day, "confirming": authz.RolesWith(authz.ConfirmDisposals, authz.Own), "above": authz.Covered(false)}).Scan(&people)
	if err != nil {
		return nil, fmt.Errorf("looking who has disposed of something: %w", err)
	}
	return people, nil
}

// matter is what an event of it is about, for an actor: those who have done it never confirm
// it, and where nobody else does, who stands above them.
func (d Disposal) matter(ctx context.Context, db postgres.Querier, actor authz.Actor, event Event, day calendar.Date) (authz.Matter, error) {
	m := authz.Matter{OwnersSection: d.Section}
	if course.Who(event).Except == "" || d.How == CarriedOut && d.RecordedByID == 0 {
		return m, nil
	}
	people, err := findDoers(ctx, db, d.ID, day)
	if err != nil {
		return m, err
	}
	if Names(d.DoneBy, actor.Name) {
		people = append(people, actor.Person)
	}
	m.Person, m.Decision = people[0], true
	if slices.Contains(people, actor.Person) {
		m.Person = actor.Person
	}
	m.Alone, err = org.Alone(ctx, db, day, people...)
	return m, err
}

// Next are the events that the actor can do with a disposal today.
func (s *Service) Next(ctx context.Context, actor authz.Actor, d Disposal) ([]Event, error) {
	var next []Event
	for _, event := range []Event{EventRecord, EventConfirm, EventSendBack, EventSpare, EventWithdraw} {
		if _, err := course.Arrow(d.State, event, d.How); err != nil {
			continue
		}
		matter, err := d.matter(ctx, s.pool, actor, event, calendar.Day(s.door.Now()))
		if err != nil {
			return nil, err
		}
		if _, err := authz.Check(actor, course.Who(event).Action(actor, matter), matter); err == nil {
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
	matter, err := d.matter(ctx, s.pool, actor, event, calendar.Day(s.door.Now()))
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
	// tell is whom it is told, by what it has written; nil where that is said already
	tell func() ([]notice.Message, error)
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
		matter, err := d.matter(ctx, tx, actor, event, tx.Today())
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
		if err := taken.write(ctx, tx, actor, d); err != nil || taken.tell == nil {
			return effect, err
		}
		effect.Notices, err = taken.tell()
		return effect, err
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
		return step{
			recorded: map[string]any{"ways": r.Ways, "done_by": r.DoneBy, "witness": r.Witness, "place": r.Place, "done_at": r.At, "lease_return": r.LeaseReturn, "serials": serials},
			set:      `, ways = @ways, done_by = @done_by, witness = @witness, place = @place, done_at = @done_at, lease_return = @lease_return, recorded_by = @by, recorded_at = @now`,
			args: pgx.StrictNamedArgs{
				"ways": r.Ways, "done_by": r.DoneBy, "witness": r.Witness, "place": r.Place, "done_at": r.At, "lease_return": r.LeaseReturn,
			},
			tell: func() ([]notice.Message, error) {
				return tellConfirmer(ctx, tx, actor, d, "廃棄の記録を、確認してください")
			},
		}, door.Effect{}, nil
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

// Confirm confirms that assets were disposed of as the record says: they are retired. It fails
// as do.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, code string, version int, note string) error {
	return s.do(ctx, actor, code, version, EventConfirm, func(tx *door.Tx, actor authz.Actor, d Disposal) (step, door.Effect, error) {
		note, err := noted(note, false)
		if err != nil {
			return step{}, door.Effect{}, err
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
// of stands as it did before. With the last of them all of it is taken back. Conflict where
// there is no such asset in it; otherwise as do.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, code string, version int, one, note string) error {
	event := EventWithdraw
	if one != "" {
		d, err := s.Find(ctx, actor, code)
		if err != nil {
			return err
		}
		left := d.Left()
		if !slices.ContainsFunc(left, func(i Item) bool { return i.Code == one }) {
			return fault.New(fault.Conflict, "この情報資産は、この廃棄にありません。廃棄の画面を開き直してください。")
		}
		if len(left) > 1 {
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
			if event == EventSpare {
				effect.Refs = map[string]int64{"asset": i.AssetID}
			}
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
