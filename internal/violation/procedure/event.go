package procedure

// Event is what is done with a case.
type Event string

// The events.
const (
	EventReport       Event = "report"
	EventInvestigate  Event = "investigate" // 調査する
	EventDismiss      Event = "dismiss"     // 調査しない
	EventPass         Event = "pass"        // the CISO hands a report on to the 統括
	EventJoin         Event = "combine"
	EventConfirm      Event = "confirm"       // 6(2)①
	EventConfirmOther Event = "confirm_other" // 6(2)②
	EventGuide        Event = "guide"
	EventHand         Event = "hand" // a notice was handed over in a talk
	EventAnswer       Event = "answer"
	EventWaive        Event = "waive"
	EventImprove      Event = "improve"
	EventNotImprove   Event = "not_improve"
	EventAgree        Event = "agree"
	EventSuspend      Event = "suspend"
	EventRevoke       Event = "revoke"
	EventLift         Event = "lift"
	EventExpire       Event = "expire" // the last day of a suspension is over
	EventLeaveRevoked Event = "leave_revoked"
	EventNotViolation Event = "not_violation"
	EventCut          Event = "cut"
	EventCorrect      Event = "correct" // 派遣元・委託先に是正を求める
	EventWeigh        Event = "weigh"
	EventSupervise    Event = "supervise" // somebody is named 監督責任者
	EventKin          Event = "kin"
	EventRefer        Event = "refer"
	EventReferNot     Event = "refer_not"
	EventSeeReferral  Event = "see_referral"
	EventPropose      Event = "propose" // 具申, 依頼, 開催, 報告 and 処分 are what a referral records of itself
	EventReferralEnd  Event = "referral_end"
	EventReopen       Event = "reopen"
)

// Title is what the event is called.
func (e Event) Title() string { return course.Title(e) }

// Clause is the clause, or else the law, that stands behind an event.
func (e Event) Clause() string {
	switch e {
	case EventReport, EventInvestigate, EventDismiss, EventPass, EventJoin:
		return "公益通報者保護法・町の手続"
	case EventConfirm:
		return "6(2)①"
	case EventConfirmOther:
		return "6(2)②"
	case EventCut:
		return "7(7)"
	case EventRefer, EventReferNot, EventSeeReferral, EventPropose, EventReferralEnd, EventSupervise:
		return "6(1)"
	case EventCorrect:
		return "7(8)"
	default:
		return "6(2)③"
	}
}

// Offered are the events of a case that is there, in the order in which a page offers them.
var Offered = []Event{
	EventInvestigate, EventDismiss, EventPass, EventJoin,
	EventGuide, EventImprove, EventNotImprove, EventAnswer, EventWaive, EventHand,
	EventAgree, EventSuspend, EventRevoke, EventLift, EventLeaveRevoked, EventCut,
	EventCorrect, EventRefer, EventReferNot, EventSeeReferral, EventWeigh, EventSupervise, EventKin,
	EventNotViolation, EventReopen,
}

// Bars tells of an event that it bars rights, or ends that.
func Bars(event Event) bool {
	switch event {
	case EventSuspend, EventRevoke, EventCut, EventCorrect, EventLift, EventLeaveRevoked, EventNotViolation:
		return true
	default:
		return false
	}
}
