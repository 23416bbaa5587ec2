package bulk

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Line is what a change does to one asset.
type Line struct {
	asset.Asset // as it stands
	Is          asset.Details
	Becomes     asset.State
	Newly       []asset.Break // the rules that it does not fit any more
	Refused     []fault.Problem
}

// Plan is what a change does to assets.
type Plan struct {
	Changed    []Line
	Refused    []Line // those that can't be so, which stay as they are
	Same       int    // are so already
	Others     int    // that the actor may not change
	Ended      int
	Broken     int    // of Changed, those that don't fit a rule any more
	Registered int    // of Changed, drafts of which nothing is left to settle
	Digest     string // tells it from any other plan
}

// makePlan makes the plan of a change to assets, of which those awaiting are drafts that
// somebody confirms: they stay drafts.
func makePlan(actor authz.Actor, list []asset.Asset, awaiting map[int64]bool, scheme asset.Scheme, today calendar.Date, change Change) Plan {
	var p Plan
	digest := sha256.New()
	for _, a := range slices.SortedFunc(slices.Values(list), func(x, y asset.Asset) int { return int(x.ID - y.ID) }) {
		switch fault.KindOf(a.AskChange(actor)) {
		case fault.Forbidden:
			p.Others++
			continue
		case fault.Conflict:
			p.Ended++
			continue
		}
		line := Line{Asset: a, Is: change.of(a.Details, scheme, today), Becomes: a.State}
		if len(asset.Differing(a.Details, line.Is)) == 0 {
			p.Same++
			continue
		}
		if a.State == asset.Draft && !awaiting[a.ID] && len(line.Is.Open()) == 0 {
			line.Becomes = asset.Registered
		}
		if line.Refused = scheme.CheckChange(a.Details, line.Is, today, line.Becomes == asset.Draft); len(line.Refused) > 0 {
			p.Refused = append(p.Refused, line)
			continue
		}
		if line.Newly = scheme.Newly(a, line.Is); len(line.Newly) > 0 {
			p.Broken++
		}
		if line.Becomes != a.State {
			p.Registered++
		}
		p.Changed = append(p.Changed, line)
		_, after := asset.Changed(a.Details, line.Is)
		fmt.Fprint(digest, a.ID, a.Version, line.Becomes, after, ruleKeys(line.Newly), "\n") // a map is printed in the order of its keys
	}
	p.Digest = hex.EncodeToString(digest.Sum(nil))
	return p
}

func ruleKeys(breaks []asset.Break) string {
	var keys []string
	for _, b := range breaks {
		keys = append(keys, b.Rule)
	}
	return strings.Join(keys, " ")
}

// entries are what the register is asked to change.
func (p Plan) entries(why string) iter.Seq[asset.Entry] {
	return func(yield func(asset.Entry) bool) {
		for _, l := range p.Changed {
			if !yield(asset.Entry{Was: l.Asset, Is: l.Is, State: l.Becomes, Why: why}) {
				return
			}
		}
	}
}
