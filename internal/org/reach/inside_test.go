package reach_test

import (
	"os"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/reach"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

var (
	operator = authz.AsOperator()
	now      = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	today    = calendar.Day(now)
)

// town is a 課 with a 室 inside it: its 課長 until the last of the month, who stands in
// for them, one of its 職員, its システム管理者, and the 統括.
type town struct {
	t      *testing.T
	db     pgtest.DB
	org    *org.Service
	reach  *reach.Service
	people map[string]int64
}

func newTown(t *testing.T) town {
	t.Helper()
	db := server.New(t)
	d := door.New(db.Pool, func() time.Time { return now })
	tn := town{t, db, org.New(db.Pool, d), reach.New(db.Pool, d), map[string]int64{}}
	ctx := t.Context()
	for _, rule := range org.CommonRules() {
		tn.must(tn.org.AddRule(ctx, operator, rule))
	}
	outer, err := tn.org.AddSection(ctx, operator, org.Section{Code: "zeimu", Name: "税務課", Kind: org.Internal})
	tn.must(err)
	_, err = tn.org.AddSection(ctx, operator, org.Section{Code: "shuno", Name: "収納室", Kind: org.Internal, Parent: "zeimu"})
	tn.must(err)
	for _, name := range []string{"head", "acting", "staff", "systems", "general"} {
		id, err := tn.org.AddPerson(ctx, operator, org.Person{StaffNumber: name, Name: "見本", Furigana: "ミホン"})
		tn.must(err)
		tn.people[name] = id
	}
	head, err := tn.org.AddPost(ctx, operator, org.Post{Section: outer, Title: "課長", SingleHolder: true})
	tn.must(err)
	clerk, err := tn.org.AddPost(ctx, operator, org.Post{Section: outer, Title: "職員"})
	tn.must(err)
	for _, a := range []org.Appointment{
		{Person: tn.people["head"], Post: head, First: today, Last: today.AddDays(6)},
		{Person: tn.people["acting"], Post: head, First: today, Last: today.AddDays(6), Acting: true},
		{Person: tn.people["staff"], Post: clerk, First: today},
	} {
		tn.must(tn.org.Appoint(ctx, operator, a, org.Beside))
	}
	for _, g := range []org.Grant{
		{Person: tn.people["systems"], Role: authz.SystemManager, Section: "zeimu"},
		{Person: tn.people["general"], Role: authz.GeneralSecurityOfficer},
	} {
		g.First, g.Reason = today, "見本"
		tn.must(tn.org.GiveRole(ctx, operator, g))
	}
	return tn
}

func (tn town) must(err error) {
	tn.t.Helper()
	if err != nil {
		tn.t.Fatal(err)
	}
}

// set sets how far the 課 reaches.
func (tn town) set(seen, to reach.Inside) {
	tn.t.Helper()
	general, err := tn.org.ActorOn(tn.t.Context(), tn.people["general"], today)
	tn.must(err)
	tn.must(tn.reach.Set(tn.t.Context(), general, "zeimu", seen, to))
}

// Who leads the 課 reaches inside, whoever stands in for them too, and nobody else.
func TestWhoLeadsReachesInside(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	reads := reach.Inside{Reads: true}
	later := today.AddDays(7) // the 課 has no 課長 any more
	for _, c := range []struct {
		how      string
		seen, to reach.Inside
		on       calendar.Date
		reach    []string
	}{
		{"nothing is set", reach.Inside{}, reach.Inside{}, today, nil},
		{"it reads", reach.Inside{}, reads, today, []string{"head", "acting"}},
		{"it reads, and is vacant", reads, reads, later, []string{"general"}},
		{"it does no more", reads, reach.Inside{}, today, nil},
		{"it does no more, and is vacant", reach.Inside{}, reach.Inside{}, later, nil},
	} {
		tn.set(c.seen, c.to)
		want := map[string]bool{}
		for _, name := range c.reach {
			want[name] = true
		}
		for name, person := range tn.people {
			actor, err := tn.org.ActorOn(t.Context(), person, c.on)
			if err != nil && c.on == later {
				continue // whose post has ended
			}
			tn.must(err)
			if reaches := len(actor.Inside) > 0; reaches != want[name] {
				t.Errorf("%s: %s reaches inside: %t", c.how, name, reaches)
			}
			if many := len(actor.Sections(authz.ReadAssets)); want[name] && name != "general" && many != 2 {
				t.Errorf("%s: %s reads in %d sections", c.how, name, many)
			}
			if many := len(actor.Sections(authz.GiveGuidance)); name == "general" && c.on == later && many != 1 {
				t.Errorf("%s: the 統括 gives guidance in %d sections", c.how, many)
			}
		}
	}
}

// Whoever stands in for the one who leads decides inside as they would.
func TestWhoStandsInDecidesInside(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	tn.set(reach.Inside{}, reach.Inside{Reads: true, Decides: true})
	actor, err := tn.org.ActorOn(t.Context(), tn.people["general"], today.AddDays(7))
	tn.must(err)
	if sections := actor.Sections(authz.GiveGuidance); len(sections) != 2 {
		t.Errorf("gives guidance in %v", sections)
	}
}

// The trail keeps how far a section reached before, and after.
func TestTheTrailKeepsBothReaches(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	tn.set(reach.Inside{}, reach.Inside{Reads: true, Told: true})
	tn.set(reach.Inside{Reads: true, Told: true}, reach.Inside{Reads: true, Decides: true})
	var same bool
	tn.must(tn.db.Pool.QueryRow(t.Context(), `
		SELECT c.part::jsonb = '{"reads_before": true, "told_before": true, "decides_before": false, "reads": true, "told": false, "decides": true}'
		FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id
		WHERE 'decides_inside' = ANY(e.fields) ORDER BY e.id DESC LIMIT 1`).Scan(&same))
	if !same {
		t.Error("the trail does not say what was and what is")
	}
}

// How far a section reached is kept with who has set it, the newest first.
func TestHowFarItReachedIsKept(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	steps := []reach.Inside{{}, {Reads: true, Told: true}, {Reads: true, Decides: true}}
	for i := range steps[1:] {
		tn.set(steps[i], steps[i+1])
	}
	tn.set(steps[2], steps[2]) // nothing changes
	general, err := tn.org.ActorOn(t.Context(), tn.people["general"], today)
	tn.must(err)
	section, err := tn.reach.Section(t.Context(), general, "zeimu")
	tn.must(err)
	history, err := tn.reach.History(t.Context(), general, section.ID)
	tn.must(err)
	if len(history) != 2 || history[0].Inside != steps[2] || history[1].Inside != steps[1] || history[0].By != "見本" || !history[0].At.Equal(now) {
		t.Errorf("%+v", history)
	}
	staff, err := tn.org.ActorOn(t.Context(), tn.people["staff"], today)
	tn.must(err)
	if _, err := tn.reach.History(t.Context(), staff, section.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 sees it: %v", err)
	}
}
