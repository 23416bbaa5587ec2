// Package connector lets the town's directories and systems take over who may use what
// (利用権限): by a connector to a directory, a service or a webhook, or where a system has none
// by a work order to who answers for it.
//
// A change of rights writes down, in its own transaction, what is wanted of each person and
// system (a target), and a job that carries it out. A target says what is wanted and never
// what to do: a job that runs twice, late, or beside another finds the same. What a job has
// done it writes down of the version that it has seen; what was changed meanwhile still waits.
//
// Nothing here knows why somebody may use something or not, and nothing that leaves says it.
package connector
