// Package authz says who may do what.
//
// The permission table (table.go) reads like the table that the town decided
// on: a row for each action, a column for each role of 図 1.1, and in the cell
// how far the role reaches. Everything that asks "may they?" asks this table:
// the routes, the operations, and the SQL of the reads through Reach and
// Sections.
//
// Whoever a matter is about never decides on it (職務分離): Check refuses a
// decision on one's own matter whatever the role.
package authz
