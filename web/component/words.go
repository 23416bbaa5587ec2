package component

// OrDash is a text, or a dash where it is empty.
func OrDash(s string) string {
	if s == "" {
		return "―"
	}
	return s
}
