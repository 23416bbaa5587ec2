package sample

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
	roles   []authz.Role
}

var sections = []section{
	{more: []post{
		{"町長", true, 1, []authz.Role{authz.CIO}},
		{"副町長", true, 1, []authz.Role{authz.CISO}},
	}},
	{"somu", "総務課", org.Internal, "総務課長", 1, []post{
		{"総務課担当副課長", true, 1, []authz.Role{authz.SecurityOfficer}},
		{"情報政策担当", false, 2, []authz.Role{authz.CSIRTMember}},
		{"ポータル管理担当", false, 1, []authz.Role{authz.Administrator}},
	}},
	{"zeimu", "税務町民課", org.Internal, "税務町民課長", 4, nil},
	{"fukushi", "福祉こども課", org.Internal, "福祉こども課長", 2, nil},
	{"kenko", "健康環境課", org.Internal, "健康環境課長", 1, nil},
	{"sangyo", "産業課", org.Internal, "産業課長", 1, nil},
	{"toshi", "都市建設課", org.Internal, "都市建設課長", 1, nil},
	{"suido", "上下水道課", org.Internal, "上下水道課長", 1, nil},
	{"kyoiku", "教育課", org.Education, "教育課長", 2, nil},
	{"kaikei", "会計室", org.Internal, "会計室長", 0, nil},
	{"gikai", "議会事務局", org.Assembly, "議会事務局長", 0, []post{
		{"監査担当", false, 1, []authz.Role{authz.Auditor}},
	}},
	{"nogyo", "農業委員会事務局", org.Commission, "農業委員会事務局長", 0, nil},
	{"senkan", "選挙管理委員会", org.Commission, "選挙管理委員会書記長", 0, nil},
}

// posts are a section's posts, its head first (図 1.1: 各課長等 is
// 情報セキュリティ管理者, 各担当副課長等 is 情報システム管理者).
func (s section) posts() []post {
	if s.name == "" {
		return s.more
	}
	head := post{s.head, true, 1, []authz.Role{authz.SecurityManager}}
	deputies := 1
	if s.code == "somu" {
		head.roles = append(head.roles, authz.GeneralSecurityOfficer)
		deputies = 0 // its 担当副課長 is 情報セキュリティ責任者
	}
	if s.staff == 0 {
		deputies = 0
	}
	return append(append([]post{head}, s.more...),
		post{"担当副課長", false, deputies, []authz.Role{authz.SystemManager}},
		post{"職員", false, s.staff, []authz.Role{authz.SystemOperator}})
}

// given are made-up names; every family name is 見本.
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
	name, furigana = "見本 "+g[0], "ミホン "+g[1]
	switch n / len(given) {
	case 1:
		return name + "二", furigana + "ニ"
	case 2:
		return name + "三", furigana + "サン"
	}
	return name, furigana
}
