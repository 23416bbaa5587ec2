package procedure

// Answer is what who has reported a case is told of it (公益通報者保護法): apart from the
// notices of Tells, since nobody there knows who it is.
type Answer string

// The answers.
const (
	Investigating    Answer = "investigating"
	NotInvestigating Answer = "not_investigating" // with the reason
	Completed        Answer = "completed"
	Reopened         Answer = "reopened"
)

// Title is what the answer is called.
func (a Answer) Title() string {
	switch a {
	case Investigating:
		return "調査する"
	case NotInvestigating:
		return "調査しない"
	case Completed:
		return "完了"
	case Reopened:
		return "再開"
	}
	return ""
}

// AnswerTo is what who has reported a case is told where an event happens, after the answer
// before; empty for nothing. Who confirms a violation at once, or joins the report to another
// case, investigates it.
func AnswerTo(event Event, before Answer) Answer {
	switch event {
	case EventInvestigate, EventJoin, EventConfirm, EventConfirmOther:
		if before == Investigating {
			return ""
		}
		return Investigating
	case EventDismiss:
		return NotInvestigating
	case EventReopen:
		return Reopened
	default:
		if OutcomeOf(event) != "" {
			return Completed
		}
		return ""
	}
}
