package rights_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
)

// A page is drawn once while nothing changes that it shows, and anew after each such change.
func TestAPageIsDrawnAnewAfterEachChange(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Ask("fukushi 主事", rightstest.Asking(o.Tax))
	page := func() rights.Page {
		t.Helper()
		found, err := o.Rights.List(t.Context(), o.As("zeimu 課長"), rights.Search{})
		o.Must(err)
		if len(found.Rights) != 1 || found.Stamp == (rights.Stamp{}) {
			t.Fatalf("%+v", found)
		}
		return found
	}
	tax, err := o.Assets.Find(t.Context(), o.As("zeimu 課長"), o.Tax)
	o.Must(err)
	for _, c := range []struct {
		name   string
		change func()
		shown  func(rights.Right) bool
	}{
		{"it is permitted", func() { o.Must(o.Do("zeimu 課長", code, rights.EventPermit, "")) }, func(r rights.Right) bool { return r.Standing == rights.InForce }},
		{"its system gets another name", func() {
			details := tax.Details
			details.Name = "税務総合システム"
			o.Must(o.Assets.Change(t.Context(), o.As("zeimu 課長"), o.Tax, tax.Version, details, ""))
		}, func(r rights.Right) bool { return r.SystemName == "税務総合システム" }},
		{"its person gets another name", func() {
			o.Must(o.Town.ChangePerson(t.Context(), authz.AsOperator(), o.People["fukushi 主事"], org.Person{Version: 1, StaffNumber: o.Number["fukushi 主事"], Name: "見本 新姓", Furigana: "ミホン"}))
		}, func(r rights.Right) bool { return r.PersonName == "見本 新姓" }},
		{"it is suspended", func() {
			_, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), bar.Order{Person: o.Number["fukushi 主事"], Rights: []string{code}, Kind: bar.Suspension, Reason: "見本"})
			o.Must(err)
			*o.Time = o.Time.Add(time.Minute)
		}, func(r rights.Right) bool { return r.Standing.Barred() }},
	} {
		before := page()
		if again := page(); again.Stamp != before.Stamp {
			t.Fatalf("before %s, one page has two stamps: %+v and %+v", c.name, before.Stamp, again.Stamp)
		}
		c.change()
		if after := page(); !c.shown(after.Rights[0]) {
			t.Errorf("after %s, the page shows %+v", c.name, after.Rights[0])
		}
	}
}

// What most rights are is found in the whole ledger too, where the newest are not like that.
func TestWhatStandsSoIsFoundBehindTheNewest(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	old := o.Permitted("fukushi 主事", "zeimu 課長", rightstest.Asking(o.Tax))
	_, err := o.DB.Owner(t).Exec(t.Context(), `
		INSERT INTO access_right (code, person_id, asset_id, section_id, kind, grade, login, outsider, purpose, from_on, state, source, asked_by, asked_at)
		SELECT '8-' || 5000 + n, r.person_id, r.asset_id, r.section_id, r.kind, r.grade, 'x' || n, '', r.purpose, r.from_on, 'asked', 'asked', r.asked_by, r.asked_at
		FROM access_right r CROSS JOIN generate_series(1, 450) n WHERE r.code = @code`, pgx.StrictNamedArgs{"code": old})
	o.Must(err)
	if got := listed(t, o, "fukushi 課長", rights.Search{Choice: "in_force"}); !slices.Equal(got, []string{old}) {
		t.Errorf("in force are %v", got)
	}
}

// The list of systems has each once over its pages, in their order, and finds them by words.
func TestSystemsInPages(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	for range 2*rights.OnPage - 1 {
		o.System("別のシステム")
	}
	var codes []string
	for after, pages := "", 1; ; pages++ {
		found, err := o.Rights.Systems(t.Context(), o.As("zeimu 課長"), "", after)
		o.Must(err)
		for _, y := range found.Systems {
			codes = append(codes, y.Code)
		}
		if after = found.Next; after == "" {
			if pages != 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
	}
	if len(codes) != 2*rights.OnPage+1 || !slices.IsSorted(codes) || len(slices.Compact(codes)) != 2*rights.OnPage+1 {
		t.Errorf("the pages have %d systems: %v", len(codes), codes)
	}
	for _, words := range []string{"電子", o.Mail} {
		found, err := o.Rights.Systems(t.Context(), o.As("zeimu 課長"), words, "")
		o.Must(err)
		if len(found.Systems) != 1 || found.Systems[0].Code != o.Mail {
			t.Errorf("%s finds %+v", words, found.Systems)
		}
	}
}
