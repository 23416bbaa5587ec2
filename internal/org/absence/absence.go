package absence

import (
	"strings"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Kind is a kind of absence, as the database has it.
type Kind struct {
	Name  string // as it is stored: childcare
	Title string // 育児休業
}

// Absence is that somebody is away from a first to a last day.
type Absence struct {
	First calendar.Date
	Last  calendar.Date // zero: until further notice
	// Kind and Reason are empty for who may not see them.
	Kind   Kind
	Reason string // may be empty

	Version int // of the row, for telling a second writer
}

// On tells whether it lasts on a day.
func (a Absence) On(day calendar.Date) bool {
	return !day.Before(a.First) && (a.Last.IsZero() || !day.After(a.Last))
}

// Over tells whether it has ended before a day.
func (a Absence) Over(day calendar.Date) bool { return !a.Last.IsZero() && a.Last.Before(day) }

// Typed is an absence as somebody has typed it.
type Typed struct {
	First, Last calendar.Date // zero where nothing was typed
	Kind        string        // a Kind's name
	Reason      string
}

const (
	longestReason = 500 // characters
	farthestYears = 5   // how many years from today a day may be
)

// problems are all that is wrong with it on a day.
func (t Typed) problems(today calendar.Date) []fault.Problem {
	problems := t.dayProblems(today)
	if t.Kind == "" {
		problems = append(problems, fault.Problem{Field: "kind", Message: "休業の種類を選んでください。"})
	}
	if isLong(t.Reason) {
		problems = append(problems, fault.Problem{Field: "reason", Message: tooLong})
	}
	return problems
}

func (t Typed) dayProblems(today calendar.Date) []fault.Problem {
	var problems []fault.Problem
	switch {
	case t.First.IsZero():
		problems = append(problems, fault.Problem{Field: "first", Message: "休業の最初の日を入力してください。"})
	case isFar(t.First, today):
		problems = append(problems, fault.Problem{Field: "first", Message: tooFar})
	}
	if problem := lastProblem(t.First, t.Last, today); problem != "" {
		problems = append(problems, fault.Problem{Field: "last", Message: problem})
	}
	return problems
}

func isLong(reason string) bool { return len([]rune(strings.TrimSpace(reason))) > longestReason }

// whyProblem is what is wrong with why an absence is taken back; empty for nothing.
func whyProblem(why string) string {
	switch {
	case why == "":
		return "取り消す理由を入力してください。"
	case isLong(why):
		return tooLong
	}
	return ""
}

const tooLong = "理由は、500字までにしてください。"

const tooFar = "今日から前後5年より離れた日は指定できません。年を確かめてください。"

// lastProblem is what is wrong with a last day, which may be open; empty for nothing.
func lastProblem(first, last, today calendar.Date) string {
	switch {
	case last.IsZero():
		return ""
	case last.Before(first):
		return messages["absence_period_not_empty"].Message
	case isFar(last, today):
		return tooFar
	}
	return ""
}

func isFar(day, today calendar.Date) bool {
	return day.Before(today.AddYears(-farthestYears)) || day.After(today.AddYears(farthestYears))
}

// messages are what the database's own rules mean to whoever broke them.
var messages = map[string]fault.Problem{
	"absence_once":             {Field: "first", Message: "その期間には、この人の休業がすでに登録されています。職員の画面で、登録された期間を確かめてください。"},
	"absence_kind_known":       {Field: "kind", Message: "休業の種類を選んでください。"},
	"absence_period_not_empty": {Field: "last", Message: "休業の最後の日は、最初の日か、それより後の日にしてください。"},
}

// explain turns a broken rule of the database into what the person can do.
func explain(err error) error {
	if p, ok := messages[postgres.Constraint(err)]; ok {
		return &fault.Error{Kind: fault.Conflict, Message: p.Message, Problems: []fault.Problem{p}, Err: err}
	}
	return err
}
