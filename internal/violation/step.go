package violation

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/trail"
	"kagami/internal/violation/bars"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/term"
	"kagami/internal/violation/whom"
)

// Said is what is said with a step.
type Said struct {
	Version int // that the actor has seen
	Text    string
	More    More     // On, From, Until, Method, Withheld, Repeated, Grave
	Whole   bool     // of what is barred: all that the person has, and all that comes
	Rights  []string // else these, by their codes
	Papers  []string // tokens of files that the actor has sent
	Alone   string   // why it can't wait until somebody else can act (兼務)
	AtOnce  bool     // the person is told at once, not in office hours
	Number  string   // the 職員番号 of who is named 監督責任者, or is kin
	Other   string   // the code of the case that it is joined to
}

const (
	maxText   = 4000
	maxMethod = 500
	farthest  = 366 // days from today to the day of a guidance
	maxPapers = 5
)

// Do takes a step of a case. Forbidden who does not act in it, and whom it is about; Conflict
// where somebody else has taken a step meanwhile, or its time has not come.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code string, event procedure.Event, said Said) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		return s.do(ctx, tx, actor, code, event, said)
	})
}

func (s *Service) do(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, event procedure.Event, said Said) (door.Effect, error) {
	c, _, _, err := load(ctx, tx, actor, code, tx.Now, "")
	if err != nil {
		return door.Unchanged(), err
	}
	if procedure.Bars(event) && c.Person != 0 {
		if err := bar.Hold(ctx, tx, c.Person); err != nil {
			return door.Unchanged(), err
		}
	}
	c, seats, _, err := load(ctx, tx, actor, code, tx.Now, "FOR UPDATE OF c")
	if err != nil {
		return door.Unchanged(), err
	}
	t, err := c.turn(ctx, tx, actor, event, seats)
	if err != nil {
		return door.Unchanged(), err
	}
	t.ties = s.ties
	if c.Version != said.Version {
		return door.Unchanged(), fault.New(fault.Conflict, overtaken)
	}
	if err := t.follow(&said); err != nil {
		return door.Unchanged(), err
	}
	return s.take(ctx, tx, actor, &t, said)
}

// Along takes a step of a case in an open change of a room that records something beside it, on
// the version that there is: that room's own rows tell who is overtaken there. It returns the
// case as it stands then.
func (s *Service) Along(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, event procedure.Event, said Said) (Case, door.Effect, error) {
	c, seats, _, err := load(ctx, tx, actor, code, tx.Now, "FOR UPDATE OF c")
	if err != nil {
		return Case{}, door.Unchanged(), err
	}
	t, err := c.turn(ctx, tx, actor, event, seats)
	if err != nil {
		return Case{}, door.Unchanged(), err
	}
	if err := t.follow(&said); err != nil {
		return Case{}, door.Unchanged(), err
	}
	effect, err := s.take(ctx, tx, actor, &t, said)
	return t.Case, effect, err
}

// turn is a step that somebody is about to take.
type turn struct {
	Case
	ties   Ties
	event  procedure.Event
	to     procedure.State
	seat   procedure.Seat
	sat    procedure.Sat // empty where no seat takes it
	seats  procedure.Seats
	matter authz.Matter
	today  calendar.Date
	reckoning
	by int64
}

// turn asks leave for an event: by the permission table, and by who sits in the seats.
func (c Case) turn(ctx context.Context, tx *door.Tx, actor authz.Actor, event procedure.Event, seats procedure.Seats) (turn, error) {
	t := turn{Case: c, event: event, seats: seats, today: tx.Today(), by: actor.Person}
	var err error
	if t.reckoning, err = reckon(ctx, tx, t.today); err != nil {
		return t, err
	}
	if err := t.sit(ctx, tx, actor); err != nil {
		return t, err
	}
	if err := tx.Allow(procedure.Who(event).Action(actor, t.matter), t.matter); err != nil {
		return t, err
	}
	t.to, err = procedure.Arrow(c.State, event)
	return t, err
}

// sit finds the seat from which the actor takes the step.
func (t *turn) sit(ctx context.Context, db postgres.Querier, actor authz.Actor) error {
	t.matter = t.Case.matter()
	switch t.event {
	case procedure.EventAnswer, procedure.EventWaive:
		if t.Person == actor.Person {
			t.seat, t.matter.Decision = procedure.Person, false // it is theirs to say
			return nil
		}
		return t.sitIn(actor, procedure.Manager, procedure.General)
	case procedure.EventCut:
		if t.out(actor.Person) {
			return errNotYours()
		}
		t.seat = procedure.Cutter
		matter, err := org.Concerning(ctx, db, t.Person, t.today)
		t.matter.Alone = matter.Alone
		return err
	case procedure.EventNotViolation:
		if t.OwnFinding {
			return t.sitIn(actor, procedure.Chief)
		}
		return t.sitIn(actor, procedure.General)
	case procedure.EventInvestigate, procedure.EventDismiss:
		return t.sitIn(actor, t.Receiver)
	case procedure.EventReopen:
		if t.State == procedure.Dismissed {
			return t.sitIn(actor, t.Receiver)
		}
		return t.sitIn(actor, procedure.General)
	default:
		return t.sitIn(actor, procedure.Acts(t.event)...)
	}
}

func (t *turn) sitIn(actor authz.Actor, seats ...procedure.Seat) error {
	for _, seat := range seats {
		if sat := t.seats.Of(seat); sat.Has(actor.Person) {
			t.seat, t.sat, t.matter = seat, sat, sat.Matter(t.matter)
			return nil
		}
	}
	return errNotYours()
}

// barring is the matter by which the actor bars rights from their seat, or ends that: where the
// CISO decides on what the 統括 has found, they do also that in the 統括's place. nil where the
// case does not say who may.
func (t *turn) barring() *authz.Matter {
	if t.seat == procedure.Cutter {
		return nil
	}
	m := t.matter
	if t.seat == procedure.Chief {
		m.Alone = append(slices.Clone(m.Alone), authz.Holding{Role: authz.GeneralSecurityOfficer})
	}
	return &m
}

func errNotYours() error {
	return fault.New(fault.Forbidden, "この事案でこの手続を行うのは、あなたではありません。だれが行うかは、事案の画面にあります。")
}

// follow refuses a step whose time has not come, and what is wrong with what is said.
func (t *turn) follow(said *Said) error {
	if err := t.ripe(*said); err != nil {
		return err
	}
	return fault.InvalidFields(said.check(t))
}

// ripe refuses a step whose time has not come.
func (t *turn) ripe(said Said) error {
	conflict := func(text string) error { return fault.New(fault.Conflict, text) }
	switch t.event {
	case procedure.EventAnswer, procedure.EventWaive:
		if !t.Known {
			return conflict("対象職員に知らせる前なので、弁明は受けられません。")
		}
		if t.event == procedure.EventWaive && t.Underway {
			return conflict("本人への連絡がまだ届いていないので、弁明の放棄は受けられません。開庁時間に届くのを待つか、面談で手渡したことを先に記録してください。")
		}
	case procedure.EventNotImprove:
		if t.seat == procedure.General {
			if !t.today.After(t.SilentOn) {
				return conflict("改善したかどうかは、課長（情報セキュリティ管理者）が判断します。" + calendar.Wareki(t.SilentOn) + "を過ぎても判断がないときは、あなたが判断できます。")
			}
		} else if !t.today.After(t.DueOn) && !said.More.Repeated {
			return conflict("指導の期限（" + calendar.Wareki(t.DueOn) + "）の前なので、改善されないとは判断できません。同じ行為が繰り返されたときは、そのことを選んでください。")
		}
	case procedure.EventSuspend, procedure.EventRevoke:
		if !t.Waived && !t.today.After(t.HeardOn) {
			return conflict("弁明の機会の期間（" + calendar.Wareki(t.HeardOn) + "まで）が終わっていません。期間が過ぎてから、または弁明の放棄を記録してから、行ってください。")
		}
		if t.OwnFinding && !t.Agreed {
			return conflict("統括が自ら確認した違反なので、CISOの同意が要ります。CISOが同意を記録してから、行ってください。")
		}
	case procedure.EventAgree:
		if !t.OwnFinding || t.Agreed {
			return conflict("この事案では、CISOの同意は要らないか、もう記録されています。")
		}
	case procedure.EventRefer, procedure.EventReferNot:
		if t.Vendor {
			return conflict("派遣・委託などの人は、懲戒審査の対象になりません。派遣元・委託先に是正を求めてください。")
		}
		if t.Referral == t.event {
			return conflict("この判断は、もう記録されています。事案の画面で、次に行うことを確かめてください。")
		}
	case procedure.EventSeeReferral:
		if t.Referral == "" || t.ReferralSeen {
			return conflict("懲戒審査に付するかどうかの判断がまだないか、もう確認されています。")
		}
	case procedure.EventPass:
		if t.Receiver == procedure.General {
			return conflict("この報告は、もう統括に届いています。")
		}
	case procedure.EventGuide:
		if t.Vendor {
			return conflict("派遣・委託などの人には、指導ではなく、派遣元・委託先への是正の求めを行います。")
		}
	case procedure.EventCorrect:
		if !t.Vendor {
			return conflict("派遣元・委託先に是正を求めるのは、派遣・委託などの人についてだけです。")
		}
	default:
	}
	return t.closable()
}

// closable refuses to close a grave case of which it is not decided whether it is referred, or one
// in which access is still cut, where the step does not end that.
func (t *turn) closable() error {
	outcome := procedure.OutcomeOf(t.event)
	if t.to != procedure.Closed || t.State == procedure.Closed {
		return nil
	}
	if t.Grave && outcome.Counts() && outcome != procedure.OutcomeVendor && (t.Referral == "" || !t.ReferralSeen) {
		return fault.New(fault.Conflict, "重大な違反なので、終える前に、懲戒審査に付するかどうかを統括が判断し、CISOが確認します。")
	}
	if len(t.Bars) > 0 && !procedure.Bars(t.event) && t.event != procedure.EventExpire {
		return fault.New(fault.Conflict, "この事案で利用権限が止まっています。先に、緊急停止の解除を、総務課に頼んでください。")
	}
	return nil
}

// check finds what is wrong with what is said with a step.
func (s *Said) check(t *turn) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	s.Text, s.Alone, s.More.Method = strings.TrimSpace(s.Text), strings.TrimSpace(s.Alone), strings.TrimSpace(s.More.Method)
	s.More.Withheld = strings.TrimSpace(s.More.Withheld)
	title := procedure.Needs(t.event)
	if title != "" && s.Text == "" {
		wrong("text", title+"を入力してください。")
	}
	if utf8.RuneCountInString(s.Text) > maxText {
		wrong("text", "長すぎます。"+strconv.Itoa(maxText)+"字までで書いてください。")
	}
	if t.sat.Alone && s.Alone == "" {
		wrong("alone", "ほかに行える人がいないので、待てない理由（やむを得ない理由）を入力してください。")
	}
	if utf8.RuneCountInString(s.Alone) > maxReason {
		wrong("alone", "長すぎます。"+strconv.Itoa(maxReason)+"字までで書いてください。")
	}
	if len(s.Papers) > maxPapers {
		wrong("papers", "一度に付けられるのは、"+strconv.Itoa(maxPapers)+"件までです。")
	}
	switch t.event {
	case procedure.EventGuide:
		switch u := s.More.Until; {
		case u.IsZero():
			wrong("until_on", "いつまでに改めるかを入力してください。")
		case u.Before(t.today) || u.Sub(t.today) > farthest:
			wrong("until_on", "期限は、今日から1年以内の日にしてください。")
		}
		if s.More.Method == "" || utf8.RuneCountInString(s.More.Method) > maxMethod {
			wrong("method", "どのように確かめるかを、500字までで入力してください。")
		}
	case procedure.EventHand:
		if s.More.On.IsZero() || s.More.On.After(t.today) || s.More.On.Before(calendar.Day(t.OpenedAt)) {
			wrong("on", "面談の日を、今日までの日で入力してください。")
		}
	case procedure.EventAnswer, procedure.EventWaive:
		s.More.Paper = t.by != t.Person
		if s.More.Paper && (s.More.On.IsZero() || s.More.On.After(t.today)) {
			wrong("on", "受けた日を、今日までの日で入力してください。")
		}
	case procedure.EventSuspend, procedure.EventRevoke, procedure.EventCut:
		if s.Whole == (len(s.Rights) > 0) {
			wrong("rights", "すべての利用権限か、どの利用権限かを選んでください。")
		}
	default:
	}
	return problems
}

// take takes a step for which there is leave.
func (s *Service) take(ctx context.Context, tx *door.Tx, actor authz.Actor, t *turn, said Said) (door.Effect, error) {
	effect := door.Effect{Subject: trail.Subject{Kind: subject, ID: t.ID}, Fields: []string{string(t.event)}}
	if said.Text != "" {
		effect.Confidential = map[string]any{"text": said.Text}
	}
	everyone, err := toldBefore(ctx, tx, t.ID, t.event)
	if err != nil {
		return effect, err
	}
	var placed int64
	switch t.event {
	case procedure.EventSuspend, procedure.EventRevoke, procedure.EventCut:
		var also door.Effect
		placed, also, err = s.bars.Begin(ctx, tx, actor, t.event, t.of(), bar.Order{Whole: said.Whole, Rights: said.Rights, From: said.More.From, Until: said.More.Until, Withheld: said.More.Withheld})
		if err != nil {
			return effect, err
		}
		if !said.Whole {
			if said.More.Rights, err = rights.NamesOf(ctx, tx, said.Rights); err != nil {
				return effect, err
			}
		}
		effect.Also = append(effect.Also, also)
	case procedure.EventLift, procedure.EventLeaveRevoked, procedure.EventNotViolation:
		if effect.Also, err = s.bars.End(ctx, tx, actor, t.event, t.of()); err != nil {
			return effect, err
		}
	case procedure.EventCorrect:
		if t.Person == 0 {
			break // of whom the portal knows no right
		}
		if effect.Also, err = s.bars.EndRights(ctx, tx, actor, t.of()); err != nil {
			return effect, err
		}
	case procedure.EventSupervise, procedure.EventKin:
		if err := t.recuse(ctx, tx, &said); err != nil {
			return effect, err
		}
	case procedure.EventJoin:
		if err := t.join(ctx, tx, actor, &said); err != nil {
			return effect, err
		}
	default:
	}
	// leave was asked once more for what is barred: the entry says under what the step was taken
	if err := tx.Allow(procedure.Who(t.event).Action(actor, t.matter), t.matter); err != nil {
		return effect, err
	}
	t.apply(said, tx)
	told := t.arriving(t.whom(t.event, t.seats, everyone, actor.Person), said, tx.Now)
	answers, err := t.write(ctx, tx, actor, said, told)
	if err != nil {
		return effect, err
	}
	if placed != 0 {
		if err := bars.Note(ctx, tx, placed, t.ID, t.Version); err != nil {
			return effect, err
		}
	}
	effect.Notices = append(t.notices(t.event, told, tx.Now), answers...)
	return effect, nil
}

// arriving says from when those who are told of a step can read it: the person in office hours,
// and not yet of a cut of which they are not to know.
func (t *turn) arriving(told []Told, said Said, now time.Time) []Told {
	if t.event == procedure.EventCut && said.More.Withheld != "" {
		told = slices.DeleteFunc(told, func(o Told) bool { return o.Seat == procedure.Person })
	}
	for i := range told {
		told[i].FromAt = now
		if told[i].Seat == procedure.Person && !said.AtOnce {
			told[i].FromAt = t.office.InHours(now)
		}
	}
	return told
}

// apply changes the case as the step says.
func (t *turn) apply(said Said, tx *door.Tx) {
	if t.to != t.State {
		t.StateAt, t.DueOn = tx.Now, calendar.Date{}
	}
	now := tx.Now
	switch t.event {
	case procedure.EventInvestigate:
		t.DueOn = calendar.Date{} // by then the reporter was to be answered
	case procedure.EventGuide:
		t.DueOn = said.More.Until
		t.SilentOn = term.Due(t.terms, term.ManagerSilent, t.DueOn, t.office)
	case procedure.EventNotImprove:
		t.HeardOn = term.Due(t.terms, term.ChanceToAnswer, calendar.Day(t.office.InHours(now)), t.office)
		t.DueOn, t.Waived, t.Agreed = t.HeardOn, false, false
	case procedure.EventWaive:
		t.Waived = true
	case procedure.EventAgree:
		t.Agreed = true
	case procedure.EventSuspend:
		t.DueOn = said.More.Until
	case procedure.EventWeigh:
		t.Grave = said.More.Grave
	case procedure.EventRefer, procedure.EventReferNot:
		t.Referral, t.ReferralSeen = t.event, false
	case procedure.EventSeeReferral:
		t.ReferralSeen = true
	case procedure.EventPass:
		t.Receiver = procedure.General
	case procedure.EventReopen:
		t.Outcome, t.ClosedAt = "", nil
		t.ReferralSeen = false // by new facts the CISO sees to it once more
	default:
	}
	if outcome := procedure.OutcomeOf(t.event); outcome != "" {
		t.Outcome, t.ClosedAt, t.DueOn = outcome, &now, calendar.Date{}
	}
}

// write writes a step, who is told of it, and where the case stands then. It returns what
// those are told who have reported it.
func (t *turn) write(ctx context.Context, tx *door.Tx, actor authz.Actor, said Said, told []Told) ([]notice.Message, error) {
	t.Version++
	var batch pgx.Batch
	batch.Queue(`
		INSERT INTO violation_step (case_id, version, at, by, seat, stands_in, alone, event, from_state, to_state, text, more)
		VALUES (@case, @version, @now, nullif(@by::bigint, 0), @seat, @stands_in, @alone, @event, @from, @to, @text, @more)`,
		pgx.StrictNamedArgs{
			"case": t.ID, "version": t.Version, "now": tx.Now, "by": actor.Person, "seat": string(t.seat), "stands_in": t.sat.StandsIn(), "alone": said.Alone,
			"event": string(t.event), "from": string(t.State), "to": string(t.to), "text": said.Text, "more": said.More,
		})
	for _, o := range told {
		batch.Queue(`INSERT INTO violation_told (case_id, version, person_id, seat, mark, from_at) VALUES (@case, @version, @person, @seat, @mark, @from)`,
			pgx.StrictNamedArgs{"case": t.ID, "version": t.Version, "person": o.Person, "seat": string(o.Seat), "mark": string(o.Mark), "from": o.FromAt})
	}
	t.State = t.to
	batch.Queue(`
		UPDATE violation_case SET version = @version, state = @state, state_at = @state_at, outcome = @outcome, receiver = @receiver, grave = @grave, due_on = @due, silent_on = @silent, heard_on = @heard,
		       waived = @waived, agreed = @agreed, referral = @referral, referral_seen = @referral_seen, closed_at = @closed,
		       joined_to = (SELECT o.id FROM violation_case o WHERE o.code = @joined), person_id = nullif(@person::bigint, 0), outsider = @outsider, company = @company, vendor = @vendor,
		       person_kind = @kind, section_id = nullif(@section::bigint, 0), system_id = nullif(@system::bigint, 0), clauses = @clauses, facts = @facts, since_on = @since,
		       own_finding = @own, confirmed_by = nullif(@confirmed_by::bigint, 0), confirmed_at = @confirmed_at
		WHERE id = @case`,
		pgx.StrictNamedArgs{
			"case": t.ID, "version": t.Version, "state": string(t.State), "state_at": t.StateAt, "outcome": string(t.Outcome), "receiver": string(t.Receiver), "grave": t.Grave,
			"due": t.DueOn, "silent": t.SilentOn, "heard": t.HeardOn, "waived": t.Waived, "agreed": t.Agreed, "referral": string(t.Referral), "referral_seen": t.ReferralSeen, "closed": t.ClosedAt,
			"joined": t.JoinedTo, "person": t.Person, "outsider": t.Outsider, "company": t.Company, "vendor": t.Vendor, "kind": t.Kind, "section": t.SectionThen, "system": t.System,
			"clauses": t.Clauses, "facts": t.Facts, "since": t.Since, "own": t.OwnFinding, "confirmed_by": t.ConfirmedBy, "confirmed_at": t.ConfirmedAt,
		})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, wrap("taking a step of a case", err)
	}
	if err := t.tie(ctx, tx, actor, said.Papers); err != nil {
		return nil, err
	}
	if err := deliverLater(ctx, tx, t.Case, t.Version, told); err != nil || t.ties.Reporters == nil {
		return nil, err
	}
	return t.ties.Reporters(ctx, tx, t.ID, t.Version, t.event, said.Text)
}

// tie ties the files of a step.
func (t *turn) tie(ctx context.Context, tx *door.Tx, actor authz.Actor, tokens []string) error {
	for _, token := range tokens {
		id, err := attachment.Tie(ctx, tx, actor, token)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO violation_paper (case_id, version, attachment_id) VALUES (@case, @version, @id)`,
			pgx.StrictNamedArgs{"case": t.ID, "version": t.Version, "id": id}); err != nil {
			return wrap("noting a paper of a case", err)
		}
	}
	return nil
}

// of is the case as what bars.
func (t *turn) of() bars.Of { return bars.Of{Case: t.ID, Person: t.PersonNumber, Matter: t.barring()} }

// recuse notes that somebody takes no part from now on.
func (t *turn) recuse(ctx context.Context, tx *door.Tx, said *Said) error {
	p, err := whom.Named(ctx, tx, "number", said.Number)
	if err != nil {
		return err
	}
	whyNot := Supervisor
	if t.event == procedure.EventKin {
		whyNot = Kin
	}
	if p.ID == t.Person || slices.ContainsFunc(t.Recused, func(r Recusal) bool { return r.Person == p.ID && r.Why == whyNot }) {
		return fault.InvalidFields([]fault.Problem{{Field: "number", Message: "この人は、もうこの事案に関わらないことになっています。"}})
	}
	said.More.Whom, said.More.WhomID = p.Name, p.ID
	_, err = tx.Exec(ctx, `INSERT INTO violation_recused (case_id, person_id, why) VALUES (@case, @person, @why)`,
		pgx.StrictNamedArgs{"case": t.ID, "person": p.ID, "why": string(whyNot)})
	if err != nil {
		return wrap("noting who takes no part in a case", err)
	}
	t.Recused = append(t.Recused, Recusal{p.ID, p.Name, whyNot})
	t.seats, err = t.Case.seats(ctx, tx, t.today)
	return err
}

// join makes a report part of another case.
func (t *turn) join(ctx context.Context, tx *door.Tx, actor authz.Actor, said *Said) error {
	said.Other = strings.ToUpper(strings.TrimSpace(said.Other))
	problem := func(message string) error {
		return fault.InvalidFields([]fault.Problem{{Field: "other", Message: message}})
	}
	if said.Other == t.Code {
		return problem("この事案そのものです。統合する先の番号を入力してください。")
	}
	o, _, reading, err := load(ctx, tx, actor, said.Other, tx.Now, "FOR UPDATE OF c")
	switch {
	case fault.KindOf(err) == fault.NotFound || err == nil && reading != Whole:
		return problem("この番号の事案は、見つかりません。番号を確かめてください。")
	case err != nil:
		return err
	case o.State == procedure.Joined || o.State == procedure.Dismissed:
		return problem("この番号の事案は「" + o.State.Title() + "」なので、統合する先にできません。")
	}
	t.JoinedTo, said.More.Other = o.Code, o.Code
	return nil
}
