package referral

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/procedure"
)

// Proposal is what the 統括 proposes of somebody.
type Proposal struct {
	Whom   string // the 職員番号
	Kind   string // of the edition violation_authority
	On     calendar.Date
	Number string
	Reason string
	Alone  string
}

// Candidate is somebody of a case who may be referred: whom it is about, or a 監督責任者.
type Candidate struct {
	Person     int64
	Number     string
	Name       string
	Supervisor bool   `db:"-"`
	Section    string // where they work, or have worked last
	Title      string // of their post there
}

// candidates are those of a case of whom there is no referral, whom it is about first.
func candidates(ctx context.Context, db postgres.Querier, c violation.Case, day calendar.Date) ([]Candidate, error) {
	people := []int64{c.Person}
	for _, r := range c.Recused {
		if r.Why == violation.Supervisor {
			people = append(people, r.Person)
		}
	}
	list, err := postgres.List[Candidate](ctx, db, "looking who can be referred", `
		SELECT p.id AS person, p.staff_number AS number, p.name, coalesce(x.section, '') AS section, coalesce(x.title, '') AS title
		FROM person_shown p LEFT JOIN LATERAL (
			SELECT s.name AS section, w.title FROM standing w LEFT JOIN section_shown s ON s.id = w.section_id
			WHERE w.person_id = p.id AND lower(w.period) <= @day::date ORDER BY w.period @> @day::date DESC, upper(w.period) DESC, w.acting, w.position, w.id LIMIT 1) x ON true
		WHERE p.id = ANY(@people)
		  AND NOT EXISTS (SELECT FROM violation_referral r WHERE r.case_id = @case AND r.person_id = p.id AND r.outcome NOT IN ('declined', 'withdrawn'))
		ORDER BY p.id <> @person, p.furigana, p.id`, pgx.StrictNamedArgs{"people": people, "case": c.ID, "person": c.Person, "day": day})
	for i := range list {
		list[i].Supervisor = list[i].Person != c.Person
	}
	return list, err
}

// read returns a case as an actor reads it who reads the course of its referrals; NotFound for
// everybody else.
func (s *Service) read(ctx context.Context, tx *door.Tx, actor authz.Actor, code string) (violation.Opened, error) {
	o, err := s.cases.Look(ctx, tx, actor, code)
	if err == nil && !o.ReadsReferral(actor) {
		err = errNone()
	}
	return o, err
}

// Propose proposes that somebody's discipline be judged, or where nobody can be asked records it.
// It returns the referral's code.
func (s *Service) Propose(ctx context.Context, actor authz.Actor, code string, typed Proposal) (made string, err error) {
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		o, err := s.read(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		r, text, more, err := typed.referral(ctx, tx, o)
		if err != nil {
			return door.Unchanged(), err
		}
		event := EventPropose
		if r.Way == OnRecord {
			event = EventRecord
		}
		a, err := life.Arrow("", event, r.Way)
		if err != nil {
			return door.Unchanged(), err
		}
		c, effect, err := s.cases.Along(ctx, tx, actor, code, procedure.EventPropose, violation.Said{Alone: typed.Alone})
		if err != nil {
			return effect, err
		}
		if err := r.begin(ctx, tx); err != nil {
			return effect, named(err)
		}
		made = r.Code
		return r.take(ctx, tx, actor, c, taking{event, a.To, text, more}, effect)
	})
	return made, err
}

// referral is what is proposed, with who decides on such a person.
func (p *Proposal) referral(ctx context.Context, tx *door.Tx, o violation.Opened) (r Referral, reason string, more More, err error) {
	for _, text := range []*string{&p.Whom, &p.Kind, &p.Number, &p.Reason, &p.Alone} {
		*text = strings.TrimSpace(*text)
	}
	if o.Vendor {
		return r, "", more, fault.New(fault.Conflict, "派遣・委託などの人は、懲戒審査の対象になりません。派遣元・委託先に是正を求めてください。")
	}
	people, err := candidates(ctx, tx, o.Case, tx.Today())
	if err != nil {
		return r, "", more, err
	}
	editions, err := edition.LoadForPortal(ctx, tx, tx.Today())
	if err != nil {
		return r, "", more, err
	}
	var wrong problems
	i := slices.IndexFunc(people, func(c Candidate) bool { return strings.EqualFold(c.Number, p.Whom) })
	if i < 0 {
		wrong.wrong("whom", "だれについてかを選んでください。監督責任者は、先に、事案の画面で指定します。もう具申した人は、選べません。")
	} else {
		r.Person, r.PersonName, r.Post, r.Supervisor = people[i].Person, people[i].Name, authz.PostName(people[i].Section, people[i].Title), people[i].Supervisor
	}
	g, there := authority.Find(authority.Groups.On(editions, tx.Today()), p.Kind)
	way, disciplined := WayOf(g)
	switch {
	case p.Kind == "" || !there:
		wrong.wrong("kind", "職員の区分を選んでください。だれが懲戒を決め、どの機関が審査するかが、これで決まります。")
	case !disciplined:
		wrong.wrong("kind", "「"+g.Title+"」の人は、懲戒審査の対象になりません。派遣元・委託先に是正を求めてください。")
	}
	wrong.day(DayTitle(EventPropose), p.On, confirmedOn(o.Case), tx.Today(), "違反を確認した日")
	wrong.number(p.Number, false)
	wrong.text("reason", "具申の理由", p.Reason)
	if err := fault.InvalidFields(wrong); err != nil {
		return r, "", more, err
	}
	if way != OnRecord && o.Referral != procedure.EventRefer {
		return r, "", more, fault.New(fault.Conflict, "先に、事案の画面で、懲戒審査に「付する」判断を記録してください。具申は、その後に行います。")
	}
	r.Kind, r.KindTitle, r.Way, r.Appointer, r.Body, r.Requester, r.Members, r.Basis, r.InvolvedOut = g.Key, g.Title, way, g.Appointer, g.Body, g.Requester, g.Members, g.Basis, g.Excluded
	r.Code, r.CaseID, r.StateAt = violation.NewCode(), o.ID, tx.Now
	return r, p.Reason, More{On: p.On, Number: p.Number}, nil
}

func confirmedOn(c violation.Case) calendar.Date {
	if c.ConfirmedAt == nil {
		return calendar.Date{}
	}
	return calendar.Day(*c.ConfirmedAt)
}

// begin makes a referral that has no step yet.
func (r *Referral) begin(ctx context.Context, tx *door.Tx) error {
	return tx.QueryRow(ctx, `
		INSERT INTO violation_referral (code, case_id, person_id, supervisor, post, person_kind, kind_title, way, appointer, body, requester, members, basis, involved_out, state_at)
		VALUES (@code, @case, @person, @supervisor, @post, @kind, @title, @way, @appointer, @body, @requester, @members, @basis, @out, @now) RETURNING id`,
		pgx.StrictNamedArgs{
			"code": r.Code, "case": r.CaseID, "person": r.Person, "supervisor": r.Supervisor, "post": r.Post, "kind": r.Kind, "title": r.KindTitle, "way": string(r.Way),
			"appointer": r.Appointer, "body": r.Body, "requester": r.Requester, "members": r.Members, "basis": r.Basis, "out": r.InvolvedOut, "now": tx.Now,
		}).Scan(&r.ID)
}

// Do takes a step of a referral. NotFound for who does not read its course; Forbidden for who is
// not in the 統括's seat; Conflict where somebody else has taken a step meanwhile, or its time has
// not come.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code, referral string, event Event, said Said) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		o, err := s.read(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		r, others, err := locked(ctx, tx, o.ID, referral)
		if err != nil {
			return door.Unchanged(), err
		}
		a, more, err := r.arrow(event, &said, tx.Today(), involvedIn(o.Steps))
		if err != nil {
			return door.Unchanged(), err
		}
		to := r.apply(event, a, more, said.Text, tx.Now)
		c, effect, err := s.cases.Along(ctx, tx, actor, code, stepOfCase(to, others), violation.Said{Alone: said.Alone})
		if err != nil {
			return effect, err
		}
		return r.take(ctx, tx, actor, c, taking{event, a, said.Text, more}, effect)
	})
}

// locked returns a referral of a case and the others of that, none of which goes on meanwhile.
func locked(ctx context.Context, tx *door.Tx, id int64, code string) (r Referral, others []Referral, err error) {
	list, err := postgres.List[Referral](ctx, tx, "finding the referrals of a case", selected+` WHERE r.case_id = @case ORDER BY r.id FOR UPDATE OF r`, pgx.StrictNamedArgs{"case": id})
	if err != nil {
		return r, nil, err
	}
	i := slices.IndexFunc(list, func(o Referral) bool { return o.Code == code })
	if i < 0 {
		return r, nil, errNone()
	}
	return list[i], slices.Delete(slices.Clone(list), i, i+1), nil
}

// arrow is where an event leads, and what is kept of what is said with it.
func (r Referral) arrow(event Event, said *Said, today calendar.Date, involved []Involved) (State, More, error) {
	a, err := life.Arrow(r.State, event, r.Way)
	if err != nil {
		return "", More{}, err
	}
	if r.Version != said.Version {
		return "", More{}, fault.New(fault.Conflict, overtaken)
	}
	if err := r.ripe(event); err != nil {
		return "", More{}, err
	}
	more, problems := said.more(r, event, today, involved)
	return a.To, more, fault.InvalidFields(problems)
}

// stepOfCase is as what a step stands in the case: the end of all that was asked for tells the CISO
// and the 管理者 so, once; nothing else tells them of it.
func stepOfCase(r Referral, others []Referral) procedure.Event {
	open := func(o Referral) bool { return o.State.Open() }
	if open(r) || slices.ContainsFunc(others, open) || !r.asked() && !slices.ContainsFunc(others, Referral.asked) {
		return procedure.EventPropose
	}
	return procedure.EventReferralEnd
}

// taking is a step that is about to be taken.
type taking struct {
	event Event
	to    State
	text  string
	more  More
}

// take writes a step beside that of the case, and adds it to what the trail says of that.
func (r Referral) take(ctx context.Context, tx *door.Tx, actor authz.Actor, c violation.Case, t taking, effect door.Effect) (door.Effect, error) {
	from := r.State
	r = r.apply(t.event, t.to, t.more, t.text, tx.Now)
	if r.State == Ended && r.known() {
		at, err := violation.OfficeHours(ctx, tx, tx.Now)
		if err != nil {
			return effect, err
		}
		r.ToldFrom = &at
	}
	r.Version++
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state, text, more)
		VALUES (@referral, @version, @case, @case_version, @now, @by, @event, @way, @from, @to, @text, @more)`,
		pgx.StrictNamedArgs{
			"referral": r.ID, "version": r.Version, "case": c.ID, "case_version": c.Version, "now": tx.Now, "by": actor.Person, "event": string(t.event), "way": string(r.Way),
			"from": string(from), "to": string(t.to), "text": t.text, "more": t.more,
		})
	batch.Queue(`
		UPDATE violation_referral SET version = @version, state = @state, state_at = @state_at, proposed_on = @proposed, proposal_number = @proposal_number, reason = @reason,
		       requested_on = @requested, request_number = @request_number, convened_on = @convened, meets_on = @meets, quorum = nullif(@quorum::int, 0), hearing = @hearing, heard_on = @heard,
		       met_on = @met, present = nullif(@present::int, 0), resolved = @resolved, reported_on = @reported, outcome = @outcome, decided_on = @decided, decision_number = @decision_number,
		       served_on = @served, appeal_until = @appeal, ended_on = @ended, told_from = @told
		WHERE id = @referral`,
		pgx.StrictNamedArgs{
			"referral": r.ID, "version": r.Version, "state": string(r.State), "state_at": r.StateAt, "proposed": r.ProposedOn, "proposal_number": r.ProposalNumber, "reason": r.Reason,
			"requested": r.RequestedOn, "request_number": r.RequestNumber, "convened": r.ConvenedOn, "meets": r.MeetsOn, "quorum": r.Quorum, "hearing": string(r.Hearing), "heard": r.HeardOn,
			"met": r.MetOn, "present": r.Present, "resolved": string(r.Resolved), "reported": r.ReportedOn, "outcome": string(r.Outcome), "decided": r.DecidedOn, "decision_number": r.DecisionNumber,
			"served": r.ServedOn, "appeal": r.AppealUntil, "ended": r.EndedOn, "told": r.ToldFrom,
		})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return effect, named(fmt.Errorf("taking a step of a referral: %w", err))
	}
	also := door.Effect{Subject: trail.Subject{Kind: subject, ID: r.ID}, Fields: []string{string(t.event)}}
	if r.ToldFrom != nil && r.ToldFrom.After(tx.Now) {
		if err := tx.Enqueue(ctx, deliver{r.ID}, *r.ToldFrom); err != nil {
			return effect, err
		}
	} else if r.ToldFrom != nil {
		also.Notices = append(also.Notices, r.message(c.Code))
	}
	effect.Also = append(effect.Also, also)
	return effect, nil
}

// subject is what the trail calls a referral, and what notices of it are about.
const subject = "violation_referral"
