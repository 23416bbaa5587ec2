package exception

// Leads tells whether a step of the table leads from one state to another.
func Leads(from, to State) bool {
	for _, a := range life.Arrows {
		if a.From == from && a.To == to {
			return true
		}
	}
	return false
}

// States are all states.
func States() []State { return life.States }
