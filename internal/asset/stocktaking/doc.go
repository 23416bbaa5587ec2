// Package stocktaking is the 棚卸し of the register (7(2)): once a year, or when the 統括 asks
// for it, each section goes through its assets one by one, and its 情報セキュリティ管理者
// confirms what was found.
//
// Nothing of the register is copied when one is opened. An asset is in it by its id — those
// registered up to the opening — and where it stands: one that moves is asked for in its new
// section, and an answer that it has stays; one that ends meanwhile needs none. So how far a
// section is, is counted where it is shown, and what it came to is kept at the closing.
package stocktaking
