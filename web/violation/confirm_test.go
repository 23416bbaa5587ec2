package violation_test

import (
	"net/http"
	"net/url"
	"os"
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
	reporting := screens.Part()
	list.Sample, reporting.Sample = nil, nil
	return []screen.Part{list, reporting, {Jobs: g.Attachments.RegisterJobs}}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func sit(t *testing.T, portal *servertest.Portal, post string) *servertest.Visitor {
	t.Helper()
	return servertest.SignIn(t, portal, town.Holder(post))
}

// found is a form by which somebody confirms what somebody has done.
func found(person string) map[string]string {
	return map[string]string{"person": person, "kind": "executive", "clauses": "対策基準 5(2)", "facts": "名簿を持ち帰っていた。", "since_on": "2026-11-20"}
}

func says(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%s: the page lacks %q: %d", what, want, a.Status)
		}
	}
}

func hides(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, not := range words {
		if strings.Contains(a.Body, not) {
			t.Errorf("%s: the page says %q", what, not)
		}
	}
}

// cases is how many there are.
func cases(t *testing.T, portal *servertest.Portal) (n int) {
	t.Helper()
	if err := portal.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_case`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// again sends a form once more, with what the page before carries.
func again(who *servertest.Visitor, page string, form map[string]string, before servertest.Answer) servertest.Answer {
	for field, value := range servertest.Hidden(before.Body) {
		form[field] = value[0]
	}
	return who.Send(page, form, "", nil)
}

// Whom it is about and who will be told stand there by name before anything is recorded.
func TestAViolationIsConfirmedOfWhomTheFormHasShown(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	general, clerk, other := sit(t, portal, "総務課長"), town.Holder("福祉こども課 職員"), town.Holder("税務町民課 職員")
	form := found(clerk.StaffNumber)
	shown := general.Send("/violations/new", form, "shiryo.pdf", []byte("%PDF-1.4\n"))
	says(t, "before it is recorded", shown, "この人についてでよいか、確かめてください", clerk.Name+"（"+clerk.StaffNumber, "福祉こども課）", "町長部局の職員", town.Holder("福祉こども課長").Name+"さん", "条項による通知", "名簿を持ち帰っていた。")
	if n := cases(t, portal); n != 0 {
		t.Fatalf("%d cases are recorded before it was confirmed", n)
	}
	changed := found(other.StaffNumber)
	says(t, "another person", again(general, "/violations/new", changed, shown), "この人についてでよいか、確かめてください", other.Name+"（"+other.StaffNumber)
	if n := cases(t, portal); n != 0 {
		t.Fatalf("%d cases are recorded of somebody who was not shown", n)
	}
	done := again(general, "/violations/new", form, shown)
	says(t, "confirmed", done, "違反を確認しました", clerk.Name)
	var papers int
	if err := portal.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_paper`).Scan(&papers); err != nil || papers != 1 {
		t.Errorf("%d papers hang on the case: %v", papers, err)
	}
}

func TestAPersonIsFoundByTheirName(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	head, clerk := sit(t, portal, "福祉こども課長"), town.Holder("福祉こども課 職員")
	says(t, "by the name", head.Send("/violations/own", found(strings.ReplaceAll(clerk.Name, " ", "　")), "", nil), clerk.Name+"（"+clerk.StaffNumber)
	says(t, "by part of it", head.Send("/violations/own", found("見本"), "", nil), "この職員番号か氏名の人は、見つかりません。", "名簿を持ち帰っていた。")
}

// What was typed comes back also where it is about somebody whom the viewer does not confirm.
func TestWhomTheViewerDoesNotConfirmIsSaidAtTheField(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	head := sit(t, portal, "福祉こども課長")
	for _, page := range []string{"/violations/own", "/violations/talk"} {
		for _, whom := range []string{town.Holder("税務町民課 職員").StaffNumber, town.Holder("福祉こども課長").StaffNumber} {
			form := found(whom)
			form["text"], form["method"], form["seen"] = "話した。", "席で確かめた。", "捨てた。"
			a := head.Send(page, form, "", nil)
			if a.Status != http.StatusForbidden {
				t.Errorf("%s of %s: %d", page, whom, a.Status)
			}
			says(t, page+" of "+whom, a, `href="#person"`, "ほかの課室の職員のことは、「違反の疑いを報告する」から報告してください。", "名簿を持ち帰っていた。")
		}
	}
}

// All three steps of a talk are told: the 統括, and the person.
func TestATalkShowsThatThePersonIsTold(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	head, clerk := sit(t, portal, "福祉こども課長"), town.Holder("福祉こども課 職員")
	form := found(clerk.StaffNumber)
	says(t, "without the talk", head.Send("/violations/talk", form, "", nil), "「指導したこと」を、4000字までで入力してください。", "「確かめたこと」を、4000字までで入力してください。")
	form["text"], form["method"], form["seen"] = "話した。", "席で確かめた。", "捨てた。"
	shown := head.Send("/violations/talk", form, "", nil)
	says(t, "before", shown, town.Holder("総務課長").Name+"さん（統括情報セキュリティ責任者）", clerk.Name+"さん（対象職員）")
	hides(t, "before", shown, town.Holder("福祉こども課長").Name+"さん（課長")
	says(t, "recorded", again(head, "/violations/talk", form, shown), "その場での指導と改善を記録しました")
}

// Of somebody of 総務課 the CISO guides: the 総務課長 is not led to a talk that would refuse them.
func TestTheGeneralIsNotOfferedATalk(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	says(t, "課長", sit(t, portal, "福祉こども課長").Get("/violations"), "/violations/talk", "/violations/own")
	hides(t, "総務課長", sit(t, portal, "総務課長").Get("/violations"), "/violations/talk", "/violations/own")
}

func (d reported) step(event string, more ...string) servertest.Answer {
	form := servertest.Hidden(d.general.Get("/violations/" + d.code + "/" + event).Body)
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return d.general.Post("/violations/"+d.code+"/"+event, form)
}

// reported is a case that was only reported.
type reported struct {
	general *servertest.Visitor
	code    string
}

func reportOf(t *testing.T, portal *servertest.Portal, whom string) reported {
	t.Helper()
	clerk := sit(t, portal, "福祉こども課 職員")
	form := map[string]string{"receiver": "general", "what": "名簿を持ち帰っていた", "happened": "先週", "place": "事務室", "whom": whom, "act": "send"}
	before := clerk.Get("/violations/report")
	if a := again(clerk, "/violations/report", form, before); a.Status != http.StatusOK || !strings.Contains(a.Body, "報告しました") {
		t.Fatalf("reporting: %d %s", a.Status, a.Body)
	}
	d := reported{general: sit(t, portal, "総務課長")}
	if err := portal.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&d.code); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatTheReporterIsToldStandsBeforeTheStep(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	d := reportOf(t, portal, "")
	page := d.general.Get("/violations/" + d.code + "/dismiss")
	says(t, "dismissing", page, "報告した人（「調査しない」と知らせます）")
	hides(t, "dismissing", page, "だれにも知らせません")
	says(t, "not answered", d.general.Get("/violations/"+d.code), "報告を調査するかどうかを決める", "調査すると答える")
	says(t, "answered", d.step("investigate"), "報告した人に、「調査する」と知らせました。", "調べて、違反を確認するか、調査しないかを決める")
	hides(t, "answered", d.general.Get("/violations/"+d.code), "調査すると答える")
	says(t, "confirming", d.general.Get("/violations/"+d.code+"/confirm"), "名簿を持ち帰っていた")
}

// Who is to take no part is shown by name first: it can't be taken back.
func TestWhoIsNamedSupervisorIsShownFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	general, chief := sit(t, portal, "総務課長"), town.Holder("福祉こども課長")
	form := found(town.Holder("福祉こども課 職員").StaffNumber)
	again(general, "/violations/new", form, general.Send("/violations/new", form, "", nil))
	var code string
	if err := portal.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	path := "/violations/" + code + "/supervise"
	said := servertest.Hidden(general.Get(path).Body)
	said.Set("number", chief.Name)
	said.Set("text", "係を監督していた。")
	shown := general.Post(path, said)
	says(t, "before", shown, chief.Name+"さん（"+chief.StaffNumber+"）でよいか、確かめてください", "係を監督していた。")
	if said.Get("shown") != "" || general.Count("violation_recused") != 1 { // the person alone
		t.Fatal("somebody is named before they were shown")
	}
	said.Set("shown", servertest.Hidden(shown.Body).Get("shown"))
	says(t, "named", general.Post(path, said), "監督責任者を記録しました")
	// what was decided is not offered once more
	refer := "/violations/" + code + "/refer"
	said = servertest.Hidden(general.Get(refer).Body)
	said.Set("text", "重大である。")
	says(t, "referring", general.Post(refer, said), "懲戒審査に付する判断を記録しました")
	hides(t, "the case", general.Get("/violations/"+code), `href="`+refer+`"`)
	says(t, "the case", general.Get("/violations/"+code), refer+"_not")
	if a := general.Post(refer, url.Values{"version": {"4"}, "text": {"もう一度"}}); a.Status != http.StatusConflict {
		t.Errorf("deciding the same once more: %d", a.Status)
	}
}

// Nothing can be handed over in a talk of what the person was not told of yet.
func TestATalkIsRecordedOfWhatThePersonWasTold(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	head := sit(t, portal, "福祉こども課長")
	form := found(town.Holder("福祉こども課 職員").StaffNumber)
	again(head, "/violations/own", form, head.Send("/violations/own", form, "", nil))
	var code string
	if err := portal.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	page := "/violations/" + code
	hides(t, "before the guidance", head.Get(page), page+"/hand")
	said := map[string]string{"text": "名簿を削除する。", "until_on": portal.Now().AddDate(0, 0, 7).Format("2006-01-02"), "method": "画面で確かめる。"}
	says(t, "guided", again(head, page+"/guide", said, head.Get(page+"/guide")), "指導を記録しました")
	shown := head.Get(page)
	says(t, "after it", shown, page+"/hand", "もう一度指導する")
	if strings.Index(shown.Body, page+"/improve") > strings.Index(shown.Body, page+"/guide") {
		t.Error("to guide once more stands before whether they have improved")
	}
}

// Its person is not told to answer where no answer is taken any more.
func TestWhoCanNotAnswerIsNotToldTo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	head, clerk := sit(t, portal, "福祉こども課長"), sit(t, portal, "福祉こども課 職員")
	form := found(town.Holder("福祉こども課 職員").StaffNumber)
	again(head, "/violations/own", form, head.Send("/violations/own", form, "", nil))
	var code string
	if err := portal.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	page := "/violations/" + code
	guide := map[string]string{"text": "名簿を削除する。", "until_on": portal.Now().AddDate(0, 0, 7).Format("2006-01-02"), "method": "画面で確かめる。", "at_once": "1"}
	again(head, page+"/guide", guide, head.Get(page+"/guide"))
	says(t, "guided", clerk.Get(page), "弁明できます", "弁明を出す")
	hides(t, "guided", clerk.Get(page), page+"/waive") // nothing waits for an answer yet
	again(head, page+"/improve", map[string]string{"text": "削除していた。", "at_once": "1"}, head.Get(page+"/improve"))
	hides(t, "improved", clerk.Get(page), "弁明できます", "弁明を出す")
	says(t, "improved", clerk.Get(page), "相談窓口・産業医")
}

// Who answers for a system does not say what the 統括 has seen themselves.
func TestOnlyTheGeneralSaysThatTheyHaveSeenIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	says(t, "総務課長", sit(t, portal, "総務課長").Get("/violations/new"), `name="own_finding"`)
	hides(t, "担当副課長", sit(t, portal, "税務町民課 担当副課長").Get("/violations/new"), `name="own_finding"`)
}

// 監査 who have opened the names are not led to what would refuse them.
func TestOpenedNamesLeadToNothingThatRefuses(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	head, auditor, clerk := sit(t, portal, "福祉こども課長"), sit(t, portal, "議会事務局 監査担当"), town.Holder("福祉こども課 職員")
	form := found(clerk.StaffNumber)
	again(head, "/violations/own", form, head.Send("/violations/own", form, "", nil))
	var code string
	if err := portal.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	page := "/violations/" + code
	opened := auditor.Post(page+"/names", url.Values{"reason": {"令和8年度の監査"}})
	says(t, "opened", opened, clerk.Name)
	hides(t, "opened", opened, page+"/readings", page+"/print")
}
