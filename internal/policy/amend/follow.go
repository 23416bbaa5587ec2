package amend

import (
	"cmp"
	"slices"
	"strings"

	"kagami/internal/policy/outline"
)

// Why is why a reference needs a look.
type Why string

// The reasons.
const (
	Elsewhere Why = "elsewhere" // unchanged, it would lead to another clause, or nowhere
	Renamed   Why = "renamed"   // it names its clause by a 「heading」 that is another now
	Lost      Why = "lost"      // its clause is no more
	Appears   Why = "appears"   // it led nowhere, and would lead somewhere now
	Nowhere   Why = "nowhere"   // it stands in words just given, and leads nowhere
)

// Finding is a reference that needs a look.
type Finding struct {
	Clause     int // where it stands, in the order of the new text
	Citation   string
	InHeading  bool
	Start, End int    // in the new text, in bytes
	Words      string // as they are
	Proposed   string // that would lead where these led; empty where a person must say
	Why        Why
	Doubt      Doubt
	// Old and New are the citations, before and now, of the clause that it led
	// to; empty where there is none. For one that is lost or appears, New is what
	// the words would lead to as they are.
	Old, New string
}

// Sure tells whether the words proposed are right as far as can be told.
func (f Finding) Sure() bool { return f.Proposed != "" && f.Doubt == NoDoubt }

// With is the new text with the words proposed in the place of those that are
// chosen, by their place in Findings: chosen is asked once about each that has
// words proposed. What has none stays.
func (c *Change) With(chosen func(finding int) bool) *outline.Outline {
	var list []replacement
	for i, f := range c.Findings {
		if f.Proposed != "" && chosen(i) {
			list = append(list, replacement{f.Clause, f.InHeading, f.Start, f.End, f.Proposed})
		}
	}
	o, _ := replaced(c.New, list)
	return o
}

// replacement puts words in the place of others.
type replacement struct {
	clause     int
	inHeading  bool
	start, end int
	words      string
}

// spot is a place in a text.
type spot struct {
	clause    int
	inHeading bool
	start     int
}

// replaced makes replacements, which come in the order of the text, in a copy of
// it. It returns where each stands then.
func replaced(o *outline.Outline, list []replacement) (*outline.Outline, []spot) {
	t := newTree(o)
	spots := make([]spot, len(list))
	moved, last := 0, spot{clause: none}
	for i, r := range list {
		if last.clause != r.clause || last.inHeading != r.inHeading {
			moved = 0
		}
		c := &t.all[r.clause].clause
		field := &c.Text
		if r.inHeading {
			field = &c.Heading
		}
		last = spot{r.clause, r.inHeading, r.start + moved}
		spots[i] = last
		*field = (*field)[:r.start+moved] + r.words + (*field)[r.end+moved:]
		moved += len(r.words) - (r.end - r.start)
	}
	clone, _ := t.outline(o.Title)
	return clone, spots
}

// followed is a reference on its way into the new text.
type followed struct {
	Reference
	clause int // where it stands in the new text
	want   Target
	others []Target
	lost   bool
	try    int // how many ways to write it have been tried
	words  string
	typed  bool
}

// follow finds the references that need a look.
func (c *Change) follow(a Amendment) []Finding {
	before, after := newIndex(c.Old), newIndex(c.New)
	w := writer{before: before, after: after, now: map[int]int{}}
	for i, origin := range c.origins {
		if origin != none {
			w.now[origin] = i
		}
	}
	refs := before.find()
	w.learn(refs)
	list := w.carry(refs, a)
	if a.Act == Insert {
		list = append(list, w.typed(a, slices.Index(c.origins, none))...)
	}
	slices.SortFunc(list, func(a, b *followed) int {
		return cmp.Or(cmp.Compare(a.clause, b.clause), cmp.Compare(inText(a.InHeading), inText(b.InHeading)), cmp.Compare(a.Start, b.Start))
	})
	for again := true; again; {
		again = false
		found := w.look(c.New, list)
		for _, f := range list {
			if f.Leads && !f.lost && f.try < w.ways() && !w.leadsRight(f, found[f]) {
				w.tryNext(f)
				again = true
			}
		}
	}
	return c.findings(w, a, list)
}

func inText(inHeading bool) int {
	if inHeading {
		return 0
	}
	return 1
}

// writer writes references anew.
type writer struct {
	before, after *index
	now           map[int]int // from the clauses of the old text to those of the new
	wide          bool        // the text writes its numbers full-width
}

// learn sees how the text writes numbers, for 前項 that has none.
func (w *writer) learn(refs []Reference) {
	for _, r := range refs {
		for _, p := range r.parts {
			if p.write != nil && p.write(1) == "１" {
				w.wide = true
				return
			}
		}
	}
}

// carry takes the references of the old text into the new, but for those whose
// own words are given anew.
func (w *writer) carry(refs []Reference, a Amendment) []*followed {
	var list []*followed
	for _, r := range refs {
		now, stands := w.now[r.Clause]
		if !stands || a.Act == Rewrite && w.before.list[r.Clause].Anchor == a.Anchor {
			continue
		}
		list = append(list, w.lead(r, now))
	}
	return list
}

// lead says where a reference should lead in the new text.
func (w *writer) lead(r Reference, clause int) *followed {
	f := &followed{Reference: r, clause: clause, words: r.Words}
	if !r.Leads {
		return f
	}
	now, stands := w.now[r.Target.Clause]
	f.want, f.lost = Target{now, r.Target.First}, !stands
	for _, other := range r.others {
		now, stands := w.now[other.Clause]
		f.others, f.lost = append(f.others, Target{now, other.First}), f.lost || !stands
	}
	return f
}

// typed takes in the references of a clause just put in, as who wrote them saw
// the numbers: the old ones.
func (w *writer) typed(a Amendment, clause int) []*followed {
	at := slices.IndexFunc(w.before.list, func(c outline.Anchored) bool { return c.Anchor == a.Anchor })
	c := w.after.list[clause]
	var list []*followed
	for _, r := range append(w.before.findIn(at, true, c.Heading), w.before.findIn(at, false, c.Text)...) {
		if !r.Leads || first(r).form == byKin || first(r).level > ofArticle {
			continue // it is read where it stands now
		}
		f := w.lead(r, clause)
		f.typed = true
		if f.Doubt == NoDoubt {
			f.Doubt = JustTyped
		}
		list = append(list, f)
	}
	return list
}

// look finds the references of the new text as they are written now.
func (w *writer) look(o *outline.Outline, list []*followed) map[*followed]*Reference {
	replacements := make([]replacement, len(list))
	for i, f := range list {
		replacements[i] = replacement{f.clause, f.InHeading, f.Start, f.End, f.words}
	}
	text, spots := replaced(o, replacements)
	w.after = newIndex(text)
	bySpot := map[spot]*Reference{}
	for _, r := range w.after.find() {
		bySpot[spot{r.Clause, r.InHeading, r.Start}] = &r
	}
	found := map[*followed]*Reference{}
	for i, f := range list {
		found[f] = bySpot[spots[i]]
	}
	return found
}

// leadsRight tells whether a reference, as it is found in the new text, leads
// where it led.
func (w *writer) leadsRight(f *followed, found *Reference) bool {
	switch {
	case found == nil || !found.Leads || found.Target != f.want || !slices.Equal(found.others, f.others):
		return false
	case !f.named:
		return true
	}
	if heading := w.after.list[f.want.Clause].Heading; heading != "" {
		return found.quote == heading
	}
	return f.try > 0 // the quote has been left out
}

// tryNext writes a reference in the next way there is.
func (w *writer) tryNext(f *followed) {
	tried := f.words
	for f.try < w.ways() {
		f.try++
		words, ok := f.Words, true
		switch {
		case f.try == 1:
			words, ok = w.renumbered(f)
		case f.try < w.ways():
			words, ok = w.absolute(f, f.try)
		}
		if ok && (words != tried || f.try == 1 || f.try == w.ways()) {
			f.words = words
			return
		}
	}
}

// ways is how many ways to write a reference there are; the last leaves it to a
// person.
func (w *writer) ways() int { return 5 }

// renumbered writes a reference with the new numbers in the place of the old.
func (w *writer) renumbered(f *followed) (string, bool) {
	var b strings.Builder
	text := f.text()
	at := f.Start
	for _, p := range f.parts {
		b.WriteString(text[at-f.Start : p.start-f.Start])
		at = p.end
		now, stands := w.now[p.target.Clause]
		if !stands {
			return "", false
		}
		b.WriteString(w.part(p, text[p.start-f.Start:p.end-f.Start], w.before.numbers[p.target.Clause], now))
	}
	b.WriteString(w.quoted(f))
	return b.String(), true
}

// text is the reference's words without its 「heading」.
func (f *followed) text() string {
	if f.quote == "" {
		return f.Words
	}
	return strings.TrimSuffix(f.Words, "「"+f.quote+"」")
}

// quoted is the 「heading」 of the clause that a reference leads to, if it names
// one.
func (w *writer) quoted(f *followed) string {
	if f.quote == "" {
		return ""
	}
	heading := f.quote
	if f.named {
		heading = w.after.list[f.want.Clause].Heading
	}
	if heading == "" {
		return ""
	}
	return "「" + heading + "」"
}

// part writes one part of a reference with a clause's new number, as it was
// written before.
func (w *writer) part(p part, words string, old number, now int) string {
	m := w.after.numbers[now]
	if p.target.First || p.form == byKin || p.form == byName || m.style == "" {
		return words
	}
	if p.sign != "" {
		return strings.Replace(words, lastSign(words, p.sign), w.after.list[now].Label, 1)
	}
	n := m.n + max(p.n-old.n, 0)
	if n == p.n && m.sub == p.sub {
		return words
	}
	number := write(p.write, n)
	switch {
	case p.form == byBracket && p.write(1) == "⑴":
		if s := p.write(n); s != "" {
			return s
		}
		return "(" + half(n) + ")"
	case p.form == byBracket:
		left, right := bracketsOf(words)
		return left + number + right
	}
	if p.dai {
		number = "第" + number
	}
	number += p.unit
	if m.sub > 0 {
		number += "の" + write(p.write, m.sub)
	}
	return number
}

// lastSign is the sign as it stands in the words, in either width.
func lastSign(words, sign string) string {
	if strings.Contains(words, sign) {
		return sign
	}
	left, right := bracketsOf(words)
	return strings.TrimSuffix(strings.TrimPrefix(words, left), right)
}

// bracketsOf are the brackets around words.
func bracketsOf(words string) (left, right string) {
	left, right = "(", ")"
	if strings.HasPrefix(words, "（") {
		left = "（"
	}
	if strings.HasSuffix(words, "）") {
		right = "）"
	}
	return left, right
}

func write(way numeral, n int) string {
	if way != nil {
		if s := way(n); s != "" {
			return s
		}
	}
	return half(n)
}

// absolute writes a reference by the place of its clause: by the number alone;
// from the article on; or with the 附則 or chapter before that.
func (w *writer) absolute(f *followed, way int) (string, bool) {
	if len(f.others) > 0 {
		return "", false
	}
	own := half
	if w.wide {
		own = full
	}
	for _, p := range f.parts {
		if p.write != nil && p.write(1) != "⑴" {
			own = p.write
			break
		}
	}
	var path []int
	for i := f.want.Clause; i != none; i = w.after.parent[i] {
		path = append(path, i)
	}
	slices.Reverse(path)
	from := len(path) - 1
	if way > 2 {
		from = slices.IndexFunc(path, func(i int) bool { return w.after.list[i].Kind == outline.Article })
		if from < 0 || way > 3 {
			from = 0
		}
	}
	var b strings.Builder
	for _, i := range path[from:] {
		if way == 2 && f.want.First {
			break
		}
		if way > 3 && w.after.articles && w.after.list[i].Kind != outline.Supplement && w.after.around(i, outline.Article) == none && i != f.want.Clause {
			continue // 第2章 does not stand before 第5条
		}
		words, ok := w.absolutePart(i, own)
		if !ok {
			return "", false
		}
		b.WriteString(words)
	}
	if f.want.First {
		b.WriteString("第" + write(own, 1) + "項")
	}
	return b.String() + w.quoted(f), true
}

// absolutePart names one clause by its own number.
func (w *writer) absolutePart(i int, own numeral) (string, bool) {
	c, m := w.after.list[i], w.after.numbers[i]
	if m.style == inKanji || m.write != nil && m.before == "第" && m.write(1) == "一" {
		own = m.write
	}
	dai := func(unit string) string {
		s := "第" + write(own, m.n) + unit
		if m.sub > 0 {
			s += "の" + write(own, m.sub)
		}
		return s
	}
	switch {
	case c.Kind == outline.Supplement:
		return "附則", true
	case m.style == "" || m.style == inDecimals || c.Kind == outline.Figure:
		return "", false
	case c.Kind == outline.Chapter || c.Kind == outline.Section || c.Kind == outline.Article && m.before == "第":
		return dai(m.single().unit), true
	case c.Kind == outline.Article:
		return write(own, m.n) + "項", true
	case c.Kind == outline.Paragraph:
		return dai("項"), true
	case c.Kind == outline.Item && w.after.articles && (m.style == inDigits || m.style == inKanji):
		return dai("号"), true
	case m.style == inCircles || m.style == inKana:
		return c.Label, true
	}
	return "(" + c.Label + ")", true
}

// findings lists what has changed, or needs a person.
func (c *Change) findings(w writer, a Amendment, list []*followed) []Finding {
	old, now, found := c.Old.Anchors(), c.New.Anchors(), w.look(c.New, list)
	findings := []Finding{}
	for _, f := range list {
		g := Finding{
			Clause: f.clause, Citation: now[f.clause].Citation, InHeading: f.InHeading, Start: f.Start, End: f.End, Words: f.Words, Doubt: f.Doubt, Why: Elsewhere,
		}
		if f.Leads {
			if g.Old = citation(old, f.Target); !f.lost {
				g.New = citation(now, f.want)
			}
		}
		switch {
		case f.lost:
			if g.Why = Lost; found[f] != nil && found[f].Leads {
				g.New = citation(now, found[f].Target)
			}
		case !f.Leads:
			if found[f] == nil || !found[f].Leads {
				continue
			}
			g.Why, g.New = Appears, citation(now, found[f].Target)
		case f.words != f.Words:
			if g.Proposed = f.words; f.named && f.quote != now[f.want.Clause].Heading && g.Old == g.New {
				g.Why = Renamed
			}
		case f.try < w.ways():
			continue
		}
		findings = append(findings, g)
	}
	return append(findings, c.broken(w, a, list)...)
}

func citation(list []outline.Anchored, t Target) string {
	if t.First {
		return list[t.Clause].Citation + "第1項"
	}
	return list[t.Clause].Citation
}

// broken lists the references that lead nowhere in the words just given.
func (c *Change) broken(w writer, a Amendment, list []*followed) []Finding {
	var findings []Finding
	now := c.New.Anchors()
	for i, origin := range c.origins {
		given := origin == none || a.Act == Rewrite && w.before.list[origin].Anchor == a.Anchor
		if !given {
			continue
		}
		x := newIndex(c.New)
		for _, r := range append(x.findIn(i, true, now[i].Heading), x.findIn(i, false, now[i].Text)...) {
			known := slices.ContainsFunc(list, func(f *followed) bool { return f.clause == i && f.InHeading == r.InHeading && f.Start == r.Start })
			if r.Leads || r.Doubt != NoDoubt || known {
				continue
			}
			findings = append(findings, Finding{
				Clause: i, Citation: now[i].Citation, InHeading: r.InHeading, Start: r.Start, End: r.End, Words: r.Words, Why: Nowhere,
			})
		}
	}
	return findings
}
