package edition

import (
	"fmt"
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
