package lifecycle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/lifecycle"
)

// The life of a request: made, permitted or refused by whoever did not make it, ended
// by a person or by its last day.
type (
	state string
	event string
	kind  string
	table = lifecycle.Table[state, event, kind]
	arrow = lifecycle.Arrow[state, event, kind]
)

const (
	made      state = "made"
	permitted state = "permitted"
	ended     state = "ended"

	ask    event = "ask"
	change event = "change"
	permit event = "permit"
	refuse event = "refuse"
	end    event = "end"

	urgent kind = "urgent"
	usual  kind = "usual"
)

func (s state) Title() string {
	return map[state]string{made: "申請中", permitted: "許可", ended: "終了"}[s]
}

func (k kind) Title() string { return map[kind]string{urgent: "緊急", usual: "通常"}[k] }

var (
	anybody = lifecycle.Who{May: []authz.Action{authz.ReportViolation}}
	heads   = lifecycle.Who{May: []authz.Action{authz.GiveGuidance}}
	// officers are of several roles, by two actions
	officers = lifecycle.Who{May: []authz.Action{authz.PublishMinor, authz.RecordDecision}, Except: "申請した人"}
	byItself = lifecycle.Who{May: []authz.Action{authz.DecideRights, authz.FallsDue}}

	withReason = []lifecycle.Field{{Name: "reason", Title: "理由"}, {Name: "until", Title: "期限"}}
)

func request() *table {
	return &table{
		Thing:  "申請",
		States: []state{made, permitted, ended},
		Ends:   []state{ended},
		Arrows: []arrow{
			{Event: ask, To: made, By: anybody, Title: "申請", Needs: withReason[:1]},
			{From: made, Event: change, To: made, By: heads, Title: "変更"},
			{From: made, Event: permit, When: usual, To: permitted, By: officers, Title: "許可", Needs: withReason},
			{From: made, Event: permit, When: urgent, To: permitted, By: officers, Title: "許可", Asks: "口頭でもよい理由"},
			{From: made, Event: refuse, To: ended, By: officers, Title: "却下", Needs: withReason[:1]},
			{From: permitted, Event: end, To: ended, By: byItself, Title: "終了", Clears: []string{"until"}},
		},
	}
}

func holder(roles ...authz.Role) authz.Actor {
	a := authz.Actor{Person: 7}
	for _, role := range roles {
		a.Holdings = append(a.Holdings, authz.Holding{Role: role, Section: 1})
	}
	return a
}

func TestAnArrowOrAConflict(t *testing.T) {
	for _, c := range []struct {
		from  state
		event event
		kind  kind
		to    state // empty for a conflict
	}{
		{"", ask, usual, made},
		{made, change, usual, made},
		{made, permit, usual, permitted},
		{made, permit, urgent, permitted},
		{made, permit, "", ""}, // of which kind is not said yet
		{made, refuse, "", ended},
		{permitted, refuse, usual, ""},
		{ended, end, usual, ""},
		{made, ask, usual, ""},
	} {
		a, err := request().Arrow(c.from, c.event, c.kind)
		if a.To != c.to || (err == nil) != (c.to != "") {
			t.Errorf("%s from %s: %s, %v", c.event, c.from, a.To, err)
		}
		if err != nil && fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s from %s: %v", c.event, c.from, fault.KindOf(err))
		}
	}
	_, err := request().Arrow(permitted, refuse, usual)
	const want = "conflict: この申請は「許可」なので、この操作は行えません。申請の画面を開き直して、いまの状態を確かめてください。"
	if err == nil || err.Error() != want {
		t.Errorf("says %v", err)
	}
}

func TestWhatIsOfferedToWhom(t *testing.T) {
	matter := authz.Matter{OwnersSection: 1, PersonsSection: 1, SystemsSection: 1}
	for _, c := range []struct {
		who    string
		actor  authz.Actor
		matter authz.Matter
		from   state
		want   []event
	}{
		{"a 統括", holder(authz.GeneralSecurityOfficer), matter, made, []event{permit, refuse}},
		{"a CISO", holder(authz.CISO), matter, made, []event{permit, refuse}},
		{"a 管理者 of the section", holder(authz.SecurityManager), matter, made, []event{change}},
		{"a 管理者, where it is of no section", holder(authz.SecurityManager), authz.Matter{}, made, nil},
		{"a 管理者 who is 統括", holder(authz.GeneralSecurityOfficer, authz.SecurityManager), matter, made, []event{change, permit, refuse}},
		{"whoever asked", holder(authz.CISO), authz.Matter{Person: 7, Decision: true}, made, nil},
		{"the portal", authz.AsPortal(), matter, permitted, []event{end}},
		{"the portal, before", authz.AsPortal(), matter, made, nil},
		{"a 職員", holder(authz.Staff), authz.Matter{}, "", []event{ask}},
		{"nobody", authz.Actor{}, matter, made, nil},
	} {
		var got []event
		for _, a := range request().Next(c.actor, c.matter, c.from, usual) {
			got = append(got, a.Event)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.who, got, c.want)
		}
	}
}

// Of several actions the one that reaches is asked for, and one that does not where
// none does: then leave is refused.
func TestTheActionThatLeaveIsAskedFor(t *testing.T) {
	for role, want := range map[authz.Role]authz.Action{
		authz.CISO: authz.PublishMinor, authz.GeneralSecurityOfficer: authz.RecordDecision, authz.Staff: authz.RecordDecision,
	} {
		if got := request().Who(permit).Action(holder(role), authz.Matter{}); got != want {
			t.Errorf("%s: %s", role, got)
		}
	}
	if who := request().Who("unheard of"); who.Action(holder(authz.CISO), authz.Matter{}) != "" || request().Title("unheard of") != "" {
		t.Errorf("what the table does not hold: %v", who)
	}
	if title := request().Title(permit); title != "許可" {
		t.Errorf("is called %s", title)
	}
}

func TestWhatIsMissing(t *testing.T) {
	a, err := request().Arrow(made, permit, usual)
	if err != nil {
		t.Fatal(err)
	}
	if problems := a.Missing(map[string]bool{"reason": true, "until": true}); problems != nil {
		t.Errorf("whole: %v", problems)
	}
	problems := a.Missing(map[string]bool{"reason": true, "until": false})
	if want := []fault.Problem{{Field: "until", Message: "期限を入力してください。"}}; !slices.Equal(problems, want) {
		t.Errorf("%v, want %v", problems, want)
	}
	if problems := a.Missing(nil); len(problems) != 2 {
		t.Errorf("nothing given: %v", problems)
	}
}

func TestATableThatIsWrongSaysSo(t *testing.T) {
	if err := request().Check(); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for want, spoil := range map[string]func(*table){
		"the thing has no name":                                      func(t *table) { t.Thing = "" },
		`the state "made" stands twice`:                              func(t *table) { t.States = append(t.States, made) },
		`the state "lost" has no name`:                               func(t *table) { t.States = append(t.States, "lost") },
		`nothing leads to the state "lost"`:                          func(t *table) { t.States = append(t.States, "lost") },
		`begins: there is no state "lost"`:                           func(t *table) { t.Begins = []state{"lost"} },
		`ends: there is no state "lost"`:                             func(t *table) { t.Ends = append(t.Ends, "lost") },
		`made refuse: there is no state "lost"`:                      func(t *table) { t.Arrows[4].To = "lost" },
		`made refuse: there is no state ""`:                          func(t *table) { t.Arrows[4].To = "" },
		`lost refuse: there is no state "lost"`:                      func(t *table) { t.Arrows[4].From = "lost" },
		`nothing leads on from the state "ended", which is no end`:   func(t *table) { t.Ends = nil },
		`the state "made" is an end, and something leads on from it`: func(t *table) { t.Ends = append(t.Ends, made) },
		`nothing leads to the state "made"`:                          func(t *table) { t.Arrows = t.Arrows[1:] },
		"made change: stands twice for one condition":                func(t *table) { t.Arrows = append(t.Arrows, t.Arrows[1]) },
		"made permit: stands twice for one condition":                func(t *table) { t.Arrows[3].When = "" },
		"made permit: is called 承認, and 許可 from another state":       func(t *table) { t.Arrows[3].When = ""; t.Arrows[3].Title = "承認" },
		"made permit urgent: others may do it from another state":    func(t *table) { t.Arrows[3].By = heads },
		"made permit urgent: nobody may":                             func(t *table) { t.Arrows[3].By = lifecycle.Who{Except: "申請した人"} },
		"made permit rare: its condition has no name":                func(t *table) { t.Arrows[3].When = "rare" },
		"made change: has no name":                                   func(t *table) { t.Arrows[1].Title = "" },
		"made : has no event":                                        func(t *table) { t.Arrows[1].Event = "" },
		"made refuse: a field that it needs has no name":             func(t *table) { t.Arrows[4].Needs = []lifecycle.Field{{Name: "reason"}} },
		"made refuse: empties the field that it needs: reason":       func(t *table) { t.Arrows[4].Clears = []string{"reason"} },
	} {
		spoilt := request()
		spoil(spoilt)
		if err := spoilt.Check(); err == nil || !slices.Contains(strings.Split(err.Error(), "\n"), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestTheDocument(t *testing.T) {
	const want = "# 申請の状態\n\n" +
		"`internal/x/life.go` から作られています。変えるときは表を変え、`make generate` を実行してください。\n\n" +
		"| いまの状態 | すること | 種類 | 次の状態 | できる人 | 入力するもの |\n" +
		"| --- | --- | --- | --- | --- | --- |\n" +
		"| ― | 申請 | すべて | 申請中 | CIO・CISO・統括・責任者・CSIRT・管理者・システム管理者・台帳担当者・職員等・監査 | 理由 |\n" +
		"| 申請中 | 変更 | すべて | 申請中 | 管理者（自課） | ― |\n" +
		"| 申請中 | 許可 | 通常 | 許可 | CISO・統括・責任者（申請した人を除く） | 理由、期限 |\n" +
		"| 申請中 | 許可 | 緊急 | 許可 | CISO・統括・責任者（申請した人を除く） | 口頭でもよい理由 |\n" +
		"| 申請中 | 却下 | すべて | 終了 | CISO・統括・責任者（申請した人を除く） | 理由 |\n" +
		"| 許可 | 終了 | すべて | 終了 | 統括・自動 | ― |\n" +
		"| 許可 | 期限が来る | すべて | 期限切れ | （日付から決まる） | ― |\n"
	document := lifecycle.Document{
		Title: "申請の状態", Sources: []string{"internal/x/life.go"}, Condition: "種類", Any: "すべて",
		Rows: append(request().Rows(), lifecycle.Row{From: "許可", What: "期限が来る", To: "期限切れ"}),
	}
	if got := document.Markdown(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	document.Condition, document.Any, document.Rows = "", "", document.Rows[:2]
	if got := document.Markdown(); !strings.HasSuffix(got, "\n| いまの状態 | すること | 次の状態 | できる人 | 入力するもの |\n| --- | --- | --- | --- | --- |\n"+
		"| ― | 申請 | 申請中 | CIO・CISO・統括・責任者・CSIRT・管理者・システム管理者・台帳担当者・職員等・監査 | 理由 |\n| 申請中 | 変更 | 申請中 | 管理者（自課） | ― |\n") {
		t.Errorf("without a condition:\n%s", got)
	}
}

// spot is a state of a table that a property makes up.
type spot string

func (s spot) Title() string { return "状態" + string(s) }

type (
	graph = lifecycle.Table[spot, event, kind]
	way   = lifecycle.Arrow[spot, event, kind]
)

// drawTable makes a table up that is right: each state is led to from an earlier one,
// and no other arrow stands where one stands.
func drawTable(t *rapid.T) *graph {
	m := &graph{Thing: "もの"}
	states := rapid.IntRange(1, 7).Draw(t, "states")
	name := func(n int) spot { return spot(fmt.Sprint(n)) }
	add := func(from, to spot, n int, when kind) {
		e := event(fmt.Sprintf("e%d", n))
		for _, a := range m.Arrows {
			if a.From == from && a.Event == e && (a.When == when || a.When == "" || when == "") {
				return
			}
		}
		m.Arrows = append(m.Arrows, way{From: from, Event: e, When: when, To: to, By: anybody, Title: "する" + string(e)})
	}
	for n := range states {
		m.States = append(m.States, name(n))
		switch from := rapid.IntRange(-1, n-1).Draw(t, "from"); {
		case n == 0 || from < 0:
			m.Begins = append(m.Begins, name(n))
		default:
			add(name(from), name(n), 100+n, "")
		}
	}
	for range rapid.IntRange(0, 20).Draw(t, "more") {
		state := rapid.IntRange(0, states-1)
		add(name(state.Draw(t, "from")), name(state.Draw(t, "to")), rapid.IntRange(0, 4).Draw(t, "event"), rapid.SampledFrom([]kind{"", usual, urgent}).Draw(t, "when"))
	}
	for _, s := range m.States {
		if !slices.ContainsFunc(m.Arrows, func(a way) bool { return a.From == s }) {
			m.Ends = append(m.Ends, s)
		}
	}
	return m
}

// Whoever walks along what is offered never leaves the table, is led by each arrow
// that is offered and by no other, and stops at an end or for want of a condition.
func TestAWalkStaysInTheTable(t *testing.T) {
	actor := holder(authz.Staff)
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t)
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
		when := rapid.SampledFrom([]kind{usual, urgent}).Draw(t, "kind")
		at := rapid.SampledFrom(m.Begins).Draw(t, "begins")
		for range 30 {
			next := m.Next(actor, authz.Matter{}, at, when)
			for n := range 110 {
				e := event(fmt.Sprintf("e%d", n))
				a, err := m.Arrow(at, e, when)
				offered := slices.ContainsFunc(next, func(a way) bool { return a.Event == e })
				if offered != (err == nil) || offered && (a.From != at || a.When != "" && a.When != when) {
					t.Fatalf("%s from %s: offered %t, %v %v", e, at, offered, a, err)
				}
			}
			if slices.Contains(m.Ends, at) && len(next) > 0 {
				t.Fatalf("%s is an end, and %v leads on", at, next)
			}
			if len(next) == 0 {
				return
			}
			at = rapid.SampledFrom(next).Draw(t, "step").To
			if !slices.Contains(m.States, at) {
				t.Fatalf("came to %q", at)
			}
		}
	})
}

// Whatever single arrow is added for a condition that has one, or made to begin
// nowhere, the table says that it is wrong.
func TestOneWrongArrowIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawTable(t)
		if len(m.Arrows) == 0 {
			return
		}
		wrong := m.Arrows[rapid.IntRange(0, len(m.Arrows)-1).Draw(t, "arrow")]
		switch rapid.IntRange(0, 3).Draw(t, "how") {
		case 0:
			wrong.When = rapid.SampledFrom([]kind{"", wrong.When}).Draw(t, "when")
		case 1:
			wrong.Event, wrong.From = "new", "nowhere"
		case 2:
			wrong.Event, wrong.To = "new", "nowhere"
		case 3:
			wrong.Event, wrong.By = "new", lifecycle.Who{}
		}
		m.Arrows = append(m.Arrows, wrong)
		if m.Check() == nil {
			t.Fatalf("let %+v in", wrong)
		}
	})
}
