package rights_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
)

// listed are the codes that somebody finds.
func listed(t *testing.T, o *rightstest.Office, who string, q rights.Search) (codes []string) {
	t.Helper()
	page, err := o.Rights.List(t.Context(), o.As(who), q)
	if err != nil {
		t.Fatalf("%s, %+v: %v", who, q, err)
	}
	for _, r := range page.Rights {
		codes = append(codes, r.Code)
	}
	return codes
}

// everyLife is an office with a right at each standing, and one of each kind.
func everyLife(t *testing.T) (o *rightstest.Office, codes []string) {
	o = rightstest.New(t, databases.New(t), rights.Ties{})
	ask := func(by string, change func(*rights.Asking)) string {
		asking := rightstest.Asking(o.Tax)
		asking.Grade = fmt.Sprint("権限", len(codes))
		change(&asking)
		codes = append(codes, o.Ask(by, asking))
		return codes[len(codes)-1]
	}
	permit := func(code string) string {
		o.Must(o.Do("zeimu 担当副課長", code, rights.EventPermit, ""))
		return code
	}
	as := func(*rights.Asking) {}
	ask("fukushi 主事", as)
	ask("zeimu 課長", func(a *rights.Asking) { a.Person = o.Number["zeimu 主事"] })
	permit(ask("fukushi 主査", as))
	permit(ask("fukushi 主事", as))
	permit(ask("zeimu 主事", func(a *rights.Asking) { a.System = o.Mail }))
	permit(ask("zeimu 主事", func(a *rights.Asking) { a.From = rightstest.Today.AddDays(9) }))
	permit(ask("zeimu 課長", func(a *rights.Asking) { a.Kind = rights.Privileged }))
	o.Must(o.Do("fukushi 主事", permit(ask("fukushi 主事", as)), rights.EventGiveUp, ""))
	o.Must(o.Do("fukushi 主事", ask("fukushi 主事", as), rights.EventWithdraw, ""))
	o.Must(o.Do("zeimu 課長", ask("fukushi 主事", as), rights.EventRefuse, "要らない"))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	for _, order := range []bar.Order{
		{Person: o.Number["zeimu 主事"], Rights: []string{codes[4]}},
		{Person: o.Number["fukushi 主査"], Whole: true},
	} {
		order.Kind, order.Reason = bar.Suspension, "見本"
		_, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), order)
		o.Must(err)
	}
	return o, codes
}

// However narrow the search, everybody finds in the ledger what they can open, and no more.
func TestTheLedgerHasWhatSomebodyMayOpen(t *testing.T) {
	t.Parallel()
	o, codes := everyLife(t)
	for who := range o.People {
		may := slices.DeleteFunc(slices.Clone(codes), func(code string) bool {
			_, err := o.Rights.Find(t.Context(), o.As(who), code)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				t.Fatal(err)
			}
			return err != nil
		})
		slices.Reverse(may)
		if got := listed(t, o, who, rights.Search{}); !slices.Equal(got, may) {
			t.Errorf("%s finds %v, and may open %v", who, got, may)
		}
		is := func(q rights.Search, true func(rights.Right) bool) {
			t.Helper()
			for _, c := range append([]rights.Choice{{}}, rights.Choices...) {
				q.Choice = c.Key
				all := listed(t, o, who, rights.Search{Choice: c.Key})
				want := slices.DeleteFunc(slices.Clone(all), func(code string) bool { return !true(o.Find(code)) })
				if got := listed(t, o, who, q); !slices.Equal(got, want) {
					t.Errorf("%s looks for %+v and finds %v, not %v", who, q, got, want)
				}
			}
		}
		section := func(code string) func(rights.Right) bool {
			var id int64
			o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT id FROM section_shown WHERE code = @code`, pgx.StrictNamedArgs{"code": code}).Scan(&id))
			return func(r rights.Right) bool { return r.Section == id || slices.Contains(r.PersonSections, id) }
		}
		inTax := section("zeimu")
		is(rights.Search{Section: "zeimu"}, inTax)
		is(rights.Search{Section: "fukushi"}, section("fukushi"))
		is(rights.Search{System: o.Mail}, func(r rights.Right) bool { return r.SystemCode == o.Mail })
		is(rights.Search{Section: "zeimu", System: o.Tax}, func(r rights.Right) bool { return inTax(r) && r.SystemCode == o.Tax })
		is(rights.Search{Person: o.Number["zeimu 主事"]}, func(r rights.Right) bool { return r.StaffNumber == o.Number["zeimu 主事"] })
		is(rights.Search{Person: " ｐ" + o.Number["zeimu 主事"][1:]}, func(r rights.Right) bool { return r.StaffNumber == o.Number["zeimu 主事"] })
		is(rights.Search{Person: "見本fukushi"}, func(r rights.Right) bool { return strings.HasPrefix(r.PersonName, "見本 fukushi") })
		is(rights.Search{Person: "見本fukushi", Section: "zeimu"}, func(r rights.Right) bool { return strings.HasPrefix(r.PersonName, "見本 fukushi") && inTax(r) })
		is(rights.Search{After: codes[5]}, func(r rights.Right) bool { return slices.Index(codes, r.Code) < 5 })
	}
}

// A choice has the rights that stand so.
func TestAChoiceHasWhatStandsSo(t *testing.T) {
	t.Parallel()
	o, codes := everyLife(t)
	for key, standings := range map[string][]rights.Standing{
		"in_force": {rights.InForce}, "asked": {rights.Asked}, "upcoming": {rights.Upcoming}, rights.Moving: {rights.Moved, rights.Left}, "barred": {rights.Suspended},
		"over": {rights.Ended, rights.Refused, rights.Withdrawn},
	} {
		want := slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return !slices.Contains(standings, o.Find(code).Standing) })
		slices.Reverse(want)
		if got := listed(t, o, "soumu 統括", rights.Search{Choice: key}); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%s has %v, not %v", key, got, want)
		}
	}
	if got := listed(t, o, "zeimu 課長", rights.Search{Choice: rights.ToPermit}); !slices.Equal(got, codes[:1]) {
		t.Errorf("the 課長 has %v to permit", got)
	}
	if got := listed(t, o, "zeimu 担当副課長", rights.Search{Choice: rights.ToPermit}); !slices.Equal(got, []string{codes[1], codes[0]}) {
		t.Errorf("the 情報システム管理者 has %v to permit", got)
	}
}
