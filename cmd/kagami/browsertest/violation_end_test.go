//go:build browser

package browsertest

import (
	"regexp"
	"testing"
	"time"

	"kagami/internal/violation/procedure"
)

// failing is a case of somebody who was guided in vain, whose chance to answer is over, begun by the
// 管理者 who holds a post.
func (o office) failing(head, whom string) string {
	o.t.Helper()
	manager := o.sit(head)
	code := o.confirms(manager, "/violations/own", town.Holder(whom), nil)
	o.guides(manager, code)
	o.days(8)
	o.steps(o.sit(head), code, procedure.EventNotImprove, "改善されないことを記録する", "改善されないことを記録しました", map[string]string{"text": "まだ残っていた。"})
	o.days(9)
	return code
}

// What is grave is revoked, referred, seen by the CISO and judged by the body to its end; the case is
// left revoked.
func TestAGraveCaseIsReferredAndLeftRevoked(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	code := o.failing("福祉こども課長", "福祉こども課 職員")
	officer, chief := o.sit("総務課長"), o.sit("副町長")
	o.steps(officer, code, procedure.EventWeigh, "重大性を判断する", "重大性を記録しました", map[string]string{"grave": "1", "text": "住民の情報が、外から見えていた。"})
	o.steps(officer, code, procedure.EventRevoke, "剥奪する", "利用権限を剥奪しました", map[string]string{"scope": "whole", "text": "指導の後も改善されなかったため。"})
	o.told(code, procedure.EventRevoke, "副町長 chief notice", "福祉こども課長 manager notice", "福祉こども課 職員 person other")
	officer.goTo("/violations/" + code + "/leave_revoked")
	officer.mustSee("懲戒審査に付するかどうか")
	o.steps(officer, code, procedure.EventRefer, "懲戒審査に付する", "懲戒審査に付する判断を記録しました", map[string]string{"text": "重大な違反のため。"})
	o.told(code, procedure.EventRefer, "副町長 chief other")
	chief.goTo("/")
	chief.mustSee(code)
	o.steps(chief, code, procedure.EventSeeReferral, "判断を確認したことを記録する", "判断を確認したことを記録しました", map[string]string{"text": "同じ意見である。"})

	referral := o.proposes(officer, code)
	o.judges(officer, referral)
	o.told(code, procedure.EventReferralEnd, "副町長 chief other", "福祉こども課長 manager other")
	o.steps(officer, code, procedure.EventLeaveRevoked, "剥奪のまま完了する", "剥奪のまま完了しました", map[string]string{"text": "審査の結果による。"})
	o.told(code, procedure.EventLeaveRevoked, "副町長 chief other", "福祉こども課長 manager other", "福祉こども課 職員 person other")
	head := o.sit("福祉こども課長")
	head.goTo("/violations/" + code)
	head.mustSee("剥奪のまま完了")
	head.mustNotSee("懲戒処分")
	head.goTo(referral)
	head.mustSee("見つかりません")
	o.reads(code, "町長 whole", "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole", "福祉こども課長 whole", "福祉こども課 職員 parts", "議会事務局 監査担当 numbered")
}

// proposes proposes the discipline of whom a case is about, and returns where its course stands.
func (o office) proposes(officer *person, code string) string {
	o.t.Helper()
	officer.goTo("/violations/" + code + "/referrals")
	officer.press("懲戒審査を具申する")
	officer.look("violation-referral-new")
	officer.pick("whom", town.Holder("福祉こども課 職員").StaffNumber)
	officer.choose("kind", "executive")
	officer.put("number", "8総第12号")
	officer.put("reason", "指導の後も、住民の情報を置き続けた。")
	officer.press("具申を記録する")
	officer.mustSee("具申を記録しました")
	return evaluate[string](officer, "location.pathname")
}

// judges records what a body does about somebody, to the end.
func (o office) judges(officer *person, referral string) {
	o.t.Helper()
	step := func(event, button, done string, fill func()) {
		o.t.Helper()
		officer.goTo(referral + "/" + event)
		if fill != nil {
			fill()
		}
		officer.press(button)
		officer.mustSee(done)
	}
	step("request", "依頼を記録する", "審査の依頼を記録しました", func() { officer.put("number", "8総第13号") })
	step("convene", "招集を記録する", "招集を記録しました", func() {
		officer.put("meets_on", o.on(0))
		officer.put("quorum", "3")
	})
	step("hear", "弁明の機会を記録する", "弁明の機会を記録しました", func() { officer.pick("hearing", "given") })
	step("meet", "審査と議決を記録する", "審査と議決を記録しました", func() {
		officer.look("violation-referral-meet")
		officer.put("present", "委員長　見本 委員一\n委員　見本 委員二\n委員　見本 委員三")
		officer.pick("resolved", "discipline")
	})
	step("report", "審査結果の報告を記録する", "審査結果の報告を記録しました", nil)
	step("decide", "任命権者の決定を記録する", "任命権者の決定を記録しました", func() {
		officer.pick("outcome", "discipline")
		officer.put("number", "8人第4号")
	})
	step("serve", "処分説明書の交付を記録する", "処分説明書の交付を記録しました", nil)
	step("end", "審査の終了を記録する", "審査の終了を記録しました", nil)
	officer.look("violation-referral")
	officer.press("審査の記録")
	officer.look("violation-referral-record")
}

var receipt = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)

// Who reports a violation (公益通報者) is answered, also where what was dismissed is taken up again, and
// their name stands nowhere but where it is opened with a reason.
func TestWhoReportsIsAnsweredAndSealed(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	reporter, officer := o.sit("税務町民課 職員"), o.sit("総務課長")
	name := town.Holder("税務町民課 職員").Name
	reporter.goTo("/violations/report")
	reporter.put("what", "名簿が、庁外のサービスに置いてある。")
	reporter.put("happened", "先週から")
	reporter.put("place", "産業課")
	reporter.look("violation-report")
	reporter.pick("receiver", "general")
	reporter.press("報告する")
	reporter.mustSee("報告しました")
	number := receipt.FindString(reporter.text())
	if number == "" {
		t.Fatalf("no number is shown: %.500s", reporter.text())
	}
	reporter.look("violation-reply")
	officer.goTo("/violations?state=reported")
	officer.mustNotSee(name)
	code := o.newest()
	o.told(code, procedure.EventReport, "総務課長 general other")
	officer.goTo("/violations/" + code)
	officer.mustNotSee(name)
	officer.look("violation-reported")
	o.reads(code, "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole")
	o.steps(officer, code, procedure.EventDismiss, "調査しないと答える", "調査しないと答えました", map[string]string{"text": "公開の名簿である。"})
	reporter.goTo("/violations/replies/" + number)
	reporter.mustSee("公開の名簿である。")
	o.steps(officer, code, procedure.EventReopen, "再開する", "事案を再開しました", map[string]string{"text": "公開でない名簿もあった。"})
	o.told(code, procedure.EventReopen)
	o.steps(officer, code, procedure.EventInvestigate, "調査すると答える", "調査すると答えました", nil)
	reporter.goTo("/violations/replies/" + number)
	reporter.mustSee("調査する")

	officer.goTo("/violations/reporters")
	officer.look("violation-reporter")
	officer.put("case", code)
	officer.put("reason", "保護のために、本人に確かめる。")
	officer.press("理由を記録して、氏名を開く")
	officer.mustSee(name)
	officer.goTo("/violations/" + code)
	officer.mustSee("保護のために、本人に確かめる。")
	officer.mustNotSee(name)
	other := o.sit("産業課 職員")
	other.goTo("/violations/replies/" + number)
	other.mustNotSee("公開の名簿である。")
	reporter.goTo("/notices")
	reporter.mustSee("総務課からの連絡があります")
	reporter.mustNotSee(code)
	o.reads(code, "副町長 whole", "総務課長 whole", "総務課 担当副課長 whole")
}

// newest is the code of the case that was opened last.
func (o office) newest() string {
	o.t.Helper()
	var code string
	if err := o.portal.Pool.QueryRow(o.t.Context(), `SELECT code FROM violation_case ORDER BY id DESC LIMIT 1`).Scan(&code); err != nil {
		o.t.Fatal(err)
	}
	return code
}

// A case is kept for its years, held, printed for a 開示請求, and then disposed of: a number is left.
func TestACaseIsKeptHeldAndDisposedOf(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	officer, whom := o.sit("総務課長"), town.Holder("産業課 職員")
	code := o.confirms(officer, "/violations/new", whom, func() { officer.pick("own_finding", "1") })
	o.steps(officer, code, procedure.EventNotViolation, "違反に当たらないと判断する", "違反に当たらないと判断しました", map[string]string{"text": "公開の名簿だった。"})
	officer.goTo("/violations/" + code + "/keeping")
	officer.look("violation-keeping")
	officer.choose("kind", "disclosure")
	officer.put("from_on", o.on(0))
	officer.put("reason", "開示請求があった。")
	officer.press("廃棄を止める")
	officer.mustSee("廃棄を止めました")
	officer.goTo("/violations/disclosure")
	officer.put("number", whom.StaffNumber)
	officer.put("reason", "8総開第1号")
	officer.press("写しを作る")
	officer.mustSee(code)
	officer.mustSee("写し")
	officer.look("violation-disclosure")

	o.portal.Clock.Advance(12 * 366 * 24 * time.Hour)
	officer = o.sit("総務課長")
	officer.goTo("/violations/keeping")
	officer.mustNotSee(code)
	officer.goTo("/violations/" + code + "/dispose")
	officer.mustSee("いまは廃棄できません")
	officer.goTo("/violations/" + code + "/keeping")
	officer.put("lifted_why", "開示を終えた。")
	officer.press("解く")
	officer.mustSee("廃棄を止める記録を解きました")
	officer.goTo("/violations/keeping")
	officer.mustSee(code)
	officer.look("violations-kept")
	officer.goTo("/violations/" + code + "/dispose")
	officer.put("reason", "文書管理規程の保存期間が過ぎた。")
	officer.look("violation-dispose")
	officer.press("この事案の記録を廃棄する")
	officer.mustSee("事案の記録を廃棄しました")
	officer.goTo("/violations/" + code)
	officer.mustSee("見つかりません")
	officer.goTo("/violations/figures")
	officer.look("violation-figures")
	o.reads(code)
}
