package rights

import (
	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// Standing is where a right stands at an instant: by what was decided, by its days, by where
// its person works, and by what bars it. It is computed, and never stored.
type Standing string

// The standings.
const (
	Asked     Standing = "asked"
	Upcoming  Standing = "upcoming" // permitted, and its first day has not come
	InForce   Standing = "in_force"
	Moved     Standing = "moved" // its person works elsewhere now, and nobody has said yet that it is still needed
	Left      Standing = "left"  // its person works nowhere now
	Suspended Standing = "suspended"
	Cut       Standing = "cut"
	Revoked   Standing = "revoked"
	Refused   Standing = "refused"
	Withdrawn Standing = "withdrawn"
	Ended     Standing = "ended"
)

// Title is what the standing is called.
func (s Standing) Title() string {
	switch s {
	case Asked:
		return "申請中"
	case Upcoming:
		return "許可（使い始める前）"
	case InForce:
		return "使える"
	case Moved:
		return "異動により使えない（要るか確認中）"
	case Left:
		return "退職などにより使えない"
	case Suspended:
		return "停止中"
	case Cut:
		return "緊急停止中"
	case Revoked:
		return "剥奪"
	case Refused:
		return "不許可"
	case Withdrawn:
		return "取り下げ"
	case Ended:
		return "終了"
	}
	return ""
}

// Standings are all of them, in the order of a life.
func Standings() []Standing { return course.States }

// Barred tells whether a bar keeps it from being used.
func (s Standing) Barred() bool { return s == Suspended || s == Cut || s == Revoked }

// Shown is the standing as it is shown to who may not know what bars a right: that it is
// suspended, and no more.
func (s Standing) Shown(bars bool) Standing {
	if s.Barred() && !bars {
		return Suspended
	}
	return s
}

// Event is what is done with a right.
type Event string

// The events.
const (
	EventAsk      Event = "ask"
	EventRecord   Event = "record" // it was there before the portal, and is taken into the ledger
	EventWithdraw Event = "withdraw"
	EventPermit   Event = "permit"
	EventRefuse   Event = "refuse"
	EventConfirm  Event = "confirm" // it is still needed
	EventKeep     Event = "keep"    // it is still needed after a transfer
	EventGiveUp   Event = "give_up"
	EventEnd      Event = "end"
	EventMove     Event = "move"   // its person works elsewhere: their 管理者 is asked whether it is still needed
	EventDepart   Event = "depart" // its person works nowhere any more
	EventExpire   Event = "expire" // its last day is over, or nobody has said after a transfer that it is still needed
	EventLeave    Event = "leave"  // its person has left
	EventRetire   Event = "retire" // its system has ended

	EventSuspend      Event = "suspend"
	EventRevoke       Event = "revoke"
	EventCutConduct   Event = "cut_conduct" // 本人の行為による緊急停止
	EventCutAccount   Event = "cut_account" // アカウント保護のための停止
	EventConfirmCut   Event = "confirm_cut"
	EventTell         Event = "tell" // its person is told of a cut, once evidence is secured
	EventReinstate    Event = "reinstate"
	EventLapse        Event = "lapse"         // its last day is over, or nobody has confirmed a cut in time
	EventLeaveRevoked Event = "leave_revoked" // 剥奪のまま完了
)

// Title is what the event is called.
func (e Event) Title() string { return course.Title(e) }

// Arrow is what an event makes of a right that stands so: Conflict where there is none.
func Arrow(from Standing, event Event) (lifecycle.Arrow[Standing, Event, lifecycle.Always], error) {
	return course.Arrow(from, event, "")
}

// stored is what the database keeps of a standing; the rest is asked of days, posts and bars.
func (s Standing) stored() string {
	switch s {
	case Asked, Refused, Withdrawn, Ended:
		return string(s)
	case Upcoming, InForce, Moved, Left, Suspended, Cut, Revoked:
	}
	return "permitted"
}

// becomes is what the database keeps of a right after an event, by its arrows; empty where they
// change nothing of that.
func becomes(event Event) string {
	for _, a := range course.Arrows {
		if a.Event == event && a.From.stored() != a.To.stored() {
			return a.To.stored()
		}
	}
	return ""
}

// Who may do an event.
func Who(event Event) lifecycle.Who { return course.Who(event) }

var (
	asking     = lifecycle.Who{May: []authz.Action{authz.AskRights}}
	recording  = lifecycle.Who{May: []authz.Action{authz.RecordRights}}
	permitting = lifecycle.Who{May: []authz.Action{authz.PermitRights}, Except: "申請した人と使う人"}
	reviewing  = lifecycle.Who{May: []authz.Action{authz.ReviewRights}, Except: "使う人"}
	deciding   = lifecycle.Who{May: []authz.Action{authz.DecideRights}, Except: "本人"}
	cutting    = lifecycle.Who{May: []authz.Action{authz.CutAccess}, Except: "本人"}
	agreeing   = lifecycle.Who{May: []authz.Action{authz.ConfirmCuts}, Except: "本人"}
	portal     = lifecycle.Who{May: []authz.Action{authz.FallsDue}}
)

type arrow = lifecycle.Arrow[Standing, Event, lifecycle.Always]

// needs is the one text that a step needs.
func needs(title string) []lifecycle.Field { return []lifecycle.Field{{Name: "note", Title: title}} }

// What the steps of a bar ask for, from whatever standing.
const (
	toSuspend = "どの利用権限か、理由、いつから、いつまで"
	toRevoke  = "どの利用権限か、理由、いつから"
	toCut     = "どの利用権限か、差し迫った危険"
)

// course is the life of a right (6(2)③, 7(6)).
var course = lifecycle.Table[Standing, Event, lifecycle.Always]{
	Thing:  "利用権限",
	States: []Standing{Asked, Upcoming, InForce, Moved, Left, Suspended, Cut, Revoked, Refused, Withdrawn, Ended},
	Ends:   []Standing{Refused, Withdrawn, Ended},
	Arrows: []arrow{
		{Event: EventAsk, To: Asked, By: asking, Title: "申請", Asks: "システム、区分、権限、目的、いつから、いつまで"},
		{Event: EventRecord, To: InForce, By: recording, Title: "台帳への取り込み", Asks: "システム、使う人、区分、権限、目的、いつから、いつまで"},
		{From: Asked, Event: EventWithdraw, To: Withdrawn, By: asking, Title: "取り下げ"},
		{From: Asked, Event: EventPermit, To: Upcoming, By: permitting, Title: "許可"},
		{From: Asked, Event: EventRefuse, To: Refused, By: permitting, Title: "不許可", Needs: needs("許可しない理由")},
		{From: Upcoming, Event: EventGiveUp, To: Ended, By: asking, Title: "返却"},
		{From: Upcoming, Event: EventEnd, To: Ended, By: reviewing, Title: "終了", Needs: needs("終える理由")},
		{From: Upcoming, Event: EventLeave, To: Ended, By: portal, Title: "退職などによる終了"},
		{From: Upcoming, Event: EventRetire, To: Ended, By: portal, Title: "システムの廃止による終了"},
		{From: InForce, Event: EventConfirm, To: InForce, By: reviewing, Title: "まだ要ることの確認"},
		{From: InForce, Event: EventGiveUp, To: Ended, By: asking, Title: "返却"},
		{From: InForce, Event: EventEnd, To: Ended, By: reviewing, Title: "終了", Needs: needs("終える理由")},
		{From: InForce, Event: EventMove, To: Moved, By: portal, Title: "異動（要るかどうかを、新しい課の課長に聞く）"},
		{From: InForce, Event: EventDepart, To: Left, By: portal, Title: "退職など（職がなくなる）"},
		{From: Moved, Event: EventDepart, To: Left, By: portal, Title: "退職など（職がなくなる）"},
		{From: InForce, Event: EventExpire, To: Ended, By: portal, Title: "期限による終了"},
		{From: InForce, Event: EventRetire, To: Ended, By: portal, Title: "システムの廃止による終了"},
		{From: Moved, Event: EventKeep, To: InForce, By: reviewing, Title: "異動の後も使うことの確認"},
		// before its first day, and while it is barred, it is asked too: what is barred stays so
		{From: Upcoming, Event: EventKeep, To: Upcoming, By: reviewing, Title: "異動の後も使うことの確認"},
		{From: Suspended, Event: EventKeep, To: Suspended, By: reviewing, Title: "異動の後も使うことの確認"},
		{From: Cut, Event: EventKeep, To: Cut, By: reviewing, Title: "異動の後も使うことの確認"},
		{From: Revoked, Event: EventKeep, To: Revoked, By: reviewing, Title: "異動の後も使うことの確認"},
		{From: Moved, Event: EventGiveUp, To: Ended, By: asking, Title: "返却"},
		{From: Moved, Event: EventEnd, To: Ended, By: reviewing, Title: "終了", Needs: needs("終える理由")},
		{From: Moved, Event: EventExpire, To: Ended, By: portal, Title: "期限による終了"},
		{From: Moved, Event: EventRetire, To: Ended, By: portal, Title: "システムの廃止による終了"},
		{From: Left, Event: EventEnd, To: Ended, By: reviewing, Title: "終了", Needs: needs("終える理由")},
		{From: Left, Event: EventLeave, To: Ended, By: portal, Title: "退職などによる終了"},
		{From: Left, Event: EventRetire, To: Ended, By: portal, Title: "システムの廃止による終了"},

		{From: InForce, Event: EventSuspend, To: Suspended, By: deciding, Title: "停止", Asks: toSuspend},
		{From: InForce, Event: EventRevoke, To: Revoked, By: deciding, Title: "剥奪", Asks: toRevoke},
		{From: InForce, Event: EventCutConduct, To: Cut, By: cutting, Title: "本人の行為による緊急停止", Asks: toCut},
		{From: InForce, Event: EventCutAccount, To: Cut, By: cutting, Title: "アカウント保護のための停止", Asks: toCut},
		{From: Upcoming, Event: EventSuspend, To: Suspended, By: deciding, Title: "停止", Asks: toSuspend},
		{From: Upcoming, Event: EventRevoke, To: Revoked, By: deciding, Title: "剥奪", Asks: toRevoke},
		{From: Moved, Event: EventSuspend, To: Suspended, By: deciding, Title: "停止", Asks: toSuspend},
		{From: Moved, Event: EventRevoke, To: Revoked, By: deciding, Title: "剥奪", Asks: toRevoke},
		{From: Suspended, Event: EventSuspend, To: Suspended, By: deciding, Title: "停止", Asks: toSuspend}, // for longer
		{From: Suspended, Event: EventRevoke, To: Revoked, By: deciding, Title: "剥奪", Asks: toRevoke},
		{From: Cut, Event: EventConfirmCut, To: Cut, By: agreeing, Title: "緊急停止を認める", Asks: "（認められないまま期限が来ると、終わる）"},
		{From: Cut, Event: EventTell, To: Cut, By: cutting, Title: "本人への通知（証拠を確保した後）"},
		{From: Suspended, Event: EventLapse, To: InForce, By: portal, Title: "期限による停止の終わり"},
		{From: Cut, Event: EventLapse, To: InForce, By: portal, Title: "期限による停止の終わり", Asks: "（本人の行為による緊急停止が、認められないまま期限を過ぎる）"},
		{From: Cut, Event: EventSuspend, To: Suspended, By: deciding, Title: "停止", Asks: toSuspend},
		{From: Cut, Event: EventRevoke, To: Revoked, By: deciding, Title: "剥奪", Asks: toRevoke},
		{From: Suspended, Event: EventReinstate, To: InForce, By: deciding, Title: "停止の解除・利用再開", Needs: needs("解除する理由")},
		{From: Cut, Event: EventReinstate, To: InForce, By: deciding, Title: "停止の解除・利用再開", Needs: needs("解除する理由")},
		{From: Revoked, Event: EventReinstate, To: InForce, By: deciding, Title: "停止の解除・利用再開", Needs: needs("解除する理由")},
		{From: Revoked, Event: EventLeaveRevoked, To: Ended, By: deciding, Title: "剥奪のまま完了", Needs: needs("完了とする理由")},
	},
}

// StatesDocument is the life of a right as docs/right-states.md holds it; a test keeps the two
// the same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	if err := course.Check(); err != nil {
		return "", err
	}
	return lifecycle.Document{
		Title: "利用権限の状態", Sources: []string{"internal/rights/life.go"},
		Rows: append(course.Rows(),
			lifecycle.Row{From: Upcoming.Title(), What: "最初の日が来る", To: InForce.Title()}),
	}.Markdown(), nil
}
