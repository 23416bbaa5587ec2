package rights

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Kind is what sort of account a right is used by (区分).
type Kind string

// The kinds.
const (
	General     Kind = "general"
	Privileged  Kind = "privileged"
	Shared      Kind = "shared"
	Maintenance Kind = "maintenance"
)

// Kinds are all of them, in the order in which they are offered.
func Kinds() []Kind { return []Kind{General, Privileged, Shared, Maintenance} }

// Title is what the kind is called.
func (k Kind) Title() string {
	switch k {
	case General:
		return "一般"
	case Privileged:
		return "特権"
	case Shared:
		return "共用"
	case Maintenance:
		return "保守"
	}
	return ""
}

// Source is how a right came into the ledger.
type Source string

// The sources.
const (
	ByAsking      Source = "asked"
	FromLedger    Source = "ledger"    // that of a town, as an Excel file
	FromDirectory Source = "directory" // the town's directory had the account
)

// Title is what the source is called.
func (s Source) Title() string {
	switch s {
	case ByAsking:
		return "申請"
	case FromLedger:
		return "台帳の取り込み"
	case FromDirectory:
		return "ディレクトリからの取り込み"
	}
	return ""
}

// Details are what people say of a right.
type Details struct {
	Kind        Kind
	Grade       string // what it lets do (権限): 照会
	Login       string // by which name the system knows its person
	Outsider    string // who uses it, where that is none of the staff: 会社名と氏名
	Purpose     string
	From, Until calendar.Date // Until is zero for no last day
}

// Field is a text of a right.
type Field struct {
	Key, Title string
	Most       int // characters
	at         func(*Details) *string
}

// Text is the field's text.
func (f Field) Text(d Details) string { return *f.at(&d) }

// Set puts a text into its place.
func (f Field) Set(d *Details, text string) { *f.at(d) = strings.TrimSpace(text) }

// Fields are the texts of a right, in the order of its form.
var Fields = []Field{
	{"grade", "権限", 100, func(d *Details) *string { return &d.Grade }},
	{"login", "利用者ID", 100, func(d *Details) *string { return &d.Login }},
	{"outsider", "使う人（職員でないとき）", 100, func(d *Details) *string { return &d.Outsider }},
	{"purpose", "目的", 1000, func(d *Details) *string { return &d.Purpose }},
}

// Tidy are the details as they are kept: no blanks around a text, letters and digits in one
// width where they name something, and nothing in a name that nobody sees or that turns words
// around: who permits reads what the rules of what must not meet read.
func (d Details) Tidy() Details {
	d.Grade, d.Login, d.Outsider = name(norm.NFKC.String(d.Grade)), name(norm.NFKC.String(d.Login)), name(d.Outsider)
	for _, f := range Fields {
		f.Set(&d, f.Text(d))
	}
	return d
}

// name is a text that names something: on one line, and what is seen of it alone.
func name(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)), " ")
}

// farthest is how many days from today the first or the last day may lie: what lies further is
// a year that was mistyped.
const farthest = 3660

// Check finds what is wrong with tidy details that are to begin on a day or after it; the zero
// day where any will do, as for what is taken into the ledger.
func (d Details) Check(first, today calendar.Date) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	if d.Kind.Title() == "" {
		wrong("kind", "区分を選んでください。")
	}
	for _, f := range Fields {
		if utf8.RuneCountInString(f.Text(d)) > f.Most {
			wrong(f.Key, f.Title+"が長すぎます。"+strconv.Itoa(f.Most)+"字までで書いてください。")
		}
	}
	if d.Purpose == "" {
		wrong("purpose", "目的を入力してください。")
	}
	if d.Outsider != "" && d.Kind != Maintenance && d.Kind.Title() != "" {
		wrong("outsider", "職員でない人が使うのは、区分が「保守」のときだけです。職員が使うときは、空のままにします。")
	}
	switch {
	case d.From.IsZero():
		wrong("from_on", "いつからかを入力してください。")
	case d.From.Before(first):
		wrong("from_on", "いつからかは、今日か、それより後の日にしてください。")
	case d.From.Sub(today) > farthest:
		wrong("from_on", "いつからかが先すぎます。年を確かめてください。")
	}
	switch {
	case d.Until.IsZero() && d.Kind == Maintenance:
		wrong("until_on", "保守の利用権限は、いつまでかを入力してください。")
	case d.Until.IsZero(), d.From.IsZero():
	case d.Until.Before(d.From):
		wrong("until_on", "いつまでかは、いつからかより前にできません。")
	case d.Until.Before(first):
		wrong("until_on", "いつまでかは、今日か、それより後の日にしてください。")
	case d.Until.Sub(today) > farthest:
		wrong("until_on", "いつまでかが先すぎます。年を確かめてください。期限がないときは、空のままにします。")
	}
	return problems
}

// Right is a line of the ledger.
type Right struct {
	ID             int64
	Code           string // 8-0001
	Person         int64
	StaffNumber    string
	PersonName     string
	Post           string // where the person works today, 税務町民課 課長; empty for who works nowhere
	PersonSection  int64  // the first section of these; 0 for none
	PersonSections []int64
	System         int64
	SystemCode     string
	SystemName     string
	SystemSection  int64
	SystemOf       string // the name of that section
	SystemCounts   bool   // the system is still in use
	Section        int64  // in whose work it is used; 0 where it goes along wherever the person works
	SectionName    string
	Details
	Source      Source
	AskedByID   int64
	AskedBy     string
	AskedAt     time.Time
	DecidedBy   string // empty before it is decided
	DecidedOn   calendar.Date
	ConfirmedBy string // empty where nobody has yet
	ConfirmedOn calendar.Date
	EndedOn     calendar.Date // the first day without it, where it ended before its last day
	Standing    Standing
	Version     int
}

// Number is a right's number as people write it.
func Number(code string) string { return "権-" + code }

// Words are what it lets do, in words: 特権（管理者）.
func (d Details) Words() string {
	if d.Grade == "" {
		return d.Kind.Title()
	}
	return d.Kind.Title() + "（" + d.Grade + "）"
}
