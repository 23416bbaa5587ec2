package authority

import (
	"slices"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var shipped = Groups.On(edition.Values{}, calendar.NewDate(2026, time.November, 28))

func TestWhoDecidesOnWhom(t *testing.T) {
	t.Parallel()
	for key, c := range map[string]struct {
		course          Course
		appointer, body string
	}{
		"executive":       {Judged, "町長", staffBody},
		"fixed-term":      {Judged, "町長", staffBody},
		"assembly":        {Judged, "議会の議長", staffBody},
		"education":       {Judged, "教育委員会", staffBody},
		"election":        {Judged, "選挙管理委員会", staffBody},
		"agriculture":     {Judged, "農業委員会", staffBody},
		"audit-office":    {Judged, "代表監査委員", staffBody},
		"teacher":         {Judged, "県の教育委員会", "県の教育委員会"},
		"vice-mayor":      {Judged, "町長", officerBody},
		"auditor":         {Judged, "町長", officerBody},
		"election-member": {Judged, "議会（選挙）", officerBody},
		"mayor":           {Recorded, "", ""},
		"superintendent":  {Recorded, "", ""},
		"dispatched":      {Asked, "派遣元", ""},
		"contractor":      {Asked, "委託先", ""},
		"designated":      {Asked, "指定管理者", ""},
	} {
		g, there := Find(shipped, key)
		if !there || g.Course != c.course || g.Appointer != c.appointer || g.Body != c.body {
			t.Errorf("%s: %t %+v", key, there, g)
		}
		if g.Discipline() != (c.course == Judged) || g.Vendor() != (c.course == Asked) {
			t.Errorf("%s: discipline %t, vendor %t", key, g.Discipline(), g.Vendor())
		}
		if g.Discipline() != (g.Requester != "") {
			t.Errorf("%s: %q asks for it", key, g.Requester)
		}
	}
	if len(shipped) != 16 {
		t.Errorf("%d kinds of persons", len(shipped))
	}
	if g, there := Find(shipped, "nobody"); there {
		t.Errorf("%+v", g)
	}
}

func TestWhatCanBeAKindOfPerson(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells []string
		kept  bool
	}{
		"as a town has it":        {[]string{"executive", "町長部局の職員", "懲戒を審査", "町長", "見本町職員懲戒審査委員会", "町長", "副町長、総務課長ほか3人。半数以上", "除斥しない", "町の訓令"}, true},
		"without members":         {[]string{"executive", "町長部局の職員", "懲戒を審査", "町長", "委員会", "町長", "なし", "除斥する", "町の訓令"}, true},
		"a new one":               {[]string{"ＷＡＴＥＲ", "水道の企業職員", "懲戒を審査", "町長", "委員会", "町長", "―", "除斥する", "町の訓令"}, true},
		"of a vendor":             {[]string{"dispatched", "派遣労働者", "是正を求める", "派遣元", "なし", "なし", "なし", "なし", "契約"}, true},
		"only recorded":           {[]string{"mayor", "町長", "記録だけ", "なし", "-", "", "なし", "―", "なし（案）"}, true},
		"no key":                  {[]string{"職員", "町長部局の職員", "懲戒を審査", "町長", "委員会", "町長", "", "除斥する", "町の訓令"}, false},
		"another course":          {[]string{"executive", "町長部局の職員", "解雇する", "町長", "委員会", "町長", "", "除斥する", "町の訓令"}, false},
		"judged by nobody":        {[]string{"executive", "町長部局の職員", "懲戒を審査", "町長", "なし", "町長", "", "除斥する", "町の訓令"}, false},
		"asked for by nobody":     {[]string{"executive", "町長部局の職員", "懲戒を審査", "町長", "委員会", "", "", "除斥する", "町の訓令"}, false},
		"excluded or not":         {[]string{"executive", "町長部局の職員", "懲戒を審査", "町長", "委員会", "町長", "", "なし", "町の訓令"}, false},
		"a vendor that is judged": {[]string{"dispatched", "派遣労働者", "是正を求める", "派遣元", "委員会", "なし", "なし", "なし", "契約"}, false},
		"a vendor that excludes":  {[]string{"dispatched", "派遣労働者", "是正を求める", "派遣元", "なし", "なし", "なし", "除斥する", "契約"}, false},
		"a vendor without one":    {[]string{"dispatched", "派遣労働者", "是正を求める", "なし", "なし", "なし", "なし", "なし", "契約"}, false},
		"recorded, with one":      {[]string{"mayor", "町長", "記録だけ", "議会", "なし", "なし", "なし", "なし", "案"}, false},
		"without a basis":         {[]string{"mayor", "町長", "記録だけ", "なし", "なし", "なし", "なし", "なし", ""}, false},
	} {
		row, problem := foldGroup(c.cells)
		if (problem == "") != c.kept {
			t.Errorf("%s: %q %q", name, row, problem)
		}
		if problem == "" {
			readAgain(t, row)
		}
	}
}

// readAgain fails where a row is not read again as itself from how it is shown.
func readAgain(t *testing.T, row edition.Row) {
	t.Helper()
	shown := make([]string, len(row))
	for i, cell := range row {
		shown[i] = showGroup(i, cell)
	}
	if again, problem := foldGroup(shown); !slices.Equal(again, row) {
		t.Errorf("%q is read again as %q: %s", row, again, problem)
	}
}

func TestSomebodyIsJudged(t *testing.T) {
	t.Parallel()
	rows := Groups.Shipped[0].Rows
	if problem := someJudged(rows); problem != "" {
		t.Error(problem)
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r edition.Row) bool { return r[2] == string(Judged) })
	if someJudged(rows) == "" {
		t.Error("nobody is judged")
	}
}

func TestWhoTookPart(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{"executive": true, "vice-mayor": true, "teacher": false, "mayor": false, "contractor": false} {
		if g, _ := Find(shipped, key); g.Excluded != want {
			t.Errorf("%s: excluded %t", key, g.Excluded)
		}
	}
}

func FuzzGroup(f *testing.F) {
	f.Add("executive", "町長部局の職員", "懲戒を審査", "町長", "委員会", "町長", "―", "除斥する", "町の訓令")
	f.Add("dispatched", "派遣労働者", "asked", "派遣元", "", "", "-", "ー", "契約")
	f.Fuzz(func(t *testing.T, key, title, course, appointer, body, requester, members, involved, basis string) {
		row, problem := foldGroup([]string{key, title, course, appointer, body, requester, members, involved, basis})
		if problem != "" {
			return
		}
		readAgain(t, row)
		if g := readGroup(row); g.Discipline() != (g.Body != "") || g.Discipline() && g.Requester == "" || g.Excluded && !g.Discipline() {
			t.Errorf("%+v", g)
		}
	})
}
