// Package wording reads what towns write in the cells of their registers: levels in the words
// of three schemes, zones, kinds, days of either era.
package wording

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/sheet"

	"golang.org/x/text/unicode/norm"
)

// Key is a word as it is compared: without widths, cases, blanks, and what brackets
// explain it by.
func Key(s string) string {
	if short := Whole(Bare(OneLine(s))); short != "" {
		return short
	}
	return Whole(s)
}

// Whole is a word as it is compared, with its brackets.
func Whole(s string) string { return strings.ToUpper(Compact(s)) }

// Quote is the beginning of what somebody has written.
func Quote(s string) string {
	if r := []rune(OneLine(s)); len(r) > 30 {
		return "「" + string(r[:30]) + "…」"
	}
	return "「" + OneLine(s) + "」"
}

// levelShape is a level in the words of any scheme: 自治体機密性3B, 機密性3, 3B, C3, Ⅲ, レベル2, 高.
var levelShape = regexp.MustCompile(`^(?:自治体)?(機密性|完全性|可用性)?(?:(?:レベル|LEVEL|LV\.?|ランク)?(3[ABC]|[0-9]|III|II|I|高|中|低)|([CIA])-?(3[ABC]|[0-9]))(?:情報)?$`)

var romans = map[string]string{"III": "3", "II": "2", "I": "1"}

var letters = map[asset.Aspect]string{asset.Confidentiality: "C", asset.Integrity: "I", asset.Availability: "A"}

// Level reads a level of an aspect by the words of the scheme, or of those towns
// had before it: of three steps, 機密性 has its 3 still to be settled, and the others,
// which have two, their higher one for 中.
func Level(scheme asset.Scheme, aspect asset.Aspect, text string) (level, look, problem string) {
	word, levels := Key(text), scheme.Of(aspect)
	for _, l := range levels {
		if word == Key(l.Title) || word == Key(l.Key) {
			return l.Key, "", ""
		}
	}
	var names []string
	for _, l := range levels {
		if aspect != asset.Confidentiality || l.Key != asset.Unsettled {
			names = append(names, l.Key)
		}
	}
	unknown := fmt.Sprintf("%sは%sとして読めません。%sのどれかにしてください。", Quote(text), aspect.Title(), strings.Join(names, "、"))
	m := levelShape.FindStringSubmatch(word)
	if m == nil || m[1] != "" && m[1] != aspect.Title() || m[3] != "" && m[3] != letters[aspect] || len(levels) == 0 {
		return "", "", unknown
	}
	step := m[2] + m[4]
	if roman, ok := romans[step]; ok {
		step = roman
	}
	switch {
	case step == "高" && aspect == asset.Confidentiality:
		step = asset.Unsettled
	case step == "高":
		step = levels[0].Key
	case step == "中":
		step = "2"
		if aspect != asset.Confidentiality {
			look = fmt.Sprintf("「中」を%s2として読みました。違うときは直してください。", aspect.Title())
		}
	case step == "低":
		step = levels[len(levels)-1].Key
	}
	if _, ok := scheme.Level(aspect, step); !ok {
		return "", "", unknown
	}
	return step, look, ""
}

// foldedWords are words as they are compared, with what each stands for.
func foldedWords[T comparable](list map[T][]string) map[string]T {
	words := map[string]T{}
	for value, texts := range list {
		for _, text := range texts {
			words[Key(text)] = value
		}
	}
	return words
}

var zoneWords = foldedWords(map[string][]string{
	asset.MyNumberZone: {
		"マイナンバー利用事務系", "マイナンバー系", "マイナンバー", "マイナンバー利用事務", "個人番号利用事務系", "個人番号利用事務", "個人番号系", "番号系", "番号利用事務系", "基幹系", "基幹", "基幹系ネットワーク", "基幹ネットワーク", "住民情報系",
	},
	asset.LGWANZone:    {"LGWAN接続系", "LGWAN", "LGWAN系", "LG-WAN", "LGWAN側", "LGWAN-ASP", "LGWAN接続", "総合行政ネットワーク", "LGWANセグメント"},
	asset.InternetZone: {"インターネット接続系", "インターネット系", "インターネット", "ネット系", "インターネット接続", "インターネット側", "外部系", "WEB系"},
	"standalone":       {"独立系", "スタンドアロン", "スタンドアローン", "単独", "独立", "クローズド", "閉域", "閉域網", "専用線"},
	asset.OfflineZone:  {"紙・媒体", "紙", "紙媒体", "オフライン", "紙文書", "媒体"},
	"outside":          {"対象外", "教育系", "教育ネットワーク", "校務系", "学習系", "校務ネットワーク"},
})

// Zone reads a zone by what the town calls it, or by words that others have for it.
func Zone(scheme asset.Scheme, text string) (zone, problem string) {
	word := Key(text)
	for _, z := range scheme.Zones {
		if word == Key(z.Title) || word == Key(z.Key) {
			return z.Key, ""
		}
	}
	for _, tail := range []string{"", "ネットワーク", "NW", "セグメント", "環境", "端末"} {
		if known, ok := zoneWords[strings.TrimSuffix(word, tail)]; ok {
			if _, there := scheme.Zone(known); there {
				return known, ""
			}
		}
	}
	var names []string
	for _, z := range scheme.Zones {
		names = append(names, z.Title)
	}
	return "", fmt.Sprintf("%sは領域として読めません。%sのどれかにしてください。", Quote(text), strings.Join(names, "、"))
}

var kindWords = foldedWords(map[asset.Kind][]string{
	asset.Information: {"情報", "データ", "文書・データ", "文書", "電子データ", "電子", "電子文書", "電子ファイル", "電磁的記録", "ファイル", "情報・データ", "個人情報ファイル", "行政文書", "公文書", "情報資産", "データベース"},
	asset.Paper:       {"紙文書", "紙", "紙媒体", "帳票", "紙資料", "台帳", "書類"},
	asset.System: {
		"システム", "情報システム", "クラウドサービス", "クラウド", "ソフトウェア", "アプリケーション", "サーバ", "サーバー", "端末", "パソコン", "PC", "機器", "情報機器", "ハードウェア", "複合機", "ドローン", "ネットワークカメラ", "サービス", "外部サービス", "タブレット", "スマートフォン", "モバイル端末",
	},
	asset.Network:  {"ネットワーク", "通信回線", "ネットワーク機器", "回線", "NW", "通信機器", "通信回線装置", "無線LAN"},
	asset.Facility: {"施設・設備", "施設", "設備", "サーバ室", "サーバー室", "電源設備", "空調設備"},
	asset.Medium:   {"電磁的記録媒体", "媒体", "記録媒体", "記憶媒体", "外部記録媒体", "外部記憶媒体", "可搬媒体", "USBメモリ", "USBメモリー", "USB", "DVD", "CD", "HDD", "ハードディスク", "SSD", "テープ", "磁気テープ", "SDカード"},
	asset.Document: {"システム関連文書", "関連文書", "仕様書", "設計書", "ネットワーク図", "マニュアル", "手順書", "システム文書", "システム関係文書", "ドキュメント"},
})

// OnPaper tells whether what a register says of the medium is paper alone.
func OnPaper(medium string) bool {
	word := Key(medium)
	return slices.ContainsFunc([]string{"紙", "簿冊", "帳票", "書類"}, func(paper string) bool { return strings.Contains(word, paper) }) &&
		!slices.ContainsFunc([]string{"電子", "電磁", "データ", "USB", "DVD", "CD", "HDD", "サーバ", "ファイルサ", "媒体及び", "PC"}, func(other string) bool { return strings.Contains(word, other) })
}

// Kind reads a kind; of documents and data the medium says whether they are paper.
func Kind(text, medium string) (kind asset.Kind, problem string) {
	word := Key(text)
	known, ok := kindWords[word]
	var names []string
	for _, k := range asset.Kinds {
		names = append(names, k.Title)
	}
	switch {
	case !ok:
		return "", fmt.Sprintf("%sは種別として読めません。%sのどれかにしてください。", Quote(text), strings.Join(names, "、"))
	case known == asset.Information && OnPaper(medium):
		return asset.Paper, ""
	}
	return known, ""
}

var (
	noWords  = foldedWords(map[bool][]string{true: {"無", "無し", "なし", "ナシ", "×", "✕", "✖", "☓", "X", "N", "NO", "否", "非該当", "該当なし", "該当無し", "含まない", "無い", "ない", "不要", "0", "いいえ", "していない", "しない", "無(なし)"}})
	yesWords = foldedWords(map[bool][]string{true: {"有", "有り", "あり", "アリ", "○", "〇", "◯", "●", "◎", "✓", "✔", "レ", "Y", "YES", "要", "該当", "該当あり", "該当有り", "含む", "ある", "1", "はい", "している", "する"}})
)

// denies tells of a text that says of something that it is not there.
func denies(word string) bool {
	word = strings.TrimRight(word, ")]】〕")
	return strings.HasSuffix(word, "無") || strings.HasSuffix(word, "無し") || strings.HasSuffix(word, "なし") || strings.HasSuffix(word, "含まない") ||
		strings.HasSuffix(word, "を除く") || strings.HasSuffix(word, "以外")
}

// Personal reads whether there is personal data, and which. vague is a word that says
// only that there is.
func Personal(text string) (personal asset.Personal, vague bool, problem string) {
	word, whole := Key(text), Whole(text)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(whole, part) })
	}
	switch {
	case noWords[word] && !has("要配慮", "特定個人", "個人番号", "マイナンバー"), word == "個人情報なし", word == "個人情報無", word == "個人情報無し":
		return asset.NotPersonal, false, ""
	case denies(whole), noWords[word]: // of which sort it speaks, it does not say clearly enough
	case has("特定個人", "個人番号", "マイナンバー"), word == "特定":
		return asset.MyNumberBorne, false, ""
	case has("要配慮"), word == "機微情報":
		return asset.Sensitive, false, ""
	case yesWords[word], word == "個人情報あり", word == "個人情報有", word == "個人情報有り":
		return asset.PlainPersonal, true, ""
	case word == "個人情報", word == "個人データ", word == "保有個人情報", word == "一般個人情報", word == "個人情報ファイル":
		return asset.PlainPersonal, false, ""
	}
	return "", false, Quote(text) + "は個人情報の有無として読めません。無、個人情報、要配慮個人情報、特定個人情報のどれか、または有、無で書いてください。"
}

// NumberWork reads what 個人番号 is used for.
func NumberWork(text string) (work asset.NumberWork, problem string) {
	switch word := Key(text); {
	case noWords[word], word == "使わない":
		return asset.NoNumberWork, ""
	case strings.Contains(word, "利用事務") && !strings.Contains(word, "関係事務"):
		return asset.NumberUse, ""
	case strings.Contains(word, "関係事務") && !strings.Contains(word, "利用事務"):
		return asset.NumberRelatedWork, ""
	}
	return "", Quote(text) + "は個人番号の事務として読めません。利用事務か関係事務のどちらかにしてください。"
}

// Confirmed reads whether a safeguard is there.
func Confirmed(text string) (given asset.Confirmed, problem string) {
	switch word := Key(text); {
	case yesWords[word], slices.Contains([]string{"済", "済み", "導入済", "導入済み", "設定済", "設定済み", "対応済", "対応済み"}, word):
		return asset.There, ""
	case noWords[word], slices.Contains([]string{"未導入", "未設定", "未対応"}, word):
		return asset.Missing, ""
	case slices.Contains([]string{"確かめていない", "未確認", "不明"}, word):
		return asset.Unknown, ""
	}
	return "", Quote(text) + "は読めません。している、していない、確かめていない、のどれかで書いてください。"
}

var (
	handlingWords = foldedWords(map[asset.Handling][]string{
		asset.NoCopy:         {"複製禁止", "複写禁止", "コピー禁止", "複製不可", "複写不可", "複製の禁止", "コピー不可"},
		asset.NoDistribution: {"配布禁止", "配付禁止", "再配布禁止", "配布不可", "配布の禁止", "転送禁止"},
		asset.NoTakeOut:      {"持出禁止", "持出し禁止", "持ち出し禁止", "持出不可", "持ち出し不可", "持出しの禁止", "庁外持出禁止", "庁外持出し禁止", "庁外持ち出し禁止", "外部持出禁止"},
		asset.Encryption:     {"暗号化必須", "暗号化", "要暗号化", "暗号化要", "暗号化が必要", "暗号化の必要"},
		asset.NoPrint:        {"印刷禁止", "印刷不可", "プリント禁止", "印刷の禁止"},
	})
	ofDisposal = []string{"廃棄", "溶解", "裁断", "シュレッダー", "消去", "破壊", "焼却"}
)

// Handling reads the limits on what may be done, how an asset is disposed of where
// that stands among them, and what else does.
func Handling(text string) (list []asset.Handling, disposal, other string) {
	if noWords[Key(text)] {
		return nil, "", ""
	}
	var ways, others []string
	for _, part := range strings.FieldsFunc(text[:min(len(text), longest)], func(r rune) bool { return strings.ContainsRune("、，,・･／/;；\n\t 　", r) }) {
		word := Key(part)
		handling, known := handlingWords[word]
		switch {
		case word == "" || IsDash(part):
		case known:
			list = append(list, handling)
		case slices.ContainsFunc(ofDisposal, func(way string) bool { return strings.Contains(word, way) }):
			ways = append(ways, OneLine(part))
		default:
			others = append(others, OneLine(part))
		}
	}
	return list, strings.Join(ways, "、"), strings.Join(others, "、")
}

// Days in a register lie from here on: others are slips of the pen.
var earliestDay = calendar.NewDate(1868, 1, 25)

// Day reads a day. A number of five digits is one as Excel counts it, in a cell that
// is not formatted as one.
func Day(text string) (day calendar.Date, problem string) {
	text = OneLine(text)
	day, ok := calendar.ReadDay(text)
	if n, err := strconv.Atoi(text); err == nil && n >= 10_000 && n < 100_000 {
		day, ok = calendar.NewDate(1899, 12, 30+n), true
	}
	if !ok || day.Before(earliestDay) {
		return calendar.Date{}, Quote(text) + "は日付として読めません。2026-04-01、2026/4/1、令和8年4月1日、R8.4.1 のように書いてください。"
	}
	return day, ""
}

// UnnamedSupplier stands for somebody outside whom a register does not name.
const UnnamedSupplier = "有（委託先の記入なし）"

// Outsourcing reads whether work is done outside and by whom, of the two columns of
// it. said tells whether they say anything.
func Outsourcing(whether, by string) (name string, said bool, problem string) {
	word := Key(whether)
	if noWords[Key(by)] { // a column of 委託先 with 無 says that there is none
		if by = ""; word == "" {
			return "", true, ""
		}
	}
	switch {
	case word == "" && by == "":
		return "", false, ""
	case noWords[word] && by != "":
		return "", true, "外部委託が「無」なのに、委託先が書いてあります。どちらかを直してください。"
	case noWords[word]:
		return "", true, ""
	case by != "":
		return by, true, ""
	case yesWords[word] && word == Whole(whether):
		return UnnamedSupplier, true, ""
	}
	return whether, true, "" // the one column names whom
}

// bracketed is what stands in brackets, which headings explain themselves by: 有無（有・無）.
var bracketed = regexp.MustCompile(`[(\[【〔<〈「『][^()\[\]【】〔〕<>〈〉「」『』]*[)\]】〕>〉」』]`)

// Bare is a heading without what stands in brackets.
func Bare(text string) string {
	if text = norm.NFKC.String(text); !strings.ContainsAny(text, "([【〔<〈「『") {
		return text
	}
	return bracketed.ReplaceAllString(text, "")
}

// longest is how much of a cell that is one line is read, in bytes.
const longest = 4 << 10

// OneLine is a text with one blank for each stretch of them.
func OneLine(s string) string {
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	return strings.Join(strings.Fields(s), " ")
}

// Compact is a text without widths and blanks.
func Compact(s string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(OneLine(s))), "")
}

// IsDash tells of a cell that somebody has struck out.
func IsDash(text string) bool {
	return text != "" && len(text) <= 12 && strings.Trim(text, "-‐‑–—―−－ーｰ_／/＼〃・.…") == "" && text != "〃"
}

// Denies tells of a word that says that there is none: 無, ×, いいえ.
func Denies(text string) bool { return noWords[Key(text)] }

// Bracketed are the stretches of a text in brackets, with these.
func Bracketed(text string) []string { return bracketed.FindAllString(text, -1) }

// ToSettle says of a field that is open what to do.
var ToSettle = map[string]string{
	"confidentiality": "機密性の3A、3B、3Cのどれかが決まっていません。下書きにします。あとで選んでください。",
	"integrity":       "完全性が書いてありません。下書きにします。あとで選んでください。",
	"availability":    "可用性が書いてありません。下書きにします。あとで選んでください。",
	"number_work":     "個人番号を、利用事務に使うか、関係事務に使うかが分かりません。下書きにします。あとで選んでください。",
	"zone":            "領域が書いてありません。下書きにします。あとで選んでください。",
}

// BadCell says what is wrong with a cell in which Excel has not reckoned anything.
func BadCell(text string) string {
	switch {
	case text == sheet.NotReckoned:
		return "式が入っていますが、計算した結果がファイルに残っていません。Excelで開いて保存し直すか、値を入力してください。"
	case len(text) > 1 && text[0] == '#' && slipsOfFormulas[text]:
		return Quote(text) + "は、Excelの式の誤りです。正しい値を入力してください。"
	}
	return ""
}

var slipsOfFormulas = map[string]bool{"#REF!": true, "#N/A": true, "#VALUE!": true, "#NAME?": true, "#DIV/0!": true, "#NUM!": true, "#NULL!": true, "#SPILL!": true, "#CALC!": true}
