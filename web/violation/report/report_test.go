package report_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/violation"
	casebars "kagami/internal/violation/bars"
	"kagami/internal/violation/find"
	"kagami/internal/violation/report"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
	webviolation "kagami/web/violation"
	webreport "kagami/web/violation/report"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	reports, of := report.New(g.Pool, g.Door, g.Keys), rights.New(g.Pool, g.Door, rights.Ties{})
	ties := violation.Ties{Reporters: reports.Answer}
	cases := violation.New(g.Pool, g.Door, bar.New(g.Pool, g.Door, of, bar.Ties{Owned: casebars.Owned, Ended: ties.Ended})).With(ties)
	screens := webreport.New(reports, cases, g.Attachments)
	list := webviolation.New(cases, find.New(g.Pool, g.Now), of, g.Attachments, screens.Panel).Part()
	list.Sample = nil
	return []screen.Part{list, screens.Part(), {Jobs: g.Attachments.RegisterJobs}}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// desk are the people of a story.
type desk struct {
	t                                    *testing.T
	portal                               *servertest.Portal
	clerk, head, general, chief, auditor *servertest.Visitor
}

func open(t *testing.T) desk {
	t.Helper()
	t.Parallel()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	return desk{t, portal, sit("福祉こども課 職員"), sit("福祉こども課長"), sit("総務課長"), sit("副町長"), sit("税務町民課 職員")}
}

func (d desk) says(what string, a servertest.Answer, words ...string) {
	d.t.Helper()
	for _, want := range words {
		if !strings.Contains(a.Body, want) {
			d.t.Errorf("%s: the page lacks %q: %d", what, want, a.Status)
		}
	}
}

func (d desk) hides(what string, a servertest.Answer, words ...string) {
	d.t.Helper()
	for _, not := range words {
		if strings.Contains(a.Body, not) {
			d.t.Errorf("%s: the page says %q", what, not)
		}
	}
}

var shown = regexp.MustCompile(`name="(shown_(?:general|chief))" value="([^"]+)"`)

// words are a form that nothing is wrong with, with what the form said of who gets it.
func (d desk) words(who *servertest.Visitor, page string, more ...string) url.Values {
	d.t.Helper()
	form := url.Values{"receiver": {"general"}, "what": {"名簿を持ち帰っていた"}, "happened": {"先週"}, "place": {"事務室"}, "act": {"send"}}
	for _, m := range shown.FindAllStringSubmatch(who.Get(page).Body, -1) {
		form.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// post sends a form as the browser does, with a file where it has one.
func (d desk) post(who *servertest.Visitor, page string, form url.Values, name string, file io.Reader) servertest.Answer {
	d.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for field, values := range form {
		for _, value := range values {
			if err := w.WriteField(field, value); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err == nil {
			_, err = io.Copy(part, file)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		d.t.Fatal(err)
	}
	return who.Ask(http.MethodPost, page, w.FormDataContentType(), &b)
}

var (
	receipt = regexp.MustCompile(`受付番号</dt><dd>([0-9A-Z-]{19})<`)
)

// send reports, and returns the page of the answer and the code of the case.
func (d desk) send(who *servertest.Visitor, page string, more ...string) (answer, code string) {
	d.t.Helper()
	a := d.post(who, page, d.words(who, page, more...), "", nil)
	found := receipt.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		d.t.Fatalf("reporting: %d %s", a.Status, a.Body)
	}
	if err := d.portal.DB.Pool.QueryRow(d.t.Context(), `SELECT code FROM violation_case ORDER BY id DESC LIMIT 1`).Scan(&code); err != nil {
		d.t.Fatal(err)
	}
	return "/violations/replies/" + found[1], code
}

const drawing = "%PDF-1.7\n見本の写し"

func TestAReportIsMadeReadAndAnswered(t *testing.T) {
	d := open(t)
	page := "/violations/report"
	d.says("the form", d.clerk.Get(page), "統括情報セキュリティ責任者：総務課長 "+town.Holder("総務課長").Name+" に届きます", "町の公益通報窓口（総務課）", "通報に代わるものではありません", "探すこと", "働きかける")
	d.says("the navigation", d.clerk.Get(page), `href="/violations/report"`, "違反の疑いを報告する")
	attached := d.post(d.clerk, page, d.words(d.clerk, page, "act", "attach", "what", "<b>名簿</b>"), "写し.pdf", strings.NewReader(drawing))
	d.says("with a file", attached, "写し.pdf", `name="sent" value="`, "&lt;b&gt;名簿&lt;/b&gt;")
	_, rest, _ := strings.Cut(attached.Body, `name="sent" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	answer, code := d.send(d.clerk, page, "sent", token)
	d.says("the receipt", d.clerk.Get(answer), "令和8年11月24日", "統括情報セキュリティ責任者", "令和8年12月14日", "まだありません")
	d.says("home of who gets it", d.general.Get("/"), "事案 "+code+"：報告を調査するかどうかを決める")
	opened := d.general.Get("/violations/" + code)
	d.says("the case", opened, "名簿を持ち帰っていた", "先週", "事務室", "写し.pdf", "別に封をして保管", "理由を書いて、氏名を開く")
	name := town.Holder("福祉こども課 職員").Name
	d.hides("the case", opened, name, town.Holder("福祉こども課 職員").StaffNumber)
	_, rest, _ = strings.Cut(opened.Body, "/report-papers/")
	paper, _, _ := strings.Cut(rest, `"`)
	paper = "/violations/" + code + "/report-papers/" + paper
	if a := d.general.Get(paper); a.Status != http.StatusOK || a.Body != drawing {
		t.Errorf("the paper: %d", a.Status)
	}
	for who, v := range map[string]*servertest.Visitor{"who has reported": d.clerk, "a 管理者": d.head, "another": d.auditor} {
		if a := v.Get(paper); a.Status != http.StatusNotFound {
			t.Errorf("%s reads the paper: %d", who, a.Status)
		}
	}
	d.says("investigated", d.general.Post("/violations/"+code+"/investigate", url.Values{"version": {"1"}}), "調査する")
	d.says("home of who has reported", d.clerk.Get("/"), "総務課からの連絡があります")
	d.says("the answer", d.clerk.Get(answer), "<b>調査する</b>")
	for who, v := range map[string]*servertest.Visitor{"the 統括": d.general, "the CISO": d.chief, "a 管理者": d.head, "another": d.auditor} {
		if a := v.Get(answer); a.Status != http.StatusNotFound {
			t.Errorf("%s reads the answer: %d", who, a.Status)
		}
	}
	number := strings.TrimPrefix(answer, "/violations/replies/")
	d.says("by its number", d.clerk.Post("/violations/replies", url.Values{"number": {strings.ToLower(strings.ReplaceAll(number, "-", ""))}}), "<b>調査する</b>")
	d.says("by its number, for another", d.general.Post("/violations/replies", url.Values{"number": {number}}), "この受付番号の報告は、見つかりません", number)
	d.says("no number", d.general.Post("/violations/replies", url.Values{"number": {"1"}}), "16字で")
	for _, line := range d.portal.Log.Lines() {
		if strings.Contains(line, number) {
			t.Errorf("the log has the number: %s", line)
		}
	}
}

func TestWhatIsWrongWithAReportComesBack(t *testing.T) {
	d := open(t)
	page := "/violations/report"
	before := d.clerk.Count("violation_report")
	wrong := func(what string, a servertest.Answer, status int, words ...string) {
		t.Helper()
		if a.Status != status {
			t.Errorf("%s: %d", what, a.Status)
		}
		d.says(what, a, append(words, "名簿を持ち帰っていた")...)
	}
	wrong("no place", d.post(d.clerk, page, d.words(d.clerk, page, "place", ""), "", nil), 422, "「どこで」を入力してください")
	wrong("a false type", d.post(d.clerk, page, d.words(d.clerk, page), "図.pdf", strings.NewReader("<html>")), 415, "この種類のファイルは付けられません")
	wrong("a large file", d.post(d.clerk, page, d.words(d.clerk, page), "大.pdf", io.MultiReader(strings.NewReader(drawing), io.LimitReader(zeros{}, 22<<20))), 413, "ファイルが大きすぎます")
	wrong("to the 統括 about the 統括", d.post(d.clerk, page, d.words(d.clerk, page, "whom", "総務課長"), "", nil), 422, "この報告は、副町長", "代わりに、副町長")
	if n := d.clerk.Count("violation_report"); n != before {
		t.Errorf("%d reports were made", n-before)
	}
	a := d.post(d.clerk, page, d.words(d.clerk, page), "大.mp4", io.LimitReader(zeros{}, 100<<20))
	if a.Status != 413 && a.Status != 415 {
		t.Errorf("a very large file: %d", a.Status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestWhatCameByTelephone(t *testing.T) {
	d := open(t)
	page := "/violations/report/taken"
	if a := d.clerk.Get(page); a.Status != http.StatusForbidden {
		t.Errorf("a 職員 takes reports: %d", a.Status)
	}
	d.says("without how", d.post(d.head, page, d.words(d.head, page), "", nil), "どのように受けたかを選んでください")
	answer, code := d.send(d.head, page, "way", "telephone", "received_on", "2026-11-23", "name", "臨時の清掃の人")
	d.says("the receipt", d.head.Get(answer), "報告した人に渡して", "令和8年12月13日", "伝えたことを記録する")
	if a := d.clerk.Get(answer); a.Status != http.StatusNotFound {
		t.Errorf("a 職員 reads it: %d", a.Status)
	}
	d.says("passed on without a word", d.head.Post(answer, url.Values{"passed_on": {"2026-11-24"}}), "どのように、何を伝えたか")
	d.says("passed on", d.head.Post(answer, url.Values{"passed_on": {"2026-11-24"}, "how": {"折り返しの電話で"}}), "伝えたことを記録しました", "折り返しの電話で")
	opened := d.general.Get("/violations/" + code)
	d.says("the case", opened, "電話", town.Holder("福祉こども課長").Name, "折り返しの電話で")
	d.hides("the case", opened, "清掃")
}

func TestWhoOpensAName(t *testing.T) {
	d := open(t)
	_, code := d.send(d.clerk, "/violations/report")
	page, handlers := "/violations/reporters", "/violations/handlers"
	for who, v := range map[string]*servertest.Visitor{"a 職員": d.clerk, "a 管理者": d.head} {
		if a := v.Get(page); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", who, a.Status)
		}
		if a := v.Get(handlers); a.Status != http.StatusForbidden {
			t.Errorf("%s, the handlers: %d", who, a.Status)
		}
	}
	d.says("without a reason", d.general.Post(page, url.Values{"case": {code}}), "氏名を開く理由を", `value="`+code+`"`)
	d.says("of no case", d.general.Post(page, url.Values{"case": {"0000-0000"}, "reason": {"聞き取り"}}), "見つかりません", "聞き取り")
	name := town.Holder("福祉こども課 職員").Name
	a := d.general.Post(page, url.Values{"case": {code}, "reason": {"聞き取りのため"}})
	d.says("opened", a, name, "福祉こども課", "まで見られます")
	if cache := a.Header.Get("Cache-Control"); !strings.Contains(cache, "no-store") {
		t.Errorf("the name may be kept: %q", cache)
	}
	opened := d.general.Get("/violations/" + code)
	d.says("the case", opened, "報告者の氏名を開いた記録", "聞き取りのため")
	d.hides("the case", opened, name)
	d.hides("its print", d.general.Get("/violations/"+code+"/print"), name)

	number := town.Holder("税務町民課 職員").StaffNumber
	d.says("nobody", d.general.Post(handlers, url.Values{"number": {"X"}, "first_on": {"2026-11-24"}}), "見つかりません", `value="X"`)
	d.says("named", d.general.Post(handlers, url.Values{"number": {number}, "first_on": {"2026-11-24"}}), "従事者を決めました", number)
	d.says("home of who is named", d.auditor.Get("/"), "公益通報対応業務従事者に決まりました")
	d.says("who is named", d.auditor.Post(page, url.Values{"case": {code}, "reason": {"保護のため"}}), name)
	d.says("ended", d.general.Post(handlers+"/1", url.Values{"ends_on": {"2026-11-24"}}), "最後の日を決めました")
	d.says("ended in the past", d.general.Post(handlers+"/1", url.Values{"ends_on": {"2026-11-01"}}), "最後の日を")
}
