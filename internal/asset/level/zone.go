package level

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Zone is a part of the town's networks, or what stands on none (7(3)).
type Zone struct {
	Key      string // as it is stored: mynumber
	Title    string // マイナンバー利用事務系
	Meaning  string
	Position int
}

// The zones that rules name.
const (
	MyNumberZone = "mynumber"
	LGWANZone    = "lgwan"
	InternetZone = "internet"
	OfflineZone  = "offline"
	OutsideZone  = "outside" // registered for sight, and bound by no rule (4(1))
)

// Zones are the zones. 7(3) names three; a town has others beside them.
var Zones = edition.New(edition.Kind{
	Name: "asset_zone", Title: "情報資産の領域",
	Help: "情報資産台帳で選べる領域（ネットワークの系統）です。町に独自の系統があるときは、町の行を足します。",
	Columns: []intake.Column{
		{Key: "zone", Words: []string{"略称", "記号"}, Needed: true},
		{Key: "title", Words: []string{"名称"}, Needed: true},
		{Key: "meaning", Words: []string{"説明"}, Needed: true},
		{Key: "position", Words: []string{"並び順"}, Needed: true},
	},
	Key: zoneKey, Fold: foldZone, Show: showLevel, Whole: namedZones, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name: "三層の対策", Source: "町の情報セキュリティ基本方針7(3)、総務省のガイドライン（令和8年3月27日）", First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{MyNumberZone, "マイナンバー利用事務系", "個人番号利用事務（税、福祉、戸籍など）の情報システムとデータ。ほかの領域とは、原則として通信しません", "1"},
			{LGWANZone, "LGWAN接続系", "LGWANに接続された情報システムとデータ", "2"},
			{InternetZone, "インターネット接続系", "インターネットメール、ホームページ管理などの情報システムとデータ", "3"},
			{"standalone", "独立系", "ほかの領域とつながない、水道の監視、防災無線などのネットワーク", "4"},
			{OfflineZone, "紙・媒体", "ネットワークにない紙や電磁的記録媒体", "5"},
			{OutsideZone, "対象外", "教育ネットワークなど、基本方針の対象としていないもの（4(1)）", "6"},
		},
	}},
}, ReadZone)

var zoneShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

func zoneKey(typed string) (key, problem string) {
	key = strings.ToLower(norm.NFKC.String(strings.TrimSpace(typed)))
	if !zoneShape.MatchString(key) {
		return "", fmt.Sprintf("「%s」は略称として使えません。英字で始まる20字までの英小文字、数字、ハイフンで書いてください。", edition.Short(typed))
	}
	return key, ""
}

// ZoneKey reads a zone by the title with which it is shipped, or by its key.
func ZoneKey(typed string) (key, problem string) {
	folded := norm.NFKC.String(strings.TrimSpace(typed))
	for _, row := range Zones.Shipped[0].Rows {
		if norm.NFKC.String(row[1]) == folded {
			return row.Key(), ""
		}
	}
	return zoneKey(typed)
}

// ZoneTitle is the title with which a zone is shipped; its key for a town's own.
func ZoneTitle(key string) string {
	for _, row := range Zones.Shipped[0].Rows {
		if row.Key() == key {
			return row[1]
		}
	}
	return key
}

func foldZone(cells []string) (edition.Row, string) {
	key, problem := zoneKey(cells[0])
	title, noTitle := edition.LineOf("名称", cells[1], MaxTitle)
	meaning, noMeaning := edition.LineOf("説明", cells[2], maxMeaning)
	position, err := strconv.Atoi(norm.NFKC.String(strings.TrimSpace(cells[3])))
	switch problem = cmp.Or(problem, noTitle, noMeaning); {
	case problem != "":
		return nil, problem
	case err != nil || position < 1 || position > maxRank:
		return nil, fmt.Sprintf("並び順を、1から%dまでの整数で書いてください。", maxRank)
	}
	return edition.Row{key, title, meaning, strconv.Itoa(position)}, ""
}

// namedZones asks for the zones that rules go by.
func namedZones(rows []edition.Row) string {
	for _, key := range []string{MyNumberZone, LGWANZone, InternetZone, OfflineZone} {
		if !slices.ContainsFunc(rows, func(row edition.Row) bool { return row.Key() == key }) {
			return fmt.Sprintf("略称が %s の行がありません。基本方針7(3)の決まりがこの領域の名を使うため、なくせません。", key)
		}
	}
	return ""
}

// ReadZone reads a row of Zones.
func ReadZone(row edition.Row) Zone {
	position, err := strconv.Atoi(row[3])
	if err != nil {
		panic(err) // Fold has written it
	}
	return Zone{Key: row[0], Title: row[1], Meaning: row[2], Position: position}
}
