package archtest

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// mostLines is how many lines a room has at most that somebody has written by
// hand, Go and templ, without its tests. One that outgrows it splits: a room for
// its nouns, then one for each verb.
const mostLines = 2500

func TestNoRoomIsTooLarge(t *testing.T) {
	lines := map[string]int{}
	for _, file := range lookAround(t) {
		if ext := path.Ext(file); ext != ".go" && ext != ".templ" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(top, file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("// Code generated")) {
			lines[path.Dir(file)] += bytes.Count(text, []byte("\n"))
		}
	}
	tooLarge := map[string]string{}
	for room, n := range lines {
		if n > mostLines {
			tooLarge[room] = fmt.Sprintf("%d lines, and %d are the most: split it, a room for its nouns, then one for each verb", n, mostLines)
		}
	}
	shrinks(t, "large-rooms.txt", tooLarge)
}
