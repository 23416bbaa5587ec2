package walktest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

// handIn hands a minor draft of the 基本方針 in, which the CISO is told of.
func handIn(t *testing.T, portal *servertest.Portal) {
	t.Helper()
	officer := portal.Actor(t, town.Holder("総務課 担当副課長"))
	if err := texts(portal).Draft.StartDraft(t.Context(), officer, "kihon", 1); err != nil {
		t.Fatal(err)
	}
	d, err := texts(portal).Draft.Draft(t.Context(), officer, "kihon")
	if err != nil {
		t.Fatal(err)
	}
	err = texts(portal).Draft.Submit(t.Context(), officer, "kihon", draft.Submission{Scale: draft.Minor, Why: policy.AfterAudit, WhyText: "見本", SHA256: d.SHA256})
	if err != nil {
		t.Fatal(err)
	}
}

var numbered = regexp.MustCompile(`name="notice" value="(\d+)"`)

// newestNotice is the number of the first notice on a page.
func newestNotice(t *testing.T, body string) string {
	t.Helper()
	found := numbered.FindStringSubmatch(body)
	if found == nil {
		t.Fatal("no notice on the page")
	}
	return found[1]
}

func TestWhoeverIsToldOfSomethingFindsItOnHomeAndOpensIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Holder("副町長"))
	v.Post("/notices", url.Values{"act": {"all"}, "notice": {"1000000"}}) // of the sample town's beginning
	if a := v.Get("/"); !strings.Contains(a.Body, "まだ読んでいないお知らせはありません") {
		t.Error("home tells of something before anything has happened")
	}
	handIn(t, portal)
	const title = "（第2版）の簡易な見直しが提出されました"
	home := v.Get("/")
	if !strings.Contains(home.Body, title) || !strings.Contains(home.Body, "未読1件") {
		t.Error("home does not tell of it")
	}
	a := v.Post("/notices", url.Values{"act": {"open"}, "notice": {newestNotice(t, home.Body)}})
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "<h1>") || !strings.Contains(a.Body, "下書き") {
		t.Errorf("opening it: %d", a.Status)
	}
	if a := v.Get("/"); strings.Contains(a.Body, title) || !strings.Contains(a.Body, "まだ読んでいないお知らせはありません") {
		t.Error("home still tells of what was opened")
	}
	if a := v.Get("/notices"); !strings.Contains(a.Body, title) || strings.Contains(a.Body, "未読") || strings.Contains(a.Body, "すべて既読にする") {
		t.Error("the list does not keep it as seen")
	}
}

func TestAllNoticesAreMarkedAsSeenAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	handIn(t, portal)
	v := servertest.SignIn(t, portal, town.Holder("副町長"))
	list := v.Get("/notices")
	if !strings.Contains(list.Body, ">未読<") {
		t.Fatal("nothing is unseen")
	}
	a := v.Post("/notices", url.Values{"act": {"all"}, "notice": {newestNotice(t, list.Body)}})
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "すべて既読にしました") || strings.Contains(a.Body, ">未読<") {
		t.Errorf("after marking all: %d", a.Status)
	}
	entries := 0
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE subject_kind = 'notice'`).Scan(&entries); err != nil || entries != 0 {
		t.Errorf("the trail tells of it %d times: %v", entries, err)
	}
}

func TestANoticeThatIsNotTheirsIsNotThere(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	handIn(t, portal)
	number := newestNotice(t, servertest.SignIn(t, portal, town.Holder("副町長")).Get("/notices").Body)
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課 職員"))
	if a := other.Get("/notices"); a.Status != http.StatusOK || !strings.Contains(a.Body, "お知らせはまだありません") {
		t.Errorf("somebody else's list: %d", a.Status)
	}
	for _, c := range []struct {
		form   url.Values
		Status int
	}{
		{url.Values{"act": {"open"}, "notice": {number}}, http.StatusNotFound},
		{url.Values{"act": {"open"}, "notice": {"999999"}}, http.StatusNotFound},
		{url.Values{"act": {"open"}, "notice": {"x"}}, http.StatusUnprocessableEntity},
		{url.Values{"act": {"burn"}, "notice": {number}}, http.StatusUnprocessableEntity},
		{nil, http.StatusUnprocessableEntity},
	} {
		if a := other.Post("/notices", c.form); a.Status != c.Status {
			t.Errorf("%v answers %d", c.form, a.Status)
		}
	}
	for _, page := range []string{"/notices?before=x", "/notices?before=-1", "/notices?before=99999999999999999999"} {
		if a := other.Get(page); a.Status != http.StatusOK {
			t.Errorf("%s answers %d", page, a.Status)
		}
	}
}

func TestManyNoticesStandOnPages(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	who := town.Holder("税務町民課 職員")
	_, err := portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO notice (person_id, given_at, topic, topic_id, title, text, address)
		SELECT $1::bigint, $2::timestamptz, 'document', (SELECT id FROM document WHERE code = 'kihon'), '見本' || i || '番', '', '/policies/kihon' FROM generate_series(1, 60) i`,
		who.Person, servertest.Morning)
	if err != nil {
		t.Fatal(err)
	}
	v := servertest.SignIn(t, portal, who)
	first := v.Get("/notices")
	next := regexp.MustCompile(`/notices\?before=\d+`).FindString(first.Body)
	if next == "" || !strings.Contains(first.Body, "見本60番") || strings.Contains(first.Body, "見本10番") {
		t.Fatal("the first page is not the newest fifty")
	}
	second := v.Get(next)
	if !strings.Contains(second.Body, "見本10番") || !strings.Contains(second.Body, "見本1番") || strings.Contains(second.Body, "すべて既読にする") {
		t.Error("the second page is not the rest")
	}
	if a := v.Get("/"); strings.Count(a.Body, ">開く<") != 5 || !strings.Contains(a.Body, "未読60件") {
		t.Error("home does not show the latest five of them")
	}
}

// Whoever leaves a document's audience finds no trace of it in what they were
// told.
func TestWhoLeavesTheAudienceFindsNoNoticeOfTheDocument(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso, officer := portal.Actor(t, town.Holder("副町長")), portal.Actor(t, town.Holder("総務課 担当副課長"))
	_, err := texts(portal).Draft.DraftText(t.Context(), officer, draft.Text{
		Kind: policy.Procedure, Audience: policy.Audience{Sections: []string{"zeimu"}}, Title: "課だけの手順", Code: "kadake", Source: "第1条　秘密の定め\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(portal), officer, ciso, "kadake", town.Holder("副町長").StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	who := town.Holder("税務町民課 職員")
	_, err = portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO notice (person_id, given_at, topic, topic_id, title, text, address)
		SELECT $1::bigint, $2::timestamptz, 'document', id, title || 'が変わりました', '', '/policies/kadake' FROM document WHERE code = 'kadake'`, who.Person, servertest.Morning)
	if err != nil {
		t.Fatal(err)
	}
	v := servertest.SignIn(t, portal, who)
	number := newestNotice(t, v.Get("/notices").Body)
	for _, page := range []string{"/", "/notices"} {
		if a := v.Get(page); !strings.Contains(a.Body, "課だけの手順が変わりました") {
			t.Errorf("%s does not tell them", page)
		}
	}
	portal.Transfer(t, who, "fukushi")
	for _, page := range []string{"/", "/notices"} {
		if a := v.Get(page); strings.Contains(a.Body, "課だけの手順") || strings.Contains(a.Body, "未読") {
			t.Errorf("%s still tells them", page)
		}
	}
	hidden, missing := v.Post("/notices", url.Values{"act": {"open"}, "notice": {number}}), v.Post("/notices", url.Values{"act": {"open"}, "notice": {"999999"}})
	if hidden.Status != http.StatusNotFound || missing.Status != http.StatusNotFound {
		t.Errorf("opening it answers %d, one that is not there %d", hidden.Status, missing.Status)
	}
}
