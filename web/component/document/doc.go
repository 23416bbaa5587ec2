// Package document is what the screens of the policy draw alike: a document's
// text, the comparison of two texts, the ways to documents, and what is said of
// one that is abolished.
package document
