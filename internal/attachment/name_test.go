package attachment_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"kagami/internal/attachment"
)

func TestNamesAreMadeHarmless(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("議", 100)
	for name, want := range map[string]string{
		"議事録.pdf":                          "議事録.pdf",
		"第3回 議事録（案）.docx":                  "第3回 議事録（案）.docx",
		`C:\Users\me\議事録.pdf`:              "議事録.pdf",
		"../../etc/passwd":                 "passwd",
		"/":                                "ファイル",
		"":                                 "ファイル",
		"...":                              "ファイル",
		" \u3000 ":                         "ファイル",
		".htaccess":                        "_.htaccess",
		"議事録\u202efdp.exe":                 "議事録fdp.exe", // turned to be read exe.pdf
		"議\u200b事\ufeff録.pdf":              "議事録.pdf",    // with what nobody sees
		"議事録\r\nX-Header: 1.pdf":           "議事録X-Header_ 1.pdf",
		"a\x00b.pdf":                       "ab.pdf",
		"\xff\xfe議事録.pdf":                  "議事録.pdf",
		"カ\u3099イド.pdf":                    "ガイド.pdf", // as macOS writes it
		"カ\u200b\u3099イド.pdf":              "ガイド.pdf",
		"議事録\u3000最終.pdf":                  "議事録 最終.pdf",
		`a<b>:"|?*.pdf`:                    "a_b______.pdf",
		"議事録.pdf. . ":                      "議事録.pdf",
		"CON":                              "_CON",
		"nul.pdf":                          "_nul.pdf",
		"com1 .pdf":                        "_com1 .pdf",
		"lpt¹.docx":                        "_lpt¹.docx",
		"console.pdf":                      "console.pdf",
		long + ".pdf":                      strings.Repeat("議", 65) + ".pdf",
		strings.Repeat("a", 10_000):        strings.Repeat("a", 200),
		"x." + strings.Repeat("a", 10_000): "x." + strings.Repeat("a", 198),
		strings.Repeat("か\u3099", 50_000) + ".pdf": strings.Repeat("が", 65) + ".pdf",
	} {
		if got := attachment.Harmless(name); got != want {
			t.Errorf("%.60q becomes %q, want %q", name, got, want)
		}
	}
}

// isHarmless tells what is wrong with a name, whatever it was made of.
func isHarmless(name string) string {
	switch {
	case name == "" || len(name) > 200:
		return "its length"
	case !utf8.ValidString(name) || !norm.NFC.IsNormalString(name):
		return "its form"
	case strings.ContainsAny(name, "/\\<>:\"|?*"):
		return "what means something to a system"
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.In(r, unicode.Cf, unicode.Co) }):
		return "what nobody sees"
	case strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || strings.TrimSpace(name) != name:
		return "its ends"
	case attachment.Harmless(name) != name:
		return "it changes again, to " + attachment.Harmless(name)
	}
	return ""
}

func TestEveryNameBecomesHarmless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			"議事録", "か\u3099", "\u3099", "\u202e", "\u200d", ".", "..", " ", "\u3000", "/", `\`, "con", "NUL", "lpt1", ".pdf", "\x00", "\xff", "👨‍👩‍👧", "a", ":", strings.Repeat("長", 40),
		}), 0, 12).Draw(t, "parts")
		name := attachment.Harmless(strings.Join(parts, "") + rapid.String().Draw(t, "end"))
		if wrong := isHarmless(name); wrong != "" {
			t.Fatalf("%q: %s", name, wrong)
		}
	})
}
