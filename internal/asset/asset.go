package asset

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/record"
)

// Kind is what sort of thing an asset is (4(2)①②③).
type Kind string

// The kinds, in the order in which they are offered.
const (
	Information Kind = "information" // 取り扱う情報
	Paper       Kind = "paper"
	System      Kind = "system"
	Network     Kind = "network"
	Facility    Kind = "facility"
	Medium      Kind = "medium"
	Document    Kind = "document" // 情報システムの仕様書、ネットワーク図など
)

// Personal is whether an asset holds personal data, and of which sort.
type Personal string

// The sorts of personal data.
const (
	NotPersonal    Personal = "none"
	PlainPersonal  Personal = "personal"
	Sensitive      Personal = "sensitive" // 要配慮個人情報 (個人情報保護法2条3項)
	MyNumberBorne  Personal = "specific"  // 特定個人情報 (番号法2条8項)
	mostTextLength          = 2000
	maxAnswers              = 2000 // octets
)

// NumberWork is what 個人番号 is used for, where it is.
type NumberWork string

// The sorts of work with 個人番号 (番号法2条10項, 11項).
const (
	NoNumberWork      NumberWork = ""
	NumberUse         NumberWork = "use"     // 利用事務: tax, welfare, register of residents
	NumberRelatedWork NumberWork = "related" // 関係事務: pay, fees
)

// Handling is a limit on what may be done with an asset (取扱制限).
type Handling string

// The limits.
const (
	NoCopy         Handling = "no_copy"
	NoDistribution Handling = "no_distribution"
	NoTakeOut      Handling = "no_takeout"
	Encryption     Handling = "encryption"
	NoPrint        Handling = "no_print"
)

// Confirmed is whether a safeguard is there.
type Confirmed string

// The answers.
const (
	Unknown Confirmed = "" // nobody has looked
	There   Confirmed = "yes"
	Missing Confirmed = "no"
)

// Choice is one value of a closed list, with what people call it.
type Choice[T ~string] struct {
	Value T
	Title string
}

// Kinds are the kinds of assets.
var Kinds = []Choice[Kind]{
	{Information, "情報"}, {Paper, "紙文書"}, {System, "システム"}, {Network, "ネットワーク"}, {Facility, "施設・設備"},
	{Medium, "電磁的記録媒体"}, {Document, "システム関連文書"},
}

// PersonalData are the sorts of personal data.
var PersonalData = []Choice[Personal]{
	{NotPersonal, "無"}, {PlainPersonal, "個人情報"}, {Sensitive, "要配慮個人情報"}, {MyNumberBorne, "特定個人情報"},
}

// NumberWorks are the sorts of work with 個人番号.
var NumberWorks = []Choice[NumberWork]{
	{NoNumberWork, "使わない"}, {NumberUse, "利用事務（税・福祉・戸籍など）"}, {NumberRelatedWork, "関係事務（給与・報酬・支払調書など）"},
}

// Handlings are the limits on what may be done.
var Handlings = []Choice[Handling]{
	{NoCopy, "複製禁止"}, {NoDistribution, "配布禁止"}, {NoTakeOut, "持出禁止"}, {Encryption, "暗号化必須"}, {NoPrint, "印刷禁止"},
}

// Confirmations are whether a safeguard is there.
var Confirmations = []Choice[Confirmed]{{Unknown, "確かめていない"}, {There, "している"}, {Missing, "していない"}}

// TitleOf is what a value of a closed list is called; itself where the list has none such.
func TitleOf[T ~string](list []Choice[T], value T) string {
	if i := slices.IndexFunc(list, func(c Choice[T]) bool { return c.Value == value }); i >= 0 {
		return list[i].Title
	}
	return string(value)
}

// Title is what the kind is called.
func (k Kind) Title() string { return TitleOf(Kinds, k) }

// Title is what the sort of personal data is called.
func (p Personal) Title() string { return TitleOf(PersonalData, p) }

// Title is what the work with 個人番号 is called.
func (n NumberWork) Title() string { return TitleOf(NumberWorks, n) }

// Title is what the answer is called.
func (c Confirmed) Title() string { return TitleOf(Confirmations, c) }

// Title is what the limit is called.
func (h Handling) Title() string { return TitleOf(Handlings, h) }

// Details are what people say of an asset: the columns of the register.
type Details struct {
	OwnNumber       string // the number that the section itself has given it; empty for none
	Kind            Kind
	Name            string
	Work            string // 業務分類
	Content         string
	Confidentiality string // keys of levels
	Integrity       string
	Availability    string
	Answers         string // what the questions were answered: question=answer, with blanks between
	LevelReason     string // why a level was chosen that the answers don't come to
	Personal        Personal
	NumberWork      NumberWork
	Zone            string // a zone's key
	Place           string // 保存先
	Medium          string // 媒体
	Owner           string // 管理責任者
	Users           string // 利用者範囲
	Handling        []Handling
	Disposal        string    // 廃棄方法
	KeepUntil       string    // 保存期限
	Outsourced      string    // 外部委託先; empty for none
	EvaluatedBy     string    // JC-STAR, ISMAP … (施行規則16条の3)
	Seat            string    // the country of the supplier's seat
	MultiFactor     Confirmed // of a system: its terminals ask for 多要素認証 (7(3)①)
	TakeoutBarred   Confirmed // of a system: nothing can be taken out at its terminals (7(3)①)
	RegisteredOn    calendar.Date
	CheckedOn       calendar.Date // zero where it never was
	Note            string
}

// Level is the key of the asset's level in an aspect.
func (d Details) Level(a Aspect) string {
	switch a {
	case Confidentiality:
		return d.Confidentiality
	case Integrity:
		return d.Integrity
	case Availability:
		return d.Availability
	}
	return ""
}

// Field is one column of the register.
type Field struct {
	Key   string // as it is stored in the history, and named in forms
	Title string // as it is headed
	Most  int    // characters of its text; 0 where it is no free text
	Inner bool   // the portal's own writing, which no sheet shows
	text  func(*Details) *string
	value func(Details) string
}

// Named is the field as it is stored in the history, and as it is headed.
func (f Field) Named() (key, title string) { return f.Key, f.Title }

// Text is the field's value as it is stored in the history: keys, days as 2026-11-24.
func (f Field) Text(d Details) string { return f.of(&d) }

// of is Text without a copy of the details for each field.
func (f Field) of(d *Details) string {
	if f.text != nil {
		return *f.text(d)
	}
	return f.value(*d)
}

// Set puts a free text into its place; nothing for another field.
func (f Field) Set(d *Details, text string) {
	if f.text != nil {
		*f.text(d) = strings.TrimSpace(text)
	}
}

// Put puts the field's value into its place, as Text has written it.
func (f Field) Put(d *Details, stored string) {
	switch f.Key {
	case "kind":
		d.Kind = Kind(stored)
	case "confidentiality":
		d.Confidentiality = stored
	case "integrity":
		d.Integrity = stored
	case "availability":
		d.Availability = stored
	case "answers":
		d.Answers = stored
	case "personal":
		d.Personal = Personal(stored)
	case "number_work":
		d.NumberWork = NumberWork(stored)
	case "zone":
		d.Zone = stored
	case "handling":
		d.Handling = nil
		for _, h := range strings.Fields(stored) {
			d.Handling = append(d.Handling, Handling(h))
		}
	case "multi_factor":
		d.MultiFactor = Confirmed(stored)
	case "takeout_barred":
		d.TakeoutBarred = Confirmed(stored)
	case "registered_on":
		d.RegisteredOn = storedDay(stored)
	case "checked_on":
		d.CheckedOn = storedDay(stored)
	default:
		f.Set(d, stored)
	}
}

// storedDay is a day as record.DayText has written it.
func storedDay(stored string) calendar.Date {
	day, err := calendar.ParseDay(stored)
	if err != nil {
		return calendar.Date{} // none
	}
	return day
}

// Apply puts fields by their keys into details, as the history has them.
func (d Details) Apply(fields map[string]string) Details {
	for _, f := range Fields {
		if stored, there := fields[f.Key]; there {
			f.Put(&d, stored)
		}
	}
	return d
}

// Changed are the fields in which two details differ, with what they were and are.
func Changed(was, is Details) (before, after map[string]string) {
	_, before, after = Compared(was.Tidy(), is.Tidy())
	return before, after
}

// Fields are the columns of the register, in its order.
var Fields = []Field{
	free("own_number", "課の番号", 50, func(d *Details) *string { return &d.OwnNumber }),
	{Key: "kind", Title: "種別", value: func(d Details) string { return string(d.Kind) }},
	free("name", "情報資産名", 200, func(d *Details) *string { return &d.Name }),
	free("work", "業務分類", 200, func(d *Details) *string { return &d.Work }),
	free("content", "内容", mostTextLength, func(d *Details) *string { return &d.Content }),
	{Key: "confidentiality", Title: "機密性", value: func(d Details) string { return d.Confidentiality }},
	{Key: "integrity", Title: "完全性", value: func(d Details) string { return d.Integrity }},
	{Key: "availability", Title: "可用性", value: func(d Details) string { return d.Availability }},
	{Key: "answers", Title: "分類の問いへの答え", Inner: true, value: func(d Details) string { return d.Answers }},
	free("level_reason", "分類の理由", maxWhy, func(d *Details) *string { return &d.LevelReason }),
	{Key: "personal", Title: "個人情報の有無", value: func(d Details) string { return string(d.Personal) }},
	{Key: "number_work", Title: "個人番号の事務", value: func(d Details) string { return string(d.NumberWork) }},
	{Key: "zone", Title: "領域", value: func(d Details) string { return d.Zone }},
	free("place", "保存先", 500, func(d *Details) *string { return &d.Place }),
	free("medium", "媒体", 200, func(d *Details) *string { return &d.Medium }),
	free("owner", "管理責任者", 200, func(d *Details) *string { return &d.Owner }),
	free("users", "利用者範囲", 500, func(d *Details) *string { return &d.Users }),
	{Key: "handling", Title: "取扱制限", value: func(d Details) string { return joined(d.Handling) }},
	free("disposal", "廃棄方法", 500, func(d *Details) *string { return &d.Disposal }),
	free("keep_until", "保存期限", 200, func(d *Details) *string { return &d.KeepUntil }),
	free("outsourced", "外部委託先", 500, func(d *Details) *string { return &d.Outsourced }),
	free("evaluated_by", "評価制度", 200, func(d *Details) *string { return &d.EvaluatedBy }),
	free("seat", "供給者の所在国", 100, func(d *Details) *string { return &d.Seat }),
	{Key: "multi_factor", Title: "端末の多要素認証", value: func(d Details) string { return string(d.MultiFactor) }},
	{Key: "takeout_barred", Title: "端末からの持出しの禁止", value: func(d Details) string { return string(d.TakeoutBarred) }},
	{Key: "registered_on", Title: "登録日", value: func(d Details) string { return record.DayText(d.RegisteredOn) }},
	{Key: "checked_on", Title: "最終確認日", value: func(d Details) string { return record.DayText(d.CheckedOn) }},
	free("note", "備考", mostTextLength, func(d *Details) *string { return &d.Note }),
}

func free(key, title string, most int, text func(*Details) *string) Field {
	return Field{Key: key, Title: title, Most: most, text: text}
}

func joined(list []Handling) string {
	texts := make([]string, len(list))
	for i, h := range list {
		texts[i] = string(h)
	}
	return strings.Join(texts, " ")
}

// Shown is a field's text as people read it, by the levels and zones of a day.
func (s Scheme) Shown(field, text string) string {
	switch field {
	case "kind":
		return Kind(text).Title()
	case "confidentiality", "integrity", "availability":
		level, _ := s.Level(Aspect(field), text)
		return level.Title
	case "personal":
		return Personal(text).Title()
	case "number_work":
		return NumberWork(text).Title()
	case "zone":
		zone, _ := s.Zone(text)
		return zone.Title
	case "handling":
		titles := strings.Fields(text)
		for i, h := range titles {
			titles[i] = Handling(h).Title()
		}
		return strings.Join(titles, "、")
	case "multi_factor", "takeout_barred":
		return Confirmed(text).Title()
	case "registered_on", "checked_on":
		if day, err := calendar.ParseDay(text); err == nil {
			return calendar.Wareki(day)
		}
	}
	return text
}

// Tidy are the details as they are kept: no blanks around a text, each limit once and in
// the order in which they are offered.
func (d Details) Tidy() Details {
	for _, f := range Fields {
		if f.text != nil {
			f.Set(&d, *f.text(&d))
		}
	}
	var handling []Handling
	for _, h := range Handlings {
		if slices.Contains(d.Handling, h.Value) {
			handling = append(handling, h.Value)
		}
	}
	d.Handling = handling
	return d
}

// check finds what is wrong with tidy details by the scheme of a day.
func (d Details) check(scheme Scheme, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	for _, f := range Fields {
		switch text := f.of(&d); {
		case f.Most > 0 && utf8.RuneCountInString(text) > f.Most:
			wrong(f.Key, f.Title+"が長すぎます。"+charsUpTo(f.Most)+"までで書いてください。")
		case f.Key == "name" && text == "":
			wrong(f.Key, "情報資産名を入力してください。")
		case f.Key == "name" && strings.ContainsAny(text, "\r\n"):
			wrong(f.Key, "情報資産名は、1行で書いてください。")
		}
	}
	for _, aspect := range Aspects {
		if _, ok := scheme.Level(aspect, d.Level(aspect)); !ok {
			wrong(string(aspect), aspect.Title()+"を選んでください。")
		}
	}
	if _, ok := scheme.Zone(d.Zone); !ok {
		wrong("zone", "領域を選んでください。")
	}
	if !Among(Kinds, d.Kind) {
		wrong("kind", "種別を選んでください。")
	}
	if !Among(PersonalData, d.Personal) {
		wrong("personal", "個人情報の有無を選んでください。")
	}
	switch {
	case !Among(NumberWorks, d.NumberWork):
		wrong("number_work", "個人番号の事務を選んでください。")
	case d.Personal == MyNumberBorne && d.NumberWork == NoNumberWork:
		wrong("number_work", "特定個人情報のときは、個人番号を、利用事務に使うか、関係事務に使うかを選んでください。")
	case d.Personal != MyNumberBorne && d.NumberWork != NoNumberWork:
		wrong("personal", "個人番号を使うものは、特定個人情報を選んでください。")
	}
	for key, given := range map[string]Confirmed{"multi_factor": d.MultiFactor, "takeout_barred": d.TakeoutBarred} {
		if !Among(Confirmations, given) {
			wrong(key, "確かめた結果を選んでください。")
		}
	}
	if len(d.Answers) > maxAnswers {
		wrong("answers", "問いへの答えを読み取れません。問いに答え直してください。")
	}
	switch {
	case d.RegisteredOn.IsZero():
		wrong("registered_on", "登録日を入力してください。")
	case d.RegisteredOn.After(today):
		wrong("registered_on", "登録日は、今日までの日にしてください。")
	}
	switch {
	case d.CheckedOn.IsZero():
	case d.CheckedOn.After(today):
		wrong("checked_on", "最終確認日は、今日までの日にしてください。")
	case d.CheckedOn.Before(d.RegisteredOn):
		wrong("checked_on", "最終確認日は、登録日より前にできません。")
	}
	return problems
}

// Among tells whether a closed list has a value.
func Among[T ~string](list []Choice[T], value T) bool {
	return slices.ContainsFunc(list, func(c Choice[T]) bool { return c.Value == value })
}

// Compared are the fields in which two details differ, with what they were and are.
func Compared(was, is Details) (keys []string, before, after map[string]string) {
	c := record.NewComparison()
	for _, f := range Fields {
		c.Add(f.Key, f.of(&was), f.of(&is))
	}
	return c.Keys, c.Before, c.After
}
