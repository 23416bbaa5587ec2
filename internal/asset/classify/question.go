package classify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Question is one that is asked of an asset.
type Question struct {
	Key    string // as it is stored, and answered by: confidentiality-1
	Aspect asset.Aspect
	Number int
	Text   string
	// ByDays tells that it is answered by days; up to Days of them count as はい.
	ByDays bool
	Days   int
	Yes    string // the key of the level that はい comes to
	No     string // that of what いいえ to all of the aspect comes to; empty in all others
	// Sentence is what the guideline means by the level of はい, shortened.
	Sentence string
}

// Title is what the question is called: 機密性 問1.
func (q Question) Title() string { return title(q.Aspect, q.Number) }

func title(aspect asset.Aspect, number int) string {
	return fmt.Sprintf("%s 問%d", aspect.Title(), number)
}

// Questions are the questions.
var Questions = edition.New(edition.Kind{
	Name: "asset_question", Title: "情報資産の分類の問い",
	Help: "情報資産の機密性・完全性・可用性を決めるための問いです。重い段階の問いから順にきき、はじめの「はい」で段階が決まります。" +
		"「いいえのとき」は、分類ごとに1つの問いにだけ書き、すべて「いいえ」のときの段階になります。" +
		"「日数」のある問いは、何日続けられるかをきき、その日数までが「はい」になります。",
	Columns: []intake.Column{
		{Key: "question", Words: []string{"番号"}, Needed: true},
		{Key: "text", Words: []string{"問い"}, Needed: true},
		{Key: "days", Words: []string{"日数"}, Needed: true},
		{Key: "yes", Words: []string{"はいのとき"}, Needed: true},
		{Key: "no", Words: []string{"いいえのとき"}, Needed: true},
		{Key: "sentence", Words: []string{"ガイドラインの趣旨"}, Needed: true},
	},
	Key: questionKey, Fold: foldQuestion, Show: showQuestion, Whole: eachAspect, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name: "令和6年10月のガイドラインによる問い", Source: "総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」（令和6年10月2日。令和8年3月27日の版でも同じ）の分類を、問いにしたもの",
		First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{"confidentiality-1", "国の「極秘」「秘」に当たる文書ですか（町の規程の「秘」は「いいえ」です）", "", "3A", "", "国の秘密文書に相当する文書は、自治体機密性3Aです。"},
			{
				"confidentiality-2", "住民について、個人番号、税、福祉、健康や障がい、戸籍、生活保護、DV等の支援、口座のどれかを含みますか", "", "3B", "",
				"漏えいすると個人の権利利益に重大な影響がありうるもので、業務の規模や性質から特に慎重な取扱いが要るものは、自治体機密性3Bです。",
			},
			{
				"confidentiality-3", "そのほかの個人情報、人事、入札前の価格、ネットワークの図・設定・パスワード、非公開の協議のどれかを含みますか", "", "3C", "",
				"公開を予定せず、業務の規模や性質から慎重な取扱いが要るものは、自治体機密性3Cです。",
			},
			{
				"confidentiality-4", "公表しているか、すぐ公表してよいものですか", "", "1", "2",
				"公表してよいものは、自治体機密性1です。ただちに公表することを予定しないものは、自治体機密性2です。",
			},
			{
				"integrity-1", "間違うと、税額、給付、証明、支払の金額や権利が変わりますか", "", "2", "1",
				"改ざん、誤り、破損があると、住民の権利の侵害や、業務の的確な遂行への支障（軽微なものを除く。）がありうるものは、自治体完全性2です。",
			},
			{
				"availability-1", "使えないとき、紙や別の方法で何日続けられますか", "1", "2", "1",
				"なくなったり使えなくなったりすると、住民の権利の侵害や、業務の安定した遂行への支障（軽微なものを除く。）がありうるものは、自治体可用性2です。",
			},
		},
	}},
}, readQuestion)

// QuestionsOn are the questions in effect on a day, in the order in which they are asked.
func QuestionsOn(values edition.Values, day calendar.Date, scheme asset.Scheme) []Question {
	return order(Questions.On(values, day), scheme)
}

// order puts questions into the order in which they are asked: of each aspect those that
// come to the highest level first. So a further はい never lowers a level, however the town
// has numbered its own.
func order(list []Question, scheme asset.Scheme) []Question {
	slices.SortStableFunc(list, func(x, y Question) int {
		if x.Aspect != y.Aspect {
			return slices.Index(asset.Aspects[:], x.Aspect) - slices.Index(asset.Aspects[:], y.Aspect)
		}
		high, _ := scheme.Level(x.Aspect, x.Yes)
		low, _ := scheme.Level(y.Aspect, y.Yes)
		if high.Rank != low.Rank {
			return low.Rank - high.Rank
		}
		return x.Number - y.Number
	})
	return list
}

var numbered = regexp.MustCompile(`^(.+?)(?:問|-)?([1-9][0-9]?)$`)

// questionKey reads 「機密性 問1」, or the key as it is stored.
func questionKey(typed string) (key, problem string) {
	parts := numbered.FindStringSubmatch(strings.Join(strings.Fields(norm.NFKC.String(typed)), ""))
	for _, aspect := range asset.Aspects {
		if parts != nil && (parts[1] == aspect.Title() || parts[1] == string(aspect)) {
			return string(aspect) + "-" + parts[2], ""
		}
	}
	return "", fmt.Sprintf("「%s」は、問いの番号として読み取れません。「機密性 問1」のように、機密性、完全性、可用性のどれかと、1から99までの番号を書いてください。", edition.Short(typed))
}

const (
	maxText     = 200
	maxSentence = 300
	maxDays     = 365
)

func foldQuestion(cells []string) (edition.Row, string) {
	key, problem := questionKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	aspect, _ := parted(key)
	text, problem := edition.LineOf("問い", cells[1], maxText)
	if problem != "" {
		return nil, problem
	}
	days := strings.TrimSuffix(norm.NFKC.String(strings.TrimSpace(cells[2])), "日")
	if days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > maxDays {
			return nil, fmt.Sprintf("日数を、0から%dまでの整数で書いてください。「はい」「いいえ」で答える問いでは、空にしてください。", maxDays)
		}
		days = strconv.Itoa(n)
	}
	yes, problem := level.Key(aspect, cells[3])
	if problem != "" {
		return nil, "はいのとき：" + problem
	}
	no := strings.TrimSpace(cells[4])
	if no != "" {
		if no, problem = level.Key(aspect, no); problem != "" {
			return nil, "いいえのとき：" + problem
		}
	}
	sentence, problem := edition.LineOf("ガイドラインの趣旨", cells[5], maxSentence)
	if problem != "" {
		return nil, problem
	}
	return edition.Row{key, text, days, yes, no, sentence}, ""
}

func showQuestion(column int, cell string) string {
	if column == 0 {
		return title(parted(cell))
	}
	return cell
}

// eachAspect asks that every aspect can be settled by its questions.
func eachAspect(rows []edition.Row) string {
	for _, aspect := range asset.Aspects {
		ends := 0
		for _, row := range rows {
			if q := readQuestion(row); q.Aspect == aspect && q.No != "" {
				ends++
			}
		}
		if ends != 1 {
			return fmt.Sprintf("%sの問いのうち、「いいえのとき」を書いたものが%d個あります。1つの問いにだけ書いてください。", aspect.Title(), ends)
		}
	}
	return ""
}

// parted is the aspect and number of a question's key.
func parted(key string) (asset.Aspect, int) {
	aspect, number, _ := strings.Cut(key, "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		panic(err) // questionKey has written it
	}
	return asset.Aspect(aspect), n
}

func readQuestion(row edition.Row) Question {
	q := Question{Key: row[0], Text: row[1], ByDays: row[2] != "", Yes: row[3], No: row[4], Sentence: row[5]}
	q.Aspect, q.Number = parted(row[0])
	if q.ByDays {
		n, err := strconv.Atoi(row[2])
		if err != nil {
			panic(err) // Fold has written it
		}
		q.Days = n
	}
	return q
}
