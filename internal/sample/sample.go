// Package sample is the sample town while it is made: plainly made-up people (見本)
// in the sections of a real town, and what each capability adds to them. It is
// filled through the same operations as people use. Package people makes its
// people; the capabilities add the rest (screen.Part.Sample).
package sample

import (
	_ "embed"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// Policy is the town's 基本方針, as text taken from its PDF.
//
//go:embed kihon-hoshin.txt
var Policy []byte

// Town is the sample town as far as it is made.
type Town struct {
	Now      time.Time     // the instant at which it is made
	Examples bool          // whether it has texts, too, that were written for the sample and are marked 例
	Accounts []Account     // of its people, in the order of their posts
	Actors   []authz.Actor // the same people with their roles of today
}

// Account is what someone signs in with.
type Account struct {
	Name        string
	Post        string
	StaffNumber string
	Password    string
	Person      int64
}

// Today is the day on which the town is made.
func (t Town) Today() calendar.Date { return calendar.Day(t.Now) }

// FiscalYear is the first day of the fiscal year in which the town is made: the
// last 1 April.
func (t Town) FiscalYear() calendar.Date {
	return calendar.NewDate(calendar.FiscalYear(t.Today()), time.April, 1)
}

// Holder is the first who holds a role; nobody where there is none.
func (t Town) Holder(role authz.Role) authz.Actor {
	for _, a := range t.Actors {
		if a.Has(role) {
			return a
		}
	}
	return authz.Actor{}
}
