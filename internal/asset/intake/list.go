package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/choice"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/likeness"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
	"kagami/internal/sheet/intake"
)

// Choices are what somebody has settled of a file.
type Choices = choice.Choices

// Another says in Choices.Same that a row is an asset of its own, and Leave in
// Choices.Levels leaves one a draft.
const (
	Another = choice.Another
	Leave   = choice.Leave
)

// Fault is one thing wrong with a row.
type Fault = intake.Problem

// List is a list of what a plan would do, in pages.
type List string

// The lists.
const (
	Faults     List = "faults"
	Clashing   List = "clashing"
	Alike      List = "alike"
	Levels     List = "levels"
	Changed    List = "changed"
	Added      List = "added"
	faultyRows List = "faulty"
)

// Lists are those that a page shows, in its order.
var Lists = []List{Faults, Clashing, Alike, Levels, Changed, Added}

// OnPage is how much of a list stands on a page.
const OnPage = 100

// mostFaulty is how many rows with a fault are handed out at most.
const mostFaulty = 10_000

// Line is a row that changes something.
type Line struct {
	Line    int
	Sheet   string
	Code    string // 管理番号; empty for what is new
	Section string
	Name    string
	Draft   bool
	Changes []Change
	Reads   []Reading // of what is new
}

// Reading is a field as it is read.
type Reading struct{ Field, Text string }

// shown are the fields that are shown of what is new.
var shown = []string{"confidentiality", "integrity", "availability", "kind", "zone", "personal"}

// Change is a field with what it was and would be, as people read it.
type Change struct{ Field, Was, Is string }

// LevelQuestion asks what a row with 機密性3 is.
type LevelQuestion struct {
	Row     int
	Line    int
	Sheet   string
	Section string
	Name    string
	Chosen  string
}

// AlikeQuestion asks whether a row is an asset of the register of which the name is
// written otherwise.
type AlikeQuestion struct {
	Row     int
	Line    int
	Sheet   string
	Section string
	Name    string
	Among   []Candidate
	Chosen  string
	Reused  bool // it has the number of the one that it may be: as another it needs another number
}

// Candidate is an asset that a row may be.
type Candidate struct {
	Code, Name string
	Ended      string // how it has ended, and what it became; empty for one that counts
}

// lists are the lists of a plan, as they are stored.
type lists map[List]*pages

// pages is a list in pages, each as JSON.
type pages struct {
	full []json.RawMessage
	last []json.RawMessage
	n    int
}

func (l *lists) add(list List, line any) {
	if *l == nil {
		*l = lists{}
	}
	p := (*l)[list]
	if p == nil {
		p = &pages{}
		(*l)[list] = p
	}
	if list == faultyRows && p.n >= mostFaulty {
		return
	}
	p.n++
	if p.last = append(p.last, packed(line)); len(p.last) == OnPage {
		p.full, p.last = append(p.full, packed(p.last)), p.last[:0]
	}
}

func packed(of any) json.RawMessage {
	raw, err := json.Marshal(of)
	if err != nil {
		panic(err) // they are plain values, or JSON already
	}
	return raw
}

// all are the pages.
func (p *pages) all() []json.RawMessage {
	if len(p.last) == 0 {
		return p.full
	}
	return append(p.full, packed(p.last))
}

// count is how much stands in a list.
func (l lists) count(list List) int {
	if p := l[list]; p != nil {
		return p.n
	}
	return 0
}

// longestShown is how much of a value is shown of a change, in characters.
const longestShown = 200

func short(text string) string {
	if utf8.RuneCountInString(text) <= longestShown {
		return text
	}
	return string([]rune(text)[:longestShown]) + "…"
}

// list lists a row that changes something.
func (p *planner) list(r ledger.Row, e asset.Entry, place many.Place, fields []string) {
	if p.found.unlisted {
		return
	}
	line := Line{Line: r.Line, Sheet: p.file.SheetOf(r), Code: e.Was.Code, Section: sectionName(e, place), Name: short(e.Is.Name), Draft: e.State == asset.Draft}
	if e.Was.ID == 0 {
		for _, key := range shown {
			for _, f := range asset.Fields {
				if f.Key == key {
					line.Reads = append(line.Reads, Reading{f.Title, p.found.Scheme.Shown(key, f.Text(e.Is))})
				}
			}
		}
		p.plan.lists.add(Added, line)
		return
	}
	for _, f := range asset.Fields {
		for _, key := range fields {
			if key == f.Key {
				line.Changes = append(line.Changes, Change{f.Title, short(p.found.Scheme.Shown(key, f.Text(e.Was.Details))), short(p.found.Scheme.Shown(key, f.Text(e.Is)))})
			}
		}
	}
	if e.State != e.Was.State {
		line.Changes = append(line.Changes, Change{"状態", e.Was.State.Title(), e.State.Title()})
	}
	p.plan.lists.add(Changed, line)
}

func sectionName(e asset.Entry, place many.Place) string {
	if e.Was.ID != 0 {
		return e.Was.SectionName
	}
	return place.Name
}

// askLevel asks what a row with 機密性3 is, also where somebody has said so.
func (p *planner) askLevel(r ledger.Row, d decision, e asset.Entry, place many.Place) {
	asked := e.Is.Confidentiality == asset.Unsettled
	chosen := p.choices.Levels[r.At]
	if !asked && chosen == "" && p.choices.Level == "" {
		return
	}
	if !asked { // is it by a choice that it is not?
		without := *p
		without.choices.Levels, without.choices.Level = nil, ""
		if open := without.fill(r, d, &problems{planner: p, row: r}); open.Is.Confidentiality != asset.Unsettled {
			return
		}
	}
	p.plan.lists.add(Levels, LevelQuestion{Row: r.At, Line: r.Line, Sheet: p.file.SheetOf(r), Section: sectionName(e, place), Name: short(e.Is.Name), Chosen: chosen})
}

// unknown is a row that is like no asset by its numbers.
type unknown struct {
	row     int
	section many.Place
}

// ask notes that a row may be an asset of which the name is written otherwise.
func (p *planner) ask(r ledger.Row, place many.Place) {
	if place.ID != 0 && (p.found.Named != nil || len(p.namesakesOf(r.At)) > 0) {
		p.fresh = append(p.fresh, unknown{r.At, place})
	}
}

// chosen is the asset that somebody has said a row to be; -1 for none.
func (p *planner) chosen(r ledger.Row, place many.Place, w *problems) int {
	code := p.choices.Same[r.At]
	if code == "" || code == Another {
		return -1
	}
	at, known := p.byCode[strings.ToLower(code)]
	if !known || p.found.Assets[at].Section != place.ID {
		w.wrong(ledger.NameColumn, wording.Quote(code)+"は、この課室の台帳にありません。同じものかどうかを選び直してください。")
		return -1
	}
	if p.found.Assets[at].State.Ended() { // it stays as it has ended
		p.passed[r.At] = true
		return -1
	}
	if line, spoken := p.taken[p.found.Assets[at].ID]; spoken {
		w.wrong(ledger.NameColumn, fmt.Sprintf("「%s」は、%d行目と同じ情報資産です。どちらかの行で選び直してください。", p.found.Assets[at].Code, line))
		return -1
	}
	if r.LineOf(ledger.NumberColumn) == "" && r.LineOf(ledger.OwnColumn) == "" {
		p.taken[p.found.Assets[at].ID] = r.Line
	}
	p.ask(r, place)
	return at
}

const (
	// mostCandidates is among how many assets somebody chooses at most.
	mostCandidates = 20
	// mostNamesakes is of how many rows of one name it is asked: where there are more, or
	// more assets than mostCandidates, the name tells nothing.
	mostNamesakes = 100
)

// findAlike asks of each row that is like no asset by its numbers whether it is one of
// its section with a name like its own, that no other row has spoken of.
func (p *planner) findAlike(ctx context.Context) error {
	if len(p.fresh) == 0 {
		return nil
	}
	rows := map[inSection]int{} // how many
	keys := make([]inSection, len(p.fresh))
	var sections []int64
	asked := map[int64]bool{}
	for i, f := range p.fresh {
		if len(p.namesakesOf(f.row)) > 0 { // it is known which it may be
			continue
		}
		name := likeness.Key(wording.OneLine(p.file.Rows[f.row].Cell(ledger.NameColumn)))
		if name == "" {
			continue
		}
		if !asked[f.section.ID] {
			asked[f.section.ID] = true
			sections = append(sections, f.section.ID)
		}
		keys[i] = inSection{f.section.ID, name}
		rows[keys[i]]++
	}
	among := map[inSection][]many.Named{}
	if len(sections) > 0 {
		err := p.found.Named(sections, func(n many.Named) {
			key := inSection{n.Section, likeness.Key(n.Name)}
			if rows[key] > 0 && len(among[key]) <= mostCandidates {
				among[key] = append(among[key], n)
			}
		})
		if err != nil {
			return fmt.Errorf("finding assets alike: %w", err)
		}
	}
	for i, f := range p.fresh {
		if err := late(ctx); err != nil {
			return err
		}
		if list := p.namesakesOf(f.row); len(list) > 0 {
			var among []Candidate
			for _, at := range list {
				a := p.found.Assets[at]
				if p.isFree(f, a.ID, a.Code) && len(among) < mostCandidates {
					among = append(among, Candidate{a.Code, strings.Trim(a.Name+"、"+a.Place, "、"), likeness.Ended(a)})
				}
			}
			p.askAlike(f, among)
			continue
		}
		if len(among[keys[i]]) > mostCandidates || len(among[keys[i]]) > 0 && rows[keys[i]] > mostNamesakes {
			p.plan.Notes = append(p.plan.Notes, p.file.Problem(p.file.Rows[f.row], ledger.NameColumn,
				"よく似た名前の資産か行が多いため、同じものかどうかを尋ねません。台帳にある資産の行なら、管理番号を入力してください。"))
			continue
		}
		var free []Candidate
		for _, n := range among[keys[i]] {
			if p.isFree(f, n.ID, n.Code) {
				free = append(free, Candidate{Code: n.Code, Name: n.Name})
			}
		}
		p.askAlike(f, free)
	}
	return nil
}

// isFree tells whether no row but this one speaks of an asset.
func (p *planner) isFree(f unknown, id int64, code string) bool {
	line, spoken := p.taken[id]
	return !spoken || line == p.file.Rows[f.row].Line && strings.EqualFold(p.choices.Same[f.row], code)
}

// askAlike asks of a row whether it is one of the assets with a name like its own.
func (p *planner) askAlike(f unknown, among []Candidate) {
	if len(among) == 0 {
		return
	}
	r, chosen := p.file.Rows[f.row], p.choices.SameOf(f.row)
	if chosen == "" {
		p.plan.Open++
		switch {
		case len(p.unsure[f.row]) > 0:
			p.plan.Unsettled = append(p.plan.Unsettled, p.file.Problem(r, ledger.NameColumn,
				"同じ名前の情報資産がいくつかあり、どれか分かりません。管理番号を書くか、画面で選んで取り込んでください。"))
		case len(p.over[f.row]) > 0:
			p.plan.Unsettled = append(p.plan.Unsettled, p.file.Problem(r, ledger.NameColumn,
				"同じ名前の情報資産「"+among[0].Code+"」が、台帳から外れています（"+among[0].Ended+"）。同じものならこの行を消し、別の資産なら、画面で選んで取り込んでください。"))
		}
	}
	p.plan.lists.add(Alike, AlikeQuestion{Row: f.row, Line: r.Line, Sheet: p.file.SheetOf(r), Section: f.section.Name, Name: short(wording.OneLine(r.Cell(ledger.NameColumn))), Among: among, Chosen: chosen})
}

// faulty is a row with what is wrong with it, to be put right and handed in again: the
// columns of the template, and why.
func (p *planner) faulty(r ledger.Row, wrong []Fault) []string {
	cells := make([]string, ledger.Columns, ledger.Columns+1)
	for c := range ledger.Columns {
		cells[c] = r.Cell(c)
	}
	if cells[ledger.SectionColumn] == "" {
		if at := p.placeOf(r.Page); at >= 0 {
			cells[ledger.SectionColumn] = p.found.Places[at].Name
		}
	}
	why := make([]string, len(wrong))
	for i, w := range wrong {
		why[i] = w.Sentence()
	}
	return append(cells, strings.Join(why, "\n"))
}

// Columns are the headings of a register that is handed out to be filled in.
func Columns() []string { return ledger.Table.Names()[:ledger.VersionColumn] }

// whyColumn heads what is wrong with a row.
const whyColumn = "理由と直し方"
