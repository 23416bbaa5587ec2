package missing

import (
	"strings"
	"time"
	"unicode/utf8"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Seen is what somebody says of an asset that can't be found.
type Seen struct {
	AssetID   int64
	Kind      Kind
	From      string        // where it came to light: 棚卸し-令和8年度, 持-8-0001; empty for none of these
	LastSeen  calendar.Date // zero where nobody knows
	NoticedAt time.Time     // it may be the first day of a report's clock
	NoticedBy string
	Words     string
}

const (
	mostName  = 100
	mostWords = 2000
	mostPlace = 500
)

func (s Seen) tidy() Seen {
	s.From, s.NoticedBy, s.Words = strings.TrimSpace(s.From), strings.TrimSpace(s.NoticedBy), strings.TrimSpace(s.Words)
	return s
}

// check finds what is wrong with what somebody says now.
func (s Seen) check(now time.Time) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch {
	case s.NoticedAt.IsZero():
		wrong("noticed_on", "いつ気づいたかを入力してください。")
	case s.NoticedAt.After(now):
		wrong("noticed_on", "気づいた日時は、いままでの日時にしてください。")
	}
	if s.NoticedBy == "" || utf8.RuneCountInString(s.NoticedBy) > mostName || strings.ContainsAny(s.NoticedBy, "\r\n") {
		wrong("noticed_by", "だれが気づいたかを、1行、100字までで入力してください。")
	}
	if !s.LastSeen.IsZero() && !s.NoticedAt.IsZero() && s.LastSeen.After(calendar.Day(s.NoticedAt)) {
		wrong("last_seen", "最後に見た日は、気づいた日までの日にしてください。わからないときは、空のままにします。")
	}
	if utf8.RuneCountInString(s.Words) > mostWords {
		wrong("words", "長すぎます。2000字までで書いてください。")
	}
	return problems
}

// Finding is how an asset was found.
type Finding struct {
	On    calendar.Date
	Where string
	By    string
	Words string
}

func (f Finding) tidy() Finding {
	f.Where, f.By, f.Words = strings.TrimSpace(f.Where), strings.TrimSpace(f.By), strings.TrimSpace(f.Words)
	return f
}

// check finds what is wrong with what somebody says of a find today, of what was noticed on
// a day.
func (f Finding) check(noticed, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch {
	case f.On.IsZero():
		wrong("found_on", "見つかった日を入力してください。")
	case f.On.After(today):
		wrong("found_on", "見つかった日は、今日までの日にしてください。")
	case f.On.Before(noticed):
		wrong("found_on", "見つかった日は、所在不明に気づいた日（"+calendar.Wareki(noticed)+"）より前にできません。")
	}
	if f.Where == "" || utf8.RuneCountInString(f.Where) > mostPlace {
		wrong("found_where", "見つかった場所を、500字までで書いてください。")
	}
	if f.By == "" || utf8.RuneCountInString(f.By) > mostName || strings.ContainsAny(f.By, "\r\n") {
		wrong("found_by", "見つけた人を、1行、100字までで入力してください。")
	}
	if utf8.RuneCountInString(f.Words) > mostWords {
		wrong("found_words", "長すぎます。2000字までで書いてください。")
	}
	return problems
}
