// Package ledger reads the registers of assets that towns keep (台帳): the sheets of a file
// that have such a table, whatever stands above it, its headings of one row or two, and the
// rows that are assets. What their cells mean is package wording's.
package ledger
