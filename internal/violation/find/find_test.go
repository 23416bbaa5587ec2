package find_test

import (
	"os"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org/absence"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/violationtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// cases are some of each sort: of staff, of a 管理者, of somebody of 総務課, of the 統括, of the
// CISO, and of a vendor's staff.
func cases(o *violationtest.Office) []string {
	o.T.Helper()
	vendor := o.Finding("fukushi 主事")
	vendor.Person, vendor.Outsider, vendor.Company, vendor.Kind, vendor.System = "", "見本 派遣", "見本商事", "dispatched", o.Tax
	outside, err := o.Cases.Confirm(o.T.Context(), o.As("zeimu 担当副課長"), vendor)
	o.Must(err)
	list := []string{
		o.Confirm("fukushi 課長", "fukushi 主事"), o.Confirm("soumu 統括", "fukushi 課長"), o.Confirm("soumu 統括", "soumu CSIRT"), o.Confirm("soumu 統括", "soumu 監査"),
		o.Confirm("soumu CISO", "soumu 統括"), o.Confirm("CIO", "soumu CISO"), outside,
	}
	o.Guide("fukushi 課長", list[0], 5)
	o.Take("soumu 統括", list[0], procedure.EventSupervise, violation.Said{Number: o.Number["zeimu 課長"]})
	o.Take("soumu 統括", list[0], procedure.EventRefer, violation.Said{})
	return list
}

// agree compares the list of each person with what they read of each case.
func agree(o *violationtest.Office, when string, codes []string) {
	o.T.Helper()
	for name := range o.People {
		actor := o.As(name)
		page, err := o.Lists.List(o.T.Context(), actor, find.Search{})
		o.Must(err)
		listed := map[string]violation.Reading{}
		for _, l := range page.Lines {
			listed[l.Code] = l.Reading
		}
		for i, code := range codes {
			opened, err := o.Cases.Open(o.T.Context(), actor, code, violation.AsCase)
			if err != nil && fault.KindOf(err) != fault.NotFound {
				o.T.Fatal(err)
			}
			if listed[code] != opened.Reading {
				o.T.Errorf("%s: %s reads of case %d as much as %d, and the list says %d", when, name, i, opened.Reading, listed[code])
			}
		}
	}
}

func TestTheListIsWhatMayBeOpened(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	codes := cases(o)
	agree(o, "on the day", codes)
	away := absence.New(o.DB.Pool, o.Door)
	for _, who := range []string{"soumu CISO", "soumu 統括"} {
		o.Must(away.Record(t.Context(), authz.AsOperator(), o.People[who], absence.Typed{First: rightstest.Today, Kind: "childcare"}))
		agree(o, who+" is away", codes)
	}
	o.Days(1)
	o.Transfer("fukushi 主事", "zeimu 主事", rightstest.Today.AddDays(1))
	agree(o, "after a transfer", codes)
}

func TestNobodyIsFoundByANameInWhatIsReadInParts(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	cases(o)
	for _, by := range []string{"fukushi 主事", "soumu 監査", "zeimu 課長"} {
		page, err := o.Lists.List(t.Context(), o.As(by), find.Search{Whom: "fukushi 主事"})
		o.Must(err)
		if len(page.Lines) != 0 {
			t.Errorf("%s finds %d", by, len(page.Lines))
		}
	}
	page, err := o.Lists.List(t.Context(), o.As("soumu 統括"), find.Search{Whom: "fukushi 主事"})
	o.Must(err)
	if len(page.Lines) != 1 {
		t.Errorf("the 統括 finds %d", len(page.Lines))
	}
}
