// Package rights is who may use which network or information system (利用権限), the ledger
// of that (アカウント管理台帳), and what is suspended, revoked or cut of it (基本方針 6(2)③, 7(6),
// 7(7)).
//
// A right is asked for, permitted by who answers for the system, and in force while its person
// works where it is for. Nothing has to run for that: what is in force on a day is asked of
// the views right_held and right_barred. A job (settle) then does what follows from a day that has come
// and from a change of the organization: it asks the new 管理者 what is still needed after a
// transfer, ends what is over, and lets the town's directories take it over.
//
// What bars rights stands beside them: a right that is suspended is still permitted, and is in
// force again once the bar has ended. A bar has a reason, which is confided to few; whatever
// leaves this room for a directory or for who carries it out says who, which right and from
// when, never why.
package rights
