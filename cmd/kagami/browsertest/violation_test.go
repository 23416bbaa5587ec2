//go:build browser

package browsertest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/sample"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/web/server/servertest"
)

// office is a portal in which cases are played.
type office struct {
	t      *testing.T
	portal *servertest.Portal
	cases  *violation.Service
}

func openOffice(t *testing.T) office {
	t.Helper()
	portal := town.Start(t)
	return office{t, portal, violation.New(portal.Pool, portal.Door, nil)}
}

// sit lets whoever holds a post sit down.
func (o office) sit(post string) *person { return sitDown(o.t, o.portal, town.Holder(post)) }

// days lets days go by.
func (o office) days(n int) { o.portal.Clock.Advance(time.Duration(n) * 24 * time.Hour) }

// on is a day that lies so many days after today, as a form takes it.
func (o office) on(days int) string {
	return o.portal.Now().AddDate(0, 0, days).In(time.FixedZone("JST", 9*60*60)).Format(time.DateOnly)
}

var caseCode = regexp.MustCompile(`事案 ([0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4})`)

// code is that of the case that somebody looks at.
func (o office) code(p *person) string {
	o.t.Helper()
	found := caseCode.FindStringSubmatch(p.text())
	if found == nil {
		o.t.Fatalf("no case is shown: %.500s", p.text())
	}
	return found[1]
}

// confirms confirms a violation on one of the pages for that, and returns the case's code.
func (o office) confirms(p *person, page string, whom sample.Account, and func()) string {
	o.t.Helper()
	p.goTo(page)
	p.put("person", whom.StaffNumber)
	p.choose("kind", "executive")
	p.put("clauses", "対策基準 5(2)")
	p.put("facts", "名簿を、庁外のファイル共有サービスに置いていた。")
	p.put("since_on", o.on(-2))
	if and != nil {
		and()
	}
	p.press("対象職員と知らせる人を確かめる")
	p.mustSee("この人についてでよいか、確かめてください")
	p.press(map[string]string{"/violations/new": "違反を確認する", "/violations/own": "自課の職員の違反を確認する", "/violations/talk": "その場で指導し改善したことを記録する"}[strings.TrimSuffix(page, "?of=general")])
	return o.code(p)
}

// steps takes a step of a case: the fields by their names.
func (o office) steps(p *person, code string, event procedure.Event, button, done string, fields map[string]string) {
	o.t.Helper()
	p.goTo("/violations/" + code + "/" + string(event))
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range fields {
			if !yield(name) {
				return
			}
		}
	}) {
		switch name {
		case "scope", "grave":
			p.pick(name, fields[name])
		default:
			p.put(name, fields[name])
		}
	}
	p.press(button)
	p.mustSee(done)
}

func (o office) guides(p *person, code string) {
	o.t.Helper()
	o.steps(p, code, procedure.EventGuide, "指導を記録する", "指導を記録しました", map[string]string{"text": "名簿を削除する。", "until_on": o.on(7), "method": "画面で確かめる。"})
}

// told fails unless exactly these were told of the last step of an event: by their posts, with
// what they were told as.
func (o office) told(code string, event procedure.Event, want ...string) {
	o.t.Helper()
	rows, err := o.portal.Pool.Query(o.t.Context(), `
		SELECT t.person_id, t.seat || ' ' || t.mark FROM violation_told t JOIN violation_case c ON c.id = t.case_id
		WHERE c.code = $1 AND t.version = (SELECT max(h.version) FROM violation_step h WHERE h.case_id = c.id AND h.event = $2)`, code, string(event))
	if err != nil {
		o.t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var (
			id int64
			as string
		)
		if err := rows.Scan(&id, &as); err != nil {
			o.t.Fatal(err)
		}
		got = append(got, o.post(id)+" "+as)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		o.t.Errorf("of %s are told\n%s, not\n%s", event, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func (o office) post(id int64) string {
	for _, a := range town.Accounts {
		if a.Person == id {
			return a.Post
		}
	}
	return fmt.Sprint(id)
}

// reads fails unless exactly these can read the case: whole, with numbers or in parts.
func (o office) reads(code string, want ...string) {
	o.t.Helper()
	people := org.New(o.portal.Pool, o.portal.Door)
	var got []string
	for _, a := range town.Accounts {
		actor, err := people.ActorOn(o.t.Context(), a.Person, calendar.Day(o.portal.Now()))
		if err != nil {
			o.t.Fatal(err)
		}
		opened, err := o.cases.Open(o.t.Context(), actor, code, procedure.AsCase)
		if err == nil {
			got = append(got, a.Post+" "+[]string{"", "parts", "numbered", "whole"}[opened.Reading])
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		o.t.Errorf("case %s is read by\n%s, not by\n%s", code, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

// The 管理者 confirms (②), guides in vain, and the 統括 suspends (③): its person is out at once, and
// answers in their own case all the same; then they are let in again.
func TestGuidanceFailsAndTheirRightsAreSuspended(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	whom := town.Holder("福祉こども課 職員")
	head, clerk := o.sit("福祉こども課長"), sitDown(t, o.portal, whom)
	code := o.confirms(head, "/violations/own", whom, func() { head.look("violation-own") })
	head.look("violation-confirmed")
	o.told(code, procedure.EventConfirmOther, "総務課長 general report")
	head.press("指導を記録する")
	head.look("violation-guide")
	o.guides(head, code)
	o.told(code, procedure.EventGuide, "総務課長 general other", "福祉こども課 職員 person other")
	clerk.goTo("/violations/" + code)
	clerk.mustSee("あなたについての事案です")
	clerk.look("violation-person")

	o.days(8)
	head, officer, clerk := o.sit("福祉こども課長"), o.sit("総務課長"), sitDown(t, o.portal, whom)
	o.steps(head, code, procedure.EventNotImprove, "改善されないことを記録する", "改善されないことを記録しました", map[string]string{"text": "まだ残っていた。"})
	officer.goTo("/violations/" + code)
	officer.mustSee("弁明を待っています")
	officer.mustNotSee("停止する")
	o.steps(clerk, code, procedure.EventAnswer, "弁明を出す", "弁明を記録しました", map[string]string{"text": "規則を知らなかった。"})
	o.told(code, procedure.EventAnswer, "総務課長 general other", "福祉こども課長 manager other")

	o.days(9)
	officer, clerk = o.sit("総務課長"), sitDown(t, o.portal, whom)
	officer.goTo("/violations/" + code)
	officer.look("violation-officer")
	officer.press("停止する")
	officer.look("violation-suspend")
	o.steps(officer, code, procedure.EventSuspend, "停止する", "利用権限を停止しました", map[string]string{"scope": "whole", "text": "指導の後も改善されなかったため。"})
	o.told(code, procedure.EventSuspend, "副町長 chief notice", "福祉こども課長 manager notice", "福祉こども課 職員 person other")
	clerk.goTo("/rights")
	clerk.mustSee("サインイン")
	clerk.mustNotSee("自分の利用権限")
	clerk = openBrowser(t, o.portal)
	clerk.goTo("/login")
	clerk.put("login", whom.StaffNumber)
	clerk.put("password", whom.Password)
	clerk.press("サインインする")
	clerk.mustSee("このポータルの利用を止められています")
	clerk.goTo("/assets")
	clerk.mustSee("このポータルの利用を止められています")
	clerk.look("violation-confined")
	o.steps(clerk, code, procedure.EventAnswer, "弁明を出す", "弁明を記録しました", map[string]string{"text": "研修を受けたい。"})
	o.steps(officer, code, procedure.EventLift, "停止を解除する（利用再開）", "停止を解除しました", map[string]string{"text": "研修を受けたため。"})
	o.told(code, procedure.EventLift, "副町長 chief other", "福祉こども課長 manager other", "福祉こども課 職員 person other")
	clerk = sitDown(t, o.portal, whom)
	clerk.goTo("/rights")
	clerk.mustSee("使える")
	officer.goTo("/violations/" + code + "/readings")
	officer.look("violation-readings")
	officer.goTo("/violations/" + code + "/print")
	officer.look("violation-print")
	o.reads(code, "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole", "福祉こども課長 whole", "福祉こども課 職員 parts", "議会事務局 監査担当 numbered")
}

// What the 統括 has seen themselves needs the CISO; who guides has improved it; another is no
// violation.
func TestTheGeneralConfirmsAndTheCISOSaysThatItIsNone(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	whom := town.Holder("産業課 職員")
	officer, chief, head := o.sit("総務課長"), o.sit("副町長"), o.sit("産業課長")
	code := o.confirms(officer, "/violations/new", whom, func() { officer.look("violation-new") })
	o.told(code, procedure.EventConfirm, "産業課長 manager notice")
	officer.goTo("/violations/" + code)
	officer.mustNotSee("違反に当たらないと判断する")
	o.guides(head, code)
	o.steps(chief, code, procedure.EventNotViolation, "違反に当たらないと判断する", "違反に当たらないと判断しました", map[string]string{"text": "公開の名簿だった。"})
	o.told(code, procedure.EventNotViolation, "総務課長 general other", "産業課長 manager other", "産業課 職員 person other")
	officer.goTo("/violations?state=closed")
	officer.mustSee(code)
	officer.look("violations")
	o.steps(officer, code, procedure.EventReopen, "再開する", "事案を再開しました", map[string]string{"text": "別の名簿が見つかった。"})
	o.told(code, procedure.EventReopen, "産業課長 manager other", "産業課 職員 person other")
	o.reads(code, "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole", "産業課長 whole", "産業課 職員 parts", "議会事務局 監査担当 numbered")
}

func TestATalkThatPutItRightIsRecordedOnOneScreen(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	head := o.sit("教育課長")
	code := o.confirms(head, "/violations/talk", town.Holder("教育課 職員"), func() {
		head.put("text", "付箋を捨てる。")
		head.put("method", "席で確かめた。")
		head.put("seen", "捨てた。")
		head.look("violation-talk")
	})
	head.mustSee("改善した")
	o.told(code, procedure.EventConfirmOther, "総務課長 general report")
	o.told(code, procedure.EventGuide, "総務課長 general other", "教育課 職員 person other")
	o.told(code, procedure.EventImprove, "総務課長 general other", "教育課 職員 person other")
}

// Of somebody of 総務課 the CISO guides; of a 管理者 too; of the 統括 the CISO acts and the CIO guides.
func TestNobodyIsJudgedByThemselves(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	officer, chief := o.sit("総務課長"), o.sit("副町長")
	clerk := o.confirms(officer, "/violations/new", town.Holder("総務課 職員"), nil)
	o.told(clerk, procedure.EventConfirm, "副町長 manager notice")
	officer.goTo("/violations/" + clerk + "/guide")
	officer.mustSee("あなたではありません")
	o.guides(chief, clerk)
	o.reads(clerk, "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole", "総務課 職員 parts", "議会事務局 監査担当 numbered")

	head := o.confirms(officer, "/violations/new", town.Holder("産業課長"), nil)
	o.told(head, procedure.EventConfirm, "副町長 manager notice")
	o.reads(head, "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole", "議会事務局 監査担当 numbered")

	general := o.confirms(chief, "/violations/new?of=general", town.Holder("総務課長"), nil)
	o.told(general, procedure.EventConfirm, "町長 manager notice")
	officer.goTo("/violations")
	officer.mustNotSee(general)
	officer.goTo("/violations/" + general)
	officer.mustSee("見つかりません")
	o.reads(general, "町長 whole", "副町長 whole", "総務課 担当副課長 whole", "議会事務局 監査担当 numbered")
}

// Access that is cut for somebody's conduct is confirmed, lapses, or is released with the case.
func TestAccessIsCutInACase(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	officer := o.sit("総務課長")
	cut := func(whom string) string {
		code := o.confirms(officer, "/violations/new", town.Holder(whom), func() { officer.pick("own_finding", "1") })
		o.steps(officer, code, procedure.EventCut, "緊急停止をする", "緊急停止しました", map[string]string{"scope": "whole", "text": "大量のファイルを送り続けている。"})
		return code
	}
	lapsing, released := cut("産業課 職員"), cut("都市建設課 職員")
	o.told(lapsing, procedure.EventCut, "副町長 chief other", "産業課長 manager other", "産業課 職員 person other")
	officer.look("violation-cut")
	confirmed := cut("上下水道課 職員")
	chief := o.sit("副町長")
	chief.goTo("/violations/" + confirmed)
	chief.press("停止の内容を見る")
	chief.press("緊急停止を認める")
	chief.press("緊急停止を認める")
	chief.mustSee("緊急停止を認めました")
	o.steps(officer, released, procedure.EventNotViolation, "違反に当たらないと判断する", "違反に当たらないと判断しました", map[string]string{"text": "承認された作業だった。"})
	o.days(7)
	officer = o.sit("総務課長")
	for code, barred := range map[string]bool{lapsing: false, released: false, confirmed: true} {
		officer.goTo("/violations/" + code)
		if barred {
			officer.mustSee("この事案で止めているもの")
		} else {
			officer.mustNotSee("この事案で止めているもの")
		}
	}
}
