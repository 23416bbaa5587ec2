package personnel_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"kagami/internal/sheet"
	"kagami/web/server/servertest"
)

const personnelHead = "職員番号,氏名,フリガナ,課室,職,発令日\n"

// uploadPersonnel uploads a personnel file, as Excel saves CSV; rows without headings
// get them.
func uploadPersonnel(v *servertest.Visitor, file []byte, whole bool) servertest.Answer {
	v.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if whole {
		if err := w.WriteField("whole", "yes"); err != nil {
			v.T.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", "名簿.csv")
		if err == nil {
			_, err = part.Write(file)
		}
		if err != nil {
			v.T.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.T.Fatal(err)
	}
	return v.Ask(http.MethodPost, "/personnel", w.FormDataContentType(), &b)
}

// staged uploads rows in CP932 and returns where their preview is.
func staged(v *servertest.Visitor, rows string) string {
	v.T.Helper()
	raw, err := japanese.ShiftJIS.NewEncoder().String(personnelHead + rows)
	if err != nil {
		v.T.Fatal(err)
	}
	return previewOf(v, []byte(raw))
}

// previewOf uploads a file and returns where its preview is.
func previewOf(v *servertest.Visitor, file []byte) string {
	v.T.Helper()
	follow := v.Client.CheckRedirect
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := uploadPersonnel(v, file, false)
	v.Client.CheckRedirect = follow
	if a.Status != http.StatusSeeOther {
		v.T.Fatalf("handing a file in: %d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// row is a row about a person of the sample town.
func row(post, rest string) string {
	a := town.Holder(post)
	return a.StaffNumber + "," + a.Name + ",," + rest + "\n"
}

// The 1 April change at the portal: prepared on 31 March, and at midnight in
// Tokyo the rights have moved by themselves.
func TestRightsMoveAtMidnightByThemselves(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	portal.Clock.Advance(time.Date(2027, 3, 31, 14, 50, 0, 0, time.UTC).Sub(servertest.Morning)) // ten minutes to midnight in Tokyo
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	mover, successor, leaver := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 担当副課長")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	path := staged(officer, row("税務町民課長", "福祉こども課,課長,令和9年4月1日")+
		row("税務町民課 担当副課長", "税務町民課,税務町民課長,2027/4/1")+
		row("福祉こども課長", "税務町民課,職員,R9.4.1"))
	preview := officer.Get(path)
	for _, words := range []string{"加わる発令", "3件", "福祉こども課長", "令和9年3月31日で終わる", "この内容で取り込む"} {
		if !strings.Contains(preview.Body, words) {
			t.Errorf("the preview does not say %q", words)
		}
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}}); a.Status != http.StatusOK || !strings.Contains(a.Body, "名簿を取り込みました") || !strings.Contains(a.Body, "発令は、令和9年4月1日から") {
		t.Fatalf("applying: %d %s", a.Status, a.Body)
	}
	// who sees which section's readers
	sees := func(v *servertest.Visitor) string {
		a := v.Get("/policies/kihon/readers")
		switch {
		case a.Status == http.StatusForbidden:
			return "nothing"
		case strings.Contains(a.Body, "税務町民課</th>"):
			return "税務町民課"
		case strings.Contains(a.Body, "福祉こども課</th>"):
			return "福祉こども課"
		}
		return a.Body
	}
	for _, c := range []struct {
		name   string
		after  time.Duration
		expect map[*servertest.Visitor]string
	}{
		{"a minute to midnight", 9 * time.Minute, map[*servertest.Visitor]string{mover: "税務町民課", successor: "nothing", leaver: "福祉こども課"}},
		{"midnight", time.Minute, map[*servertest.Visitor]string{mover: "福祉こども課", successor: "税務町民課", leaver: "nothing"}},
	} {
		portal.Clock.Advance(c.after)
		for v, want := range c.expect {
			if got := sees(v); got != want {
				t.Errorf("%s: sees %.200s, want %s", c.name, got, want)
			}
		}
	}
}

// A file that can't be read or has faulty rows says what to do, and changes
// nothing.
func TestFaultyPersonnelFilesSayWhatToDo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, staff := servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	changes, appointments := officer.Count("trail_entry"), officer.Count("appointment")
	for name, c := range map[string]struct {
		answer servertest.Answer
		Status int
		words  string
	}{
		"no file":          {uploadPersonnel(officer, nil, false), 422, "名簿のファイルを選んでください"},
		"a PDF":            {uploadPersonnel(officer, []byte("%PDF-1.7"), false), 415, "PDF は読めません"},
		"an old .xls":      {uploadPersonnel(officer, []byte("\xd0\xcf\x11\xe0"), false), 415, "古い形式"},
		"no headings":      {uploadPersonnel(officer, []byte("番号,名前\n"), false), 422, "見出しの行が見つかりません"},
		"an empty file":    {uploadPersonnel(officer, []byte("\ufeff\r\n"), false), 422, "このファイルには、何も書かれていません"},
		"a column missing": {uploadPersonnel(officer, []byte("職員番号,氏名,課室,職\n1,見本,総務課,職員\n"), true), 422, "「発令日」の列がありません"},
		"over 10 MB":       {uploadPersonnel(officer, bytes.Repeat([]byte("a"), sheet.MaxSize+1), false), 413, "10 MB まで"},
		"over any limit":   {uploadPersonnel(officer, bytes.Repeat([]byte("a"), 2*sheet.MaxSize), false), 413, "大きすぎます"},
		"by a 職員":          {uploadPersonnel(staff, []byte(personnelHead), false), 403, "あなたの役割では行えません"},
		"nobody's":         {officer.Get("/personnel/NOTHING"), 404, "取り込み中の名簿は見つかりません"},
		"nobody's, a form": {officer.Post("/personnel/NOTHING", url.Values{"act": {"apply"}}), 404, "取り込み中の名簿は見つかりません"},
	} {
		if c.answer.Status != c.Status || !strings.Contains(c.answer.Body, c.words) || !strings.Contains(c.answer.Body, `<html lang="ja">`) {
			t.Errorf("%s: %d, want %d with %q: %.2000s", name, c.answer.Status, c.Status, c.words, c.answer.Body)
		}
	}
	if a := uploadPersonnel(officer, []byte("職員番号,氏名,課室,職\n1,見本,総務課,職員\n"), true); !strings.Contains(a.Body, `value="yes" checked`) {
		t.Error("what was chosen does not come back")
	}
	if n := officer.Count("trail_entry"); n != changes {
		t.Errorf("%d changes were made", n-changes)
	}
	path := staged(officer, row("税務町民課長", "見本課,課長,2027-04-01")+row("総務課 ポータル管理担当", "税務町民課,職員,2027-04-01")+row("総務課長", "税務町民課,職員,2027-04-01"))
	a := officer.Get(path)
	for _, words := range []string{"直すところが3件あります", "2行目", "課室", "「見本課」という課室は登録されていません", "あなた自身の登録や発令は変えられません", "令和9年4月1日からポータル管理者がいなくなります"} {
		if !strings.Contains(a.Body, words) {
			t.Errorf("the preview does not say %q", words)
		}
	}
	if strings.Contains(a.Body, "この内容で取り込む") {
		t.Error("it offers to apply it")
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}}); a.Status != http.StatusConflict || !strings.Contains(a.Body, "何も変更されていません") {
		t.Errorf("applying: %d", a.Status)
	}
	if n := officer.Count("appointment"); n != appointments {
		t.Errorf("%d appointments were added", n-appointments)
	}
	if a := servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当")).Get(path); a.Status != http.StatusNotFound {
		t.Errorf("another's file: %d", a.Status)
	}
}

// The choice is made again on the preview, and a plan that has become another is
// shown before it is done.
func TestThePreviewFollowsChoicesAndChanges(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	everybody := row("総務課長", "総務課,課長,2027-04-01") + row("総務課 ポータル管理担当", "総務課,ポータル管理担当,2027-04-01")
	path := staged(officer, everybody)
	if a := officer.Get(path); !strings.Contains(a.Body, "取り込むものはありません") {
		t.Errorf("the preview: %s", a.Body)
	}
	a := officer.Post(path, url.Values{"act": {"choose"}, "whole": {"yes"}})
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "令和9年3月31日で終わる") || !strings.Contains(a.Body, `value="yes" checked`) {
		t.Errorf("everybody else leaves: %d %s", a.Status, a.Body)
	}
	if _, err := portal.DB.Owner(t).Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), '2027-01-01') WHERE person_id = $1`, town.Holder("町長").Person); err != nil {
		t.Fatal(err)
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}}); a.Status != http.StatusConflict || !strings.Contains(a.Body, "作り直した内容を表示しています") {
		t.Errorf("applying another plan: %d %s", a.Status, a.Body)
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}}); a.Status != http.StatusOK || !strings.Contains(a.Body, "名簿を取り込みました") {
		t.Errorf("applying what was shown: %d %s", a.Status, a.Body)
	}
}

// The template is read by the same reader; its example is refused as long as it
// is left there.
func TestTheTemplateIsRead(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	a := uploadPersonnel(officer, []byte(officer.Get("/personnel/template.xlsx").Body), false)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "直すところが1件あります") || !strings.Contains(a.Body, "「見本課」") || strings.Contains(a.Body, "次の列は読みません") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// Headings that can't be told are settled on a page: what was chosen comes back where
// it can't be so, the preview says what was learned, and the next file is read by it.
func TestUnsureHeadingsAreSettledOnAPage(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	person := town.Holder("税務町民課 職員")
	file := []byte("番号,氏名,配属先,職,発令日,血液型\n" + person.StaffNumber + "," + person.Name + ",総務課,職員,2027-04-01,A\n")
	path := previewOf(officer, file)
	a := officer.Get(path)
	for _, words := range []string{"見出しの読み方を決める", "「番号」の列", "入っている内容：" + person.StaffNumber, "「課室」にあたる見出しが、はっきりしません", "職員番号（必須）", "読まない", "次に同じ見出しの名簿"} {
		if a.Status != http.StatusOK || !strings.Contains(a.Body, words) {
			t.Errorf("the page does not say %q: %d", words, a.Status)
		}
	}
	typed := url.Values{"column-0": {"staff_number"}, "column-1": {"name"}, "column-2": {"-"}, "column-3": {"title"}, "column-4": {"first_day"}, "column-5": {"title"}}
	a = officer.Post(path+"/headings", typed)
	for _, words := range []string{"直すところが2件あります", `href="#column-5"`, "「職」は、「職」にも選んでいます", "「課室」として読む見出しを選んでください", `value="staff_number" selected`} {
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, words) {
			t.Errorf("the refusal does not say %q: %d", words, a.Status)
		}
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}}); !strings.Contains(a.Body, "見出しの読み方を決める") {
		t.Errorf("applied before: %d", a.Status)
	}
	typed.Set("column-2", "section")
	typed.Set("column-5", "-")
	a = officer.Post(path+"/headings", typed)
	for _, words := range []string{"加わる発令", "「番号」を「職員番号」として読む", "「配属先」を「課室」として読む", "次の列は読みません：血液型", "見出しの読み方を直す"} {
		if a.Status != http.StatusOK || !strings.Contains(a.Body, words) {
			t.Errorf("the preview does not say %q: %d", words, a.Status)
		}
	}
	if a := uploadPersonnel(officer, file, false); a.Status != http.StatusOK || !strings.Contains(a.Body, "画面で決めたとおりに読みました") || !strings.Contains(a.Body, "この内容で取り込む") {
		t.Errorf("the next file: %d", a.Status)
	}
	if a := officer.Get(path + "/headings"); a.Status != http.StatusOK || !strings.Contains(a.Body, `value="section" selected`) {
		t.Errorf("settled anew: %d", a.Status)
	}
	for name, a := range map[string]servertest.Answer{
		"another looks":   servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当")).Get(path + "/headings"),
		"nobody's":        officer.Get("/personnel/NOTHING/headings"),
		"nobody's, posts": officer.Post("/personnel/NOTHING/headings", typed),
	} {
		if a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, a.Status)
		}
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}}); !strings.Contains(a.Body, "名簿を取り込みました") {
		t.Errorf("applying: %d", a.Status)
	}
	if a := officer.Get(path + "/headings"); a.Status != http.StatusConflict || !strings.Contains(a.Body, "すでに取り込みました") {
		t.Errorf("after it was applied: %d", a.Status)
	}
}

// While a file of somebody's is being read, another of theirs is refused with what
// they chose.
func TestASecondFileWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	if _, err := portal.DB.Owner(t).Exec(t.Context(), `INSERT INTO table_turn VALUES ($1, now() + interval '1 minute')`, town.Holder("総務課長").Person); err != nil {
		t.Fatal(err)
	}
	a := uploadPersonnel(officer, []byte(personnelHead+row("税務町民課長", "総務課,職員,2027-04-01")), true)
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "前に選んだファイルの読み取りが、まだ終わっていません") || !strings.Contains(a.Body, `value="yes" checked`) {
		t.Errorf("%d %.2000s", a.Status, a.Body)
	}
}

// What an import leaves to do is said on the page of what it has done, with where it is
// done; where nothing is left, nothing is said.
func TestAnImportSaysWhatIsLeftToDo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, administrator := servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))
	apply := func(v *servertest.Visitor, rows string) string {
		t.Helper()
		a := v.Post(staged(v, rows), url.Values{"act": {"apply"}})
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "名簿を取り込みました") || strings.Contains(a.Body, "ほかに行うことはありません") {
			t.Fatalf("applying: %d %s", a.Status, a.Body)
		}
		return a.Body
	}
	page := apply(officer, row("税務町民課長", "税務町民課,職員,2027-04-01"))
	leaver := town.Holder("税務町民課長").StaffNumber
	for _, want := range []string{
		"次に行うこと", "令和9年4月1日の時点で、課長（情報セキュリティ管理者）が空席の課室が1課室あります", `href="/organization?on=2027-04-01"`,
		"引き継ぐまで、その人に残ります", `href="#ended"`, `href="/people/` + leaver + `"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s: %s", want, page)
		}
	}
	if strings.Contains(page, "新しい職員が") {
		t.Error("it speaks of new people")
	}
	apply(officer, row("税務町民課 担当副課長", "税務町民課,課長,2027-04-01"))
	for number, c := range map[string]struct {
		by    *servertest.Visitor
		words string
	}{"N1": {officer, "ポータル管理者に頼んでください"}, "N2": {administrator, `href="/accounts?without=yes"`}} {
		page := apply(c.by, number+",見本 新,ミホン,税務町民課,職員,2027-04-01\n")
		if !strings.Contains(page, "新しい職員が1人います") || !strings.Contains(page, c.words) || strings.Contains(page, "空席") || strings.Contains(page, "引き継ぐ") {
			t.Errorf("with somebody new: %s", page)
		}
	}
	if page := apply(officer, town.Holder("税務町民課 職員").StaffNumber+",見本 改名,,税務町民課,職員,2027-04-01\n"); strings.Contains(page, "次に行うこと") {
		t.Errorf("with nothing left: %s", page)
	}
}

// Posts that are not there yet stand out before they are made, with what they may be a
// slip of the pen for, and are made only where somebody has said so.
func TestNewPostsStandOutAndAreAgreedTo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	path := staged(officer, row("税務町民課 職員", "税務町民課,しょくいん,2027-04-01")+row("福祉こども課 職員", "福祉こども課,職貝,2027-04-01"))
	a := officer.Get(path)
	for _, want := range []string{"新しい職が2件できます", "この町に、まだない職です", "よく似た「職員」という職があります", "福祉こども課 職貝", `name="new-posts" value="yes"`} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the preview lacks %s: %s", want, a.Body)
		}
	}
	posts := officer.Count("post")
	if a := officer.Post(path, url.Values{"act": {"apply"}}); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `href="#new-posts"`) || !strings.Contains(a.Body, "「新しい職を作る」を選んでください") {
		t.Errorf("without a word: %d %s", a.Status, a.Body)
	}
	if n := officer.Count("post"); n != posts {
		t.Errorf("%d posts are made without a word", n-posts)
	}
	if a := officer.Post(path, url.Values{"act": {"apply"}, "new-posts": {"yes"}}); a.Status != http.StatusOK || !strings.Contains(a.Body, "名簿を取り込みました") || strings.Contains(a.Body, "新しい職が2件できます") {
		t.Errorf("agreed: %d %s", a.Status, a.Body)
	}
	if a := officer.Get(staged(officer, row("税務町民課 職員", "総務課,職員,2027-05-01"))); strings.Contains(a.Body, "新しい職が") || strings.Contains(a.Body, "new-posts") {
		t.Errorf("with none: %s", a.Body)
	}
}

// A file of which no heading is known reaches the page on which headings are settled,
// with none chosen, and is read as they are.
func TestAFileWithoutKnownHeadingsIsSettledOnAPage(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	person := town.Holder("税務町民課 職員")
	path := previewOf(officer, []byte("ID,なまえ,配属先,ポスト,いつから\n"+person.StaffNumber+","+person.Name+",総務課,職員,2027-04-01\n"))
	a := officer.Get(path)
	for _, want := range []string{"見出しの読み方を決める", "表の最初の行を見出しとして読みました", "「いつから」の列", "入っている内容：2027-04-01"} {
		if a.Status != http.StatusOK || !strings.Contains(a.Body, want) {
			t.Errorf("%d, the page lacks %s: %s", a.Status, want, a.Body)
		}
	}
	if strings.Contains(a.Body, `value="-" selected`) || strings.Contains(a.Body, `value="title" selected`) {
		t.Errorf("something is chosen: %s", a.Body)
	}
	a = officer.Post(path+"/headings", url.Values{"column-0": {"staff_number"}, "column-1": {"name"}, "column-2": {"section"}, "column-3": {"title"}, "column-4": {"first_day"}})
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "この内容で取り込む") || !strings.Contains(a.Body, "「いつから」を「発令日」として読む") {
		t.Errorf("settled: %d %s", a.Status, a.Body)
	}
}
