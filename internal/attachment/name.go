package attachment

import (
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

const (
	mostName      = 200      // bytes of a name: Linux takes 255, and some is added on the way
	mostExtension = 20       // bytes of what is kept of the end of a name that is too long
	longest       = 64 << 10 // bytes of what a browser may call a file, folders and all
	nameless      = "ファイル"
)

// reserved are the names of devices in Windows, whatever extension they have.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?$`)

// Harmless makes a name one that any system can save under and that shows what it
// is: without folders, characters that nobody sees or that turn the direction of
// writing, and what means something to a system. The name of a file that has one
// is composed (NFC) and at most 200 bytes long, with its extension.
func Harmless(name string) string {
	name = name[max(0, len(name)-longest):] // what is before any name is not looked at
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co), r == unicode.ReplacementChar, !unicode.IsGraphic(r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = norm.NFC.String(name) // what stood between two may have kept them apart
	name = trim(name)
	if strings.HasPrefix(name, ".") || reserved.MatchString(name) {
		name = "_" + name
	}
	if len(name) > mostName {
		name = shorten(name)
	}
	if name == "" || name == "_" {
		return nameless
	}
	return name
}

// trim takes away what Windows does not keep at the end of a name.
func trim(name string) string { return strings.TrimRight(strings.TrimSpace(name), ". ") }

// shorten cuts a name between two letters as people see them, and leaves its
// extension.
func shorten(name string) string {
	end := path.Ext(name)
	if len(end) > mostExtension {
		end = ""
	}
	rest, kept := strings.TrimSuffix(name, end), 0
	for letters := uniseg.NewGraphemes(rest); letters.Next(); {
		_, to := letters.Positions()
		if to > mostName-len(end) {
			break
		}
		kept = to
	}
	return trim(rest[:kept]) + end
}
