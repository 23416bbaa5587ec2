package organization_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/org/reach"
	"kagami/web/server/servertest"
)

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// sectionForm is a form for 税務町民課 as it was opened at a version.
func sectionForm(name, version string) url.Values {
	return url.Values{"name": {name}, "code": {"zeimu"}, "kind": {"internal"}, "position": {"2"}, "version": {version}}
}

// The second of two who change a section sees both texts, and decides.
func TestTheSecondWriterOfASectionSeesBothTexts(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	if a := officer.Post("/organization/zeimu/edit", sectionForm("税務課", "1")); !strings.Contains(a.Body, "税務課：変更しました") {
		t.Fatalf("the first: %d %s", a.Status, a.Body)
	}
	a := officer.Post("/organization/zeimu/edit", sectionForm("町民課", "1"))
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, `value="町民課"`) || !strings.Contains(a.Body, "税務課") ||
		!strings.Contains(a.Body, `name="version" value="2"`) {
		t.Errorf("the second: %d %s", a.Status, a.Body)
	}
	if a := officer.Post("/organization/zeimu/edit", sectionForm("町民課", "2")); !strings.Contains(a.Body, "変更しました") {
		t.Errorf("once more: %d %s", a.Status, a.Body)
	}
}

// postIn is the post of 職員 in a section.
func postIn(t *testing.T, portal *servertest.Portal, section string) (id int64) {
	t.Helper()
	err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT po.id FROM post po JOIN section s ON s.id = po.section_id WHERE s.code = $1 AND po.title = '職員'`, section).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A transfer says whether the old post ends, and shows before and after.
func TestATransferIsAskedForAndShownBeforeAndAfter(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	form := url.Values{"section": {"fukushi"}, "post": {fmt.Sprint(postIn(t, portal, "fukushi"))}, "first": {"2028-02-29"}, "check": {"1"}}
	a := officer.Get("/people/M010/appoint?" + form.Encode())
	if a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "異動か兼務かを選んでください") || !strings.Contains(a.Body, `value="2028-02-29"`) || strings.Contains(a.Body, `type="radio" name="way" value="transfer" checked`) {
		t.Fatalf("without a word: %d %s", a.Status, a.Body)
	}
	if a := officer.Post("/people/M010/appoint", form); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("done without a word: %d", a.Status)
	}
	form.Set("way", "transfer")
	page := officer.Get("/people/M010/appoint?" + form.Encode())
	for _, want := range []string{"令和10年2月28日まで", "前日で終わります", "加わります", "福祉こども課 職員"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("before and after lack %q: %d", want, page.Status)
		}
	}
	shown := servertest.Hidden(page.Body)
	if a := officer.Post("/people/M010/appoint", shown); !strings.Contains(a.Body, "さん：発令を記録しました</h2><p>福祉こども課 職員、令和10年2月29日から。") || !strings.Contains(a.Body, "令和10年2月28日まで") {
		t.Errorf("done: %d %s", a.Status, a.Body)
	}
	if a := officer.Post("/people/M010/appoint", shown); a.Status != http.StatusConflict {
		t.Errorf("once more from the same page: %d %s", a.Status, a.Body)
	}
}

// A role that a post carries is not given in one step: who has it now, who has it then,
// and that it goes with a post are shown before, and whoever gets it is told.
func TestARoleIsGivenOnceItsConsequencesAreShown(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	clerk := town.Holder("税務町民課 職員")
	roles := "/people/" + clerk.StaffNumber + "/roles"
	form := url.Values{"role": {"ciso"}, "first": {"2026-12-01"}, "reason": {"副町長の不在のため"}}
	page := officer.Post(roles, form)
	ciso := town.Holder("副町長")
	for _, want := range []string{"この役割は、副町長の職に付いています", ciso.Name, "これまでの人の役割は終わりません", "加わります", "お知らせします"} {
		if page.Status != http.StatusOK || !strings.Contains(page.Body, want) {
			t.Errorf("before and after lack %q: %d %s", want, page.Status, page.Body)
		}
	}
	if n := cisosByHand(t, portal); n != 0 {
		t.Errorf("given without being shown: %d", n)
	}
	if a := officer.Post(roles, servertest.Hidden(page.Body)); !strings.Contains(a.Body, clerk.Name+"さん：役割を与えました</h2><p>最高情報セキュリティ責任者（CISO）（全体）、令和8年12月1日から。") {
		t.Fatalf("given: %d %s", a.Status, a.Body)
	}
	if a := officer.Post(roles, form); a.Status != http.StatusConflict || !strings.Contains(a.Body, "すでに同じ役割が与えられています") {
		t.Errorf("once more: %d %s", a.Status, a.Body)
	}
	given := servertest.SignIn(t, portal, clerk)
	const told = "最高情報セキュリティ責任者（CISO）の役割が与えられました"
	if a := given.Get("/notices"); !strings.Contains(a.Body, told) || !strings.Contains(a.Body, "令和8年12月1日から") {
		t.Errorf("who gets it is told: %d %s", a.Status, a.Body)
	}
	var id int64
	if err := portal.Pool.QueryRow(t.Context(), `SELECT id FROM role_grant WHERE role = 'ciso'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	officer.Post(fmt.Sprintf("/grants/%d", id), url.Values{"act": {"withdraw"}})
	if a := given.Get("/notices"); strings.Contains(a.Body, told) {
		t.Errorf("it is told though it was taken back: %s", a.Body)
	}
}

// cisosByHand is how many have been given the role of CISO directly.
func cisosByHand(t *testing.T, portal *servertest.Portal) (n int) {
	t.Helper()
	if err := portal.Pool.QueryRow(t.Context(), `SELECT count(*) FROM role_grant WHERE role = 'ciso'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Whom an appointment ends, which roles go with it, and which seats it empties is named
// before it is made.
func TestTheCheckNamesWhomAnAppointmentEnds(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	head, other := town.Holder("税務町民課長"), town.Holder("福祉こども課長")
	var post int64
	if err := portal.Pool.QueryRow(t.Context(), `SELECT post_id FROM standing WHERE person_id = $1`, other.Person).Scan(&post); err != nil {
		t.Fatal(err)
	}
	page := officer.Get("/people/" + head.StaffNumber + "/appoint?" + url.Values{
		"section": {"fukushi"}, "post": {fmt.Sprint(post)}, "first": {"2027-04-01"}, "way": {"transfer"}, "succeed": {"1"}, "check": {"1"},
	}.Encode())
	text := strings.Join(strings.Fields(page.Body), " ")
	for name, want := range map[string]string{
		"the predecessor": other.Name + `</th><td data-label="終わる職">福祉こども課長</td><td data-label="なくなる役割">情報セキュリティ管理者</td><td data-label="空席になる役割">なし`,
		"the post left":   head.Name + `</th><td data-label="終わる職">税務町民課長</td><td data-label="なくなる役割">情報セキュリティ管理者</td><td data-label="空席になる役割"><span><span class="chip warn">空席</span> 情報セキュリティ管理者`,
	} {
		if page.Status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: the page lacks %q: %d %s", name, want, page.Status, text)
		}
	}
}

// Nobody is asked to confirm an appointment that would be refused then: what is in the
// way is said before, with what was typed.
func TestWhatIsInTheWayOfAnAppointmentIsSaidBeforeTheCheck(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	var head, own int64
	var next calendar.Date
	err := portal.Pool.QueryRow(t.Context(), `
		SELECT (SELECT po.id FROM post po JOIN section s ON s.id = po.section_id WHERE s.code = 'fukushi' AND po.single_holder AND EXISTS (SELECT FROM standing a WHERE a.post_id = po.id)),
		       a.post_id FROM standing a JOIN person p ON p.id = a.person_id WHERE p.staff_number = 'M010'`).Scan(&head, &own)
	if err != nil {
		t.Fatal(err)
	}
	next = calendar.Day(servertest.Morning).AddDays(30)
	for name, c := range map[string]struct {
		section string
		post    int64
		succeed string
		status  int
		words   string
	}{
		"another holds it":    {"fukushi", head, "", http.StatusConflict, "この職にすでに別の人が就いています"},
		"they hold it":        {"zeimu", own, "", http.StatusConflict, "すでに同じ職に就いています"},
		"another's is to end": {"fukushi", head, "1", http.StatusOK, "発令する"},
	} {
		form := url.Values{"section": {c.section}, "post": {fmt.Sprint(c.post)}, "first": {next.String()}, "way": {"concurrent"}, "check": {"1"}, "succeed": {c.succeed}}
		a := officer.Get("/people/M010/appoint?" + form.Encode())
		if a.Status != c.status || !strings.Contains(a.Body, c.words) || !strings.Contains(a.Body, `value="`+next.String()+`"`) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if asks := strings.Contains(a.Body, `name="shown"`); asks != (c.status == http.StatusOK) {
			t.Errorf("%s: the page to check is shown: %t", name, asks)
		}
	}
}

// Who decides on a 室 whose own 情報セキュリティ管理者 is vacant is said as it is: the
// outer 課's, once it reaches inside.
func TestASectionSaysWhoDecidesOnItFromOutside(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ctx, general := t.Context(), portal.Actor(t, town.Holder("総務課長"))
	inner, err := portal.Org.AddSection(ctx, general, org.Section{Code: "shuno", Name: "収納室", Kind: org.Internal, Parent: "zeimu"})
	if err != nil {
		t.Fatal(err)
	}
	v := servertest.SignIn(t, portal, town.Holder("総務課長"))
	const standsIn = "統括情報セキュリティ責任者が代わって行います"
	if a := v.Get("/organization/shuno"); !strings.Contains(a.Body, standsIn) {
		t.Errorf("before: %d %s", a.Status, a.Body)
	}
	reaches, was := reach.New(portal.Pool, portal.Door), reach.Inside{}
	for _, to := range []reach.Inside{{Reads: true, Told: true}, {Reads: true, Decides: true}} {
		if err := reaches.Set(ctx, general, "zeimu", was, to); err != nil {
			t.Fatal(err)
		}
		was = to
		decides := slices.Contains(portal.Actor(t, town.Holder("税務町民課長")).Sections(authz.ExcuseAcknowledgement), inner)
		a := v.Get("/organization/shuno")
		says := strings.Contains(a.Body, "税務町民課の情報セキュリティ管理者（統括情報セキュリティ責任者も行えます）が行います")
		if decides != to.Decides || says != decides || strings.Contains(a.Body, standsIn) == decides {
			t.Errorf("%+v: they decide: %t; it says so: %t; %s", to, decides, says, a.Body)
		}
	}
}

// What was typed comes back with what is wrong, and nothing is half done.
func TestAFormThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	for _, c := range []struct {
		address string
		form    url.Values
		words   []string
	}{
		{"/sections", url.Values{"name": {"見本課"}, "code": {"zeimu"}, "kind": {"internal"}}, []string{"この課室コードは、すでに使われています", `value="見本課"`}},
		{"/sections", url.Values{"name": {"見本課"}, "code": {"mihon"}, "kind": {"internal"}, "position": {"三"}}, []string{"半角の数字で入力してください", `value="三"`}},
		{"/organization/zeimu/posts", url.Values{"title": {"課長"}}, []string{"同じ名前の職がすでにあります", `value="課長"`}},
		{"/register", url.Values{"section": {"zeimu"}, "staff_number": {"X1"}, "name": {"見本 新子"}, "furigana": {"ミホン"}, "kind": {"regular"}, "first": {"2026-12-01"}},
			[]string{"職を選んでください", `value="見本 新子"`, `value="2026-12-01"`}},
		{"/register", url.Values{"section": {"zeimu"}, "staff_number": {"X1"}, "name": {"見本 新子"}, "furigana": {"新子"}, "kind": {"regular"}},
			[]string{"最初の日を入力してください", "フリガナは、カタカナで", "直すところが2件"}},
		{"/people/M010/appoint", url.Values{"section": {"zeimu"}, "post": {"1"}, "first": {"2026-12-02"}, "last": {"2026-12-01"}},
			[]string{"最後の日は、最初の日かそれより後の日", `value="2026-12-02"`}},
		{"/people/M010/roles", url.Values{"role": {"auditor"}, "first": {"2026-12-02"}}, []string{"役割を直接与える理由を入力してください"}},
		{"/roles", url.Values{"title": {"主幹"}, "role": {"king"}, "first": {"2026-12-02"}}, []string{"役割を選んでください", `value="主幹"`}},
		{"/people/M003/appoint", url.Values{"section": {"zeimu"}, "post": {fmt.Sprint(postIn(t, portal, "zeimu"))}, "first": {"2026-12-02"}, "way": {"concurrent"}}, []string{"自分についての事項は、どの役割でも自分では決められません"}},
	} {
		a := officer.Post(c.address, c.form)
		if a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s answers %d", c.address, a.Status)
		}
		for _, words := range c.words {
			if !strings.Contains(a.Body, words) {
				t.Errorf("%s does not say %s: %s", c.address, words, a.Body)
			}
		}
	}
	if a := officer.Get("/people/X1"); a.Status != http.StatusNotFound {
		t.Errorf("a person without a post was registered: %d", a.Status)
	}
}

// The way of an appointment: prepared, taken back; begun, ended.
func TestAnAppointmentIsPreparedTakenBackAndEnded(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	var post, held int64
	err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT po.id, (SELECT a.id FROM appointment a JOIN person p ON p.id = a.person_id WHERE p.staff_number = 'M010')
		FROM post po JOIN section s ON s.id = po.section_id WHERE s.code = 'fukushi' AND po.title = '職員'`).Scan(&post, &held)
	if err != nil {
		t.Fatal(err)
	}
	officer.Post("/people/M010/appoint", url.Values{"section": {"fukushi"}, "post": {fmt.Sprint(post)}, "first": {"2027-04-01"}, "way": {"concurrent"}})
	var prepared int64
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT id FROM appointment WHERE lower(period) = '2027-04-01'`).Scan(&prepared); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id    int64
		form  url.Values
		words string
	}{
		{held, url.Values{"act": {"withdraw"}}, "すでに始まったものは取り消せません"},
		{held, url.Values{"act": {"end"}, "last": {"2026-11-01"}}, "すでに過ぎた期間は変えられません"},
		{held, url.Values{"act": {"end"}, "last": {"明日"}}, "日付は、2026-04-01 のように"},
		{held, url.Values{"act": {"end"}, "last": {"2027-03-31"}}, "最後の日を変えました"},
		{prepared, url.Values{"act": {"withdraw"}}, "取り消しました"},
		{prepared, url.Values{"act": {"withdraw"}}, "この発令は見つかりません"},
	} {
		if a := officer.Post(fmt.Sprintf("/appointments/%d", c.id), c.form); !strings.Contains(a.Body, c.words) {
			t.Errorf("%v: %d %s", c.form, a.Status, a.Body)
		}
	}
}
