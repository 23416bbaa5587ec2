// Package level is by what information assets are classified, and where they may stand: the
// levels of the three aspects (7(2)) and the zones (7(3)), as editions.
package level

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Aspect is one of the three by which an asset is classified.
type Aspect string

// The aspects (7(2)).
const (
	Confidentiality Aspect = "confidentiality"
	Integrity       Aspect = "integrity"
	Availability    Aspect = "availability"
)

// Aspects are the three, in the order of the register's columns.
var Aspects = [...]Aspect{Confidentiality, Integrity, Availability}

var aspectTitles = map[Aspect]string{Confidentiality: "機密性", Integrity: "完全性", Availability: "可用性"}

// Title is what the aspect is called: 機密性.
func (a Aspect) Title() string { return aspectTitles[a] }

// Level is one step of an aspect.
type Level struct {
	Aspect  Aspect
	Key     string // as it is stored: 3B
	Title   string // 自治体機密性3B
	Meaning string
	Rank    int // the higher, the more is at stake
}

// Levels are the levels. The first edition is that of the national guideline
// (総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」 令和6年10月2日);
// 機密性3 is that of the three steps before it, for which 3A, 3B or 3C is still to be
// chosen.
var Levels = edition.New(edition.Kind{
	Name: "asset_level", Title: "情報資産の分類",
	Help: "情報資産台帳で選べる機密性・完全性・可用性の段階です。国のガイドラインが改まったときに、新しい基準を読み込みます。町で独自の段階を決めているときは、町の行を足します。",
	Columns: []intake.Column{
		{Key: "level", Words: []string{"分類", "段階"}, Needed: true},
		{Key: "title", Words: []string{"名称"}, Needed: true},
		{Key: "meaning", Words: []string{"意味", "分類の基準"}, Needed: true},
		{Key: "rank", Words: []string{"高さ"}, Needed: true},
	},
	Key: levelKey, Fold: foldLevel, Show: showLevel, Whole: eachAspect, MostOwn: 30,
	Shipped: []edition.Edition{{
		Name: "令和6年10月のガイドライン", Source: "総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」（令和6年10月2日。令和8年3月27日の版でも同じ）",
		First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{"機密性 3A", "自治体機密性3A", "国の秘密文書に相当する文書", "50"},
			{"機密性 3B", "自治体機密性3B", "漏えいすると、個人の権利利益に重大な影響がありうるもので、業務の規模や性質から、特に慎重な取扱いが要るもの（個人番号、税、福祉、戸籍など）", "40"},
			{"機密性 3C", "自治体機密性3C", "3Bほどではないが、公開を予定せず、業務の規模や性質から、慎重な取扱いが要るもの", "30"},
			{"機密性 3", "機密性3（3A・3B・3Cが未定）", "三段階の分類で3としていたもの。3A、3B、3Cのどれかを選び直します", "30"},
			{"機密性 2", "自治体機密性2", "ただちに公表することを予定しないもので、3A、3B、3Cに当たらないもの", "20"},
			{"機密性 1", "自治体機密性1", "そのほか（公表してよいもの）", "10"},
			{"完全性 2", "自治体完全性2", "改ざん、誤り、破損があると、住民の権利の侵害や、業務の的確な遂行への支障（軽微なものを除く。）がありうるもの", "20"},
			{"完全性 1", "自治体完全性1", "そのほか", "10"},
			{"可用性 2", "自治体可用性2", "なくなったり使えなくなったりすると、住民の権利の侵害や、業務の安定した遂行への支障（軽微なものを除く。）がありうるもの", "20"},
			{"可用性 1", "自治体可用性1", "そのほか", "10"},
		},
	}},
}, ReadLevel)

// Unsettled is the 機密性 of three steps, in the place of which 3A, 3B or 3C is to be chosen.
const Unsettled = "3"

// levelKey reads 「機密性3B」 as 機密性 3B.
func levelKey(typed string) (key, problem string) {
	folded := strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(typed)), ""))
	for _, aspect := range Aspects {
		if key, ok := strings.CutPrefix(folded, aspect.Title()); ok && key != "" && len(key) <= 10 {
			return aspect.Title() + " " + key, ""
		}
	}
	return "", fmt.Sprintf("「%s」は分類として読み取れません。「機密性 3B」のように、機密性、完全性、可用性のどれかと段階を書いてください。", edition.Short(typed))
}

// Key reads 自治体機密性3B, or 3B alone, as a level of an aspect.
func Key(aspect Aspect, typed string) (key, problem string) {
	folded := strings.TrimPrefix(norm.NFKC.String(strings.TrimSpace(typed)), "自治体")
	key, problem = levelKey(aspect.Title() + strings.TrimPrefix(folded, aspect.Title()))
	return strings.TrimPrefix(key, aspect.Title()+" "), problem
}

const (
	// MaxTitle is how many characters the title of a row may have.
	MaxTitle   = 50
	maxMeaning = 300
	maxRank    = 1000
)

func foldLevel(cells []string) (edition.Row, string) {
	key, problem := levelKey(cells[0])
	title, noTitle := edition.LineOf("名称", cells[1], MaxTitle)
	meaning, noMeaning := edition.LineOf("意味", cells[2], maxMeaning)
	rank, err := strconv.Atoi(norm.NFKC.String(strings.TrimSpace(cells[3])))
	switch problem = cmp.Or(problem, noTitle, noMeaning); {
	case problem != "":
		return nil, problem
	case err != nil || rank < 1 || rank > maxRank:
		return nil, fmt.Sprintf("高さを、1から%dまでの整数で書いてください。大きいほど、重い分類です。", maxRank)
	}
	return edition.Row{key, title, meaning, strconv.Itoa(rank)}, ""
}

func showLevel(_ int, cell string) string { return cell }

// eachAspect asks that an asset can be classified at all.
func eachAspect(rows []edition.Row) string {
	for _, aspect := range Aspects {
		if !slices.ContainsFunc(rows, func(row edition.Row) bool { return ReadLevel(row).Aspect == aspect }) {
			return fmt.Sprintf("%sの段階がありません。3つの分類の、すべての段階を1つのファイルに入れてください。", aspect.Title())
		}
	}
	return ""
}

// ReadLevel reads a row of Levels.
func ReadLevel(row edition.Row) Level {
	title, key, _ := strings.Cut(row[0], " ")
	level := Level{Key: key, Title: row[1], Meaning: row[2]}
	for aspect, named := range aspectTitles {
		if named == title {
			level.Aspect = aspect
		}
	}
	rank, err := strconv.Atoi(row[3])
	if err != nil {
		panic(err) // Fold has written it
	}
	level.Rank = rank
	return level
}
