package procedure

// State is where a case stands.
type State string

// The states.
const (
	Reported    State = "reported"
	Dismissed   State = "dismissed" // 調査しない
	Joined      State = "joined"    // it is part of another case now
	Confirmed   State = "confirmed"
	Guided      State = "guided"
	NotImproved State = "not_improved"
	Suspended   State = "suspended"
	Revoked     State = "revoked"
	Closed      State = "closed"
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Reported:
		return "報告の受付"
	case Dismissed:
		return "調査しない"
	case Joined:
		return "ほかの事案に統合"
	case Confirmed:
		return "違反の確認"
	case Guided:
		return "指導中"
	case NotImproved:
		return "改善されていない"
	case Suspended:
		return "利用停止中"
	case Revoked:
		return "利用権限の剥奪"
	case Closed:
		return "完了"
	}
	return ""
}

// Open tells whether something is still to be done.
func (s State) Open() bool { return s != Dismissed && s != Joined && s != Closed }

// States are all of them, in the order of a course.
func States() []State { return course.States }

// Outcome is how a case has ended.
type Outcome string

// The outcomes.
const (
	OutcomeDismissed    Outcome = "dismissed"     // 調査しない
	OutcomeNotViolation Outcome = "not_violation" // 違反に当たらない
	OutcomeImproved     Outcome = "improved"
	OutcomeLifted       Outcome = "lifted"
	OutcomeLeftRevoked  Outcome = "left_revoked"
	OutcomeVendor       Outcome = "vendor" // 派遣元・委託先に是正を求めた
)

// Title is what the outcome is called; empty for none.
func (o Outcome) Title() string {
	switch o {
	case OutcomeDismissed:
		return "調査しない"
	case OutcomeNotViolation:
		return "違反に当たらない"
	case OutcomeImproved:
		return "改善した"
	case OutcomeLifted:
		return "停止の解除・利用再開"
	case OutcomeLeftRevoked:
		return "剥奪のまま完了"
	case OutcomeVendor:
		return "派遣元・委託先に是正を求めた"
	}
	return ""
}

// Counts tells whether a case that has ended so counts when somebody does the like again.
func (o Outcome) Counts() bool { return o != OutcomeDismissed && o != OutcomeNotViolation }

// OutcomeOf is how an event ends a case; empty where it does not.
func OutcomeOf(event Event) Outcome {
	switch event {
	case EventDismiss:
		return OutcomeDismissed
	case EventNotViolation:
		return OutcomeNotViolation
	case EventImprove:
		return OutcomeImproved
	case EventLift, EventExpire:
		return OutcomeLifted
	case EventLeaveRevoked:
		return OutcomeLeftRevoked
	case EventCorrect:
		return OutcomeVendor
	default:
		return ""
	}
}
