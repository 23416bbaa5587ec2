package communication_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections, each with its 情報セキュリティ管理者.
type office struct {
	*communication.Service
	t             *testing.T
	db            pgtest.DB
	now           *time.Time
	door          *door.Door
	assets        *asset.Service
	tax, welfare  authz.Actor // the managers
	system        authz.Actor // the 情報システム管理者 of the tax section
	clerk         authz.Actor // a 職員 of the tax section
	officer       authz.Actor // the 統括
	administrator authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db, now := databases.New(t), today.Start().Add(9*time.Hour)
	through := door.New(db.Pool, func() time.Time { return now })
	o := office{Service: communication.New(db.Pool, through), t: t, db: db, now: &now, door: through, assets: asset.New(db.Pool, through)}
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
	o.administrator, o.system = somebody(5, authz.Administrator, 0), somebody(6, authz.SystemManager, sections[0])
	return o
}

// eltax is a communication that nothing is wrong with.
func eltax() communication.Details {
	return communication.Details{
		Name: "地方税の申告の受信", From: communication.External, To: asset.MyNumberZone, Direction: communication.OneWay, Purpose: "申告書を受け取る",
		Safeguard: communication.AsListed, Listed: "eltax", Since: calendar.NewDate(2024, time.April, 1),
	}
}

// breaking is one that breaks a rule.
func breaking() communication.Details {
	d := eltax()
	d.Name, d.From, d.Safeguard, d.Listed = "課税データの受渡し", asset.LGWANZone, communication.Firewall, ""
	return d
}

func (o office) register(d communication.Details) string {
	o.t.Helper()
	code, err := o.Register(o.t.Context(), o.tax, "zeimu", d)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) find(code string) communication.Communication {
	o.t.Helper()
	c, err := o.Find(o.t.Context(), o.tax, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (o office) asset(by authz.Actor, section string) string {
	o.t.Helper()
	code, err := o.assets.Register(o.t.Context(), by, section, asset.Details{
		Kind: asset.System, Name: "税務システム", Confidentiality: "3B", Integrity: "2", Availability: "2", Personal: asset.PlainPersonal, Zone: asset.MyNumberZone, RegisteredOn: today,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func TestNumbersAreGivenBySectionAndNeverAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.register(eltax())
	if err := o.End(t.Context(), o.tax, first, 1, today, "やめた"); err != nil {
		t.Fatal(err)
	}
	second := o.register(eltax())
	other, err := o.Register(t.Context(), o.welfare, "fukushi", eltax())
	if first != "zeimu-T0001" || second != "zeimu-T0002" || other != "fukushi-T0001" || err != nil {
		t.Errorf("%s, %s, %s, %v", first, second, other, err)
	}
}

func TestWhatIsWrongIsSaidOfEachField(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	others, ended := o.asset(o.welfare, "fukushi"), o.asset(o.tax, "zeimu")
	if err := o.assets.EndAsMistaken(t.Context(), o.tax, ended, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*communication.Details)
		fields string
	}{
		"no name":                     {func(d *communication.Details) { d.Name = " 　" }, "name"},
		"a name of two lines":         {func(d *communication.Details) { d.Name = "申告\n受信" }, "name"},
		"a long name":                 {func(d *communication.Details) { d.Name = strings.Repeat("信", 201) }, "name"},
		"no purpose":                  {func(d *communication.Details) { d.Purpose = "" }, "purpose"},
		"a long note":                 {func(d *communication.Details) { d.Note = strings.Repeat("信", 2001) }, "note"},
		"no zone":                     {func(d *communication.Details) { d.From = "" }, "from_zone"},
		"paper":                       {func(d *communication.Details) { d.From = asset.OfflineZone }, "from_zone"},
		"a zone that there is not":    {func(d *communication.Details) { d.From = "suido" }, "from_zone"},
		"one zone":                    {func(d *communication.Details) { d.From = asset.MyNumberZone }, "to_zone"},
		"no direction":                {func(d *communication.Details) { d.Direction = "" }, "direction"},
		"an unknown safeguard":        {func(d *communication.Details) { d.Safeguard = "vpn" }, "safeguard"},
		"which 特定通信":                  {func(d *communication.Details) { d.Listed = "" }, "listed"},
		"a 特定通信 that is not listed":   {func(d *communication.Details) { d.Listed = "city-vpn" }, "listed"},
		"a 特定通信 of another zone":      {func(d *communication.Details) { d.To = asset.LGWANZone }, "listed"},
		"an asset that there is not":  {func(d *communication.Details) { d.Asset = "zeimu-9999" }, "asset"},
		"an asset of another section": {func(d *communication.Details) { d.Asset = others }, "asset"},
		"an asset that has ended":     {func(d *communication.Details) { d.Asset = ended }, "asset"},
		"since tomorrow":              {func(d *communication.Details) { d.Since = today.AddDays(1) }, "since"},
		"two at once":                 {func(d *communication.Details) { d.Name, d.Asset = "", "x" }, "name asset"},
	} {
		t.Run(name, func(t *testing.T) {
			d := eltax()
			c.change(&d)
			_, err := o.Register(t.Context(), o.tax, "zeimu", d)
			if got := fields(err); got != c.fields {
				t.Errorf("%q, want %q: %v", got, c.fields, err)
			}
		})
	}
}

func fields(err error) string {
	failure, ok := errors.AsType[*fault.Error](err)
	if !ok || failure.Kind != fault.Invalid {
		return fmt.Sprint(err)
	}
	var list []string
	for _, p := range failure.Problems {
		list = append(list, p.Field)
	}
	return strings.Join(list, " ")
}

// none is the kind of no error.
const none = fault.Kind(-1)

func kind(err error) fault.Kind {
	if err == nil {
		return none
	}
	return fault.KindOf(err)
}

func TestOneSeesAndChangesOnlyTheCommunicationsOfOnesOwnSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := eltax()
	d.Asset = o.asset(o.tax, "zeimu")
	code := o.register(d)
	belongsTo := o.find(code).AssetID
	for name, c := range map[string]struct {
		actor        authz.Actor
		sees, change fault.Kind
	}{
		"its manager":       {o.tax, none, none},
		"情報システム管理者":         {o.system, none, none},
		"its clerk":         {o.clerk, none, fault.Forbidden},
		"the 統括":            {o.officer, none, fault.Forbidden},
		"another's manager": {o.welfare, fault.NotFound, fault.NotFound},
		"ポータル管理者":           {o.administrator, fault.NotFound, fault.NotFound},
	} {
		if _, err := o.Find(t.Context(), c.actor, code); kind(err) != c.sees {
			t.Errorf("%s sees: %v", name, err)
		}
		if _, err := o.History(t.Context(), c.actor, code); kind(err) != c.sees {
			t.Errorf("%s sees the history: %v", name, err)
		}
		want := 0
		if c.sees == none {
			want = 1
		}
		page, err := o.List(t.Context(), c.actor, communication.Search{States: communication.Any})
		if page.Count != want || len(page.Lines) != want || kind(err) != none && name != "ポータル管理者" {
			t.Errorf("%s: %d of %d, %v", name, len(page.Lines), page.Count, err)
		}
		if lines, err := o.OfAsset(t.Context(), c.actor, belongsTo); len(lines) != want || err != nil {
			t.Errorf("%s sees %d of the asset: %v", name, len(lines), err)
		}
		d.Note = name
		if err := o.Change(t.Context(), c.actor, code, o.find(code).Version, d, ""); kind(err) != c.change {
			t.Errorf("%s changes: %v", name, err)
		}
		if err := o.End(t.Context(), c.actor, code, o.find(code).Version, calendar.Date{}, ""); c.change != none && kind(err) != c.change {
			t.Errorf("%s ends: %v", name, err)
		}
	}
	if _, err := o.Register(t.Context(), o.welfare, "zeimu", eltax()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another's manager registers: %v", err)
	}
	if _, err := o.Scheme(t.Context(), o.administrator); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who reads no register: %v", err)
	}
}

func TestAChangeKeepsWhatWasBefore(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(eltax())
	of := o.asset(o.tax, "zeimu")
	d := eltax()
	d.Safeguard, d.Name, d.Asset = communication.Unconfirmed, " 地方税の申告の受信 ", " "+of+" "
	if err := o.Change(t.Context(), o.system, code, 1, d, "確かめる"); err != nil {
		t.Fatal(err)
	}
	history, err := o.History(t.Context(), o.clerk, code)
	if err != nil || len(history) != 2 {
		t.Fatalf("%v, %v", history, err)
	}
	if e := history[0]; e.Version != 2 || e.By != "見本 6" || e.Why != "確かめる" ||
		fmt.Sprint(e.Before, e.After) != "map[asset: listed:eltax safeguard:listed] map[asset:"+of+" listed: safeguard:unconfirmed]" {
		t.Errorf("%+v", e)
	}
	if e := history[1]; len(e.Before) != 0 || e.After["name"] != "地方税の申告の受信" || e.After["since"] != "2024-04-01" {
		t.Errorf("%+v", e)
	}
	if c := o.find(code); c.Asset != of || c.AssetName != "税務システム" || c.Version != 2 {
		t.Errorf("%+v", c)
	}
	if err := o.Change(t.Context(), o.tax, code, 2, d, "同じ"); err != nil || o.find(code).Version != 2 {
		t.Errorf("the same again: version %d, %v", o.find(code).Version, err)
	}
	if err := o.Change(t.Context(), o.tax, code, 1, eltax(), ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on an older version: %v", err)
	}
	if err := o.assets.EndAsMistaken(t.Context(), o.tax, of, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	d.Note = "資産は終わった"
	if err := o.Change(t.Context(), o.tax, code, 2, d, ""); err != nil {
		t.Errorf("though its asset has ended: %v", err)
	}
}

func TestWhatHasEndedIsReadAndNeverChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(breaking())
	for want, c := range map[string]struct {
		on  calendar.Date
		why string
	}{
		"ended_on why": {}, "ended_on": {today.AddDays(1), "やめた"}, "why": {today, " "},
	} {
		if err := o.End(t.Context(), o.tax, code, 1, c.on, c.why); fields(err) != want {
			t.Errorf("%v instead of %s", err, want)
		}
	}
	if err := o.End(t.Context(), o.tax, code, 1, calendar.NewDate(2024, time.March, 31), "やめた"); fields(err) != "ended_on" {
		t.Errorf("before it began: %v", err)
	}
	if err := o.End(t.Context(), o.tax, code, 7, today, "やめた"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on another version: %v", err)
	}
	if err := o.End(t.Context(), o.tax, code, 1, today.AddDays(-1), "やめた"); err != nil {
		t.Fatal(err)
	}
	if err := o.Change(t.Context(), o.tax, code, 2, eltax(), ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("changed: %v", err)
	}
	c := o.find(code)
	if !c.Ended() || c.MayChange(o.tax) || len(c.Broken(schemeOf())) != 0 || len(c.BreaksSince) != 0 {
		t.Errorf("%+v", c)
	}
	if history, err := o.History(t.Context(), o.tax, code); err != nil || history[0].Why != "やめた" || history[0].After["ended_on"] != "2026-11-23" {
		t.Errorf("%v, %v", history, err)
	}
	for _, statement := range []string{`UPDATE communication SET note = 'x'`, `DELETE FROM communication`, `UPDATE communication_change SET why = 'x'`, `DELETE FROM communication_change`} {
		if _, err := o.db.Owner(t).Exec(t.Context(), statement); err == nil {
			t.Errorf("the database lets %s", statement)
		}
	}
}

// since is since when a communication breaks which rules.
func (o office) since(code string) string { return fmt.Sprint(o.find(code).BreaksSince) }

func TestSinceWhenARuleIsBrokenIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(breaking())
	if got := o.since(code); got != "map[mynumber:2026-11-24]" {
		t.Fatal(got)
	}
	*o.now = o.now.AddDate(0, 0, 3)
	d := breaking()
	d.Safeguard = communication.NoSafeguard
	if err := o.Change(t.Context(), o.tax, code, 1, d, ""); err != nil {
		t.Fatal(err)
	}
	if b := o.find(code).Broken(schemeOf()); len(b) != 1 || b[0].Since != today || !strings.Contains(b[0].Clause, "原則") {
		t.Errorf("changed, and still broken: %+v", b)
	}
	if err := o.Change(t.Context(), o.tax, code, 2, eltax(), ""); err != nil || o.since(code) != "map[]" {
		t.Errorf("put right: %s, %v", o.since(code), err)
	}
	d.From, d.To, d.Safeguard = asset.LGWANZone, asset.InternetZone, communication.Firewall
	if err := o.Change(t.Context(), o.tax, code, 3, d, ""); err != nil || o.since(code) != "map[lgwan-internet:2026-11-27]" {
		t.Errorf("of another rule: %s, %v", o.since(code), err)
	}
}

// say has the town say something of a row of an edition from a day on, such as struck.
func (o office) say(kind edition.Kind, key, says string, first calendar.Date) {
	o.t.Helper()
	_, err := o.db.Pool.Exec(o.t.Context(), `INSERT INTO edition_own (kind, key, first_day, says, reason, set_at) VALUES ($1, $2, $3, $4, '見本', $5)`, kind.Name, key, first, says, *o.now)
	if err != nil {
		o.t.Fatal(err)
	}
}

func TestANewEditionFindsAnew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	fits, breaks, past := o.register(eltax()), o.register(breaking()), o.register(eltax())
	if err := o.End(t.Context(), o.tax, past, 1, today, "やめた"); err != nil {
		t.Fatal(err)
	}
	weigh := func() {
		t.Helper()
		if err := o.Weigh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	trail := func() (n int) {
		t.Helper()
		if err := o.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE action = 'falls_due'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	weigh()
	if trail() != 0 || o.since(breaks) != "map[mynumber:2026-11-24]" {
		t.Errorf("nothing is other: %d in the trail, %s", trail(), o.since(breaks))
	}
	o.say(communication.ListedCommunications.Kind, "eltax", "struck", today.AddDays(2))
	*o.now = o.now.AddDate(0, 0, 1)
	weigh()
	if o.since(fits) != "map[]" {
		t.Errorf("before its day: %s", o.since(fits))
	}
	*o.now = o.now.AddDate(0, 0, 1)
	weigh()
	if trail() != 1 || o.since(fits) != "map[mynumber:2026-11-26]" || o.since(breaks) != "map[mynumber:2026-11-24]" || o.since(past) != "map[]" {
		t.Errorf("eLTAX is listed no more: %d in the trail, %s, %s, %s", trail(), o.since(fits), o.since(breaks), o.since(past))
	}
	*o.now = o.now.AddDate(0, 0, 1)
	weigh()
	if trail() != 1 || o.since(fits) != "map[mynumber:2026-11-26]" {
		t.Errorf("the next day: %d in the trail, %s", trail(), o.since(fits))
	}
	o.say(communication.CommunicationRules.Kind, "mynumber", "struck", today.AddDays(3))
	weigh()
	if trail() != 3 || o.since(fits) != "map[]" || o.since(breaks) != "map[]" {
		t.Errorf("the rule is struck: %d in the trail, %s, %s", trail(), o.since(fits), o.since(breaks))
	}
	if c := o.find(fits); c.Version != 1 {
		t.Errorf("it is version %d", c.Version)
	}
}

// Many are weighed in several changes, and none is left out.
func TestWeighingLeavesNoneOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.db.Pool.Exec(t.Context(), `
		INSERT INTO communication (code, section_id, name, from_zone, to_zone, direction, purpose, safeguard)
		SELECT 'zeimu-T' || 1000 + i, (SELECT id FROM section_shown WHERE code = 'zeimu'), '通信' || i, 'lgwan', 'internet', 'both', '見本', 'none'
		FROM generate_series(1, 2001) AS i`)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Weigh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if page, err := o.List(t.Context(), o.tax, communication.Search{Breaking: true}); err != nil || page.Count != 2001 {
		t.Errorf("%d, %v", page.Count, err)
	}
}

func TestTheListGoesByWhatIsAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.register(eltax())
	o.register(breaking())
	d := eltax()
	d.From, d.To, d.Safeguard, d.Listed = asset.InternetZone, asset.LGWANZone, communication.Sanitized, ""
	o.register(d)
	past := o.register(eltax())
	if err := o.End(t.Context(), o.tax, past, 1, today, "やめた"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Register(t.Context(), o.welfare, "fukushi", eltax()); err != nil {
		t.Fatal(err)
	}
	for want, q := range map[string]communication.Search{
		"fukushi-T0001 zeimu-T0001 zeimu-T0002 zeimu-T0003": {},
		"zeimu-T0001 zeimu-T0002 zeimu-T0003":               {Section: "zeimu"},
		"zeimu-T0002 zeimu-T0003":                           {Zone: asset.LGWANZone},
		"zeimu-T0003":                                       {Safeguard: communication.Sanitized},
		"zeimu-T0002":                                       {Breaking: true},
		"zeimu-T0004":                                       {States: communication.Ended},
		"fukushi-T0001 zeimu-T0001 zeimu-T0002 zeimu-T0003 zeimu-T0004": {States: communication.Any},
		"zeimu-T0003 zeimu-T0004": {States: communication.Any, After: "zeimu-T0002"},
		"":                        {Section: "zeimu'"},
	} {
		page, err := o.List(t.Context(), o.officer, q)
		var got []string
		for _, l := range page.Lines {
			got = append(got, l.Code)
		}
		if strings.Join(got, " ") != want || err != nil || q.After == "" && page.Count != len(got) {
			t.Errorf("%+v: %v of %d, %v", q, got, page.Count, err)
		}
	}
}

// The pages of the list together are the list.
func TestThePagesLeaveNoneOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.db.Pool.Exec(t.Context(), `
		INSERT INTO communication (code, section_id, name, from_zone, to_zone, direction, purpose, safeguard)
		SELECT 'zeimu-T' || 9800 + i, (SELECT id FROM section_shown WHERE code = 'zeimu'), '通信' || i, 'internet', 'out_of_town', 'both', '見本', 'none'
		FROM generate_series(1, 300) AS i`)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for q := (communication.Search{}); ; {
		page, err := o.List(t.Context(), o.clerk, q)
		if err != nil || page.Count != 300 {
			t.Fatal(page.Count, err)
		}
		for _, l := range page.Lines {
			codes = append(codes, l.Code)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for i, code := range codes {
		if want := fmt.Sprint("zeimu-T", 9801+i); code != want {
			t.Fatalf("%s stands where %s is to stand", code, want)
		}
	}
	if len(codes) != 300 {
		t.Errorf("%d are listed", len(codes))
	}
}

func TestTheCommunicationsOfAnAsset(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := eltax()
	d.Asset = o.asset(o.tax, "zeimu")
	past, goesOn := o.register(d), o.register(d)
	o.register(eltax())
	if err := o.End(t.Context(), o.tax, past, 1, today, "やめた"); err != nil {
		t.Fatal(err)
	}
	lines, err := o.OfAsset(t.Context(), o.clerk, o.find(goesOn).AssetID)
	if err != nil || len(lines) != 2 || lines[0].Code != goesOn || lines[1].Code != past || lines[1].EndedOn != today {
		written, _ := json.Marshal(lines)
		t.Errorf("%s, %v", written, err)
	}
}
