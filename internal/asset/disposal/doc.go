// Package disposal is how assets are disposed of (廃棄, 基本方針 7(3)): asked for with the way
// in which each medium is destroyed or emptied, done with somebody who stands by, recorded,
// and confirmed by the section's 情報セキュリティ管理者, never by who did it. Only then is the
// asset retired; its record is never deleted.
//
// Which ways there are for a medium, and which of them are enough for what was on it, are
// editions: who disposes goes by those of the day on which they record it. What can't be found
// is written off by the same way, without anybody destroying it.
package disposal
