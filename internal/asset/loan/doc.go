// Package loan is assets that are taken out of the office or lent to another section
// (持出し・貸出し): asked for with what for, where to, until when and how it is kept safe;
// refused at once where a rule bars it (基本方針7(2), 7(3)①), and that too is kept; else
// permitted by the 情報セキュリティ管理者 of the section that holds the asset, never by who
// asked or takes it; handed over, back by a day, and looked at when it comes back.
//
// Whether one is overdue is asked of a day: nothing has to run for it. The section that
// holds an asset is that of today: what is lent goes with the asset where another section
// takes it over, and comes back there.
package loan
