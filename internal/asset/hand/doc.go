// Package hand is what becomes of the assets of a section that is no more: they go to
// another one, which answers for them from then on (基本方針 7(2)).
package hand
