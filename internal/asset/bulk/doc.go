// Package bulk changes many assets at once: those that a list shows are given the same
// values in some fields, after a look at what that does to each of them (4(2), 7(2)).
package bulk
