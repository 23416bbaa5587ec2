// Package amend changes one clause of a text: its words, its place, whether it
// is there at all. It numbers the clauses after it anew where that is wanted,
// and follows the references of the text to its own clauses.
//
// Apply makes an Amendment on an outline. The outline given stays as it is; the
// Change that comes out holds the new one, which clause has which new number,
// and the references that would no longer lead to the clause they led to
// (７項(3), ３項「対象とする脅威」, 第5条第2項, 前項), each with the words that would.
// Nothing is changed in a reference unless With is told so.
//
// Find lists the references of a text. It takes for the text's own only what it
// has reason to: 地方自治法第2条 and 対策基準の3項 are other texts'. Where it can't
// tell (規則等の第3条), the reference is doubtful, and a person says.
//
// The package keeps no data and asks nobody: rules as functions of texts.
package amend
