// Package deadline is how the portal reminds of a last day: on which days before,
// on and after it, and whom — the person, then their 情報セキュリティ管理者, then the
// 統括情報セキュリティ責任者. The days are settings of the town, each capability's own.
//
// A capability keeps itself to whom it has given which step, so that each is given
// once; Latest tells which step's day has come.
package deadline
