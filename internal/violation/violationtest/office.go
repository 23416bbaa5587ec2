// Package violationtest makes a small town in which somebody acts against the policy, for the
// tests of cases.
package violationtest

import (
	"slices"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
	"kagami/internal/trail"
	"kagami/internal/violation"
	casebars "kagami/internal/violation/bars"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
)

// Office is the town of rightstest with a CIO, and its cases. The 統括 is the 管理者 of 総務課
// too, as in 図 1.1.
type Office struct {
	*rightstest.Office
	Cases *violation.Service
	Lists *find.Service
}

// New makes an office in a database.
func New(t testing.TB, db pgtest.DB) *Office {
	t.Helper()
	return With(t, db, violation.Ties{})
}

// With is New with what cases start elsewhere.
func With(t testing.TB, db pgtest.DB, ties violation.Ties) *Office {
	t.Helper()
	o := &Office{Office: rightstest.New(t, db, rights.Ties{})}
	o.Bars = bar.New(db.Pool, o.Door, o.Rights, bar.Ties{Owned: casebars.Owned, Cut: violation.Cut, Told: violation.CutTold, Ended: ties.Ended})
	o.Cases, o.Lists = violation.New(db.Pool, o.Door, o.Bars).With(ties), find.New(db.Pool, o.Door.Now)
	ctx, operator := t.Context(), authz.AsOperator()
	o.Must(o.Town.AddRule(ctx, operator, org.Rule{Title: "CIO", Role: authz.CIO}))
	o.Must(o.Town.AddRule(ctx, operator, org.Rule{Title: "統括", Role: authz.SecurityManager}))
	post, err := o.Town.AddPost(ctx, operator, org.Post{Title: "CIO"})
	o.Must(err)
	o.Number["CIO"] = "P99"
	o.People["CIO"], err = o.Town.AddPerson(ctx, operator, org.Person{StaffNumber: "P99", Name: "見本 CIO", Furigana: "ミホン"})
	o.Must(err)
	o.Must(o.Town.Appoint(ctx, operator, org.Appointment{Person: o.People["CIO"], Post: post, First: rightstest.Today.AddDays(-200)}, org.Beside))
	return o
}

// Finding is what is found of somebody.
func (o *Office) Finding(whom string) violation.Finding {
	return violation.Finding{
		Person: o.Number[whom], Kind: "executive", Clauses: "対策基準 5(2)", Facts: "名簿を、庁外のファイル共有サービスに置いていた。", Since: calendar.Day(*o.Time).AddDays(-3),
	}
}

// Reported opens a case by a report about somebody, or nobody (""), and returns its code.
func (o *Office) Reported(to procedure.Seat, whom string) (code string) {
	o.T.Helper()
	o.Must(o.Door.Do(o.T.Context(), o.As("fukushi 主査"), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ReportViolation, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		r, err := violation.Receive(o.T.Context(), tx, violation.Report{Receiver: to, Person: o.Number[whom], On: calendar.Day(*o.Time)})
		code = r.Code
		return door.Effect{Subject: trail.Subject{Kind: "violation_report", ID: r.ID}, Fields: []string{"report"}, Notices: r.Notices}, err
	}))
	return code
}

// Confirm confirms a violation of somebody, and returns the case's code.
func (o *Office) Confirm(by, whom string) string {
	o.T.Helper()
	code, err := o.Cases.Confirm(o.T.Context(), o.As(by), o.Finding(whom))
	o.Must(err)
	return code
}

// Try takes a step on the version that there is.
func (o *Office) Try(by, code string, event procedure.Event, said violation.Said) error {
	o.T.Helper()
	if said.Text == "" {
		said.Text = "見本の文"
	}
	o.Must(o.DB.Pool.QueryRow(o.T.Context(), `SELECT version FROM violation_case WHERE code = $1`, code).Scan(&said.Version))
	return o.Cases.Do(o.T.Context(), o.As(by), code, event, said)
}

// Take takes a step that is possible.
func (o *Office) Take(by, code string, event procedure.Event, said violation.Said) {
	o.T.Helper()
	if err := o.Try(by, code, event, said); err != nil {
		o.T.Fatalf("%s, %s: %v", by, event, err)
	}
}

// Guide guides until a day from today.
func (o *Office) Guide(by, code string, days int) {
	o.T.Helper()
	o.Take(by, code, procedure.EventGuide, violation.Said{More: violation.More{Until: calendar.Day(*o.Time).AddDays(days), Method: "画面で確かめる"}})
}

// Days lets days go by.
func (o *Office) Days(days int) { *o.Time = o.Time.Add(time.Duration(days) * 24 * time.Hour) }

// NotImproved is a case of somebody, confirmed by ② and guided in vain, whose chance to answer is
// over.
func (o *Office) NotImproved(whom, manager string) string {
	o.T.Helper()
	code := o.Confirm(manager, whom)
	o.Guide(manager, code, 7)
	o.Days(8)
	o.Take(manager, code, procedure.EventNotImprove, violation.Said{})
	o.Days(10)
	return code
}

// Told are whom a case's last step of an event told, each with the seat and the mark, by the names
// of their posts.
func (o *Office) Told(code string, event procedure.Event) []string {
	o.T.Helper()
	rows, err := o.DB.Pool.Query(o.T.Context(), `
		SELECT t.person_id, t.seat || ' ' || t.mark FROM violation_told t JOIN violation_case c ON c.id = t.case_id
		WHERE c.code = $1 AND t.version = (SELECT max(h.version) FROM violation_step h WHERE h.case_id = c.id AND h.event = $2)`, code, string(event))
	o.Must(err)
	var list []string
	for rows.Next() {
		var person int64
		var as string
		o.Must(rows.Scan(&person, &as))
		for name, id := range o.People {
			if id == person {
				list = append(list, name+" "+as)
			}
		}
	}
	o.Must(rows.Err())
	slices.Sort(list)
	return list
}
