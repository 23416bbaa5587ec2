package publishing_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
	"kagami/web/server/servertest"
)

// A revision that the CISO has published by a 通知 is a revision like any other:
// it is set beside the one before, found, and public.
func TestAMinorRevisionIsComparedFoundAndPublic(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ctx, officer, ciso := t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), portal.Actor(t, town.Holder("副町長"))
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(texts(portal).Draft.StartDraft(ctx, officer, "kihon", 1))
	d, err := texts(portal).Draft.Draft(ctx, officer, "kihon")
	do(err)
	do(texts(portal).Draft.Edit(ctx, officer, "kihon", strings.Replace(d.Text, "完全性及び可用性を維持するため", "完全性及び可用性を確保するため", 1), d.SHA256))
	d, err = texts(portal).Draft.Draft(ctx, officer, "kihon")
	do(err)
	do(texts(portal).Draft.Submit(ctx, officer, "kihon", draft.Submission{Scale: draft.Minor, Why: policy.AfterOther, WhyText: "見本", SHA256: d.SHA256}))

	signedIn := servertest.SignIn(t, portal, town.Holder("副町長"))
	if a := signedIn.Get("/policies/kihon/draft/notice"); !strings.Contains(a.Body, "新旧対照表") || !strings.Contains(a.Body, "確保") {
		t.Errorf("the CISO does not see what changes: %d %s", a.Status, a.Body)
	}
	do(texts(portal).Publish.PublishMinor(ctx, ciso, "kihon", publish.CISONotice{
		Publication: publish.Publication{EffectiveOn: calendar.Day(portal.Clock.Now()), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(portal.Clock.Now()))},
		Addressees:  "各課室長", Body: "簡易な見直しを通知する。", Answer: "語句の修正だけである。",
	}))
	for path, words := range map[string]string{
		"/policies/kihon/comparison":             "確保",
		"/search?q=" + url.QueryEscape("可用性を確保"): "<mark>可用性を確保</mark>",
		"/public":                   "を確保するため",
		"/policies/kihon/revisions": "第2版",
		"/policies/kihon/comparison.xlsx?from=1&to=2": "xl/",
		"/policies/kihon/revisions/1":                 "を維持するため",
	} {
		if a := signedIn.Get(path); a.Status != 200 || !strings.Contains(a.Body, words) || strings.Contains(a.Body, "1年1月1日") {
			t.Errorf("%s: %d without %s", path, a.Status, words)
		}
	}
}
