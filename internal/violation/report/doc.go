// Package report is how suspected violations are reported (公益通報者保護法): by anybody, to the
// 統括 or the CISO as they choose, through the portal, or on paper, by telephone or without a
// name, recorded by who took it. A report opens a case, and who has made it learns what
// becomes of it.
//
// Who that is, is kept apart and sealed. Nothing beside a report or its case leads to them
// without the town's keys: the report holds a number, sealed, by which they find their answer;
// by the number's hash stands who they are, sealed again. The trail says 報告者. The name is
// opened by the 統括 and by those who are named 公益通報対応業務従事者 alone, with a reason, which
// is shown beside the case.
package report
