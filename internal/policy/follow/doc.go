// Package follow leads from a clause of one published revision to where it stands in
// a later one, and tells what happened to it on the way: so that a link to a clause
// outlasts the revision that it was made for.
package follow
