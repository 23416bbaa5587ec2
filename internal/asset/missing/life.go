package missing

import (
	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// Kind is how it came that an asset is missing.
type Kind string

// The kinds.
const (
	Missing Kind = "missing"
	Lost    Kind = "lost" // by whom it was handed over to
)

// Title is what the kind is called.
func (k Kind) Title() string {
	switch k {
	case Missing:
		return "所在不明"
	case Lost:
		return "貸出し・持出し中の紛失"
	}
	return ""
}

// State is where what is missing stands.
type State string

// The states.
const (
	Open       State = "open"
	Found      State = "found"
	WrittenOff State = "written_off" // the asset was retired without being found
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Open:
		return "探している"
	case Found:
		return "見つかった"
	case WrittenOff:
		return "見つからないまま廃棄"
	}
	return ""
}

// Event is what is done with what is missing.
type Event string

// The events.
const (
	EventReport   Event = "report"
	EventFind     Event = "find"
	EventWriteOff Event = "write_off"
)

// Title is what the event is called.
func (e Event) Title() string { return course.Title(e) }

// course is the life of what is missing.
var course = lifecycle.Table[State, Event, lifecycle.Always]{
	Thing:  "所在不明の届け",
	States: []State{Open, Found, WrittenOff},
	Ends:   []State{Found, WrittenOff},
	Arrows: []lifecycle.Arrow[State, Event, lifecycle.Always]{
		{Event: EventReport, To: Open, By: lifecycle.Who{May: []authz.Action{authz.ReportMissing}}, Title: "届け", Asks: "気づいた日時と人、最後に見た日、わかっていること"},
		{From: Open, Event: EventFind, To: Found, By: lifecycle.Who{May: []authz.Action{authz.SettleMissing}}, Title: "見つかったことの記録", Asks: "見つかった日、場所、人"},
		{From: Open, Event: EventWriteOff, To: WrittenOff, By: lifecycle.Who{May: []authz.Action{authz.ConfirmDisposals}, Except: "廃棄を申請した人と、その記録を書いた人"}, Title: "廃棄の確認"},
	},
}

// StatesDocument is the life of what is missing as docs/missing-states.md holds it; a test
// keeps the two the same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	return lifecycle.Document{Title: "所在不明の状態", Sources: []string{"internal/asset/missing/life.go"}, Rows: course.Rows()}.Markdown(), course.Check()
}
