package personnel

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/sheet/intake"
)

// Choices is what a person decides about a personnel file.
type Choices struct {
	// Whole says that the file lists everybody: whoever is not in it leaves on
	// the file's day.
	Whole bool
}

// Agreed is what somebody has said yes to, of what a plan says.
type Agreed struct {
	// NewPosts says that posts shall be made which are not there yet.
	NewPosts bool
}

// Plan is what taking a personnel file in would do. What is wrong with a row is among the
// Problems, and what that row would do is not listed.
type Plan struct {
	From      calendar.Date // the first day on which somebody's posts change; zero for none
	Added     []Line        // appointments that begin
	Changed   []Line        // people whose name or the like changes, appointments whose days do
	Ended     []Line        // appointments that end, or are taken back before they begin
	NewPeople int
	NewPosts  int
	Titles    []NewTitle // what the new posts are called
	Unchanged int        // rows that say what is so already
	Problems  []intake.Problem
	Notes     []intake.Problem // what somebody should look at and the file does not change
	Ignored   []string         // headings of columns that are not read

	changes org.Changes
}

// Line is one thing that a plan does.
type Line struct {
	Line        int `json:",omitzero"` // in the file; 0 for what is not in it
	StaffNumber string
	Name        string
	Post        string        `json:",omitzero"` // with its section; empty for a change of the person
	First       calendar.Date `json:",omitzero"`
	Last        calendar.Date `json:",omitzero"` // zero: until further notice
	Change      string        `json:",omitzero"` // what is different, of a Changed line
	NewPerson   bool          `json:",omitzero"`
	NewPost     bool          `json:",omitzero"`
	Withdrawn   bool          `json:",omitzero"` // taken back before it began
}

// Empty tells whether there is nothing to do.
func (p Plan) Empty() bool { return len(p.Added)+len(p.Changed)+len(p.Ended) == 0 }

// Summary is a plan in numbers.
type Summary struct {
	Rows      int
	From      calendar.Date // the first day on which somebody's posts change; zero for none
	Added     int
	Changed   int
	Ended     int
	NewPeople int
	NewPosts  int
	Titles    []NewTitle // what the new posts are called
	Unchanged int
	Problems  int
	Notes     []intake.Problem // what somebody should look at and the file does not change
	Ignored   []string
}

// Empty tells whether there is nothing to do.
func (s Summary) Empty() bool { return s.Added+s.Changed+s.Ended == 0 }

// Summary is the plan in numbers; rows is how many the file has.
func (p Plan) Summary(file File) Summary {
	return Summary{
		Rows: len(file.Rows) + len(file.Faulty), From: p.From, Added: len(p.Added), Changed: len(p.Changed), Ended: len(p.Ended),
		NewPeople: p.NewPeople, NewPosts: p.NewPosts, Titles: p.Titles, Unchanged: p.Unchanged, Problems: len(p.Problems), Notes: p.Notes, Ignored: p.Ignored,
	}
}

// digest tells plans apart by what they show.
func (p Plan) digest() ([]byte, error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(p); err != nil {
		return nil, fmt.Errorf("writing a plan: %w", err)
	}
	return h.Sum(nil), nil
}

// sameChanges tells whether two plans do the same to the same things. Those that are
// new have an id in the one that is made already.
func sameChanges(a, b org.Changes) bool {
	type appointment struct {
		is, was    org.Appointment
		number     string
		section    int64
		title      string
		withdrawn  bool
		oneAtATime bool
	}
	person := func(c org.Changes) func(int) org.Person {
		return func(at int) org.Person { return c.People[at] }
	}
	newPerson := func(c org.Changes) func(int) org.Person {
		return func(at int) org.Person { p := c.People[at]; p.ID = 0; return p }
	}
	newPost := func(c org.Changes) func(int) org.Post {
		return func(at int) org.Post { p := c.Posts[at]; p.ID = 0; return p }
	}
	held := func(c org.Changes) func(org.AppointmentChange) appointment {
		return func(h org.AppointmentChange) appointment {
			post := c.Posts[h.PostAt]
			return appointment{h.Appointment, h.Was, c.People[h.PersonAt].StaffNumber, post.Section, post.Title, h.Withdrawn, post.SingleHolder}
		}
	}
	return sameEach(a.NewPeople, b.NewPeople, newPerson(a), newPerson(b)) &&
		sameEach(a.ChangedPeople, b.ChangedPeople, person(a), person(b)) &&
		sameEach(a.Emails, b.Emails, person(a), person(b)) &&
		sameEach(a.NewPosts, b.NewPosts, newPost(a), newPost(b)) &&
		sameEach(a.Appointments, b.Appointments, held(a), held(b))
}

// sameEach tells whether what two lists refer to is the same, one by one.
func sameEach[T any, V comparable](a, b []T, ofA, ofB func(T) V) bool {
	return slices.EqualFunc(a, b, func(x, y T) bool { return ofA(x) == ofB(y) })
}
