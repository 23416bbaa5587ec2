package lifecycle

import (
	"errors"
	"fmt"
	"slices"
)

// Check tells what is wrong with the table itself: each capability has a test that
// asks it. A table without an error has one arrow at most for each state, event and
// condition; asks the same people for an event from whatever state, so that leave can
// be asked before the state is told; leads to every state, and away from every one
// that is no end; and has a name for all that people read.
func (t *Table[S, E, C]) Check() error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if t.Thing == "" {
		add("the thing has no name")
	}
	for n, state := range t.States {
		if slices.Contains(t.States[:n], state) {
			add("the state %q stands twice", state)
		}
		if state == "" || state.Title() == "" {
			add("the state %q has no name", state)
		}
	}
	known := func(of string, states ...S) {
		for _, state := range states {
			if !slices.Contains(t.States, state) {
				add("%s: there is no state %q", of, state)
			}
		}
	}
	known("begins", t.Begins...)
	known("ends", t.Ends...)
	for n, a := range t.Arrows {
		known(a.name(), a.To)
		if a.From != "" {
			known(a.name(), a.From)
		}
		for _, err := range a.check() {
			add("%s: %w", a.name(), err)
		}
		for _, other := range t.Arrows[:n] {
			if a.From == other.From && a.Event == other.Event && (a.When == other.When || a.When == "" || other.When == "") {
				add("%s: stands twice for one condition", a.name())
			}
		}
		first := t.first(a.Event)
		if a.Title != first.Title {
			add("%s: is called %s, and %s from another state", a.name(), a.Title, first.Title)
		}
		if a.By.Except != first.By.Except || !slices.Equal(a.By.May, first.By.May) {
			add("%s: others may do it from another state", a.name())
		}
	}
	reached := t.reached()
	for _, state := range t.States {
		if !slices.Contains(reached, state) {
			add("nothing leads to the state %q", state)
		}
		leadsOn := slices.ContainsFunc(t.Arrows, func(a Arrow[S, E, C]) bool { return a.From == state })
		switch end := slices.Contains(t.Ends, state); {
		case end && leadsOn:
			add("the state %q is an end, and something leads on from it", state)
		case !end && !leadsOn:
			add("nothing leads on from the state %q, which is no end", state)
		}
	}
	return errors.Join(wrong...)
}

// check tells what is wrong with an arrow by itself.
func (a Arrow[S, E, C]) check() []error {
	var wrong []error
	add := func(problem string) { wrong = append(wrong, errors.New(problem)) }
	if a.Event == "" {
		add("has no event")
	}
	if a.Title == "" {
		add("has no name")
	}
	if a.When != "" && a.When.Title() == "" {
		add("its condition has no name")
	}
	if (Who{May: a.By.May}).String() == "" {
		add("nobody may")
	}
	for _, field := range a.Needs {
		if field.Name == "" || field.Title == "" {
			add("a field that it needs has no name")
		}
		if slices.Contains(a.Clears, field.Name) {
			add("empties the field that it needs: " + field.Name)
		}
	}
	return wrong
}

// name says in an error which arrow it is: draft submit, decided take_back major.
func (a Arrow[S, E, C]) name() string {
	name := string(a.From) + " " + string(a.Event)
	if a.When != "" {
		name += " " + string(a.When)
	}
	return name
}

// reached are the states that arrows lead to from a beginning.
func (t *Table[S, E, C]) reached() []S {
	reached := append([]S{""}, t.Begins...) // the empty one: before a thing is made
	for n := 0; n < len(reached); n++ {
		for _, a := range t.Arrows {
			if a.From == reached[n] && !slices.Contains(reached, a.To) {
				reached = append(reached, a.To)
			}
		}
	}
	return reached
}
