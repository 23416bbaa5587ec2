package setting_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/setting"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
	websetting "kagami/web/setting"
)

var reminded = setting.NewDays("sample.days", "見本のお知らせ", "見本の説明です。", -3, 1)

var switched = setting.NewSwitch("sample.switch", "見本のきりかえ", "見本の説明です。", false)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	return []screen.Part{websetting.New(setting.New(g.Pool, g.Door, reminded.Setting, switched.Setting)).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

const page = "/settings/sample.days"

func TestTheGeneralSecurityOfficerSetsAValueFromADay(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	if a := v.Get("/settings"); !strings.Contains(a.Body, "3日前、1日後") || !strings.Contains(a.Body, "町の設定") {
		t.Fatalf("the list: %d %s", a.Status, a.Body)
	}
	a := v.Post(page, url.Values{"value": {"７日前、当日"}, "first": {"2026-12-01"}, "reason": {"早めに知らせたいため"}, "act": {"set"}})
	for _, want := range []string{"設定しました", "「見本のお知らせ」は、令和8年12月1日から「7日前、当日」になります。", "令和8年12月1日から「7日前、当日」になる予定です", "早めに知らせたいため", "見本 一郎"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("afterwards the page lacks %q", want)
		}
	}
	a = v.Post(page, url.Values{"first": {"2026-12-01"}, "reason": {"始まる前に取り消した"}, "last": last(a), "act": {"back"}})
	if !strings.Contains(a.Body, "「見本のお知らせ」の令和8年12月1日からの予定を取り消しました。いまの値「3日前、1日後」が続きます。") || strings.Contains(a.Body, "になる予定です") || !strings.Contains(a.Body, "（取り消し）") {
		t.Errorf("taken back: %d %s", a.Status, a.Body)
	}
}

// The history names how each value stands; what was set last is named though another is
// to hold after it; the bounds stand beside the fields.
func TestTheHistoryTellsNowFromLaterAndBefore(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	var a servertest.Answer
	for _, c := range [][2]string{{"9日前", "2026-12-01"}, {"8日前", "2026-11-24"}} {
		a = v.Post(page, url.Values{"value": {c[0]}, "first": {c[1]}, "reason": {"見本"}, "last": last(v.Get(page)), "act": {"set"}})
	}
	for _, want := range []string{
		"「見本のお知らせ」は、令和8年11月24日から「8日前」になります。", "いまの値</td>", "これからの値</td>", "はじめの値「3日前、1日後」",
		"今日から、5年先までの日です。", "500字までです。", `data-label="いつから">令和8年12月1日から</th>`,
	} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// On a narrow screen a table has no head: each cell says itself under which heading it
// stands.
func TestEachCellNamesItsHeading(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	set := v.Post(page, url.Values{"value": {"9日前"}, "first": {"2026-12-01"}, "reason": {"見本"}, "act": {"set"}})
	cell := regexp.MustCompile(`<t[dh][^>]*>`)
	for name, a := range map[string]servertest.Answer{"all": v.Get("/settings"), "one": set} {
		_, body, _ := strings.Cut(a.Body, "<tbody>")
		body, _, found := strings.Cut(body, "</tbody>")
		if !found {
			t.Fatalf("%s: no table", name)
		}
		for _, tag := range cell.FindAllString(body, -1) {
			if !strings.Contains(tag, "data-label=\"") {
				t.Errorf("%s: a cell without its heading: %s", name, tag)
			}
		}
	}
}

// What an address says has been done is said in general where nothing was.
func TestAnAddressSetsNothing(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	if a := v.Get(page + "?done=setting-set"); a.Status != http.StatusOK || strings.Contains(a.Body, "「見本のお知らせ」は、") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

var lastSeen = regexp.MustCompile(`name="last" value="([0-9]+)"`)

// last is what the form of a page carries of what was shown.
func last(a servertest.Answer) []string { return lastSeen.FindStringSubmatch(a.Body)[1:] }

// Whoever comes second sees what the first has done, and what they have typed
// themselves: it is theirs to press again.
func TestTheSecondDeskIsShownWhatTheFirstHasDone(t *testing.T) {
	t.Parallel()
	p := town.Start(t)
	one, other := servertest.SignIn(t, p, town.Holder("総務課長")), servertest.SignIn(t, p, town.Holder("総務課長"))
	seen := last(one.Get(page))
	other.Post(page, url.Values{"value": {"7日前"}, "first": {"2026-12-01"}, "reason": {"見本"}, "last": seen, "act": {"set"}})
	mine := url.Values{"value": {"5日前"}, "first": {"2026-12-01"}, "reason": {"別の理由"}, "last": seen, "act": {"set"}}
	wants := func(a servertest.Answer, status int, texts ...string) {
		t.Helper()
		for _, text := range texts {
			if a.Status != status || !strings.Contains(a.Body, text) {
				t.Errorf("%d, want %d with %s", a.Status, status, text)
			}
		}
	}
	// what is wrong with the form shows nothing of the change: it is still unseen
	again := one.Post(page, url.Values{"value": {"5日前"}, "first": {"12/1"}, "reason": {"別の理由"}, "last": seen, "act": {"set"}})
	wants(again, http.StatusUnprocessableEntity, `name="last" value="`+seen[0]+`"`)
	a := one.Post(page, mine)
	wants(a, http.StatusConflict, "画面を開いたあとに、この設定がほかで変わりました", "「7日前」になる予定です", `value="5日前"`, "別の理由")
	mine["last"] = last(a)
	wants(one.Post(page, mine), http.StatusOK, "設定しました", "「5日前」になる予定です")
	mine["last"] = last(one.Get(page))
	wants(one.Post(page, mine), http.StatusUnprocessableEntity, "その日は、すでに「5日前」です", "別の理由")
}

func TestASwitchIsChosen(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	if a := v.Get("/settings/sample.switch"); !strings.Contains(a.Body, `type="radio" name="value" value="いいえ" checked`) {
		t.Errorf("what holds is not marked: %s", a.Body)
	}
	a := v.Post("/settings/sample.switch", url.Values{"value": {"はい"}, "first": {"2026-12-01"}, "reason": {"見本"}, "act": {"set"}})
	if !strings.Contains(a.Body, "令和8年12月1日から「はい」になる予定です") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

func TestWhatWasTypedComesBackWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	for name, c := range map[string]struct {
		form url.Values
		want []string
	}{
		"a word":   {url.Values{"value": {"あした<b>"}, "first": {"2026-12-01"}, "reason": {"理由です"}}, []string{"「あした&lt;b&gt;」を読み取れません", "理由です", `value="2026-12-01"`}},
		"no day":   {url.Values{"value": {"5日前"}, "first": {"12/1"}, "reason": {"理由です"}}, []string{"2026-04-01 のように", `value="5日前"`}},
		"is over":  {url.Values{"value": {"5日前"}, "first": {"2026-11-01"}, "reason": {"理由です"}}, []string{"過ぎた日からは変えられません"}},
		"no why":   {url.Values{"value": {"5日前"}, "first": {"2026-12-01"}}, []string{"理由を500字まで"}},
		"all gone": {nil, []string{"日を入力してください", "いつからかを入力してください"}},
	} {
		a := v.Post(page, c.form)
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.Status)
		}
		for _, want := range c.want {
			if !strings.Contains(a.Body, want) {
				t.Errorf("%s: the page lacks %q", name, want)
			}
		}
	}
	if n := v.Count("setting_value"); n != 0 {
		t.Errorf("%d values are set", n)
	}
}

func TestWhoMaySeeSettingsSeesNoForm(t *testing.T) {
	t.Parallel()
	p := town.Start(t)
	v := servertest.SignIn(t, p, town.Holder("副町長"))
	if a := v.Get(page); a.Status != http.StatusOK || strings.Contains(a.Body, "<textarea") || !strings.Contains(a.Body, "統括情報セキュリティ責任者です") {
		t.Errorf("the CISO: %d %s", a.Status, a.Body)
	}
	if a := v.Post(page, url.Values{"value": {"5日前"}, "first": {"2026-12-01"}, "reason": {"見本"}}); a.Status != http.StatusForbidden {
		t.Errorf("the CISO sets: %d", a.Status)
	}
	if a := v.Get("/settings/none"); a.Status != http.StatusNotFound {
		t.Errorf("none: %d", a.Status)
	}
	staff := servertest.SignIn(t, p, town.Holder("税務町民課 職員"))
	if a := staff.Get(page); a.Status != http.StatusForbidden {
		t.Errorf("a 職員: %d", a.Status)
	}
	if strings.Contains(staff.Get("/").Body, "町の設定") {
		t.Error("a 職員 is led to the settings")
	}
}
