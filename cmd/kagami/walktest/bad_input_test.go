package walktest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

var hidden = regexp.MustCompile(`name="(number|sha256)" value="([^"]*)"`)

// pledge is the form at the end of a document's page.
func pledge(page string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// Bad input: each a page in Japanese that says what to do, the right status,
// nothing changed, no stack trace, and a log line with a request id.
func TestBadInputGetsAPageThatSaysWhatToDo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	nobody, staff := servertest.Visit(t, portal), servertest.SignIn(t, portal, town.Accounts[12])
	officer := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	changes := staff.Count("trail_entry")
	long := strings.Repeat("x", 1<<20)
	form := pledge(staff.Get("/policies/kihon").Body)
	for name, c := range map[string]struct {
		answer servertest.Answer
		Status int
		words  string
	}{
		"a wrong address":             {staff.Get("/nowhere"), 404, "アドレスが正しいか"},
		"a wrong address, signed out": {nobody.Get("/nowhere"), 404, "アドレスが正しいか"},
		"an old style sheet":          {nobody.Get("/static/0000/kagami.css"), 404, "アドレスが正しいか"},
		"a wrong method":              {staff.Post("/acknowledgements", nil), 405, "その操作を受け付けていません"},
		"no session":                  {nobody.Get("/policies/kihon"), 401, "サインインしてください"},
		"no session, a form":          {nobody.Post("/policies/kihon", form), 401, "操作は行われていません"},
		"no such document":            {staff.Get("/policies/nothing"), 404, "この文書は見つかりません"},
		"a page for another role":     {staff.Get("/policies/kihon/readers"), 403, "あなたの役割では行えません"},
		"a file for another role":     {staff.Get("/policies/kihon/readers.xlsx"), 403, "あなたの役割では行えません"},
		"another person's draft":      {staff.Get("/policies/kihon/draft"), 404, "この文書は見つかりません"},
		"another person's proof":      {staff.Get("/acknowledgements/kihon/1"), 404, "確認の記録は見つかりません"},
		"a proof of nonsense":         {staff.Get("/acknowledgements/kihon/x"), 404, "アドレスが正しいか"},
		"an import of nobody's":       {officer.Get("/imports/NOTHING"), 404, "取り込み中の文書は見つかりません"},
		"a proof of a huge number":    {staff.Get("/acknowledgements/kihon/99999999999"), 404, "確認の記録は見つかりません"},
		"a day that is none":          {staff.Get("/organization?on=2026-02-30"), 422, "2026-04-01 のように"},
		"no such section":             {staff.Get("/organization/nothing"), 404, "この課室は見つかりません"},
		"an address with a NUL":       {staff.Get("/policies/%00"), 422, "使えない文字"},
		"a sign-in with a NUL":        {nobody.Post("/login", url.Values{"login": {"\x00"}, "password": {"\x00"}}), 422, "使えない文字"},
		"a form without its fields":   {staff.Post("/policies/kihon", nil), 422, "文書を開き直して"},
		"a form with nonsense":        {staff.Post("/policies/kihon", url.Values{"number": {"1"}, "sha256": {"zz"}}), 422, "文書を開き直して"},
		"another text than shown":     {staff.Post("/policies/kihon", url.Values{"number": {"1"}, "sha256": {"00"}}), 409, "いまの版ではありません"},
		"a form of 1 MB":              {staff.Post("/policies/kihon", url.Values{"number": {long}}), 413, "大きすぎます"},
		"a sign-in of 1 MB":           {nobody.Post("/login", url.Values{"login": {long}}), 413, "大きすぎます"},
		"a sign-in without anything":  {nobody.Post("/login", nil), 422, "直すところが2件あります"},
		"a form that is none":         {staff.Ask("POST", "/policies/kihon", "application/x-www-form-urlencoded", strings.NewReader("%zz")), 422, "送られた入力を読めません"},
		"an upload of a PDF":          {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, []byte("%PDF-1.7")), 422, "PDF が壊れている"},
		"an upload of an old file":    {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, []byte("\xd0\xcf\x11\xe0\xa1\xb1")), 415, "「Word 文書（.docx）」か「書式なし（テキスト）」"},
		"an upload of half a .docx":   {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, []byte("PK\x03\x04....")), 422, "Word 文書が壊れている"},
		"a pasted PDF":                {officer.Upload(address.Imports, map[string]string{"kind": "basic", "source": "%PDF-1.7"}, nil), 415, "PDF は、ファイルとして選んで"},
		"an upload of a program":      {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, []byte("\x7fELF\x00\x01")), 415, "文字として読めないファイル"},
		"an upload over 10 MB":        {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, bytes.Repeat([]byte("a"), outline.MaxSize+1)), 413, "10 MB まで"},
		"an upload over any limit":    {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, bytes.Repeat([]byte("a"), 3*outline.MaxSize)), 413, "大きすぎます"},
		"an upload of nothing":        {officer.Upload(address.Imports, map[string]string{"kind": "basic"}, nil), 422, "ファイルを選ぶか"},
		"an upload of no kind":        {officer.Upload(address.Imports, map[string]string{"source": "第1条　見本"}, nil), 422, "文書の種類を選んで"},
		"an upload by a 職員":           {staff.Upload(address.Imports, map[string]string{"kind": "basic", "source": "第1条　見本"}, nil), 403, "あなたの役割では行えません"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.answer.Status != c.Status || !strings.Contains(c.answer.Body, c.words) {
				t.Errorf("got %d, want %d with %q: %s", c.answer.Status, c.Status, c.words, c.answer.Body)
			}
			if !strings.Contains(c.answer.Body, `<html lang="ja">`) || strings.Contains(c.answer.Body, "goroutine") {
				t.Error("it is not a page for people")
			}
		})
	}
	if n := staff.Count("trail_entry"); n != changes {
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
	v := servertest.SignIn(t, portal, account)
	v.Get("/policies/kihon?q=見本")
	v.Post("/policies/kihon", pledge(v.Get("/policies/kihon").Body))
	servertest.Visit(t, portal).Post("/login", url.Values{"login": {"somebody@town.example"}, "password": {"a secret word"}})
	v.Post("/login", url.Values{"login": {account.StaffNumber}, "password": {"another secret"}})
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
	signedIn := servertest.SignIn(t, portal, town.Holder("副町長"))
	if a := signedIn.Get("/policies/kijun"); a.Status != 200 || !strings.Contains(a.Body, "秘密の定め") {
		t.Fatalf("the CISO reads: %d", a.Status)
	}
	form := pledge(signedIn.Get("/policies/kijun").Body)
	number := regexp.MustCompile(`<span class="hash">[^<]*</span>`)
	same := func(a servertest.Answer) string {
		return strings.NewReplacer("kijun", "nothing", "shitagaki", "nothing").Replace(number.ReplaceAllString(a.Body, ""))
	}
	for _, post := range []string{"税務町民課 職員", "税務町民課長", "税務町民課 担当副課長", "総務課 ポータル管理担当"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		for _, page := range []string{"/", "/policies", "/acknowledgements"} {
			if a := v.Get(page); strings.Contains(a.Body, "見えない") || strings.Contains(a.Body, "kijun") || strings.Contains(a.Body, "shitagaki") {
				t.Errorf("%s sees it on %s", post, page)
			}
		}
		for _, page := range []string{"", "/readers", "/readers.csv", "/readers.xlsx", "/draft", "/draft/publish"} {
			missing := v.Get("/policies/nothing" + page)
			for _, code := range []string{"kijun", "shitagaki"} {
				hidden := v.Get("/policies/" + code + page)
				if hidden.Status == 200 || hidden.Status != missing.Status || same(hidden) != same(missing) {
					t.Errorf("%s can tell %s%s: %d, %d", post, code, page, hidden.Status, missing.Status)
				}
			}
		}
		if hidden, missing := v.Post("/policies/kijun", form), v.Post("/policies/nothing", form); hidden.Status != 404 || same(hidden) != same(missing) {
			t.Errorf("%s acknowledges it: %d", post, hidden.Status)
		}
	}
}

// What was typed comes back in the form, and nothing is lost.
func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	nobody := servertest.Visit(t, portal)
	a := nobody.Post("/login", url.Values{"login": {"m013"}, "password": {"mistyped"}, "next": {"/policies"}})
	if a.Status != 401 || !strings.Contains(a.Body, `value="m013"`) || strings.Contains(a.Body, "mistyped") || !strings.Contains(a.Body, `value="/policies"`) {
		t.Errorf("sign-in: %d %s", a.Status, a.Body)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	a = officer.Upload(address.Imports, map[string]string{"title": "見本の題名", "source": "第1条　貼り付けた本文"}, nil)
	if a.Status != 422 || !strings.Contains(a.Body, "見本の題名") || !strings.Contains(a.Body, "第1条　貼り付けた本文") {
		t.Errorf("import: %d %s", a.Status, a.Body)
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Accounts[12])
	form := pledge(v.Get("/policies/kihon").Body)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, portal.URL+"/policies/kihon", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := v.Client.Do(request)
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
	v := servertest.SignIn(t, portal, town.Holder("総務課長"))
	for _, path := range []string{"/", "/policies", "/policies/kihon", "/policies/kihon/readers", "/imports", "/acknowledgements", "/nowhere"} {
		a := v.Get(path)
		if csp := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %s", path, csp)
		}
		for _, what := range []string{"http://", "https://", " style=", "<script", "onclick"} {
			if strings.Contains(a.Body, what) {
				t.Errorf("%s holds %q", path, what)
			}
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %s", path, a.Header.Get("Cache-Control"))
		}
	}
}

// A right ends with its post: looked up at each request, not at sign-in.
func TestARightEndsWithItsPost(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := town.Holder("総務課長")
	v := servertest.SignIn(t, portal, officer)
	if a := v.Get("/policies/kihon/readers"); a.Status != 200 {
		t.Fatalf("before: %d", a.Status)
	}
	_, err := portal.DB.Pool.Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), '2026-11-25') WHERE person_id = $1`, officer.Person)
	if err != nil {
		t.Fatal(err)
	}
	if a := v.Get("/policies/kihon/readers"); a.Status != 200 {
		t.Errorf("on the last day: %d", a.Status)
	}
	for range 30 { // on to the next day, without being idle
		portal.Clock.Advance(20 * time.Minute)
		v.Get("/")
	}
	portal.Clock.Advance(5 * time.Hour)
	again := servertest.Visit(t, portal)
	if a := again.Post("/login", url.Values{"login": {officer.StaffNumber}, "password": {officer.Password}}); a.Status != 401 || !strings.Contains(a.Body, "発令されている職がない") {
		t.Errorf("on the day after: %d %s", a.Status, a.Body)
	}
}

// Any number of portals serve one database: what changes through one is seen by
// the other at the next request, though both keep what they have drawn.
func TestAChangeIsSeenAtTheNextRequestOnEveryPortal(t *testing.T) {
	t.Parallel()
	db := town.Database(t)
	one, two := town.StartOn(t, db), town.StartOn(t, db)
	reader := town.Accounts[12]
	here, there := servertest.SignIn(t, one, reader), servertest.SignIn(t, two, reader)
	if a := there.Get("/policies/kihon"); !strings.Contains(a.Body, "ここまで読んだら") {
		t.Fatalf("before: %d %s", a.Status, a.Body)
	}
	here.Post("/policies/kihon", pledge(here.Get("/policies/kihon").Body))
	for _, v := range []*servertest.Visitor{here, there} {
		if a := v.Get("/policies/kihon"); !strings.Contains(a.Body, "確認済みです") {
			t.Errorf("after the acknowledgement: %d %s", a.Status, a.Body)
		}
	}

	officer := town.Holder("総務課長")
	here, there = servertest.SignIn(t, one, officer), servertest.SignIn(t, two, officer)
	for _, v := range []*servertest.Visitor{here, there} {
		if a := v.Get("/policies/kihon/readers"); a.Status != 200 {
			t.Fatalf("before: %d", a.Status)
		}
	}
	if _, err := db.Pool.Exec(t.Context(), `DELETE FROM role_rule WHERE role IN ('general_security_officer', 'security_manager')`); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*servertest.Visitor{here, there} {
		if a := v.Get("/policies/kihon/readers"); a.Status != 403 {
			t.Errorf("after the role has gone: %d", a.Status)
		}
	}

	drafter, ciso := one.Actor(t, town.Holder("総務課 担当副課長")), town.Holder("副町長")
	if err := texts(one).Draft.StartDraft(t.Context(), drafter, "kihon", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(one), drafter, one.Actor(t, ciso), "kihon", ciso.StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	for _, v := range []*servertest.Visitor{here, there} {
		if a := v.Get("/policies/kihon"); !strings.Contains(a.Body, "第2版") {
			t.Errorf("after another revision: %d", a.Status)
		}
	}
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.Visit(t, portal)
	if a := v.Get("/healthz"); a.Status != 200 {
		t.Errorf("/healthz: %d", a.Status)
	}
	if a := v.Get("/readyz"); a.Status != 200 {
		t.Errorf("/readyz: %d", a.Status)
	}
	portal.DB.Pool.Close()
	if a := v.Get("/healthz"); a.Status != 200 {
		t.Errorf("/healthz without a database: %d", a.Status)
	}
	if a := v.Get("/readyz"); a.Status != 503 {
		t.Errorf("/readyz without a database: %d", a.Status)
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
