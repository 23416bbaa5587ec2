package exception

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/fault"
)

const (
	// MostClauses is of how many clauses one exception may be.
	MostClauses = 5
	mostClause  = 200 // characters of one
)

// Key is how a clause is looked for, however wide its letters are and however they are
// spaced: 基本方針7(3)1 for 基本方針 7(3)①.
func Key(clause string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(clause))
}

// clausesIn are the clauses of a text that has one a line, each once.
func clausesIn(text string) []string {
	var list, keys []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if key := Key(line); key != "" && !slices.Contains(keys, key) {
			list, keys = append(list, line), append(keys, key)
		}
	}
	return list
}

// Unfound are the clauses in a text, one a line, that are none of some names: of a rule on
// paper, or mistyped.
func Unfound(text string, names func(yield func(string) bool)) []string {
	known := map[string]bool{}
	for name := range names {
		known[Key(name)] = true
	}
	return slices.DeleteFunc(clausesIn(text), func(clause string) bool { return known[Key(clause)] })
}

func checkClauses(clauses []string) (problems []fault.Problem) {
	if len(clauses) > MostClauses {
		problems = append(problems, fault.Problem{Field: "clause", Message: "1つの例外措置の条項は、" + strconv.Itoa(MostClauses) + "つまでです。分けて申請してください。"})
	}
	if slices.ContainsFunc(clauses, func(clause string) bool { return utf8.RuneCountInString(clause) > mostClause }) {
		problems = append(problems, fault.Problem{Field: "clause", Message: "条項が長すぎます。1つを" + strconv.Itoa(mostClause) + "字までで書いてください。"})
	}
	return problems
}

// unwarned says of clauses that no text has what to do about them, once: rules on paper can be
// excepted too.
func (a Asking) unwarned() (problems []fault.Problem) {
	for _, clause := range a.Unfound {
		if !slices.ContainsFunc(a.Warned, func(w string) bool { return Key(w) == Key(clause) }) {
			problems = append(problems, fault.Problem{Field: "clause", Message: "「" + clause + "」は、施行中のポリシーに見つかりません。書き方を確かめてください。紙の規程などの条項なら、もう一度「申請する」を押すと、このまま申請できます。"})
		}
	}
	return problems
}

// citing is the pattern, of SQL and of Go alike, of keys that hold what somebody looks for:
// where that begins or ends with a figure, a longer number does not hold it, so that 7(3)①
// is not found where 17(3)⑩ is cited.
func citing(sought string) string {
	key := Key(sought)
	pattern := regexp.QuoteMeta(key)
	if first, _ := utf8.DecodeRuneInString(key); unicode.IsDigit(first) {
		pattern = `(^|[^0-9])` + pattern
	}
	if last, _ := utf8.DecodeLastRuneInString(key); unicode.IsDigit(last) {
		pattern += `($|[^0-9])`
	}
	return pattern
}
