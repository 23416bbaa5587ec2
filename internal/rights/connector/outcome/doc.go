// Package outcome is what the ledger and who goes through rights are told of how far these
// have reached the town's systems: beside each right, of each person, and which accounts only
// a directory has (7(6)). It changes nothing.
package outcome
