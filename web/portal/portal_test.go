package portal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/web/portal"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	screens, err := portal.New(g, portal.Rooms(policytest.NewRooms(g.Pool, g.Door, g.Now)))
	if err != nil {
		return nil, err
	}
	return []screen.Part{screens.Part()}, nil
}}

// texts are the documents of a portal.
func texts(p *servertest.Portal) policytest.Rooms { return policytest.NewRooms(p.Pool, p.Door, p.Now) }

func revise(t *testing.T, p *servertest.Portal, code string, words ...string) {
	t.Helper()
	policytest.Revise(t, texts(p), p.Org, p.Pool, calendar.Day(p.Now()), code, words...)
}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// visitor is a browser without script.
type visitor struct {
	t      *testing.T
	portal *servertest.Portal
	client *http.Client
}

type answer struct {
	status int
	header http.Header
	body   string
}

func visit(t *testing.T, portal *servertest.Portal) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, portal, &http.Client{Jar: jar}}
}

func signIn(t *testing.T, portal *servertest.Portal, account sample.Account) *visitor {
	t.Helper()
	v := visit(t, portal)
	a := v.post("/login", url.Values{"login": {account.StaffNumber}, "password": {account.Password}})
	if a.status != http.StatusOK || !strings.Contains(a.body, "さんのホーム") {
		t.Fatalf("signing in: %d %s", a.status, a.body)
	}
	return v
}

func (v *visitor) ask(method, path, contentType string, body io.Reader) answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, v.portal.URL+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(raw)}
}

func (v *visitor) get(path string) answer { v.t.Helper(); return v.ask(http.MethodGet, path, "", nil) }

func (v *visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	return v.ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// upload hands a text in, as a file or among the fields.
func (v *visitor) upload(form map[string]string, file []byte) answer {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range form {
		if err := w.WriteField(name, value); err != nil {
			v.t.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", "text.txt")
		if err != nil {
			v.t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			v.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.ask(http.MethodPost, "/imports", w.FormDataContentType(), &b)
}

var hidden = regexp.MustCompile(`name="(number|sha256)" value="([^"]*)"`)

// pledge is the form at the end of a document's page.
func pledge(page string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

func (v *visitor) count(table string) (n int) {
	v.t.Helper()
	if err := v.portal.DB.Pool.QueryRow(v.t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		v.t.Fatal(err)
	}
	return n
}

// Bad input: each a page in Japanese that says what to do, the right status,
// nothing changed, no stack trace, and a log line with a request id.
func TestBadInputGetsAPageThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	nobody, staff := visit(t, portal), signIn(t, portal, town.Accounts[12])
	officer := signIn(t, portal, town.Holder("総務課 担当副課長"))
	changes := staff.count("trail_entry")
	long := strings.Repeat("x", 1<<20)
	form := pledge(staff.get("/policies/kihon").body)
	for name, c := range map[string]struct {
		answer answer
		status int
		words  string
	}{
		"a wrong address":             {staff.get("/nowhere"), 404, "アドレスが正しいか"},
		"a wrong address, signed out": {nobody.get("/nowhere"), 404, "アドレスが正しいか"},
		"an old style sheet":          {nobody.get("/static/0000/kagami.css"), 404, "アドレスが正しいか"},
		"a wrong method":              {staff.post("/acknowledgements", nil), 405, "その操作を受け付けていません"},
		"no session":                  {nobody.get("/policies/kihon"), 401, "サインインしてください"},
		"no session, a form":          {nobody.post("/policies/kihon", form), 401, "操作は行われていません"},
		"no such document":            {staff.get("/policies/nothing"), 404, "この文書は見つかりません"},
		"a page for another role":     {staff.get("/policies/kihon/readers"), 403, "あなたの役割では行えません"},
		"a file for another role":     {staff.get("/policies/kihon/readers.xlsx"), 403, "あなたの役割では行えません"},
		"another person's draft":      {staff.get("/policies/kihon/draft"), 404, "この文書は見つかりません"},
		"another person's proof":      {staff.get("/acknowledgements/kihon/1"), 404, "確認の記録は見つかりません"},
		"a proof of nonsense":         {staff.get("/acknowledgements/kihon/x"), 404, "アドレスが正しいか"},
		"an import of nobody's":       {officer.get("/imports/NOTHING"), 404, "取り込み中の文書は見つかりません"},
		"a proof of a huge number":    {staff.get("/acknowledgements/kihon/99999999999"), 404, "確認の記録は見つかりません"},
		"a day that is none":          {staff.get("/organization?on=2026-02-30"), 422, "2026-04-01 のように"},
		"no such section":             {staff.get("/organization/nothing"), 404, "この課室は見つかりません"},
		"an address with a NUL":       {staff.get("/policies/%00"), 422, "使えない文字"},
		"a sign-in with a NUL":        {nobody.post("/login", url.Values{"login": {"\x00"}, "password": {"\x00"}}), 422, "使えない文字"},
		"a form without its fields":   {staff.post("/policies/kihon", nil), 422, "文書を開き直して"},
		"a form with nonsense":        {staff.post("/policies/kihon", url.Values{"number": {"1"}, "sha256": {"zz"}}), 422, "文書を開き直して"},
		"another text than shown":     {staff.post("/policies/kihon", url.Values{"number": {"1"}, "sha256": {"00"}}), 409, "いまの版ではありません"},
		"a form of 1 MB":              {staff.post("/policies/kihon", url.Values{"number": {long}}), 413, "大きすぎます"},
		"a sign-in of 1 MB":           {nobody.post("/login", url.Values{"login": {long}}), 413, "大きすぎます"},
		"a sign-in without anything":  {nobody.post("/login", nil), 422, "直すところが2件あります"},
		"a form that is none":         {staff.ask("POST", "/policies/kihon", "application/x-www-form-urlencoded", strings.NewReader("%zz")), 422, "送られた入力を読めません"},
		"an upload of a PDF":          {officer.upload(map[string]string{"kind": "basic"}, []byte("%PDF-1.7")), 422, "PDF が壊れている"},
		"an upload of an old file":    {officer.upload(map[string]string{"kind": "basic"}, []byte("\xd0\xcf\x11\xe0\xa1\xb1")), 415, "「Word 文書（.docx）」か「書式なし（テキスト）」"},
		"an upload of half a .docx":   {officer.upload(map[string]string{"kind": "basic"}, []byte("PK\x03\x04....")), 422, "Word 文書が壊れている"},
		"a pasted PDF":                {officer.upload(map[string]string{"kind": "basic", "source": "%PDF-1.7"}, nil), 415, "PDF は、ファイルとして選んで"},
		"an upload of a program":      {officer.upload(map[string]string{"kind": "basic"}, []byte("\x7fELF\x00\x01")), 415, "文字として読めないファイル"},
		"an upload over 10 MB":        {officer.upload(map[string]string{"kind": "basic"}, bytes.Repeat([]byte("a"), outline.MaxSize+1)), 413, "10 MB まで"},
		"an upload over any limit":    {officer.upload(map[string]string{"kind": "basic"}, bytes.Repeat([]byte("a"), 3*outline.MaxSize)), 413, "大きすぎます"},
		"an upload of nothing":        {officer.upload(map[string]string{"kind": "basic"}, nil), 422, "ファイルを選ぶか"},
		"an upload of no kind":        {officer.upload(map[string]string{"source": "第1条　見本"}, nil), 422, "文書の種類を選んで"},
		"an upload by a 職員":           {staff.upload(map[string]string{"kind": "basic", "source": "第1条　見本"}, nil), 403, "あなたの役割では行えません"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.answer.status != c.status || !strings.Contains(c.answer.body, c.words) {
				t.Errorf("got %d, want %d with %q: %s", c.answer.status, c.status, c.words, c.answer.body)
			}
			if !strings.Contains(c.answer.body, `<html lang="ja">`) || strings.Contains(c.answer.body, "goroutine") {
				t.Error("it is not a page for people")
			}
		})
	}
	if n := staff.count("trail_entry"); n != changes {
		t.Errorf("%d changes were made", n-changes)
	}
	for _, line := range portal.Log.Lines() {
		var entry struct{ ID string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.ID == "" {
			t.Errorf("a log line without a request id: %s", line)
		}
	}
}

// The log and the addresses hold no names, passwords or tokens.
func TestTheLogHoldsNothingPersonal(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	v := signIn(t, portal, account)
	v.get("/policies/kihon?q=見本")
	v.post("/policies/kihon", pledge(v.get("/policies/kihon").body))
	visit(t, portal).post("/login", url.Values{"login": {"somebody@town.example"}, "password": {"a secret word"}})
	v.post("/login", url.Values{"login": {account.StaffNumber}, "password": {"another secret"}})
	log := strings.Join(portal.Log.Lines(), "\n")
	for _, secret := range []string{account.Password, account.StaffNumber, "見本", "secret", "somebody"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

// 基本方針 10: for who may not read a 対策基準, no page tells that it exists; it
// answers as an address that never was.
func TestWhatIsNotPublicHasNoPageForOthers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso := portal.Actor(t, town.Holder("副町長"))
	officer := portal.Actor(t, town.Holder("総務課 担当副課長"))
	_, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{Kind: policy.Standard, Audience: policy.Audience{Roles: []authz.Role{authz.CISO}}, Title: "見えない基準", Code: "kijun", Source: "第1条　秘密の定め\n"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{Kind: policy.Procedure, Audience: policy.Audience{Sections: []string{"kaikei"}}, Title: "見えない下書き", Code: "shitagaki", Source: "第1条　秘密の定め\n"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(portal), officer, ciso, "kijun", town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	reader := signIn(t, portal, town.Holder("副町長"))
	if a := reader.get("/policies/kijun"); a.status != 200 || !strings.Contains(a.body, "秘密の定め") {
		t.Fatalf("the CISO reads: %d", a.status)
	}
	form := pledge(reader.get("/policies/kijun").body)
	number := regexp.MustCompile(`<span class="hash">[^<]*</span>`)
	same := func(a answer) string {
		return strings.NewReplacer("kijun", "nothing", "shitagaki", "nothing").Replace(number.ReplaceAllString(a.body, ""))
	}
	for _, post := range []string{"税務町民課 職員", "税務町民課長", "税務町民課 担当副課長", "総務課 ポータル管理担当"} {
		v := signIn(t, portal, town.Holder(post))
		for _, page := range []string{"/", "/policies", "/acknowledgements"} {
			if a := v.get(page); strings.Contains(a.body, "見えない") || strings.Contains(a.body, "kijun") || strings.Contains(a.body, "shitagaki") {
				t.Errorf("%s sees it on %s", post, page)
			}
		}
		for _, page := range []string{"", "/readers", "/readers.csv", "/readers.xlsx", "/draft", "/draft/publish"} {
			missing := v.get("/policies/nothing" + page)
			for _, code := range []string{"kijun", "shitagaki"} {
				hidden := v.get("/policies/" + code + page)
				if hidden.status == 200 || hidden.status != missing.status || same(hidden) != same(missing) {
					t.Errorf("%s can tell %s%s: %d, %d", post, code, page, hidden.status, missing.status)
				}
			}
		}
		if hidden, missing := v.post("/policies/kijun", form), v.post("/policies/nothing", form); hidden.status != 404 || same(hidden) != same(missing) {
			t.Errorf("%s acknowledges it: %d", post, hidden.status)
		}
	}
}

// What was typed comes back in the form, and nothing is lost.
func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	nobody := visit(t, portal)
	a := nobody.post("/login", url.Values{"login": {"m013"}, "password": {"mistyped"}, "next": {"/policies"}})
	if a.status != 401 || !strings.Contains(a.body, `value="m013"`) || strings.Contains(a.body, "mistyped") || !strings.Contains(a.body, `value="/policies"`) {
		t.Errorf("sign-in: %d %s", a.status, a.body)
	}
	officer := signIn(t, portal, town.Holder("総務課 担当副課長"))
	a = officer.upload(map[string]string{"title": "見本の題名", "source": "第1条　貼り付けた本文"}, nil)
	if a.status != 422 || !strings.Contains(a.body, "見本の題名") || !strings.Contains(a.body, "第1条　貼り付けた本文") {
		t.Errorf("import: %d %s", a.status, a.body)
	}
}

func TestSignInGoesOnWithinThePortalOnly(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Accounts[12]
	for next, want := range map[string]string{
		"/policies/kihon?done=acknowledged": "/policies/kihon?done=acknowledged",
		"":                                  "/",
		"https://elsewhere.example/":        "/",
		"//elsewhere.example/":              "/",
		`/\elsewhere.example/`:              "/",
		"/logout":                           "/",
		"javascript:alert(1)":               "/",
	} {
		v := visit(t, portal)
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		a := v.post("/login", url.Values{"login": {account.StaffNumber}, "password": {account.Password}, "next": {next}})
		if got := a.header.Get("Location"); a.status != http.StatusSeeOther || got != want {
			t.Errorf("next=%q leads to %q", next, got)
		}
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := signIn(t, portal, town.Accounts[12])
	form := pledge(v.get("/policies/kihon").body)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, portal.URL+"/policies/kihon", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := v.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestEveryPageIsClosedToTheOutside(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := signIn(t, portal, town.Holder("総務課長"))
	for _, path := range []string{"/", "/policies", "/policies/kihon", "/policies/kihon/readers", "/imports", "/acknowledgements", "/nowhere"} {
		a := v.get(path)
		if csp := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		for _, what := range []string{"http://", "https://", " style=", "<script", "onclick"} {
			if strings.Contains(a.body, what) {
				t.Errorf("%s holds %q", path, what)
			}
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %s", path, a.header.Get("Cache-Control"))
		}
	}
}

// A right ends with its post: looked up at each request, not at sign-in.
func TestARightEndsWithItsPost(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := town.Holder("総務課長")
	v := signIn(t, portal, officer)
	if a := v.get("/policies/kihon/readers"); a.status != 200 {
		t.Fatalf("before: %d", a.status)
	}
	_, err := portal.DB.Pool.Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), '2026-11-25') WHERE person_id = $1`, officer.Person)
	if err != nil {
		t.Fatal(err)
	}
	if a := v.get("/policies/kihon/readers"); a.status != 200 {
		t.Errorf("on the last day: %d", a.status)
	}
	for range 30 { // on to the next day, without being idle
		portal.Clock.Advance(20 * time.Minute)
		v.get("/")
	}
	portal.Clock.Advance(5 * time.Hour)
	again := visit(t, portal)
	if a := again.post("/login", url.Values{"login": {officer.StaffNumber}, "password": {officer.Password}}); a.status != 401 || !strings.Contains(a.body, "発令されている職がない") {
		t.Errorf("on the day after: %d %s", a.status, a.body)
	}
}

// Any number of portals serve one database: what changes through one is seen by
// the other at the next request, though both keep what they have drawn.
func TestAChangeIsSeenAtTheNextRequestOnEveryPortal(t *testing.T) {
	t.Parallel()
	db := town.Database(t)
	one, two := town.StartOn(t, db), town.StartOn(t, db)
	reader := town.Accounts[12]
	here, there := signIn(t, one, reader), signIn(t, two, reader)
	if a := there.get("/policies/kihon"); !strings.Contains(a.body, "ここまで読んだら") {
		t.Fatalf("before: %d %s", a.status, a.body)
	}
	here.post("/policies/kihon", pledge(here.get("/policies/kihon").body))
	for _, v := range []*visitor{here, there} {
		if a := v.get("/policies/kihon"); !strings.Contains(a.body, "確認済みです") {
			t.Errorf("after the acknowledgement: %d %s", a.status, a.body)
		}
	}

	officer := town.Holder("総務課長")
	here, there = signIn(t, one, officer), signIn(t, two, officer)
	for _, v := range []*visitor{here, there} {
		if a := v.get("/policies/kihon/readers"); a.status != 200 {
			t.Fatalf("before: %d", a.status)
		}
	}
	if _, err := db.Pool.Exec(t.Context(), `DELETE FROM role_rule WHERE role IN ('general_security_officer', 'security_manager')`); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*visitor{here, there} {
		if a := v.get("/policies/kihon/readers"); a.status != 403 {
			t.Errorf("after the role has gone: %d", a.status)
		}
	}

	drafter, ciso := one.Actor(t, town.Holder("総務課 担当副課長")), town.Holder("副町長")
	if err := texts(one).Draft.StartDraft(t.Context(), drafter, "kihon", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(one), drafter, one.Actor(t, ciso), "kihon", ciso.StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*visitor{here, there} {
		if a := v.get("/policies/kihon"); !strings.Contains(a.body, "第2版") {
			t.Errorf("after another revision: %d", a.status)
		}
	}
}

func TestTheListOpensInExcel(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := signIn(t, portal, town.Holder("総務課長"))
	a := v.get("/policies/kihon/readers.csv")
	if !strings.HasPrefix(a.body, "\ufeff課室,職員番号,氏名") || strings.Count(a.body, "\r\n") != 40 {
		t.Errorf("the CSV: %.200s", a.body)
	}
	a = v.get("/policies/kihon/readers.xlsx")
	if !strings.HasPrefix(a.body, "PK") || !strings.Contains(a.header.Get("Content-Disposition"), ".xlsx") {
		t.Errorf("the .xlsx: %v", a.header)
	}
}

// The wording reaches the page character for character: nothing stands between
// a term and the words around it.
func TestTheWordingIsNotPulledApart(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	page := signIn(t, portal, town.Accounts[12]).get("/policies/kihon").body
	plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
	if !strings.Contains(plain, "本町が保有する情報資産の機密性、完全性及び可用性を維持するため、") {
		t.Error("the first sentence is not on the page as it is in the text")
	}
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := visit(t, portal)
	if a := v.get("/healthz"); a.status != 200 {
		t.Errorf("/healthz: %d", a.status)
	}
	if a := v.get("/readyz"); a.status != 200 {
		t.Errorf("/readyz: %d", a.status)
	}
	portal.DB.Pool.Close()
	if a := v.get("/healthz"); a.status != 200 {
		t.Errorf("/healthz without a database: %d", a.status)
	}
	if a := v.get("/readyz"); a.status != 503 {
		t.Errorf("/readyz without a database: %d", a.status)
	}
}

// Each address names its action, and none is served that the table does not
// have.
func TestEveryRouteNamesItsAction(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	for _, route := range portal.Routes() {
		if route.Action == "" {
			t.Errorf("%s %s has no action", route.Method, route.Pattern)
		}
	}
}
