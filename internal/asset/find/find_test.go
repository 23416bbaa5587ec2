package find_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections, each with its 情報セキュリティ管理者.
type office struct {
	*find.Service
	t            *testing.T
	db           pgtest.DB
	register     *asset.Service
	tax, welfare authz.Actor // the managers
	clerk        authz.Actor // a 職員 of the tax section
	officer      authz.Actor // the 統括
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	register := asset.New(db.Pool, through)
	o := office{Service: find.New(db.Pool, register), t: t, db: db, register: register}
	town := org.New(db.Pool, through)
	var sections []int64
	for i, name := range []string{"税務町民課", "福祉こども課"} {
		id, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: []string{"zeimu", "fukushi"}[i], Name: name, Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, id)
	}
	somebody := func(n int, role authz.Role, section int64) authz.Actor {
		id, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		return authz.Actor{Person: id, Holdings: []authz.Holding{{Role: role, Section: section}}}
	}
	o.tax, o.welfare = somebody(1, authz.SecurityManager, sections[0]), somebody(2, authz.SecurityManager, sections[1])
	o.clerk, o.officer = somebody(3, authz.Staff, sections[0]), somebody(4, authz.GeneralSecurityOfficer, 0)
	return o
}

// plain is an asset that nothing is wrong with.
func plain(name string) asset.Details {
	return asset.Details{
		Kind: asset.Information, Name: name, Confidentiality: "2", Integrity: "1", Availability: "1",
		Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: calendar.NewDate(2026, time.April, 1),
	}
}

// add registers an asset of the tax section, changed by each of some changes.
func (o office) add(name string, changes ...func(*asset.Details)) string {
	o.t.Helper()
	return o.addTo(o.tax, "zeimu", name, changes...)
}

func (o office) addTo(manager authz.Actor, section, name string, changes ...func(*asset.Details)) string {
	o.t.Helper()
	d := plain(name)
	for _, change := range changes {
		change(&d)
	}
	code, err := o.register.Register(o.t.Context(), manager, section, d)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) list(actor authz.Actor, q find.Search) find.Page {
	o.t.Helper()
	page, err := o.List(o.t.Context(), actor, q)
	if err != nil {
		o.t.Fatal(err)
	}
	return page
}

func names(page find.Page) string {
	var list []string
	for _, l := range page.Assets {
		list = append(list, l.Name)
	}
	return strings.Join(list, " ")
}

func TestAnotherSectionsAssetsAreInNoListCountOrSearch(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("課税台帳")
	hidden := o.addTo(o.welfare, "fukushi", "生活保護台帳", func(d *asset.Details) { d.Confidentiality = "3B" })
	for name, q := range map[string]find.Search{
		"all": {States: find.Any}, "current": {}, "its words": {Words: "生活保護"}, "its number": {Words: hidden}, "its section": {Section: "fukushi"},
		"its level": {Levels: map[asset.Aspect]string{asset.Confidentiality: "3B"}}, "words of both": {Words: "台帳"}, "from its place": {After: hidden + " -40"},
	} {
		for who, actor := range map[string]authz.Actor{"the manager": o.tax, "a clerk": o.clerk} {
			page := o.list(actor, q)
			if strings.Contains(names(page), "生活保護") || page.Count > 1 {
				t.Errorf("%s finds by %s %d: %s", who, name, page.Count, names(page))
			}
		}
		if page := o.list(o.welfare, q); strings.Contains(names(page), "課税") {
			t.Errorf("the other manager finds by %s: %s", name, names(page))
		}
	}
	if page := o.list(o.officer, find.Search{}); page.Count != 2 || names(page) != "生活保護台帳 課税台帳" {
		t.Errorf("the officer finds %d: %s", page.Count, names(page))
	}
	for who, want := range map[string]int{"officer": 2, "clerk": 1} {
		sections, err := o.Sections(t.Context(), map[string]authz.Actor{"officer": o.officer, "clerk": o.clerk}[who])
		if err != nil || len(sections) != want {
			t.Errorf("the %s chooses among %v, %v", who, sections, err)
		}
	}
	_, err := o.List(t.Context(), authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.Administrator}}}, find.Search{})
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who reads no register: %v", err)
	}
}

func TestFiltersLeaveOutTheRest(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("台帳", func(d *asset.Details) {
		d.Confidentiality, d.Integrity, d.Availability, d.Personal, d.NumberWork, d.Zone = "3B", "2", "2", asset.MyNumberBorne, asset.NumberUse, asset.MyNumberZone
	})
	o.add("書庫", func(d *asset.Details) { d.Kind, d.Zone, d.Integrity = asset.Paper, asset.OfflineZone, "2" })
	mistaken := o.add("誤り")
	if err := o.register.EndAsMistaken(t.Context(), o.tax, mistaken, 1, "二重"); err != nil {
		t.Fatal(err)
	}
	o.addTo(o.welfare, "fukushi", "名簿", func(d *asset.Details) { d.Personal = asset.PlainPersonal })
	for name, c := range map[string]struct {
		q    find.Search
		want string
	}{
		"nothing":         {find.Search{}, "台帳 名簿 書庫"},
		"section":         {find.Search{Section: "fukushi"}, "名簿"},
		"kind":            {find.Search{Kind: asset.Paper}, "書庫"},
		"confidentiality": {find.Search{Levels: map[asset.Aspect]string{asset.Confidentiality: "3B"}}, "台帳"},
		"integrity":       {find.Search{Levels: map[asset.Aspect]string{asset.Integrity: "2"}}, "台帳 書庫"},
		"two levels":      {find.Search{Levels: map[asset.Aspect]string{asset.Integrity: "2", asset.Availability: "1"}}, "書庫"},
		"zone":            {find.Search{Zone: asset.MyNumberZone}, "台帳"},
		"personal data":   {find.Search{Personal: asset.PlainPersonal}, "名簿"},
		"ended":           {find.Search{States: find.States(asset.Mistaken)}, "誤り"},
		"any":             {find.Search{States: find.Any, Section: "zeimu"}, "台帳 書庫 誤り"},
		"none such":       {find.Search{Kind: "cloud"}, ""},
		"all at once":     {find.Search{Words: "庫", Section: "zeimu", Kind: asset.Paper, Zone: asset.OfflineZone, Personal: asset.NotPersonal}, "書庫"},
	} {
		page := o.list(o.officer, c.q)
		if names(page) != c.want || page.Count != len(page.Assets) || page.More || page.Next != "" {
			t.Errorf("%s: %q, want %q; %d", name, names(page), c.want, page.Count)
		}
	}
}

func TestWordsAreFoundInEitherWidthAndLiterally(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("ＬＧＷＡＮ接続端末", func(d *asset.Details) { d.OwnNumber, d.Place = "Ａ-7", "書庫2の棚" })
	o.add("ｶﾒﾗ", func(d *asset.Details) { d.Content = "庁舎_玄関 100%の\\録画" })
	for words, want := range map[string]string{
		"lgwan": "ＬＧＷＡＮ接続端末", "ＬＧwan": "ＬＧＷＡＮ接続端末", "接": "ＬＧＷＡＮ接続端末", "カメラ": "ｶﾒﾗ", "a-7": "ＬＧＷＡＮ接続端末", "棚": "ＬＧＷＡＮ接続端末",
		"ZEIMU-0002": "ｶﾒﾗ", "玄関　録画": "ｶﾒﾗ", "玄関 棚": "", "%": "ｶﾒﾗ", "_": "ｶﾒﾗ", "100％の\\": "ｶﾒﾗ", "10_%": "", "ない": "", " 　 ": "ＬＧＷＡＮ接続端末 ｶﾒﾗ",
	} {
		if page := o.list(o.clerk, find.Search{Words: words, Sort: find.ByCode}); names(page) != want || page.Count != len(page.Assets) {
			t.Errorf("%q finds %q, want %q", words, names(page), want)
		}
	}
	if _, err := o.List(t.Context(), o.clerk, find.Search{Words: strings.Repeat("台", 201)}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("too many words: %v", err)
	}
}

// many registers so many more assets of the tax section, of all levels and zones, in one
// statement.
func (o office) many(n int) {
	o.t.Helper()
	_, err := o.db.Pool.Exec(o.t.Context(), `
		INSERT INTO asset (code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, checked_on, state)
		SELECT 'zeimu-' || CASE WHEN i % 3 = 0 THEN 10000 + i ELSE 1000 + i END, (SELECT id FROM section_shown WHERE code = 'zeimu'), 'information', '見本' || i % 7,
		       '2', '1', '1', ARRAY[i % 4, i % 3, i % 2], 'none', CASE i % 3 WHEN 0 THEN 'internet' WHEN 1 THEN 'lgwan' ELSE 'x' END, '2026-04-01',
		       CASE WHEN i % 5 > 0 THEN date '2026-04-01' + i % 5 END, 'registered'
		FROM generate_series(1, $1::int) AS i`, n)
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestEverySortGoesThroughAllOnceThoughTheyChangeMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.many(3*find.OnPage - 20)
	for _, sort := range []find.Sort{"", find.ByConfidentiality, find.ByIntegrity, find.ByAvailability, find.ByCode, find.ByName, find.ByZone, find.ByCheck} {
		seen := map[string]bool{}
		var order []string
		q := find.Search{Sort: sort}
		for pages := 0; ; pages++ {
			page := o.list(o.clerk, q)
			if page.Count != 3*find.OnPage-20 {
				t.Errorf("%s: %d on page %d", sort, page.Count, pages)
			}
			for _, l := range page.Assets {
				if seen[l.Code] {
					t.Errorf("%s: %s twice", sort, l.Code)
				}
				seen[l.Code] = true
				order = append(order, l.Code)
			}
			if page.Next == "" {
				break
			}
			// the last one of the page moves to the other end
			_, err := o.db.Pool.Exec(t.Context(), `
				UPDATE asset SET ranks = ARRAY[9, 9, 9], name = '見', zone = 'mynumber', checked_on = NULL WHERE code = $1`, order[len(order)-1])
			if err != nil {
				t.Fatal(err)
			}
			q.After = page.Next
		}
		if len(seen) != 3*find.OnPage-20 {
			t.Errorf("%s: %d of them", sort, len(seen))
		}
		if sort == find.ByCode && (!slices.Contains(order[:2], "zeimu-1001") || order[len(order)-1] != "zeimu-10279") {
			t.Errorf("by number from %v to %s", order[:2], order[len(order)-1])
		}
	}
}

func TestEachSortBeginsWithWhatMattersMost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("ろ", func(d *asset.Details) { d.CheckedOn = calendar.NewDate(2026, time.May, 1) })
	o.add("い", func(d *asset.Details) { d.Confidentiality, d.Availability, d.Zone = "3A", "2", asset.InternetZone })
	o.add("は", func(d *asset.Details) {
		d.Integrity, d.Personal, d.NumberWork, d.Zone, d.CheckedOn = "2", asset.MyNumberBorne, asset.NumberUse, asset.MyNumberZone, calendar.NewDate(2026, time.April, 2)
	})
	for sort, want := range map[find.Sort]string{
		"": "い ろ は", find.ByConfidentiality: "い ろ は", find.ByIntegrity: "は ろ い", find.ByAvailability: "い ろ は", find.ByCode: "ろ い は",
		find.ByName: "い は ろ", find.ByZone: "は ろ い", find.ByCheck: "い は ろ", "nonsense": "い ろ は",
	} {
		if got := names(o.list(o.clerk, find.Search{Sort: sort})); got != want {
			t.Errorf("by %q: %s, want %s", sort, got, want)
		}
	}
}

// A place that no link carries is that of the first page, and nothing breaks.
func TestAPlaceThatIsNoneIsTheFirstPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("台帳")
	for _, after := range []string{"x", "zeimu-0001 ", "zeimu-0001 x", "zeimu-0001 99999999999", " "} {
		if page := o.list(o.clerk, find.Search{After: after}); len(page.Assets) != 1 {
			t.Errorf("%q: %d", after, len(page.Assets))
		}
	}
}

func TestTheCountIsExactUpToAThousand(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.many(find.MostCounted)
	if page := o.list(o.clerk, find.Search{}); page.Count != 1000 || page.More {
		t.Errorf("%d, more: %t", page.Count, page.More)
	}
	o.add("もう一つ")
	if page := o.list(o.clerk, find.Search{}); page.Count != 1000 || !page.More {
		t.Errorf("one more: %d, more: %t", page.Count, page.More)
	}
}

// Where more are found than are counted, a page is walked to or looked up by marks, by
// keys and both ways: it is the same either way.
func TestMoreThanAreCountedAreListedInOrderBothWays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	const all = 345
	o.many(all)
	for how, finding := range map[string]*find.Service{
		"walked": o.Sampling(40, 5000, 0, 100, 8), "partly walked": o.Sampling(40, 500, 0, 100, 8), "up to a sampled one": o.Sampling(40, 60, 0, 100, 110),
		"by all of them": o.Sampling(40, 60, 0, 100, 5), "looked up": o.Within(40, 60, 1000),
	} {
		o.Service = finding
		for _, words := range []string{"", "見本", "本", "見本3"} {
			for _, sort := range []find.Sort{find.ByConfidentiality, find.ByCode, find.ByName, find.ByZone, find.ByCheck} {
				var ways [2][]string
				for way, backward := range []bool{false, true} {
					q := find.Search{Words: words, Sort: sort, Backward: backward}
					for {
						page := o.list(o.clerk, q)
						if page.Count != 40 || !page.More {
							t.Errorf("%q by %s: %d counted, more: %t", words, sort, page.Count, page.More)
						}
						for _, l := range page.Assets {
							ways[way] = append(ways[way], l.Code)
						}
						if q.After = page.Next; page.Next == "" {
							break
						}
					}
				}
				slices.Reverse(ways[1])
				sorted := slices.Sorted(slices.Values(ways[0]))
				if want := map[bool]int{true: 49, false: all}[words == "見本3"]; len(slices.Compact(sorted)) != want || !slices.Equal(ways[0], ways[1]) {
					t.Errorf("%q by %s, %s: %d and %d, want %d", words, sort, how, len(ways[0]), len(ways[1]), want)
				}
			}
		}
		if page := o.list(o.officer, find.Search{}); len(page.Assets) != find.OnPage || page.Assets[0].Code != "zeimu-1007" {
			t.Errorf("all, %s: %d from %s", how, len(page.Assets), page.Assets[0].Code)
		}
		if page := o.list(o.clerk, find.Search{Words: "本", Exact: true}); page.Count != all || page.More {
			t.Errorf("counted %d, more: %t", page.Count, page.More)
		}
	}
}

func TestWhatNobodyLooksAfterIsFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	day := func(y int, m time.Month, d int) calendar.Date { return calendar.NewDate(y, m, d) }
	o.add("古い", func(d *asset.Details) { d.RegisteredOn, d.Owner = day(2025, time.November, 23), "課長" })
	o.add("ちょうど", func(d *asset.Details) { d.RegisteredOn, d.Owner = day(2025, time.November, 24), "課長" })
	o.add("見た", func(d *asset.Details) { d.RegisteredOn, d.CheckedOn = day(2020, time.April, 1), day(2026, time.May, 1) })
	for want, q := range map[string]find.Search{"古い": {Overdue: true}, "見た": {Unowned: true}, "": {Overdue: true, Unowned: true}} {
		if got := names(o.list(o.clerk, q)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What does not fit the rules is found by for how long it has not.
func TestWhatDoesNotFitIsFoundByItsAge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, days := range []int{0, 30, 31, 90, 91, 365, 366} {
		code := o.add(strconv.Itoa(days), func(d *asset.Details) { d.Confidentiality, d.Zone = "3B", asset.InternetZone })
		_, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET broken_since = $1::date WHERE code = $2`, today.AddDays(-days), code)
		if err != nil {
			t.Fatal(err)
		}
	}
	o.add("合う")
	for broken, want := range map[find.Broken]string{
		find.AnyBroken: "0 30 31 365 366 90 91", "1": "0 30 31 365 366 90 91", find.Broken(asset.Month): "0 30", find.Broken(asset.Quarter): "31 90",
		find.Broken(asset.Year): "365 91", find.Broken(asset.Older): "366", "": "0 30 31 365 366 90 91 合う",
	} {
		if got := names(o.list(o.clerk, find.Search{Broken: broken, Sort: find.ByName})); got != want {
			t.Errorf("%q: %s, want %s", broken, got, want)
		}
	}
}
