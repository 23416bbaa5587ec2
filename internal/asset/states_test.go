package asset_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
)

var (
	listOfStates = regexp.MustCompile(`state\s*(?:IN \(|= ANY \(\(?ARRAY\[|<> ALL \(\(?ARRAY\[)[^)\]]*`)
	quotedState  = regexp.MustCompile(`'(\w+)'`)
)

// The schema holds lists of an asset's states too, in indexes, functions and constraints: a
// state that comes is in each of them.
func TestTheSchemaKnowsEveryState(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	rows, err := db.Pool.Query(t.Context(), `
		SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'asset'
		UNION ALL SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'asset'::regclass AND contype = 'c'
			AND conname <> 'asset_settled' -- where something may still be open: drafts, and what a draft may end as
		UNION ALL SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname IN ('refuse_ended_asset', 'sum_assets')`)
	if err != nil {
		t.Fatal(err)
	}
	var all, counts, ends []string
	for _, s := range life.States() {
		all = append(all, string(s))
		if s.Ended() {
			ends = append(ends, string(s))
		} else {
			counts = append(counts, string(s))
		}
	}
	lists := 0
	var name, text string
	_, err = pgx.ForEachRow(rows, []any{&name, &text}, func() error {
		for _, list := range listOfStates.FindAllString(text, -1) {
			var states []string
			for _, word := range quotedState.FindAllStringSubmatch(list, -1) {
				states = append(states, word[1])
			}
			lists++
			if !alike(states, all) && !alike(states, counts) && !alike(states, ends) {
				t.Errorf("%s: %q are neither all states nor those that count nor the ends: a migration makes it anew", name, states)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if lists < 10 {
		t.Errorf("only %d lists of states found in the schema", lists)
	}
}

func alike(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
