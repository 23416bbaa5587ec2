package address

// The pages of the policy without parameters.
const (
	Policies         = "/policies"
	Search           = "/search"
	Glossary         = "/glossary"
	Imports          = "/imports"
	Acknowledgements = "/acknowledgements" // one's own
)

// Policy is a document as it is in force, by its code.
func Policy(code string) string { return path("policies", code) }

// Clause is a clause in the document as it is in force.
func Clause(code, anchor string) string { return At(Policy(code), anchor) }

// LastingClause is a clause of a revision, and leads to it in later revisions too.
func LastingClause(code string, revision int, anchor string) string {
	return under(Policy(code), "clauses", number(revision), anchor)
}

// PublicPolicy is a document for everybody, without signing in.
func PublicPolicy(code string) string { return path("public", code) }

// LastingPublicClause is LastingClause for everybody.
func LastingPublicClause(code string, revision int, anchor string) string {
	return under(PublicPolicy(code), "clauses", number(revision), anchor)
}

// Changes is what has changed since the reader's last acknowledgement.
func Changes(code string) string { return under(Policy(code), "changes") }

// Comparison is the last two revisions side by side.
func Comparison(code string) string { return under(Policy(code), "comparison") }

// ComparisonTo is a revision beside the one before it.
func ComparisonTo(code string, to int) string { return With(Comparison(code), "to", number(to)) }

// ComparisonFile is two revisions side by side as a file of an extension, ".xlsx" or
// ".docx"; from 0, a revision beside the one before it.
func ComparisonFile(code, extension string, from, to int) string {
	u := under(Policy(code), "comparison"+extension)
	if from != 0 {
		u = With(u, "from", number(from))
	}
	return With(u, "to", number(to))
}

// Audience is whom a document is for.
func Audience(code string) string { return under(Policy(code), "audience") }

// Abolition is where a document is abolished.
func Abolition(code string) string { return under(Policy(code), "abolish") }

// Readers is who has acknowledged a document and who has not.
func Readers(code string) string { return under(Policy(code), "readers") }

// ReadersAfter is Readers without its first sections.
func ReadersAfter(code string, sections int) string {
	return With(Readers(code), "after", number(sections))
}

// ReadersFile is Readers as a file of an extension, ".xlsx" or ".csv".
func ReadersFile(code, extension string) string { return under(Policy(code), "readers"+extension) }

// Reader is one of them, by their 職員番号.
func Reader(code, staff string) string { return under(Readers(code), staff) }

// Revisions is the history of a document.
func Revisions(code string) string { return under(Policy(code), "revisions") }

// Revision is the text of a revision, by its number.
func Revision(code string, n int) string { return under(Revisions(code), number(n)) }

// RevisionClause is a clause in the text of a revision.
func RevisionClause(code string, n int, anchor string) string { return At(Revision(code, n), anchor) }

// Evidence is whom a revision has asked and what came of it, as a file of an
// extension, ".xlsx" or ".csv".
func Evidence(code string, n int, extension string) string {
	return under(Revision(code, n), "readers"+extension)
}

// CISONotice is the 通知 that a revision was published by.
func CISONotice(code string, n int) string { return under(Revision(code, n), "notice") }

// Minutes is the file with the minutes of the decision that a revision rests on.
func Minutes(code string, n int) string { return under(Revision(code, n), "minutes") }

// MinutesShown is Minutes as a browser shows them, where it can.
func MinutesShown(code string, n int) string { return With(Minutes(code, n), "show", "1") }

// Acknowledgement is the proof that the reader has acknowledged a revision.
func Acknowledgement(code string, n int) string { return under(Acknowledgements, code, number(n)) }

// Import is a text that is being read in, by its token.
func Import(token string) string { return under(Imports, token) }

// NextImport is where the next revision of a document is read in.
func NextImport(code string) string { return With(Imports, "document", code) }

// Draft is the draft of a document.
func Draft(code string) string { return under(Policy(code), "draft") }

// DraftStep is where a step is taken with a draft: edit, submit, publish and the like.
func DraftStep(code, step string) string { return under(Draft(code), step) }

// DraftTyped is where the editor sends what is typed, to be kept and read.
func DraftTyped(code string) string { return under(Draft(code), "edit", "typed") }

// DraftUnsaved is the editor with what was kept and not saved.
func DraftUnsaved(code string) string { return With(DraftStep(code, "edit"), "text", "unsaved") }

// DraftComments is where comments on a draft are written.
func DraftComments(code string) string { return under(Draft(code), "comments") }

// DraftClauses is a draft clause by clause.
func DraftClauses(code string) string { return under(Draft(code), "clauses") }

// DraftClause is where an act is done to a clause of a draft, such as rewrite.
func DraftClause(code, anchor, act string) string { return under(DraftClauses(code), anchor, act) }

// NewClause is where a clause is inserted before, after or under another.
func NewClause(code, anchor, where string) string {
	return With(DraftClause(code, anchor, "insert"), "where", where)
}

// DraftClauseTyped is where the form of DraftClause sends what is typed, to be kept.
func DraftClauseTyped(code, anchor, act string) string {
	return under(DraftClause(code, anchor, act), "typed")
}

// DraftClausesUnsaved is where what was kept of a clause is thrown away.
func DraftClausesUnsaved(code string) string { return under(DraftClauses(code), "unsaved") }
