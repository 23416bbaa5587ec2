// Package outcome is how far rights have reached the town's systems (7(6)): what is wanted and
// what became of it, the work orders, and where the directories differ from the ledger; as who
// answers for the systems lists it, and as the ledger and who goes through rights are told
// beside each right. It changes nothing.
package outcome
