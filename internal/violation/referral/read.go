package referral

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/procedure"
)

// Listed is what there is of the discipline for a case.
type Listed struct {
	Case       violation.Opened
	Referrals  []Referral
	Candidates []Candidate // who may be proposed by the actor
	MayRecord  bool        // the actor sits in the 統括's seat
	OnlyEnd    bool        // the actor, a 管理者, learns only that it has ended
	Today      calendar.Date
}

// Of lists the referrals of a case that an actor has opened. NotFound where they learn nothing of
// them.
func (s *Service) Of(ctx context.Context, actor authz.Actor, o violation.Opened) (Listed, error) {
	l := Listed{Case: o, Today: calendar.Day(s.door.Now())}
	if !o.ReadsReferral(actor) { // what goes on after an end is no more for a 管理者 than what went on before
		ended := slices.ContainsFunc(o.Steps, func(h violation.Step) bool { return h.Event == procedure.EventReferralEnd })
		if l.OnlyEnd = true; !ended || o.Reading != violation.Whole {
			return Listed{}, errNone()
		}
		return l, nil
	}
	var err error
	if l.Referrals, err = postgres.List[Referral](ctx, s.pool, "listing referrals", selected+` WHERE r.case_id = @case ORDER BY r.supervisor, r.id`, pgx.StrictNamedArgs{"case": o.ID}); err != nil {
		return l, err
	}
	if l.MayRecord = o.Seats.General.Has(actor.Person); l.MayRecord && !o.Vendor && o.ConfirmedAt != nil {
		if l.Candidates, err = candidates(ctx, s.pool, o.Case, l.Today); err != nil {
			return l, err
		}
	}
	if o.Reading == violation.Numbered {
		names := namesIn(o)
		for i, r := range l.Referrals {
			l.Referrals[i] = r.numbered(names)
		}
	}
	return l, nil
}

// List is Of a case by its code; the reading is recorded.
func (s *Service) List(ctx context.Context, actor authz.Actor, code string) (Listed, error) {
	o, err := s.cases.Open(ctx, actor, code, procedure.AsCase)
	if err != nil {
		return Listed{}, err
	}
	return s.Of(ctx, actor, o)
}

// GroupsForPortal are the kinds of persons of whom something can be proposed or recorded.
func (s *Service) GroupsForPortal(ctx context.Context) ([]authority.Group, error) {
	today := calendar.Day(s.door.Now())
	editions, err := edition.LoadForPortal(ctx, s.pool, today)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(authority.Groups.On(editions, today), func(g authority.Group) bool { _, disciplined := WayOf(g); return !disciplined }), nil
}

// Opened is a referral as an actor reads it.
type Opened struct {
	Referral
	Case      violation.Opened
	Own       bool   // it is the actor's, and they learn only that it has ended
	Numbered  bool   // with a number for each person
	Steps     []Step // in their order
	Involved  []Involved
	MayRecord bool
	At        time.Time // when it was opened
}

// Open returns a referral of a case for who reads its course, and records that they have. Whose it
// is reads that it has ended, once they are told, and nothing else. NotFound for everybody else.
func (s *Service) Open(ctx context.Context, actor authz.Actor, code, referral string, what procedure.What) (Opened, error) {
	now := s.door.Now()
	own, err := postgres.One[Referral](ctx, s.pool, "finding somebody's own referral",
		selected+` JOIN violation_case c ON c.id = r.case_id WHERE c.code = @case AND r.code = @code AND r.person_id = @actor AND r.told_from <= @now::timestamptz`,
		pgx.StrictNamedArgs{"case": code, "code": referral, "actor": actor.Person, "now": now})
	switch {
	case err == nil && what == procedure.AsCase:
		told := Referral{Code: own.Code, Appointer: own.Appointer, EndedOn: own.EndedOn, State: own.State}
		return Opened{Referral: told, Own: true, At: now}, s.cases.Note(ctx, actor, own.CaseID, what)
	case err == nil:
		return Opened{}, errNone()
	case !isNone(err):
		return Opened{}, err
	}
	o, err := s.cases.Open(ctx, actor, code, what)
	if err != nil {
		return Opened{}, err
	}
	if !o.ReadsReferral(actor) || o.Reading == violation.Numbered && what != procedure.AsCase {
		return Opened{}, errNone()
	}
	return s.opened(ctx, actor, o, referral, now)
}

func (s *Service) opened(ctx context.Context, actor authz.Actor, o violation.Opened, referral string, now time.Time) (Opened, error) {
	r, err := postgres.One[Referral](ctx, s.pool, "finding a referral", selected+` WHERE r.case_id = @case AND r.code = @code`, pgx.StrictNamedArgs{"case": o.ID, "code": referral})
	if isNone(err) {
		return Opened{}, errNone()
	}
	if err != nil {
		return Opened{}, err
	}
	steps, err := postgres.List[Step](ctx, s.pool, "listing the steps of a referral", `
		SELECT h.version, h.at, h.by, p.name AS by_name, coalesce(x.section, '') AS section, coalesce(x.title, '') AS title, h.event, h.from_state AS from, h.to_state AS to, h.text, h.more
		FROM violation_referral_step h JOIN person_shown p ON p.id = h.by LEFT JOIN LATERAL (
			SELECT s.name AS section, w.title FROM standing w LEFT JOIN section_shown s ON s.id = w.section_id
			WHERE w.person_id = h.by AND w.period @> (h.at AT TIME ZONE 'Asia/Tokyo')::date ORDER BY w.acting, w.position, w.id LIMIT 1) x ON true
		WHERE h.referral_id = @referral ORDER BY h.version`, pgx.StrictNamedArgs{"referral": r.ID})
	if err != nil {
		return Opened{}, err
	}
	x := Opened{Referral: r, Case: o, Steps: steps, Involved: involvedIn(o.Steps), MayRecord: o.Reading == violation.Whole && o.Seats.General.Has(actor.Person), At: now}
	if o.Reading == violation.Numbered {
		names := namesIn(o)
		x.Numbered, x.Referral = true, r.numbered(names)
		for i, h := range x.Steps {
			// who has met, and why somebody did not judge, are names and relations: 監査 reads how many
			x.Steps[i].ByName, x.Steps[i].Section, x.Steps[i].Title, x.Steps[i].Text = names[h.By], "", "", ""
			x.Steps[i].More.Present, x.Steps[i].More.Excluded = nil, nil
		}
	}
	return x, nil
}

// namesIn are the people of a case as its reader is told them: by numbers for 監査.
func namesIn(o violation.Opened) map[int64]string {
	names := map[int64]string{o.Person: o.PersonName}
	for _, r := range o.Recused {
		names[r.Person] = r.Name
	}
	for _, h := range o.Steps {
		names[h.By] = h.ByName
	}
	return names
}

func (r Referral) numbered(names map[int64]string) Referral {
	r.PersonName, r.PersonNumber, r.Post, r.Reason = names[r.Person], "", "", ""
	return r
}

// AskPropose asks whether an actor may propose in a case.
func (s *Service) AskPropose(ctx context.Context, actor authz.Actor, code string) error {
	o, err := s.cases.Open(ctx, actor, code, procedure.AsCase)
	if err == nil {
		err = seated(actor, o)
	}
	return err
}

// AskStep asks whether an actor may take steps of a referral.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code, referral string) error {
	o, err := s.Open(ctx, actor, code, referral, procedure.AsCase)
	switch {
	case err != nil:
		return err
	case o.Own:
		return errNone()
	}
	return seated(actor, o.Case)
}

func seated(actor authz.Actor, o violation.Opened) error {
	switch {
	case !o.ReadsReferral(actor):
		return errNone()
	case !o.Seats.General.Has(actor.Person):
		return fault.New(fault.Forbidden, "懲戒審査の具申と記録は、統括情報セキュリティ責任者（不在のときなどは、その上の人）が行います。")
	}
	return nil
}

// Told are whom a step tells of it, by name, before it is taken.
func (s *Service) Told(ctx context.Context, actor authz.Actor, o Opened, event Event) ([]string, error) {
	to := o.apply(event, o.leads(event), More{On: calendar.Day(o.At)}, "", o.At)
	if to.State != Ended {
		return nil, nil
	}
	list, err := s.Of(ctx, actor, o.Case)
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(list.Referrals), func(r Referral) bool { return r.ID == o.ID })
	var names []string
	if stepOfCase(to, others) == procedure.EventReferralEnd {
		told, err := s.cases.Preview(ctx, actor, o.Case, procedure.EventReferralEnd)
		if err != nil {
			return nil, err
		}
		for _, t := range told {
			names = append(names, t.Name+"（"+t.Seat.Title()+"）")
		}
	}
	if to.known() {
		names = append(names, o.PersonName+"（本人。開庁時間に届きます）")
	}
	return names, nil
}

// Evidence is a paper of a case as a list names it.
type Evidence struct {
	Paper violation.Paper
	Step  violation.Step // on which it hangs
}

// Record is what a paper of a referral tells of its case: guidance, answers and evidence. What was
// reported, by whom and with which papers, is no part of it.
type Record struct {
	Guidance []violation.Step
	Answers  []violation.Step
	Evidence []Evidence
}

// RecordOf is that of a case.
func RecordOf(steps []violation.Step) Record {
	var r Record
	for _, h := range steps {
		switch h.Event {
		case procedure.EventAnswer, procedure.EventWaive:
			r.Answers = append(r.Answers, h)
		case procedure.EventGuide, procedure.EventImprove, procedure.EventNotImprove, procedure.EventSuspend, procedure.EventRevoke, procedure.EventLift, procedure.EventCut, procedure.EventLeaveRevoked:
			r.Guidance = append(r.Guidance, h)
		case procedure.EventConfirm, procedure.EventConfirmOther: // what was found stands in the facts
		default:
			continue
		}
		for _, p := range h.Papers {
			r.Evidence = append(r.Evidence, Evidence{p, h})
		}
	}
	return r
}

// Meeting is what was said of the last meeting, where one has met and resolved; zero for none.
func (o Opened) Meeting() More {
	var m More
	for _, h := range o.Steps {
		switch h.Event {
		case EventMeet:
			m = h.More
		case EventConvene:
			m = More{}
		default:
		}
	}
	return m
}

// Proposer is who has proposed it, with the post of that day.
func (o Opened) Proposer() Step {
	if len(o.Steps) == 0 {
		return Step{}
	}
	return o.Steps[0]
}

// Supervisors are the 監督責任者 of its case.
func (o Opened) Supervisors() []string {
	var list []string
	for _, r := range o.Case.Recused {
		if r.Why == violation.Supervisor {
			list = append(list, r.Name)
		}
	}
	return list
}
