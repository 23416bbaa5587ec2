package violation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/internal/violation/name"
	"kagami/internal/violation/procedure"
)

// Step is a step of a case that was taken.
type Step struct {
	Version  int
	At       time.Time
	By       int64          // 0 for the portal, and for who has reported it
	ByName   string         // empty for those
	Seat     procedure.Seat // from which it was taken
	StandsIn bool           // in the place of the seat's own holder
	Alone    string         // why nobody else could (兼務), or empty
	Event    procedure.Event
	From, To procedure.State
	Text     string
	More     More
	Told     []Told
	Papers   []Paper
}

// More is what is said with a step beside its text. What a step has not is zero.
type More struct {
	On     calendar.Date `json:"on,omitzero"`    // 面談の日, the day on which an answer on paper came
	From   calendar.Date `json:"from,omitzero"`  // of a suspension
	Until  calendar.Date `json:"until,omitzero"` // of a suspension, a guidance
	Method string        `json:"method,omitempty"`
	// Rights are those that were barred, as people read them; none for all.
	Rights   []string `json:"rights,omitempty"`
	Withheld string   `json:"withheld,omitempty"` // why the person is not told of a cut yet
	Paper    bool     `json:"paper,omitempty"`    // it came on paper, and was recorded by another
	Repeated bool     `json:"repeated,omitempty"` // the conduct was repeated
	Grave    bool     `json:"grave,omitempty"`
	Whom     string   `json:"whom,omitempty"` // who was named 監督責任者, or is kin
	WhomID   int64    `json:"whom_id,omitempty"`
	Other    string   `json:"other,omitempty"` // the code of another case
	Number   string   `json:"number,omitempty"`
}

// Told is somebody who was told of a step.
type Told struct {
	Person int64          `json:"person"`
	Name   string         `json:"name"`
	Seat   procedure.Seat `json:"seat"`
	Mark   procedure.Mark `json:"mark"`
	FromAt time.Time      `json:"from_at"` // from when they can read it
	SeenAt *time.Time     `json:"seen_at"` // when they first read the case from then on; nil for not yet
}

// Paper is a file that hangs on a step.
type Paper struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// Opened is a case as an actor reads it.
type Opened struct {
	Case
	Reading Reading
	Steps   []Step // in their order
	Seats   procedure.Seats
	Names   map[int64]string // of those who sit in the seats
}

// slotOf is within which ten minutes something is read.
func slotOf(now time.Time) time.Time { return now.Truncate(10 * time.Minute) }

// Open returns a case by its code as the actor may read it, and records that they have: nothing
// is shown where that fails. NotFound where they may read nothing of it.
func (s *Service) Open(ctx context.Context, actor authz.Actor, code string, what procedure.What) (Opened, error) {
	now := s.door.Now()
	o, err := look(ctx, s.pool, actor, code, now)
	if err != nil {
		return Opened{}, err
	}
	if o.Names, err = namesOf(ctx, s.pool, o.Seats.People()); err != nil {
		return Opened{}, err
	}
	if err := s.note(ctx, actor, o.Case, what, ""); err != nil {
		return Opened{}, err
	}
	return o.as(actor, now), nil
}

func look(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time) (Opened, error) {
	c, seats, reading, err := load(ctx, db, actor, code, now, "")
	if err != nil {
		return Opened{}, err
	}
	steps, err := c.steps(ctx, db, now)
	return Opened{Case: c, Reading: reading, Steps: steps, Seats: seats}, err
}

// Look returns a case as an actor may read it in an open change that decides by it: nothing of it
// is shown, and nothing recorded.
func (s *Service) Look(ctx context.Context, tx *door.Tx, actor authz.Actor, code string) (Opened, error) {
	o, err := look(ctx, tx, actor, code, tx.Now)
	return o.as(actor, tx.Now), err
}

// Note records that somebody reads of a case what another room shows them.
func (s *Service) Note(ctx context.Context, actor authz.Actor, id int64, what procedure.What) error {
	return s.note(ctx, actor, Case{ID: id}, what, "")
}

// note records that somebody reads something of a case: once for a person, what they read and
// ten minutes.
func (s *Service) note(ctx context.Context, actor authz.Actor, c Case, what procedure.What, reason string) error {
	now := s.door.Now()
	args := pgx.StrictNamedArgs{"case": c.ID, "person": actor.Person, "what": string(what), "slot": slotOf(now), "at": now, "reason": reason}
	var noted bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM violation_reading WHERE case_id = @case AND person_id = @person AND what = @what AND slot = @slot)`,
		pgx.StrictNamedArgs{"case": c.ID, "person": actor.Person, "what": string(what), "slot": slotOf(now)}).Scan(&noted)
	if err != nil {
		return fmt.Errorf("looking whether a reading is noted: %w", err)
	}
	if noted {
		return nil
	}
	effect := door.Effect{Subject: trail.Subject{Kind: subject, ID: c.ID}, Fields: []string{"read_" + string(what)}}
	if reason != "" {
		effect.Confidential = map[string]any{"reason": reason}
	}
	// whom it is about reads it also while they are suspended; others as somebody signed in, since
	// load has asked how much they read
	action := authz.SignedIn
	if actor.Person == c.Person {
		action = authz.ReadViolation
	}
	err = s.door.Write(ctx, actor, action, authz.Matter{Person: actor.Person}, effect, func(time.Time) (string, pgx.StrictNamedArgs) {
		return `INSERT INTO violation_reading (case_id, person_id, what, slot, at, reason)
			SELECT @case, @person, @what, @slot, @at, @reason`, args
	})
	if postgres.Constraint(err) == "violation_reading_pkey" { // by two windows at once
		return nil
	}
	return err
}

const subject = "violation_case"

// steps are the steps of a case, with who was told of each and when they first read it.
func (c Case) steps(ctx context.Context, db postgres.Querier, now time.Time) ([]Step, error) {
	list, err := postgres.List[Step](ctx, db, "listing the steps of a case", `
		SELECT h.version, h.at, coalesce(h.by, 0) AS by, coalesce(p.name, '') AS by_name, h.seat, h.stands_in, h.alone, h.event, h.from_state AS from, h.to_state AS to, h.text, h.more,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('person', t.person_id, 'name', n.name, 'seat', t.seat, 'mark', t.mark, 'from_at', t.from_at,
		       		'seen_at', (SELECT min(r.at) FROM violation_reading r WHERE r.case_id = t.case_id AND r.person_id = t.person_id AND r.at >= t.from_at)) ORDER BY t.mark, n.furigana, n.id)
		       	FROM violation_told t JOIN person_shown n ON n.id = t.person_id WHERE t.case_id = h.case_id AND t.version = h.version), '[]') AS told,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'size', f.size) ORDER BY f.id)
		       	FROM violation_paper a JOIN attachment_shown f ON f.id = a.attachment_id WHERE a.case_id = h.case_id AND a.version = h.version), '[]') AS papers
		FROM violation_step h LEFT JOIN person_shown p ON p.id = h.by WHERE h.case_id = @case AND h.at <= @now::timestamptz ORDER BY h.version`,
		pgx.StrictNamedArgs{"case": c.ID, "now": now})
	return list, err
}

// as is what an actor reads of an opened case.
func (o Opened) as(actor authz.Actor, now time.Time) Opened {
	switch o.Reading {
	case Whole:
		if !o.ReadsReferral(actor) {
			o = o.withoutReferral()
		}
	case Numbered:
		o = o.numbered(0)
	case Parts:
		o = o.partsOf(actor.Person, now)
	case Nothing:
		o = Opened{}
	}
	return o
}

// partsOf is what was addressed to somebody, and what they have done: of who else was told
// they read nothing.
func (o Opened) partsOf(person int64, now time.Time) Opened {
	var kept []Step
	for _, h := range o.Steps {
		own := slices.DeleteFunc(slices.Clone(h.Told), func(t Told) bool { return t.Person != person || t.FromAt.After(now) })
		if h.By != person && len(own) == 0 {
			continue
		}
		h.Told = own
		if h.By != person {
			h.Alone = ""
		}
		kept = append(kept, h)
	}
	o.Steps = kept
	o.Recused, o.Joined, o.JoinedTo, o.Before, o.Names = nil, nil, "", 0, nil
	if len(kept) == 0 {
		o.Facts, o.Clauses = "", ""
	}
	// what stands since is not theirs to know: they go by the last step that they were told of
	o.DueOn, o.Outcome, o.ClosedAt = calendar.Date{}, "", nil
	o.Grave, o.Referral, o.ReferralSeen, o.OwnFinding, o.Agreed, o.Bars = false, "", false, false, false, nil
	if !slices.ContainsFunc(kept, func(h Step) bool { return h.Event == procedure.EventNotImprove }) {
		o.HeardOn = calendar.Date{}
	}
	for _, h := range kept {
		o.State, o.StateAt = h.To, h.At
		if outcome := procedure.OutcomeOf(h.Event); outcome != "" {
			o.Outcome, o.ClosedAt = outcome, &h.At
		}
		if h.Event == procedure.EventGuide {
			o.DueOn = h.More.Until
		}
	}
	return o
}

// withoutReferral is the case for a 管理者, who learns of a referral only that it has ended.
func (o Opened) withoutReferral() Opened {
	o.Steps = slices.DeleteFunc(slices.Clone(o.Steps), func(h Step) bool {
		return slices.Contains([]procedure.Event{procedure.EventRefer, procedure.EventReferNot, procedure.EventSeeReferral, procedure.EventPropose}, h.Event)
	})
	o.Referral, o.ReferralSeen = "", false
	return o
}

// numbered is the case with a number for each person, in the order in which they come; the name
// of one of them may stand.
func (o Opened) numbered(own int64) Opened {
	mask := name.NewMask()
	mask.Let(o.Person, own, o.PersonName)
	for _, r := range o.Recused {
		mask.Let(r.Person, own, r.Name)
	}
	o.PersonName = mask.Of(o.Person, o.PersonName)
	if o.Person != own {
		o.PersonNumber = ""
	}
	if o.Outsider != "" {
		o.Outsider = mask.Outsider(o.Outsider)
	}
	steps := slices.Clone(o.Steps)
	for i, h := range steps {
		steps[i].ByName = mask.Of(h.By, h.ByName)
		steps[i].More.Whom = mask.Of(h.More.WhomID, h.More.Whom)
		steps[i].Told = slices.Clone(h.Told)
		for j, t := range h.Told {
			steps[i].Told[j].Name = mask.Of(t.Person, t.Name)
		}
	}
	o.Recused = slices.Clone(o.Recused)
	for i, r := range o.Recused {
		o.Recused[i].Name = mask.Of(r.Person, r.Name)
	}
	names := map[int64]string{}
	for person, called := range o.Names {
		names[person] = mask.Of(person, called)
	}
	o.Names, o.Bars = names, nil // the page of a bar names whose rights it bars
	o.Facts = mask.Replace(o.Facts)
	for i := range steps {
		steps[i].Text, steps[i].Alone = mask.Replace(steps[i].Text), mask.Replace(steps[i].Alone)
		steps[i].Papers = nil
	}
	o.Steps = steps
	return o
}

// OpenNames is Open with the names, for 監査, with the reason, which is recorded.
func (s *Service) OpenNames(ctx context.Context, actor authz.Actor, code, reason string) (Opened, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > maxReason {
		return Opened{}, fault.InvalidFields([]fault.Problem{{Field: "reason", Message: "氏名を開く理由を、500字までで入力してください。"}})
	}
	now := s.door.Now()
	c, seats, reading, err := load(ctx, s.pool, actor, code, now, "")
	if err != nil {
		return Opened{}, err
	}
	if reading != Numbered {
		return Opened{}, errNone()
	}
	steps, err := c.steps(ctx, s.pool, now)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Case: c, Reading: Whole, Steps: steps, Seats: seats}
	if o.Names, err = namesOf(ctx, s.pool, seats.People()); err != nil {
		return Opened{}, err
	}
	return o, s.note(ctx, actor, c, procedure.AsNames, reason)
}

const maxReason = 500

func namesOf(ctx context.Context, db postgres.Querier, people []int64) (map[int64]string, error) {
	type row struct {
		ID   int64
		Name string
	}
	list, err := postgres.List[row](ctx, db, "naming people of a case", `SELECT id, name FROM person_shown WHERE id = ANY(@people)`, pgx.StrictNamedArgs{"people": people})
	names := make(map[int64]string, len(list))
	for _, r := range list {
		names[r.ID] = r.Name
	}
	return names, err
}

// Read is that somebody has read something of a case.
type Read struct {
	At     time.Time
	Person int64
	Name   string
	What   procedure.What
	Reason string
}

// Readings lists who has read a case, the newest first: for who reads it whole.
func (s *Service) Readings(ctx context.Context, actor authz.Actor, code string) ([]Read, error) {
	c, _, reading, err := load(ctx, s.pool, actor, code, s.door.Now(), "")
	if err != nil {
		return nil, err
	}
	if reading != Whole {
		return nil, errNone()
	}
	return postgres.List[Read](ctx, s.pool, "listing who has read a case", `
		SELECT r.at, r.person_id AS person, p.name, r.what, r.reason FROM violation_reading r JOIN person_shown p ON p.id = r.person_id
		WHERE r.case_id = @case ORDER BY r.at DESC, r.person_id LIMIT 500`, pgx.StrictNamedArgs{"case": c.ID})
}

// Paper returns the id of a file of a case for who may read the step that it hangs on, and
// records that they have.
func (s *Service) Paper(ctx context.Context, actor authz.Actor, code string, id int64) (int64, error) {
	now := s.door.Now()
	c, _, reading, err := load(ctx, s.pool, actor, code, now, "")
	if err != nil {
		return 0, err
	}
	steps, err := c.steps(ctx, s.pool, now)
	if err != nil {
		return 0, err
	}
	for _, h := range (Opened{Case: c, Reading: reading, Steps: steps}).as(actor, now).Steps {
		if slices.ContainsFunc(h.Papers, func(p Paper) bool { return p.ID == id }) {
			return id, s.note(ctx, actor, c, procedure.AsPaper, "")
		}
	}
	return 0, errNone()
}
