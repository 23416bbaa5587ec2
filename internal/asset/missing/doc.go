// Package missing is what can't be found (所在不明, 基本方針 7(2)): an asset that a 棚卸し or
// somebody in the office does not find, or that was lost on a loan. The 統括 and the
// CSIRT担当者 are told at once; it is over when the asset is found, or written off through a
// disposal. What the asset held at that instant is kept, and the hour at which somebody has
// noticed it: it may be the first day of the clock of a report.
//
// Other rooms report in their own change, by Report.
package missing
