package catalogue_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/asset"
	"kagami/internal/asset/catalogue"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
)

var (
	today   = calendar.NewDate(2026, time.November, 24)
	scheme  = asset.SchemeOn(edition.Values{}, today)
	entries = catalogue.EntriesOn(edition.Values{}, today)
)

// A section that ticks an entry has a register with nothing wrong in it.
func TestEveryEntryIsValidAndFitsTheRulesOfZones(t *testing.T) {
	t.Parallel()
	rules := asset.RulesOn(edition.Values{}, today)
	for _, e := range entries {
		d := e.Details(today)
		if err := fault.InvalidFields(scheme.Problems(d, today, false)); err != nil {
			t.Errorf("%s: %v", e.Name, err)
		}
		for _, b := range asset.Breaks(d, rules) {
			t.Errorf("%s: %s", e.Name, b.Sentence)
		}
		if asset.ToSettle(d, rules) != "" {
			t.Errorf("%s is to be settled", e.Name)
		}
	}
}

// Levels are those to which the questions of classification would come.
func TestLevelsFitWhatAnEntryHolds(t *testing.T) {
	t.Parallel()
	for _, e := range entries {
		level, _ := scheme.Level(asset.Confidentiality, e.Confidentiality)
		least := map[asset.Personal]string{asset.NotPersonal: "1", asset.PlainPersonal: "3C", asset.Sensitive: "3B", asset.MyNumberBorne: "3B"}[e.Personal]
		if lowest, _ := scheme.Level(asset.Confidentiality, least); level.Rank < lowest.Rank {
			t.Errorf("%s is %s, and holds %s", e.Name, level.Title, e.Personal.Title())
		}
		if e.Kind == asset.Paper && e.Zone != asset.OfflineZone {
			t.Errorf("%s is paper in %s", e.Name, e.Zone)
		}
	}
}

func TestASectionIsOfferedItsOwnFirst(t *testing.T) {
	t.Parallel()
	for section, want := range map[string]struct{ offered, not string }{
		"総務課":         {"庁内LAN 人事給与システム 防災行政無線 財務会計システム", "固定資産課税台帳"},
		"税務町民課":       {"固定資産課税台帳 住民基本台帳データ 戸籍情報システム", "介護保険システム 庁内LAN"},
		"福祉こども課":      {"介護保険システム 保育所の入所データ 避難行動要支援者名簿", "固定資産課税台帳"},
		"健康環境課":       {"健康管理システム 犬の登録台帳", "介護保険システム"},
		"産業課":         {"補助金の申請書", "農地転用の申請書"},
		"都市建設課":       {"道路台帳 公営住宅管理システム", "水道料金システム"},
		"上下水道課":       {"水道料金システム 水道の監視制御システム", "道路台帳"},
		"教育課":         {"学齢簿 校務支援システム", "道路台帳"},
		"会計室":         {"財務会計システム 債権者の口座データ", "道路台帳"},
		"議会事務局":       {"会議録（公開分）", "学齢簿"},
		"農業委員会事務局":    {"農地台帳 農地転用の申請書", "学齢簿"},
		"選挙管理委員会":     {"選挙人名簿", "農地台帳"},
		"ＤＸ推進室":       {"庁内LAN", "学齢簿"},
		"何をするのか分からぬ課": {"複合機", "庁内LAN"},
	} {
		var names []string
		everySection := 0 // how many of those have been seen
		for _, e := range catalogue.For(entries, section) {
			names = append(names, e.Name)
			if len(e.Words) == 0 {
				everySection++
			} else if everySection > 0 {
				t.Errorf("%s: %s stands behind what every section has", section, e.Name)
			}
		}
		list := "|" + strings.Join(names, "|") + "|"
		if everySection < 5 {
			t.Errorf("%s: only %d that every section has", section, everySection)
		}
		for _, name := range strings.Fields(want.offered) {
			if !strings.Contains(list, "|"+name+"|") {
				t.Errorf("%s is not offered %s", section, name)
			}
		}
		for _, name := range strings.Fields(want.not) {
			if strings.Contains(list, "|"+name+"|") {
				t.Errorf("%s is offered %s", section, name)
			}
		}
	}
}

// The longer the word of a section's name, the likelier the asset is its own.
func TestTheLongestWordComesFirst(t *testing.T) {
	t.Parallel()
	list := catalogue.For([]catalogue.Entry{
		{Name: "d"}, {Name: "c", Work: "二", Words: []string{"水道"}}, {Name: "b", Work: "一", Words: []string{"水道"}},
		{Name: "a", Work: "三", Words: []string{"水", "下水道"}}, {Name: "e", Words: []string{"教育"}},
	}, "上下水道課")
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
	}
	if got := strings.Join(names, " "); got != "a b c d" {
		t.Error(got)
	}
}

func TestARowIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	good := []string{"ドローン", "システム", "建設", "建設、 土木", "自治体機密性２", "完全性1", "1", "無", "", "インターネット接続系", "持出禁止、暗号化必須、持出禁止"}
	for name, c := range map[string]struct {
		column int
		cell   string
		want   string // the row, or a part of the sentence
	}{
		"as it is":                 {0, " 測量用の  ドローン ", "測量用の ドローン|system|建設|建設 土木|2|1|1|none||internet|no_takeout encryption"},
		"as it is stored":          {1, "medium", "ドローン|medium|建設|建設 土木|2|1|1|none||internet|no_takeout encryption"},
		"for every section":        {3, "すべて", "ドローン|system|建設|すべて|2|1|1|none||internet|no_takeout encryption"},
		"a zone of the town":       {9, "suido", "ドローン|system|建設|建設 土木|2|1|1|none||suido|no_takeout encryption"},
		"no name":                  {0, " ", "情報資産名を、1行"},
		"no such kind":             {1, "ドローン", "種別の「ドローン」を読み取れません"},
		"no words":                 {3, "、", "課室の語を書いてください"},
		"every section and others": {3, "すべて 建設", "「すべて」か、ほかの語だけ"},
		"a long word":              {3, strings.Repeat("課", 21), "長すぎます"},
		"no level":                 {4, "", "分類として読み取れません"},
		"no personal data":         {7, "", "個人情報の有無の「」を読み取れません"},
		"個人番号 without its work":    {7, "特定個人情報", "利用事務か関係事務か"},
		"work without 個人番号":        {8, "利用事務", "特定個人情報にしてください"},
		"no zone":                  {9, "基幹系", "略称として使えません"},
		"no such limit":            {10, "閲覧禁止", "取扱制限の「閲覧禁止」を読み取れません"},
	} {
		cells := append([]string(nil), good...)
		cells[c.column] = c.cell
		row, problem := catalogue.Entries.Fold(cells)
		if problem == "" && strings.Join(row, "|") != c.want || problem != "" && !strings.Contains(problem, c.want) {
			t.Errorf("%s: %q, %q", name, strings.Join(row, "|"), problem)
		}
	}
}

// The more a section's name says, the more it is offered, each once.
func TestALongerNameLosesNothing(t *testing.T) {
	t.Parallel()
	part := rapid.SampledFrom([]string{"総務", "税務", "町民", "福祉", "水道", "ＤＸ", "課", "室", "未来", "事務局", "委員会", "農業"})
	rapid.Check(t, func(t *rapid.T) {
		name, more := strings.Join(rapid.SliceOfN(part, 0, 3).Draw(t, "name"), ""), part.Draw(t, "more")
		offered := map[string]int{}
		for _, e := range catalogue.For(entries, name+more) {
			if offered[e.Name]++; offered[e.Name] > 1 {
				t.Errorf("%s is offered %s twice", name+more, e.Name)
			}
		}
		for _, e := range catalogue.For(entries, name) {
			if offered[e.Name] == 0 {
				t.Errorf("%s is offered %s, %s is not", name, e.Name, name+more)
			}
		}
	})
}
