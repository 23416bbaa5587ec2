// Package publish decides on what has been drafted (基本方針 7(9)): a 簡易な見直し is
// published by the CISO's numbered 通知, any other revision on the 本部会議's decision,
// which is recorded with its minutes. Nobody publishes what they have drafted.
//
// Publishing says whom a revision asks to acknowledge it and by when, and lets its
// clauses be found. A document ends by its abolition (廃止), which rests on a decision
// too and is never undone.
package publish
