// Package communication is the register of communications between zones: what leads from
// one part of the town's networks into another, or out of the town, what for, and what
// makes it safe (基本方針 7(3)).
//
// マイナンバー利用事務系 communicates, in principle, with no other zone (7(3)①): only as a
// listed 特定通信. LGWAN接続系 and インターネット接続系 communicate only as 無害化通信
// (7(3)②, 2(12)). Which 特定通信 are listed, and which safeguards these rules allow, is
// data; what breaks a rule is 「基準に合わない（要是正）」 on screens.
//
// A communication belongs to a section, as an asset does, and whoever sees and changes
// the section's assets sees and changes its communications.
package communication
