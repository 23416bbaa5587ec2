package policy

import (
	"fmt"
	"strings"

	"kagami/internal/authz"
)

// State is where a revision stands. Whether a published one is in force or has
// been followed by another is told from the day, and kept nowhere.
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

// Why is why a text is revised (基本方針 8, 9).
type Why string

// The reasons.
const (
	AfterAudit     Why = "audit"
	AfterSituation Why = "situation"
	AfterLaw       Why = "law"
	AfterOther     Why = "other"
)

// Whys are all reasons, in the order in which they are asked.
func Whys() []Why { return []Why{AfterAudit, AfterSituation, AfterLaw, AfterOther} }

var whyTitles = map[Why]string{
	AfterAudit: "監査・自己点検の結果", AfterSituation: "情報セキュリティに関する状況の変化", AfterLaw: "法令等の改正", AfterOther: "その他",
}

// Title is the reason's name on screen.
func (w Why) Title() string { return whyTitles[w] }

// Event is something that is done to a revision.
type Event string

// The events.
const (
	EventStart          Event = "start" // makes the revision, and so leads from no state
	EventEdit           Event = "edit"
	EventSubmit         Event = "submit"
	EventTakeBack       Event = "take_back"
	EventSendBack       Event = "send_back"
	EventAdopt          Event = "adopt"
	EventReject         Event = "reject"
	EventPublishNotice  Event = "publish_notice"
	EventPublishDecided Event = "publish_decided"
	EventWithdraw       Event = "withdraw"
	EventAbolish        Event = "abolish" // is done to the document, once no draft is under way
)

// Title is the event's name on screen.
func (e Event) Title() string {
	for _, a := range arrows {
		if a.event == e {
			return a.title
		}
	}
	return "下書きの作成"
}

// arrow leads from one state to another.
type arrow struct {
	from  State
	event Event
	scale Scale // empty for either
	to    State
	may   authz.Action
	apart bool // nobody who has drafted it may (職務分離)
	title string
	asks  string // what must be given with it
}

// arrows is the life of a revision until it is published, and that its document
// is abolished: what is not here can't be done.
var arrows = [...]arrow{
	{InDraft, EventEdit, "", InDraft, authz.DraftRevision, false, "本文の変更", "質問の残らない本文"},
	{InDraft, EventSubmit, "", Submitted, authz.DraftRevision, false, "提出", "見直しの種類と理由"},
	{InDraft, EventWithdraw, "", Withdrawn, authz.DraftRevision, false, "取り下げ", "理由"},
	{Submitted, EventTakeBack, "", InDraft, authz.DraftRevision, false, "引き戻し", "理由"},
	{Submitted, EventSendBack, Minor, InDraft, authz.PublishMinor, false, "差し戻し", "理由"},
	{Submitted, EventPublishNotice, Minor, Published, authz.PublishMinor, true, "通知による公開", "施行日、確認の依頼、通知"},
	{Submitted, EventAdopt, Major, Decided, authz.RecordDecision, false, "本部会議の決定", "日、議長、出席者、議事録"},
	{Submitted, EventReject, Major, InDraft, authz.RecordDecision, false, "本部会議の否決", "日、議長、出席者、議事録"},
	{Decided, EventTakeBack, Major, InDraft, authz.DraftRevision, false, "引き戻し", "理由（もう一度の決定が必要になる）"},
	{Decided, EventPublishDecided, Major, Published, authz.PublishDecided, true, "決定による公開", "施行日と確認の依頼"},
	{Published, EventAbolish, "", Published, authz.PublishDecided, true, "文書の廃止（進行中の下書きがないとき）", "廃止日、理由、本部会議の決定の日と議事録"},
}

// leads returns the arrow of an event from a state; false where there is none.
func leads(from State, event Event, scale Scale) (arrow, bool) {
	for _, a := range arrows {
		if a.from == from && a.event == event && (a.scale == "" || a.scale == scale) {
			return a, true
		}
	}
	return arrow{}, false
}

// needs is what an event needs, whatever the state: an action, and whether who
// has drafted may not.
func needs(event Event) arrow {
	for _, a := range arrows {
		if a.event == event {
			return a
		}
	}
	return arrow{}
}

// Open tells whether an actor may do an event to a draft as it stands, as far
// as that can be told without asking who drafted it: what a page offers.
func (d Draft) Open(actor authz.Actor, event Event) bool {
	a, ok := leads(d.State, event, d.Scale)
	return ok && actor.Reach(a.may) == authz.All
}

// StatesDocument is the life of a revision as docs/policy-states.md holds it; a
// test keeps the two the same.
func StatesDocument() string {
	var b strings.Builder
	b.WriteString("# 版の状態\n\n")
	b.WriteString("`internal/policy/life.go` から作られています。変えるときは表を変え、`make generate` を実行してください。\n\n")
	b.WriteString("| いまの状態 | すること | 見直しの種類 | 次の状態 | できる人 | 入力するもの |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, a := range arrows {
		scale := "どちらも"
		if a.scale != "" {
			scale = a.scale.Title()
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", a.from.Title(), a.title, scale, a.to.Title(), a.who(), a.asks)
	}
	b.WriteString("| 公開 | 施行日が来る | どちらも | 施行中 | （日付から決まる） | ― |\n")
	b.WriteString("| 施行中 | 次の版の施行日が来る | どちらも | 旧版 | （日付から決まる） | ― |\n")
	b.WriteString("| 施行中 | 文書の廃止日が来る | どちらも | 廃止 | （日付から決まる） | ― |\n")
	return b.String()
}

func (a arrow) who() string {
	var roles []string
	for _, role := range authz.RolesWith(a.may, authz.All) {
		roles = append(roles, role.Short())
	}
	who := strings.Join(roles, "・")
	if a.apart {
		who += "（下書きを書いた人を除く）"
	}
	return who
}
