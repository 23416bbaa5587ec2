package publishing_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kagami/internal/attachment/clamd"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// meeting is a portal whose draft waits for the 本部会議, with the officer who records it.
type meeting struct {
	*servertest.Visitor
	sha256 string
}

func newMeeting(t *testing.T) meeting {
	t.Helper()
	return newMeetingAt(t, town.Start(t))
}

func newMeetingAt(t *testing.T, portal *servertest.Portal) meeting {
	t.Helper()
	v := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長"))
	v.Post("/policies/kihon/draft", url.Values{"from": {"1"}})
	officer := portal.Actor(t, town.Holder("総務課 担当副課長"))
	d, err := texts(portal).Draft.Draft(t.Context(), officer, "kihon")
	if err != nil {
		t.Fatal(err)
	}
	err = texts(portal).Draft.Submit(t.Context(), officer, "kihon", draft.Submission{Scale: draft.Major, Why: policy.AfterLaw, WhyText: "見本", SHA256: d.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	return meeting{v, hex.EncodeToString(d.SHA256)}
}

// send sends the form as browsers do, with the button after the file; more are fields
// beside those that are always there. No file is chosen where it has no name.
func (m meeting) send(name string, file io.Reader, more url.Values) servertest.Answer {
	m.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := url.Values{
		"sha256": {m.sha256}, "decided_on": {calendar.Day(servertest.Morning).Format("2006-01-02")}, "result": {"adopted"},
		"chair": {town.Holder("町長").StaffNumber}, "attendees": {town.Holder("町長").StaffNumber}, "others": {town.Holder("副町長").StaffNumber}, "act": {"record"},
	}
	maps.Copy(fields, more)
	for field, values := range fields {
		if field != "act" {
			check(m.T, w.WriteField(field, values[0]))
		}
	}
	part, err := w.CreateFormFile("file", name)
	check(m.T, err)
	_, err = io.Copy(part, file)
	check(m.T, err)
	check(m.T, w.WriteField("act", fields.Get("act")))
	check(m.T, w.Close())
	return m.Ask(http.MethodPost, "/policies/kihon/draft/decision", w.FormDataContentType(), &b)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const minutesPath = "/policies/kihon/revisions/2/minutes"

// part asks for a part of the minutes.
func (m meeting) part(header, value string) servertest.Answer {
	m.T.Helper()
	request, err := http.NewRequestWithContext(m.T.Context(), http.MethodGet, m.Portal.URL+minutesPath, nil)
	check(m.T, err)
	request.Header.Set(header, value)
	response, err := m.Client.Do(request)
	check(m.T, err)
	defer response.Body.Close() //nolint:errcheck // it was read only
	body, err := io.ReadAll(response.Body)
	check(m.T, err)
	return servertest.Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
}

// Minutes that are attached to a decision are handed out to those who work on
// drafts, to be saved or seen, whole or in part.
func TestMinutesAreAttachedAndHandedOut(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	pdf := "%PDF-1.7 the minutes" + strings.Repeat(" and more", 50_000)
	if a := m.send("../議事録 '最終'.pdf", strings.NewReader(pdf), nil); a.Status != 200 || !strings.Contains(a.Body, "議事録のファイルを見る（議事録 &#39;最終&#39;.pdf）") {
		t.Fatalf("recording: %d %s", a.Status, a.Body)
	}
	a := m.Get(minutesPath)
	if a.Status != 200 || a.Body != pdf {
		t.Errorf("the minutes: %d, %d bytes", a.Status, len(a.Body))
	}
	for header, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes", "Content-Length": strconv.Itoa(len(pdf)), "Content-Encoding": "",
		"Content-Disposition": "attachment; filename*=UTF-8''%E8%AD%B0%E4%BA%8B%E9%8C%B2%20%27%E6%9C%80%E7%B5%82%27.pdf",
	} {
		if got := a.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	if csp := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || !strings.Contains(csp, "sandbox") {
		t.Errorf("what it may do: %s", csp)
	}
	if a := m.Get(minutesPath + "?show=1"); !strings.HasPrefix(a.Header.Get("Content-Disposition"), "inline; ") || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("shown: %v", a.Header)
	}
	if a := m.part("Range", "bytes=200000-200009"); a.Status != http.StatusPartialContent || a.Body != pdf[200_000:200_010] {
		t.Errorf("a part: %d %s", a.Status, a.Body)
	}
	if a := m.part("Range", "bytes=9000000-"); a.Status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("a part beyond the end: %d", a.Status)
	}
	if a := m.part("If-None-Match", a.Header.Get("ETag")); a.Status != http.StatusNotModified {
		t.Errorf("the same again: %d", a.Status)
	}
	if a := servertest.SignIn(t, m.Portal, town.Accounts[12]).Get(minutesPath); a.Status != 404 || strings.Contains(a.Body, "minutes") {
		t.Errorf("for a 職員: %d", a.Status)
	}
}

// Once it is published the history and the revision's page lead to the minutes, for
// those who may have them.
func TestThePublishedRevisionLeadsToItsMinutes(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	if a := m.send("議事録.pdf", strings.NewReader("%PDF-1.7 the minutes"), nil); a.Status != 200 {
		t.Fatalf("recording: %d %s", a.Status, a.Body)
	}
	ciso := servertest.SignIn(t, m.Portal, town.Holder("副町長"))
	a := ciso.Post("/policies/kihon/draft/publish", url.Values{
		"act": {"publish"}, "effective_on": {"2026-12-01"}, "anew": {"anew"}, "asked": {"all"}, "due_on": {"2026-12-15"}, "sha256": {m.sha256},
	})
	if !strings.Contains(a.Body, "公開しました") {
		t.Fatalf("publishing: %d %s", a.Status, a.Body)
	}
	for _, page := range []string{"/policies/kihon/revisions", "/policies/kihon/revisions/2"} {
		a := m.Get(page)
		for _, want := range []string{`href="` + minutesPath + `?show=1"`, `href="` + minutesPath + `"`, "議事録のファイルを見る（議事録.pdf）", "議事録のファイルを保存する（議事録.pdf"} {
			if !strings.Contains(a.Body, want) {
				t.Errorf("%s lacks %s", page, want)
			}
		}
		if a := servertest.SignIn(t, m.Portal, town.Accounts[12]).Get(page); a.Status != 200 || strings.Contains(a.Body, minutesPath) {
			t.Errorf("%s for a 職員: %d", page, a.Status)
		}
	}
}

// A file that can't be attached is refused at its field; what was typed comes back,
// with what stands behind the file in the form, and nothing of the file stays.
func TestMinutesThatCantBeAttached(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	decisions := m.Count("headquarters_decision")
	for name, c := range map[string]struct {
		called string
		body   io.Reader
		status int
		words  string
	}{
		"a PDF called .docx": {"議事録.docx", strings.NewReader("%PDF-1.7"), 415, "中身が、名前と違います"},
		"HTML":               {"議事録.pdf", strings.NewReader("<html>%PDF-1.7"), 415, "この種類のファイルは付けられません"},
		"nothing in it":      {"議事録.pdf", strings.NewReader(""), 422, "ファイルが空です"},
		"more than 20 MB":    {"議事録.pdf", io.MultiReader(strings.NewReader("%PDF-1.7"), bytes.NewReader(make([]byte, 21<<20))), 413, "20 MBまで"},
		"half a picture":     {"写真.png", strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), 422, "写真が壊れている"},
	} {
		a := m.send(c.called, c.body, nil)
		if a.Status != c.status || !strings.Contains(a.Body, c.words) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if !strings.Contains(a.Body, `value="`+town.Holder("副町長").StaffNumber+`"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
		if n := m.Count("attachment"); n != 0 {
			t.Errorf("%s leaves %d files", name, n)
		}
	}
	if n := m.Count("headquarters_decision"); n != decisions {
		t.Errorf("%d decisions were recorded", n-decisions)
	}
}

// A file that came with a form that was refused need not be sent again.
func TestAFormWithAMistakeDoesNotLoseItsFile(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	a := m.send("議事録.pdf", strings.NewReader("%PDF-1.7 the minutes"), url.Values{"result": {""}})
	sent := servertest.Hidden(a.Body).Get("sent")
	if a.Status != 422 || sent == "" || !strings.Contains(a.Body, "「議事録.pdf」を受け取っています") {
		t.Fatalf("with a mistake: %d %s", a.Status, a.Body)
	}
	a = m.send("", strings.NewReader(""), url.Values{"sent": {sent}, "act": {"people"}})
	if a.Status != 200 || servertest.Hidden(a.Body).Get("sent") != sent {
		t.Fatalf("asking for the people of another day: %d %s", a.Status, a.Body)
	}
	other := meeting{servertest.SignIn(t, m.Portal, town.Holder("総務課長")), m.sha256}
	if a := other.send("", strings.NewReader(""), url.Values{"sent": {sent}}); a.Status != 404 || !strings.Contains(a.Body, "見つかりません") {
		t.Errorf("another's file: %d %s", a.Status, a.Body)
	}
	if a := m.send("", strings.NewReader(""), url.Values{"sent": {sent}}); a.Status != 200 || !strings.Contains(a.Body, "議事録のファイルを見る（議事録.pdf）") {
		t.Fatalf("sent before: %d %s", a.Status, a.Body)
	}
	if a := m.Get(minutesPath); a.Body != "%PDF-1.7 the minutes" {
		t.Errorf("the minutes: %d %s", a.Status, a.Body)
	}
}

// Where the town's scanner does not answer, nothing is attached: the form says so, and
// the operator's log too. Without a file all goes on.
func TestNothingIsAttachedWhileTheScannerIsDown(t *testing.T) {
	t.Parallel()
	scanner, err := clamd.New(&url.URL{Scheme: "unix", Path: filepath.Join(t.TempDir(), "nobody")})
	check(t, err)
	m := newMeetingAt(t, town.StartWith(t, town.Database(t), func(s *server.Settings) { s.Scanner = scanner }))
	a := m.send("議事録.pdf", strings.NewReader("%PDF-1.7 the minutes"), nil)
	if a.Status != 503 || !strings.Contains(a.Body, "ファイルを検査できません") || !strings.Contains(a.Body, `value="`+town.Holder("副町長").StaffNumber+`"`) {
		t.Errorf("with a file: %d %s", a.Status, a.Body)
	}
	if n := m.Count("attachment"); n != 0 {
		t.Errorf("%d files are there", n)
	}
	if !slices.ContainsFunc(m.Portal.Log.Lines(), func(line string) bool { return strings.Contains(line, `"ERROR"`) && strings.Contains(line, "clamd") }) {
		t.Error("the log says nothing of it")
	}
	if a := m.send("", strings.NewReader(""), url.Values{"minutes": {"原案のとおり決定"}}); a.Status != 200 || !strings.Contains(a.Body, "原案のとおり決定") {
		t.Errorf("without a file: %d %s", a.Status, a.Body)
	}
}

// What can't be taken back is asked once more, on a page that says what it will do and
// who was there; what was typed comes along, the file too, and back again.
func TestADecisionIsLookedAtBeforeItIsRecorded(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	decisions := m.Count("headquarters_decision")
	mayor, deputy := town.Holder("町長"), town.Holder("副町長")
	a := m.send("議事録.pdf", strings.NewReader("%PDF-1.7 the minutes"), url.Values{"act": {"check"}, "minutes": {"原案のとおり決定"}})
	for _, want := range []string{
		"記録すると、取り消せません", "第2版の下書きが、令和8年11月24日の本部会議で決定されたと記録されます", "この記録だけでは公開されず",
		"出席者（2人）</dt><dd>" + mayor.Name + "、" + deputy.Name, "原案のとおり決定", "議事録.pdf",
	} {
		if a.Status != 200 || !strings.Contains(a.Body, want) {
			t.Errorf("%d, the page lacks %s: %s", a.Status, want, a.Body)
		}
	}
	if n := m.Count("headquarters_decision"); n != decisions {
		t.Errorf("looking records %d decisions", n-decisions)
	}
	kept := servertest.Hidden(a.Body)
	kept.Set("act", "edit")
	a = m.send("", strings.NewReader(""), kept)
	if a.Status != 200 || !strings.Contains(a.Body, "原案のとおり決定</textarea>") || !strings.Contains(a.Body, `name="others" type="text" value="`+deputy.StaffNumber) || servertest.Hidden(a.Body).Get("sent") != kept.Get("sent") {
		t.Errorf("back at the form: %d %s", a.Status, a.Body)
	}
	kept.Set("act", "record")
	if a := m.send("", strings.NewReader(""), kept); a.Status != 200 || !strings.Contains(a.Body, "本部会議の記録を残しました") || !strings.Contains(a.Body, "議事録.pdf") {
		t.Errorf("recording: %d %s", a.Status, a.Body)
	}
	if a := m.send("", strings.NewReader(""), url.Values{"act": {"check"}, "minutes": {"二度目"}}); a.Status != http.StatusConflict || !strings.Contains(a.Body, "この操作は行えません") {
		t.Errorf("a second time: %d %s", a.Status, a.Body)
	}
}

// Who is in the chair was there: a form that says otherwise is refused before it is
// asked once more, and says what to do.
func TestTheChairIsAmongThoseWhoWereThere(t *testing.T) {
	t.Parallel()
	m := newMeeting(t)
	for _, act := range []string{"check", "record"} {
		a := m.send("", strings.NewReader(""), url.Values{"act": {act}, "attendees": {town.Holder("副町長").StaffNumber}, "minutes": {"原案のとおり決定"}})
		if a.Status != 422 || !strings.Contains(a.Body, "議長に選んだ人が、出席者に入っていません") || strings.Contains(a.Body, "取り消せません") || !strings.Contains(a.Body, "原案のとおり決定</textarea>") {
			t.Errorf("%s: %d %s", act, a.Status, a.Body)
		}
	}
}
