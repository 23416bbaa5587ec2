// Package trail is the 監査証跡: an append-only record of every change, who made
// it, in which role, to what, and when.
//
// An entry names people and things by their ids and fields by their names.
// Values that are personal or confidential stand in a part of their own, bound
// to the entry by a salted hash: a later rule may remove that part, and the
// entry still proves itself. The salt keeps short values (a name, a level)
// from being guessed out of the hash after the part is gone.
//
// Entries are written by the one door (package door), in the transaction of
// the change they record. The database refuses to change or remove them, by
// grants and by triggers.
package trail
