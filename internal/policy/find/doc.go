// Package find looks for words in the current texts that somebody may read, and lists
// what these texts define: the words with their meanings (用語) and the threats
// (基本方針 3).
//
// Every character of a published revision and every two that follow each other stand
// in a table with the clauses that hold them (postings.go), written in the transaction
// that publishes it: a word of any length is found without a dictionary.
package find
