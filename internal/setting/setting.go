package setting

import (
	"cmp"
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/effective"
)

// What a form says of a first day and of a reason, before anybody errs.
const (
	FirstDayHint = effective.FirstDayHint
	ReasonHint   = effective.ReasonHint
)

// Setting is one thing that may be set, whatever its type.
type Setting struct {
	Name   string // as it is stored: acknowledgement.remind_person
	Title  string
	Help   string // what it does
	Typing string // how it is typed: 3日前、1日後
	// Choices are the values that there are, as people read them; nil where any may
	// be typed.
	Choices []string
	// Default is what holds where nothing is set, as it is kept.
	Default string
	// Fold makes what is kept of what was typed; a sentence for what can't be.
	Fold func(typed string) (kept, problem string)
	// Show is what is kept as people read and type it.
	Show func(kept string) string
}

// Of is a setting whose value is a T.
type Of[T any] struct {
	Setting
	read func(kept string) T
}

// On is the value that holds on a day.
func (s Of[T]) On(values Values, day calendar.Date) T { return s.read(values.on(s.Setting, day)) }

// value is a value from a first day on.
type value struct {
	First calendar.Date
	Kept  string
}

// Values are what a town has set, of all that may be set.
type Values struct {
	of map[string][]value // by names, the earliest first day first
}

// NewValues are values for which only one holds, from always on: for tests.
func NewValues(kept map[string]string) Values {
	v := Values{of: map[string][]value{}}
	for name, one := range kept {
		v.of[name] = []value{{Kept: one}}
	}
	return v
}

func (v Values) on(s Setting, day calendar.Date) string {
	list := v.of[s.Name]
	after, _ := slices.BinarySearchFunc(list, day.AddDays(1), func(one value, next calendar.Date) int { return cmp.Compare(one.First.Sub(next), 0) })
	if after == 0 {
		return s.Default
	}
	return list[after-1].Kept
}
