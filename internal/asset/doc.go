// Package asset is the register of information assets: what the town holds, how it is
// classified by 機密性・完全性・可用性, and where it may be (基本方針 4(2), 7(2), 7(3)).
//
// An asset belongs to a section, whose 情報セキュリティ管理者 answers for it. It has a
// 管理番号 that is given once, and a version for each change, kept with what was before and
// after. One that has ended, because it is gone or should never have been registered, is
// read and never changed.
//
// Which levels and zones there are is data: editions that a guideline fixes, with the
// town's own rows over them. So are the rules of which asset may stand in which zone; what
// breaks one is 「基準に合わない（要是正）」 on screens.
package asset
