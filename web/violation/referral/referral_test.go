package referral_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/violation"
	casebars "kagami/internal/violation/bars"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
	"kagami/web/asset/assettest"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
	webreferral "kagami/web/violation/referral"
)

func casesOf(g server.Ground) *violation.Service {
	return violation.New(g.Pool, g.Door, bar.New(g.Pool, g.Door, rights.New(g.Pool, g.Door, rights.Ties{}), bar.Ties{Owned: casebars.Owned, Ended: violation.Ties{}.Ended}))
}

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	return []screen.Part{webreferral.New(referral.New(g.Pool, g.Door, casesOf(g)), find.New(g.Pool, g.Now)).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

const (
	person, supervisor, manager = "福祉こども課 職員", "福祉こども課 担当副課長", "福祉こども課長"
	general, ciso, deputy       = "総務課長", "副町長", "総務課 担当副課長"
)

// desk is a portal with a case that is referred.
type desk struct {
	*testing.T
	portal *servertest.Portal
	cases  *violation.Service
	code   string
}

func open(t *testing.T) desk {
	t.Helper()
	t.Parallel()
	portal := town.Start(t)
	d := desk{t, portal, casesOf(portal.Ground), ""}
	var err error
	d.code, err = d.cases.Confirm(t.Context(), d.actor(manager), violation.Finding{
		Person: town.Holder(person).StaffNumber, Kind: "executive", Clauses: "対策基準 5(2)", Facts: "名簿を庁外の共有サービスに置いた。", Since: d.today().AddDays(-3),
	})
	if err != nil {
		t.Fatal(err)
	}
	d.do(manager, procedure.EventGuide, violation.Said{Text: "共有サービスから削除する。", More: violation.More{Until: d.today().AddDays(3), Method: "画面で確かめる"}})
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	file, err := portal.Attachments.Upload(t.Context(), d.actor(person), "削除の画面.png", &picture, attachment.Picture)
	if err != nil {
		t.Fatal(err)
	}
	d.do(person, procedure.EventAnswer, violation.Said{Text: "急いでいた。", Papers: []string{file.Token}})
	d.do(general, procedure.EventSupervise, violation.Said{Text: "係を監督していた。", Number: town.Holder(supervisor).StaffNumber})
	d.do(general, procedure.EventRefer, violation.Said{Text: "指導に従わない。"})
	return d
}

func (d desk) today() calendar.Date { return calendar.Day(d.portal.Clock.Now()) }

func (d desk) actor(post string) authz.Actor { return d.portal.Actor(d, town.Holder(post)) }

func (d desk) do(post string, event procedure.Event, said violation.Said) {
	d.Helper()
	if err := d.portal.DB.Pool.QueryRow(d.Context(), `SELECT version FROM violation_case WHERE code = $1`, d.code).Scan(&said.Version); err != nil {
		d.Fatal(err)
	}
	if err := d.cases.Do(d.Context(), d.actor(post), d.code, event, said); err != nil {
		d.Fatal(post, event, err)
	}
}

func (d desk) sit(post string) *servertest.Visitor {
	d.Helper()
	return servertest.SignIn(d.T, d.portal, town.Holder(post))
}

// proposing is the form of a proposal that nothing is wrong with.
func (d desk) proposing(whom string) url.Values {
	return url.Values{"whom": {town.Holder(whom).StaffNumber}, "kind": {"executive"}, "on": {d.today().String()}, "number": {"見総第12号"}, "reason": {"影響が大きい。"}}
}

var made = regexp.MustCompile(`/referrals/([0-9A-Z]{4}-[0-9A-Z]{4})/withdraw`)

// propose proposes somebody and returns the referral's path.
func (d desk) propose(by *servertest.Visitor, whom string) string {
	d.Helper()
	a := by.Post("/violations/"+d.code+"/referrals/new", d.proposing(whom))
	found := made.FindStringSubmatch(a.Body)
	if found == nil {
		d.Fatalf("proposing: %d %s", a.Status, a.Body)
	}
	assettest.MustSay(d.T, "proposed", a, "具申を記録しました", "影響が大きい。", "見総第12号", "依頼を記録する")
	return "/violations/" + d.code + "/referrals/" + found[1]
}

var version = regexp.MustCompile(`name="version" value="([0-9]+)"`)

// step takes a step by its form.
func (d desk) step(by *servertest.Visitor, path, event string, more ...string) servertest.Answer {
	d.Helper()
	form := url.Values{"on": {d.today().String()}}
	if found := version.FindStringSubmatch(by.Get(path + "/" + event).Body); found != nil {
		form.Set("version", found[1])
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return by.Post(path+"/"+event, form)
}

// decide goes the whole course.
func (d desk) decide(by *servertest.Visitor, path string) {
	d.Helper()
	assettest.MustSay(d.T, "asked for", d.step(by, path, "request", "number", "見町第3号"), "審査の依頼を記録しました", "見町第3号")
	assettest.MustSay(d.T, "convened", d.step(by, path, "convene", "meets_on", d.today().String(), "quorum", "2"), "招集を記録しました", "定足数 2人")
	assettest.MustSay(d.T, "heard", d.step(by, path, "hear", "hearing", "waived"), "弁明の機会を記録しました", "本人が放棄した")
	assettest.MustSay(d.T, "met", d.step(by, path, "meet", "present", "副町長　見本 松\n教育長　見本 桜", "excluded", "見本 藤：関与者", "resolved", "discipline"), "審査と議決を記録しました", "教育長　見本 桜", "見本 藤（関与者）", "懲戒処分が相当")
	assettest.MustSay(d.T, "reported", d.step(by, path, "report"), "審査結果の報告を記録しました")
	assettest.MustSay(d.T, "decided", d.step(by, path, "decide", "outcome", "discipline", "number", "見総人第1号"), "任命権者の決定を記録しました", "見総人第1号", "懲戒処分")
	assettest.MustSay(d.T, "served", d.step(by, path, "serve"), "処分説明書の交付を記録しました", calendar.Wareki(referral.AppealUntil(d.today())))
}

func TestACourseOnItsScreens(t *testing.T) {
	d := open(t)
	officer := d.sit(general)
	assettest.MustSay(t, "the list", officer.Get("/violations/"+d.code+"/referrals"), "まだ懲戒審査を具申していません", "懲戒審査を具申する")
	form := officer.Get("/violations/" + d.code + "/referrals/new")
	assettest.MustSay(t, "the form", form, `value="executive" selected`, "対象職員", "監督責任者", "区分ごとの任命権者と審査の機関", "県の教育委員会")
	assettest.MustNotSay(t, "the form", form, "委託先の従業者")
	path := d.propose(officer, person)
	d.decide(officer, path)
	assettest.MustSay(t, "before the end", officer.Get(path+"/end"), "課長（情報セキュリティ管理者）", "（本人。開庁時間に届きます）", "（CISO）")
	assettest.MustSay(t, "ended", d.step(officer, path, "end"), "審査の終了を記録しました", "審査終了")
	assettest.MustSay(t, "once more", d.step(officer, path, "end"), "この懲戒審査は「審査終了」なので")
	assettest.MustSay(t, "its form", officer.Get(path+"/end"), "いまは行えません")
	own := d.sit(person).Get(path)
	assettest.MustSay(t, "whose it is", own, "に終わりました", "任命権者（町長）が、あなたに伝えます")
	assettest.MustNotSay(t, "whose it is", own, "見総人第1号", "懲戒処分", "見本 松", "影響が大きい")
	lead := d.sit(manager).Get("/violations/" + d.code + "/referrals")
	assettest.MustSay(t, "the 管理者", lead, "審査終了")
	assettest.MustNotSay(t, "the 管理者", lead, "懲戒処分", "見総人第1号", path)
}

func TestWhatIsWrongComesBack(t *testing.T) {
	d := open(t)
	officer := d.sit(general)
	form := d.proposing(person)
	form.Set("kind", "")
	form.Set("on", d.today().AddDays(1).String())
	a := officer.Post("/violations/"+d.code+"/referrals/new", form)
	assettest.MustSay(t, "no kind, tomorrow", a, "直すところが2件あります", "職員の区分を選んでください", "今日までの日", "影響が大きい。", "見総第12号")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", a.Status)
	}
	path := d.propose(officer, person)
	d.step(officer, path, "request")
	d.step(officer, path, "convene", "meets_on", d.today().String(), "quorum", "3")
	assettest.MustSay(t, "nobody was heard", officer.Get(path+"/meet"), "いまは行えません")
	d.step(officer, path, "hear", "hearing", "given")
	a = d.step(officer, path, "meet", "present", "副町長　見本 松", "resolved", "measure", "on", d.today().AddDays(-1).String())
	assettest.MustSay(t, "too few, too early", a, "定足数（3人）に足りません", "日の順番", "副町長　見本 松", "関与者")
	stale := officer.Post(path+"/meet", url.Values{"version": {"1"}, "on": {d.today().String()}, "present": {"見本 一\n見本 二\n見本 三"}, "resolved": {"none"}})
	assettest.MustSay(t, "another was faster", stale, "ほかの人がこの懲戒審査を進めました", "見本 二")
}

func TestThePapers(t *testing.T) {
	d := open(t)
	officer := d.sit(general)
	path := d.propose(officer, person)
	d.step(officer, path, "request", "number", "見町第3号")
	for paper, words := range map[string][]string{
		"proposal": {"懲戒審査について（具申）", "任命権者（町長）　あて", "総務課長", "見総第12号", "対策基準 5(2)", "名簿を庁外の共有サービスに置いた。", "共有サービスから削除する。", "急いでいた。", "影響が大きい。", "証拠一覧", "削除の画面", "監督責任者", "印刷："},
		"request":  {"懲戒審査について（依頼）", "町の懲戒審査の機関　あて", "見町第3号", "委任します", "証拠一覧"},
		"record":   {"懲戒審査の記録", "請求日（依頼）", "任命権者", "発令日"},
	} {
		a := officer.Get(path + "/papers/" + paper)
		if paper == "record" {
			words = words[:3]
		}
		assettest.MustSay(t, paper, a, words...)
		assettest.MustNotSay(t, paper, a, "報告者", "調査する")
	}
	var prints int
	if err := d.portal.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_reading WHERE what = 'print'`).Scan(&prints); err != nil || prints != 1 {
		t.Errorf("%d prints are recorded: %v", prints, err)
	}
	if a := officer.Get(path + "/papers/other"); a.Status != http.StatusNotFound {
		t.Errorf("another paper: %d", a.Status)
	}
	auditor := d.sit("議会事務局 監査担当")
	page := auditor.Get(path)
	assettest.MustSay(t, "監査", page, "職員1", "氏名は番号で示します")
	assettest.MustNotSay(t, "監査", page, town.Holder(person).StaffNumber, "影響が大きい", path+"/convene", "papers")
	if a := auditor.Get(path + "/papers/proposal"); a.Status != http.StatusNotFound {
		t.Errorf("監査 prints: %d", a.Status)
	}
}

// Whoever is concerned, leads them or has nothing to do with it is answered about a referral that
// there is as about one that there is not, wherever they ask; and no page that they see tells of it.
func TestNobodyConcernedFindsATrace(t *testing.T) {
	d := open(t)
	officer := d.sit(general)
	path, theirs := d.propose(officer, person), d.propose(officer, supervisor)
	d.decide(officer, path)
	const none = "0000-0000"
	visitors := map[string]*servertest.Visitor{}
	for _, post := range []string{person, supervisor, manager, "税務町民課長", "税務町民課 職員", "産業課長"} {
		visitors[post] = d.sit(post)
	}
	posts := []string{person, supervisor, manager, "税務町民課長", "税務町民課 職員", "産業課長"}
	below := []string{"", "/request", "/convene", "/hear", "/meet", "/report", "/decide", "/serve", "/end", "/decline", "/withdraw", "/papers/proposal", "/papers/request", "/papers/record"}
	rapid.Check(t, func(r *rapid.T) {
		post, of := rapid.SampledFrom(posts).Draw(r, "who"), rapid.SampledFrom([]string{path, theirs}).Draw(r, "which")
		more, posting := rapid.SampledFrom(below).Draw(r, "where"), rapid.Bool().Draw(r, "posts")
		not := of[:len(of)-len(none)] + none
		ask := func(at string) servertest.Answer {
			if posting {
				return visitors[post].Post(at+more, url.Values{"version": {"8"}, "on": {"2026-11-24"}, "text": {"見本"}})
			}
			return visitors[post].Get(at + more)
		}
		there, gone := ask(of), ask(not)
		code := strings.NewReplacer(of[len(of)-len(none):], none)
		if there.Status == http.StatusOK || there.Status != gone.Status || stripped(code.Replace(there.Body)) != stripped(gone.Body) {
			r.Fatalf("%s at %s%s: %d, and %d where there is none", post, of, more, there.Status, gone.Status)
		}
	})
	for post, v := range visitors {
		for _, page := range []string{"/", "/notices", "/search?q=" + url.QueryEscape("懲戒"), "/violations/" + d.code + "/referrals"} {
			if a := v.Get(page); strings.Contains(a.Body, path) || strings.Contains(a.Body, theirs) || strings.Contains(a.Body, "審査終了") {
				t.Errorf("%s finds it on %s", post, page)
			}
		}
	}
}

// changing is the number of a request.
var changing = regexp.MustCompile(`class="hash">[^<]*`)

// stripped is a page without what differs with each request.
func stripped(body string) string { return changing.ReplaceAllString(body, "") }
