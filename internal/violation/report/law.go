package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Law is what the form says of how the law protects who reports.
var Law = edition.New(edition.Kind{
	Name: "violation_report_law", Title: "報告する人を守る決まり",
	Help: "「違反の疑いを報告する」の画面に示す文です。「順」の小さいものから示します。法律や町の要綱が変わるときに、始まる日を決めて読み込むか、町の行を足してください。",
	Columns: []intake.Column{
		{Key: "place", Words: []string{"順"}, Needed: true},
		{Key: "sentence", Words: []string{"文"}, Needed: true},
	},
	Key: lawKey, Fold: foldLaw, Show: func(_ int, cell string) string { return cell }, Whole: func([]edition.Row) string { return "" }, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name: "令和4年6月1日からの法律", Source: "公益通報者保護法（平成16年法律第122号。令和2年法律第51号による改正後）と、このポータルの案",
		First: calendar.NewDate(2022, time.June, 1),
		Rows: []edition.Row{
			{"01", "報告したことを理由に、解雇、降格、減給などの不利益な取扱いをすることは、公益通報者保護法で禁じられています。"},
			{"02", "報告した人がだれかを知った担当者（公益通報対応業務従事者）は、正当な理由なくそれを漏らすと、処罰されます。"},
			{"03", "報告した人がだれかを探すこと、報告しないように働きかけることは、町では認めません（令和8年12月1日からは、法律でも禁じられます）。"},
		},
	}, {
		Name: "令和8年12月1日からの法律", Source: "公益通報者保護法（平成16年法律第122号。令和7年法律第62号による改正後）",
		First: calendar.NewDate(2026, time.December, 1),
		Rows: []edition.Row{
			{"01", "報告したことを理由に、解雇、降格、減給などの不利益な取扱いをすることは、公益通報者保護法で禁じられています。報告を理由に解雇や懲戒をした人と団体は、処罰されます。"},
			{"02", "報告した人がだれかを、正当な理由なく探すことは、公益通報者保護法で禁じられています。"},
			{"03", "報告しないように求めるなどして、正当な理由なく報告を妨げることは、公益通報者保護法で禁じられています。"},
			{"04", "報告した人がだれかを知った担当者（公益通報対応業務従事者）は、正当な理由なくそれを漏らすと、処罰されます。"},
		},
	}},
}, func(row edition.Row) string { return row[1] })

// EditionKinds are what reports go by.
func EditionKinds() []edition.Kind { return []edition.Kind{Law.Kind} }

const (
	mostPlace    = 99
	mostSentence = 300
)

func lawKey(typed string) (key, problem string) {
	n, err := strconv.Atoi(strings.TrimSpace(norm.NFKC.String(typed)))
	if err != nil || n < 1 || n > mostPlace {
		return "", fmt.Sprintf("順を、1から%dまでの数で書いてください。", mostPlace)
	}
	return fmt.Sprintf("%02d", n), ""
}

func foldLaw(cells []string) (edition.Row, string) {
	key, problem := lawKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	sentence, problem := edition.LineOf("文", cells[1], mostSentence)
	return edition.Row{key, sentence}, problem
}
