package intake

import (
	"context"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/wording"
)

// namesakes are the rows of a section that have one name and no number, and the assets that
// they may be: those of that name that no row speaks of otherwise.
type namesakes struct {
	rows   []int // of the file
	assets []int // indexes of found.Assets
}

// pair finds which assets the rows without a number are: those of their names, by what else
// is equal, in whichever order they stand. Where that does not tell which is which, it is
// left to somebody to settle.
func (p *planner) pair(ctx context.Context) error {
	if len(p.byName) == 0 {
		return nil
	}
	spoken := map[int]bool{}
	groups := map[inSection]*namesakes{}
	var order []inSection
	for _, r := range p.file.Rows {
		if err := late(ctx); err != nil {
			return err
		}
		chosen := p.choices.Same[r.At]
		if at, known := p.byCode[strings.ToLower(chosen)]; known {
			spoken[at] = true
		}
		if number := r.LineOf(ledger.NumberColumn); number != "" || r.LineOf(ledger.OwnColumn) != "" {
			if at, known := p.byCode[strings.ToLower(number)]; known {
				spoken[at] = true
			}
			continue
		}
		place, _ := p.own(r, &problems{planner: p, row: r})
		named := inSection{place.ID, wording.OneLine(r.Cell(ledger.NameColumn))}
		if len(p.byName[named]) == 0 {
			continue
		}
		if chosen != "" {
			p.unsure[r.At] = p.byName[named]
			continue
		}
		if groups[named] == nil {
			groups[named] = &namesakes{}
			order = append(order, named)
		}
		groups[named].rows = append(groups[named].rows, r.At)
	}
	for _, named := range order {
		g := groups[named]
		for _, at := range p.byName[named] {
			if !spoken[at] {
				g.assets = append(g.assets, at)
			}
		}
		if err := p.tell(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// tell finds which of the rows are which of the assets: those that are equal in all columns
// that there are, those to which a row says nothing else, those at the same place, and the
// last of each.
func (p *planner) tell(ctx context.Context, g *namesakes) error {
	if len(g.rows) > 1 || len(g.assets) > 1 {
		p.pairEqual(g, func(string) bool { return true })
		p.pairEqual(g, func(key string) bool { return key != "registered_on" && key != "level_reason" }) // which a row may leave to the register
		few := len(g.rows) <= mostNamesakes && len(g.assets) <= mostCandidates
		for again := true; again; {
			again = false
			if few {
				fits, err := p.fitting(ctx, g)
				if err != nil {
					return err
				}
				if again = p.pairOnly(g, fits); !again {
					p.pairAll(g, fits)
				}
			}
			again = p.pairPlaces(g) || again
		}
		if !few && len(g.rows) > 0 && len(g.assets) > 0 {
			for _, row := range g.rows {
				p.crowded[row] = true
			}
			return nil
		}
	}
	switch {
	case len(g.assets) == 0:
	case len(g.rows) == 1 && len(g.assets) == 1:
		p.pairs[g.rows[0]] = g.assets[0]
	default:
		for _, row := range g.rows {
			p.unsure[row] = g.assets
		}
	}
	return nil
}

// take pairs assets with their rows, and takes both out of the group.
func (p *planner) take(g *namesakes, rows map[int]int) {
	paired := map[int]bool{}
	for at, row := range rows {
		p.pairs[row], paired[row] = at, true
	}
	g.rows = slices.DeleteFunc(slices.Clone(g.rows), func(row int) bool { return paired[row] })
	g.assets = slices.DeleteFunc(slices.Clone(g.assets), func(at int) bool { _, taken := rows[at]; return taken })
}

// pairEqual pairs the rows with the assets that are equal in the columns that a sheet has of
// some fields.
func (p *planner) pairEqual(g *namesakes, counts func(key string) bool) {
	type words struct {
		page *ledger.Page
		text string
	}
	said := func(page *ledger.Page, d asset.Details) words {
		var b strings.Builder
		for _, f := range asset.Fields {
			if c, there := ledger.ByKey[f.Key]; there && page.Has(c) && counts(f.Key) {
				b.WriteString(f.Text(d))
				b.WriteByte(0)
			}
		}
		return words{page, b.String()}
	}
	free := map[words][]int{}
	rows := map[int]int{} // by their assets
	read := map[*ledger.Page]bool{}
	for _, row := range g.rows {
		r := p.file.Rows[row]
		if !read[r.Page] {
			read[r.Page] = true
			for _, at := range g.assets {
				w := said(r.Page, p.found.Assets[at].Details)
				free[w] = append(free[w], at)
			}
		}
		var e asset.Entry
		p.read(r, &e, &problems{planner: p, row: r}, func(ledger.Column, string) {})
		w := said(r.Page, e.Is)
		for _, at := range free[w] {
			free[w] = free[w][1:]
			if _, taken := rows[at]; !taken { // by a row of another sheet
				rows[at] = row
				break
			}
		}
	}
	p.take(g, rows)
}

// fitting are the assets in which a row would change nothing, of each row.
func (p *planner) fitting(ctx context.Context, g *namesakes) (map[int][]int, error) {
	fits := map[int][]int{}
	for _, row := range g.rows {
		if err := late(ctx); err != nil {
			return nil, err
		}
		r := p.file.Rows[row]
		for _, at := range g.assets {
			w := &problems{planner: p, row: r}
			e := p.fill(r, decision{row: int32(row), was: int32(at)}, w) //nolint:gosec // a file has at most 10,000,000 rows
			if len(w.list) == 0 && len(asset.Differing(e.Was.Details, e.Is)) == 0 {
				fits[row] = append(fits[row], at)
			}
		}
	}
	return fits, nil
}

// pairOnly pairs the rows that fit one asset alone, which no other row fits. It tells
// whether there was any.
func (p *planner) pairOnly(g *namesakes, fits map[int][]int) bool {
	wanted := map[int]int{}
	for _, list := range fits {
		for _, at := range list {
			wanted[at]++
		}
	}
	rows := map[int]int{}
	for _, row := range g.rows {
		if list := fits[row]; len(list) == 1 && wanted[list[0]] == 1 {
			rows[list[0]] = row
		}
	}
	p.take(g, rows)
	return len(rows) > 0
}

// pairAll pairs all rows with assets that they fit, if there is one for each: then it is all
// the same which is which, for nothing changes.
func (p *planner) pairAll(g *namesakes, fits map[int][]int) {
	of := map[int]int{} // the rows by their assets
	var seat func(row int, asked map[int]bool) bool
	seat = func(row int, asked map[int]bool) bool {
		for _, at := range fits[row] {
			if asked[at] {
				continue
			}
			asked[at] = true
			if other, seated := of[at]; !seated || seat(other, asked) {
				of[at] = row
				return true
			}
		}
		return false
	}
	for _, row := range g.rows {
		if !seat(row, map[int]bool{}) {
			return
		}
	}
	p.take(g, of)
}

// pairPlaces pairs the rows and assets that alone are at a place. It tells whether there was
// any.
func (p *planner) pairPlaces(g *namesakes) bool {
	rows, assets := map[string][]int{}, map[string][]int{}
	for _, row := range g.rows {
		place := p.file.Rows[row].Cell(ledger.PlaceColumn)
		rows[place] = append(rows[place], row)
	}
	for _, at := range g.assets {
		place := p.found.Assets[at].Place
		assets[place] = append(assets[place], at)
	}
	only := map[int]int{}
	for place, list := range rows {
		if place != "" && len(list) == 1 && len(assets[place]) == 1 {
			only[assets[place][0]] = list[0]
		}
	}
	p.take(g, only)
	return len(only) > 0
}

// named is the asset that a row without a number is; -1 for none, or where that is open.
func (p *planner) named(r ledger.Row, w *problems) int {
	if p.crowded[r.At] {
		w.wrong(ledger.NameColumn, "同じ名前の行と情報資産が多く、どれがどれか分かりません。台帳を書き出して、管理番号をこの列に加えてください。")
		return -1
	}
	at, paired := p.pairs[r.At]
	if !paired {
		return -1
	}
	p.taken[p.found.Assets[at].ID] = r.Line
	return at
}

// namesakesOf are the assets that a row without a number may be: those that count, and those
// that have ended.
func (p *planner) namesakesOf(row int) []int {
	return slices.Concat(p.unsure[row], p.over[row])
}

// isOpen tells of a row whether nobody has said yet which of its namesakes it is, if any:
// then it counts for nothing.
func (p *planner) isOpen(r ledger.Row) bool {
	return len(p.namesakesOf(r.At)) > 0 && p.choices.Same[r.At] == "" && !p.choices.Others
}

// ended says of an asset that has ended how, and what it became; empty for one that counts.
func ended(a asset.Asset) string {
	switch {
	case !a.State.Ended():
		return ""
	case a.MergedInto != "":
		return "「" + a.MergedInto + "」に統合"
	}
	return a.State.Title()
}
