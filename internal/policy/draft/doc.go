// Package draft is a revision of the policy on its way: from a text that comes in or
// the revision before, through changes and comments, until it is published or thrown
// away.
//
// A text comes in as an Import, is read into an outline, and becomes a Draft once a
// person has settled the reader's questions. What people type and have not saved is
// autosaved for them alone. A draft is handed in to the CISO or the 本部会議; which step
// leads where, and who may take it, stands in one table (life.go). Every step passes
// Step, also those of publish.
package draft
