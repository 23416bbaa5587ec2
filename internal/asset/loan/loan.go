package loan

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/fault"
	"kagami/internal/setting"
)

// Longest is for how many days something may be asked for at most.
var Longest = setting.NewChoice("loan.longest", "持出し・貸出しの最も長い期間", "持出し・貸出しは、初日を入れて、この日数までしか申請できません。続けて使うときは、一度返してから、改めて申請します。",
	setting.Option{Kept: "30", Title: "30日"}, setting.Option{Kept: "7", Title: "7日"}, setting.Option{Kept: "14", Title: "14日"},
	setting.Option{Kept: "92", Title: "92日"}, setting.Option{Kept: "184", Title: "184日"}, setting.Option{Kept: "366", Title: "366日"})

// Weeks is for how many weeks something may be asked for at once.
var Weeks = setting.NewChoice("loan.weeks", "毎週の持出し・貸出しをまとめて申請できる回数", "毎週同じ曜日の持出し・貸出しを、この回数までまとめて申請し、一度に許可できます。",
	setting.Option{Kept: "13", Title: "13回"}, setting.Option{Kept: "1", Title: "1回（まとめて申請しない）"}, setting.Option{Kept: "4", Title: "4回"},
	setting.Option{Kept: "26", Title: "26回"}, setting.Option{Kept: "52", Title: "52回"})

// What a town may decide of assets in マイナンバー利用事務系.
const (
	byException = "exception"
	byManager   = "manager"
	never       = "never"
)

// MyNumber is who may permit that something of マイナンバー利用事務系 is taken out (7(3)①).
var MyNumber = setting.NewChoice("loan.mynumber", "マイナンバー利用事務系の情報資産の持出し・貸出し", "マイナンバー利用事務系の端末からは、情報を持ち出せない設定にします（基本方針7(3)①）。その情報資産の持出し・貸出しを、どんなときに申請できるかです。",
	setting.Option{Kept: byException, Title: "例外措置が許可されているときだけ"}, setting.Option{Kept: never, Title: "いつも申請できない"},
	setting.Option{Kept: byManager, Title: "課長（情報セキュリティ管理者）が許可できる"})

// Reminders are when who has something out, and who stands above, are reminded of its last
// day: from the day after it on daily.
var Reminders = deadline.NewReminders("loan", "持出し・貸出しの返す日", deadline.Words{
	Who:     "持ち出した人",
	Person:  "返す日の前と後の、どの日に、持ち出した人へお知らせを出すかです。返却を確かめると、出なくなります。",
	Manager: "返っていないことを、どの日に、貸した課と使う課の課長へお知らせするかです。空席か、課長本人が持ち出したときは、図 1.1 でその上の役割の人に届きます。",
	General: "返っていないことを、どの日に統括へお知らせするかです。",
}, deadline.Standard{
	Person: []int{-1, 0, 1, 2, 3, 4, 5, 6, 7, 14, 21, 28}, Manager: []int{1, 2, 3, 4, 5, 6, 7, 14, 21, 28}, General: []int{3, 4, 5, 6, 7, 14, 21, 28},
})

// Settings are what a town decides of loans.
func Settings() []setting.Setting {
	return append([]setting.Setting{Longest.Setting, Weeks.Setting, MyNumber.Setting}, Reminders.Settings()...)
}

// limits are the bounds that a town sets, on a day.
type limits struct{ days, weeks int }

func limitsOn(values setting.Values, day calendar.Date) (l limits) {
	l.days, _ = strconv.Atoi(Longest.On(values, day)) // the options are numbers
	l.weeks, _ = strconv.Atoi(Weeks.On(values, day))
	return l
}

// Details are what people say of a loan when they ask for it.
type Details struct {
	Purpose, Place string
	From, Until    calendar.Date
	Safeguards     []string // by their keys
}

// Field is a text of a loan.
type Field struct {
	Key, Title string
	Most       int // characters
	at         func(*Details) *string
}

// Text is the field's text.
func (f Field) Text(d Details) string { return *f.at(&d) }

// Set puts a text into its place.
func (f Field) Set(d *Details, text string) { *f.at(d) = strings.TrimSpace(text) }

// Fields are the texts of a loan, in the order of its form.
var Fields = []Field{
	{"purpose", "目的", 1000, func(d *Details) *string { return &d.Purpose }},
	{"place", "行き先・使う場所", 200, func(d *Details) *string { return &d.Place }},
}

// tidy are the details as they are kept: no blanks around a text, each safeguard that there
// is once, in the order in which they are offered.
func (d Details) tidy(known []Safeguard) Details {
	for _, f := range Fields {
		f.Set(&d, f.Text(d))
	}
	kept := []string{}
	for _, s := range known {
		if slices.Contains(d.Safeguards, s.Key) {
			kept = append(kept, s.Key)
		}
	}
	d.Safeguards = kept
	return d
}

// check finds what is wrong with tidy details that are asked for until a day every week, the
// zero day for once.
func (d Details) check(every calendar.Date, most limits, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	for _, f := range Fields {
		switch text := f.Text(d); {
		case text == "":
			wrong(f.Key, f.Title+"を入力してください。")
		case utf8.RuneCountInString(text) > f.Most:
			wrong(f.Key, f.Title+"が長すぎます。"+strconv.Itoa(f.Most)+"字までで書いてください。")
		}
	}
	switch {
	case d.From.IsZero():
		wrong("from_on", "いつからかを入力してください。")
	case d.From.Before(today):
		wrong("from_on", "いつからかは、今日か、それより後の日にしてください。")
	case d.From.Sub(today) > farthest:
		wrong("from_on", "いつからかが先すぎます。今日から1年以内の日にしてください。年を確かめてください。")
	}
	switch {
	case d.Until.IsZero():
		wrong("until_on", "返す日を入力してください。")
	case d.From.IsZero():
	case d.Until.Before(d.From):
		wrong("until_on", "返す日は、いつからかより前にできません。")
	case d.Until.Sub(d.From) >= most.days:
		wrong("until_on", "期間が長すぎます。初日を入れて"+strconv.Itoa(most.days)+"日までにして、続けて使うときは、返してから改めて申請してください。")
	case every.IsZero():
	case every.Before(d.From):
		wrong("every_until", "毎週くり返す最後の日は、いつからかより後の日にしてください。1回だけのときは、空のままにします。")
	case d.Until.Sub(d.From) >= week:
		wrong("until_on", "毎週くり返すときは、1回を7日までにしてください。")
	case len(d.weekly(every)) > most.weeks:
		wrong("every_until", "まとめて申請できるのは、"+strconv.Itoa(most.weeks)+"回までです。最後の日を、"+calendar.Wareki(d.From.AddDays(week*(most.weeks-1)))+"までの日にしてください。")
	}
	return problems
}

const (
	week     = 7
	farthest = 366 // days from today to the first one: what lies further is a year that was mistyped
)

// span is from when until when something is asked for.
type span struct {
	From  calendar.Date `json:"from"`
	Until calendar.Date `json:"until"`
}

// weekly are the days of each loan that is asked for, every week until a day; one for the
// zero day.
func (d Details) weekly(every calendar.Date) []span {
	spans := []span{{d.From, d.Until}}
	if d.From.IsZero() || d.Until.IsZero() {
		return spans
	}
	for from := d.From.AddDays(week); !from.After(every); from = from.AddDays(week) {
		spans = append(spans, span{from, d.Until.AddDays(from.Sub(d.From))})
	}
	return spans
}

// Again are the details of a loan as they are asked for once more: from the next same day of
// the week on, today among them, for as many days.
func (d Details) Again(today calendar.Date) Details {
	days := d.Until.Sub(d.From)
	for d.From.Before(today) {
		d.From = d.From.AddDays(week)
	}
	d.Until = d.From.AddDays(days)
	return d
}

// Return is what was found when something came back.
type Return struct {
	Whole, Sound Answer
	Erased       Answer
}

// Answer is to a question of the return.
type Answer string

// The answers.
const (
	Yes      Answer = "yes"
	No       Answer = "no"
	NotAsked Answer = "none" // there is nothing to erase
)

// Question is one of those that are asked of what comes back, with what its answers say.
type Question struct {
	Key, Title string
	Answers    []Said
}

// Said is an answer in words.
type Said struct {
	Answer
	Title string
}

// Questions are those of a return, in the order in which they are asked.
var Questions = []Question{
	{"whole", "全部ありますか", []Said{{Yes, "全部ある"}, {No, "ないものがある"}}},
	{"sound", "壊れていませんか", []Said{{Yes, "壊れていない"}, {No, "壊れている"}}},
	{"erased", "データを消しましたか", []Said{{Yes, "データを消した"}, {No, "まだ消していない"}, {NotAsked, "対象外（書き込んでいない・紙）"}}},
}

// Words are an answer to the question in words; empty for none.
func (q Question) Words(a Answer) string {
	for _, s := range q.Answers {
		if s.Answer == a {
			return s.Title
		}
	}
	return ""
}

// check finds what is wrong with it, where something was written besides.
func (r Return) check(note string) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch r.Whole {
	case Yes:
	case No:
		wrong("whole", "全部そろっていないときは、閉じられません。返ったものだけのときは「一部の返却」、見つからないものがあるときは「紛失の届出」で記録してください。")
	default:
		wrong("whole", "全部あるかどうかを選んでください。")
	}
	if r.Sound != Yes && r.Sound != No {
		wrong("sound", "壊れていないかどうかを選んでください。")
	}
	if r.Erased != Yes && r.Erased != No && r.Erased != NotAsked {
		wrong("erased", "データを消したかどうかを選んでください。")
	}
	if (r.Sound == No || r.Erased == No) && note == "" {
		wrong("note", "壊れているか、データを消していないときは、どうなっているか、どうするかを書いてください。")
	}
	return problems
}
