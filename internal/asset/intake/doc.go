// Package intake takes asset registers in as towns keep them (基本方針 7(2)): Excel
// workbooks and CSV with titles above the table, headings of one row or two, levels of
// three schemes, and days of any calendar.
//
// A file is read (Read), planned against the register (Plan), and taken in whole or not
// at all (TakeIn). What it does not say stays as it is: a blank never overwrites, and
// neither does a word that says less than the register, such as a 3 of the three steps
// where somebody has chosen 3B.
//
// A row of which something is still to be settled becomes a draft: a level or a zone for
// which the register has no column, 機密性3 of the three steps, 特定個人情報 of which
// nothing says whether it is for 利用事務 or 関係事務 (in マイナンバー利用事務系 it is for
// 利用事務, of which alone that zone is), and personal data of which it says nothing.
package intake
