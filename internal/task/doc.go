// Package task holds what somebody has to do (やること), and the batch in which
// many domains are asked at once.
//
// Home asks each capability what its person owes. Each would be a round trip of
// its own, ten capabilities ten: so a domain queues its statements into one
// Batch, says what to do with the rows, and the whole goes to the database
// together. Search goes the same way.
package task
