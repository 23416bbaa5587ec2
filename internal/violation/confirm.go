package violation

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/rights/bar"
	"kagami/internal/trail"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/bars"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/whom"
)

// Finding is what is said where a violation is confirmed.
type Finding struct {
	Report  string // the code of the case that was reported; empty where it is confirmed at once
	Version int    // of that, as the actor has seen it
	Person  string // the 職員番号 or the whole name; empty for an outsider
	// Outsider is a vendor's staff who is not in the organization, of which company.
	Outsider, Company string
	Kind              string // of the edition violation_authority
	Section           string // the code of that in whose work it happened; empty for the person's first
	System            string // the 管理番号 of that in which it happened; empty for none
	Clauses, Facts    string
	Since             calendar.Date
	Grave             bool
	OwnFinding        bool // the 統括 has seen it themselves
	Papers            []string
	Alone             string
}

const (
	maxClauses = 500
	maxFacts   = 4000
)

func (f *Finding) tidy() {
	for _, text := range []*string{&f.Person, &f.Outsider, &f.Company, &f.Kind, &f.Section, &f.System, &f.Clauses, &f.Facts, &f.Alone} {
		*text = strings.TrimSpace(*text)
	}
	f.Report = strings.ToUpper(strings.TrimSpace(f.Report))
}

func (f *Finding) check(today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	text := func(field, title, value string, most int) {
		switch n := utf8.RuneCountInString(value); {
		case n == 0:
			wrong(field, title+"を入力してください。")
		case n > most:
			wrong(field, title+"が長すぎます。"+strconv.Itoa(most)+"字までで書いてください。")
		}
	}
	switch {
	case (f.Person == "") == (f.Outsider == ""):
		wrong("person", "対象職員か、派遣・委託などの人の氏名の、どちらか一方を入力してください。")
	case f.Outsider != "" && f.Company == "":
		wrong("company", "派遣元・委託先の名を入力してください。")
	}
	if utf8.RuneCountInString(f.Outsider) > 100 {
		wrong("outsider", "長すぎます。100字までで書いてください。")
	}
	if utf8.RuneCountInString(f.Company) > 200 {
		wrong("company", "長すぎます。200字までで書いてください。")
	}
	text("clauses", "違反した条項", f.Clauses, maxClauses)
	text("facts", "事実", f.Facts, maxFacts)
	switch {
	case f.Since.IsZero():
		wrong("since_on", "いつからかを入力してください。分からないときは、確かめられた最初の日にします。")
	case f.Since.After(today):
		wrong("since_on", "いつからかは、今日までの日にしてください。")
	}
	if len(f.Papers) > maxPapers {
		wrong("papers", "一度に付けられるのは、"+strconv.Itoa(maxPapers)+"件までです。")
	}
	return problems
}

// Confirm confirms a violation, reported or at once: by 6(2)① where the actor sits in the
// 統括's seat, else by ②. It returns the case's code.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, f Finding) (code string, err error) {
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		_, effect, err := s.confirm(ctx, tx, actor, f, &code)
		return effect, err
	})
	return code, err
}

func (s *Service) confirm(ctx context.Context, tx *door.Tx, actor authz.Actor, f Finding, code *string) (turn, door.Effect, error) {
	t, err := s.finding(ctx, tx, actor, &f)
	if err != nil {
		return t, door.Unchanged(), err
	}
	if t.sat.Alone && f.Alone == "" {
		return t, door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "alone", Message: "ほかに行える人がいないので、待てない理由（やむを得ない理由）を入力してください。"}})
	}
	if t.ID == 0 {
		if err := t.refuseTwice(ctx, tx, f); err != nil {
			return t, door.Unchanged(), err
		}
		if t.Case, err = begin(ctx, tx, t.Case); err != nil {
			return t, door.Unchanged(), err
		}
	}
	*code = t.Code
	t.Clauses, t.Facts, t.Since, t.Grave = f.Clauses, f.Facts, f.Since, f.Grave
	t.OwnFinding = f.OwnFinding && t.event == procedure.EventConfirm
	t.ConfirmedBy, t.ConfirmedAt, t.StateAt, t.DueOn = actor.Person, &tx.Now, tx.Now, calendar.Date{}
	told := t.whom(t.event, t.seats, nil, actor.Person)
	for i := range told {
		told[i].FromAt = tx.Now
	}
	answers, err := t.write(ctx, tx, actor, Said{Papers: f.Papers, Alone: f.Alone}, told)
	if err != nil {
		return t, door.Unchanged(), err
	}
	if err := t.claim(ctx, tx); err != nil {
		return t, door.Unchanged(), err
	}
	effect := door.Effect{
		Subject: trail.Subject{Kind: subject, ID: t.ID}, Fields: []string{string(t.event)},
		Confidential: map[string]any{"clauses": f.Clauses, "facts": f.Facts}, Notices: append(t.notices(t.event, told, tx.Now), answers...),
	}
	return t, effect, nil
}

// refuseTwice refuses a second click. It takes the locks by which also a cut of the person is either
// seen by claim, or sees the case.
func (t *turn) refuseTwice(ctx context.Context, tx *door.Tx, f Finding) error {
	if err := bar.Hold(ctx, tx, t.Person); err != nil {
		return err
	}
	var code string
	err := tx.QueryRow(ctx, `
		SELECT coalesce(min(code), '') FROM violation_case WHERE confirmed_by = @by AND confirmed_at > @since AND facts = @facts AND person_id IS NOT DISTINCT FROM nullif(@person::bigint, 0) AND outsider = @outsider`,
		pgx.StrictNamedArgs{"by": t.by, "since": tx.Now.Add(-10 * time.Minute), "facts": f.Facts, "person": t.Person, "outsider": t.Outsider}).Scan(&code)
	if err == nil && code != "" {
		return fault.New(fault.Conflict, "同じ人の同じ事実は、たった今、事案 "+code+"として確認されています。その事案を開いてください。")
	}
	return wrap("looking for a second click", err)
}

// claim makes what was cut already for the person's conduct part of the case, and keeps the
// person out of it.
func (t *turn) claim(ctx context.Context, tx *door.Tx) (err error) {
	if t.Person == 0 {
		return nil
	}
	if t.Bars, err = bars.Claim(ctx, tx, t.ID, t.Version, t.Person); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO violation_recused (case_id, person_id, why) VALUES (@case, @person, @why) ON CONFLICT DO NOTHING`,
		pgx.StrictNamedArgs{"case": t.ID, "person": t.Person, "why": string(Concerned)})
	return wrap("keeping the person out of a case", err)
}

// finding finds whom a violation is about and where it happened, and asks leave.
func (s *Service) finding(ctx context.Context, tx *door.Tx, actor authz.Actor, f *Finding) (turn, error) {
	f.tidy()
	t := turn{ties: s.ties, today: tx.Today(), by: actor.Person}
	var err error
	if t.reckoning, err = reckon(ctx, tx, t.today); err != nil {
		return t, err
	}
	if f.Report != "" {
		var reading Reading
		if t.Case, _, reading, err = load(ctx, tx, actor, f.Report, tx.Now, "FOR UPDATE OF c"); err != nil {
			return t, err
		}
		switch {
		case reading != Whole:
			return t, errNone()
		case t.Version != f.Version:
			return t, fault.New(fault.Conflict, overtaken)
		}
	} else {
		t.Case = Case{Receiver: procedure.General}
	}
	if err := fault.InvalidFields(f.check(t.today)); err != nil {
		return t, err
	}
	if err := t.about(ctx, tx, f); err != nil {
		return t, err
	}
	if err := t.where(ctx, tx, f); err != nil {
		return t, err
	}
	if t.seats, err = t.Case.seats(ctx, tx, t.today); err != nil {
		return t, err
	}
	if t.out(actor.Person) {
		return t, fault.New(fault.Forbidden, "自分についての事項は、どの役割でも自分では決められません。ほかの担当者に頼んでください。")
	}
	if err := t.route(actor); err != nil {
		return t, err
	}
	if err := tx.Allow(procedure.Who(t.event).Action(actor, t.matter), t.matter); err != nil {
		return t, err
	}
	t.to, err = procedure.Arrow(t.State, t.event)
	return t, err
}

// about finds whom it is about, and in whose work it happened.
func (t *turn) about(ctx context.Context, db postgres.Querier, f *Finding) error {
	invalid := func(field, message string) error {
		return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
	}
	group, known := authority.Find(t.groups, f.Kind)
	if !known {
		return invalid("kind", "対象職員の区分を選んでください。")
	}
	t.Kind, t.Vendor = f.Kind, group.Vendor()
	if f.Outsider != "" && !t.Vendor {
		return invalid("kind", "職員番号のない人は、派遣・委託・指定管理の区分から選んでください。")
	}
	if f.Person == "" {
		t.Outsider, t.Company = f.Outsider, f.Company
		return nil
	}
	return t.whose(ctx, db, f)
}

// whose finds somebody of the organization whom it is about, and in whose work it happened.
func (t *turn) whose(ctx context.Context, db postgres.Querier, f *Finding) error {
	p, err := whom.Find(ctx, db, f.Person, f.Section, t.today)
	if err == nil && t.Person != 0 && t.Person != p.ID {
		return fault.InvalidFields([]fault.Problem{{Field: "person", Message: "報告は、別の人についてのものです。新しい事案で確認し、この報告をその事案に統合してください。"}})
	}
	t.Person, t.PersonNumber, t.PersonName, t.Section, t.SectionThen = p.ID, p.Number, p.Name, p.Section, p.Section
	return err
}

// where finds the system in which it happened, and who answers for that.
func (t *turn) where(ctx context.Context, db postgres.Querier, f *Finding) error {
	y, err := whom.Where(ctx, db, f.System)
	t.System, t.SystemName, t.SystemCode, t.matter.SystemsSection = y.ID, y.Name, f.System, y.Section
	return err
}

// route is by which sentence of 6(2) the actor confirms: ① from the 統括's seat, else ②.
func (t *turn) route(actor authz.Actor) error {
	system := t.matter.SystemsSection
	if t.seats.General.Has(actor.Person) {
		t.event, t.seat, t.sat = procedure.EventConfirm, procedure.General, t.seats.General
		t.matter = t.sat.Matter(t.Case.matter())
		return nil
	}
	if actor.Has(authz.GeneralSecurityOfficer) { // of the CISO, the CIO confirms
		return errNotYours()
	}
	t.event, t.seat = procedure.EventConfirmOther, procedure.Finder
	t.matter = t.Case.matter()
	t.matter.SystemsSection = system
	return nil
}

// begin makes a case that has no step yet.
func begin(ctx context.Context, tx *door.Tx, c Case) (Case, error) {
	c.Code, c.OpenedAt, c.StateAt = NewCode(), tx.Now, tx.Now
	err := tx.QueryRow(ctx, `INSERT INTO violation_case (code, receiver, opened_at, state_at) VALUES (@code, @receiver, @now, @now) RETURNING id`,
		pgx.StrictNamedArgs{"code": c.Code, "receiver": string(c.Receiver), "now": tx.Now}).Scan(&c.ID)
	return c, wrap("opening a case", err)
}

// Talk is a talk in which somebody was guided, and has improved.
type Talk struct {
	Finding
	Text   string // what is to change
	Method string // how it was looked at
	Seen   string // what was seen
}

// check finds what is wrong with what is said of the talk itself.
func (k Talk) check() (problems []fault.Problem) {
	for _, f := range []struct{ field, title, text string }{{"text", "指導したこと", k.Text}, {"method", "どのように確かめたか", k.Method}, {"seen", "確かめたこと", k.Seen}} {
		if n := utf8.RuneCountInString(strings.TrimSpace(f.text)); n == 0 || n > maxText {
			problems = append(problems, fault.Problem{Field: f.field, Message: "「" + f.title + "」を、4000字までで入力してください。"})
		}
	}
	if k.Grave {
		problems = append(problems, fault.Problem{Field: "grave", Message: "重大な違反は、その場では終えられません。違反の確認から、順に進めてください。"})
	}
	return problems
}

// OnTheSpot confirms a violation, guides its person and sees the improvement in one talk: all
// three steps are recorded, and whom the clauses name is told of each.
func (s *Service) OnTheSpot(ctx context.Context, actor authz.Actor, k Talk) (code string, err error) {
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		t, effect, err := s.confirm(ctx, tx, actor, k.Finding, &code)
		if err = with(err, k.check()); err != nil {
			return effect, err
		}
		steps := []struct {
			event procedure.Event
			said  Said
		}{
			{procedure.EventGuide, Said{Text: k.Text, More: More{Until: tx.Today(), Method: k.Method}, Alone: k.Alone}},
			{procedure.EventImprove, Said{Text: k.Seen, Alone: k.Alone}},
		}
		for _, step := range steps {
			next, err := t.turn(ctx, tx, actor, step.event, t.seats)
			if err != nil {
				return effect, err
			}
			next.ties, step.said.Version = s.ties, next.Version
			if err := next.follow(&step.said); err != nil {
				return effect, err
			}
			taken, err := s.take(ctx, tx, actor, &next, step.said)
			if err != nil {
				return effect, err
			}
			if taken.By, err = tx.AllowAlso(procedure.Who(step.event).Action(actor, next.matter), next.matter); err != nil {
				return effect, err
			}
			taken.Confidential = nil // the steps have it
			effect.Notices = append(effect.Notices, taken.Notices...)
			taken.Notices = nil
			effect.Also = append(effect.Also, taken)
			t.Case = next.Case
		}
		effect.Notices = lastOf(effect.Notices)
		return effect, tx.Allow(procedure.Who(t.event).Action(actor, t.matter), t.matter)
	})
	return code, err
}

// Check refuses what Confirm would refuse, or OnTheSpot with a talk, and records nothing.
func (s *Service) Check(ctx context.Context, actor authz.Actor, f Finding, talk *Talk) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		t, err := s.finding(ctx, tx, actor, &f)
		if talk != nil {
			if err = with(err, talk.check()); err == nil && !t.seats.Manager.Has(actor.Person) {
				err = errNotYours()
			}
		}
		return door.Unchanged(), err
	})
}

// with adds problems to those of an error, or of none.
func with(err error, problems []fault.Problem) error {
	if err == nil {
		return fault.InvalidFields(problems)
	}
	invalid, ok := errors.AsType[*fault.Error](err)
	if !ok || invalid.Kind != fault.Invalid || len(problems) == 0 {
		return err
	}
	return fault.InvalidFields(slices.Concat(invalid.Problems, problems))
}

// lastOf are notices of which each person gets the last one.
func lastOf(list []notice.Message) []notice.Message {
	var last []notice.Message
	for i, m := range list {
		if !slices.ContainsFunc(list[i+1:], func(o notice.Message) bool { return slices.Equal(o.To, m.To) }) {
			last = append(last, m)
		}
	}
	return last
}
