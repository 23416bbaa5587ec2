// Package intake takes tables in that people hand in, whatever they are about: it
// finds the columns of an import by what they are headed, asks about headings that
// it is unsure of, remembers what somebody has settled, and lets one person have one
// file read at a time.
//
// An import says what its columns are (Table). Read hands on the rows, or says which
// headings somebody must settle first (Questions); what they choose (Settle) answers
// the questions of this file, and those of the next one that is headed alike
// (Remember, Recall). A blank cell says nothing: what is registered stays.
package intake
