package asset_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// within are the states that a condition in SQL names, in their order.
func within(condition string) (states []asset.State) {
	for _, word := range regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(condition, -1) {
		states = append(states, asset.State(word[1]))
	}
	slices.Sort(states)
	return states
}

// The database goes by the same: an index that holds other states than a statement asks for
// is never used for it, and a sum that counts others is wrong.
func TestTheDatabaseCountsWhatCounts(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	type place struct{ Name, Text string }
	list, err := postgres.List[place](t.Context(), db.Pool, "reading what the database says of states", `
		SELECT c.relname::text AS name, pg_get_expr(i.indpred, i.indrelid) AS text
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'asset'::regclass AND pg_get_expr(i.indpred, i.indrelid) LIKE '%state = ANY%'
		UNION ALL SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'asset_ended_breaks_none'
		UNION ALL SELECT p.proname::text, p.prosrc FROM pg_proc p
		WHERE p.pronamespace = 'public'::regnamespace AND p.oid IN (SELECT t.tgfoid FROM pg_trigger t WHERE t.tgrelid = 'asset'::regclass) AND p.prosrc LIKE '%state IN%'`,
		pgx.StrictNamedArgs{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"asset_own_number_unique", "asset_ended_number", "asset_of_section", "asset_ended_breaks_none", "sum_assets", "refuse_ended_asset"} {
		if !slices.ContainsFunc(list, func(p place) bool { return p.Name == name }) {
			t.Errorf("%s says nothing of states", name)
		}
	}
	condition := regexp.MustCompile(`(?:(\w+)\.)?state (?:IN|= ANY) \([^)]*\)`)
	for _, p := range list {
		for _, found := range condition.FindAllStringSubmatch(p.Text, -1) {
			c, of := found[0], found[1]
			if of != "" && of != "NEW" && of != "OLD" && !regexp.MustCompile(`\basset `+of+`\b`).MatchString(p.Text) {
				continue // the state of something else, such as the exceptions that go with a merged asset
			}
			if states := within(c); !slices.Equal(states, within(life.Counts)) && !slices.Equal(states, within(life.Ends)) {
				t.Errorf("%s: %s is neither what counts nor what has ended", p.Name, c)
			}
		}
	}
	known, err := postgres.One[place](t.Context(), db.Pool, "reading which states there are",
		`SELECT conname::text AS name, pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'asset_state_known'`, pgx.StrictNamedArgs{})
	if want := within(life.Counts + life.Ends); err != nil || !slices.Equal(within(known.Text), want) {
		t.Errorf("the database knows %s (%v), want %v", known.Text, err, want)
	}
}

// Who may not take a step is told so before what stands in its way.
func TestAStepIsAsked(t *testing.T) {
	t.Parallel()
	manager := authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: 7}}}
	other := authz.Actor{Person: 2, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: 8}}}
	for _, c := range []struct {
		actor authz.Actor
		state asset.State
		step  life.Step
		want  fault.Kind
	}{
		{manager, asset.Draft, life.Mistake, 0},
		{manager, asset.Registered, life.Change, 0},
		{manager, asset.Registered, life.Mend, fault.Conflict},
		{manager, asset.Draft, life.Propose, fault.Conflict},
		{manager, asset.Mistaken, life.Mistake, fault.Conflict},
		{manager, asset.Retired, life.Change, fault.Conflict},
		{manager, asset.Merged, life.Merge, fault.Conflict},
		{other, asset.Registered, life.Change, fault.Forbidden},
		{other, asset.Merged, life.Change, fault.Forbidden},
		{manager, asset.Registered, life.HandOver, fault.Forbidden},
	} {
		a := asset.Asset{Section: 7, State: c.state}
		err := a.Ask(c.actor, c.step)
		if err == nil != (c.want == 0) || err != nil && fault.KindOf(err) != c.want {
			t.Errorf("%d, %s %s: %v", c.actor.Person, c.state, c.step, err)
		}
		if fault.KindOf(err) == fault.Conflict && !strings.Contains(err.Error(), c.state.Title()) {
			t.Errorf("does not say where it stands: %v", err)
		}
	}
}

// An entry of many stands only where a step leads to.
func TestAnEntryOfManyStandsWhereAStepLeads(t *testing.T) {
	t.Parallel()
	was := func(s asset.State) asset.Asset { return asset.Asset{ID: 1, State: s} }
	for _, c := range []struct {
		was  asset.Asset
		is   asset.State
		only bool
		want bool
	}{
		{asset.Asset{}, asset.Registered, false, true},
		{asset.Asset{}, asset.Draft, false, true},
		{asset.Asset{}, asset.Draft, true, true},
		{asset.Asset{}, asset.Retired, false, false},
		{was(asset.Draft), asset.Registered, false, true},
		{was(asset.Draft), asset.Draft, true, true},
		{was(asset.Registered), asset.Registered, false, true},
		{was(asset.Registered), asset.Draft, true, true},  // it is proposed, or nothing changes
		{was(asset.Registered), asset.Draft, false, true}, // a change in bulk that has settled a draft is taken back
		{was(asset.Retired), asset.Registered, false, false},
		{was(asset.Retired), asset.Draft, true, false},
		{was(asset.Merged), asset.Merged, false, false},
	} {
		if got := (asset.Entry{Was: c.was, State: c.is}).Stands(c.only); got != c.want {
			t.Errorf("from %q to %q, only drafting %t: %t", c.was.State, c.is, c.only, got)
		}
	}
}
