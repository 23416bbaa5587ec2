// Package comparison sets two revisions of a text side by side, as the
// 新旧対照表 that a town files: clause by clause, what changed underlined, what
// moved or only got another number told apart from what changed, and what stayed
// the same folded to （略）.
//
// Clauses are matched by what they say, not by their numbers, so that one new
// article does not make all that follow it look changed. The work is bounded:
// texts without anything in common are compared about as fast as equal ones.
package comparison
