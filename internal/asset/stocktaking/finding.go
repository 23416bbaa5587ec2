package stocktaking

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Result is what somebody has found of an asset.
type Result string

// The results.
const (
	Same     Result = "same"
	Changed  Result = "changed"
	Disposed Result = "disposed"
	Missing  Result = "missing"
)

// Results are all of them, in the order of their keys.
var Results = []Result{Same, Changed, Disposed, Missing}

// Title is what the result is called; empty for what is none.
func (r Result) Title() string {
	switch r {
	case Same:
		return "変更なし"
	case Changed:
		return "変更"
	case Disposed:
		return "廃棄"
	case Missing:
		return "所在不明"
	}
	return ""
}

// Finding is what somebody says of an asset, by its 管理番号.
type Finding struct {
	Code   string
	Result Result
	// Seen is the version of the answer that they have seen; 0 for none.
	Seen int
	// Rest says that an answer which it has meanwhile stays: it is one of a whole page.
	Rest     bool
	On       calendar.Date // when it was looked at; zero for today
	LookedBy string        // the name on a sheet; empty for who says it
	Note     string        // why it was disposed of, or what is known of where it may be
	// Of what is missing: when and by whom that was noticed, and when it was last seen, zero
	// where nobody knows.
	NoticedOn  calendar.Date
	NoticedBy  string
	LastSeenOn calendar.Date
}

// The most characters of what is said.
const (
	MaxNote = 500
	MaxName = 100
)

// tidy is the finding as it is kept: only what is missing was noticed.
func (f Finding) tidy(today calendar.Date) Finding {
	f.Note, f.LookedBy, f.NoticedBy = strings.TrimSpace(f.Note), strings.TrimSpace(f.LookedBy), strings.TrimSpace(f.NoticedBy)
	if f.On.IsZero() {
		f.On = today
	}
	if f.Result != Missing {
		f.NoticedOn, f.NoticedBy, f.LastSeenOn = calendar.Date{}, "", calendar.Date{}
	}
	return f
}

// check finds what is wrong with a tidy finding on a day of a 棚卸し opened on another one.
func (f Finding) check(opened, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	long := func(field, title, text string, most int) {
		if utf8.RuneCountInString(text) > most {
			wrong(field, title+"が長すぎます。"+strconv.Itoa(most)+"字までで書いてください。")
		}
	}
	if f.Result.Title() == "" {
		wrong("result", "変更なし・変更・廃棄・所在不明から選んでください。")
	}
	if f.On.Before(opened) || f.On.After(today) {
		wrong("on", "確かめた日は、棚卸しを始めた日から今日までの日にしてください。")
	}
	long("note", "書いたこと", f.Note, MaxNote)
	long("looked_by", "記入した人", f.LookedBy, MaxName)
	if f.Result == Disposed && f.Note == "" {
		wrong("note", "廃棄する理由を書いてください。")
	}
	if f.Result != Missing {
		return problems
	}
	switch {
	case f.NoticedOn.IsZero():
		wrong("noticed_on", "いつ気づいたかを入力してください。")
	case f.NoticedOn.After(today):
		wrong("noticed_on", "気づいた日は、今日までの日にしてください。")
	case f.LastSeenOn.After(f.NoticedOn):
		wrong("last_seen_on", "最後に見た日は、気づいた日より後にできません。分からないときは、空のままにします。")
	}
	if f.NoticedBy == "" {
		wrong("noticed_by", "だれが気づいたかを入力してください。")
	}
	long("noticed_by", "気づいた人", f.NoticedBy, MaxName)
	return problems
}
