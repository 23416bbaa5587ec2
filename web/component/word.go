package component

// OrDash is a text, or a dash where there is none.
func OrDash(s string) string {
	if s == "" {
		return "―"
	}
	return s
}

// OrOperator is the name of who did something; without one, whoever runs the
// server did it with a command.
func OrOperator(name string) string {
	if name == "" {
		return "サーバー運用者"
	}
	return name
}
