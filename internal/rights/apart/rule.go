// Package apart is which two rights one person may not have in one system (職務分離): who
// writes a slip does not decide on it. It is an edition with the town's own rows over it, and
// knows no database.
package apart

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Rule is that what one side lets do and what the other side does are not for one person.
type Rule struct {
	Key      string
	System   string   // the 管理番号 of the system for which it holds; empty for each
	A, B     []string // words found in what a right lets do (権限), or the name of its 区分
	Clause   string
	Sentence string // what to do
}

// Right is a right as far as a rule looks at it.
type Right struct {
	Number string // by which people know it; empty for one that is not asked for yet
	System string // 管理番号
	User   string // who uses it where that is not the person who answers for it
	Kind   string // the name of its 区分: 特権
	Grade  string // what it lets do: 承認
}

// Title names both sides: 「申請、起票」と「承認、決裁」.
func (r Rule) Title() string {
	return "「" + strings.Join(r.A, listed) + "」と「" + strings.Join(r.B, listed) + "」"
}

const listed = "、" // what divides the words of a side as people read them

// Rules are the rules.
var Rules = edition.New(edition.Kind{
	Name: "right_apart", Title: "同じ人が持てない利用権限",
	Help: "1つのシステムで、同じ人が両方は持てない利用権限（職務分離）の決まりです。利用権限の申請と許可、異動の後も使うことの確認のときに見ます。" +
		"「権限・区分」の欄には、利用権限の「権限」に含まれる語か、区分の名（一般、特権、共用、保守）を、読点で区切って書きます。" +
		"はじめに入っている行は、このポータルの案です。町の決まりと違うときは、町の行を足すか、外してください。",
	Columns: []intake.Column{
		{Key: "rule", Words: []string{"記号"}, Needed: true},
		{Key: "system", Words: []string{"システム", "管理番号"}, Needed: true},
		{Key: "one_side", Words: []string{"権限・区分A"}, Needed: true},
		{Key: "other_side", Words: []string{"権限・区分B"}, Needed: true},
		{Key: "clause", Words: []string{"条項", "根拠"}, Needed: true},
		{Key: "sentence", Words: []string{"文", "示す文"}, Needed: true},
	},
	Key: ruleKey, Fold: foldRule, Show: showRule, Whole: func([]edition.Row) string { return "" }, MostOwn: 50,
	Shipped: []edition.Edition{{
		Name: "職務分離の案", Source: "このポータルの案（根拠は、町の情報セキュリティ基本方針7(6)による町の対策基準・実施手順で確かめる）",
		First: calendar.NewDate(2026, time.April, 1),
		Rows: []edition.Row{
			{"develop-operate", "", "開発", "本番 運用", proposed, "開発をする人と、本番の運用をする人は、分けてください。"},
			{"privileged-log", "", "特権", "監査ログ 証跡", proposed, "特権で操作する人と、その記録（監査ログ）を管理する人は、分けてください。"},
			{"request-decide", "", "申請 起票", "承認 決裁", proposed, "申請・起票をする人と、承認・決裁をする人は、分けてください。"},
		},
	}},
}, readRule)

const proposed = "7(6)（案）"

const (
	everySystem = "どのシステムでも" // the empty cell, as people read it
	mostWords   = 10
	longestWord = 50
	mostClause  = 50
	mostText    = 300
)

var (
	keyShape    = regexp.MustCompile(`^[a-z0-9-]{1,30}$`)
	systemShape = regexp.MustCompile(`^[0-9A-Za-z-]{1,30}$`)
)

func ruleKey(typed string) (key, problem string) {
	key = strings.ToLower(norm.NFKC.String(strings.TrimSpace(typed)))
	if !keyShape.MatchString(key) {
		return "", "記号を、半角の英小文字・数字・ハイフンで、30字までで書いてください。"
	}
	return key, ""
}

func foldRule(cells []string) (edition.Row, string) {
	key, problem := ruleKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	system := norm.NFKC.String(strings.TrimSpace(cells[1]))
	if system == everySystem {
		system = ""
	}
	if system != "" && !systemShape.MatchString(system) {
		return nil, "システムは、情報資産台帳の管理番号で書いてください。どのシステムでも同じときは、空にします。"
	}
	a, problem := foldSide("権限・区分A", cells[2])
	if problem != "" {
		return nil, problem
	}
	b, problem := foldSide("権限・区分B", cells[3])
	if problem != "" {
		return nil, problem
	}
	for _, word := range a {
		if slices.Contains(b, word) {
			return nil, fmt.Sprintf("「%s」が、権限・区分のAとBの両方にあります。どちらか片方だけに書いてください。", edition.Short(word))
		}
	}
	clause, problem := edition.LineOf("条項", cells[4], mostClause)
	if problem != "" {
		return nil, problem
	}
	sentence, problem := edition.LineOf("文", cells[5], mostText)
	return edition.Row{key, system, strings.Join(a, " "), strings.Join(b, " "), clause, sentence}, problem
}

func foldSide(column, typed string) (words []string, problem string) {
	for _, word := range edition.Words(typed) {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 || len(words) > mostWords || slices.ContainsFunc(words, func(w string) bool { return len([]rune(w)) > longestWord }) {
		return nil, fmt.Sprintf("「%s」に、権限の語か区分の名を、1つから%dまで、読点で区切って書いてください（1つ%d字まで）。", column, mostWords, longestWord)
	}
	return words, ""
}

func showRule(column int, cell string) string {
	switch {
	case column == 1 && cell == "":
		return everySystem
	case column == 2 || column == 3:
		return strings.ReplaceAll(cell, " ", listed)
	}
	return cell
}

func readRule(row edition.Row) Rule {
	return Rule{Key: row[0], System: row[1], A: strings.Fields(row[2]), B: strings.Fields(row[3]), Clause: row[4], Sentence: row[5]}
}

// Clash is the first rule by which a right does not go together with one of those that its
// person has, and that one.
func Clash(rules []Rule, fresh Right, held []Right) (Rule, Right, bool) {
	c := NewCompany(rules)
	for _, other := range held {
		c.Add(other)
	}
	return c.Clash(fresh)
}

// Company is what somebody has, as the rules look at it: however much that is, another right is
// looked at beside it in no time.
type Company struct {
	rules []Rule
	first map[side]Right
}

// side is a side of a rule, in a system, of who uses it.
type side struct {
	rule         int
	b            bool
	system, user string
}

// NewCompany is that of who has nothing.
func NewCompany(rules []Rule) *Company {
	return &Company{rules, map[side]Right{}}
}

// Add adds a right to it.
func (c *Company) Add(right Right) {
	for i, rule := range c.rules {
		a, b := rule.sides(right)
		for at, on := range map[side]bool{c.at(i, false, right): a, c.at(i, true, right): b} {
			if _, before := c.first[at]; on && !before {
				c.first[at] = right
			}
		}
	}
}

// Clash is the first rule by which a right does not go together with one of these, and that
// one.
func (c *Company) Clash(fresh Right) (Rule, Right, bool) {
	for i, rule := range c.rules {
		a, b := rule.sides(fresh)
		if other, meets := c.first[c.at(i, true, fresh)]; a && meets {
			return rule, other, true
		}
		if other, meets := c.first[c.at(i, false, fresh)]; b && meets {
			return rule, other, true
		}
	}
	return Rule{}, Right{}, false
}

func (c *Company) at(rule int, b bool, right Right) side {
	return side{rule, b, strings.ToLower(right.System), fold(right.User)}
}

// Both is the first rule of which a right is on both sides by itself: 起票・決裁.
func Both(rules []Rule, right Right) (Rule, bool) {
	for _, rule := range rules {
		if a, b := rule.sides(right); a && b {
			return rule, true
		}
	}
	return Rule{}, false
}

// sides tells on which sides of a rule a right is. What it lets do says more than its 区分: who
// looks after the audit log with an account of 区分「特権」 is on the side of the log alone.
func (r Rule) sides(right Right) (a, b bool) {
	if r.System != "" && !strings.EqualFold(r.System, right.System) {
		return false, false
	}
	grade := fold(right.Grade)
	in := func(word string) bool { word = fold(word); return word != "" && strings.Contains(grade, word) }
	a, b = slices.ContainsFunc(r.A, in), slices.ContainsFunc(r.B, in)
	if a || b {
		return a, b
	}
	return slices.Contains(r.A, right.Kind), slices.Contains(r.B, right.Kind)
}

// fold is a word as it is compared: without widths, cases, blanks, and what nobody sees.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
}

// EditionKinds are what rights go by that law or the town fixes.
func EditionKinds() []edition.Kind { return []edition.Kind{Rules.Kind} }
