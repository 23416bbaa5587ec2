// Package policy is the 情報セキュリティポリシー (基本方針 2(4)) and the procedures
// under it: documents, their published revisions, whom they are for, and what
// somebody may read of them. The 基本方針 may be read by everyone, 対策基準 and
// 実施手順 are not public (基本方針 10): for a person who may not read one, it does
// not exist.
//
// A published revision never changes. From its 施行日 it is in force by itself, until
// another follows or the document is abolished.
//
// What is done with the policy has a room for each verb. They know this package, and
// it knows none of them:
//
//   - draft brings a text in and takes it on its way, until it is published;
//   - publish decides on it, by the CISO's 通知 or the 本部会議 (7(9)), and abolishes;
//   - acknowledge asks 職員等 whether they have read a revision, and keeps their word;
//   - find looks for words, and lists what they mean;
//   - follow leads from a clause of an earlier revision to where it stands now.
//
// Beside them stand rooms that know no database: outline reads and writes a text,
// amend changes one clause of it, comparison sets two side by side, textfile gets it
// out of a file.
package policy
