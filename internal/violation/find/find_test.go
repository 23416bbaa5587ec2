package find_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights/rightstest"
	"kagami/internal/state"
	"kagami/internal/task"
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
		o.Reported(procedure.General, "zeimu 主査"), o.Reported(procedure.Chief, ""), o.Reported(procedure.Chief, "soumu CISO"), o.Reported(procedure.Chief, "zeimu 主査"),
	}
	o.Take("soumu CISO", list[len(list)-1], procedure.EventDismiss, violation.Said{})
	own := o.Finding("soumu 統括")
	own.OwnFinding, own.Facts = true, "CISOが自ら見た事実。"
	seen, err := o.Cases.Confirm(o.T.Context(), o.As("soumu CISO"), own)
	o.Must(err)
	list = append(list, seen)
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
			opened, err := o.Cases.Open(o.T.Context(), actor, code, procedure.AsCase)
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

// What the numbers say is what the list says, for everybody: of a case of their own too.
func TestTheNumbersAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	cases(o)
	o.Days(40)
	whole := 0
	for name := range o.People {
		actor := o.As(name)
		f, err := o.Lists.Figures(t.Context(), actor)
		if fault.KindOf(err) == fault.Forbidden {
			continue
		}
		o.Must(err)
		whole++
		length := func(q find.Search) int {
			page, err := o.Lists.List(t.Context(), actor, q)
			o.Must(err)
			n := 0
			for _, l := range page.Lines {
				if l.Reading >= violation.Numbered {
					n++
				}
			}
			return n
		}
		for _, state := range procedure.States() {
			if n := length(find.Search{State: state}); n != f.States[state] {
				t.Errorf("%s: %d cases are %s, and the numbers say %d", name, n, state, f.States[state])
			}
		}
		if n := length(find.Search{Open: true}); n != f.Open {
			t.Errorf("%s: %d cases are open, and the numbers say %d", name, n, f.Open)
		}
		if n := length(find.Search{Late: true}); n != f.Late {
			t.Errorf("%s: %d cases are late, and the numbers say %d", name, n, f.Late)
		}
		for _, c := range f.Clauses {
			if n := length(find.Search{Open: true, Clause: c.Clauses}); n != c.Cases {
				t.Errorf("%s: %d cases name %s, and the numbers say %d", name, n, c.Clauses, c.Cases)
			}
		}
		if aged := f.Ages[0] + f.Ages[1] + f.Ages[2] + f.Ages[3]; aged != f.Open || f.Ages[1] != f.Open {
			t.Errorf("%s: of %d open cases the ages are %v", name, f.Open, f.Ages)
		}
		y, err := o.Lists.Year(t.Context(), actor, 2026)
		o.Must(err)
		if all := length(find.Search{}); y.Cases != all {
			t.Errorf("%s: %d cases in the year, of %d in the list", name, y.Cases, all)
		}
	}
	if whole < 4 {
		t.Errorf("%d read the numbers", whole)
	}
}

func TestASplitSinglesNobodyOut(t *testing.T) {
	t.Parallel()
	small, apart := find.Shown{Small: true}, find.Shown{Apart: true}
	n := func(number int) find.Shown { return find.Shown{Number: number} }
	for name, c := range map[string]struct {
		split []int
		want  []find.Shown
	}{
		"nothing":                     {[]int{0, 0, 0}, []find.Shown{small, small, small}},
		"one alone":                   {[]int{1, 0, 0}, []find.Shown{small, small, small}},
		"one among others":            {[]int{5, 1, 0}, []find.Shown{n(5), small, small}},
		"the only small one":          {[]int{5, 1, 4}, []find.Shown{n(5), small, apart}},
		"the only small one, none":    {[]int{5, 0, 4}, []find.Shown{n(5), small, n(4)}},
		"two, as large as small goes": {[]int{5, 2, 2}, []find.Shown{apart, small, small}},
		"none is small":               {[]int{5, 3, 4}, []find.Shown{n(5), n(3), n(4)}},
	} {
		if got := find.Mask(c.split); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Whatever the split, who knows the total and what is shown can't say what a small number is.
func TestNoSmallNumberCanBeReckoned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		split := rapid.SliceOfN(rapid.IntRange(0, 9), 2, 6).Draw(t, "split")
		rest, small, apart := 0, 0, 0
		for i, s := range find.Mask(split) {
			switch {
			case s.Small:
				small, rest = small+1, rest+split[i]
			case s.Apart:
				apart, rest = apart+1, rest+split[i]
			case s.Number != split[i] || s.Number < find.Least:
				t.Fatalf("%v shows %v", split, s)
			}
		}
		if apart == 0 && small > 0 && small < len(split) && rest > 0 && (small == 1 || rest == small*(find.Least-1)) {
			t.Fatalf("%v: the small ones can be reckoned", split)
		}
	})
}

func TestWhatWasDoneAloneIsListed(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	code := o.Confirm("soumu 統括", "fukushi 主事")
	_, err := o.DB.Owner(t).Exec(t.Context(), `
		INSERT INTO violation_step (case_id, version, at, by, seat, alone, event, from_state, to_state) SELECT id, version + 1, $3, $2, 'general', '見本 fukushi 主事がいる', 'weigh', state, state FROM violation_case WHERE code = $1`, code, o.People["soumu 統括"], *o.Time)
	if err != nil {
		t.Fatal(err)
	}
	for by, named := range map[string]bool{"soumu CISO": true, "soumu 監査": false} {
		list, err := o.Lists.Alone(t.Context(), o.As(by))
		o.Must(err)
		if len(list) != 1 || (list[0].ByName != "") != named {
			t.Errorf("%s reads %+v", by, list)
		}
	}
	if _, err := o.Lists.Alone(t.Context(), o.As("soumu 統括")); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the 統括 reads it: %v", err)
	}
}

// What waits for somebody is known at once, whatever was kept of it: whose turn it is, as each step
// leaves the case.
func TestWhatWaitsForSomebody(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	counters, err := state.NewCounters(org.ChangeCounter, violation.ChangeCounter)
	o.Must(err)
	waits := func(when string, want ...string) {
		t.Helper()
		var got []string
		for name := range o.People {
			actor := o.As(name)
			actor.State, err = counters.Load(t.Context(), o.DB.Pool, actor.Person)
			o.Must(err)
			for range 2 { // once from the database, and as it was kept
				var b task.Batch
				var list []find.Waiting
				o.Lists.QueueWaiting(&b, actor, func(found []find.Waiting) { list = found })
				o.Must(b.Run(t.Context(), o.DB.Pool))
				if len(list) > 0 {
					got = append(got, name)
				}
			}
		}
		slices.Sort(got)
		twice := slices.Sorted(slices.Values(append(want, want...)))
		if !slices.Equal(got, twice) {
			t.Errorf("%s it waits for %v, not %v", when, got, want)
		}
	}
	waits("before there is a case")
	code := o.Confirm("soumu 統括", "fukushi 主事")
	waits("confirmed", "fukushi 課長")
	o.Guide("fukushi 課長", code, 1)
	waits("guided", "fukushi 課長")
	o.Days(30)
	waits("after the silence", "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventNotImprove, violation.Said{})
	waits("while the person may answer")
	o.Take("fukushi 主事", code, procedure.EventWaive, violation.Said{})
	waits("once that is waived", "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventKin, violation.Said{Number: o.Number["soumu 統括"]})
	waits("of who is kin", "soumu CISO")
	o.Take("soumu CISO", code, procedure.EventSuspend, violation.Said{Whole: true})
	waits("suspended", "soumu CISO")
	o.Take("soumu CISO", code, procedure.EventLift, violation.Said{})
	waits("closed")
}

// Who reads a case in parts reads of it in the list that it is there, and when they were told: by no
// question do they learn more, nor by where a page begins.
func TestTheListSaysNothingOfWhatIsReadInParts(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	codes := cases(o)
	list := func(by string, q find.Search) []find.Line {
		page, err := o.Lists.List(t.Context(), o.As(by), q)
		o.Must(err)
		return page.Lines
	}
	const person = "fukushi 主事"
	all := list(person, find.Search{})
	if len(all) != 1 || all[0].Code != codes[0] {
		t.Fatalf("they find %+v", all)
	}
	if l := all[0]; l.State != "" || l.Whom != "" || l.Clauses != "" || l.SectionName != "" || !l.DueOn.IsZero() || l.Before != 0 || l.Turn != "" {
		t.Errorf("they read %+v", l)
	}
	for name, q := range map[string]find.Search{
		"state": {State: procedure.Guided}, "open": {Open: true}, "late": {Late: true}, "section": {Section: "fukushi"}, "clause": {Clause: "5(2)"}, "name": {Whom: person},
	} {
		if found := list(person, q); len(found) != 0 {
			t.Errorf("they find by the %s %+v", name, found)
		}
	}
	// nothing comes after a case that they don't read, as after none that there is
	for _, after := range append(codes[1:], "0000-0000") {
		if found := list(person, find.Search{After: after}); len(found) != 0 {
			t.Errorf("after %s comes %+v", after, found)
		}
	}
	for _, l := range list("soumu 監査", find.Search{}) {
		if l.Whom != "（氏名は伏せています）" {
			t.Errorf("監査 reads %s", l.Whom)
		}
	}
	if found := list("soumu 責任者", find.Search{After: codes[2]}); len(found) != 3 {
		t.Errorf("after the third there are %d", len(found))
	}
}

func TestTheYearInNumbers(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	first := o.Confirm("soumu 統括", "fukushi 主事")
	o.Take("soumu 統括", first, procedure.EventCut, violation.Said{Whole: true})
	o.Days(1)
	second := o.Confirm("soumu 統括", "fukushi 主事")
	o.Take("soumu 統括", second, procedure.EventNotViolation, violation.Said{})
	none := o.Confirm("soumu 統括", "zeimu 主査")
	o.Take("soumu 統括", none, procedure.EventNotViolation, violation.Said{})
	o.Days(1)
	o.Confirm("soumu 統括", "fukushi 主事")
	o.Confirm("soumu 統括", "zeimu 主査")
	y, err := o.Lists.Year(t.Context(), o.As("soumu CISO"), 2026)
	o.Must(err)
	if y.Cases != 5 || y.Closed != 2 || y.Cuts != 1 || y.Repeated != 2 || y.States[procedure.Confirmed] != 3 || y.Outcomes[procedure.OutcomeNotViolation] != 2 {
		t.Errorf("the year has %+v", y)
	}
	f, err := o.Lists.Figures(t.Context(), o.As("soumu CISO"))
	o.Must(err)
	if f.Repeats != [3]int{2, 1, 0} { // what is no violation is none of them
		t.Errorf("repeated are %v", f.Repeats)
	}
	o.Days(400)
	if y, err = o.Lists.Year(t.Context(), o.As("soumu CISO"), 2027); err != nil || y.Cases != 3 {
		t.Errorf("the next year has %+v, %v", y, err)
	}
	if y, err = o.Lists.Year(t.Context(), o.As("soumu CISO"), 2025); err != nil || y.Cases != 0 {
		t.Errorf("the year before has %+v, %v", y, err)
	}
	for by, reads := range map[string]bool{"soumu 統括": true, "soumu CISO": true, "soumu 責任者": true, "soumu 監査": true, "CIO": false, "fukushi 課長": false, "fukushi 主事": false} {
		if _, err := o.Lists.Year(t.Context(), o.As(by), 2026); (err == nil) != reads || find.ReadsTown(o.As(by)) != reads {
			t.Errorf("%s reads it: %v", by, err)
		}
	}
}

func TestWhoConfirmsOfWhoConfirms(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	for role, want := range map[authz.Role][]string{authz.GeneralSecurityOfficer: {"soumu CISO"}, authz.CISO: {"CIO"}, authz.SecurityManager: nil} {
		var got []string
		for name := range o.People {
			stands, err := o.Lists.StandsFor(t.Context(), o.As(name), role)
			o.Must(err)
			if stands {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("of the %s confirm %v", role, got)
		}
	}
}

// A character may stand for eighteen: what the index holds of them is cut, not refused.
func TestTheLongestClausesAreFoundByTheirBeginning(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	f := o.Finding("fukushi 主事")
	f.Clauses = strings.Repeat("\ufdfa", 500)
	code, err := o.Cases.Confirm(t.Context(), o.As("fukushi 課長"), f)
	o.Must(err)
	page, err := o.Lists.List(t.Context(), o.As("soumu 統括"), find.Search{Clause: "\ufdfa"})
	o.Must(err)
	if len(page.Lines) != 1 || page.Lines[0].Code != code {
		t.Errorf("found: %+v", page.Lines)
	}
}
