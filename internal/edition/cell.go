package edition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// LineOf reads a cell that holds one line of text; a sentence that names it for one that is
// empty, longer than most characters, or has more lines.
func LineOf(what, typed string, most int) (text, problem string) {
	text = strings.TrimSpace(typed)
	if n := len([]rune(text)); n == 0 || n > most || strings.ContainsAny(text, "\r\n\x00") {
		return "", fmt.Sprintf("%sを、1行、%d字までで書いてください。", what, most)
	}
	return text, ""
}

// Words are those of a cell that holds a list, whatever their widths and however they are
// divided.
func Words(typed string) []string {
	return strings.FieldsFunc(norm.NFKC.String(typed), func(r rune) bool { return strings.ContainsRune(" \t、,", r) })
}

// Short is the beginning of what somebody has written, to be said back to them.
func Short(typed string) string {
	if r := []rune(typed); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return typed
}

// Choice is one of a closed list: as it is kept, and as people call it.
type Choice struct{ Kept, Title string }

// OneOf reads a cell that holds one of a closed list, as people call it or as it is kept; a
// sentence that tells them for what is none.
func OneOf(what, typed string, list []Choice) (kept, problem string) {
	folded := foldChoice(typed)
	var titles []string
	for _, c := range list {
		if folded == foldChoice(c.Title) || folded == c.Kept {
			return c.Kept, ""
		}
		titles = append(titles, c.Title)
	}
	return "", fmt.Sprintf("「%s」という%sはありません。「%s」のどれかを書いてください。", Short(typed), what, strings.Join(titles, "」「"))
}

func foldChoice(s string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))) }

// TitleOf is what one of a closed list is called; itself where it is none.
func TitleOf(list []Choice, kept string) string {
	if i := slices.IndexFunc(list, func(c Choice) bool { return c.Kept == kept }); i >= 0 {
		return list[i].Title
	}
	return kept
}

// CountOf reads a cell that holds how many of something there are, with or without its unit:
// 20, ２０日; a sentence that names it for what is no number between the least and the most.
func CountOf(what, typed, unit string, least, most int) (n int, problem string) {
	digits := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(norm.NFKC.String(typed)), unit))
	n, err := strconv.Atoi(digits)
	if err != nil || n < least || n > most || strings.HasPrefix(digits, "+") {
		return 0, fmt.Sprintf("%sを、%d%sから%d%sまでの数で書いてください。", what, least, unit, most, unit)
	}
	return n, ""
}
