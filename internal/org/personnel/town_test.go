package personnel_test

import (
	"os"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/org/personnel"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

func day(s string) calendar.Date {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// town is a town with one section, and the room that takes files in.
type town struct {
	*org.Service
	files   *personnel.Service
	t       *testing.T
	db      pgtest.DB
	section int64 // 税務町民課
	head    int64 // its post 課長, who is 情報セキュリティ管理者
}

var (
	operator = authz.AsOperator()
	today    = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
)

// agreed agrees to all that a plan asks about.
var agreed = personnel.Agreed{NewPosts: true}

func newTown(t *testing.T) town {
	t.Helper()
	db := server.New(t)
	d := door.New(db.Pool, func() time.Time { return today })
	tn := town{Service: org.New(db.Pool, d), files: personnel.New(db.Pool, d), t: t, db: db}
	for _, rule := range org.CommonRules() {
		tn.must(tn.AddRule(t.Context(), operator, rule))
	}
	tn.section = tn.addSection(org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal, Position: 1})
	tn.head = tn.post(tn.section, "課長", true)
	return tn
}

func (tn town) must(err error) {
	tn.t.Helper()
	if err != nil {
		tn.t.Fatal(err)
	}
}

func (tn town) addSection(s org.Section) int64 {
	tn.t.Helper()
	id, err := tn.AddSection(tn.t.Context(), operator, s)
	tn.must(err)
	return id
}

func (tn town) post(section int64, title string, single bool) int64 {
	tn.t.Helper()
	id, err := tn.AddPost(tn.t.Context(), operator, org.Post{Section: section, Title: title, SingleHolder: single})
	tn.must(err)
	return id
}

func (tn town) person(number string) int64 {
	tn.t.Helper()
	id, err := tn.AddPerson(tn.t.Context(), operator, org.Person{StaffNumber: number, Name: "見本 " + number, Furigana: "ミホン タロウ"})
	tn.must(err)
	return id
}

// appoint gives a post from a day on.
func (tn town) appoint(person, post int64, first string) error {
	tn.t.Helper()
	return tn.Appoint(tn.t.Context(), operator, org.Appointment{Person: person, Post: post, First: day(first)}, org.Beside)
}

func (tn town) actor(person int64, on string) authz.Actor {
	tn.t.Helper()
	actor, err := tn.ActorOn(tn.t.Context(), person, day(on))
	tn.must(err)
	return actor
}
