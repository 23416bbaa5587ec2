package follow

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/policy/comparison"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
)

// Clause is a clause of a published revision.
type Clause struct {
	Number   int // the revision's
	Anchor   string
	Citation string // 7(3)②
	Heading  string
	Text     string
}

// Turn is something that a revision did to a clause. More than one of Moved and
// Reworded can be; Gone and Back stand alone.
type Turn struct {
	Number      int // the revision's
	EffectiveOn calendar.Date
	Citation    string // of the clause from then on, or as it was where it is gone
	Moved       bool   // it bears another number, or stands elsewhere
	Reworded    bool   // its own heading or wording is another
	Gone        bool   // it was deleted
	Back        bool   // it had been deleted, and was put back word for word
}

// lineage is consecutive published revisions of a document, the earliest first,
// with what became of the clauses of each in the one after it. A clause is
// followed from each revision to the next: what lies that close together is
// told apart far better than two texts many revisions apart.
type lineage []generation

type generation struct {
	number      int
	effectiveOn calendar.Date
	clauses     []outline.Anchored
	at          map[string]int  // the place of a clause in clauses, by its anchor
	said        map[words]int   // the only clause that says something, or many
	next        map[string]fate // by the anchor of the clause; nil in the last one
}

// words are a clause's own.
type words struct{ heading, text string }

// many stands for more clauses than one.
const many = -1

// fate is what became of a clause in the next revision.
type fate struct {
	anchor   string // empty where it was deleted
	reworded bool
}

func newGeneration(number int, effectiveOn calendar.Date, o *outline.Outline) generation {
	g := generation{number: number, effectiveOn: effectiveOn, clauses: o.Anchors(), at: map[string]int{}, said: map[words]int{}}
	for i, a := range g.clauses {
		g.at[a.Anchor] = i
		w := words{a.Heading, a.Text}
		if _, again := g.said[w]; again {
			i = many
		}
		g.said[w] = i
	}
	return g
}

// clause returns the clause of an anchor; false where there is none.
func (g *generation) clause(anchor string) (Clause, bool) {
	i, ok := g.at[anchor]
	if !ok {
		return Clause{}, false
	}
	a := g.clauses[i]
	return Clause{Number: g.number, Anchor: anchor, Citation: a.Citation, Heading: a.Heading, Text: a.Text}, true
}

// fatesBetween is what became of the clauses of a text in the next one.
func fatesBetween(before, after *outline.Outline) map[string]fate {
	fates := map[string]fate{}
	for anchor, f := range comparison.Compare(before, after).Fates() {
		if f.New == nil {
			fates[anchor] = fate{}
			continue
		}
		fates[anchor] = fate{f.New.Anchor, f.Reworded()}
	}
	return fates
}

// follow tells where a clause of the revision at a place stands in the last one,
// and what happened to it on the way. The anchor is empty where it is gone.
func (l lineage) follow(place int, anchor string) (string, []Turn) {
	var turns []Turn
	for at := place; at < len(l)-1; at++ {
		before, _ := l[at].clause(anchor)
		next := l[at].next[anchor]
		turn := Turn{Number: l[at+1].number, EffectiveOn: l[at+1].effectiveOn, Citation: before.Citation}
		if next.anchor == "" {
			turn.Gone = true
			turns = append(turns, turn)
			if at, anchor = l.putBack(at+2, before); anchor == "" {
				return "", turns
			}
			back, _ := l[at].clause(anchor)
			turns = append(turns, Turn{Number: back.Number, EffectiveOn: l[at].effectiveOn, Citation: back.Citation, Back: true})
			at-- // the loop goes on from that revision
			continue
		}
		after, _ := l[at+1].clause(next.anchor)
		turn.Moved, turn.Reworded = next.anchor != anchor, next.reworded
		if turn.Citation = after.Citation; turn.Moved || turn.Reworded {
			turns = append(turns, turn)
		}
		anchor = next.anchor
	}
	return anchor, turns
}

// tellingLength is how many characters a deleted clause needs, at least, to be known
// again by its words.
const tellingLength = 12

// putBack finds the first revision, from a place on, in which one clause, and
// only one, says word for word what a deleted one said.
func (l lineage) putBack(from int, gone Clause) (int, string) {
	if utf8.RuneCountInString(gone.Heading+gone.Text) < tellingLength {
		return 0, ""
	}
	for at := from; at < len(l); at++ {
		if i, found := l[at].said[words{gone.Heading, gone.Text}]; found && i != many {
			return at, l[at].clauses[i].Anchor
		}
	}
	return 0, ""
}

// end is where a clause stands in the last revision, or the revision in which it
// has gone.
type end struct {
	anchor string // empty where it is gone
	gone   int
}

// ends tells of every clause of every revision, by its place and anchor, what
// follow tells of one, from the last revision back: so it looks at each once.
func (l lineage) ends() []map[string]end {
	ends := make([]map[string]end, len(l))
	for at := len(l) - 1; at >= 0; at-- {
		ends[at] = make(map[string]end, len(l[at].clauses))
		for _, a := range l[at].clauses {
			if at == len(l)-1 {
				ends[at][a.Anchor] = end{anchor: a.Anchor}
				continue
			}
			if next := l[at].next[a.Anchor].anchor; next != "" {
				ends[at][a.Anchor] = ends[at+1][next]
				continue
			}
			was, _ := l[at].clause(a.Anchor)
			e := end{gone: l[at+1].number}
			if back, anchor := l.putBack(at+2, was); anchor != "" {
				e = ends[back][anchor]
			}
			ends[at][a.Anchor] = e
		}
	}
	return ends
}

// cachedFates is between how many pairs of revisions they are cached.
const cachedFates = 1_000

// lineage loads the published revisions of a document from one number to
// another. What became of clauses between two revisions never changes, and is
// cached.
func (s *Service) lineage(ctx context.Context, readable string, args pgx.StrictNamedArgs, document int64, from, to int) (lineage, error) {
	type row struct {
		ID          int64
		Number      int
		EffectiveOn calendar.Date
		Outline     []byte // as JSON
	}
	args["document"], args["from"], args["to"] = document, from, to
	list, err := postgres.List[row](ctx, s.pool, "loading revisions", `
		SELECT r.id, r.number, r.effective_on, r.outline FROM revision r JOIN document d ON d.id = r.document_id
		WHERE d.id = @document AND `+readable+` AND r.state = 'published' AND r.number BETWEEN @from AND @to ORDER BY r.number`, args)
	if err != nil {
		return nil, err
	}
	l := make(lineage, len(list))
	texts := make([]*outline.Outline, len(list))
	for i, r := range list {
		texts[i] = &outline.Outline{}
		if err := json.Unmarshal(r.Outline, texts[i]); err != nil {
			return nil, fmt.Errorf("reading a stored outline: %w", err)
		}
		l[i] = newGeneration(r.Number, r.EffectiveOn, texts[i])
	}
	for i := range len(l) - 1 {
		l[i].next, err = s.fates.Get([2]int64{list[i].ID, list[i+1].ID}, func() (map[string]fate, error) {
			return fatesBetween(texts[i], texts[i+1]), nil
		})
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}
