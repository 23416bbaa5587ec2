package intake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"iter"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/choice"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
)

// Plan is what taking a register in would do. A row with something wrong counts for
// nothing.
type Plan struct {
	Added     int
	Changed   int
	Unchanged int
	Drafts    int              // of those added and changed, that are drafts
	Fresh     int              // of those added, that are drafts
	Problems  []intake.Problem // what is wrong, and keeps the whole file from being taken in
	Notes     []intake.Problem // what somebody should look at
	Headings  []Heading        // those that are read
	Ignored   []string         // headings of columns that are not read
	Unread    []string         // sheets that are not read
	Rows      int              // of the file
	Faulty    int              // rows of which something is wrong
	Elsewhere int              // rows of sections whose assets the actor may not register: they are passed over
	Clashing  int              // fields changed in the file and in the portal, of which nobody has said which holds: their rows count for nothing
	Earlier   int              // of those changed or as they were, whose last look is later in the register: that stays
	Unfounded int              // of those changed, that get another level, for which the file gives no reason
	Open      int              // rows that may be an asset of the register, of which nobody has said whether they are

	// Unsettled is what only somebody can settle who sees both sides.
	Unsettled []intake.Problem

	lists   lists
	digest  []byte // of what it would do
	entries iter.Seq[asset.Entry]
}

// decision is what becomes of a row that changes something.
type decision struct {
	row     int32
	was     int32 // in found.Assets; -1 for what is new
	section int64 // of what is new
	own     string
}

// planner makes a plan of a file, on the register as it stands.
type planner struct {
	file    File
	found   register
	choices Choices

	said     map[saying]meaning   // what the cells of a column have been read as: most are alike
	places   map[string][]int     // by code and by name, folded: indexes of found.Places
	ofSheet  map[*ledger.Page]int // the place that a sheet's titles or name say, -1 for none
	byCode   map[string]int       // indexes of found.Assets
	byNumber map[inSection]int    // by the section's own numbers: those that count first
	byName   map[inSection][]int  // of those without one that count, in their order
	gone     map[inSection][]int  // of those without one that have ended
	seen     map[inSection]int    // the line that has spoken of a number
	taken    map[int64]int        // the line that has spoken of an asset
	decided  []decision
	pairs    map[int]int   // of the rows without one, the assets that they are by their names
	unsure   map[int][]int // those that they may be, of rows that somebody must tell apart
	crowded  map[int]bool  // rows of too many namesakes
	over     map[int][]int // those that have ended, of rows that may be one of them
	passed   map[int]bool  // rows of which somebody has said that they are one of these
	fresh    []unknown     // the rows that are like none by their numbers, or of which somebody has said what they are
	sum      hash.Hash
	plan     Plan
}

// saying is what a cell of a column says.
type saying struct {
	column ledger.Column
	text   string
}

// meaning is what it is read as.
type meaning struct {
	key, look, problem string
	vague              bool
	handling           []asset.Handling
	day                calendar.Date
}

// meant is what a cell of a column is read as, read once.
func (p *planner) meant(c ledger.Column, text string, read func() meaning) meaning {
	m, known := p.said[saying{c, text}]
	if !known {
		m = read()
		p.said[saying{c, text}] = m
	}
	return m
}

// inSection is a text of a section; 0 where the section is not known.
type inSection struct {
	section int64
	text    string
}

// errPlanDeadline says that a plan was not made in time.
var errPlanDeadline = errors.New("planning a register took too long")

// makePlan plans a file by what has been chosen for it. Invalid where there is no such
// section; TooLarge beyond intake.PlanDeadline.
func makePlan(ctx context.Context, found register, file File, choices Choices) (Plan, error) {
	p := &planner{
		file: file, found: found, choices: choices, said: map[saying]meaning{}, places: map[string][]int{}, ofSheet: map[*ledger.Page]int{},
		byCode: map[string]int{}, byNumber: map[inSection]int{}, byName: map[inSection][]int{}, seen: map[inSection]int{}, taken: map[int64]int{},
		pairs: map[int]int{}, unsure: map[int][]int{}, crowded: map[int]bool{}, gone: map[inSection][]int{}, over: map[int][]int{}, passed: map[int]bool{},
		sum:  sha256.New(),
		plan: Plan{Headings: file.Headings(), Ignored: file.Ignored, Unread: file.Unread, Rows: len(file.Rows)},
	}
	p.index()
	for _, section := range []string{choices.Section, choices.Last} {
		if section != "" && len(p.places[wording.Whole(section)]) != 1 {
			return Plan{}, fault.InvalidFields([]fault.Problem{{Field: "section", Message: wording.Quote(section) + "という課室は登録されていません。課室コードを確かめてください。"}})
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, intake.PlanDeadline, errPlanDeadline)
	defer cancel()
	if err := p.pair(ctx); err != nil {
		return Plan{}, err
	}
	for _, r := range file.Rows {
		if err := late(ctx); err != nil {
			return Plan{}, err
		}
		p.add(r)
	}
	if err := p.findAlike(ctx); err != nil {
		return Plan{}, err
	}
	slices.SortStableFunc(p.plan.Problems, func(a, b intake.Problem) int {
		return cmp.Compare(a.Line, b.Line)
	})
	for _, problem := range p.plan.Problems {
		p.plan.lists.add(Faults, problem)
	}
	p.seal()
	p.plan.entries = p.entries
	return p.plan, nil
}

// late says that there is no more time for a plan, or that nobody waits for it any more.
func late(ctx context.Context) error {
	switch {
	case ctx.Err() == nil:
		return nil
	case errors.Is(context.Cause(ctx), errPlanDeadline):
		return fault.New(fault.TooLarge, fmt.Sprintf("%d秒で台帳と比べ終えられませんでした。いくつかのファイルに分けてから、選んでください。", int(intake.PlanDeadline.Seconds())))
	}
	return fault.Wrap(ctx.Err(), fault.Unavailable, "台帳と比べるのを途中でやめました。何も変更されていません。もう一度ファイルを選んでください。")
}

// seal makes the digest of what the plan would do, and of what it goes by: the choices
// say what is read of rows that are decided alike.
func (p *planner) seal() {
	fmt.Fprintln(p.sum, p.choices.Text())
	for _, d := range p.decided {
		version := 0
		if d.was >= 0 {
			version = p.found.Assets[d.was].Version
		}
		fmt.Fprintln(p.sum, d.row, d.was, d.section, version)
	}
	fmt.Fprintln(p.sum, p.plan.Added, p.plan.Changed, p.plan.Unchanged, p.plan.Drafts, p.plan.Open, p.plan.Clashing, p.plan.Unfounded, p.plan.Faulty, p.plan.Elsewhere, len(p.plan.Problems))
	fmt.Fprintln(p.sum, p.found.Scheme.Levels, p.found.Scheme.Zones, p.found.Today)
	p.plan.digest = p.sum.Sum(nil)
}

// entries are what the register would have of each row that changes something: first of
// those about what is there.
func (p *planner) entries(yield func(asset.Entry) bool) {
	for _, fresh := range []bool{false, true} {
		for _, d := range p.decided {
			if (d.was < 0) != fresh {
				continue
			}
			r := p.news(p.file.Rows[d.row])
			if !yield(p.fill(r, d, &problems{planner: p, row: r}).Entry) {
				return
			}
		}
	}
}

// filled is what the register would have of a row.
type filled struct {
	asset.Entry
	notes     []intake.Problem // what somebody should look at
	clashes   []clash
	unfounded bool // a level changes, and the file does not say why
	earlier   bool // the file has an earlier last look than the register
}

// fill reads a row over what is registered.
func (p *planner) fill(r ledger.Row, d decision, w *problems) (e filled) {
	look := func(c ledger.Column, reason string) { e.notes = append(e.notes, p.file.Problem(r, c, reason)) }
	var was asset.Asset
	if d.was >= 0 {
		was = p.found.Assets[d.was]
	}
	if then, stale := p.then(r, int(d.was)); stale {
		of := p.entry(d, then.Of(was))
		e.earlier = p.read(r, &of, w, look)
		e.Entry = p.entry(d, was)
		e.Is, e.clashes = p.both(r, was, of, then)
	} else {
		e.Entry = p.entry(d, was)
		e.earlier = p.read(r, &e.Entry, w, look)
	}
	if key := p.choices.Confidentiality(r.At); key != "" && e.Is.Confidentiality == asset.Unsettled {
		e.Is.Confidentiality = key
	}
	e.unfounded = p.reason(&e.Entry)
	p.stand(r, &e.Entry, look)
	return e
}

// entry is what a row is about, before it is read.
func (p *planner) entry(d decision, was asset.Asset) asset.Entry {
	e := asset.Entry{Section: d.section, Why: "台帳の取り込み", Was: was, Is: was.Details}
	if d.own != "" && !strings.EqualFold(d.own, e.Was.OwnNumber) {
		e.Is.OwnNumber = d.own
	}
	return e
}

func (p *planner) index() {
	for i, place := range p.found.Places {
		code, name := wording.Whole(place.Code), wording.Whole(place.Name)
		p.places[code] = append(p.places[code], i)
		if name != code {
			p.places[name] = append(p.places[name], i)
		}
	}
	for i, a := range p.found.Assets {
		p.byCode[strings.ToLower(a.Code)] = i
		number := inSection{a.Section, strings.ToLower(a.OwnNumber)}
		switch was, known := p.byNumber[number]; {
		case a.OwnNumber == "":
			named, list := inSection{a.Section, a.Name}, p.byName
			if a.State.Ended() {
				list = p.gone
			}
			if list[named] = append(list[named], i); a.State.Ended() && len(list[named]) > mostCandidates { // no more are offered
				list[named] = list[named][:mostCandidates]
			}
		case !known || p.found.Assets[was].State.Ended():
			p.byNumber[number] = i
		}
	}
}

// place is the section that a row names, or its sheet; -1 with what is wrong.
func (p *planner) place(r ledger.Row) (at int, problem string) {
	typed := r.LineOf(ledger.SectionColumn)
	if typed == "" {
		switch at := p.placeOf(r.Page); {
		case at >= 0:
			return at, ""
		case r.Page.Has(ledger.SectionColumn):
			return -1, "課室が空いています。課室の名前かコードを入力してください。結合したセルは、結合を解いて、各行に入力してください。"
		}
		return -1, "どの課室のものか分かりません。「課室」の列を加えるか、シートの名前を課室名にするか、取り込むときに課室を指定してください（コマンドでは --section）。"
	}
	list := p.places[wording.Whole(typed)]
	if len(list) == 0 {
		list = p.places[wording.Key(typed)]
	}
	switch len(list) {
	case 0:
		return -1, wording.Quote(typed) + "という課室は登録されていません。課室の名前かコードを確かめてください。"
	case 1:
		return list[0], ""
	}
	return -1, wording.Quote(typed) + "という課室がいくつかあります。課室コードで書いてください。"
}

// placeOf is the section that is given for rows which name none, or that their sheet is
// titled with or named after; -1 for none.
func (p *planner) placeOf(s *ledger.Page) int {
	at, known := p.ofSheet[s]
	if known {
		return at
	}
	at = -1
	for _, text := range append([]string{p.choices.Section}, append(slices.Clone(s.Titles), s.Name)...) {
		word := wording.Whole(text)
		list := p.places[word]
		if at >= 0 || len(list) != 1 {
			continue
		}
		if place := p.found.Places[list[0]]; text == p.choices.Section || wording.Whole(place.Name) == word || text == s.Name { // a number in a title is no section's code
			at = list[0]
		}
	}
	if at < 0 {
		at = p.begun(append(slices.Clone(s.Titles), s.Name))
	}
	if at < 0 && p.choices.Last != "" {
		at = p.places[wording.Whole(p.choices.Last)][0]
	}
	p.ofSheet[s] = at
	return at
}

// begun is the section with whose name one of the texts begins: 総務課情報資産台帳; -1 for
// none. Of names that begin alike the longest is it.
func (p *planner) begun(texts []string) int {
	for _, text := range texts {
		at, longest, word := -1, 0, wording.Whole(text)
		for i, place := range p.found.Places {
			if name := wording.Whole(place.Name); len(name) > longest && strings.HasPrefix(word, name) {
				at, longest = i, len(name)
			}
		}
		if at >= 0 {
			return at
		}
	}
	return -1
}

// problems are what is wrong with one row: one for a column.
type problems struct {
	planner *planner
	row     ledger.Row
	list    []intake.Problem
}

func (w *problems) wrong(c ledger.Column, reason string) {
	one := w.planner.file.Problem(w.row, c, reason)
	if !slices.ContainsFunc(w.list, func(p intake.Problem) bool { return p.Column == one.Column }) {
		w.list = append(w.list, one)
	}
}

// own is the section of a row, if the actor may register its assets, or elsewhere; that of
// the asset where the row says no other.
func (p *planner) own(r ledger.Row, w *problems) (place many.Place, elsewhere bool) {
	if at, known := p.byCode[strings.ToLower(r.LineOf(ledger.NumberColumn))]; known && r.LineOf(ledger.SectionColumn) == "" {
		return many.Place{ID: p.found.Assets[at].Section, Mine: true}, false
	}
	at, problem := p.place(r)
	if problem != "" {
		w.wrong(ledger.SectionColumn, problem)
		return many.Place{}, false
	}
	if !p.found.Places[at].Mine {
		return many.Place{}, true
	}
	return p.found.Places[at], false
}

// add plans a row.
func (p *planner) add(r ledger.Row) {
	r = p.news(r)
	w := &problems{planner: p, row: r}
	place, elsewhere := p.own(r, w)
	if elsewhere { // its own manager takes it in; what else is wrong with it is theirs to see
		p.plan.Elsewhere++
		return
	}
	at, own := p.match(r, place, w)
	if p.passed[r.At] {
		p.plan.Unchanged++
		return
	}
	d := decision{row: int32(r.At), was: int32(at), section: place.ID, own: own} //nolint:gosec // a file has at most 10,000,000 rows
	p.checkVersion(r, at, w)
	e := p.fill(r, d, w)
	was := e.Was
	if was.ID != 0 {
		if r.LineOf(ledger.SectionColumn) != "" && place.ID != 0 && place.ID != was.Section {
			w.wrong(ledger.SectionColumn, "この管理番号は、"+was.SectionName+"の情報資産です。課室か管理番号を直してください。")
		}
	}
	p.draft(&e.Entry, w)
	if len(w.list) == 0 && p.askWhich(r, e.Entry, place, e.clashes) {
		return
	}
	if len(w.list) == 0 && p.isReused(r, e.Entry) && p.askReused(r, e.Entry, place, w) {
		return
	}
	same := was.ID != 0 && len(asset.Differing(was.Details, e.Is)) == 0 && e.State == was.State
	if same && len(w.list) == 0 { // what changes nothing may have ended, or go by levels of other days
		p.plan.Unchanged++
		p.countEarlier(e)
		return
	}
	if was.ID != 0 && !was.State.Changeable() {
		w.wrong(ledger.NumberColumn, "「"+was.Code+"」は「"+was.State.Title()+"」のため、変えられません。この行を消すか、別の番号にしてください。")
	}
	for _, one := range p.found.Scheme.Problems(e.Is, p.found.Today, e.State == asset.Draft) {
		w.wrong(p.columnOf(r, one.Field), one.Message)
	}
	if len(w.list) > 0 {
		p.plan.Problems = append(p.plan.Problems, w.list...)
		p.plan.Faulty++
		p.plan.lists.add(faultyRows, p.faulty(p.file.Rows[r.At], w.list))
		return
	}
	if p.isOpen(r) {
		return
	}
	p.askLevel(r, d, e.Entry, place)
	var fields []string
	if was.ID != 0 {
		fields = asset.Differing(was.Details, e.Is)
	}
	if was.ID == 0 {
		p.plan.Added++
	} else {
		p.plan.Changed++
	}
	if e.State == asset.Draft {
		p.plan.Drafts++
		if was.ID == 0 {
			p.plan.Fresh++
		}
	}
	if e.unfounded {
		p.plan.Unfounded++
	}
	p.countEarlier(e)
	p.plan.Notes = append(p.plan.Notes, e.notes...)
	p.decided = append(p.decided, d)
	p.list(r, e.Entry, place, fields)
}

func (p *planner) countEarlier(e filled) {
	if e.earlier {
		p.plan.Earlier++
	}
}

// draft makes a draft of what somebody brings who may only draft, and keeps one that somebody
// else confirms. What is registered they propose to change, one by one.
func (p *planner) draft(e *asset.Entry, w *problems) {
	if p.found.Awaiting[e.Was.ID] {
		e.State = asset.Draft
	}
	section := e.Section
	if e.Was.ID != 0 {
		section = e.Was.Section
	}
	if !slices.ContainsFunc(p.found.Places, func(place many.Place) bool { return place.ID == section && place.Only }) {
		return
	}
	switch {
	case e.Was.ID == 0, e.Was.State == asset.Draft, e.Was.State.Ended():
		e.State = asset.Draft
	case e.Was.State == asset.Registered && len(asset.Differing(e.Was.Details, e.Is)) > 0:
		w.wrong(ledger.NumberColumn, "「"+e.Was.Code+"」は登録済みのため、台帳担当者には変えられません。この行を消して、その資産の画面から、変更を提案してください。")
	}
}

// news is a row without what the register says already in the same words. A table that
// was handed out and comes back says nothing there: its words might be read as another's
// are, such as 情報 on paper, 「無」 for somebody outside, or a level of other days.
func (p *planner) news(r ledger.Row) ledger.Row {
	at, there := p.byCode[strings.ToLower(r.LineOf(ledger.NumberColumn))]
	if !there {
		return r
	}
	now := p.found.Assets[at]
	was := now
	if then, stale := p.then(r, at); stale {
		was = then.Of(now)
	}
	var known ledger.ColumnSet
	for _, f := range asset.Fields {
		c, there := ledger.ByKey[f.Key]
		if !there || c == ledger.OutsourcedColumn && r.Cell(ledger.OutsourcingColumn) != "" { // the two are read together
			continue
		}
		if cell := r.Cell(c); cell != "" && cell == strings.TrimSpace(sheet.Text(p.found.Scheme.Written(f, was)).String()) {
			known[c] = true
		}
	}
	if text := wording.Whole(r.LineOf(ledger.SectionColumn)); text != "" && (text == wording.Whole(was.SectionName) || text == wording.Whole(now.SectionName) || text == wording.Whole(now.SectionCode)) {
		known[ledger.SectionColumn] = true
	}
	return r.Without(known)
}

// columnOf is the column of a field.
func (p *planner) columnOf(r ledger.Row, field string) ledger.Column {
	if c := ledger.ByKey[field]; c != ledger.OwnColumn || r.Page.Has(ledger.OwnColumn) {
		return c
	}
	return ledger.NumberColumn
}

// match finds the asset that a row is about, as an index of found.Assets: by what
// somebody has said of it, by 管理番号, by the section's own number, or by its name where
// it has neither; -1 for one that is new. own is the section's own number, where the row
// says it.
func (p *planner) match(r ledger.Row, place many.Place, w *problems) (at int, own string) {
	number, own := r.LineOf(ledger.NumberColumn), r.LineOf(ledger.OwnColumn)
	said := ledger.NumberColumn
	if number == "" {
		said = ledger.OwnColumn
	}
	at, known := p.byCode[strings.ToLower(number)]
	if !known {
		_, ours := p.byNumber[inSection{place.ID, strings.ToLower(number)}]
		switch {
		case p.isGiven(number) && (own != "" || !ours):
			// whether another section has it is not told
			w.wrong(ledger.NumberColumn, "この管理番号の情報資産は、あなたの課室にありません。番号を確かめてください。新しい情報資産なら、管理番号を空けてください。")
			return -1, ""
		case number != "" && own != "":
			w.wrong(ledger.NumberColumn, wording.Quote(number)+"という管理番号の情報資産は、台帳にありません。新しい情報資産なら、管理番号を空けてください。")
			return -1, ""
		case own == "":
			own = number
		}
		if own == "" {
			if at = p.chosen(r, place, w); at < 0 && !p.passed[r.At] {
				at = p.named(r, w)
			}
			if at < 0 {
				if list := p.gone[inSection{place.ID, wording.OneLine(r.Cell(ledger.NameColumn))}]; len(list) > 0 {
					p.over[r.At] = list
				}
				p.ask(r, place)
			}
			return at, ""
		}
		if at, known = p.byNumber[inSection{place.ID, strings.ToLower(own)}]; !known {
			at = p.chosen(r, place, w)
			if known = at >= 0; !known {
				p.ask(r, place)
			}
		}
	}
	num := inSection{place.ID, strings.ToLower(cmp.Or(own, number))}
	if place.ID == 0 { // not known: it is at least not another line of the same words
		num.text = wording.Key(r.LineOf(ledger.SectionColumn)) + "\n" + num.text
	}
	line, again := p.seen[num]
	if !known {
		at = -1
	} else {
		was := p.found.Assets[at].ID
		if before, spoken := p.taken[was]; spoken {
			line, again = before, true
		} else {
			p.taken[was] = r.Line
		}
	}
	if again {
		w.wrong(said, fmt.Sprintf("%d行目と同じ番号です。同じ情報資産ならどちらかの行を消し、別のものなら番号を変えてください。", line))
	} else {
		p.seen[num] = r.Line
	}
	if known && own != "" {
		if other, there := p.byNumber[inSection{p.found.Assets[at].Section, strings.ToLower(own)}]; there && other != at && !p.found.Assets[other].State.Ended() {
			w.wrong(said, wording.Quote(own)+"は、ほかの情報資産「"+p.found.Assets[other].Code+"」の課の番号です。どちらの情報資産か確かめてください。")
		}
	}
	return at, own
}

// isGiven tells whether a number looks like one that the portal gives: the code of a
// section that there is or was, and four digits or more.
func (p *planner) isGiven(number string) bool {
	at := strings.LastIndexByte(number, '-')
	if at < 0 || len(number)-at <= 4 || strings.Trim(number[at+1:], "0123456789") != "" {
		return false
	}
	return p.found.Given[strings.ToLower(number[:at])] || slices.ContainsFunc(p.found.Places, func(place many.Place) bool { return strings.EqualFold(place.Code, number[:at]) })
}

// texts are the columns of free text that are the fields of an asset as they stand there.
var texts = func() map[ledger.Column]asset.Field {
	list := map[ledger.Column]asset.Field{}
	for c, column := range ledger.Table.Columns {
		f, is := choice.Field(column.Key)
		if is && f.Most > 0 && !slices.Contains([]string{"own_number", "name", "outsourced"}, f.Key) { // of these more than their cells decide
			list[ledger.Column(c)] = f
		}
	}
	return list
}()

// read puts what a row says into an entry, over what is registered. It tells whether the
// register has a later last look.
func (p *planner) read(r ledger.Row, e *asset.Entry, w *problems, look func(ledger.Column, string)) (earlier bool) {
	d, isNew := &e.Is, e.Was.ID == 0
	if name := wording.OneLine(r.Cell(ledger.NameColumn)); name != "" {
		d.Name = name
	}
	for c := range ledger.Columns {
		if why := wording.BadCell(r.Cell(c)); why != "" {
			w.wrong(c, why)
		}
	}
	for c, field := range texts {
		if cell := r.Cell(c); cell != "" || p.choices.Blanks && c != ledger.LevelReasonColumn && r.IsBlank(c) {
			field.Set(d, cell)
		}
	}
	p.readLevels(r, d, isNew, w, look)
	p.readPersonal(r, d, w)
	p.readKindAndZone(r, d, isNew, w)
	p.readRest(r, d, w, look)
	earlier = p.readDays(r, d, isNew, w)
	if d.Personal != asset.MyNumberBorne && r.Cell(ledger.NumberWorkColumn) == "" {
		d.NumberWork = asset.NoNumberWork
	}
	if d.Personal == asset.MyNumberBorne && d.NumberWork == asset.NoNumberWork && d.Zone == asset.MyNumberZone {
		d.NumberWork = asset.NumberUse
	}
	return earlier
}

// stand tells whether an entry is a draft or registered, by what is open in it.
func (p *planner) stand(r ledger.Row, e *asset.Entry, look func(ledger.Column, string)) {
	isNew, d := e.Was.ID == 0, e.Is
	e.State = e.Was.State
	if isNew || e.Was.State == asset.Draft {
		e.State = asset.Registered
		if r.Cell(ledger.PersonalColumn) == "" && (isNew || d.Personal == asset.NotPersonal) { // neither says
			e.State = asset.Draft
			look(ledger.PersonalColumn, "個人情報があるかどうかが書いてありません。「無」の下書きにします。確かめて、登録してください。")
		}
		for _, field := range d.Open() {
			e.State = asset.Draft
			look(p.columnOf(r, field), wording.ToSettle[field])
		}
	}
}

// readLevels reads the three levels. A 3 of the three steps says less than 3A, 3B or 3C.
func (p *planner) readLevels(r ledger.Row, d *asset.Details, isNew bool, w *problems, look func(ledger.Column, string)) {
	for _, one := range []struct {
		aspect asset.Aspect
		column ledger.Column
		level  *string
	}{
		{asset.Confidentiality, ledger.ConfidentialityColumn, &d.Confidentiality}, {asset.Integrity, ledger.IntegrityColumn, &d.Integrity}, {asset.Availability, ledger.AvailabilityColumn, &d.Availability},
	} {
		cell := r.Cell(one.column)
		if cell == "" {
			if isNew && r.Page.Has(one.column) {
				w.wrong(one.column, one.aspect.Title()+"を入力してください。")
			}
			continue
		}
		level := p.meant(one.column, cell, func() (m meaning) {
			m.key, m.look, m.problem = wording.Level(p.found.Scheme, one.aspect, cell)
			return m
		})
		switch {
		case level.problem != "":
			w.wrong(one.column, level.problem)
			continue
		case level.look != "":
			look(one.column, level.look)
		}
		if one.aspect != asset.Confidentiality || level.key != asset.Unsettled || !strings.HasPrefix(*one.level, asset.Unsettled) {
			*one.level = level.key
		}
	}
}

// readPersonal reads whether there is personal data. A word that says only that there is
// says less than which.
func (p *planner) readPersonal(r ledger.Row, d *asset.Details, w *problems) {
	if cell := r.Cell(ledger.PersonalColumn); cell != "" {
		said := p.meant(ledger.PersonalColumn, cell, func() meaning {
			personal, vague, problem := wording.Personal(cell)
			return meaning{key: string(personal), vague: vague, problem: problem}
		})
		personal, vague, problem := asset.Personal(said.key), said.vague, said.problem
		switch {
		case problem != "":
			w.wrong(ledger.PersonalColumn, problem)
		case !vague || d.Personal == "" || d.Personal == asset.NotPersonal:
			d.Personal = personal
		}
	}
	if d.Personal == "" {
		d.Personal = asset.NotPersonal
	}
	if cell := r.Cell(ledger.NumberWorkColumn); cell != "" {
		work, problem := wording.NumberWork(cell)
		if problem != "" {
			w.wrong(ledger.NumberWorkColumn, problem)
		} else {
			d.NumberWork = work
		}
	}
}

// readKindAndZone reads the kind and the zone; of what is new the medium says them, where
// nothing else does and it is paper.
func (p *planner) readKindAndZone(r ledger.Row, d *asset.Details, isNew bool, w *problems) {
	switch cell := r.Cell(ledger.KindColumn); {
	case cell != "":
		said := p.meant(ledger.KindColumn, cell+"\n"+d.Medium, func() meaning {
			kind, problem := wording.Kind(cell, d.Medium)
			return meaning{key: string(kind), problem: problem}
		})
		if d.Kind = asset.Kind(said.key); said.problem != "" {
			w.wrong(ledger.KindColumn, said.problem)
			d.Kind = asset.Information
		}
	case isNew && wording.OnPaper(d.Medium):
		d.Kind = asset.Paper
	case isNew:
		d.Kind = asset.Information
	}
	switch cell := r.Cell(ledger.ZoneColumn); {
	case cell != "" && !wording.Denies(cell):
		zone := p.meant(ledger.ZoneColumn, cell, func() (m meaning) {
			m.key, m.problem = wording.Zone(p.found.Scheme, cell)
			return m
		})
		if zone.problem != "" {
			w.wrong(ledger.ZoneColumn, zone.problem)
		} else {
			d.Zone = zone.key
		}
	case isNew && (d.Kind == asset.Paper || wording.OnPaper(d.Medium)):
		d.Zone = asset.OfflineZone
	}
}

// readRest reads the limits and who is charged with work outside.
func (p *planner) readRest(r ledger.Row, d *asset.Details, w *problems, look func(ledger.Column, string)) {
	if cell := r.Cell(ledger.HandlingColumn); cell != "" {
		said := p.meant(ledger.HandlingColumn, cell, func() (m meaning) {
			m.handling, m.key, m.look = wording.Handling(cell)
			return m
		})
		disposal, other := said.key, said.look
		d.Handling = slices.Clone(said.handling)
		if disposal != "" && r.Cell(ledger.DisposalColumn) == "" {
			d.Disposal = disposal
		}
		if other != "" {
			look(ledger.HandlingColumn, wording.Quote(other)+"は、選べる取扱制限にないので、備考に入れます。")
			if !strings.Contains(d.Note, other) {
				d.Note = strings.TrimSpace(d.Note + "\n取扱制限：" + other)
			}
		}
	}
	if p.choices.Blanks && r.IsBlank(ledger.HandlingColumn) {
		d.Handling = nil
	}
	for _, one := range []struct {
		column ledger.Column
		given  *asset.Confirmed
	}{{ledger.MultiFactorColumn, &d.MultiFactor}, {ledger.TakeoutBarredColumn, &d.TakeoutBarred}} {
		if cell := r.Cell(one.column); cell != "" {
			given, problem := wording.Confirmed(cell)
			if problem != "" {
				w.wrong(one.column, problem)
				continue
			}
			*one.given = given
		} else if p.choices.Blanks && r.IsBlank(one.column) {
			*one.given = asset.Unknown
		}
	}
	name, said, problem := wording.Outsourcing(r.Cell(ledger.OutsourcingColumn), r.Cell(ledger.OutsourcedColumn))
	switch {
	case problem != "":
		w.wrong(ledger.OutsourcingColumn, problem)
	case said && (name != wording.UnnamedSupplier || d.Outsourced == ""):
		d.Outsourced = name
	case !said && p.choices.Blanks && r.IsBlank(ledger.OutsourcedColumn):
		d.Outsourced = ""
	}
}

// readDays reads the days. What is new and has none is registered today, or when it was
// looked at. A register of its own, which does not say of when it is, sets no look back: it
// tells that it would.
func (p *planner) readDays(r ledger.Row, d *asset.Details, isNew bool, w *problems) (earlier bool) {
	for _, one := range []struct {
		column ledger.Column
		day    *calendar.Date
	}{{ledger.RegisteredOnColumn, &d.RegisteredOn}, {ledger.CheckedOnColumn, &d.CheckedOn}} {
		cell := r.Cell(one.column)
		if cell == "" {
			if one.column == ledger.CheckedOnColumn && p.choices.Blanks && r.IsBlank(ledger.CheckedOnColumn) {
				*one.day = calendar.Date{}
			}
			continue
		}
		said := p.meant(one.column, cell, func() (m meaning) {
			m.day, m.problem = wording.Day(cell)
			return m
		})
		if said.problem != "" {
			w.wrong(one.column, said.problem)
			continue
		}
		if one.column == ledger.CheckedOnColumn && said.day.Before(*one.day) && !r.Page.Has(ledger.VersionColumn) {
			earlier = true
			continue
		}
		*one.day = said.day
	}
	if isNew && d.RegisteredOn.IsZero() {
		d.RegisteredOn = p.found.Today
		if !d.CheckedOn.IsZero() && d.CheckedOn.Before(d.RegisteredOn) {
			d.RegisteredOn = d.CheckedOn
		}
	}
	return earlier
}
