// Package gram is how words are found in the database without a dictionary, those of one
// and of two characters too: every character of a text and every two that follow each
// other stand in an index, and what has all those of a word is looked at for the word
// itself. The policy keeps them in a table, a row a revision; the register of assets in an
// index over its text, whose function text_grams lists the same two by two.
package gram

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Of lists the characters of a folded text and every two that follow each other, without
// blanks, in any order, some more than once.
func Of(text string) []string {
	var list []string
	for _, run := range strings.Fields(text) {
		before := -1
		for at := range run {
			_, size := utf8.DecodeRuneInString(run[at:]) // 1 of a byte that is none of a character
			end := at + size
			list = append(list, run[at:end])
			if before >= 0 {
				list = append(list, run[before:end])
			}
			before = at
		}
	}
	return list
}

// Needed are those that a text must have to hold all of some words, each once. A word of
// two characters or more needs no single ones.
func Needed(words []string) []string {
	var list []string
	for _, word := range words {
		of := Of(word)
		if utf8.RuneCountInString(word) > 1 {
			of = slices.DeleteFunc(of, func(g string) bool { return utf8.RuneCountInString(g) == 1 })
		}
		list = append(list, of...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// escaped writes what a tsquery reads as a sign of its own.
var escaped = strings.NewReplacer(`\`, `\\`, `'`, `''`)

// Mark is a tsquery of what holds a mark.
func Mark(mark string) string { return "'" + escaped.Replace(mark) + "'" }

// Marks are the tsqueries of what text_grams gives for a text that holds all of some words:
// it has no single characters, but each of them begins one of its grams.
func Marks(words []string) []string {
	list := Needed(words)
	for i, g := range list {
		list[i] = Mark(g)
		if utf8.RuneCountInString(g) == 1 {
			list[i] += ":*"
		}
	}
	return list
}
