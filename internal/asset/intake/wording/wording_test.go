package wording

import (
	"slices"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var today = calendar.NewDate(2026, 11, 24)

func shippedScheme() asset.Scheme { return asset.SchemeOn(edition.Values{}, today) }

func TestLevelsAreReadInTheWordsOfAnyScheme(t *testing.T) {
	t.Parallel()
	scheme := shippedScheme()
	for aspect, levels := range map[asset.Aspect]map[string]string{
		asset.Confidentiality: {
			"自治体機密性3A": "3A", "自治体機密性３Ｂ": "3B", "3c": "3C", "機密性３": "3", "３": "3", "Ⅲ": "3", "ⅱ": "2", "I": "1", "高": "3", "中": "2", "低": "1",
			"機密性2情報": "2", "レベル1": "1", "C3": "3", "C-2": "2", "3（高）": "3", "機密性 2": "2", "自治体機密性1": "1", "3B（重要）": "3B",
			"自治体機密性9": "", "4": "", "秘": "", "完全性2": "", "3D": "", "I2": "", "２・３": "",
		},
		asset.Integrity:    {"２": "2", "自治体完全性1": "1", "完全性2": "2", "高": "2", "低": "1", "中": "2", "Ⅱ": "2", "I2": "2", "3": "", "3B": "", "機密性2": "", "A2": ""},
		asset.Availability: {"2": "2", "可用性１": "1", "A1": "1", "Ⅰ": "1", "高": "2", "○": ""},
	} {
		for text, want := range levels {
			got, look, problem := Level(scheme, aspect, text)
			if got != want || (problem == "") != (want != "") {
				t.Errorf("%s %q: %q, %s", aspect, text, got, problem)
			}
			if (look != "") != (text == "中" && aspect != asset.Confidentiality) {
				t.Errorf("%s %q: %s", aspect, text, look)
			}
		}
	}
	scheme.Levels = append(scheme.Levels, asset.Level{Aspect: asset.Integrity, Key: "3", Title: "町の完全性3", Rank: 30})
	if got, _, problem := Level(scheme, asset.Integrity, "３"); got != "3" {
		t.Errorf("a level of the town's own: %q, %s", got, problem)
	}
}

func TestPersonalDataAreReadInTownsWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		personal asset.Personal
		vague    bool
	}{
		"無": {asset.NotPersonal, false}, "なし": {asset.NotPersonal, false}, "×": {asset.NotPersonal, false}, "個人情報なし": {asset.NotPersonal, false}, "無（公表済み）": {asset.NotPersonal, false},
		"有": {asset.PlainPersonal, true}, "あり": {asset.PlainPersonal, true}, "○": {asset.PlainPersonal, true}, "〇": {asset.PlainPersonal, true}, "個人情報": {asset.PlainPersonal, false},
		"要配慮個人情報": {asset.Sensitive, false}, "有（要配慮）": {asset.Sensitive, false}, "特定個人情報": {asset.MyNumberBorne, false}, "特定": {asset.MyNumberBorne, false},
		"マイナンバー": {asset.MyNumberBorne, false}, "有（ﾏｲﾅﾝﾊﾞｰ）": {asset.MyNumberBorne, false}, "個人番号を含む": {asset.MyNumberBorne, false},
		"マイナンバーなし": {}, "無（マイナンバー）": {}, "有（要配慮個人情報を除く）": {}, "？": {}, "一部": {},
	} {
		got, vague, problem := Personal(text)
		if got != want.personal || vague != want.vague || (problem == "") != (want.personal != "") {
			t.Errorf("%q: %q, %v, %s", text, got, vague, problem)
		}
	}
}

func TestZonesKindsAndTheRestAreReadInTownsWords(t *testing.T) {
	t.Parallel()
	scheme := shippedScheme()
	scheme.Zones = append(scheme.Zones, asset.Zone{Key: "water", Title: "水道監視系"})
	for text, want := range map[string]string{
		"ＬＧＷＡＮ": "lgwan", "LGWAN接続系": "lgwan", "lgwan系": "lgwan", "LGWAN端末": "lgwan", "インターネット系": "internet", "インターネット": "internet", "基幹系": "mynumber", "個人番号利用事務系": "mynumber",
		"マイナンバー利用事務系": "mynumber", "スタンドアロン": "standalone", "紙": "offline", "教育系": "outside", "水道監視系": "water", "基幹系ネットワーク": "mynumber", "庁外": "", "LGWAN・インターネット": "",
	} {
		if got, problem := Zone(scheme, text); got != want || (problem == "") != (want != "") {
			t.Errorf("zone %q: %q, %s", text, got, problem)
		}
	}
	for _, c := range []struct {
		text, medium string
		want         asset.Kind
	}{
		{"情報", "電子", asset.Information}, {"文書・データ", "", asset.Information}, {"文書・データ", "紙", asset.Paper}, {"文書・データ", "紙・電子", asset.Information}, {"紙文書", "", asset.Paper},
		{"システム", "紙", asset.System}, {"施設・設備", "", asset.Facility}, {"USBメモリ", "", asset.Medium}, {"ﾈｯﾄﾜｰｸ", "", asset.Network}, {"仕様書", "", asset.Document}, {"その他", "", ""},
	} {
		if got, problem := Kind(c.text, c.medium); got != c.want || (problem == "") != (c.want != "") {
			t.Errorf("kind %q: %q, %s", c.text, got, problem)
		}
	}
	for text, want := range map[string]struct {
		handling []asset.Handling
		disposal string
		other    string
	}{
		"持出禁止、暗号化必須":     {[]asset.Handling{asset.NoTakeOut, asset.Encryption}, "", ""},
		"複製禁止・配布禁止／印刷禁止": {[]asset.Handling{asset.NoCopy, asset.NoDistribution, asset.NoPrint}, "", ""},
		"持ち出し禁止\n溶解廃棄":   {[]asset.Handling{asset.NoTakeOut}, "溶解廃棄", ""},
		"なし":             {},
		"複製禁止・施錠保管":      {[]asset.Handling{asset.NoCopy}, "", "施錠保管"},
	} {
		handling, disposal, other := Handling(text)
		if !slices.Equal(handling, want.handling) || disposal != want.disposal || other != want.other {
			t.Errorf("handling %q: %v, %q, %s", text, handling, disposal, other)
		}
	}
	for text, want := range map[string]string{
		"令和６年４月１日": "2024-04-01", "平成３１年４月３０日": "2019-04-30", "令和元年5月1日": "2019-05-01", "R6.4.1": "2024-04-01", "２０２４／４／１": "2024-04-01", "2024-04-01 0:00": "2024-04-01", "45383": "2024-04-01",
		"令和6年13月1日": "", "昨年": "", "平成31年5月1日": "", "00001": "",
	} {
		day, problem := Day(text)
		if got := day.String(); (problem == "") != (want != "") || want != "" && got != want {
			t.Errorf("day %q: %s, %s", text, got, problem)
		}
	}
	for _, c := range []struct {
		whether, by, want string
		said, wrong       bool
	}{
		{"", "", "", false, false}, {"無", "", "", true, false}, {"有", "見本社", "見本社", true, false}, {"有", "", UnnamedSupplier, true, false}, {"", "見本社", "見本社", true, false},
		{"", "なし", "", true, false}, {"無", "なし", "", true, false}, {"無", "見本社", "", true, true}, {"見本社", "", "見本社", true, false}, {"有（見本社）", "", "有（見本社）", true, false},
	} {
		if name, said, problem := Outsourcing(c.whether, c.by); name != c.want || said != c.said || (problem != "") != c.wrong {
			t.Errorf("outsourcing %q, %q: %q, %v, %s", c.whether, c.by, name, said, problem)
		}
	}
	for text, want := range map[string]asset.NumberWork{"利用事務": asset.NumberUse, "関係事務（給与）": asset.NumberRelatedWork, "使わない": asset.NoNumberWork} {
		if got, problem := NumberWork(text); got != want || problem != "" {
			t.Errorf("work %q: %q, %s", text, got, problem)
		}
	}
	if _, problem := NumberWork("両方"); problem == "" {
		t.Error("a work that is none")
	}
}
