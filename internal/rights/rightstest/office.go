// Package rightstest makes a small town with systems, for the tests of rights.
package rightstest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/settle"
	"kagami/internal/state"
)

// Today is the day of every office, a Tuesday, at nine o'clock to begin with.
var Today = calendar.NewDate(2026, time.November, 24)

// Office is a town of three sections with the roles of 図 1.1, each held by one person, and
// two systems of 税務町民課.
type Office struct {
	T        testing.TB
	DB       pgtest.DB
	Time     *time.Time // the instant, which a test moves
	Door     *door.Door
	Town     *org.Service
	Assets   *asset.Service
	Rights   *rights.Service
	Bars     *bar.Service
	Settling *settle.Service
	People   map[string]int64  // by section and post: "zeimu 課長"
	Number   map[string]string // their 職員番号
	Posts    map[string]int64
	Tax      string // the 管理番号 of a system
	Mail     string // that of another
}

// New makes an office in a database, with what rights start elsewhere.
func New(t testing.TB, db pgtest.DB, ties rights.Ties) *Office {
	t.Helper()
	now := Today.Start().Add(9 * time.Hour)
	through := door.New(db.Pool, func() time.Time { return now })
	o := &Office{
		T: t, DB: db, Time: &now, Door: through, Town: org.New(db.Pool, through), Assets: asset.New(db.Pool, through), Rights: rights.New(db.Pool, through, ties),
		People: map[string]int64{}, Number: map[string]string{}, Posts: map[string]int64{},
	}
	o.Bars, o.Settling = bar.New(db.Pool, through, o.Rights, nil), settle.New(db.Pool, through, o.Rights)
	ctx, operator := t.Context(), authz.AsOperator()
	for _, rule := range append(org.CommonRules(), org.Rule{Title: "統括", Role: authz.GeneralSecurityOfficer}, org.Rule{Title: "責任者", Role: authz.SecurityOfficer},
		org.Rule{Title: "CSIRT", Role: authz.CSIRTMember}, org.Rule{Title: "監査", Role: authz.Auditor}, org.Rule{Title: "CISO", Role: authz.CISO}) {
		o.Must(o.Town.AddRule(ctx, operator, rule))
	}
	for i, section := range []string{"zeimu", "fukushi", "soumu"} {
		id, err := o.Town.AddSection(ctx, operator, org.Section{Code: section, Name: []string{"税務町民課", "福祉こども課", "総務課"}[i], Kind: org.Internal, Position: i})
		o.Must(err)
		posts := []string{"課長", "担当副課長", "主事", "主査"}
		if section == "soumu" {
			posts = []string{"統括", "責任者", "CSIRT", "監査", "CISO"}
		}
		for _, title := range posts {
			name := section + " " + title
			o.Posts[name], err = o.Town.AddPost(ctx, operator, org.Post{Section: id, Title: title})
			o.Must(err)
			o.Number[name] = fmt.Sprint("P", len(o.People)+1)
			o.People[name], err = o.Town.AddPerson(ctx, operator, org.Person{StaffNumber: o.Number[name], Name: "見本 " + name, Furigana: "ミホン"})
			o.Must(err)
			o.Must(o.Town.Appoint(ctx, operator, org.Appointment{Person: o.People[name], Post: o.Posts[name], First: Today.AddDays(-200)}, org.Beside))
		}
	}
	o.Tax, o.Mail = o.System("税務システム"), o.System("電子メール")
	return o
}

// Must ends the test where there is an error.
func (o *Office) Must(err error) {
	o.T.Helper()
	if err != nil {
		o.T.Fatal(err)
	}
}

// counters are those on which pages of the ledger depend.
var counters, errCounters = state.NewCounters(org.ChangeCounter, rights.ChangeCounter)

// As is somebody with the roles and the state of the instant, as of a request: "zeimu 課長".
func (o *Office) As(name string) authz.Actor {
	o.T.Helper()
	actor, err := o.Town.ActorOn(o.T.Context(), o.People[name], calendar.Day(*o.Time))
	if err != nil {
		o.T.Fatal(name, err)
	}
	o.Must(errCounters)
	actor.State, err = counters.Load(o.T.Context(), o.DB.Pool, actor.Person)
	o.Must(err)
	return actor
}

// System registers a system of 税務町民課, and returns its 管理番号.
func (o *Office) System(name string) string {
	o.T.Helper()
	code, err := o.Assets.Register(o.T.Context(), o.As("zeimu 課長"), "zeimu", asset.Details{
		Kind: asset.System, Name: name, Confidentiality: "2", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: "lgwan", RegisteredOn: Today,
	})
	o.Must(err)
	return code
}

// Transfer lets somebody work at another post from a day on, and at no other: "zeimu 主事".
func (o *Office) Transfer(name, post string, from calendar.Date) {
	o.T.Helper()
	o.Must(o.Town.Appoint(o.T.Context(), authz.AsOperator(), org.Appointment{Person: o.People[name], Post: o.Posts[post], First: from}, org.Succession{Own: true}))
}

// Leave lets somebody's first appointment end with a day.
func (o *Office) Leave(name string, last calendar.Date) {
	o.T.Helper()
	history, err := o.Town.HistoryOf(o.T.Context(), authz.AsOperator(), o.People[name], last)
	o.Must(err)
	o.Must(o.Town.EndAppointment(o.T.Context(), authz.AsOperator(), history.Appointments[0].ID, last))
}

// Asking is what somebody asks for of a system, from today on.
func Asking(system string) rights.Asking {
	return rights.Asking{System: system, Details: rights.Details{Kind: rights.General, Grade: "照会", Purpose: "課税の事務", From: Today}}
}

// Ask asks by somebody, and returns the right's code.
func (o *Office) Ask(by string, a rights.Asking) string {
	o.T.Helper()
	code, err := o.Rights.Ask(o.T.Context(), o.As(by), a)
	o.Must(err)
	return code
}

// Do takes a step by somebody on the version that there is.
func (o *Office) Do(by, code string, event rights.Event, note string) error {
	o.T.Helper()
	return o.Rights.Do(o.T.Context(), o.As(by), code, event, rights.Step{Version: o.Find(code).Version, Note: note})
}

// Permitted asks by somebody, lets another permit it, and returns the code.
func (o *Office) Permitted(by, permits string, a rights.Asking) string {
	o.T.Helper()
	code := o.Ask(by, a)
	o.Must(o.Do(permits, code, rights.EventPermit, ""))
	return code
}

// Find is a right as the 統括 sees it.
func (o *Office) Find(code string) rights.Right {
	o.T.Helper()
	r, err := o.Rights.Find(o.T.Context(), o.As("soumu 統括"), code)
	o.Must(err)
	return r
}

// Stands fails where a right does not stand so.
func (o *Office) Stands(code string, want rights.Standing) {
	o.T.Helper()
	if got := o.Find(code).Standing; got != want {
		o.T.Errorf("%s is %q, not %q", code, got, want)
	}
}

// Carried are whom the town's directories were told of.
type Carried struct{ People []int64 }

// Ties let them be told.
func (c *Carried) Ties() rights.Ties {
	return rights.Ties{Carry: func(_ context.Context, _ *door.Tx, people []int64) error {
		c.People = append(c.People, people...)
		return nil
	}}
}
