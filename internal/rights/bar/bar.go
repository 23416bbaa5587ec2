package bar

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/holiday"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/setting"
	"kagami/internal/trail"
)

// CutDays is within how many office days the CISO confirms a cut for somebody's conduct.
var CutDays = setting.NewChoice("rights.cut_days", "本人の行為による緊急停止を、CISOが認めるまでの日数",
	"本人の行為による緊急停止は、この日数（閉庁日を除く）のうちに、最高情報セキュリティ責任者（CISO）が認めないと、終わります。アカウント保護のための停止は、解除するまで続きます。",
	setting.Option{Kept: "3", Title: "3日"}, setting.Option{Kept: "1", Title: "1日"}, setting.Option{Kept: "2", Title: "2日"}, setting.Option{Kept: "5", Title: "5日"})

// Kind is what bars a right.
type Kind string

// The kinds.
const (
	Suspension Kind = "suspension"  // 6(2)③
	Revocation Kind = "revocation"  // 6(2)③
	ConductCut Kind = "conduct_cut" // for the person's own conduct (7(7))
	AccountCut Kind = "account_cut" // to protect their account (7(7))
)

// Title is what the kind is called.
func (k Kind) Title() string { return k.event().Title() }

// event is what begins a bar of the kind.
func (k Kind) event() rights.Event {
	switch k {
	case Suspension:
		return rights.EventSuspend
	case Revocation:
		return rights.EventRevoke
	case ConductCut:
		return rights.EventCutConduct
	case AccountCut:
	}
	return rights.EventCutAccount
}

// KindOf is the kind of bar that an event begins; empty for one that begins none.
func KindOf(event rights.Event) Kind {
	for _, k := range []Kind{Suspension, Revocation, ConductCut, AccountCut} {
		if k.event() == event {
			return k
		}
	}
	return ""
}

// standing is where a right stands that the kind bars.
func (k Kind) standing() rights.Standing {
	switch k {
	case Suspension:
		return rights.Suspended
	case Revocation:
		return rights.Revoked
	case ConductCut, AccountCut:
	}
	return rights.Cut
}

// Order is that rights of somebody are barred.
type Order struct {
	Kind     Kind
	Person   string   // the 職員番号
	Whole    bool     // all that they have, and all that come
	Rights   []string // else these, by their codes
	Reason   string
	From     calendar.Date // zero, or today: at once; a cut always is
	Until    calendar.Date // the last day of a suspension; zero until it is lifted
	Withheld string        // why the person of a cut for their conduct is not told yet; empty to tell them
	// Matter is by which leave is asked where a case says who acts in it; nil for that of the
	// organization alone.
	Matter *authz.Matter
}

// Placed is a bar that was begun.
type Placed struct {
	Code   string
	Person int64
}

const (
	// farthest is how many days from today the first or the last day may lie.
	farthest    = 3660
	maxReason   = 2000
	maxWithheld = 500
)

func (o Order) tidy() Order {
	o.Reason, o.Withheld = strings.TrimSpace(o.Reason), strings.TrimSpace(o.Withheld)
	slices.Sort(o.Rights)
	o.Rights = slices.Compact(o.Rights)
	return o
}

// check finds what is wrong with a tidy order.
func (o Order) check(today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	if o.Whole == (len(o.Rights) > 0) {
		wrong("rights", "すべての利用権限か、どの利用権限かを選んでください。")
	}
	switch n := utf8.RuneCountInString(o.Reason); {
	case n == 0:
		wrong("reason", "理由を入力してください。")
	case n > maxReason:
		wrong("reason", "長すぎます。"+strconv.Itoa(maxReason)+"字までで書いてください。")
	}
	cut := o.Kind.standing() == rights.Cut
	switch {
	case o.From.IsZero():
	case cut && o.From != today:
		wrong("from_on", "緊急停止は、すぐに始まります。")
	case o.From.Before(today):
		wrong("from_on", "いつからかは、今日か、それより後の日にしてください。")
	case o.From.Sub(today) > farthest:
		wrong("from_on", "いつからかが先すぎます。年を確かめてください。")
	}
	switch {
	case o.Until.IsZero():
	case o.Kind != Suspension:
		wrong("until_on", "いつまでかを決められるのは、停止だけです。")
	case o.Until.Before(o.From) || o.Until.Before(today):
		wrong("until_on", "いつまでかは、いつからかより前にできません。")
	case o.Until.Sub(today) > farthest:
		wrong("until_on", "いつまでかが先すぎます。年を確かめてください。決まっていないときは、空のままにします。")
	}
	if o.Withheld != "" && o.Kind != ConductCut {
		wrong("withheld", "本人への通知を待てるのは、本人の行為による緊急停止だけです。")
	}
	if utf8.RuneCountInString(o.Withheld) > maxWithheld {
		wrong("withheld", "長すぎます。"+strconv.Itoa(maxWithheld)+"字までで書いてください。")
	}
	return problems
}

// Begin suspends, revokes or cuts rights of somebody, and returns the bar's code. What is barred
// from now on is barred for their next request. Forbidden who may not, and whom it is about;
// Invalid where something is missing or wrong; Conflict where a right is not there to be barred.
func (s *Service) Begin(ctx context.Context, actor authz.Actor, o Order) (code string, err error) {
	if s.ties.Owned != nil && (o.Kind == Suspension || o.Kind == Revocation) {
		return "", fault.New(fault.Conflict, "利用権限の停止と剥奪は、違反の事案の画面から行ってください（基本方針6(2)③）。")
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		placed, effect, err := s.BeginIn(ctx, tx, actor, o)
		code = placed.Code
		if err == nil && o.Kind == ConductCut && s.ties.Cut != nil {
			var told bool
			if effect.Also, told, err = s.ties.Cut(ctx, tx, actor, effect.Subject.ID, placed.Person, o); told {
				effect.Notices = nil
			}
		}
		return effect, err
	})
	return code, err
}

// BeginIn is Begin in a change under way, such as a step of a violation: it asks for leave itself,
// and returns what the trail is to say of it and who is told. It takes the person's lock
// (door.Tx.Exclude): what locks rows does so after it.
func (s *Service) BeginIn(ctx context.Context, tx *door.Tx, actor authz.Actor, o Order) (Placed, door.Effect, error) {
	o = o.tidy()
	person, err := personOf(ctx, tx, o.Person)
	if err != nil {
		return Placed{}, door.Unchanged(), err
	}
	event := o.Kind.event()
	if err := o.Kind.allow(ctx, tx, actor, person.ID, event, o.Matter); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	if err := fault.InvalidFields(o.check(tx.Today())); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	if err := tx.Take(ctx, lifting); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	if err := tx.Exclude(ctx, person.ID); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	if err := o.refuseBeside(ctx, tx, person.ID); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	ids, err := lockRights(ctx, tx, person.ID, o)
	if err != nil {
		return Placed{}, door.Unchanged(), err
	}
	b, err := s.place(ctx, tx, actor, person.ID, ids, o)
	if err != nil {
		return Placed{}, door.Unchanged(), err
	}
	if err := b.refuseNobodyLeft(ctx, tx); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	if err := s.turn(ctx, tx, b); err != nil {
		return Placed{}, door.Unchanged(), err
	}
	effect := b.effect(event)
	effect.Refs["rights"] = int64(len(ids))
	effect.Confidential = map[string]any{"reason": o.Reason}
	effect.Notices, err = b.tell(ctx, tx, actor, event)
	return Placed{Code: b.Code, Person: person.ID}, effect, err
}

type someone struct {
	ID   int64
	Name string
}

func personOf(ctx context.Context, db postgres.Querier, number string) (someone, error) {
	p, err := postgres.One[someone](ctx, db, "finding whose rights are barred", `SELECT id, name FROM person_shown WHERE lower(staff_number) = lower(@number)`,
		pgx.StrictNamedArgs{"number": strings.TrimSpace(number)})
	if errors.Is(err, pgx.ErrNoRows) {
		return p, errNobody()
	}
	return p, err
}

func errNobody() error {
	return fault.New(fault.NotFound, "この職員番号の人は、見つかりません。番号を確かめてください。")
}

// refuseBeside refuses what does not follow in the lifecycle from a bar of all that a person has:
// a cut is not begun anew beside one, which would go on without the CISO. A bar that somebody else
// has begun since this change looked at the clock lets it look once more.
func (o Order) refuseBeside(ctx context.Context, tx *door.Tx, person int64) error {
	type row struct {
		Kind  Kind
		Later bool
	}
	from := o.From
	if from.IsZero() {
		from = tx.Today()
	}
	list, err := postgres.List[row](ctx, tx, "looking for bars that are there", `
		SELECT b.kind, b.made_at > @now::timestamptz AS later FROM right_bar b
		WHERE b.person_id = @person AND (b.made_at > @now::timestamptz OR b.whole AND b.from_at < @after::timestamptz AND (b.to_at IS NULL OR b.to_at > greatest(@now::timestamptz, @begins::timestamptz)))`,
		pgx.StrictNamedArgs{"person": person, "now": tx.Now, "begins": from.Start(), "after": from.AddDays(1).Start()})
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.Later {
			return door.ErrOvertaken
		}
		if _, err := rights.Arrow(b.Kind.standing(), o.Kind.event()); o.Whole && err != nil {
			return fault.New(fault.Conflict, "この人のすべての利用権限は、もう「"+b.Kind.standing().Title()+"」なので、"+o.Kind.Title()+"はできません。職員の利用権限の画面を開き直して、いまの停止を確かめてください。")
		}
	}
	return nil
}

// lockRights locks the rights that an order names, and returns their ids; none where it is
// of all. Conflict where one is not there, or stands so that it can't be barred.
func lockRights(ctx context.Context, tx *door.Tx, person int64, o Order) ([]int64, error) {
	if o.Whole {
		return nil, nil
	}
	type line struct {
		ID       int64
		Code     string
		Standing rights.Standing
	}
	args := rights.Instant(tx.Now)
	args["person"], args["codes"] = person, o.Rights
	list, err := postgres.List[line](ctx, tx, "locking the rights that are barred", `
		SELECT r.id, r.code, `+rights.StandingOf+` AS standing FROM access_right r WHERE r.person_id = @person AND r.code = ANY(@codes) ORDER BY r.id FOR UPDATE OF r`, args)
	if err != nil {
		return nil, err
	}
	if len(list) != len(o.Rights) {
		return nil, fault.InvalidFields([]fault.Problem{{Field: "rights", Message: "この人のものでない利用権限が選ばれています。画面を開き直して、もう一度選んでください。"}})
	}
	ids := make([]int64, len(list))
	for i, l := range list {
		if _, err := rights.Arrow(l.Standing, o.Kind.event()); err != nil {
			return nil, fault.New(fault.Conflict, rights.Number(l.Code)+"は「"+l.Standing.Title()+"」なので、"+o.Kind.Title()+"はできません。画面を開き直して、もう一度選んでください。")
		}
		ids[i] = l.ID
	}
	return ids, nil
}

// place writes a bar of rights, all for none.
func (s *Service) place(ctx context.Context, tx *door.Tx, actor authz.Actor, person int64, ids []int64, o Order) (Bar, error) {
	from, to := tx.Now, (*time.Time)(nil)
	if o.From.After(tx.Today()) {
		from = o.From.Start()
	}
	if !o.Until.IsZero() {
		end := o.Until.AddDays(1).Start()
		to = &end
	}
	if o.Kind == ConductCut {
		end, err := cutEnd(ctx, tx)
		if err != nil {
			return Bar{}, err
		}
		to = &end
	}
	if err := refuseTwice(ctx, tx, person, ids, o.Kind, from, to); err != nil {
		return Bar{}, err
	}
	_, err := tx.Exec(ctx, `
		WITH bar AS (
			INSERT INTO right_bar (code, person_id, kind, whole, reason, from_at, to_at, withheld, made_by, made_at)
			VALUES (@code, @person, @kind, @whole, @reason, @from, @to, @withheld, @by, @now) RETURNING id, version),
		which AS (INSERT INTO right_bar_of (bar_id, right_id) SELECT b.id, r.id FROM bar b, unnest(@rights::bigint[]) AS r(id))
		INSERT INTO right_bar_step (bar_id, version, at, by, event, note) SELECT id, version, @now, @by, @event, '' FROM bar`,
		pgx.StrictNamedArgs{
			"code": newCode(), "person": person, "kind": string(o.Kind), "whole": o.Whole, "reason": o.Reason, "from": from, "to": to, "withheld": o.Withheld,
			"by": actor.Person, "now": tx.Now, "rights": append([]int64{}, ids...), "event": string(o.Kind.event()),
		})
	if err != nil {
		return Bar{}, fmt.Errorf("barring rights: %w", err)
	}
	return postgres.One[Bar](ctx, tx, "looking at what bars rights", selected+` WHERE b.person_id = @person ORDER BY b.id DESC LIMIT 1`, rights.InstantAnd(tx.Now, pgx.StrictNamedArgs{"person": person}))
}

// refuseTwice refuses a bar that another one of its kind makes needless, as by a button that was
// pressed twice: each would have to be lifted by itself.
func refuseTwice(ctx context.Context, tx *door.Tx, person int64, ids []int64, kind Kind, from time.Time, to *time.Time) error {
	var twice bool
	err := tx.QueryRow(ctx, `
		WITH covers AS (SELECT b.right_id FROM right_barred b WHERE b.person_id = @person AND b.kind = @kind AND b.during @> tstzrange(@from, @to))
		SELECT EXISTS (SELECT FROM covers WHERE right_id IS NULL)
			OR cardinality(@rights::bigint[]) > 0 AND NOT EXISTS (SELECT FROM unnest(@rights::bigint[]) AS r(id) WHERE r.id NOT IN (SELECT right_id FROM covers WHERE right_id IS NOT NULL))`,
		pgx.StrictNamedArgs{"person": person, "kind": string(kind), "from": from, "to": to, "rights": append([]int64{}, ids...)}).Scan(&twice)
	if err != nil {
		return fmt.Errorf("looking what bars rights already: %w", err)
	}
	if twice {
		return fault.New(fault.Conflict, "同じ利用権限の"+kind.Title()+"が、もうあります。この人の利用権限の画面を開いて、確かめてください。")
	}
	return nil
}

// newCode names a bar: nothing of it can be guessed.
func newCode() string { return strings.ToLower(rand.Text()[:16]) }

// cutEnd is when a cut ends that begins now, unless it is confirmed: after so many days on
// which the offices are open.
func cutEnd(ctx context.Context, tx *door.Tx) (time.Time, error) {
	values, err := setting.LoadForPortal(ctx, tx)
	if err != nil {
		return time.Time{}, err
	}
	editions, err := edition.LoadForPortal(ctx, tx, tx.Today())
	if err != nil {
		return time.Time{}, err
	}
	days, err := strconv.Atoi(CutDays.On(values, tx.Today()))
	if err != nil {
		return time.Time{}, fmt.Errorf("reading a setting: %w", err)
	}
	office, day := holiday.Office(editions, tx.Today()), tx.Today()
	for range days {
		day = office.NextOpen(day.AddDays(1))
	}
	return day.AddDays(1).Start(), nil
}

// Bar is what bars rights of somebody, as those see it who may know why.
type Bar struct {
	ID            int64
	Code          string
	Person        int64
	StaffNumber   string
	PersonName    string
	PersonSection int64
	Kind          Kind
	Whole         bool
	Portal        bool // it keeps its person out of the portal
	Reason        string
	FromAt        time.Time
	ToAt          *time.Time // the first instant without it; nil for none
	ConfirmedBy   string     // the CISO, of a cut for conduct; empty where nobody has
	Withheld      string     // why the person is not told yet; empty where they are
	MadeByID      int64
	MadeBy        string
	MadeAt        time.Time
	Active        bool // it bars at the instant
	Over          bool // it has ended
	Version       int
	Rights        []Right // none where it is whole
}

// Right is one of the rights that a bar is of.
type Right struct {
	Code   string      `json:"code"`
	System string      `json:"system"`
	Kind   rights.Kind `json:"kind"`
	Grade  string      `json:"grade"`
}

// Words are what it lets do, in words.
func (b Right) Words() string { return rights.Details{Kind: b.Kind, Grade: b.Grade}.Words() }

// Until is the last day of a bar that has an end; zero for none.
func (b Bar) Until() calendar.Date {
	if b.ToAt == nil {
		return calendar.Date{}
	}
	return calendar.Day(b.ToAt.Add(-time.Nanosecond))
}

// Standing is where the rights stand that it bars.
func (b Bar) Standing() rights.Standing { return b.Kind.standing() }

const selected = `
	SELECT b.id, b.code, b.person_id AS person, p.staff_number, p.name AS person_name,
	       coalesce((SELECT w.section_id FROM standing w WHERE w.person_id = b.person_id AND w.period @> @today::date AND w.section_id IS NOT NULL ORDER BY w.acting, w.position, w.id LIMIT 1), 0) AS person_section,
	       b.kind, b.whole, b.reason, b.from_at, b.to_at, coalesce(c.name, '') AS confirmed_by, b.withheld, b.made_by AS made_by_id, m.name AS made_by, b.made_at,
	       tstzrange(b.from_at, b.to_at) @> @now::timestamptz AS active, coalesce(b.to_at <= @now OR b.to_at = b.from_at, false) AS over, b.version,
	       b.whole OR EXISTS (SELECT FROM right_bar_of o JOIN access_right r ON r.id = o.right_id JOIN right_system e ON e.asset_id = r.asset_id AND e.portal WHERE o.bar_id = b.id) AS portal,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('code', r.code, 'system', y.name, 'kind', r.kind, 'grade', r.grade) ORDER BY r.id)
	       	FROM right_bar_of o JOIN access_right r ON r.id = o.right_id JOIN system_shown y ON y.id = r.asset_id WHERE o.bar_id = b.id), '[]') AS rights
	FROM right_bar b JOIN person_shown p ON p.id = b.person_id JOIN person_shown m ON m.id = b.made_by LEFT JOIN person_shown c ON c.id = b.confirmed_by`

// seenBy tells whether the actor may know of it: who deals with such things, the 管理者 of the
// person, and the person once they are told.
func (b Bar) seenBy(actor authz.Actor) bool {
	if actor.Person == b.Person && b.Withheld != "" {
		return false
	}
	_, may := actor.May(authz.ReadBars, authz.Matter{Person: b.Person, PersonsSection: b.PersonSection})
	return may
}

func errNone() error {
	return fault.New(fault.NotFound, "この停止の記録は、見つかりません。職員の利用権限の画面から探してください。")
}

// Find returns what bars rights by its code. NotFound where there is none that the actor
// may know of.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Bar, error) {
	return find(ctx, s.pool, actor, code, s.door.Now(), "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time, lock string) (Bar, error) {
	b, err := postgres.One[Bar](ctx, db, "finding what bars rights", selected+` WHERE b.code = @code `+lock, rights.InstantAnd(now, pgx.StrictNamedArgs{"code": code}))
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !b.seenBy(actor) {
		return Bar{}, errNone()
	}
	return b, err
}

// anyones is find for who may know of it by the case that it belongs to.
func anyones(ctx context.Context, db postgres.Querier, _ authz.Actor, code string, now time.Time, lock string) (Bar, error) {
	b, err := postgres.One[Bar](ctx, db, "finding what bars rights", selected+` WHERE b.code = @code `+lock, rights.InstantAnd(now, pgx.StrictNamedArgs{"code": code}))
	if errors.Is(err, pgx.ErrNoRows) {
		return Bar{}, errNone()
	}
	return b, err
}

// Of lists what bars rights of somebody, or has, the newest first, as far as the actor may
// know of it.
func (s *Service) Of(ctx context.Context, actor authz.Actor, person int64) ([]Bar, error) {
	list, err := postgres.List[Bar](ctx, s.pool, "listing what bars rights", selected+` WHERE b.person_id = @person ORDER BY b.id DESC LIMIT 200`,
		rights.InstantAnd(s.door.Now(), pgx.StrictNamedArgs{"person": person}))
	return slices.DeleteFunc(list, func(b Bar) bool { return !b.seenBy(actor) }), err
}

func (b Bar) effect(event rights.Event) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "right_bar", ID: b.ID}, Fields: []string{string(event)}, Refs: map[string]int64{"person": b.Person},
	}
}

// about is what notices of bars are about, as it is stored.
const about = "right_bar"

// Topic is who may see a notice of a bar: who may know of it.
func (s *Service) Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		args := pgx.StrictNamedArgs{"bar_reader": actor.Person, "bar_all": actor.Reach(authz.ReadBars) == authz.All}
		condition := `EXISTS (SELECT FROM right_bar b WHERE b.id = n.topic_id AND (b.person_id = @bar_reader AND b.withheld = '' OR b.person_id <> @bar_reader AND @bar_all`
		if sections := actor.Sections(authz.ReadBars); len(sections) > 0 {
			args["bar_sections"], args["today"] = sections, calendar.Day(s.door.Now())
			condition += ` OR b.person_id <> @bar_reader AND EXISTS (SELECT FROM standing w WHERE w.person_id = b.person_id AND w.section_id = ANY(@bar_sections) AND w.period @> @today::date)`
		}
		return condition + `))`, args
	}}
}

// tell are the notices of an event of a bar: to the CISO and the 管理者 of the person's 課室, of
// a cut also to the 統括, and to the person, but for who has done it (6(2)③, 7(7)). They never
// say why.
func (b Bar) tell(ctx context.Context, tx *door.Tx, actor authz.Actor, event rights.Event) ([]notice.Message, error) {
	except := []int64{b.Person}
	places := []struct {
		role    authz.Role
		section int64
	}{{authz.CISO, 0}, {authz.SecurityManager, b.PersonSection}}
	if b.Kind.standing() == rights.Cut {
		places = append(places, struct {
			role    authz.Role
			section int64
		}{authz.GeneralSecurityOfficer, 0})
	}
	var to []int64
	for _, p := range places {
		holders, err := responsible.Of(ctx, tx, p.role, []int64{p.section}, except, tx.Today())
		if err != nil {
			return nil, err
		}
		to = append(to, holders[p.section]...)
	}
	if event == rights.EventTell {
		to = nil
	}
	to = slices.DeleteFunc(to, func(person int64) bool { return person == actor.Person })
	slices.Sort(to)
	to = slices.Compact(to)
	ended := ""
	if event == rights.EventReinstate || event == rights.EventLapse {
		var err error
		if ended, err = b.ended(ctx, tx); err != nil {
			return nil, err
		}
	}
	said := func(to []int64, title, text string) notice.Message {
		return notice.Message{To: to, Notice: notice.Notice{Topic: about, TopicID: b.ID, Title: title, Text: text, URL: address.Bar(b.Code)}}
	}
	var messages []notice.Message
	if len(to) > 0 {
		messages = append(messages, said(to, "職員の利用権限："+event.Title(), b.days(event)+ended+"内容を見てください。"))
	}
	if b.Withheld == "" && event != rights.EventConfirmCut {
		what := event
		if event == rights.EventTell {
			what = b.Kind.event()
		}
		messages = append(messages, said([]int64{b.Person}, "あなたの利用権限："+what.Title(), b.days(what)+ended+"内容と理由を見てください。"))
	}
	return messages, nil
}

// ended is what the end of a bar comes to, in words: that its rights may be used again, unless
// something else bars them. Of that of which its person is not to know it says nothing.
func (b Bar) ended(ctx context.Context, tx *door.Tx) (string, error) {
	others, err := postgres.One[struct{ Any, Told bool }](ctx, tx, "looking what else bars rights", `
		SELECT count(*) > 0 AS any, coalesce(bool_or(x.withheld = ''), false) AS told FROM right_barred o JOIN right_bar x ON x.id = o.bar_id
		WHERE o.person_id = @person AND o.bar_id <> @bar AND o.during @> @now::timestamptz
		  AND (@whole OR o.right_id IS NULL OR o.right_id IN (SELECT right_id FROM right_bar_of WHERE bar_id = @bar))`,
		pgx.StrictNamedArgs{"person": b.Person, "bar": b.ID, "whole": b.Whole, "now": tx.Now})
	switch {
	case err != nil:
		return "", err
	case others.Told:
		return "この停止は終わりましたが、ほかの停止が残っているものは、まだ使えません。", nil
	case others.Any:
		return "この停止は、終わりました。", nil
	}
	return "使えるようになりました。", nil
}

// days are from when until when an event holds, in words.
func (b Bar) days(event rights.Event) string {
	switch event {
	case rights.EventReinstate, rights.EventLapse: // ended says it
		return ""
	case rights.EventLeaveRevoked:
		return "剥奪のまま、終わりました。"
	case rights.EventConfirmCut:
		return "CISOが認めました。解除するまで続きます。"
	}
	words := calendar.Wareki(calendar.Day(b.FromAt)) + "から"
	switch {
	case b.Over: // they are told after its end
		return words + calendar.Wareki(b.Until()) + "までで、もう終わっています。"
	case b.ToAt != nil && b.Kind == ConductCut:
		words += "です。" + calendar.Wareki(b.Until()) + "までにCISOが認めないと、終わります。"
	case b.ToAt != nil:
		words += calendar.Wareki(b.Until()) + "までです。"
	default:
		words += "です。"
	}
	return words
}
