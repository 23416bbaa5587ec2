package connector

// State is how far a target is.
type State string

// The states.
const (
	Waiting State = "waiting"
	Done    State = "done"
	Failed  State = "failed"
	Ordered State = "order" // a work order says it to who answers for the system
)

// States are all of them, in the order in which they are offered.
func States() []State { return []State{Waiting, Failed, Ordered, Done} }

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Waiting:
		return "反映待ち"
	case Done:
		return "反映済み"
	case Failed:
		return "失敗"
	case Ordered:
		return "作業依頼中"
	}
	return ""
}
