package ledger

import (
	"fmt"
	"slices"

	"kagami/internal/asset/intake/wording"
	"kagami/internal/sheet/intake"
)

// layout is where the columns of a sheet's table stand.
type layout struct {
	at      [Columns]int    // in a row, -1 for nowhere
	texts   [Columns]string // as the sheet heads them
	ignored []string        // the headings that stand for none
	twice   []string        // those that stand for a column of which there is one more alike
	keys    [2][]string     // the rows of headings, folded
}

func (l layout) Has(c Column) bool { return l.at[c] >= 0 }

// title is what the sheet heads the column; its own name where it has none.
func (l layout) Title(c Column) string {
	if l.texts[c] != "" {
		return l.texts[c]
	}
	return c.Title()
}

// Heading is a heading of a file, and the column that it is read as.
type Heading struct{ Text, Column string }

// Headings are those that are read, each once.
func (f File) Headings() []Heading {
	var list []Heading
	for _, p := range f.Sheets {
		for c := range Columns {
			if one := (Heading{p.texts[c], c.Title()}); p.Has(c) && !slices.Contains(list, one) {
				list = append(list, one)
			}
		}
	}
	return list
}

// find is the word that a heading is, whole or without its brackets.
func find(text string) (word, bool) {
	if w, ok := words[intake.Fold(text)]; ok {
		return w, true
	}
	w, ok := words[intake.Fold(wording.Bare(text))]
	return w, ok
}

// layOut finds the columns by a row of headings, or by two: what stands in the lower one
// is a part of what stands above it, or of the next to the left of that, as merged cells
// are kept. Of two headings for a column the more telling one is it.
func layOut(upper, lower []string) layout {
	l := layout{keys: [2][]string{folded(upper), folded(lower)}}
	var ranks [Columns]int
	for c := range Columns {
		l.at[c] = -1
	}
	group := ""
	for i := range max(len(upper), len(lower)) {
		above, below := wording.OneLine(cellAt(upper, i)), wording.OneLine(cellAt(lower, i))
		if above != "" {
			group = above
		}
		if above == "" && below == "" {
			continue
		}
		text := below
		w, known := find(below)
		if whole, ok := find(wording.Bare(group) + wording.Bare(below)); ok && intake.Fold(wording.Bare(below)) != "" {
			w, known = whole, true
		}
		alone := cellAt(upper, i+1) != "" || cellAt(lower, i+1) == ""
		if above != "" && (below == "" || !known && alone) { // what stands below explains it, if anything does
			text = above
			w, known = find(above)
		}
		switch {
		case !known:
			l.ignored = append(l.ignored, text)
		case !l.Has(w.column) || w.rank < ranks[w.column]:
			if l.Has(w.column) {
				l.ignored = append(l.ignored, l.texts[w.column])
			}
			l.at[w.column], l.texts[w.column], ranks[w.column] = i, text, w.rank
		default:
			if w.rank == ranks[w.column] && slices.Contains(doubtless, w.column) {
				l.twice = append(l.twice, text)
			}
			l.ignored = append(l.ignored, text)
		}
	}
	if l.Has(VersionColumn) && l.texts[NumberColumn] != NumberColumn.Title() { // a town's own: the edition of a paper
		l.ignored = append(l.ignored, l.texts[VersionColumn])
		l.at[VersionColumn], l.texts[VersionColumn] = -1, ""
	}
	return l
}

// isHead tells whether a row is the headings, or the upper one of two rows.
func (l layout) isHead() bool {
	known := 0
	for c := range Columns {
		if l.Has(c) {
			known++
		}
	}
	return l.Has(NameColumn) && known > 1
}

// isLower tells whether the row below the headings is a second row of them: at least
// half of it are words for columns, and it names no asset.
func isLower(upper, cells []string) bool {
	l := layOut(upper, nil)
	name := wording.OneLine(cellAt(cells, l.at[NameColumn]))
	if name != "" && name != l.texts[NameColumn] {
		return false
	}
	known, all, group := 0, 0, ""
	for i := range cells {
		if above := wording.OneLine(cellAt(upper, i)); above != "" {
			group = above
		}
		text := wording.OneLine(cells[i])
		if text == "" {
			continue
		}
		all++
		if _, ok := find(text); ok {
			known++
		} else if _, ok := find(wording.Bare(group) + wording.Bare(text)); ok {
			known++
		}
	}
	return known > 0 && 2*known >= all
}

// isRepeated tells whether a row says the headings once more, as they are at the top of
// each printed page.
func (l layout) isRepeated(cells []string) bool {
	said := 0
	for i, cell := range cells {
		key := intake.Fold(cell)
		if key == "" {
			continue
		}
		if key != cellAt(l.keys[0], i) && key != cellAt(l.keys[1], i) {
			return false
		}
		said++
	}
	return said > 1
}

// problem says why the table can't be read; empty where it can.
func (l layout) problem() string {
	switch {
	case !l.Has(ConfidentialityColumn):
		return "「機密性」の列がありません。見出しの行に「機密性」を加えて、選び直してください。"
	case len(l.twice) > 0:
		return fmt.Sprintf("「%s」の列が二つあります（同じ意味の見出しも数えます）。使わない列を消して、選び直してください。", l.twice[0])
	}
	return ""
}

func folded(cells []string) []string {
	list := make([]string, len(cells))
	for i, cell := range cells {
		list[i] = intake.Fold(cell)
	}
	return list
}

// cellAt is a cell of a row; empty beyond its end.
func cellAt(cells []string, i int) string {
	if i < 0 || i >= len(cells) {
		return ""
	}
	return cells[i]
}
