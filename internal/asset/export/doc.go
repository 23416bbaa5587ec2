// Package export hands the register of information assets out: what a list shows, as a
// workbook to be filled in and taken in again, as CSV, or as labels to be stuck on.
//
// What it writes internal/asset/intake reads without a change, whatever stands in the
// register: what is still to be settled, lines within a text, texts that look like a
// formula or a number, levels of other days.
package export
