// Package lifecycle is a state machine as one table: what is done to a thing, from
// which of its states to which, who may, what must be given and what is emptied.
// What the table does not hold can't be done, and what it holds is printed into
// docs/ for people to read.
//
// A capability says its own states, events and condition as types, writes its table
// as a value, and takes every step by asking the table inside the transaction of the
// change:
//
//	a, err := life.Arrow(request.state, EventPermit, request.kind)
//
// The table knows no database: what an operation writes stands in the operation, and
// the history of the steps beside it.
package lifecycle

import (
	"slices"
	"strings"

	"kagami/internal/authz"
	"kagami/internal/fault"
)

// Word is a state or a condition: how it is stored, with its name on screen.
type Word interface {
	~string
	Title() string
}

// Always is the condition of a table that has none.
type Always string

// Title is empty: there is no such condition.
func (Always) Title() string { return "" }

// Table is the life of one kind of thing, with its states S, events E and condition
// C, such as the scale of a revision.
type Table[S Word, E ~string, C Word] struct {
	Thing  string // what it is called on screen: 下書き
	States []S    // all of them
	Begins []S    // where a thing begins that no arrow makes
	Ends   []S    // where nothing leads on
	Arrows []Arrow[S, E, C]
}

// Arrow leads from one state to another, or back to the same one, as a change of the
// text does.
type Arrow[S Word, E ~string, C Word] struct {
	From  S // empty where it makes the thing
	Event E
	When  C // only for things of this condition; empty for all
	To    S
	By    Who
	Title string // what is done, in Japanese: 引き戻し
	// Needs are what must be given with the step. Asks is how the document says it
	// where their titles do not: 質問の残らない本文.
	Needs []Field
	Asks  string
	// Clears are the columns that the step empties: a draft that is taken back is
	// decided on no more.
	Clears []string
}

// Who may take a step: whoever may do one of the actions, but for those whom Except
// names in Japanese (職務分離), whatever their role: 下書きを書いた人. Who these are,
// the operation finds out, and hands it to authz as the matter's Person.
type Who struct {
	May    []authz.Action
	Except string
}

// Field is something that is given with a step.
type Field struct {
	Name  string // of the form's field
	Title string // on screen: 理由
}

// Action is what the operation asks leave for: the first action that the actor may do
// in this matter, or the last, for which leave will be refused.
func (w Who) Action(actor authz.Actor, matter authz.Matter) authz.Action {
	var action authz.Action
	for _, action = range w.May {
		if _, ok := actor.May(action, matter); ok {
			break
		}
	}
	return action
}

// may tells whether the actor may take the step in this matter.
func (w Who) may(actor authz.Actor, matter authz.Matter) bool {
	return slices.ContainsFunc(w.May, func(action authz.Action) bool {
		_, ok := actor.May(action, matter)
		return ok
	})
}

// Missing are the problems of an input in which fields that the step needs are not
// given.
func (a Arrow[S, E, C]) Missing(given map[string]bool) []fault.Problem {
	var problems []fault.Problem
	for _, field := range a.Needs {
		if !given[field.Name] {
			problems = append(problems, fault.Problem{Field: field.Name, Message: field.Title + "を入力してください。"})
		}
	}
	return problems
}

// Arrow returns the one arrow of an event from a state, the empty state for a thing
// that is yet to be made: Conflict where there is none.
func (t *Table[S, E, C]) Arrow(from S, event E, when C) (Arrow[S, E, C], error) {
	for _, a := range t.Arrows {
		if a.Event == event && a.leadsFrom(from, when) {
			return a, nil
		}
	}
	return Arrow[S, E, C]{}, fault.New(fault.Conflict,
		"この"+t.Thing+"は「"+from.Title()+"」なので、この操作は行えません。"+t.Thing+"の画面を開き直して、いまの状態を確かめてください。")
}

// Next are the arrows that lead on from a state and that the actor may take in this
// matter: what a page offers. A matter without a person leaves Except to the
// operation.
func (t *Table[S, E, C]) Next(actor authz.Actor, matter authz.Matter, from S, when C) []Arrow[S, E, C] {
	var next []Arrow[S, E, C]
	for _, a := range t.Arrows {
		if a.leadsFrom(from, when) && a.By.may(actor, matter) {
			next = append(next, a)
		}
	}
	return next
}

// Who may do an event, from whatever state: asked before anything is said of the
// thing. Nobody where the table does not hold the event.
func (t *Table[S, E, C]) Who(event E) Who { return t.first(event).By }

// Title is what an event is called on screen; empty where the table does not hold it.
func (t *Table[S, E, C]) Title(event E) string { return t.first(event).Title }

// first is an event's first arrow; the others agree on who may and on the title.
func (t *Table[S, E, C]) first(event E) Arrow[S, E, C] {
	for _, a := range t.Arrows {
		if a.Event == event {
			return a
		}
	}
	return Arrow[S, E, C]{}
}

func (a Arrow[S, E, C]) leadsFrom(from S, when C) bool {
	return a.From == from && (a.When == "" || a.When == when)
}

// asks is what must be given, in words.
func (a Arrow[S, E, C]) asks() string {
	if a.Asks != "" {
		return a.Asks
	}
	var titles []string
	for _, field := range a.Needs {
		titles = append(titles, field.Title)
	}
	return strings.Join(titles, "、")
}
