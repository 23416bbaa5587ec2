package address

// The pages of exceptions without parameters.
const (
	Exceptions   = "/exceptions"
	NewException = Exceptions + "/new"
)

// Exception is an exception, by its code.
func Exception(code string) string { return under(Exceptions, code) }

// ExceptionStep is where a step of it is taken: permit, refuse, withdraw, review, end, revoke.
func ExceptionStep(code, step string) string { return under(Exception(code), step) }
