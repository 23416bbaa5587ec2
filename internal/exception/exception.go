package exception

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/setting"
)

// Longest is for how many days an exception may be asked at most.
var Longest = setting.NewChoice("exception.longest", "例外措置の最も長い期間", "例外措置は、初日からこの期間までしか申請できません。続けるときは、改めて申請します。",
	setting.Option{Kept: "366", Title: "1年"}, setting.Option{Kept: "184", Title: "6か月"}, setting.Option{Kept: "92", Title: "3か月"}, setting.Option{Kept: "731", Title: "2年"})

// longestOn is Longest as a number of days, with its name.
func longestOn(values setting.Values, day calendar.Date) longest {
	return longest{days(Longest, values, day), Longest.Show(Longest.On(values, day))}
}

type longest struct {
	days  int
	title string
}

// SettleWithin is within how many days after its end it is recorded how the rule of an
// exception is kept again.
var SettleWithin = setting.NewChoice("exception.settle_within", "例外措置の後始末の期限", "例外措置が終わった日（期限の日、期限前に終えた日、許可を取り消した日）から、後始末を記録するまでの期限です。すでに行っていて許可されなかったときは、許可しない人が決めた日が期限です。",
	setting.Option{Kept: "14", Title: "14日後"}, setting.Option{Kept: "7", Title: "7日後"}, setting.Option{Kept: "30", Title: "30日後"}, setting.Option{Kept: "0", Title: "終わった日"})

// ReportWithin is within how many office days what was done in an emergency is reported: at
// once, as far as the offices are open.
var ReportWithin = setting.NewChoice("exception.report_within", "緊急のため先に行った例外措置の、報告の期限", "先に行った日から、申請（報告）までの期限です。遅れた申請も受け付け、「報告が遅れた」と出ます。閉庁日は「法令・国の基準」にあります。",
	setting.Option{Kept: "1", Title: "次の開庁日まで"}, setting.Option{Kept: "0", Title: "当日"}, setting.Option{Kept: "3", Title: "3開庁日後まで"})

// days are the number of days that a choice of them is on a day.
func days(choice setting.Of[string], values setting.Values, day calendar.Date) int {
	n, _ := strconv.Atoi(choice.On(values, day)) // the options are numbers
	return n
}

// reportBy is by when it is reported what was done on a day, within so many office days.
func reportBy(done calendar.Date, within int, office calendar.Office) calendar.Date {
	for range within {
		done = office.NextOpen(done.AddDays(1))
	}
	return done
}

// reviewBefore is how many days before its last day an exception is looked at again, where
// who asks says nothing; a short one in the middle of its time.
const reviewBefore = 30

// Details are what people say of an exception when they ask for it.
type Details struct {
	Clause                string // 条項: one a line where it is asked for, in words once it is
	Subject               string // what it is about, in words
	Reason, Risk, Instead string
	From, Until, ReviewOn calendar.Date
	DoneSince             calendar.Date // of what is done already, in an emergency; else zero
}

// About is an asset that an exception is about, and which rule it need not fit; an empty
// one where it is about something else.
type About struct {
	AssetID int64  `json:"asset_id"`
	Section int64  `json:"section"`
	Code    string `json:"code"`
	Name    string `json:"name"`
	Rule    string `json:"rule"`

	// of one that is asked for: where the asset stands now, and whether it is the one into
	// which another was merged since
	SectionName string `json:"section_name"`
	Merged      bool   `json:"merged"`
}

// Field is a text of an exception.
type Field struct {
	Key, Title string
	Most       int // characters; 0 where more than its length is asked
	Needed     bool
	at         func(*Details) *string
}

// Text is the field's text.
func (f Field) Text(d Details) string { return *f.at(&d) }

// Set puts a text into its place.
func (f Field) Set(d *Details, text string) { *f.at(d) = strings.TrimSpace(text) }

// Fields are the texts of an exception, in the order of its form.
var Fields = []Field{
	{"clause", "条項", 0, true, func(d *Details) *string { return &d.Clause }},
	{"subject", "対象", 1000, false, func(d *Details) *string { return &d.Subject }},
	{"reason", "理由", 2000, true, func(d *Details) *string { return &d.Reason }},
	{"risk", "リスク", 2000, true, func(d *Details) *string { return &d.Risk }},
	{"instead", "代替策", 2000, true, func(d *Details) *string { return &d.Instead }},
}

// farthest is how many days there are at most from today to the first one: what lies further is
// a year that was mistyped.
const farthest = 366

// MostAbout is how many assets an exception may be about.
const MostAbout = 100

// tidy are the details as they are kept: what is done already began when it was done, and
// the day of the review is some time before the last day.
func (d Details) tidy() Details {
	for _, f := range Fields {
		f.Set(&d, f.Text(d))
	}
	d.Clause = strings.Join(clausesIn(d.Clause), "\n")
	if !d.DoneSince.IsZero() {
		d.From = d.DoneSince
	}
	if d.ReviewOn.IsZero() && !d.Until.IsZero() {
		d.ReviewOn = d.Until.AddDays(-reviewBefore)
		if middle := d.From.AddDays(d.Until.Sub(d.From) / 2); !d.From.IsZero() && d.ReviewOn.Before(middle) {
			d.ReviewOn = middle
		}
	}
	return d
}

// check finds what is wrong with tidy details, about some assets of a section.
func (d Details) check(about []About, section int64, most longest, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	problems = checkClauses(clausesIn(d.Clause))
	for _, f := range Fields {
		switch text := f.Text(d); {
		case f.Needed && text == "":
			wrong(f.Key, f.Title+"を入力してください。")
		case f.Most > 0 && utf8.RuneCountInString(text) > f.Most:
			wrong(f.Key, f.Title+"が長すぎます。"+strconv.Itoa(f.Most)+"字までで書いてください。")
		}
	}
	if d.Subject == "" && len(about) == 0 {
		wrong("subject", "対象を言葉で書くか、情報資産の管理番号を書いてください。")
	}
	if len(about) > MostAbout {
		wrong("assets", "1つの例外措置の情報資産は、"+strconv.Itoa(MostAbout)+"件までです。分けて申請してください。")
	}
	for _, a := range about {
		if a.Section != section {
			problems = append(problems, elsewhereProblem(a.Code))
		}
	}
	switch {
	case d.DoneSince.After(today):
		wrong("done_since", "すでに行った日は、今日までの日にしてください。これから行うときは、空のままにします。")
	case d.From.IsZero():
		wrong("from_on", "いつからかを入力してください。")
	case d.DoneSince.IsZero() && d.From.Before(today):
		wrong("from_on", "いつからかは、今日か、それより後の日にしてください。すでに行っているときは、「緊急のため、すでに行った日」に書きます。")
	case d.From.Sub(today) > farthest:
		wrong("from_on", "いつからかが先すぎます。今日から1年以内の日にしてください。年を確かめてください。")
	}
	switch {
	case d.Until.IsZero():
		wrong("until_on", "いつまでかを入力してください。期限のない例外措置は、申請できません。")
	case d.Until.Before(today):
		wrong("until_on", "いつまでかは、今日か、それより後の日にしてください。")
	case d.Until.Before(d.From):
		wrong("until_on", "いつまでかは、いつからかより前にできません。")
	case !d.From.IsZero() && d.Until.Sub(d.From) > most.days:
		wrong("until_on", "期間が長すぎます。初日から"+most.title+"までにして、続けるときは改めて申請してください。")
	case d.ReviewOn.Before(d.From) || d.ReviewOn.After(d.Until):
		wrong("review_on", "見直し日は、期間の中の日にしてください。")
	}
	return problems
}

func elsewhereProblem(code string) fault.Problem {
	return fault.Problem{Field: "assets", Message: code + "は、この課室の情報資産ではありません。課室か、管理番号を直してください。"}
}
