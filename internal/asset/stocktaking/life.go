package stocktaking

import (
	"errors"

	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// State is where a 棚卸し stands.
type State string

// The states of the whole.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Open:
		return "実施中"
	case Closed:
		return "終了"
	}
	return ""
}

// Stage is where a section stands in one.
type Stage string

// The stages of a section.
const (
	NotBegun  Stage = "not_begun"
	UnderWay  Stage = "under_way"
	HandedIn  Stage = "handed_in"
	Confirmed Stage = "confirmed"
)

// Stages are all of them, in their order.
var Stages = []Stage{NotBegun, UnderWay, HandedIn, Confirmed}

// Title is what the stage is called.
func (s Stage) Title() string {
	switch s {
	case NotBegun:
		return "まだ始めていない"
	case UnderWay:
		return "確かめている途中"
	case HandedIn:
		return "提出済み（確認待ち）"
	case Confirmed:
		return "確認済み"
	}
	return ""
}

// Event is what is done with a 棚卸し, or with a section of it.
type Event string

// The events.
const (
	EventOpen    Event = "open"
	EventMoveDue Event = "move_due"
	EventClose   Event = "close"
	EventJoin    Event = "join" // a section comes in, since assets have come to it

	EventAnswer   Event = "answer"
	EventHandIn   Event = "hand_in"
	EventSendBack Event = "send_back"
	EventConfirm  Event = "confirm"
	EventTakeUp   Event = "take_up"
)

// Title is what the event is called.
func (e Event) Title() string {
	if e == EventJoin {
		return "課室の追加"
	}
	if title := whole.Title(e); title != "" {
		return title
	}
	return ofSection.Title(e)
}

var (
	opening      = lifecycle.Who{May: []authz.Action{authz.OpenStocktakings}}
	goingThrough = lifecycle.Who{May: []authz.Action{authz.DraftAssets}}
	confirming   = lifecycle.Who{May: []authz.Action{authz.ReviewAssets}}
)

// needs is the one text that a step needs.
func needs(title string) []lifecycle.Field { return []lifecycle.Field{{Name: "note", Title: title}} }

// whole is the life of a 棚卸し.
var whole = lifecycle.Table[State, Event, lifecycle.Always]{
	Thing:  "棚卸し",
	States: []State{Open, Closed},
	Ends:   []State{Closed},
	Arrows: []lifecycle.Arrow[State, Event, lifecycle.Always]{
		{Event: EventOpen, To: Open, By: opening, Title: "始める", Asks: "名前、課室、種別、機密性、期限"},
		{From: Open, Event: EventMoveDue, To: Open, By: opening, Title: "期限の変更", Asks: "新しい期限", Needs: needs("期限を変える理由")},
		{From: Open, Event: EventClose, To: Closed, By: opening, Title: "締める", Asks: "確認が済んでいない課室があるときは、その理由"},
	},
}

// ofSection is the life of a section in one.
var ofSection = lifecycle.Table[Stage, Event, lifecycle.Always]{
	Thing:  "課室の棚卸し",
	States: Stages,
	Begins: []Stage{NotBegun},
	Arrows: []lifecycle.Arrow[Stage, Event, lifecycle.Always]{
		{From: NotBegun, Event: EventAnswer, To: UnderWay, By: goingThrough, Title: "情報資産を確かめる", Asks: "変更なし・変更・廃棄・所在不明"},
		{From: UnderWay, Event: EventAnswer, To: UnderWay, By: goingThrough, Title: "情報資産を確かめる", Asks: "変更なし・変更・廃棄・所在不明"},
		{From: UnderWay, Event: EventHandIn, To: HandedIn, By: goingThrough, Title: "提出", Asks: "すべての情報資産の答え"},
		{From: UnderWay, Event: EventConfirm, To: Confirmed, By: confirming, Title: "確認", Asks: "すべての情報資産の答え"},
		{From: HandedIn, Event: EventConfirm, To: Confirmed, By: confirming, Title: "確認", Asks: "すべての情報資産の答え"},
		{From: HandedIn, Event: EventSendBack, To: UnderWay, By: confirming, Title: "差し戻し", Needs: needs("直すところ")},
		{From: Confirmed, Event: EventTakeUp, To: UnderWay, By: confirming, Title: "確認の取消し", Needs: needs("取り消す理由")},
	},
}

// StatesDocument is both lives as docs/stocktaking-states.md holds them; a test keeps the two
// the same. It returns an error where a table is wrong.
func StatesDocument() (string, error) {
	if err := errors.Join(whole.Check(), ofSection.Check()); err != nil {
		return "", err
	}
	return lifecycle.Document{
		Title: "棚卸しの状態", Sources: []string{"internal/asset/stocktaking/life.go"}, Rows: append(whole.Rows(), ofSection.Rows()...),
	}.Markdown(), nil
}
