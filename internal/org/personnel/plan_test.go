package personnel

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/sheet/sheettest"
)

func on(s string) calendar.Date {
	day, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return day
}

// aTown is a town on 31 March: its 課長, a 職員, and 担当 of 総務課, who is the only
// ポータル管理者.
func aTown() state {
	first := on("2025-04-01")
	s := state{
		today: on("2027-03-31"),
		sections: []org.Section{
			{ID: 1, Code: "somu", Name: "総務課"}, {ID: 2, Code: "zeimu", Name: "税務町民課"},
			{ID: 3, Code: "kyu", Name: "旧課", AbolishedOn: on("2027-04-01")},
			{ID: 4, Code: "kyoiku", Name: "支所"}, {ID: 5, Code: "kyoiku2", Name: "支所"},
		},
		posts: []org.Post{
			{ID: 1, Title: "町長", SingleHolder: true}, {ID: 2, Section: 1, Title: "課長", SingleHolder: true}, {ID: 3, Section: 2, Title: "課長", SingleHolder: true},
			{ID: 4, Section: 1, Title: "職員"}, {ID: 5, Section: 2, Title: "職員"}, {ID: 6, Section: 1, Title: "担当"},
		},
		adminRules: []org.Rule{{Title: "担当", Section: "somu"}},
	}
	for i, post := range []int64{2, 3, 4, 6, 1} {
		n := fmt.Sprint(i + 1)
		s.people = append(s.people, org.Person{ID: int64(i + 1), StaffNumber: "M" + n, Name: "見本 " + n, Furigana: "ミホン", Email: "m" + n + "@town.example", Kind: org.Regular})
		s.appointments = append(s.appointments, org.Appointment{ID: int64(i + 1), Person: int64(i + 1), Post: post, First: first})
	}
	return s
}

// told is a plan in a few words: + begins, - ends, x is taken back, ~ changes,
// ! is a problem.
func told(p Plan) []string {
	days := func(l Line) string {
		return l.First.String() + "/" + l.Last.String()
	}
	list := []string{}
	for _, l := range p.Added {
		list = append(list, fmt.Sprintf("+%s %s %s", l.StaffNumber, l.Post, days(l)))
	}
	for _, l := range p.Ended {
		mark := "-"
		if l.Withdrawn {
			mark = "x"
		}
		list = append(list, fmt.Sprintf("%s%s %s %s", mark, l.StaffNumber, l.Post, days(l)))
	}
	for _, l := range p.Changed {
		list = append(list, fmt.Sprintf("~%s %s%s", l.StaffNumber, l.Post, l.Change))
	}
	for _, r := range p.Problems {
		list = append(list, fmt.Sprintf("!%d %s %s", r.Line, r.Column, r.Reason))
	}
	return list
}

// planOf plans a CSV file with the usual headings.
func planOf(t testing.TB, s state, rows string, whole bool) Plan {
	t.Helper()
	file, err := Read(t.Context(), []byte("職員番号,氏名,フリガナ,メールアドレス,課室,職,発令日,終了日\n"+rows), nil)
	if err != nil {
		t.Fatal(err)
	}
	return makePlan(s, file, Choices{Whole: whole})
}

// What a file does, and what it is refused for: each refusal names the line, the
// column, and what to do.
func TestWhatAPersonnelFileDoes(t *testing.T) {
	t.Parallel()
	prepared := func(s *state) {
		s.appointments[2].Last = on("2027-03-31")
		s.appointments = append(s.appointments, org.Appointment{ID: 9, Person: 3, Post: 5, First: on("2027-04-01")})
	}
	for name, c := range map[string]struct {
		rows  string
		whole bool
		state func(*state)
		want  []string // the beginning of each line of told
	}{
		"nothing new": {
			rows: "M3,見本 3,,,総務課,職員,2025-04-01,\n", want: []string{},
		},
		"the same with a later day, another width, no blank": {
			rows: "Ｍ３,見本3,ﾐﾎﾝ,M3@TOWN.EXAMPLE,総務 課,総務課職員,R9.4.1,\n", want: []string{},
		},
		"a transfer": {
			rows: "M3,見本 3,,,税務町民課,職員,2027-04-01,\n",
			want: []string{"+M3 税務町民課 職員 2027-04-01/", "-M3 総務課 職員 2025-04-01/2027-03-31"},
		},
		"two heads change places": {
			rows: "M1,見本 1,,,税務町民課,課長,2027-04-01,\nM2,見本 2,,,総務課,総務課長,2027-04-01,\n",
			want: []string{"+M1 税務町民課長", "+M2 総務課長", "-M1 総務課長", "-M2 税務町民課長"},
		},
		"a second post": {
			rows: "M3,見本 3,,,総務課,職員,2025-04-01,\nM3,見本 3,,,税務町民課,職員,2027-04-01,\n",
			want: []string{"+M3 税務町民課 職員"},
		},
		"someone new, to a post that is new": {
			rows: "N1,見本 新,ﾐﾎﾝ ｼﾝ,n1@town.example,税務町民課,主任,令和9年4月1日,\n",
			want: []string{"+N1 税務町民課 主任 2027-04-01/"},
		},
		"a retirement": {
			rows: "M3,見本 3,,,総務課,職員,2025-04-01,2027-03-31\n",
			want: []string{"-M3 総務課 職員 2025-04-01/2027-03-31"},
		},
		"a marriage": {
			rows: "M3,見本 新姓,ミホン,,総務課,職員,2025-04-01,\n",
			want: []string{"~M3 氏名：見本 3 → 見本 新姓"},
		},
		"an exchange of e-mails": {
			rows: "M3,見本 3,,m1@town.example,総務課,職員,2025-04-01,\nM1,見本 1,,m3@town.example,総務課,課長,2025-04-01,\n",
			want: []string{"~M3 メールアドレス", "~M1 メールアドレス"},
		},
		"what was prepared is taken back": {
			state: prepared,
			rows:  "M3,見本 3,,,総務課,職員,2027-04-01,\n",
			want:  []string{"+M3 総務課 職員 2027-04-01/", "xM3 税務町民課 職員 2027-04-01/"},
		},
		"what was prepared begins earlier": {
			state: func(s *state) { prepared(s); s.appointments[5].First = on("2027-05-01") },
			rows:  "M3,見本 3,,,税務町民課,職員,2027-04-01,\n",
			want:  []string{"~M3 税務町民課 職員最初の日：令和9年5月1日 → 令和9年4月1日"},
		},
		"everybody: who is not in it leaves": {
			whole: true,
			rows:  "M1,見本 1,,,総務課,課長,2027-04-01,\nM4,見本 4,,,総務課,担当,2027-04-01,\nM5,見本 5,,,,町長,2027-04-01,\n",
			want:  []string{"-M2 税務町民課長 2025-04-01/2027-03-31", "-M3 総務課 職員 2025-04-01/2027-03-31"},
		},
		"職務代理 stays": {
			state: func(s *state) {
				s.appointments = append(s.appointments, org.Appointment{ID: 9, Person: 3, Post: 2, First: on("2027-01-01"), Acting: true})
			},
			rows: "M3,見本 3,,,税務町民課,職員,2027-04-01,\n",
			want: []string{"+M3 税務町民課 職員", "-M3 総務課 職員"},
		},

		"no section":                  {rows: "M3,見本 3,,,,職員,2027-04-01,\n", want: []string{"!2 課室 課室が空です。"}},
		"a section that is not there": {rows: "M3,見本 3,,,見本課,職員,2027-04-01,\n", want: []string{"!2 課室 「見本課」という課室は登録されていません。"}},
		"a section that is gone":      {rows: "M3,見本 3,,,旧課,職員,2027-04-01,\n", want: []string{"!2 課室 旧課は、令和9年4月1日に廃止されます。"}},
		"a name of two sections":      {rows: "M3,見本 3,,,支所,職員,2027-04-01,\n", want: []string{"!2 課室 「支所」という課室が2課室あります。"}},
		"days in reverse":             {rows: "M3,見本 3,,,総務課,職員,2027-04-01,2027-03-31\n", want: []string{"!2 終了日 終了日が、発令日より前です。"}},
		"a day that is none":          {rows: "M3,見本 3,,,総務課,職員,2027-02-30,\n", want: []string{"!2 発令日 日付を読めません。"}},
		"a day far away":              {rows: "M3,見本 3,,,総務課,職員,3026-04-01,\n", want: []string{"!2 発令日 3026年の日になっています。年を確かめて、1950年から2099年までの日を入力してください。"}},
		"all that is wrong with a row": {
			rows: "N1,見本 新,,M1@town.example,見本課,,3026-04-01,来年\nM3,見本 3,,,税務町民課,職員,2027-04-01,\n",
			want: []string{"+M3", "-M3", "!2 発令日 3026年", "!2 課室 「見本課」", "!2 メールアドレス このメールアドレスは、職員番号 M1", "!2 フリガナ 新しい職員です。", "!2 終了日 日付を読めません。", "!2 職 職の名前を"},
		},
		"no day, of a name of two sections": {rows: "M3,見本 3,,,支所,職員,,\n", want: []string{"!2 発令日 発令日を入力してください。"}},
		"no day":                            {rows: "M3,見本 3,,,総務課,職員,,\n", want: []string{"!2 発令日 発令日を入力してください。"}},
		"no number":                         {rows: ",見本 3,,,総務課,職員,2027-04-01,\n", want: []string{"!2 職員番号 職員番号は"}},
		"a フリガナ in kanji":                   {rows: "M3,見本 3,見本,,総務課,職員,2027-04-01,\n", want: []string{"!2 フリガナ フリガナは、カタカナで"}},
		"a new person without フリガナ":         {rows: "N1,見本 新,,,総務課,職員,2027-04-01,\n", want: []string{"!2 フリガナ 新しい職員です。"}},
		"a number of two names":             {rows: "M3,見本 3,,,総務課,職員,2027-04-01,\nM3,見本 別人,,,税務町民課,職員,2027-04-01,\n", want: []string{"!3 氏名 同じ職員番号の2行目と違います。"}},
		"an e-mail of another":              {rows: "M3,見本 3,,M1@town.example,総務課,職員,2025-04-01,\n", want: []string{"!2 メールアドレス このメールアドレスは、職員番号 M1 の人のものです。"}},
		"an e-mail of two in the file":      {rows: "N1,見本 新,ミホン,n@town.example,総務課,職員,2027-04-01,\nN2,見本 新二,ミホン,n@town.example,総務課,職員,2027-04-01,\n", want: []string{"+N1", "!3 メールアドレス このメールアドレスは、職員番号 N1"}},
		"the same row twice":                {rows: "M3,見本 3,,,税務町民課,職員,2027-04-01,\nM3,見本 3,,,税務町民課,職員,2027-05-01,\n", want: []string{"+", "!3 職 2行目と同じ人の同じ職"}},
		"two heads in the file":             {rows: "N1,見本 新,ミホン,,税務町民課,課長,2027-04-01,\nM2,見本 2,,,税務町民課,課長,2025-04-01,\n", want: []string{"!2 職 税務町民課長は一人の職ですが、3行目の人と期間が重なっています。"}},
		"a head while there is one":         {rows: "M3,見本 3,,,税務町民課,課長,2027-04-01,\n", want: []string{"!2 職 税務町民課長は一人の職ですが、見本 2（職員番号 M2）が就いています。"}},
		"a head whose own row is wrong":     {rows: "M2,見本 2,,,総務課,職員,来年,\nM3,見本 3,,,税務町民課,課長,2027-04-01,\n", want: []string{"+", "-", "!2 発令日"}},
		"what has been":                     {rows: "M3,見本 3,,,総務課,職員,2025-04-01,2027-03-01\n", want: []string{"!2 終了日 すでに過ぎた期間は変えられません。"}},
		"a post left unsaid, in a past":     {rows: "M3,見本 3,,,税務町民課,職員,2026-04-01,\n", want: []string{"!2 職 この人は、いま総務課 職員にも就いていますが"}},
		"the last administrator":            {rows: "M4,見本 4,,,税務町民課,職員,2027-04-01,\n", want: []string{"+", "-", "!0  この名簿のとおりにすると、令和9年4月1日からポータル管理者がいなくなります。"}},
		"everybody, but no day to come":     {whole: true, rows: "M3,見本 3,,,総務課,職員,2025-04-01,\n", want: []string{"!0 発令日 発令日が今日以降の行がない"}},
		"begun today": {
			state: func(s *state) { s.appointments[2].First = s.today },
			rows:  "M3,見本 3,,,税務町民課,職員,2027-03-31,\n", want: []string{"!2 発令日 総務課 職員の発令は今日始まったため"},
		},
		"the same post as 職務代理 and as holder": {
			state: func(s *state) {
				s.appointments = append(s.appointments, org.Appointment{ID: 9, Person: 3, Post: 3, First: on("2027-01-01"), Acting: true})
			},
			rows: "M3,見本 3,,,税務町民課,課長,2027-04-01,\nM2,見本 2,,,税務町民課,職員,2027-04-01,\n",
			want: []string{"+M2", "-M2", "!2 発令日 この人は、重なる期間に、すでに税務町民課長に就いています"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := aTown()
			if c.state != nil {
				c.state(&s)
			}
			got := told(planOf(t, s, c.rows, c.whole))
			matches := len(got) == len(c.want)
			for i := range min(len(got), len(c.want)) {
				matches = matches && strings.HasPrefix(got[i], c.want[i])
			}
			if !matches {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// Nobody decides on their own: not by a row, and not by leaving themselves out.
func TestNobodyTakesAFileInAboutThemselves(t *testing.T) {
	t.Parallel()
	s := aTown()
	s.actor = 1
	for rows, want := range map[string]string{
		"M1,見本 1,,,総務課,課長,2025-04-01,\n":                     "",
		"M1,見本 改,,,総務課,課長,2025-04-01,\n":                     "!2 職員番号 あなた自身の",
		"M1,見本 1,,,総務課,職員,2027-04-01,\n":                     "!2 職員番号 あなた自身の",
		"M1,見本 1,,,総務課,課長,2025-04-01,2028-03-31\n":           "!2 職員番号 あなた自身の",
		"M4,見本 4,,,総務課,担当,2027-04-01,\n#全職員":                 "!0 職員番号 この名簿には、あなたが載っていません。",
		"M4,見本 4,,,総務課,担当,2027-04-01,\nM1,見本 1,,x,,,,\n#全職員": "!3",
	} {
		rows, whole := strings.CutSuffix(rows, "#全職員")
		got := told(planOf(t, s, rows, whole))
		i := slices.IndexFunc(got, func(l string) bool { return strings.HasPrefix(l, "!") })
		if (i >= 0) != (want != "") || i >= 0 && !strings.HasPrefix(got[i], want) {
			t.Errorf("%s gives %q, want %s", rows, got, want)
		}
	}
}

// Who leaves and keeps a role that was given to them directly is named.
func TestARoleThatOutlastsThePostsIsNoted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grant org.Grant
		rows  string
		want  bool
	}{
		"leaves, the role stays":     {org.Grant{}, "M3,見本 3,,,総務課,職員,2025-04-01,2027-04-30\n", true},
		"leaves, the role lasts on":  {org.Grant{Last: on("2027-05-01")}, "M3,見本 3,,,総務課,職員,2025-04-01,2027-04-30\n", true},
		"leaves, the role ends too":  {org.Grant{Last: on("2027-04-30")}, "M3,見本 3,,,総務課,職員,2025-04-01,2027-04-30\n", false},
		"goes to another section":    {org.Grant{}, "M3,見本 3,,,税務町民課,職員,2027-04-01,\n", false},
		"stays":                      {org.Grant{}, "M3,見本 3,,,総務課,職員,2025-04-01,\n", false},
		"leaves with everybody else": {org.Grant{}, "M4,見本 4,,,総務課,担当,2027-04-01,\n", true},
	} {
		s := aTown()
		c.grant.Person, c.grant.Role, c.grant.First = 3, authz.Auditor, on("2026-04-01")
		s.grants = []org.Grant{c.grant}
		plan := planOf(t, s, c.rows, name == "leaves with everybody else")
		if noted := len(plan.Notes) == 1 && strings.Contains(plan.Notes[0].Reason, "監査担当者"); noted != c.want || len(plan.Problems) > 0 {
			t.Errorf("%s: %+v %+v", name, plan.Notes, plan.Problems)
		}
	}
}

// The columns may stand anywhere and be called otherwise; what is not read is
// named, and what is missing too.
func TestColumnsInAnyOrder(t *testing.T) {
	t.Parallel()
	file, err := Read(t.Context(), []byte("令和9年度名簿,,,,\n\n異動年月日,所属コード,役　職,カナ氏名,職員氏名,職員コード,血液型,備考,区分\n46478,zeimu,課長,ﾐﾎﾝ,見本　太郎,００１２３,A,x,会計年度\n"), nil)
	if err != nil || len(file.Problems) != 0 || len(file.Rows) != 1 {
		t.Fatalf("%+v, %v", file, err)
	}
	want := Row{
		Line: 4, Person: org.Person{StaffNumber: "00123", Name: "見本 太郎", Furigana: "ミホン", Kind: org.FiscalYear},
		SectionCode: "zeimu", Title: "課長", First: on("2027-04-01"),
	}
	if !reflect.DeepEqual(file.Rows[0], want) || !slices.Equal(file.Ignored, []string{"血液型"}) {
		t.Errorf("got %+v, ignored %q", file.Rows[0], file.Ignored)
	}
	for text, words := range map[string]string{
		"職員番号,氏名,課室,発令日\n1,見本,総務課,2027-04-01\n":             "「職」の列がありません",
		"職員番号,氏名,職\n1,見本,職員\n":                              "「発令日」の列がありません",
		"職員番号,氏名,職,発令日,所属,課室\n1,見本,職員,2027-04-01,総務課,総務課\n": "「課室」の列が二つあります",
		"番号,名前\n1,見本\n":      "見出しの行が見つかりません",
		"職員番号,氏名,職,発令日,課室\n": "見出しの下に、行がありません",
		"職員番号,氏名,職\n":        "「発令日」の列がありません",
	} {
		_, err := Read(t.Context(), []byte(text), nil)
		if err == nil || !strings.Contains(fmt.Sprintf("%+v", messagesOf(err)), words) {
			t.Errorf("%q: %v, want %s", text, err, words)
		}
	}
}

// Whatever the file, a plan without problems leaves a town as the database
// wants it, and planned again on what it made there is nothing left to do.
func TestAPlanThatIsDoneIsEmpty(t *testing.T) {
	t.Parallel()
	days := []string{"2024-04-01", "2025-04-01", "2027-03-31", "2027-04-01", "2027-07-01", ""}
	rapid.Check(t, func(t *rapid.T) {
		s := aTown()
		s.adminRules, s.grants = nil, []org.Grant{{Person: 5, Role: authz.Administrator, First: on("2025-04-01")}}
		for range rapid.IntRange(0, 3).Draw(t, "prepared") {
			a := org.Appointment{ID: int64(len(s.appointments) + 1), Person: int64(rapid.IntRange(1, 5).Draw(t, "who")), Post: int64(rapid.IntRange(4, 6).Draw(t, "what")), First: on(rapid.SampledFrom(days[:5]).Draw(t, "from"))}
			if !slices.ContainsFunc(s.appointments, func(b org.Appointment) bool { return a.Person == b.Person && a.Post == b.Post && meet(a, b) }) {
				s.appointments = append(s.appointments, a)
			}
		}
		var file File
		for i := range rapid.IntRange(1, 6).Draw(t, "rows") {
			n := rapid.IntRange(1, 7).Draw(t, "number")
			row := Row{
				Line: i + 2, Person: org.Person{StaffNumber: fmt.Sprint("M", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"},
				SectionCode: rapid.SampledFrom([]string{"somu", "zeimu"}).Draw(t, "section"),
				Title:       rapid.SampledFrom([]string{"課長", "職員", "担当", "主任"}).Draw(t, "title"),
				First:       on(rapid.SampledFrom(days[:5]).Draw(t, "first")),
			}
			if last := rapid.SampledFrom(days).Draw(t, "last"); last != "" && !on(last).Before(row.First) {
				row.Last = on(last)
			}
			file.Rows = append(file.Rows, row)
		}
		choices := Choices{Whole: rapid.Bool().Draw(t, "whole")}
		plan := makePlan(s, file, choices)
		if len(plan.Problems) > 0 {
			return
		}
		after := done(s, plan)
		mustHold(t, after)
		if again := makePlan(after, file, choices); !again.Empty() || len(again.Problems) > 0 {
			t.Fatalf("done once:\n%s\nand again:\n%s", strings.Join(told(plan), "\n"), strings.Join(told(again), "\n"))
		}
	})
}

// A blank in a file overwrites nothing: of a person and of an appointment all that
// the file does not say stays.
func TestABlankOverwritesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := aTown()
		s.appointments[2].Last = on("2030-03-31")
		drawn := func(name, value string) string {
			return rapid.SampledFrom([]string{"", " ", "　", value}).Draw(t, name)
		}
		furigana, email, last := drawn("furigana", "カエタ"), drawn("email", "new@town.example"), drawn("last", "2031-03-31")
		file, err := Read(t.Context(), []byte("職員番号,氏名,フリガナ,メールアドレス,職員区分,課室,職,発令日,終了日\nM3,見本 3,"+furigana+","+email+",,総務課,職員,2025-04-01,"+last+"\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		plan := makePlan(s, file, Choices{})
		if len(plan.Problems) > 0 {
			t.Fatal(plan.Problems)
		}
		after := done(s, plan)
		stays := func(name, said, was, is, would string) {
			if strings.TrimSpace(said) == "" {
				would = was
			}
			if is != would {
				t.Fatalf("%s is said to be %q, was %q and is %q", name, said, was, is)
			}
		}
		was, is := aTown().people[2], after.people[2]
		stays("furigana", furigana, was.Furigana, is.Furigana, "カエタ")
		stays("e-mail", email, was.Email, is.Email, "new@town.example")
		stays("kind", "", string(was.Kind), string(is.Kind), "")
		i := slices.IndexFunc(after.appointments, func(a org.Appointment) bool { return a.Person == 3 })
		stays("the last day", last, "2030-03-31", after.appointments[i].Last.String(), "2031-03-31")
	})
}

// done is a state after a plan, as the database would have it.
func done(s state, plan Plan) state {
	c := plan.changes
	for i := range c.People {
		c.People[i].ID = int64(i + 1)
	}
	for i := range c.Posts {
		c.Posts[i].ID = int64(i + 1)
	}
	after := s
	after.people, after.posts = c.People, c.Posts
	after.appointments = nil
	changed := map[int64]org.AppointmentChange{}
	for _, h := range c.Appointments {
		if !h.IsNew() {
			changed[h.ID] = h
			continue
		}
		a := h.Appointment
		a.ID, a.Person, a.Post = int64(1000+len(after.appointments)), c.People[h.PersonAt].ID, c.Posts[h.PostAt].ID
		after.appointments = append(after.appointments, a)
	}
	for _, a := range s.appointments {
		if h, changes := changed[a.ID]; !changes {
			after.appointments = append(after.appointments, a)
		} else if !h.Withdrawn {
			after.appointments = append(after.appointments, h.Appointment)
		}
	}
	return after
}

// mustHold checks the rules that the database has.
func mustHold(t *rapid.T, s state) {
	for i, a := range s.appointments {
		if !a.Last.IsZero() && a.Last.Before(a.First) {
			t.Fatalf("%+v ends before it begins", a)
		}
		for _, b := range s.appointments[:i] {
			if a.Post == b.Post && meet(a, b) && (a.Person == b.Person || s.posts[a.Post-1].SingleHolder && a.Acting == b.Acting) {
				t.Fatalf("%+v and %+v overlap", a, b)
			}
		}
	}
}

// The first day without somebody is found whatever the order of the periods.
func TestTheFirstDayWithoutAnybody(t *testing.T) {
	t.Parallel()
	period := func(first, last string) org.Appointment {
		a := org.Appointment{First: on(first)}
		if last != "" {
			a.Last = on(last)
		}
		return a
	}
	today := on("2027-03-31")
	for _, c := range []struct {
		periods []org.Appointment
		want    string
	}{
		{nil, "2027-03-31"},
		{[]org.Appointment{period("2027-01-01", "")}, ""},
		{[]org.Appointment{period("2027-04-01", "")}, "2027-03-31"},
		{[]org.Appointment{period("2027-04-01", ""), period("2025-04-01", "2027-03-31")}, ""},
		{[]org.Appointment{period("2027-04-02", ""), period("2025-04-01", "2027-03-31")}, "2027-04-01"},
		{[]org.Appointment{period("2025-04-01", "2027-06-30"), period("2026-04-01", "2027-05-31")}, "2027-07-01"},
	} {
		day, is := firstDayWithout(c.periods, today)
		if is != (c.want != "") || is && day.String() != c.want {
			t.Errorf("%+v: got %s (%t), want %s", c.periods, day, is, c.want)
		}
	}
}

func messagesOf(err error) []string {
	var list []string
	if e, ok := errors.AsType[*fault.Error](err); ok {
		for _, p := range e.Problems {
			list = append(list, p.Message)
		}
	}
	return list
}

// Whatever stands in a file, each of its rows is planned, or named with what to
// do.
func FuzzPersonnel(f *testing.F) {
	f.Add("職員番号,氏名,フリガナ,課室,職,発令日,終了日\nM3,見本 3,,税務町民課,職員,令和9年4月1日,\n", true)
	f.Add("職員番号\t氏名\t課室コード\t職\t発令日\nM1\t見本 1\tsomu\t課長\t46478\n", false)
	f.Fuzz(func(t *testing.T, text string, whole bool) {
		var (
			file File
			err  error
		)
		sheettest.MustBeQuick(t, func() { file, err = Read(t.Context(), []byte(text), nil) })
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Errorf("no sentence for %v", err)
			}
			return
		}
		plan := makePlan(aTown(), file, Choices{Whole: whole})
		for _, p := range plan.Problems {
			if p.Reason == "" || p.Line < 0 {
				t.Errorf("a problem that says nothing: %+v", p)
			}
		}
		if len(plan.Problems) == 0 && len(plan.Added)+plan.Unchanged+len(plan.Changed)+len(plan.Ended) == 0 {
			t.Errorf("%d rows do nothing", len(file.Rows))
		}
	})
}

// What a row that is wrong would do is in no number of the plan either.
func TestRowsThatAreWrongCountForNothing(t *testing.T) {
	t.Parallel()
	rows := "N1,見本 一,,,総務課,しょくいん,2027-04-01,\nM3,見本 改,,m1@town.example,総務課,職員,2025-04-01,\nN2,見本 二,ミホン,,総務課,職員,2027-05-01,\n"
	plan := planOf(t, aTown(), rows, false)
	if len(plan.Problems) != 2 || plan.NewPeople != 1 || plan.NewPosts != 0 || len(plan.Titles) != 0 || len(plan.Changed) != 0 || plan.Unchanged != 0 || plan.From != on("2027-05-01") {
		t.Errorf("%+v", plan)
	}
}
