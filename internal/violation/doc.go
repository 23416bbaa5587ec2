// Package violation is what the town does where somebody has acted against the policy (基本方針
// 6(2)): a case for each violation, from its confirmation over the guidance of the 管理者 to its
// end. In which order, who acts and who is told, says procedure; what is barred, rights/bar.
//
// A case is confided to those who deal with it. Whoever it is about, or who is 監督責任者 or kin,
// sees of it only what was addressed to them, whatever their role, and acts no more in it. Each
// reading is recorded, and nothing is shown where that fails.
//
// Who has reported it is not known here: report keeps that apart.
package violation
