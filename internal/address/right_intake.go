package address

// The pages by which the ledger of accounts comes in and goes out.
const (
	RightImport   = Rights + "/import"
	RightTemplate = RightImport + "/template.xlsx"
	RightAccounts = RightImport + "/accounts" // those that a directory alone has
	RightExport   = Rights + "/export"
	RightLedger   = Rights + "/export.xlsx"
)

// RightImportOf is a file that somebody looks at before it is taken in.
func RightImportOf(token string) string { return under(RightImport+"/of", token) }

// RightImportHeadings is where its headings are settled.
func RightImportHeadings(token string) string { return under(RightImportOf(token), "headings") }
