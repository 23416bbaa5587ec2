package address

// The pages of exceptions without parameters.
const (
	Exceptions   = "/exceptions"
	NewException = Exceptions + "/new"
	// ExceptionsFile is the register as a file.
	ExceptionsFile = Exceptions + "/export.xlsx"
)

// NewAssetException is where an exception is asked for about a rule that an asset, by its
// 管理番号, does not fit.
func NewAssetException(asset, rule string) string {
	return With(With(NewException, "asset", asset), "rule", rule)
}

// Exception is an exception, by its code.
func Exception(code string) string { return under(Exceptions, code) }

// ExceptionStep is where a step of it is taken: permit, refuse, withdraw, review, end, revoke,
// settle.
func ExceptionStep(code, step string) string { return under(Exception(code), step) }
