//go:build browser

package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"golang.org/x/text/encoding/japanese"

	"kagami/web/server/servertest"
)

// The 1 April change: on 31 March the 総務課長 hands in the personnel office's
// file, looks at what it would do, and takes it in; at midnight in Tokyo the
// rights have moved, without anything else.
func TestTheFirstOfAprilIsPreparedTheDayBefore(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	tenToMidnight := time.Date(2027, 3, 31, 14, 50, 0, 0, time.UTC)
	portal.Clock.Advance(tenToMidnight.Sub(servertest.Morning))
	officer := sitDown(t, portal, town.Holder("総務課長"))
	officer.goTo("/personnel")
	officer.mustSee("名簿に書くこと")
	officer.look("people-import-start")
	officer.press("読み取って確かめる")
	officer.mustSee("名簿のファイルを選んでください")
	officer.look("people-import-nothing")

	officer.handIn(t, "見本課", "課長", "来年")
	officer.mustSee("直すところが3件あります。このままでは取り込めません")
	officer.mustSee("「見本課」という課室は登録されていません")
	officer.look("people-import-faulty")

	officer.handIn(t, "福祉こども課", "課長", "令和9年4月1日")
	officer.mustSee("最初に変わる日")
	officer.mustSee("令和9年3月31日で終わる")
	officer.mustSee("新しい職が1件できます")
	officer.look("people-import-preview")
	officer.press("この内容で取り込む")
	officer.mustSee("「新しい職を作る」を選んでください")
	officer.pick("new-posts", "yes")
	officer.press("この内容で取り込む")
	officer.mustSee("名簿を取り込みました")
	officer.mustSee("発令は、令和9年4月1日から")
	officer.look("people-import-done")
	officer.press("令和9年4月1日の体制を見る")
	officer.mustSee("令和9年4月1日")

	mover, successor, leaver := sitDown(t, portal, town.Holder("税務町民課長")), sitDown(t, portal, town.Holder("税務町民課 担当副課長")), sitDown(t, portal, town.Holder("福祉こども課長"))
	mover.seesReaders("税務町民課", "福祉こども課")
	leaver.seesReaders("福祉こども課", "税務町民課")
	successor.goTo("/policies/kihon/readers")
	successor.mustSee("この操作は、あなたの役割では行えません")

	portal.Clock.Advance(10 * time.Minute)
	mover.seesReaders("福祉こども課", "税務町民課")
	successor.seesReaders("税務町民課", "福祉こども課")
	leaver.goTo("/policies/kihon/readers")
	leaver.mustSee("この操作は、あなたの役割では行えません")
	mover.goTo("/")
	mover.mustSee("福祉こども課長")
}

// handIn hands a file in, as Excel saves CSV, in which the 税務町民課長 goes to
// another section, and others take the posts.
func (p *person) handIn(t *testing.T, section, title, day string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("発令日,課室,職,職員番号,氏名,フリガナ,血液型\r\n")
	for _, row := range []struct{ post, section, title string }{
		{"税務町民課長", section, title}, {"税務町民課 担当副課長", "税務町民課", "課長"}, {"福祉こども課長", "税務町民課", "職員"},
	} {
		a := town.Holder(row.post)
		b.WriteString(day + "," + row.section + "," + row.title + "," + a.StaffNumber + "," + a.Name + ",,A\r\n")
		if section == "見本課" {
			day = "2027-04-01" // only the first is wrong in its day
		}
	}
	b.WriteString("2027-04-01," + section + ",主任,N001,見本 新人,ﾐﾎﾝ ｼﾝｼﾞﾝ,A\r\n")
	raw, err := japanese.ShiftJIS.NewEncoder().String(b.String())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "meibo.csv")
	if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	p.goTo("/personnel")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	p.press("読み取って確かめる")
}

// seesReaders sees who of one section has read the policy, and nothing of
// another.
func (p *person) seesReaders(section, other string) {
	p.t.Helper()
	p.goTo("/policies/kihon/readers")
	p.mustSee(section)
	if strings.Contains(evaluate[string](p, `document.querySelector('main').innerText`), other) {
		p.t.Errorf("%s is on the page of %s", other, section)
	}
}
