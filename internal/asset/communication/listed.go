package communication

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Listed is a 特定通信: one of those for which the principle that マイナンバー利用事務系
// communicates with nobody leaves room (2(8), 7(3)①).
type Listed struct {
	Key   string // as it is stored: juki-net
	Title string
	Basis string   // 根拠
	Ends  []string // the keys of the two between which it is
}

// isBetween tells whether it is one between two ends, whichever way it goes.
func (l Listed) isBetween(from, to string) bool {
	return slices.Equal(l.Ends, []string{from, to}) || slices.Equal(l.Ends, []string{to, from})
}

const (
	maxTitle    = 50
	maxSentence = 300
)

// outOfMyNumber are the two ends of most of them.
const outOfMyNumber = asset.MyNumberZone + " " + External

// ListedCommunications are the 特定通信.
var ListedCommunications = edition.New(edition.Kind{
	Name: "communication_listed", Title: "特定通信の一覧",
	Help: "領域間の通信の台帳で、安全対策を「特定通信」とするときに選べるものです。どの領域と庁外（または別の領域）の間の通信かを、認める根拠とともに決めます。領域は、「マイナンバー利用事務系、庁外」のように2つを書きます。町で使わないものは外し、町で認めたものは町の行を足します。",
	Columns: []intake.Column{
		{Key: "listed", Words: []string{"略称", "記号"}, Needed: true},
		{Key: "title", Words: []string{"名称"}, Needed: true},
		{Key: "basis", Words: []string{"根拠"}, Needed: true},
		{Key: "ends", Words: []string{"領域"}, Needed: true},
	},
	Key: listedKey, Fold: foldListed, Show: showListed, Whole: func([]edition.Row) string { return "" }, MostOwn: 30,
	Shipped: []edition.Edition{{
		Name: "三層の対策", Source: "町の情報セキュリティ基本方針7(3)①、総務省のガイドライン（令和8年3月27日）、それぞれの制度の法律", First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{"juki-net", "住民基本台帳ネットワークシステム（住基ネット）", "住民基本台帳法による、国・都道府県・市区町村を結ぶ専用のネットワークです。", outOfMyNumber},
			{"joho-teikyo", "情報提供ネットワークシステム", "番号法による情報連携のため、国が設け、管理するシステムです。中間サーバーを通じてつなぎます。", outOfMyNumber},
			{"eltax", "eLTAX（地方税ポータルシステム）", "地方税共同機構が運営する、地方税の申告・納付などのシステムです。国のガイドラインが、十分に安全な接続先の例に挙げています。", outOfMyNumber},
			{"myna-portal", "マイナポータル（ぴったりサービス）", "国が運営する、オンライン申請のサービスです。国のガイドラインが、十分に安全な接続先の例に挙げています。", outOfMyNumber},
			{"government-cloud", "ガバメントクラウド", "標準化法により、標準準拠システムの利用に努めることとされている、国が整備したクラウドです。", outOfMyNumber},
			{"conbini-kofu", "コンビニ交付（証明書交付センター）", "地方公共団体情報システム機構の証明書交付センターを通じて、住民票の写しなどの証明書を交付するためのものです。", outOfMyNumber},
			{"kokuho-shuyaku", "国保情報集約システム", "国民健康保険の資格などの情報を、都道府県の中で集約するためのものです。国民健康保険団体連合会が運営します。", outOfMyNumber},
			{"koki-korei", "後期高齢者医療広域連合電算処理システム", "高齢者の医療の確保に関する法律による、後期高齢者医療広域連合との情報の受渡しのためのものです。", outOfMyNumber},
		},
	}},
}, readListed)

var listedShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

func listedKey(typed string) (key, problem string) {
	key = strings.ToLower(norm.NFKC.String(strings.TrimSpace(typed)))
	if !listedShape.MatchString(key) {
		return "", fmt.Sprintf("「%s」は略称として使えません。英字で始まる30字までの英小文字、数字、ハイフンで書いてください。", edition.Short(typed))
	}
	return key, ""
}

func foldListed(cells []string) (edition.Row, string) {
	key, problem := listedKey(cells[0])
	title, noTitle := edition.LineOf("名称", cells[1], maxTitle)
	basis, noBasis := edition.LineOf("根拠", cells[2], maxSentence)
	ends, noEnds := foldEnds(cells[3])
	if problem = cmp.Or(problem, noTitle, noBasis, noEnds); problem != "" {
		return nil, problem
	}
	return edition.Row{key, title, basis, ends}, ""
}

// foldEnds reads the two ends of a 特定通信, divided by commas or blanks.
func foldEnds(typed string) (ends, problem string) {
	var keys []string
	for _, word := range edition.Words(typed) {
		key := External
		if word != external.Title && word != External {
			if key, problem = level.ZoneKey(word); problem != "" {
				return "", problem
			}
		}
		keys = append(keys, key)
	}
	if len(keys) != 2 || keys[0] == keys[1] {
		return "", "領域を、「" + showListed(3, outOfMyNumber) + "」のように、別の2つを読点で区切って書いてください。"
	}
	return strings.Join(keys, " "), ""
}

func showListed(column int, cell string) string {
	if column != 3 {
		return cell
	}
	ends := strings.Fields(cell)
	for i, key := range ends {
		if ends[i] = level.ZoneTitle(key); key == External {
			ends[i] = external.Title
		}
	}
	return strings.Join(ends, "、")
}

func readListed(row edition.Row) Listed {
	return Listed{Key: row[0], Title: row[1], Basis: row[2], Ends: strings.Fields(row[3])}
}
