package referral

import (
	"slices"

	"kagami/internal/authz"
	"kagami/internal/lifecycle"
	"kagami/internal/violation/authority"
)

// State is where a referral stands.
type State string

// The states.
const (
	Proposed  State = "proposed"
	Requested State = "requested"
	Convened  State = "convened"
	Met       State = "met"
	Reported  State = "reported"
	Decided   State = "decided"
	Ended     State = "ended"
	Recorded  State = "recorded" // 町長, 教育長: nobody can be asked
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Proposed:
		return "具申"
	case Requested:
		return "審査を依頼中"
	case Convened:
		return "招集"
	case Met:
		return "議決"
	case Reported:
		return "審査結果の報告"
	case Decided:
		return "任命権者の決定"
	case Ended:
		return "審査終了"
	case Recorded:
		return "記録だけ"
	}
	return ""
}

// Open tells whether something is still to be done.
func (s State) Open() bool { return s != Ended && s != Recorded }

// Way is who judges.
type Way string

// The ways.
const (
	ByBody      Way = "body"
	ByAppointer Way = "appointer" // the 任命権者 judges itself: 県教委
	OnRecord    Way = "record"    // nobody
)

// Title is what the way is called.
func (w Way) Title() string {
	switch w {
	case ByBody:
		return "機関が審査"
	case ByAppointer:
		return "任命権者が審査"
	case OnRecord:
		return "記録だけ"
	}
	return ""
}

// WayOf is who judges a kind of person; false where there is no discipline at all.
func WayOf(g authority.Group) (Way, bool) {
	switch {
	case g.Course == authority.Recorded:
		return OnRecord, true
	case !g.Discipline():
		return "", false
	case g.Body == g.Appointer:
		return ByAppointer, true
	}
	return ByBody, true
}

// Event is what is done with a referral.
type Event string

// The events.
const (
	EventPropose  Event = "propose"
	EventRecord   Event = "record"
	EventDecline  Event = "decline" // the 任命権者 does not ask
	EventRequest  Event = "request"
	EventConvene  Event = "convene"
	EventHear     Event = "hear"
	EventMeet     Event = "meet"
	EventReport   Event = "report"
	EventDecide   Event = "decide"
	EventServe    Event = "serve" // 処分説明書
	EventEnd      Event = "end"
	EventWithdraw Event = "withdraw"
)

// Title is what the event is called.
func (e Event) Title() string { return life.Title(e) }

// Outcome is how a referral has ended; the first three are also what a body resolves.
type Outcome string

// The outcomes.
const (
	Discipline Outcome = "discipline"
	Measure    Outcome = "measure"
	NoMeasure  Outcome = "none"
	Declined   Outcome = "declined"
	Withdrawn  Outcome = "withdrawn"
)

// Title is what the outcome is called; empty for none yet.
func (o Outcome) Title() string {
	switch o {
	case Discipline:
		return "懲戒処分"
	case Measure:
		return "訓告等の措置"
	case NoMeasure:
		return "なし"
	case Declined:
		return "依頼しない"
	case Withdrawn:
		return "取下げ"
	}
	return ""
}

// Resolution is what it is called as what a body resolves.
func (o Outcome) Resolution() string {
	switch o {
	case Discipline:
		return "懲戒処分が相当"
	case Measure:
		return "訓告等の措置が相当"
	case NoMeasure:
		return "処分・措置は要らない"
	default:
		return ""
	}
}

// Outcomes are those that the 任命権者 decides on.
var Outcomes = []Outcome{Discipline, Measure, NoMeasure}

// Hearing is what has become of the chance to answer before the body.
type Hearing string

// The hearings.
const (
	HearingGiven    Hearing = "given"
	HearingWaived   Hearing = "waived"
	HearingNotFound Hearing = "not_found"
)

// Title is what the hearing is called; empty for none yet.
func (h Hearing) Title() string {
	switch h {
	case HearingGiven:
		return "機会を設け、弁明を聞いた"
	case HearingWaived:
		return "機会を設けたが、本人が放棄した"
	case HearingNotFound:
		return "本人の所在が分からず、設けられない"
	}
	return ""
}

// Hearings are all of them.
var Hearings = []Hearing{HearingGiven, HearingWaived, HearingNotFound}

type arrow = lifecycle.Arrow[State, Event, Way]

var by = lifecycle.Who{May: []authz.Action{authz.Refer}, Except: "審査される人"}

// life is the life of a referral.
var life = lifecycle.Table[State, Event, Way]{
	Thing:  "懲戒審査",
	States: []State{Proposed, Requested, Convened, Met, Reported, Decided, Ended, Recorded},
	Ends:   []State{Ended, Recorded},
	Arrows: arrows(),
}

func arrows() []arrow {
	list := []arrow{
		{Event: EventPropose, When: ByBody, To: Proposed, By: by, Title: "具申", Asks: proposing},
		{Event: EventPropose, When: ByAppointer, To: Proposed, By: by, Title: "具申", Asks: proposing},
		{Event: EventRecord, When: OnRecord, To: Recorded, By: by, Title: "記録だけ（機関がない）", Asks: proposing},
		{From: Proposed, Event: EventDecline, To: Ended, By: by, Title: "依頼しないことの記録", Asks: "決まった日、理由"},
		{From: Proposed, Event: EventRequest, To: Requested, By: by, Title: "審査の依頼の記録", Asks: "依頼の日、文書番号"},
		{From: Convened, Event: EventHear, When: ByBody, To: Convened, By: by, Title: "弁明の機会の記録", Asks: "日、弁明の機会をどうしたか"},
		{From: Convened, Event: EventMeet, When: ByBody, To: Met, By: by, Title: "審査と議決の記録", Asks: "開催日、出席、除斥委員とその理由、議決（弁明の機会の記録と、定足数が要る）"},
		{From: Met, Event: EventReport, When: ByBody, To: Reported, By: by, Title: "審査結果の報告の記録", Asks: "報告日"},
		{From: Reported, Event: EventDecide, When: ByBody, To: Decided, By: by, Title: "任命権者の決定の記録", Asks: deciding},
		{From: Requested, Event: EventDecide, When: ByAppointer, To: Decided, By: by, Title: "任命権者の決定の記録", Asks: deciding},
		{From: Decided, Event: EventServe, To: Decided, By: by, Title: "処分説明書の交付の記録", Asks: "処分説明書交付日、審査請求期限"},
		{From: Decided, Event: EventEnd, To: Ended, By: by, Title: "審査終了の記録", Asks: "終わった日（懲戒処分のときは、処分説明書の交付の後）"},
	}
	for _, from := range []State{Requested, Convened, Met} { // a meeting without a quorum, and one that goes on another day
		list = append(list, arrow{From: from, Event: EventConvene, When: ByBody, To: Convened, By: by, Title: "招集の記録", Asks: "招集の日、開催する日、定足数"})
	}
	for _, from := range []State{Proposed, Requested} {
		list = append(list, arrow{From: from, Event: EventWithdraw, To: Ended, By: by, Title: "取下げの記録", Asks: "日、理由"})
	}
	for _, from := range []State{Convened, Met, Reported} {
		list = append(list, arrow{From: from, Event: EventWithdraw, When: ByBody, To: Ended, By: by, Title: "取下げの記録", Asks: "日、理由"})
	}
	return list
}

const (
	proposing = "対象者、職員の区分、具申の日、文書番号、具申の理由"
	deciding  = "発令日、文書番号、懲戒処分・訓告等の措置・なしの別"
)

// Move is a step that there is.
type Move struct {
	Event    Event
	Way      Way
	From, To State
}

// Moves are all steps of the table.
func Moves() []Move {
	var list []Move
	for _, a := range life.Arrows {
		ways := []Way{a.When}
		if a.When == "" {
			ways = []Way{ByBody, ByAppointer}
		}
		for _, way := range ways {
			list = append(list, Move{a.Event, way, a.From, a.To})
		}
	}
	return list
}

// Next are the events that lead on from where a referral stands, in their order.
func (r Referral) Next() []Event {
	var list []Event
	for _, e := range []Event{
		EventRequest, EventDecline, EventHear, EventMeet, EventReport, EventConvene, EventDecide, EventServe, EventEnd, EventWithdraw,
	} {
		if slices.Contains(Moves(), Move{e, r.Way, r.State, r.leads(e)}) && r.ripe(e) == nil {
			list = append(list, e)
		}
	}
	return list
}

// leads is where an event leads from where it stands; empty for nowhere.
func (r Referral) leads(e Event) State {
	a, err := life.Arrow(r.State, e, r.Way)
	if err != nil {
		return ""
	}
	return a.To
}

// StatesDocument is the table as docs/violation-referral-states.md holds it; a test keeps the two
// the same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	if err := life.Check(); err != nil {
		return "", err
	}
	return lifecycle.Document{
		Title: "懲戒審査の経過", Sources: []string{"internal/violation/referral/course.go"}, Condition: "だれが審査するか", Any: "どちらでも", Rows: life.Rows(),
	}.Markdown() + `
記録するのは、統括情報セキュリティ責任者です。統括が本人や監督責任者のとき、不在のときは、図 1.1 でその上の人です。統括は、具申と記録をするだけで、処分を決めません。

最後の1人の審査が終わったとき、CISOと、対象職員の課の課長（情報セキュリティ管理者）に、終わったことだけを知らせます。審査された人には、その人の審査が終わったことだけを知らせます。
`, nil
}
