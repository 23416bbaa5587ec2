package draft

import (
	"slices"

	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// State is where a revision stands. Whether a published one is in force or has
// been followed by another is told from the day, and stored nowhere.
type State string

// The states.
const (
	InDraft   State = "draft"
	Submitted State = "submitted"
	Decided   State = "decided" // the 本部会議 has adopted it
	Published State = "published"
	Withdrawn State = "withdrawn" // thrown away before it was published
)

var stateTitles = map[State]string{InDraft: "下書き", Submitted: "提出済み", Decided: "決定済み", Published: "公開", Withdrawn: "取り下げ"}

// Title is the state's name on screen.
func (s State) Title() string { return stateTitles[s] }

// Scale is how large a revision is, which decides who publishes it (7(9)).
type Scale string

// The scales.
const (
	Minor Scale = "minor" // 簡易な見直し: the CISO's 通知
	Major Scale = "major" // any other: the 本部会議's decision
)

var scaleTitles = map[Scale]string{Minor: "簡易な見直し（CISO の通知）", Major: "その他の見直し（本部会議の決定）"}

// Title is the scale's name on screen.
func (s Scale) Title() string { return scaleTitles[s] }

// Event is something that is done to a revision.
type Event string

// The events.
const (
	EventStart          Event = "start"     // makes the revision, and so leads from no state
	EventHandOver       Event = "hand_over" // makes somebody else its drafter, and leads to no other state
	EventEdit           Event = "edit"
	EventSubmit         Event = "submit"
	EventTakeBack       Event = "take_back"
	EventSendBack       Event = "send_back"
	EventAdopt          Event = "adopt"
	EventReject         Event = "reject"
	EventPublishMinor   Event = "publish_notice"
	EventPublishDecided Event = "publish_decided"
	EventWithdraw       Event = "withdraw"
)

// Title is the event's name on screen.
func (e Event) Title() string {
	if e == EventStart {
		return "下書きの作成"
	}
	if e == EventHandOver {
		return "引き継ぎ"
	}
	return life.Title(e)
}

type arrow = lifecycle.Arrow[State, Event, Scale]

// Who may take a step. Nobody publishes what they have drafted (職務分離).
var (
	drafting          = lifecycle.Who{May: []authz.Action{authz.DraftRevision}}
	recording         = lifecycle.Who{May: []authz.Action{authz.RecordDecision}}
	sendingBack       = lifecycle.Who{May: []authz.Action{authz.PublishMinor}}
	publishingMinor   = lifecycle.Who{May: []authz.Action{authz.PublishMinor}, Except: "下書きを書いた人"}
	publishingDecided = lifecycle.Who{May: []authz.Action{authz.PublishDecided}, Except: "下書きを書いた人"}
)

// withReason is what is given wherever a draft is turned back.
var withReason = []lifecycle.Field{{Name: "reason", Title: "理由"}}

// ofDecision are the columns that name the 本部会議's decision. A draft that is taken
// back rests on it no more; the decision stays on record.
var ofDecision = []string{"decision_id", "decided_on"}

// life is the life of a revision until it is published: what is not here can't be done.
var life = lifecycle.Table[State, Event, Scale]{
	Thing:  "下書き",
	States: []State{InDraft, Submitted, Decided, Published, Withdrawn},
	Begins: []State{InDraft}, // by EventStart, and by an import
	Ends:   []State{Published, Withdrawn},
	Arrows: []arrow{
		{From: InDraft, Event: EventEdit, To: InDraft, By: drafting, Title: "本文の変更", Asks: "質問の残らない本文"},
		{From: InDraft, Event: EventSubmit, To: Submitted, By: drafting, Title: "提出", Asks: "見直しの種類と理由"},
		{From: InDraft, Event: EventWithdraw, To: Withdrawn, By: drafting, Title: "取り下げ", Needs: withReason},
		{From: Submitted, Event: EventTakeBack, To: InDraft, By: drafting, Title: "引き戻し", Needs: withReason},
		{From: Submitted, Event: EventSendBack, When: Minor, To: InDraft, By: sendingBack, Title: "差し戻し", Needs: withReason},
		{From: Submitted, Event: EventPublishMinor, When: Minor, To: Published, By: publishingMinor, Title: "通知による公開", Asks: "施行日、確認の依頼、通知"},
		{From: Submitted, Event: EventAdopt, When: Major, To: Decided, By: recording, Title: "本部会議の決定", Asks: "日、議長、出席者、議事録"},
		{From: Submitted, Event: EventReject, When: Major, To: InDraft, By: recording, Title: "本部会議の否決", Asks: "日、議長、出席者、議事録"},
		{From: Decided, Event: EventTakeBack, When: Major, To: InDraft, By: drafting, Title: "引き戻し", Needs: withReason, Clears: ofDecision,
			Asks: "理由（もう一度の決定が必要になる）"},
		{From: Decided, Event: EventPublishDecided, When: Major, To: Published, By: publishingDecided, Title: "決定による公開", Asks: "施行日と確認の依頼"},
	},
}

// offered are the events that an actor may do to a draft as it stands, of which
// what is excepted from who wrote it is a decision in that matter.
func (d Summary) offered(actor authz.Actor, written authz.Matter) []Event {
	var events []Event
	for _, a := range life.Next(actor, authz.Matter{}, d.State, d.Scale) {
		if a.By.Except == "" {
			events = append(events, a.Event)
		}
	}
	for _, a := range life.Next(actor, written, d.State, d.Scale) {
		if a.By.Except != "" {
			events = append(events, a.Event)
		}
	}
	return events
}

// Offers tells whether who sees the draft may do an event to it as it stands: what
// a page offers.
func (d Draft) Offers(event Event) bool { return slices.Contains(d.offers, event) }

// LeadsOn tells why an event does not lead on from where the draft stands; nil where it
// does.
func (d Summary) LeadsOn(event Event) error {
	_, err := life.Arrow(d.State, event, d.Scale)
	return err
}

// Rows are the life of a revision until it is published, for docs/policy-states.md. It
// returns an error where the table is wrong.
func Rows() ([]lifecycle.Row, error) { return life.Rows(), life.Check() }
