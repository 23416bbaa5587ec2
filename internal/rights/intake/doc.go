// Package intake takes a town's own ledger of accounts (アカウント管理台帳) in, as it is kept in
// Excel, and hands the portal's out with the same headings (基本方針 7(6)).
//
// A file is read, and planned against the ledger: what is new, what is there already, what is
// in the ledger alone, and what is wrong with which line. The plan is there to be looked at
// for a day, and then made, all of it or nothing, as long as it is still the one that was
// shown. Nothing is ever changed or ended by a file: who is not in one may have been
// forgotten.
package intake
