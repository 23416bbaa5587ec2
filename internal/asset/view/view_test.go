package view_test

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset/find"
	"kagami/internal/asset/view"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

type office struct {
	*view.Service
	t                     *testing.T
	db                    pgtest.DB
	clerk, other, officer authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	town := org.New(db.Pool, through)
	section, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal})
	if err != nil {
		t.Fatal(err)
	}
	somebody := func(n int, role authz.Role, section int64) authz.Actor {
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	return office{view.New(db.Pool, through), t, db, somebody(1, authz.Staff, section), somebody(2, authz.Staff, section), somebody(3, authz.GeneralSecurityOfficer, 0)}
}

func asked(query string) find.Asked {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	return find.AskedOf(values)
}

func (o office) keep(actor authz.Actor, ofTown bool, name, query string) error {
	return o.Keep(o.t.Context(), actor, ofTown, name, asked(query))
}

func (o office) list(actor authz.Actor) []view.View {
	o.t.Helper()
	list, err := o.List(o.t.Context(), actor)
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// texts are the names of views, of the town's behind a star, with their addresses.
func (o office) texts(actor authz.Actor) string {
	o.t.Helper()
	var words []string
	for _, v := range o.list(actor) {
		name := v.Name
		if v.OfTown {
			name = "*" + name
		}
		words = append(words, name+"="+v.Address())
	}
	return strings.Join(words, " ")
}

func (o office) wants(actor authz.Actor, want string) {
	o.t.Helper()
	if got := o.texts(actor); got != want {
		o.t.Errorf("%s, want %s", got, want)
	}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != want {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestViewsAreOnesOwnAndTheTowns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, err := range []error{
		o.keep(o.clerk, false, " 税の台帳 ", "zone=mynumber&q=%E7%A8%8E&done=x&after=zeimu-1+3&count=exact"),
		o.keep(o.officer, true, "要是正", "broken=any&sort=-zone"),
		o.keep(o.other, false, "税の台帳", "q=a"), // each has names of their own
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	o.wants(o.clerk, "税の台帳=/assets?q=%E7%A8%8E&zone=mynumber *要是正=/assets?broken=any&sort=-zone")
	o.wants(o.other, "税の台帳=/assets?q=a *要是正=/assets?broken=any&sort=-zone")
	o.wants(o.officer, "*要是正=/assets?broken=any&sort=-zone")
	administrator := authz.Actor{Person: o.clerk.Person, Holdings: []authz.Holding{{Role: authz.Administrator}}}
	o.wants(administrator, "")
	wantKind(t, "the town's by a clerk", o.keep(o.clerk, true, "町の条件", "q=a"), fault.Forbidden)
	wantKind(t, "by who reads no register", o.keep(administrator, false, "x", "q=a"), fault.Forbidden)
}

func TestWhatAViewCannotBe(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.keep(o.clerk, false, "見本", "q=a"); err != nil {
		t.Fatal(err)
	}
	if err := o.keep(o.clerk, false, "見本", "q=a"); err != nil { // sent twice
		t.Errorf("the same again: %v", err)
	}
	o.wants(o.clerk, "見本=/assets?q=a")
	for what, c := range map[string]struct{ name, query string }{
		"another of that name": {"見本", "q=b"}, "no name": {" ", "q=b"}, "two lines": {"a\nb", "q=b"}, "a long name": {strings.Repeat("あ", 51), "q=b"},
		"nothing asked": {"x", "page=2"}, "too long": {"x", "q=" + strings.Repeat("a", 4001)},
	} {
		wantKind(t, what, o.keep(o.clerk, false, c.name, c.query), fault.Invalid)
	}
	for i := 2; i <= view.Most; i++ {
		if err := o.keep(o.clerk, false, fmt.Sprint("見本", i), "q=a"); err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, "one too many", o.keep(o.clerk, false, "多い", "q=a"), fault.Invalid)
	if err := o.keep(o.other, false, "ほかの人", "q=a"); err != nil {
		t.Errorf("somebody else's first: %v", err)
	}
}

func TestViewsAreRenamedAndRemoved(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, err := range []error{o.keep(o.clerk, false, "甲", "q=a"), o.keep(o.clerk, false, "乙", "q=b"), o.keep(o.officer, true, "町", "q=c")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	list := o.list(o.clerk)
	second, first, towns := list[0].ID, list[1].ID, list[2].ID
	rename := func(actor authz.Actor, id int64, name string) error {
		return o.Rename(t.Context(), actor, id, name)
	}
	remove := func(actor authz.Actor, id int64) error { return o.Remove(t.Context(), actor, id) }
	wantKind(t, "a name that is another's", rename(o.clerk, first, "乙"), fault.Invalid)
	wantKind(t, "no name", rename(o.clerk, first, ""), fault.Invalid)
	wantKind(t, "somebody else's", rename(o.other, first, "丙"), fault.NotFound)
	wantKind(t, "the town's by a clerk", rename(o.clerk, towns, "丙"), fault.Forbidden)
	wantKind(t, "the town's removed by a clerk", remove(o.clerk, towns), fault.Forbidden)
	if err := remove(o.other, first); err != nil {
		t.Errorf("somebody else's removed: %v", err)
	}
	for _, err := range []error{rename(o.clerk, first, "丙"), rename(o.clerk, first, "丙"), remove(o.clerk, second), remove(o.clerk, second), rename(o.officer, towns, "町の")} {
		if err != nil {
			t.Error(err)
		}
	}
	o.wants(o.clerk, "丙=/assets?q=a *町の=/assets?q=c")
}

// A view of the town's is read by everybody: its name shows all that is in it.
func TestNothingUnseenStandsInTheNameOfAView(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, name := range []string{"税\u202eの台帳", "税\u200bの台帳", "税\nの台帳", "税\u2028の台帳", "税\x00の台帳"} {
		wantKind(t, fmt.Sprintf("%q", name), o.keep(o.officer, true, name, "zone=lgwan"), fault.Invalid)
	}
	o.wants(o.clerk, "")
}
