// Package policy is the 情報セキュリティポリシー (基本方針 2(4)) and the procedures
// under it: documents, their revisions, and who has read them.
//
// A text comes in as an Import, is read into an outline (package outline), and
// once a person has settled the reader's questions becomes a draft Revision. A
// published revision never changes. The 基本方針 may be read by everyone, 対策基準
// and 実施手順 are not public (基本方針 10): for a person who may not read one, it
// does not exist.
//
// A draft is handed in, and published by the CISO's 通知 where it is a 簡易な見直し,
// else on the 本部会議's decision (7(9)); which step leads where stands in one table
// (life.go). From its 施行日 it is in force by itself, until another follows or the
// document is abolished. Links to its clauses outlast it.
//
// 職員等 keep to the policy (基本方針 5); that they have read a revision and will
// keep to it is their Acknowledgement, stored once with the hash of the text
// that was shown. Publishing says whom a revision asks for it and by when; the
// portal asks and reminds them as their days come (tend.go).
package policy
