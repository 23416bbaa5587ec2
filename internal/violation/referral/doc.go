// Package referral is the discipline for a violation (基本方針 6(1)): the 統括 proposes, the
// 任命権者 asks the body that judges such a person, the body meets and reports, and the 任命権者
// decides. The portal records that course and decides nothing; of the decision it keeps the day,
// the number of the paper and the kind. What else there is stands in the 人事記録.
//
// There is one referral for each person: whom the case is about, and each 監督責任者 on their own.
// Each of them learns only that their own has ended. Each step stands beside a step of the case,
// and is taken from the seat of the 統括 there.
package referral
