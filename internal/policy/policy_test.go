package policy_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// office is a small town: two sections, each with its head, and who publishes.
type office struct {
	*policy.Service
	t                                    *testing.T
	db                                   pgtest.DB
	ciso, officer, manager, other, staff authz.Actor
	chair                                string // the CISO's 職員番号
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := server.New(t)
	clock := func() time.Time { return now }
	d := door.New(db.Pool, clock)
	people := org.New(db.Pool, d)
	o := office{Service: policy.New(db.Pool, d, clock), t: t, db: db}
	operator, ctx := authz.AsOperator(), t.Context()
	n := 0
	appoint := func(section int64, title string, roles ...authz.Role) authz.Actor {
		n++
		number := string(rune('0' + n))
		person, err := people.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本 " + number, Furigana: "ミホン"})
		must(t, err)
		post, err := people.AddPost(ctx, operator, org.Post{Section: section, Title: title, Position: n})
		must(t, err)
		for _, role := range roles {
			must(t, people.AddRule(ctx, operator, org.Rule{Title: title, Role: role}))
		}
		must(t, people.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: calendar.Day(now).AddDays(-100)}, false))
		actor, err := people.ActorOn(ctx, person, calendar.Day(now))
		must(t, err)
		return actor
	}
	tax, err := people.AddSection(ctx, operator, org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal, Position: 1})
	must(t, err)
	welfare, err := people.AddSection(ctx, operator, org.Section{Code: "fukushi", Name: "福祉こども課", Kind: org.Internal, Position: 2})
	must(t, err)
	// somebody is 統括, or the CISO would stand in
	general, err := people.AddPerson(ctx, operator, org.Person{StaffNumber: "G", Name: "見本 統括", Furigana: "ミホン"})
	must(t, err)
	must(t, people.GiveRole(ctx, operator, org.Grant{Person: general, Role: authz.GeneralSecurityOfficer, First: calendar.Day(now).AddDays(-100), Reason: "見本"}))
	o.ciso = appoint(0, "副町長", authz.CISO)
	o.chair = "1"
	o.officer = appoint(tax, "担当副課長", authz.SecurityOfficer)
	o.manager = appoint(tax, "税務町民課長", authz.SecurityManager)
	o.staff = appoint(tax, "職員")
	o.other = appoint(welfare, "福祉こども課長", authz.SecurityManager)
	return o
}

func (o office) clock() time.Time { return now }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const text = "第1条　この方針は、見本である。\n第2条　職員等は、これを守る。\n"

// published puts a text in force and returns what a reader of it was shown.
func (o office) published(kind policy.Kind, code string) policy.Shown {
	o.t.Helper()
	return o.publishedFor(kind, code, policy.Audience{Roles: []authz.Role{authz.CISO, authz.SecurityOfficer}})
}

// publishedFor is published for an audience.
func (o office) publishedFor(kind policy.Kind, code string, audience policy.Audience) policy.Shown {
	o.t.Helper()
	ctx := o.t.Context()
	_, err := o.DraftText(ctx, o.officer, policy.Text{Kind: kind, Audience: audience, Title: "見本の文書", Code: code, Source: text})
	must(o.t, err)
	draft, err := policytest.Publish(ctx, o.Service, o.officer, o.ciso, code, o.chair, calendar.Day(now))
	must(o.t, err)
	return policy.Shown{Code: code, Number: 1, SHA256: draft.SHA256}
}

// 基本方針 5 and 7(9): what the 本部会議 has decided is published, and everyone
// acknowledges it once.
func TestADecidedTextIsPublishedAndAcknowledgedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shown := o.published(policy.Basic, "kihon")
	var wait sync.WaitGroup
	for range 8 { // whatever is clicked twice
		wait.Go(func() {
			if err := o.Acknowledge(context.Background(), o.staff, shown); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	list, err := o.Acknowledgements(t.Context(), o.staff)
	must(t, err)
	if len(list) != 1 || !list[0].At.Equal(now) || string(list[0].SHA256) != string(shown.SHA256) {
		t.Errorf("got %+v", list)
	}
	var entries int
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE action = $1`, authz.Acknowledge).Scan(&entries))
	if entries != 1 {
		t.Errorf("the trail tells it %d times", entries)
	}
	if _, err := trail.Verify(t.Context(), o.db.Pool); err != nil {
		t.Error(err)
	}
	if _, err := o.Proof(t.Context(), o.staff, "kihon", 1); err != nil {
		t.Errorf("their own proof: %v", err)
	}
	if _, err := o.Proof(t.Context(), o.staff, "another", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a proof of another document: %v", err)
	}
	if _, err := o.Proof(t.Context(), o.manager, "kihon", 1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a proof of what was not acknowledged: %v", err)
	}
}

func TestWhatWasShownMustBeWhatIsInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shown := o.published(policy.Basic, "kihon")
	for name, wrong := range map[string]policy.Shown{
		"another text":     {Code: "kihon", Number: 1, SHA256: []byte("another")},
		"another revision": {Code: "kihon", Number: 2, SHA256: shown.SHA256},
	} {
		if err := o.Acknowledge(t.Context(), o.staff, wrong); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.Acknowledge(t.Context(), o.staff, policy.Shown{Code: "nothing", Number: 1}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such document: %v", err)
	}
}

// 基本方針 10: 対策基準 and 実施手順 are not public. For who may not read one, it
// does not exist.
func TestWhatIsNotPublicDoesNotExistForOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	shown := o.published(policy.Standard, "kijun")
	for _, actor := range []authz.Actor{o.staff, o.manager} {
		readings, err := o.Readings(ctx, actor)
		must(t, err)
		if len(readings) != 0 {
			t.Errorf("the list shows %v", readings)
		}
		_, missing := o.Read(ctx, actor, "nothing")
		_, hidden := o.Read(ctx, actor, "kijun")
		if fault.KindOf(hidden) != fault.NotFound || hidden.Error() != missing.Error() {
			t.Errorf("hidden: %v, missing: %v", hidden, missing)
		}
		if err := o.Acknowledge(ctx, actor, shown); fault.KindOf(err) != fault.NotFound {
			t.Errorf("acknowledged: %v", err)
		}
		if _, err := o.Coverage(ctx, actor, "kijun", 0); fault.KindOf(err) != fault.NotFound {
			t.Errorf("counted: %v", err)
		}
		if _, err := o.Draft(ctx, actor, "kijun"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("drafted: %v", err)
		}
	}
	if _, err := o.Read(ctx, o.officer, "kijun"); err != nil {
		t.Errorf("the 責任者: %v", err)
	}
	coverage, err := o.Coverage(ctx, o.ciso, "kijun", 0)
	must(t, err)
	if coverage.Bound != 2 {
		t.Errorf("it binds %d people, want the two whom it is for", coverage.Bound)
	}
}

func TestWhoHasReadIsCountedBySection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	shown := o.published(policy.Basic, "kihon")
	must(t, o.Acknowledge(t.Context(), o.staff, shown))
	whole, err := o.Coverage(t.Context(), o.ciso, "kihon", 0)
	must(t, err)
	if !whole.Whole || whole.Bound != 5 || whole.Acknowledged != 1 || len(whole.Sections) != 3 || whole.Sections[0].Code != "" {
		t.Errorf("the town: %+v", whole)
	}
	beyond, err := o.Coverage(t.Context(), o.ciso, "kihon", 999)
	must(t, err)
	if beyond.Bound != 5 || len(beyond.Sections) != 3 {
		t.Errorf("after the last section: %+v", beyond)
	}
	own, err := o.Coverage(t.Context(), o.manager, "kihon", 0)
	must(t, err)
	if own.Whole || own.Bound != 3 || own.Acknowledged != 1 || len(own.Sections) != 1 || own.Sections[0].Code != "zeimu" || len(own.Sections[0].Missing) != 2 {
		t.Errorf("the 管理者's section: %+v", own)
	}
	if _, err := o.Coverage(t.Context(), o.staff, "kihon", 0); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員: %v", err)
	}
	var lines []policy.Line
	_, err = o.CoverageLines(t.Context(), o.other, "kihon", func(l policy.Line) error {
		lines = append(lines, l)
		return nil
	})
	must(t, err)
	if len(lines) != 1 || lines[0].Section != "福祉こども課" || lines[0].AcknowledgedAt != nil {
		t.Errorf("the list of the other section: %+v", lines)
	}
}

// Whoever stands in for a while in another section is counted where they are at
// home, wherever the post stands that they stand in for.
func TestWhoStandsInIsCountedInTheirOwnSection(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.published(policy.Basic, "kihon")
	people := org.New(o.db.Pool, door.New(o.db.Pool, o.clock))
	var welfare int64
	must(t, o.db.Pool.QueryRow(ctx, `SELECT id FROM section WHERE code = 'fukushi'`).Scan(&welfare))
	post, err := people.AddPost(ctx, authz.AsOperator(), org.Post{Section: welfare, Title: "副課長", Position: 0})
	must(t, err)
	must(t, people.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: o.staff.Person, Post: post, First: calendar.Day(now), Acting: true}, false))
	wanted, err := o.Wanted(ctx, o.ciso, "kihon", staffNumber)
	must(t, err)
	if wanted.Section != "税務町民課" {
		t.Errorf("they are counted in %s", wanted.Section)
	}
}

const unsure = "第1条　見本である。\n図1 体制\n課長\n職員\n第2条　守る。\n"

func TestATextIsDraftedOnceItsQuestionsAreSettled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	token, err := o.StartImport(ctx, o.officer, policy.Text{Kind: policy.Basic, Title: "見本", Source: unsure})
	must(t, err)
	if _, err := o.Import(ctx, o.ciso, token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another person's import: %v", err)
	}
	if _, err := o.DraftImport(ctx, o.officer, token); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with an open question: %v", err)
	}
	must(t, o.Settle(ctx, o.officer, token, unsure, outline.Answers{2: outline.AsFigure}))
	code, err := o.DraftImport(ctx, o.officer, token)
	must(t, err)
	if code != "kihon" {
		t.Errorf("the 基本方針 is called %s", code)
	}
	draft, err := o.Draft(ctx, o.officer, code)
	must(t, err)
	if len(draft.Outline.Clauses) != 2 || len(draft.Outline.Open()) != 0 {
		t.Errorf("drafted: %+v", draft.Outline)
	}
	if _, err := o.Import(ctx, o.officer, token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the import is still there: %v", err)
	}
	if _, err := o.DraftText(ctx, o.officer, policy.Text{Kind: policy.Basic, Title: "見本", Source: text}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second 基本方針: %v", err)
	}
}

// The file itself is not kept; which one it was is confidential, since its name
// may hold a person's.
func TestTheTrailKeepsWhichFileATextWasReadFrom(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	file := policy.NewSourceFile("基本方針\x00\xff（"+strings.Repeat("長", 300), []byte("abc"))
	_, err := o.DraftText(t.Context(), o.officer, policy.Text{Kind: policy.Basic, Title: "見本", Source: text, File: file})
	must(t, err)
	_, err = o.StartImport(t.Context(), o.officer, policy.Text{Kind: policy.Standard, Audience: policy.Audience{Everyone: true}, Title: "貼り付けた", Source: text})
	must(t, err)
	var name, hash string
	must(t, o.db.Pool.QueryRow(t.Context(), `
		SELECT c.part::jsonb->>'file', c.part::jsonb->>'sha256' FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id
		WHERE e.subject_kind = 'revision'`).Scan(&name, &hash))
	if !strings.HasPrefix(name, "基本方針（長") || len([]rune(name)) != 255 || hash != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("the trail has %q, %s", name, hash)
	}
	var pasted int
	must(t, o.db.Pool.QueryRow(t.Context(), `
		SELECT count(*) FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id WHERE e.subject_kind = 'text_import'`).Scan(&pasted))
	if pasted != 0 {
		t.Error("a pasted text has no file")
	}
	_, err = trail.Verify(t.Context(), o.db.Pool)
	must(t, err)
}

func TestTextsThatAreNotWholeAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct {
		actor authz.Actor
		text  policy.Text
		kind  fault.Kind
	}{
		"no kind":        {o.officer, policy.Text{Title: "見本", Source: text}, fault.Invalid},
		"for nobody":     {o.officer, policy.Text{Kind: policy.Standard, Title: "見本", Source: text}, fault.Invalid},
		"for no section": {o.officer, policy.Text{Kind: policy.Standard, Title: "見本", Source: text, Audience: policy.Audience{Sections: []string{"nothing"}}}, fault.Invalid},
		"for no role":    {o.officer, policy.Text{Kind: policy.Standard, Title: "見本", Source: text, Audience: policy.Audience{Roles: []authz.Role{"staff"}}}, fault.Invalid},
		"no text":        {o.officer, policy.Text{Kind: policy.Basic, Source: " \n"}, fault.Invalid},
		"a long title":   {o.officer, policy.Text{Kind: policy.Basic, Title: strings.Repeat("長", 201), Source: text}, fault.Invalid},
		"by the CISO":    {o.ciso, policy.Text{Kind: policy.Basic, Title: "見本", Source: text}, fault.Forbidden},
		"by a 職員":        {o.staff, policy.Text{Kind: policy.Basic, Title: "見本", Source: text}, fault.Forbidden},
		"no title":       {o.officer, policy.Text{Kind: policy.Basic, Source: text}, fault.Conflict},
		"a code of ours": {o.officer, policy.Text{Kind: policy.Basic, Title: "見本", Code: "../x", Source: text}, fault.Conflict},
	} {
		if _, err := o.DraftText(t.Context(), c.actor, c.text); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A revision whose 施行日 has not come is the current one only until another is
// in force.
func TestTheRevisionInForceIsTheCurrentOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	o.next("kihon", text+"第3条　加える。\n", calendar.Day(now).AddDays(1))
	reading, err := o.Read(t.Context(), o.staff, "kihon")
	must(t, err)
	if reading.Number != 1 {
		t.Errorf("today revision %d is current", reading.Number)
	}
	later := policy.New(o.db.Pool, door.New(o.db.Pool, time.Now), func() time.Time { return now.AddDate(0, 0, 1) })
	reading, err = later.Read(t.Context(), o.staff, "kihon")
	must(t, err)
	if reading.Number != 2 {
		t.Errorf("tomorrow revision %d is current", reading.Number)
	}
}
