package walktest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

// hiddenWords are what an asset of another section is known by; none of them is typed in
// what is asked for.
var hiddenWords = []string{"秘匿の滞納", "HIMITSU", "隠し倉庫", "秘匿の回線", "秘匿の図面", "秘匿の利用目的", "秘匿の例外", "秘匿の廃棄", "秘匿の持出し"}

// ways are how another section's people look for the asset, and what each of them answers:
// to the 情報セキュリティ管理者, the 台帳担当者, a 職員, and to the ポータル管理者, who is a
// 職員 of a section too. CODE is its 管理番号, COMM the number of its communication.
var ways = []struct{ address, statuses string }{
	// lists: what is theirs, and nothing else
	{"/assets", "200 200 200 200"},
	{"/assets?q=%E3%82%BF%E3%82%B3", "200 200 200 200"},
	{"/assets?q=CODE", "200 200 200 200"},
	{"/assets?q=7%E7%95%AA", "200 200 200 200"},
	{"/assets?section=zeimu", "200 200 200 200"},
	{"/assets?section=zeimu&count=exact", "200 200 200 200"},
	{"/assets?count=exact", "200 200 200 200"},
	{"/assets?zone=internet&section=zeimu", "200 200 200 200"},
	{"/assets?confidentiality=3A", "200 200 200 200"},
	{"/assets?integrity=2&availability=2&section=zeimu", "200 200 200 200"},
	{"/assets?personal=sensitive&kind=information&section=zeimu", "200 200 200 200"},
	{"/assets?state=draft&section=zeimu", "200 200 200 200"},
	{"/assets?state=all&section=zeimu", "200 200 200 200"},
	{"/assets?overdue=1&section=zeimu", "200 200 200 200"},
	{"/assets?unowned=1&section=zeimu", "200 200 200 200"},
	{"/assets?broken=1&section=zeimu", "200 200 200 200"},
	{"/assets?by_hand=1&section=zeimu", "200 200 200 200"},
	{"/assets?sort=-name", "200 200 200 200"},
	{"/assets?sort=zone&section=zeimu", "200 200 200 200"},
	// what comes out of it
	{"/assets/export.csv", "200 200 200 200"},
	{"/assets/export.csv?section=zeimu", "200 200 200 200"},
	{"/assets/export.csv?q=%E3%82%BF%E3%82%B3&section=zeimu", "200 200 200 200"},
	{"/assets/export.xlsx", "200 200 200 200"},
	{"/assets/export.xlsx?section=zeimu", "200 200 200 200"},
	{"/assets/labels", "200 200 200 200"},
	{"/assets/labels?section=zeimu", "200 200 200 200"},
	{"/assets/files", "200 200 200 200"},
	{"/assets/files?section=zeimu", "200 200 200 200"},
	{"/assets/files.csv?section=zeimu", "200 200 200 200"},
	{"/assets/overview", "200 200 200 200"},
	{"/assets/overview?section=zeimu", "404 404 404 404"},
	// its own pages: as if it were not there
	{"/assets/CODE", "404 404 404 404"},
	{"/assets/CODE/edit", "404 404 403 403"},
	{"/assets/CODE/mistake", "404 403 403 403"},
	{"/assets/CODE/relations", "404 404 404 404"},
	{"/assets/CODE/merge", "404 403 403 403"},
	{"/assets/CODE/merge?into=fukushi-0001", "404 403 403 403"},
	{"/assets/fukushi-0001/merge?into=CODE", "422 403 403 403"},
	{"/assets/CODE/versions/1", "404 403 403 403"},
	{"/assets/bulk?q=CODE", "200 403 403 403"},
	{"/assets?again=1&q=CODE", "200 200 200 200"},
	{"/assets/views", "200 200 200 200"},
	{"/assets/CODE/papers", "404 404 404 404"},
	{"/assets/CODE/papers/1", "404 404 404 404"},
	{"/assets/CODE/papers/1?show=1", "404 404 404 404"},
	{"/assets/CODE/label", "404 404 404 404"},
	{"/assets/CODE/file", "404 404 404 404"},
	{"/assets/CODE/file/edit", "404 403 403 403"},
	{"/assets/CODE/review", "404 404 403 403"},
	{"/assets/new?from=CODE", "404 404 403 403"},
	// what is prepared of it, and by whom
	{"/assets/usual", "200 200 403 403"},
	{"/assets/usual?section=zeimu", "403 403 403 403"},
	{"/assets/new?section=zeimu&usual=%E6%88%B8%E7%B1%8D%E6%83%85%E5%A0%B1%E3%82%B7%E3%82%B9%E3%83%86%E3%83%A0", "403 403 403 403"},
	{"/assets/drafts", "200 403 403 403"},
	{"/assets/keepers", "200 403 403 403"},
	{"/assets/keepers/2", "404 403 403 403"},
	{"/assets/mine", "200 200 403 403"},
	{"/assets/hand/zeimu", "403 403 403 403"},
	{"/assets/CODE/withdraw", "404 404 403 403"},
	// its communication
	{"/communications", "200 200 200 200"},
	{"/communications?section=zeimu", "200 200 200 200"},
	{"/communications?zone=internet&section=zeimu", "200 200 200 200"},
	{"/communications?breaks=1", "200 200 200 200"},
	{"/communications/COMM", "404 404 404 404"},
	{"/communications/COMM/edit", "404 403 403 403"},
	{"/communications/COMM/end", "404 403 403 403"},
	{"/communications/new?asset=CODE", "404 403 403 403"},
	// how it was asked for, the fifth of the year
	{"/loans", "200 200 200 200"},
	{"/loans?asset=CODE", "200 200 200 200"},
	{"/loans?section=zeimu", "200 200 200 200"},
	{"/loans?state=not&section=zeimu", "200 200 200 200"},
	{"/loans/8-0005", "404 404 404 404"},
	{"/loans/8-0005/slip", "404 404 404 404"},
	{"/loans/8-0005/permit", "404 403 403 403"},
	{"/loans/8-0005/hand", "404 404 403 403"},
	{"/loans/8-0005/withdraw", "404 404 404 404"},
	{"/loans/8-0005/lose", "404 404 404 404"},
	{"/loans/new", "200 200 200 200"},
	{"/loans/new?asset=CODE", "422 422 422 422"},
	{"/loans/new?again=8-0005", "404 404 404 404"},
	{"/assets/CODE/loans", "404 404 404 404"},
	// its exception, the third of the year, and what was changed in bulk
	{"/exceptions", "200 200 200 200"},
	{"/exceptions?asset=CODE", "200 200 200 200"},
	{"/exceptions?clause=7(3)&state=asked", "200 200 200 200"},
	{"/exceptions/8-0003", "404 404 404 404"},
	{"/exceptions?section=zeimu&within=90", "200 200 200 200"},
	{"/exceptions/8-0003/withdraw", "404 403 403 403"},
	{"/exceptions/8-0003/end", "404 403 403 403"},
	{"/exceptions/8-0003/settle", "404 403 403 403"},
	{"/exceptions/8-0003/permit", "403 403 403 403"},
	{"/exceptions/8-0003/refuse", "403 403 403 403"},
	{"/exceptions/8-0003/review", "403 403 403 403"},
	{"/exceptions/8-0003/revoke", "403 403 403 403"},
	{"/exceptions/new?follows=8-0003", "404 403 403 403"},
	{"/exceptions/new?asset=CODE", "404 403 403 403"},
	// what its section has found of its assets
	{"/stocktakings", "200 200 200 200"},
	{"/stocktakings/8-1", "200 200 200 200"},
	{"/stocktakings/8-1?stage=under_way", "200 200 200 200"},
	{"/stocktakings/record/8-1", "200 200 200 200"},
	{"/stocktakings/record/8-1?section=zeimu", "404 404 404 404"},
	{"/stocktakings/8-1/zeimu", "404 404 404 404"},
	{"/stocktakings/8-1/zeimu/sheet", "404 404 404 404"},
	{"/stocktakings/8-1/zeimu/answer?asset=zeimu-0001&result=disposed", "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/rest", "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/typing", "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/hand_in", "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/confirm", "404 403 403 403"},
	{"/stocktakings/close/8-1", "403 403 403 403"},
	// that it is disposed of, or can't be found
	{"/disposals", "200 200 200 200"},
	{"/disposals?section=zeimu", "200 200 200 200"},
	{"/disposals?asset=CODE&state=waiting", "200 200 200 200"},
	{"/disposals/8-0003", "404 404 404 404"},
	{"/disposals/8-0003/record", "404 404 403 403"},
	{"/disposals/8-0003/confirm", "404 403 403 403"},
	{"/disposals/8-0003/withdraw", "404 404 403 403"},
	{"/disposals/8-0003/files/1", "404 404 404 404"},
	{"/assets/CODE/dispose", "404 404 403 403"},
	{"/assets/CODE/missing", "404 404 404 404"},
	{"/assets?state=disposing&section=zeimu", "200 200 200 200"},
	{"/assets/bulk/changes", "200 403 403 403"},
	{"/assets?broken=excepted&section=zeimu", "200 200 200 200"},
	{"/assets?handed=zeimu", "200 200 200 200"},
	// everywhere else
	{"/", "200 200 200 200"},
	{"/search?q=%E3%82%BF%E3%82%B3", "200 200 200 200"},
	{"/search?q=CODE", "200 200 200 200"},
	{"/notices", "200 200 200 200"},
	{"/organization/zeimu", "200 200 200 200"},
	{"/assets/fukushi-0001/relations", "200 200 404 404"},
}

// What another section registers changes nothing of what its people don't may see: each
// answer is, to the letter, what it was before the asset was there.
func TestAnotherSectionFindsNothingOfAnAsset(t *testing.T) {
	t.Parallel()
	if len(ways) < 40 {
		t.Fatalf("only %d ways are tried", len(ways))
	}
	portal := town.Start(t)
	owner := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	manager := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	clerk := town.Holder("福祉こども課 職員")
	named := manager.Post("/assets/keepers", url.Values{"do": {"name"}, "section": {"fukushi"}, "person": {clerk.StaffNumber}, "first": {"2026-11-24"}})
	if !strings.Contains(named.Body, "台帳担当者を決めました") {
		t.Fatalf("naming a keeper: %d", named.Status)
	}
	visitors := []*servertest.Visitor{manager, servertest.SignIn(t, portal, clerk), servertest.SignIn(t, portal, town.Holder("健康環境課 職員")), servertest.SignIn(t, portal, town.Holder("総務課 ポータル管理担当"))}
	one := func(sql string) (s string) {
		t.Helper()
		if err := portal.DB.Pool.QueryRow(t.Context(), sql).Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	code := one(`SELECT 'zeimu-' || to_char(max(substr(code, 7)::int) + 1, 'FM0000') FROM asset WHERE code LIKE 'zeimu-%'`)
	const newest = `SELECT code FROM communication ORDER BY id DESC LIMIT 1`
	number := regexp.MustCompile(`<span class="hash">[^<]*</span>`)
	// COMM is known only when it is there: before, a number that nobody has
	look := func(communication string) (answers [][]servertest.Answer) {
		for _, way := range ways {
			address := strings.NewReplacer("CODE", code, "COMM", communication).Replace(way.address)
			of := make([]servertest.Answer, len(visitors))
			for i, v := range visitors {
				of[i] = v.Get(address)
				of[i].Body = strings.ReplaceAll(number.ReplaceAllString(of[i].Body, ""), communication, "COMM")
			}
			answers = append(answers, of)
		}
		return answers
	}
	before := look("t-9999")

	if a := owner.Post("/assets/new", assettest.Ledger("name", "秘匿の滞納整理名簿タコ", "own_number", "HIMITSU-7番", "place", "隠し倉庫の棚", "zone", "internet", "personal", "sensitive", "confidentiality", "3A", "availability", "2")); a.Status != 200 || !strings.Contains(a.Body, code) {
		t.Fatalf("registering: %d %.3000s", a.Status, a.Body)
	}
	for what, a := range map[string]servertest.Answer{
		"土台を加えました": owner.Post("/assets/"+code+"/relations", url.Values{"on": {"zeimu-0010"}}), // which rests on nothing of others
		"書類を加えました": attach(owner, "/assets/"+code+"/papers", "a.pdf", "%PDF-1.7\n秘匿の図面", map[string]string{"title": "秘匿の図面"}),
		"個人情報ファイル簿に書きました": owner.Post("/assets/"+code+"/file/edit", url.Values{
			"version": {"0"}, "name": {"秘匿の滞納のファイル"}, "body": {"見本町長"}, "section": {"税務町民課"}, "purpose": {"秘匿の利用目的", "秘匿の例外", "秘匿の廃棄"}, "items": {"1氏名"}, "scope": {"見本"},
			"collection": {"見本"}, "sensitive": {"no"}, "desk": {"総務課"}, "processing": {"computer"}, "headcount": {"thousand"},
		}),
		"領域間の通信を登録しました": owner.Post("/communications/new", url.Values{
			"section": {"zeimu"}, "name": {"秘匿の回線"}, "from_zone": {"mynumber"}, "to_zone": {"internet"}, "direction": {"one_way"}, "purpose": {"秘匿の回線"}, "asset": {code}, "safeguard": {"firewall"},
		}),
	} {
		if a.Status != 200 || !strings.Contains(a.Body, what) {
			t.Errorf("want %q: %d %.200s", what, a.Status, a.Body)
		}
	}
	if a := owner.Post("/exceptions/new", url.Values{
		"section": {"zeimu"}, "assets": {code}, "clause": {"基本方針7(3)"}, "subject": {"秘匿の例外", "秘匿の廃棄"}, "reason": {"秘匿の例外", "秘匿の廃棄"}, "risk": {"見本"}, "instead": {"見本"},
		"from_on": {"2026-11-25"}, "until_on": {"2027-03-31"},
	}); a.Status != 200 || !strings.Contains(a.Body, "例-8-0003") {
		t.Errorf("asking for an exception: %d %.2000s", a.Status, a.Body)
	}
	if a := owner.Post("/stocktakings/8-1/zeimu/answer", url.Values{"asset": {"zeimu-0001"}, "result": {"disposed"}, "seen": {"0"}, "note": {"秘匿の廃棄"}}); !strings.Contains(a.Body, "「廃棄」と記録しました") {
		t.Errorf("answering in a 棚卸し: %d %.2000s", a.Status, a.Body)
	}
	_, medium := assettest.Register(t, owner, assettest.Ledger("name", "秘匿の滞納の媒体", "kind", "medium"))
	if a := owner.Post("/assets/"+medium+"/dispose", url.Values{
		"medium": {"hdd"}, "ways": {"HDD：プラッタの破壊（多数の穴、切断、変形）"}, "reason": {"秘匿の滞納"}, "due": {"2026-12-24"},
	}); a.Status != 200 || !strings.Contains(a.Body, "廃-8-0003") {
		t.Errorf("asking to dispose: %d %.2000s", a.Status, a.Body)
	}
	if a := owner.Post("/loans/new", url.Values{
		"asset": {code}, "section": {"zeimu"}, "purpose": {"秘匿の持出し"}, "place": {"隠し倉庫"}, "from_on": {"2026-11-25"}, "until_on": {"2026-11-26"},
	}); a.Status != 422 || !strings.Contains(a.Body, "持-8-0005") {
		t.Errorf("asking to take it out: %d %.2000s", a.Status, a.Body)
	}
	keeper := town.Holder("税務町民課 職員")
	owner.Post("/assets/keepers", url.Values{"do": {"name"}, "section": {"zeimu"}, "person": {keeper.StaffNumber}, "first": {"2026-11-24"}})
	drafting := servertest.SignIn(t, portal, keeper)
	if a := drafting.Post("/assets/new", assettest.Ledger("name", "秘匿の滞納の下書き", "place", "隠し倉庫の棚")); !strings.Contains(a.Body, "下書きを作りました") {
		t.Errorf("drafting: %d", a.Status)
	}
	if a := drafting.Post("/assets/"+code+"/edit", assettest.Ledger("version", "1", "name", "秘匿の滞納の提案")); !strings.Contains(a.Body, "変更を提案しました") {
		t.Errorf("proposing: %d", a.Status)
	}
	communication := one(newest)
	if a := owner.Get("/assets/" + code + "/papers/1"); a.Status != 200 || !strings.Contains(a.Body, "秘匿の図面") {
		t.Errorf("its own section reads the paper: %d", a.Status)
	}
	after := look(communication)
	for i, way := range ways {
		var statuses []string
		for j, a := range after[i] {
			statuses = append(statuses, strconv.Itoa(a.Status))
			for _, word := range hiddenWords {
				if strings.Contains(a.Body, word) {
					t.Errorf("%s tells visitor %d %q", way.address, j, word)
				}
			}
			if was := before[i][j]; was.Status != a.Status || was.Body != a.Body {
				t.Errorf("%s answers visitor %d otherwise than before: %d, %d:\n%s", way.address, j, was.Status, a.Status, difference(was.Body, a.Body))
			}
		}
		if got := strings.Join(statuses, " "); got != way.statuses {
			t.Errorf("%s answers %s, want %s", way.address, got, way.statuses)
		}
	}
	mustBeAlike(t, visitors, code, communication)
}

// forms are what another section's people send, and what the answer is to the
// 情報セキュリティ管理者, the 台帳担当者, the 職員 and the ポータル管理者.
var forms = []struct {
	address  string
	form     url.Values
	statuses string
}{
	{"/assets/CODE/edit", assettest.Ledger("version", "1"), "404 404 403 403"},
	{"/assets/CODE/edit", assettest.Ledger("version", "1", "do", "judge"), "404 404 403 403"},
	{"/assets/CODE/mistake", url.Values{"version": {"1"}, "why": {"見本"}}, "404 403 403 403"},
	{"/assets/CODE/relations", url.Values{"on": {"fukushi-0004"}}, "404 403 403 403"},
	{"/assets/CODE/relations", url.Values{"act": {"release"}, "on": {"zeimu-0010"}}, "404 403 403 403"},
	{"/assets/fukushi-0001/relations", url.Values{"on": {"CODE"}}, "422 403 403 403"},
	{"/assets/fukushi-0001/relations", url.Values{"act": {"release"}, "on": {"CODE"}}, "422 403 403 403"},
	{"/assets/CODE/merge", url.Values{"into": {"fukushi-0001"}, "version": {"1"}}, "404 403 403 403"},
	{"/assets/fukushi-0001/merge", url.Values{"into": {"CODE"}, "version": {"1"}}, "422 403 403 403"},
	{"/assets/CODE/versions/1", url.Values{"version": {"1"}}, "404 403 403 403"},
	{"/assets/CODE/looked-at", url.Values{"version": {"1"}}, "404 403 403 403"},
	{"/assets/CODE/file/edit", url.Values{"version": {"0"}, "purpose": {"見本"}}, "404 403 403 403"},
	{"/assets/CODE/review", url.Values{"do": {"confirm"}, "version": {"1"}, "proposal": {"0"}}, "404 404 403 403"},
	{"/assets/drafts", url.Values{"draft": {"CODE 1"}}, "404 403 403 403"},
	{"/assets/hand/zeimu", url.Values{"to": {"fukushi"}, "which": {"ticked"}, "asset": {"CODE"}}, "403 403 403 403"},
	{"/assets/CODE/withdraw", url.Values{"version": {"1"}, "proposal": {"0"}}, "404 404 403 403"},
	{"/assets/new", assettest.Ledger(), "403 403 403 403"},
	{"/assets/keepers", url.Values{"do": {"name"}, "section": {"zeimu"}, "person": {"M001"}, "first": {"2026-11-24"}}, "403 403 403 403"},
	{"/exceptions/new", url.Values{
		"section": {"fukushi"}, "assets": {"CODE"}, "clause": {"見本"}, "subject": {"見本"}, "reason": {"見本"}, "risk": {"見本"}, "instead": {"見本"}, "from_on": {"2026-11-25"}, "until_on": {"2027-03-31"},
	}, "422 403 403 403"},
	{"/stocktakings/8-1/zeimu", url.Values{"asset": {"CODE"}, "result": {"same"}, "seen": {"0"}}, "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/answer", url.Values{"asset": {"CODE"}, "result": {"disposed"}, "note": {"見本"}, "seen": {"0"}}, "404 404 403 403"},
	{"/stocktakings/8-1/fukushi", url.Values{"asset": {"CODE"}, "result": {"same"}, "seen": {"0"}}, "409 409 403 403"},
	{"/stocktakings/8-1/fukushi/answer", url.Values{"asset": {"CODE"}, "result": {"missing"}, "seen": {"0"}}, "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/typing", url.Values{"asset": {"CODE"}, "result-CODE": {"same"}, "on": {"2026-11-24"}}, "404 404 403 403"},
	{"/stocktakings/8-1/zeimu/confirm", url.Values{"version": {"1"}}, "404 403 403 403"},
	{"/assets/CODE/dispose", url.Values{"medium": {"hdd"}, "reason": {"見本"}, "due": {"2026-12-24"}}, "404 404 403 403"},
	{"/assets/fukushi-0001/dispose", url.Values{"medium": {"hdd"}, "ways": {"HDD：消磁"}, "reason": {"見本"}, "due": {"2026-12-24"}, "assets": {"CODE"}}, "422 422 403 403"},
	{"/assets/CODE/missing", url.Values{"noticed_on": {"2026-11-20"}, "noticed_time": {"09:00"}, "noticed_by": {"見本"}}, "404 404 404 404"},
	{"/assets/CODE/missing/found", url.Values{"version": {"1"}, "found_on": {"2026-11-20"}, "found_where": {"見本"}, "found_by": {"見本"}}, "404 403 403 403"},
	{"/disposals/CODE/record", url.Values{"version": {"1"}}, "404 404 403 403"},
	{"/loans/new", url.Values{
		"asset": {"CODE"}, "section": {"fukushi"}, "purpose": {"見本"}, "place": {"見本"}, "from_on": {"2026-11-25"}, "until_on": {"2026-11-26"},
	}, "422 422 403 403"},
	{"/assets/CODE/loans/offer", url.Values{"version": {"0"}, "offered": {"1"}}, "404 403 403 403"},
	{"/exceptions/EXCEPTION/withdraw", url.Values{"version": {"1"}, "note": {"見本"}}, "404 403 403 403"},
	{"/exceptions/EXCEPTION/end", url.Values{"version": {"1"}, "note": {"見本"}}, "404 403 403 403"},
	{"/exceptions/EXCEPTION/settle", url.Values{"version": {"1"}, "note": {"見本"}, "on": {"2026-11-24"}}, "404 403 403 403"},
	{"/exceptions/EXCEPTION/permit", url.Values{"version": {"1"}}, "403 403 403 403"},
	{"/exceptions/new", url.Values{
		"section": {"fukushi"}, "follows": {"EXCEPTION"}, "clause": {"見本"}, "subject": {"見本"}, "reason": {"見本"}, "risk": {"見本"}, "instead": {"見本"}, "from_on": {"2026-11-25"}, "until_on": {"2027-03-31"},
	}, "422 403 403 403"},
	{"/communications/COMM/edit", url.Values{"version": {"1"}, "name": {"見本"}}, "404 403 403 403"},
	{"/communications/COMM/end", url.Values{"version": {"1"}, "ended_on": {"2026-11-24"}, "sure": {"1"}}, "404 403 403 403"},
	{"/communications/new", url.Values{
		"section": {"fukushi"}, "name": {"見本の通信"}, "from_zone": {"mynumber"}, "to_zone": {"external"}, "direction": {"both"}, "purpose": {"見本"}, "safeguard": {"unconfirmed"}, "asset": {"CODE"},
	}, "422 403 403 403"},
}

// mustBeAlike sends each form about the asset and about one that never was, and finds no
// difference.
func mustBeAlike(t *testing.T, visitors []*servertest.Visitor, code, communication string) {
	t.Helper()
	number := regexp.MustCompile(`<span class="hash">[^<]*</span>|/assets/import/[A-Z0-9]+`)
	send := func(v *servertest.Visitor, address string, form url.Values, code, communication, exception string) servertest.Answer {
		put := strings.NewReplacer("CODE", code, "COMM", communication, "EXCEPTION", exception)
		filled := url.Values{}
		for name, values := range form {
			for _, value := range values {
				filled.Add(name, put.Replace(value))
			}
		}
		a := v.Post(put.Replace(address), filled)
		a.Body = strings.NewReplacer(code, "CODE", communication, "COMM", exception, "EXCEPTION").Replace(number.ReplaceAllString(a.Body, ""))
		return a
	}
	for _, f := range forms {
		var statuses []string
		for j, v := range visitors {
			there, missing := send(v, f.address, f.form, code, communication, "8-0003"), send(v, f.address, f.form, "zeimu-9999", "t-9999", "8-9999")
			if there.Status != missing.Status || there.Body != missing.Body {
				t.Errorf("visitor %d can tell by a form to %s: %d, %d:\n%s", j, f.address, there.Status, missing.Status, difference(there.Body, missing.Body))
			}
			statuses = append(statuses, strconv.Itoa(there.Status))
		}
		if got := strings.Join(statuses, " "); got != f.statuses {
			t.Errorf("a form to %s is answered %s, want %s", f.address, got, f.statuses)
		}
	}
	for j, v := range visitors {
		hand := func(code string) servertest.Answer {
			a := attach(v, "/assets/import", "a.csv", "管理番号,課室,情報資産名,機密性,完全性,可用性,個人情報の有無,領域\n"+code+",税務町民課,見本,2,2,2,無,LGWAN\n"+code+",福祉こども課,見本,2,2,2,無,LGWAN\n"+code+",,見本,,,,,\n", nil)
			a.Body = strings.ReplaceAll(number.ReplaceAllString(a.Body, ""), code, "CODE")
			return a
		}
		there, missing := hand(code), hand("zeimu-9999")
		if there.Status != missing.Status || there.Body != missing.Body {
			t.Errorf("visitor %d can tell by an import: %d, %d:\n%s", j, there.Status, missing.Status, difference(there.Body, missing.Body))
		}
	}
}

// attach sends a form with a file.
func attach(v *servertest.Visitor, address, name, content string, fields map[string]string) servertest.Answer {
	v.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for field, value := range fields {
		if err := w.WriteField(field, value); err != nil {
			v.T.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		v.T.Fatal(err)
	}
	return v.Ask(http.MethodPost, address, w.FormDataContentType(), &b)
}

// Who only keeps the portal, and is no section's 職員, is let into no page of any register.
func TestWhoOnlyKeepsThePortalReadsNoRegister(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	account := town.Holder("総務課 ポータル管理担当")
	for _, sql := range []string{
		`UPDATE appointment SET period = daterange(lower(period), '2026-11-01') WHERE person_id = $1`,
		`INSERT INTO role_grant (person_id, role, period, reason) VALUES ($1, 'administrator', '[2026-04-02,)', '見本')`,
	} {
		if _, err := portal.DB.Pool.Exec(t.Context(), sql, account.Person); err != nil {
			t.Fatal(err)
		}
	}
	v := servertest.SignIn(t, portal, account)
	tried := 0
	for _, way := range ways {
		address := strings.NewReplacer("CODE", "zeimu-0001", "COMM", "zeimu-t001").Replace(way.address)
		if !strings.HasPrefix(address, "/assets") && !strings.HasPrefix(address, "/communications") && !strings.HasPrefix(address, "/disposals") {
			continue
		}
		tried++
		if a := v.Get(address); a.Status != http.StatusForbidden || strings.Contains(a.Body, "住民基本台帳データ") {
			t.Errorf("%s answers %d", address, a.Status)
		}
	}
	for _, f := range forms {
		address := strings.NewReplacer("CODE", "zeimu-0001", "COMM", "zeimu-t001").Replace(f.address)
		if a := v.Post(address, f.form); a.Status != http.StatusForbidden {
			t.Errorf("a form to %s is answered %d", address, a.Status)
		}
	}
	if tried < 40 {
		t.Errorf("only %d ways are tried", tried)
	}
}

// difference is where two answers part.
func difference(was, is string) string {
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			return was[max(0, i-100):min(len(was), i+100)] + "\n---\n" + is[max(0, i-100):min(len(is), i+100)]
		}
	}
	return "one is longer"
}
