// Package procedure is what 基本方針 6(2) says of a violation, step by step: in which order,
// who takes each step and in whose place, and exactly who is told of it. It knows no database.
//
// The table is held to the database, which refuses every other step, and is printed into
// docs/violation-states.md.
package procedure
