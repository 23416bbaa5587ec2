package relation_test

import (
	"fmt"
	"kagami/internal/asset"
	"kagami/internal/fault"
	"math/rand/v2"
	"sync"
	"testing"
)

// checked compares floors and sums with what they are of.
func (o office) checked(t *testing.T) {
	t.Helper()
	var wrong int
	err := o.db.Pool.QueryRow(t.Context(), `
		WITH RECURSIVE up AS (
			SELECT b.id AS b, a.id AS a FROM asset b JOIN asset_relation r ON r.rests_on = b.id JOIN asset a ON a.id = r.asset_id AND a.state IN ('draft','registered') WHERE b.state IN ('draft','registered')
			UNION SELECT up.b, a.id FROM up JOIN asset_relation r ON r.rests_on = up.a JOIN asset a ON a.id = r.asset_id AND a.state IN ('draft','registered')),
		f AS (SELECT b.id, b.floor, b.ranks, b.breaks, coalesce(max(a.ranks[1]), 0) AS c, coalesce(max(a.ranks[2]), 0) AS i, coalesce(max(a.ranks[3]), 0) AS v
			FROM asset b LEFT JOIN up ON up.b = b.id LEFT JOIN asset a ON a.id = up.a WHERE b.state IN ('draft','registered') GROUP BY b.id)
		SELECT count(*) FROM f WHERE floor[1] <> c OR floor[2] <> i OR floor[3] <> v OR (breaks ? 'floor') <> (ranks[1] BETWEEN 1 AND c-1 OR ranks[2] BETWEEN 1 AND i-1 OR ranks[3] BETWEEN 1 AND v-1)`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d floors differ: %v", wrong, err)
	}
	err = o.db.Pool.QueryRow(t.Context(), `
		WITH c AS (SELECT section_id, zone, confidentiality, count(*)::int AS assets, count(*) FILTER (WHERE state='draft')::int AS drafts, count(*) FILTER (WHERE owner='')::int AS unowned, count(broken_since)::int AS broken, count(*) FILTER (WHERE level_reason<>'')::int AS by_hand
			FROM asset WHERE state IN ('draft','registered') GROUP BY 1,2,3)
		SELECT count(*) FROM c FULL JOIN asset_sum s USING (section_id, zone, confidentiality)
		WHERE (coalesce(c.assets,0), coalesce(c.drafts,0), coalesce(c.unowned,0), coalesce(c.broken,0), coalesce(c.by_hand,0)) <> (coalesce(s.assets,0), coalesce(s.drafts,0), coalesce(s.unowned,0), coalesce(s.broken,0), coalesce(s.by_hand,0))`).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d sums differ: %v", wrong, err)
	}
}

// Changes, endings, relations and weighing side by side leave floors and sums as they are.
func TestSixDesksAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var info, sys []string
	for i := range 8 {
		info = append(info, o.register(o.general, "somu", asset.Information, fmt.Sprint("情報", i), "2"))
	}
	for i := range 5 {
		sys = append(sys, o.register(o.general, "somu", asset.System, fmt.Sprint("系", i), "2"))
	}
	levels := []string{"1", "2", "3C", "3B", "3A"}
	zones := []string{asset.LGWANZone, asset.InternetZone, asset.MyNumberZone}
	var wait sync.WaitGroup
	var mu sync.Mutex
	odd := map[string]int{}
	for w := range 6 {
		r := rand.New(rand.NewPCG(uint64(w), 7))
		wait.Go(func() {
			for range 30 {
				var err error
				switch what := r.IntN(9); {
				case what < 4:
					code := append(info, sys...)[r.IntN(13)]
					a, e := o.assets.Find(t.Context(), o.general, code)
					if e != nil {
						err = e
						break
					}
					a.Confidentiality, a.Zone, a.Owner = levels[r.IntN(5)], zones[r.IntN(3)], []string{"", "課長"}[r.IntN(2)]
					err = o.assets.Change(t.Context(), o.general, code, a.Version, a.Details, "")
				case what < 6:
					err = o.Rest(t.Context(), o.general, info[r.IntN(8)], sys[r.IntN(5)])
				case what == 6:
					i, j := r.IntN(5), r.IntN(5)
					err = o.Rest(t.Context(), o.general, sys[i], sys[j])
				case what == 7:
					err = o.Release(t.Context(), o.general, info[r.IntN(8)], sys[r.IntN(5)])
				case r.IntN(5) == 0:
					code := append(info, sys...)[r.IntN(13)]
					a, e := o.assets.Find(t.Context(), o.general, code)
					if e == nil {
						err = o.assets.EndAsMistaken(t.Context(), o.general, code, a.Version, "x")
					}
				default:
					if _, err = o.db.Pool.Exec(t.Context(), `UPDATE asset_weighed SET scheme = ''`); true {
						err = o.on(today).Weigh(t.Context())
					}
				}
				if k := fault.KindOf(err); err != nil && k != fault.Conflict && k != fault.Invalid {
					mu.Lock()
					odd[err.Error()]++
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	for e, n := range odd {
		t.Errorf("%d × %s", n, e)
	}
	o.checked(t)
}
