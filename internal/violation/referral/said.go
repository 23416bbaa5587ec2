package referral

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Said is what is said with a step of a referral.
type Said struct {
	Version  int // that the actor has seen
	On       calendar.Date
	Number   string // 文書番号
	Text     string // why: of what is declined or withdrawn
	Meets    calendar.Date
	Quorum   int
	Hearing  Hearing
	Present  string // a member a line
	Excluded string // a member a line: 見本 太郎：本人の親族
	Resolved Outcome
	Outcome  Outcome
	Appeal   calendar.Date
	Alone    string // why it can't wait until somebody else can act (兼務)
}

const (
	maxText    = 4000
	maxNumber  = 100
	maxLine    = 100
	maxMembers = 30
	maxQuorum  = 99
)

// problems gathers what is wrong with a form.
type problems []fault.Problem

func (p *problems) wrong(field, message string) {
	*p = append(*p, fault.Problem{Field: field, Message: message})
}

func (p *problems) text(field, title, text string) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		p.wrong(field, title+"を入力してください。")
	case n > maxText:
		p.wrong(field, fmt.Sprintf("%sが長すぎます。%d字までで書いてください。", title, maxText))
	}
}

func (p *problems) number(text string, needed bool) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && needed:
		p.wrong("number", "文書番号を入力してください。")
	case n > maxNumber:
		p.wrong("number", fmt.Sprintf("文書番号が長すぎます。%d字までで書いてください。", maxNumber))
	}
}

// day is that of a step: not after today, and not before what came before it.
func (p *problems) day(title string, on, last, today calendar.Date, before string) {
	switch {
	case on.IsZero():
		p.wrong("on", title+"を入力してください。")
	case on.After(today):
		p.wrong("on", title+"は、今日までの日にしてください。")
	case on.Before(last):
		p.wrong("on", title+"は、"+before+"（"+calendar.Wareki(last)+"）より前の日にはできません。日の順番を確かめてください。")
	}
}

// DayTitle is what the day of an event is called.
func DayTitle(e Event) string {
	switch e {
	case EventPropose, EventRecord:
		return "具申の日"
	case EventRequest:
		return "依頼の日"
	case EventConvene:
		return "招集の日"
	case EventHear:
		return "弁明の機会の日"
	case EventMeet:
		return "開催日"
	case EventReport:
		return "報告日"
	case EventDecide:
		return "発令日（なしのときは、決まった日）"
	case EventServe:
		return "処分説明書交付日"
	case EventEnd:
		return "終わった日"
	default:
		return "決まった日"
	}
}

// ripe refuses a step whose time has not come.
func (r Referral) ripe(e Event) error {
	conflict := func(text string) error { return fault.New(fault.Conflict, text) }
	switch e {
	case EventMeet:
		if r.Hearing == "" {
			return conflict("先に、弁明の機会をどうしたかを記録してください。本人が求めたときは、必ず機会を設けます。")
		}
	case EventServe:
		if r.Outcome != Discipline || !r.ServedOn.IsZero() {
			return conflict("処分説明書の交付は、懲戒処分のときに、1回だけ記録します。")
		}
	case EventEnd:
		if r.Outcome == Discipline && r.ServedOn.IsZero() {
			return conflict("懲戒処分なので、先に、処分説明書の交付を記録してください。")
		}
	default:
	}
	return nil
}

func (s *Said) tidy() {
	for _, text := range []*string{&s.Number, &s.Text, &s.Present, &s.Excluded, &s.Alone} {
		*text = strings.TrimSpace(*text)
	}
}

// more finds what is wrong with what is said with a step, and what is kept of it.
func (s *Said) more(r Referral, e Event, today calendar.Date, involved []Involved) (More, []fault.Problem) {
	s.tidy()
	m := More{On: s.On}
	var p problems
	p.day(DayTitle(e), s.On, r.last(), today, "前の手続の日")
	switch e {
	case EventDecline, EventWithdraw:
		p.text("text", "理由", s.Text)
	case EventRequest:
		m.Number = s.Number
		p.number(s.Number, false)
	case EventConvene:
		m.Meets, m.Quorum = s.Meets, s.Quorum
		if s.Meets.IsZero() || s.Meets.Before(s.On) {
			p.wrong("meets_on", "開催する日を、招集の日かその後の日で入力してください。")
		}
		if s.Quorum < 1 || s.Quorum > maxQuorum {
			p.wrong("quorum", "定足数を、1から99までの人数で入力してください。")
		}
	case EventHear:
		if m.Hearing = s.Hearing; !slices.Contains(Hearings, s.Hearing) {
			p.wrong("hearing", "弁明の機会をどうしたかを選んでください。")
		}
	case EventMeet:
		s.meeting(&m, &p, r, involved)
	case EventDecide:
		m.Number, m.Outcome = s.Number, s.Outcome
		if !slices.Contains(Outcomes, s.Outcome) {
			p.wrong("outcome", "懲戒処分、訓告等の措置、なしのどれかを選んでください。")
		}
		p.number(s.Number, s.Outcome == Discipline || s.Outcome == Measure)
	case EventServe:
		if m.Appeal = s.Appeal; s.Appeal.IsZero() && !s.On.IsZero() {
			m.Appeal = AppealUntil(s.On)
		}
		if !s.Appeal.IsZero() && !s.Appeal.After(s.On) {
			p.wrong("appeal_until", "審査請求期限は、交付の日より後の日にしてください。空のままだと、交付の翌日から3か月にします。")
		}
	default:
	}
	return m, p
}

// meeting is what is said of a meeting.
func (s *Said) meeting(m *More, p *problems, r Referral, involved []Involved) {
	m.Present, m.Resolved = lines(s.Present), s.Resolved
	switch {
	case len(m.Present) == 0:
		p.wrong("present", "出席した委員を、1行に1人ずつ入力してください。")
	case len(m.Present) > maxMembers || tooLong(m.Present):
		p.wrong("present", fmt.Sprintf("出席した委員は、1行に%d字まで、%d人までで書いてください。", maxLine, maxMembers))
	case len(m.Present) < r.Quorum:
		p.wrong("present", fmt.Sprintf("出席が%d人で、定足数（%d人）に足りません。この会議では議決できません。あらためて招集を記録してください。", len(m.Present), r.Quorum))
	}
	if r.InvolvedOut {
		for _, line := range m.Present {
			if Marked(line, involved) {
				p.wrong("present", "「"+line+"」は、この事案の関与者です。町の決まりでは、審査から除斥します。除斥委員の欄に移してください。")
			}
		}
	}
	if slices.ContainsFunc(m.Present, func(line string) bool { return strings.Contains(folded(line), folded(r.PersonName)) }) {
		p.wrong("present", "審査される人は、委員として出席できません。除斥委員の欄に移してください。")
	}
	for _, line := range lines(s.Excluded) {
		name, why, found := strings.Cut(strings.ReplaceAll(line, ":", "："), "：")
		x := Excluded{strings.TrimSpace(name), strings.TrimSpace(why)}
		if !found || x.Name == "" || x.Why == "" || utf8.RuneCountInString(line) > 2*maxLine {
			p.wrong("excluded", "除斥委員は、1行に1人ずつ、「氏名：理由」の形で書いてください。")
			break
		}
		if slices.ContainsFunc(m.Present, func(o string) bool { return strings.Contains(folded(o), folded(x.Name)) }) {
			p.wrong("excluded", "「"+x.Name+"」が、出席した委員にもあります。どちらか一方に書いてください。")
		}
		m.Excluded = append(m.Excluded, x)
	}
	if len(m.Excluded) > maxMembers {
		p.wrong("excluded", fmt.Sprintf("除斥委員は、%d人までで書いてください。", maxMembers))
	}
	if !slices.Contains(Outcomes, s.Resolved) {
		p.wrong("resolved", "議決を選んでください。")
	}
}

// lines are those of a text that say something.
func lines(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

func tooLong(list []string) bool {
	return slices.ContainsFunc(list, func(line string) bool { return utf8.RuneCountInString(line) > maxLine })
}

// AppealUntil is the last day of an appeal (審査請求) against what was served on a day: within
// three months from the day after it (地公法49条の3), to the day before the same day of the month,
// or where that month has none to its end.
func AppealUntil(served calendar.Date) calendar.Date {
	year, month, day := served.AddDays(1).Date()
	same := calendar.NewDate(year, month+3, day)
	if _, _, d := same.Date(); d != day { // there is no such day
		return calendar.NewDate(year, month+4, 1).AddDays(-1)
	}
	return same.AddDays(-1)
}

// apply is the referral as a step leaves it.
func (r Referral) apply(e Event, to State, m More, text string, now time.Time) Referral {
	if to != r.State {
		r.State, r.StateAt = to, now
	}
	switch e {
	case EventPropose, EventRecord:
		r.ProposedOn, r.ProposalNumber, r.Reason = m.On, m.Number, text
	case EventRequest:
		r.RequestedOn, r.RequestNumber = m.On, m.Number
	case EventConvene: // of a meeting that came to nothing, or goes on, the steps tell
		r.ConvenedOn, r.MeetsOn, r.Quorum = m.On, m.Meets, m.Quorum
		r.MetOn, r.Present, r.Resolved = calendar.Date{}, 0, ""
	case EventHear:
		r.HeardOn, r.Hearing = m.On, m.Hearing
	case EventMeet:
		r.MetOn, r.Present, r.Resolved = m.On, len(m.Present), m.Resolved
	case EventReport:
		r.ReportedOn = m.On
	case EventDecide:
		r.DecidedOn, r.DecisionNumber, r.Outcome = m.On, m.Number, m.Outcome
	case EventServe:
		r.ServedOn, r.AppealUntil = m.On, m.Appeal
	case EventEnd:
		r.EndedOn = m.On
	case EventDecline:
		r.EndedOn, r.Outcome = m.On, Declined
	case EventWithdraw:
		r.EndedOn, r.Outcome = m.On, Withdrawn
	}
	return r
}
