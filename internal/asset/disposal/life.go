package disposal

import (
	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// State is where a disposal stands.
type State string

// The states.
const (
	Waiting   State = "waiting"
	Done      State = "done" // and recorded
	Confirmed State = "confirmed"
	Withdrawn State = "withdrawn"
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Waiting:
		return "廃棄待ち"
	case Done:
		return "確認待ち"
	case Confirmed:
		return "廃棄済み"
	case Withdrawn:
		return "取り下げ"
	}
	return ""
}

// How is whether something is destroyed or emptied, or written off since it can't be found.
type How string

// The two.
const (
	CarriedOut How = "carried_out"
	WriteOff   How = "write_off"
)

// Title is what it is called.
func (h How) Title() string {
	switch h {
	case CarriedOut:
		return "媒体・データの廃棄"
	case WriteOff:
		return "所在不明のままの廃棄"
	}
	return ""
}

// Event is what is done with a disposal.
type Event string

// The events.
const (
	EventAsk      Event = "ask"
	EventRecord   Event = "record"
	EventSendBack Event = "send_back"
	EventConfirm  Event = "confirm"
	EventSpare    Event = "spare" // one of its assets is not disposed of
	EventWithdraw Event = "withdraw"
)

// Title is what the event is called.
func (e Event) Title() string { return course.Title(e) }

var (
	disposing  = lifecycle.Who{May: []authz.Action{authz.DisposeAssets}}
	confirming = lifecycle.Who{May: []authz.Action{authz.ConfirmDisposals}, Except: "廃棄を実施した人と、その記録を書いた人（所在不明のものは、申請した人）"}
	withNote   = []lifecycle.Field{{Name: "note", Title: "理由"}}
)

// course is the life of a disposal.
var course = lifecycle.Table[State, Event, How]{
	Thing:  "廃棄",
	States: []State{Waiting, Done, Confirmed, Withdrawn},
	Ends:   []State{Confirmed, Withdrawn},
	Arrows: []lifecycle.Arrow[State, Event, How]{
		{Event: EventAsk, To: Waiting, By: disposing, Title: "申請", Asks: "情報資産、媒体、方法、立会者、理由、廃棄する予定の日（所在不明のものは、情報資産と理由だけ）"},
		{From: Waiting, Event: EventRecord, When: CarriedOut, To: Done, By: disposing, Title: "実施の記録", Asks: "方法、シリアル番号、実施者、立会者、場所、日時（証明書や写真）"},
		{From: Waiting, Event: EventSpare, To: Waiting, By: disposing, Title: "1件だけの取りやめ", Needs: withNote},
		{From: Waiting, Event: EventWithdraw, To: Withdrawn, By: disposing, Title: "取り下げ", Needs: withNote},
		{From: Waiting, Event: EventConfirm, When: WriteOff, To: Confirmed, By: confirming, Title: "確認"},
		{From: Done, Event: EventSendBack, When: CarriedOut, To: Waiting, By: confirming, Title: "差し戻し", Needs: withNote},
		{From: Done, Event: EventConfirm, When: CarriedOut, To: Confirmed, By: confirming, Title: "確認"},
	},
}

// StatesDocument is the life of a disposal as docs/disposal-states.md holds it; a test keeps
// the two the same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	return lifecycle.Document{
		Title: "廃棄の状態", Sources: []string{"internal/asset/disposal/life.go"}, Condition: "廃棄の種類", Any: "どちらも", Rows: course.Rows(),
	}.Markdown(), course.Check()
}
