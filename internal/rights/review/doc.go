// Package review is the yearly confirmation of rights (利用権限の確認, 7(6)): who leads people
// goes through what these may use, one right after the other, and says whether it is still
// needed.
//
// Which rights are asked for is fixed when one is opened. Who is asked is not: a right is asked
// of who leads its person on the day, so that one whose person is transferred meanwhile goes
// along, with the answer that it has. Nobody answers for their own rights; of who leads a
// section alone these go to the role above. What has ended meanwhile needs no answer.
package review
