// Package policy is the 情報セキュリティポリシー (基本方針 2(4)) and the procedures
// under it: documents, their revisions, and who has read them.
//
// A text comes in as an Import, is read into an outline (package outline), and
// once a person has settled the reader's questions becomes a draft Revision. A
// published revision never changes. The 基本方針 may be read by everyone, 対策基準
// and 実施手順 are not public (基本方針 10): for a person who may not read one, it
// does not exist.
//
// 職員等 keep to the policy (基本方針 5); that they have read a revision and will
// keep to it is their Acknowledgement, stored once with the hash of the text
// that was shown.
package policy
