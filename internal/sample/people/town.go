package people

import (
	"kagami/internal/authz"
	"kagami/internal/org"
)

// section is a 課室 of the sample town; the first has no name and holds the
// posts that belong to none.
type section struct {
	code, name string
	kind       org.SectionKind
	head       string // the title of who leads it
	staff      int    // how many 職員 it has beside its head and 担当副課長
	more       []post
}

type post struct {
	title   string
	single  bool
	holders int
}

var sections = []section{
	{more: []post{
		{"町長", true, 1},
		{"副町長", true, 1},
	}},
	{"somu", "総務課", org.Internal, "課長", 1, []post{
		{"担当副課長", true, 1},
		{"情報政策担当", false, 2},
		{"ポータル管理担当", false, 1},
	}},
	{"zeimu", "税務町民課", org.Internal, "課長", 4, nil},
	{"fukushi", "福祉こども課", org.Internal, "課長", 2, nil},
	{"kenko", "健康環境課", org.Internal, "課長", 1, nil},
	{"sangyo", "産業課", org.Internal, "課長", 1, nil},
	{"toshi", "都市建設課", org.Internal, "課長", 1, nil},
	{"suido", "上下水道課", org.Internal, "課長", 1, nil},
	{"kyoiku", "教育課", org.Education, "課長", 2, nil},
	{"kaikei", "会計室", org.Internal, "室長", 0, nil},
	{"gikai", "議会事務局", org.Assembly, "局長", 0, []post{
		{"監査担当", false, 1},
	}},
	{"nogyo", "農業委員会事務局", org.Commission, "局長", 0, nil},
	{"senkan", "選挙管理委員会", org.Commission, "書記長", 0, nil},
}

// posts are a section's posts, its head first.
func (s section) posts() []post {
	if s.name == "" {
		return s.more
	}
	posts := append([]post{{s.head, true, 1}}, s.more...)
	if s.staff > 0 && s.code != "somu" { // 総務課 has its own
		posts = append(posts, post{"担当副課長", false, 1})
	}
	return append(posts, post{"職員", false, s.staff})
}

// rules are the 充て職 of the sample town beside org.CommonRules: what this town
// gives to posts of one section.
var rules = []org.Rule{
	{Title: "課長", Section: "somu", Role: authz.GeneralSecurityOfficer},
	{Title: "担当副課長", Section: "somu", Role: authz.SecurityOfficer},
	{Title: "情報政策担当", Section: "somu", Role: authz.CSIRTMember},
	{Title: "ポータル管理担当", Section: "somu", Role: authz.Administrator},
	{Title: "監査担当", Section: "gikai", Role: authz.Auditor},
}

// family is everybody's family name, which says that they are made up.
const family = "見本"

// given are made-up names.
var given = [...][2]string{
	{"太郎", "タロウ"}, {"花子", "ハナコ"}, {"一郎", "イチロウ"}, {"次郎", "ジロウ"}, {"三郎", "サブロウ"}, {"四郎", "シロウ"},
	{"五郎", "ゴロウ"}, {"春子", "ハルコ"}, {"夏子", "ナツコ"}, {"秋子", "アキコ"}, {"冬子", "フユコ"}, {"梅子", "ウメコ"},
	{"竹子", "タケコ"}, {"松子", "マツコ"}, {"桜子", "サクラコ"}, {"葉子", "ヨウコ"}, {"空子", "ソラコ"}, {"海子", "ウミコ"},
	{"山男", "ヤマオ"}, {"川男", "カワオ"},
}

// personName is the name of the sample person n, from 0: 見本 太郎, and when the
// names have run out 見本 太郎二.
func personName(n int) (name, furigana string) {
	g := given[n%len(given)]
	name, furigana = family+" "+g[0], "ミホン "+g[1]
	switch n / len(given) {
	case 1:
		return name + "二", furigana + "ニ"
	case 2:
		return name + "三", furigana + "サン"
	}
	return name, furigana
}
