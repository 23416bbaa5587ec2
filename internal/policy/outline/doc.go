// Package outline reads the text of a policy into its chapters, articles, items
// and figures, and writes an outline out again as plain text.
//
// Real texts come out of PDFs and word processors: lines broken by the page,
// blank lines between all lines, full-width and half-width numbers mixed,
// labels of a figure lying loose between two items. Read finds the structure by
// the numbers that begin lines and by their order, and where it is not sure it
// says so: each Question names the lines and how they were read, and a person's
// Answers settle it. No character of the wording is lost or changed; only what
// belongs to the page (blanks, line breaks, page numbers, a table of contents)
// falls away, the last two never without a question.
//
// Write gives the portal's own plain form. It is unambiguous: reading it gives
// the same outline and no question. Its SHA-256 is what an acknowledgement
// records.
package outline
