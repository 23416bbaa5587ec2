package publishing_test

import (
	"bytes"
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/server/servertest"
)

// Minutes that are attached to a decision are handed out to those who work on
// drafts, as a file to save; a file that is not what its name says is refused,
// and what was typed comes back.
func TestMinutesAreAttachedAndHandedOut(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
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
	record := func(name, content string) servertest.Answer {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for field, value := range map[string]string{
			"sha256": hex.EncodeToString(d.SHA256), "decided_on": calendar.Day(servertest.Morning).Format("2006-01-02"), "result": "adopted",
			"chair": town.Holder("町長").StaffNumber, "others": town.Holder("副町長").StaffNumber, "act": "record",
		} {
			if err := w.WriteField(field, value); err != nil {
				t.Fatal(err)
			}
		}
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return v.Ask(http.MethodPost, "/policies/kihon/draft/decision", w.FormDataContentType(), &b)
	}
	if a := record("議事録.docx", "%PDF-1.7"); a.Status != 415 || !strings.Contains(a.Body, "中身が、名前と違います") || !strings.Contains(a.Body, `value="`+town.Holder("副町長").StaffNumber+`"`) {
		t.Errorf("a PDF called .docx: %d %s", a.Status, a.Body)
	}
	if a := record("議事録.pdf", "%PDF-1.7 the minutes"); a.Status != 200 || !strings.Contains(a.Body, "議事録を開く（議事録.pdf）") {
		t.Fatalf("recording: %d %s", a.Status, a.Body)
	}
	a := v.Get("/policies/kihon/revisions/2/minutes")
	if a.Status != 200 || a.Body != "%PDF-1.7 the minutes" || a.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the minutes: %d %v", a.Status, a.Header)
	}
	if a := servertest.SignIn(t, portal, town.Accounts[12]).Get("/policies/kihon/revisions/2/minutes"); a.Status != 404 || strings.Contains(a.Body, "minutes") {
		t.Errorf("for a 職員: %d", a.Status)
	}
}
