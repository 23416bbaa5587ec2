package address

// The pages of what is taken out or lent, without parameters.
const (
	Loans   = "/loans"
	NewLoan = Loans + "/new"
)

// NewAssetLoan is where an asset, by its 管理番号, is asked for.
func NewAssetLoan(asset string) string { return With(NewLoan, "asset", asset) }

// LoanAgain is where the same is asked for as with a loan, by its code.
func LoanAgain(code string) string { return With(NewLoan, "again", code) }

// Loan is a loan, by its code.
func Loan(code string) string { return under(Loans, code) }

// LoanStep is where a step of it is taken: permit, refuse, withdraw, revoke, hand, part, close, lose.
func LoanStep(code, step string) string { return under(Loan(code), step) }

// LoanSlip is the slip that is signed when it is handed over.
func LoanSlip(code string) string { return under(Loan(code), "slip") }

// AssetLoans is the calendar of an asset, by its 管理番号.
func AssetLoans(code string) string { return under(Asset(code), "loans") }

// AssetLoansIn is the calendar of a month: 2026-12.
func AssetLoansIn(code, month string) string { return With(AssetLoans(code), "month", month) }

// AssetOffer is where a section says whether it lends an asset to others.
func AssetOffer(code string) string { return under(AssetLoans(code), "offer") }
