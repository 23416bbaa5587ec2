// Package filebook is the 個人情報ファイル簿: for each asset that holds a file of personal
// data, what the town publishes of it. The law asks for one of each file on 1,000 persons
// or more, unless publishing it would hinder the work (個人情報の保護に関する法律75条;
// 施行令 has the number, for 法74条2項9号).
//
// An entry hangs on its asset: who may change the asset may change it, and each change is
// kept with what was before and after.
package filebook

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/fault"
	"kagami/internal/record"
)

// The values of closed lists.
const (
	Yes      = "yes"
	No       = "no"
	Computer = "computer" // 電子計算機処理 (法60条2項1号)
	Manual   = "manual"   // マニュアル処理 (同項2号)
	Thousand = "thousand" // 1,000 persons or more
	Fewer    = "fewer"
)

// Entry is what the 個人情報ファイル簿 says of a file.
type Entry struct {
	Name        string
	Body        string // 行政機関等の名称
	Section     string // 所管組織
	Purpose     string // 利用目的
	Items       string // 記録項目
	Scope       string // 記録範囲
	Collection  string // 収集方法
	Sensitive   string // 要配慮個人情報の有無
	Recipients  string // 経常的提供先; empty for none
	Desk        string // 開示請求等を受理する組織
	Processing  string // 電算処理・マニュアル処理の別
	Headcount   string // 本人の数
	Unpublished string // why it is not published; empty where it is
}

// Field is one column of the 個人情報ファイル簿.
type Field struct {
	Key     string
	Title   string
	Hint    string
	Most    int // characters of its text; 0 where it is one of its choices
	Lines   bool
	Needed  bool
	Choices []asset.Choice[string]
	of      func(*Entry) *string
}

// Named is the field as it is stored in the history, and as it is headed.
func (f Field) Named() (key, title string) { return f.Key, f.Title }

// Text is the field of an entry, as it is stored.
func (f Field) Text(e Entry) string { return *f.of(&e) }

// Set puts a text into its place.
func (f Field) Set(e *Entry, text string) { *f.of(e) = strings.TrimSpace(text) }

// Shown is a field's text as people read it.
func (f Field) Shown(text string) string {
	if i := slices.IndexFunc(f.Choices, func(c asset.Choice[string]) bool { return c.Value == text }); i >= 0 {
		return f.Choices[i].Title
	}
	return text
}

// Fields are the columns, in the order of the form.
var Fields = []Field{
	{Key: "name", Title: "個人情報ファイルの名称", Most: 200, Needed: true, of: func(e *Entry) *string { return &e.Name }},
	{Key: "body", Title: "行政機関等の名称", Most: 100, Needed: true, Hint: "町長、教育委員会、議会などの機関の名前です。", of: func(e *Entry) *string { return &e.Body }},
	{Key: "section", Title: "所管組織", Most: 200, Needed: true, Hint: "利用する事務をつかさどる組織の名前です。", of: func(e *Entry) *string { return &e.Section }},
	{Key: "purpose", Title: "利用目的", Most: 2000, Lines: true, Needed: true, of: func(e *Entry) *string { return &e.Purpose }},
	{Key: "items", Title: "記録項目", Most: 2000, Lines: true, Needed: true, Hint: "例：1氏名、2生年月日、3住所。", of: func(e *Entry) *string { return &e.Items }},
	{Key: "scope", Title: "記録範囲", Most: 1000, Lines: true, Needed: true, Hint: "だれのことが記録されているかを書きます。", of: func(e *Entry) *string { return &e.Scope }},
	{Key: "collection", Title: "収集方法", Most: 1000, Lines: true, Needed: true, Hint: "例：本人からの申請書、住民基本台帳。", of: func(e *Entry) *string { return &e.Collection }},
	{
		Key: "sensitive", Title: "要配慮個人情報の有無", Needed: true, Choices: []asset.Choice[string]{{Value: Yes, Title: "有"}, {Value: No, Title: "無"}},
		of: func(e *Entry) *string { return &e.Sensitive },
	},
	{Key: "recipients", Title: "経常的提供先", Most: 1000, Lines: true, Hint: "決まって渡している外部の相手です。ないときは、空けておきます。", of: func(e *Entry) *string { return &e.Recipients }},
	{Key: "desk", Title: "開示請求等を受理する組織の名称と所在地", Most: 500, Lines: true, Needed: true, of: func(e *Entry) *string { return &e.Desk }},
	{
		Key: "processing", Title: "電算処理・マニュアル処理の別", Needed: true,
		Choices: []asset.Choice[string]{{Value: Computer, Title: "電算処理ファイル"}, {Value: Manual, Title: "マニュアル処理ファイル"}},
		of:      func(e *Entry) *string { return &e.Processing },
	},
	{
		Key: "headcount", Title: "本人の数", Needed: true, Hint: "1,000人以上のものを、公表します。",
		Choices: []asset.Choice[string]{{Value: Thousand, Title: "1,000人以上"}, {Value: Fewer, Title: "1,000人未満"}},
		of:      func(e *Entry) *string { return &e.Headcount },
	},
	{Key: "unpublished", Title: "公表しない理由", Most: 1000, Lines: true, Hint: "公表すると事務に著しい支障がある、などのときにだけ書きます。書くと、公表する簿に入りません。", of: func(e *Entry) *string { return &e.Unpublished }},
}

// Published tells whether the entry stands in what the town publishes.
func (e Entry) Published() bool { return e.Headcount == Thousand && e.Unpublished == "" }

// begun is an entry as it begins: what the register says already.
func begun(a asset.Asset) Entry {
	e := Entry{Name: a.Name, Section: a.SectionName, Sensitive: No, Processing: Computer}
	if a.Personal == asset.Sensitive {
		e.Sensitive = Yes
	}
	if a.Kind == asset.Paper {
		e.Processing = Manual
	}
	return e
}

// check finds what is wrong with an entry.
func (e Entry) check() (problems []fault.Problem) {
	for _, f := range Fields {
		text := f.Text(e)
		known := slices.ContainsFunc(f.Choices, func(c asset.Choice[string]) bool { return c.Value == text })
		message := ""
		switch {
		case len(f.Choices) > 0 && !known:
			message = f.Title + "を選んでください。"
		case f.Needed && text == "":
			message = f.Title + "を入力してください。"
		case f.Most > 0 && utf8.RuneCountInString(text) > f.Most:
			message = f.Title + "が長すぎます。" + strconv.Itoa(f.Most) + "字までで書いてください。"
		case !f.Lines && strings.ContainsAny(text, "\r\n"):
			message = f.Title + "は、1行で書いてください。"
		}
		if message != "" {
			problems = append(problems, fault.Problem{Field: f.Key, Message: message})
		}
	}
	return problems
}

// changed are the fields in which two entries differ, with what they were and are.
func changed(was, is Entry) (keys []string, before, after map[string]string) {
	c := record.NewComparison()
	for _, f := range Fields {
		c.Add(f.Key, f.Text(was), f.Text(is))
	}
	return c.Keys, c.Before, c.After
}
