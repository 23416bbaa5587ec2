package asset

// WhyWithdrawn is the reason in the history of a draft that was withdrawn.
const WhyWithdrawn = "下書きを取り下げた"

// WithdrawnTitle is what the end of such a draft is called: it was never registered, so that
// its registration was no mistake.
const WithdrawnTitle = "取り下げ"

// Withdrawal is the end of a draft that was withdrawn, by its history, the newest first; the
// zero value of what was not.
func Withdrawal(a Asset, history []Event) Event {
	if a.State != Mistaken || len(history) == 0 || history[0].Before["state"] != string(Draft) || history[0].Why != WhyWithdrawn {
		return Event{}
	}
	return history[0]
}
