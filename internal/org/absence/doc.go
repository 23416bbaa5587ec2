// Package absence is when somebody is away from work for longer (休業): before and
// after giving birth, to bring up a child, ill, to care for somebody. It is said once,
// by who may change the organization, and holds for every duty: who is away on a day
// owes nothing on it, and has new days once they are back.
//
// That somebody is away is no secret where people ask what they owe; of which kind it
// is, and why, only they themselves see and who may change the organization. Others
// join the view absence_shown, which says neither.
package absence
