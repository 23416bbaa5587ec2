package rights

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
)

// Step is what is said with a step of a right.
type Step struct {
	Version int // that the actor has seen
	Note    string
}

const (
	maxNote   = 2000
	overtaken = "開いている間に、ほかの人がこの利用権限を進めました。いまの内容を確かめて、もう一度行ってください。"
)

// Do takes a step with a right: withdraws what was asked for, permits or refuses it, says that
// it is still needed, gives it up, or ends it. Forbidden who may not, and who asked or uses it
// where they would decide; Conflict where somebody else has taken a step meanwhile, or where
// it stands does not let it.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code string, event Event, step Step) error {
	step.Note = strings.TrimSpace(step.Note)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := takeTogether(ctx, tx, code, event); err != nil {
			return door.Unchanged(), err
		}
		r, err := find(ctx, tx, actor, code, tx.Now, "FOR UPDATE OF r")
		if err != nil {
			return door.Unchanged(), err
		}
		matter, err := r.matter(ctx, tx, actor, event, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(course.Who(event).Action(actor, matter), matter); err != nil {
			return door.Unchanged(), err
		}
		if err := r.follow(event, step, tx.Today()); err != nil {
			return door.Unchanged(), err
		}
		if event == EventPermit {
			if err := refuseBarred(ctx, tx, r.Person, r.System); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := r.refuseMeeting(ctx, tx, event); err != nil {
			return door.Unchanged(), err
		}
		list, err := write(ctx, tx, actor.Person, event, step.Note, []int64{r.ID}, place(event, matter))
		if err != nil {
			return door.Unchanged(), err
		}
		effect := list[0].effect(event)
		effect.Notices, err = r.tellStep(ctx, tx, actor, event)
		if err != nil {
			return door.Unchanged(), err
		}
		return effect, s.Carry(ctx, tx, []int64{r.Person})
	})
}

// place is the section for whose work a right is used after an event; 0 for where it was.
func place(event Event, m authz.Matter) int64 {
	if event == EventKeep {
		return m.PersonsSection
	}
	return 0
}

// follow refuses a step that can't be taken.
func (r Right) follow(event Event, step Step, today calendar.Date) error {
	a, err := course.Arrow(r.Standing, event, "")
	if err != nil {
		return err
	}
	if event == EventKeep && !r.elsewhere() {
		return fault.New(fault.Conflict, "この利用権限は、いまの課室の仕事のためのものなので、答えは要りません。画面を開き直して、いまの状態を確かめてください。")
	}
	if r.Version != step.Version {
		return fault.New(fault.Conflict, overtaken)
	}
	if event == EventPermit && !r.Until.IsZero() && today.After(r.Until) {
		return fault.New(fault.Conflict, "最後の日を過ぎた申請は、許可できません。要るときは、改めて申請してもらってください。")
	}
	if event == EventPermit && r.Post == "" {
		return fault.New(fault.Conflict, r.PersonName+"さんは、いま職に就いていないため、許可できません。退職などのときは、不許可にしてください。")
	}
	if event == EventPermit && !r.SystemCounts {
		return fault.New(fault.Conflict, "「"+r.SystemName+"」は、もう使われていないため、許可できません。")
	}
	problems := a.Missing(map[string]bool{"note": step.Note != ""})
	if utf8.RuneCountInString(step.Note) > maxNote {
		problems = append(problems, fault.Problem{Field: "note", Message: "長すぎます。2000字までで書いてください。"})
	}
	return fault.InvalidFields(problems)
}

// elsewhere tells whether its person works in other sections than the one for whose work it is.
func (r Right) elsewhere() bool {
	return r.Section != 0 && len(r.PersonSections) > 0 && !slices.Contains(r.PersonSections, r.Section)
}

// write writes a step of rights by somebody, 0 for the portal, with its place in their
// histories; section is where they are used from now on, 0 for where they were.
func write(ctx context.Context, tx *door.Tx, by int64, event Event, note string, ids []int64, section int64) ([]made, error) {
	list, err := postgres.List[made](ctx, tx, "taking a step of rights", `
		WITH now AS (
			UPDATE access_right r SET version = version + 1,
			       state = coalesce(nullif(@state::text, ''), state),
			       decided_by = CASE WHEN @event IN ('permit', 'refuse') THEN @by ELSE decided_by END, decided_on = CASE WHEN @event IN ('permit', 'refuse') THEN @today ELSE decided_on END,
			       confirmed_by = CASE WHEN @event IN ('confirm', 'keep') THEN @by ELSE confirmed_by END, confirmed_on = CASE WHEN @event IN ('confirm', 'keep') THEN @today ELSE confirmed_on END,
			       ended_on = CASE WHEN @state::text = 'ended' THEN LEAST(@today::date, r.until_on + 1) ELSE ended_on END,
			       section_id = CASE WHEN @section::bigint <> 0 THEN @section ELSE section_id END
			WHERE id = ANY(@ids) RETURNING id, code, person_id, asset_id, version),
		answered AS (
			UPDATE right_question q SET answer = CASE WHEN @event = 'keep' THEN 'keep' WHEN @event IN ('end', 'expire') THEN 'end' ELSE 'moot' END, answered_by = nullif(@by::bigint, 0), answered_at = @now
			FROM now WHERE q.right_id = now.id AND q.answer IS NULL AND @event NOT IN ('confirm', 'move')),
		step AS (
			INSERT INTO right_step (right_id, version, at, by, event, note) SELECT id, version, @now, nullif(@by::bigint, 0), @event, @note FROM now)
		SELECT id, code, person_id AS person, asset_id AS system, version FROM now ORDER BY id`,
		pgx.StrictNamedArgs{"ids": ids, "event": string(event), "state": becomes(event), "by": by, "today": tx.Today(), "now": tx.Now, "note": note, "section": section})
	if err != nil {
		return nil, fmt.Errorf("taking a step of rights: %w", err)
	}
	return list, nil
}

// Confirm says of rights in a change that has allowed it (ReviewRights), and has locked them,
// that they are still needed. It returns what the trail is to say of each.
func (s *Service) Confirm(ctx context.Context, tx *door.Tx, actor authz.Actor, ids []int64) ([]door.Effect, error) {
	list, err := write(ctx, tx, actor.Person, EventConfirm, "", ids, 0)
	return effects(list, EventConfirm), err
}

// End ends rights in such a change, with the reason, and lets the town's directories know.
func (s *Service) End(ctx context.Context, tx *door.Tx, actor authz.Actor, ids []int64, why string) ([]door.Effect, error) {
	list, err := write(ctx, tx, actor.Person, EventEnd, why, ids, 0)
	if err != nil {
		return nil, err
	}
	people := make([]int64, len(list))
	for i, m := range list {
		people[i] = m.Person
	}
	return effects(list, EventEnd), s.Carry(ctx, tx, people)
}

// EndRevoked ends the rights that a revocation, by its id, is of, for good. It returns what the
// trail is to say of each; who ends it lets the directories know.
func (s *Service) EndRevoked(ctx context.Context, tx *door.Tx, actor authz.Actor, bar int64) ([]door.Effect, error) {
	rows, err := tx.Query(ctx, `
		SELECT r.id FROM access_right r JOIN right_barred b ON b.person_id = r.person_id AND (b.right_id IS NULL OR b.right_id = r.id)
		WHERE b.bar_id = @bar AND r.state = 'permitted' ORDER BY r.id FOR UPDATE OF r`, pgx.StrictNamedArgs{"bar": bar})
	if err != nil {
		return nil, fmt.Errorf("locking revoked rights: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("locking revoked rights: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := write(ctx, tx, actor.Person, EventLeaveRevoked, "", ids, 0)
	return effects(list, EventLeaveRevoked), err
}

func effects(list []made, event Event) []door.Effect {
	effects := make([]door.Effect, len(list))
	for i, m := range list {
		effects[i] = m.effect(event)
	}
	return effects
}

// tellStep tells those whom a step concerns, but for who has taken it.
func (r Right) tellStep(ctx context.Context, tx *door.Tx, actor authz.Actor, event Event) ([]notice.Message, error) {
	to := []int64{r.Person, r.AskedByID}
	text := r.PersonName + "さんの、" + r.SystemName + "の利用権限（" + Number(r.Code) + "）です。"
	switch event {
	case EventPermit:
		text += calendar.Wareki(r.From) + "から使えます。"
	case EventRefuse, EventEnd:
		text += "理由を見てください。"
	case EventConfirm:
		return nil, nil
	case EventWithdraw, EventGiveUp:
		holders, err := responsible.Of(ctx, tx, authz.SystemManager, []int64{r.SystemSection}, []int64{actor.Person}, tx.Today())
		if err != nil {
			return nil, err
		}
		to = append(to, holders[r.SystemSection]...)
	}
	to = slices.DeleteFunc(distinct(to), func(person int64) bool { return person == actor.Person })
	return tell(to, r.ID, r.Code, r.SystemName+"の利用権限："+event.Title(), text), nil
}

func distinct(people []int64) []int64 {
	people = slices.Clone(people)
	slices.Sort(people)
	return slices.Compact(people)
}

// Taken is a step that somebody has taken.
type Taken struct {
	At    time.Time
	By    string // empty for the portal
	Event Event
	Note  string
}

// History lists the steps of a right, by its code, the newest first. NotFound where there is
// none that the actor may see.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Taken, error) {
	r, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of a right", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.note FROM right_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.right_id = @id ORDER BY h.version DESC`, pgx.StrictNamedArgs{"id": r.ID})
}

// Next are the events that the actor can do with a right now.
func (s *Service) Next(ctx context.Context, actor authz.Actor, r Right) ([]Event, error) {
	var next []Event
	for _, event := range []Event{EventPermit, EventRefuse, EventWithdraw, EventKeep, EventConfirm, EventEnd, EventGiveUp} {
		if _, err := course.Arrow(r.Standing, event, ""); err != nil || event == EventKeep && !r.elsewhere() {
			continue
		}
		matter, err := r.matter(ctx, s.pool, actor, event, s.today())
		if err != nil {
			return nil, err
		}
		if _, may := actor.May(course.Who(event).Action(actor, matter), matter); may {
			next = append(next, event)
		}
	}
	return next, nil
}

// AskStep refuses who may not do something with a right, whatever its standing: what a form
// asks before it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code string, event Event) error {
	r, err := s.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	matter, err := r.matter(ctx, s.pool, actor, event, s.today())
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, course.Who(event).Action(actor, matter), matter)
	return err
}
