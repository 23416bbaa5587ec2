package communication

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/record"
)

// Direction is which way a communication goes.
type Direction string

// The directions.
const (
	OneWay Direction = "one_way" // from the first zone to the second
	Both   Direction = "both"
)

// Directions are the directions, in the order in which they are offered.
var Directions = []asset.Choice[Direction]{{Value: OneWay, Title: "片方向"}, {Value: Both, Title: "双方向"}}

// Title is what the direction is called.
func (d Direction) Title() string { return asset.TitleOf(Directions, d) }

// Arrow stands between the two zones.
func (d Direction) Arrow() string {
	if d == OneWay {
		return "→"
	}
	return "↔"
}

// Safeguard is what makes a communication safe (安全対策).
type Safeguard string

// The safeguards.
const (
	AsListed    Safeguard = "listed"    // 特定通信
	Sanitized   Safeguard = "sanitized" // 無害化通信 (2(12))
	Firewall    Safeguard = "firewall"
	NoSafeguard Safeguard = "none"
	Unconfirmed Safeguard = "unconfirmed"
)

// Safeguards are the safeguards, in the order in which they are offered.
var Safeguards = []asset.Choice[Safeguard]{
	{Value: AsListed, Title: "特定通信"}, {Value: Sanitized, Title: "無害化通信"}, {Value: Firewall, Title: "ファイアウォール等による通信制限"},
	{Value: NoSafeguard, Title: "なし"}, {Value: Unconfirmed, Title: "未確認"},
}

// Title is what the safeguard is called.
func (s Safeguard) Title() string { return asset.TitleOf(Safeguards, s) }

// External is what lies outside the town's networks, where a communication may begin or
// end. No town's own zone can have this key: it holds a character that theirs never do.
const External = "out_of_town"

// external is it beside the zones.
var external = asset.Zone{Key: External, Title: "庁外", Meaning: "国、県、ほかの団体、委託先など、町のネットワークの外"}

// Details are what people say of a communication.
type Details struct {
	Name      string
	From, To  string // keys of ends
	Direction Direction
	Purpose   string // 目的
	Safeguard Safeguard
	Listed    string        // the key of the 特定通信 that it is; empty for none
	Asset     string        // the 管理番号 of what it belongs to; empty for nothing
	Since     calendar.Date // zero where nobody knows
	Note      string
}

// Field is one column of the register.
type Field struct {
	Key   string // as it is stored in the history, and named in forms
	Title string // as it is headed
	Most  int    // characters of its text; 0 where it is no free text
	at    func(*Details) *string
}

// Named is the field as it is stored in the history, and as it is headed.
func (f Field) Named() (key, title string) { return f.Key, f.Title }

// Text is the field's value as it is stored in the history: keys, days as 2026-11-24.
func (f Field) Text(d Details) string {
	switch f.Key {
	case "direction":
		return string(d.Direction)
	case "safeguard":
		return string(d.Safeguard)
	case "since":
		return record.DayText(d.Since)
	}
	return *f.at(&d)
}

// Set puts a text into its place; nothing for a field of another sort.
func (f Field) Set(d *Details, text string) {
	if f.at != nil {
		*f.at(d) = strings.TrimSpace(text)
	}
}

// Fields are the columns of the register, in its order.
var Fields = []Field{
	{"name", "名称", 200, func(d *Details) *string { return &d.Name }},
	{"from_zone", "送る側の領域", 0, func(d *Details) *string { return &d.From }},
	{"to_zone", "受ける側の領域", 0, func(d *Details) *string { return &d.To }},
	{"direction", "向き", 0, nil},
	{"purpose", "目的", 1000, func(d *Details) *string { return &d.Purpose }},
	{"safeguard", "安全対策", 0, nil},
	{"listed", "特定通信の名称", 0, func(d *Details) *string { return &d.Listed }},
	{"asset", "情報資産の管理番号", 40, func(d *Details) *string { return &d.Asset }},
	{"since", "始めた日", 0, nil},
	{"note", "備考", 2000, func(d *Details) *string { return &d.Note }},
}

// tidy are the details as they are kept: no blanks around a text, no 特定通信 where the
// safeguard is another one, and a 管理番号 as it was given.
func (d Details) tidy() Details {
	for _, f := range Fields {
		if f.at != nil {
			f.Set(&d, f.Text(d))
		}
	}
	if d.Safeguard != AsListed {
		d.Listed = ""
	}
	d.Asset = norm.NFKC.String(d.Asset)
	return d
}

// check finds what is wrong with tidy details by the scheme of a day. Whether there is such
// an asset the database knows.
func (d Details) check(scheme Scheme, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	for _, f := range Fields {
		text := f.Text(d)
		switch {
		case f.Most > 0 && utf8.RuneCountInString(text) > f.Most:
			wrong(f.Key, f.Title+"が長すぎます。"+strconv.Itoa(f.Most)+"字までで書いてください。")
		case f.Key == "name" && text == "":
			wrong(f.Key, "名称を入力してください。")
		case f.Key == "purpose" && text == "":
			wrong(f.Key, "目的を入力してください。")
		case f.Key == "name" && strings.ContainsAny(text, "\r\n"):
			wrong(f.Key, "名称は、1行で書いてください。")
		}
	}
	known := true
	for _, end := range []struct{ field, key, side string }{{"from_zone", d.From, "送る側"}, {"to_zone", d.To, "受ける側"}} {
		if _, ok := scheme.End(end.key); !ok {
			wrong(end.field, end.side+"の領域を選んでください。")
			known = false
		}
	}
	if known && d.From == d.To {
		wrong("to_zone", "送る側と受ける側が同じ領域です。別の領域を選んでください。同じ領域の中の通信は、登録しません。")
	}
	if !asset.Among(Directions, d.Direction) {
		wrong("direction", "向きを選んでください。")
	}
	if !asset.Among(Safeguards, d.Safeguard) {
		wrong("safeguard", "安全対策を選んでください。まだ確かめていないときは、「未確認」を選びます。")
	}
	if d.Safeguard == AsListed {
		listed, ok := scheme.ListedOf(d.Listed)
		switch {
		case !ok:
			wrong("listed", "どの特定通信かを選んでください。一覧にないものは、特定通信にできません。")
		case known && d.From != d.To && !listed.isBetween(d.From, d.To):
			wrong("listed", "「"+listed.Title+"」は、"+scheme.Between(listed)+"の通信です。領域か、特定通信を選び直してください。")
		}
	}
	if d.Since.After(today) {
		wrong("since", "始めた日は、今日までの日にしてください。")
	}
	return problems
}

// changed are the fields in which two details differ, with what they were and are.
func changed(was, is Details) (keys []string, before, after map[string]string) {
	c := record.NewComparison()
	for _, f := range Fields {
		c.Add(f.Key, f.Text(was), f.Text(is))
	}
	return c.Keys, c.Before, c.After
}
