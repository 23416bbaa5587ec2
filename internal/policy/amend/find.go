package amend

import (
	"slices"
	"strings"
	"unicode/utf8"

	"kagami/internal/policy/outline"
)

// Doubt is what is not sure about a reference.
type Doubt string

// The doubts.
const (
	NoDoubt       Doubt = ""
	PerhapsOthers Doubt = "others"  // it may name another text's clause
	OtherHeading  Doubt = "heading" // it names one clause by number and another by 「heading」
	JustTyped     Doubt = "typed"   // it stands in words just put in: meant by the old numbers or the new?
)

// Reference is a place where a text names one of its own clauses.
type Reference struct {
	Clause     int  // where it stands, in the order of the text
	InHeading  bool // in the clause's heading, not in its text
	Start, End int  // in bytes
	Words      string
	Target     Target
	Leads      bool // whether there is such a clause; false leaves Target meaningless
	Doubt      Doubt

	others []Target // the rest of what 前３項 leads to
	parts  []part
	chain  []part // the parts, and those that it takes over from the reference before it
	quote  string // the 「heading」 that goes with it
	named  bool   // whether its clause has that heading
	owner  owner
}

// Find lists the references of a text to its own clauses, in the order of the
// text.
func Find(o *outline.Outline) []Reference { return newIndex(o).find() }

func (x *index) find() []Reference {
	var list []Reference
	for i, a := range x.list {
		list = append(append(list, x.findIn(i, true, a.Heading)...), x.findIn(i, false, a.Text)...)
	}
	return list
}

// finder finds the references of one text, as it stands in a clause.
type finder struct {
	x    *index
	at   int
	text string
	last *Reference // the one before, other texts' among them
}

func (x *index) findIn(at int, inHeading bool, text string) []Reference {
	f := &finder{x: x, at: at, text: text}
	var list []Reference
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		if r, ok := f.read(i); ok {
			r.Clause, r.InHeading = at, inHeading
			f.last = &r
			if r.owner != another {
				list = append(list, r)
			}
			size = r.End - i
		}
		i += size
	}
	return list
}

// read reads the reference that begins at a place.
func (f *finder) read(at int) (Reference, bool) {
	p, ok := f.readPart(f.text, at, true)
	if !ok {
		return Reference{}, false
	}
	r := Reference{Start: at, parts: []part{p}}
	for {
		next, ok := f.readPart(f.text, p.end, false)
		if !ok {
			if after, found := strings.CutPrefix(f.text[p.end:], "の"); found && (strings.HasPrefix(after, "第") || strings.HasPrefix(after, "(") || strings.HasPrefix(after, "（")) {
				next, ok = f.readPart(f.text, p.end+len("の"), false)
			}
		}
		if !ok || next.level < p.level || next.level == p.level && next.level != ofSubitem {
			break
		}
		p = next
		r.parts = append(r.parts, p)
	}
	r.End = p.end
	follows := f.follows(at)
	if first := r.parts[0]; first.unit == "" && first.level >= ofItem && !follows && !f.cites(r.End) {
		return Reference{}, false
	}
	f.own(&r, follows)
	f.resolve(&r, follows)
	if first := r.parts[0]; first.level >= ofItem && first.unit == "" && !r.Leads && len(r.parts) == 1 && (!follows || !f.cites(r.End)) {
		return Reference{}, false // a number in the wording: (1) 東京
	}
	if r.owner == own && first(r).kin == theSame && !r.Leads {
		r.owner = another // 同条 of what is no reference to this text
	}
	f.readQuote(&r)
	r.Words = f.text[r.Start:r.End]
	return r, true
}

func first(r Reference) part { return r.parts[0] }

// joints stand between references that belong together.
var joints = []string{"、", "，", ",", "・", "及び", "および", "並びに", "ならびに", "又は", "または", "若しくは", "もしくは", "から", "～", "〜", "―", "－", "-", "と", "まで及び", "まで並びに", "まで、", "まで又は"}

// follows tells whether a reference at a place goes on from the one before.
func (f *finder) follows(at int) bool {
	return f.last != nil && slices.Contains(joints, strings.TrimSpace(f.text[f.last.End:at]))
}

// citing words follow a number in brackets that is a reference rather than the
// number of what comes after it.
var citing = []string{"の", "に", "及び", "並びに", "又は", "若しくは", "から", "まで", "を", "と", "、", "，", "で", "は", "が", "・", "～", "〜"}

func (f *finder) cites(end int) bool {
	return slices.ContainsFunc(citing, func(word string) bool { return strings.HasPrefix(f.text[end:], word) })
}

// own tells whose clause a reference names.
func (f *finder) own(r *Reference, follows bool) {
	p := first(*r)
	switch {
	case follows && strings.TrimSpace(f.text[f.last.End:r.Start]) == "、" && f.last.owner == another && !r.inherits():
		r.owner = unclear // 基本方針の7項、8項
	case follows:
		r.owner = f.last.owner
	case p.form == byKin && p.kin == theSame:
		r.owner = another
		if f.last != nil {
			r.owner = f.last.owner
		}
	case p.form == byKin:
		r.owner = own
	default:
		r.owner = f.ownerOf(f.text[:r.Start])
	}
	switch {
	case p.unit == "項" && !p.dai && p.form == byUnit && f.x.articles && r.owner == own:
		r.owner = unclear // the text itself writes 第2項
	case p.unit == "" && p.form == bySign && signs(p) == "ア" && !follows && r.owner == own:
		r.owner = unclear
	case p.unit == "項" && p.form == byKin && p.level == ofArticle && f.x.around(f.at, outline.Item) != none && r.owner == own:
		r.owner = unclear // 前項 in (2) may mean (1)
	}
	if r.owner == unclear {
		r.Doubt = PerhapsOthers
	}
}

// inherits tells whether a reference can't be read without the one before it:
// it begins below an article.
func (r *Reference) inherits() bool { return first(*r).level > ofArticle }

// resolve finds what a reference leads to.
func (f *finder) resolve(r *Reference, follows bool) {
	if r.owner == another {
		r.chain = r.parts
		return
	}
	p := &r.parts[0]
	var ok bool
	switch {
	case p.form == byKin && p.kin == theSame:
		if i := f.last.at(p.level); i >= 0 {
			r.chain = slices.Clone(f.last.chain[:i])
			p.target, ok = f.last.chain[i].target, true
		}
	case p.form == byKin:
		p.target, r.others, ok = f.x.before(*p, f.at)
	case follows && f.last.Leads:
		if p.target, ok = f.inherit(r); ok {
			break
		}
		if p.target, ok = f.x.from(*p, f.at); ok && r.inherits() {
			r.Doubt = PerhapsOthers
		}
		r.chain = nil
	default:
		p.target, ok = f.x.from(*p, f.at)
	}
	for i := 1; ok && i < len(r.parts); i++ {
		r.parts[i].target, ok = f.x.under(r.parts[i], r.parts[i-1].target)
	}
	r.chain = append(r.chain, r.parts...)
	r.Target, r.Leads = r.parts[len(r.parts)-1].target, ok
}

// at is the place in a reference's chain of the part of a level; -1 where it has
// none.
func (r *Reference) at(l level) int {
	if r == nil || !r.Leads {
		return -1
	}
	return slices.IndexFunc(r.chain, func(p part) bool { return p.level == l })
}

// signs is the first of the signs that a part counts with.
func signs(p part) string {
	if _, nth, ok := outline.Sign(p.sign); ok {
		return nth(1)
	}
	return ""
}

// inherit finds what a reference names that goes on from the one before:
// 第2項 in 第5条第1項及び第2項, (2) in (1)及び(2).
func (f *finder) inherit(r *Reference) (Target, bool) {
	p := r.parts[0]
	chain := f.last.chain
	for i := len(chain) - 1; i >= 0; i-- {
		last := chain[i]
		switch {
		case last.level < p.level || last.level == p.level && last.level == ofSubitem && signs(last) != signs(p):
			t, ok := f.x.under(p, last.target)
			r.chain = slices.Clone(chain[:i+1])
			return t, ok
		case last.level == p.level && i == 0 && !last.target.First && f.x.parent[last.target.Clause] != none && p.level > ofArticle:
			return f.x.under(p, Target{Clause: f.x.parent[last.target.Clause]})
		case last.level == p.level && i == 0 && last.target.First:
			return f.x.under(p, Target{Clause: last.target.Clause})
		}
	}
	return Target{}, false
}

// readQuote takes the 「heading」 that stands behind a reference into it.
func (f *finder) readQuote(r *Reference) {
	const longest = 300 // bytes
	rest, opened := strings.CutPrefix(f.text[r.End:], "「")
	if !opened || r.owner == another {
		return
	}
	quote, _, closed := strings.Cut(rest[:min(len(rest), longest)], "」")
	if !closed || !f.x.headings[quote] {
		return
	}
	r.End += len("「") + len(quote) + len("」")
	r.quote = quote
	r.named = r.Leads && f.x.list[r.Target.Clause].Heading == quote
	if r.Doubt == NoDoubt && !r.named {
		r.Doubt = OtherHeading
	}
}
