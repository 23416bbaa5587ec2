// Package authority is who decides on the discipline of whom (6(1)): of each kind of person
// the 任命権者, the body that judges and who asks it; and of the staff of others whom the town
// asks to put it right. It is an edition with the town's own rows over it, and knows no
// database.
package authority

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Course is what becomes of a grave violation by a kind of person.
type Course string

// The courses.
const (
	Judged   Course = "judged"   // a body judges, and the 任命権者 decides
	Recorded Course = "recorded" // nobody can be asked: 町長, 教育長
	Asked    Course = "asked"    // who employs them is asked to put it right
)

var courses = []edition.Choice{
	{Kept: string(Judged), Title: "懲戒を審査"}, {Kept: string(Recorded), Title: "記録だけ"}, {Kept: string(Asked), Title: "是正を求める"},
}

// Title is what the course is called.
func (c Course) Title() string { return edition.TitleOf(courses, string(c)) }

// Group is a kind of person.
type Group struct {
	Key       string // as cases keep it: executive
	Title     string // 町長部局の職員
	Course    Course
	Appointer string // 任命権者; of the staff of others whom the town asks to put it right
	// Body judges, and Requester asks it to; empty where there is no discipline.
	Body, Requester string
	Members         string // and the quorum, in words; empty where nothing is said of them
	// Excluded is that who took part in a case (関与者) doesn't judge it; where it is not, they
	// are only marked.
	Excluded bool
	Basis    string
}

// Discipline tells whether a body can be asked to judge.
func (g Group) Discipline() bool { return g.Course == Judged }

// Vendor tells whether they are the staff of others: no guidance, no discipline.
func (g Group) Vendor() bool { return g.Course == Asked }

// Groups are the kinds of persons.
var Groups = edition.New(edition.Kind{
	Name: "violation_authority", Title: "懲戒の権限と審査の機関",
	Help: "重大な違反（基本方針6(1)）のとき、だれが懲戒を決め、どの機関が審査するかです。職員の区分ごとに決めます。" +
		"「扱い」には、「懲戒を審査」「記録だけ」（審査を依頼できる機関がない人）「是正を求める」（派遣・委託・指定管理の人。「任命権者など」に、是正を求める相手を書きます）のどれかを書きます。" +
		"「関与者」は、違反を確認した人、指導した人、停止を決めた人、審査を求めた人です。審査から外すときは「除斥する」、印だけ付けるときは「除斥しない」と書きます。" +
		"機関の名前、委員、定足数は、町によって違います。町の規則・訓令のとおりに、町の行で変えてください。",
	Columns: []intake.Column{
		{Key: "group", Words: []string{"記号"}, Needed: true},
		{Key: "title", Words: []string{"職員の区分", "区分"}, Needed: true},
		{Key: "course", Words: []string{"扱い"}, Needed: true},
		{Key: "appointer", Words: []string{"任命権者など", "任命権者"}, Needed: true},
		{Key: "body", Words: []string{"審査の機関"}, Needed: true},
		{Key: "requester", Words: []string{"依頼者"}, Needed: true},
		{Key: "members", Words: []string{"委員・定足数", "委員"}, Needed: true},
		{Key: "involved", Words: []string{"関与者"}, Needed: true},
		{Key: "basis", Words: []string{"根拠"}, Needed: true},
	},
	Key: groupKey, Fold: foldGroup, Show: showGroup, Whole: someJudged, MostOwn: 50,
	Shipped: []edition.Edition{{
		Name: "懲戒の権限の案",
		Source: "地方公務員法（昭和25年法律第261号）第6条、地方自治法施行規程（昭和22年政令第19号）第16条、地方教育行政の組織及び運営に関する法律（昭和31年法律第162号）第37条。" +
			"機関の名前、委員、定足数、除斥は、このポータルの案",
		First: calendar.NewDate(2026, time.April, 1),
		Rows: []edition.Row{
			judged("executive", "町長部局の職員", "町長", staffBody, "町長", byOrder, byStaffLaw),
			judged("fixed-term", "会計年度任用職員（町長部局）", "町長", staffBody, "町長", byOrder, byStaffLaw),
			judged("assembly", "議会事務局の職員", "議会の議長", staffBody, "議会の議長", byOrder, byStaffLaw),
			judged("education", "教育委員会の職員", "教育委員会", staffBody, "教育委員会", byOrder, byStaffLaw),
			judged("election", "選挙管理委員会の職員", "選挙管理委員会", staffBody, "選挙管理委員会", byOrder, byStaffLaw),
			judged("agriculture", "農業委員会の職員", "農業委員会", staffBody, "農業委員会", byOrder, byStaffLaw),
			judged("audit-office", "監査事務局の職員", "代表監査委員", staffBody, "代表監査委員", byOrder, byStaffLaw),
			{"teacher", "県費負担教職員", string(Judged), "県の教育委員会", "県の教育委員会", "教育委員会（内申）", "", marked, "地教行法第37条・第38条"},
			judged("vice-mayor", "副町長", "町長", officerBody, "町長", byStatute, officers),
			judged("auditor", "監査委員", "町長", officerBody, "町長", byStatute, officers),
			judged("election-member", "選挙管理委員", "議会（選挙）", officerBody, "選挙管理委員会の委員長", byStatute, officers),
			{"mayor", "町長", string(Recorded), "", "", "", "", "", "機関がない（案）"},
			{"superintendent", "教育長", string(Recorded), "", "", "", "", "", "機関がない（案）"},
			{"dispatched", "派遣労働者", string(Asked), "派遣元", "", "", "", "", "派遣の契約"},
			{"contractor", "委託先の従業者", string(Asked), "委託先", "", "", "", "", "委託の契約"},
			{"designated", "指定管理者の従業者", string(Asked), "指定管理者", "", "", "", "", "指定管理の協定"},
		},
	}},
}, readGroup)

const (
	staffBody   = "町の懲戒審査の機関"
	officerBody = "職員懲戒審査委員会"
	byOrder     = "町の訓令による"
	byStatute   = "3人（職員1人、学識経験者2人）。定足数は町の規則による"
	byStaffLaw  = "6(1)、地公法第6条"
	officers    = "6(1)、施行規程第16条"
)

// judged is the row of a kind of person on whom a body of the town judges.
func judged(key, title, appointer, body, requester, members, basis string) edition.Row {
	return edition.Row{key, title, string(Judged), appointer, body, requester, members, excluded, basis}
}

// What becomes of who took part in a case.
const (
	excluded = "excluded"
	marked   = "marked"
)

var involved = []edition.Choice{{Kept: excluded, Title: "除斥する"}, {Kept: marked, Title: "除斥しない"}}

const (
	nothing   = "なし" // the empty cell, as people read it
	mostTitle = 50
	mostText  = 150
)

var keyShape = regexp.MustCompile(`^[a-z][a-z0-9-]{0,29}$`)

func groupKey(typed string) (key, problem string) {
	key = strings.ToLower(norm.NFKC.String(strings.TrimSpace(typed)))
	if !keyShape.MatchString(key) {
		return "", "記号を、半角の英小文字で始め、英小文字・数字・ハイフンで、30字までで書いてください。"
	}
	return key, ""
}

// columns of which courses ask for some and know no others: parts, and what follows them
const (
	atParts    = 3
	atInvolved = 7
	atBasis    = 8
)

func foldGroup(cells []string) (edition.Row, string) {
	row := make(edition.Row, len(cells))
	var problem string
	if row[0], problem = groupKey(cells[0]); problem != "" {
		return nil, problem
	}
	if row[1], problem = edition.LineOf("職員の区分", cells[1], mostTitle); problem != "" {
		return nil, problem
	}
	if row[2], problem = edition.OneOf("扱い", cells[2], courses); problem != "" {
		return nil, problem
	}
	course := Course(row[2])
	for i, p := range parts {
		if row[atParts+i], problem = p.fold(course, cells[atParts+i]); problem != "" {
			return nil, problem
		}
	}
	switch {
	case course == Judged:
		row[atInvolved], problem = edition.OneOf("関与者の扱い", cells[atInvolved], involved)
	case !isNothing(cells[atInvolved]):
		problem = needless(course, "関与者")
	}
	if problem != "" {
		return nil, problem
	}
	row[atBasis], problem = edition.LineOf("根拠", cells[atBasis], mostText)
	return row, problem
}

// part is a column that only some courses have.
type part struct {
	title  string
	of     []Course
	needed bool
}

// parts are the columns from the 任命権者 to the members.
var parts = []part{
	{title: "任命権者など", of: []Course{Judged, Asked}, needed: true},
	{title: "審査の機関", of: []Course{Judged}, needed: true},
	{title: "依頼者", of: []Course{Judged}, needed: true},
	{title: "委員・定足数", of: []Course{Judged}},
}

func (p part) fold(course Course, typed string) (text, problem string) {
	has := slices.Contains(p.of, course)
	switch {
	case isNothing(typed) && has && p.needed:
		return "", "「" + p.title + "」を書いてください。扱いが「" + course.Title() + "」のときは、要ります。"
	case isNothing(typed):
		return "", ""
	case !has:
		return "", needless(course, p.title)
	}
	return edition.LineOf(p.title, typed, mostText)
}

func needless(course Course, column string) string {
	return "扱いが「" + course.Title() + "」のときは、「" + column + "」を「" + nothing + "」にしてください。"
}

// isNothing tells of a cell that says that there is none.
func isNothing(typed string) bool {
	return slices.Contains([]string{"", nothing, "無し", "-", "―", "—", "ー"}, norm.NFKC.String(strings.TrimSpace(typed)))
}

func showGroup(column int, cell string) string {
	switch {
	case cell == "":
		return nothing
	case column == 2:
		return Course(cell).Title()
	case column == atInvolved:
		return edition.TitleOf(involved, cell)
	}
	return cell
}

// someJudged asks for one kind of person at least on whom a body judges: without it 6(1) would
// hold for nobody.
func someJudged(rows []edition.Row) string {
	if !slices.ContainsFunc(rows, func(r edition.Row) bool { return readGroup(r).Discipline() }) {
		return "「" + Judged.Title() + "」の行が、1つもありません。すべての区分を1つのファイルに入れてください。"
	}
	return ""
}

func readGroup(r edition.Row) Group {
	return Group{
		Key: r[0], Title: r[1], Course: Course(r[2]), Appointer: r[3], Body: r[4], Requester: r[5], Members: r[6],
		Excluded: r[atInvolved] == excluded, Basis: r[atBasis],
	}
}

// Find is a kind of person by its key; false where these know of none.
func Find(groups []Group, key string) (Group, bool) {
	i := slices.IndexFunc(groups, func(g Group) bool { return g.Key == key })
	if i < 0 {
		return Group{}, false
	}
	return groups[i], true
}

// EditionKinds are what discipline goes by.
func EditionKinds() []edition.Kind { return []edition.Kind{Groups.Kind} }
