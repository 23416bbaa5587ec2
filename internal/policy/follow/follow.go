package follow

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
)

// Trace is a clause of a revision, with what became of it until the current
// one.
type Trace struct {
	Reading policy.Reading // the current revision
	Then    Clause
	Now     *Clause // nil where the clause is gone
	Turns   []Turn  // the earliest first
	// Ahead tells that the revision is a later one than the current: the clause
	// is not followed.
	Ahead bool
}

// Reworded tells whether the clause's own words are gone or other ones now.
func (f Trace) Reworded() bool {
	return f.Now == nil || f.Now.Heading != f.Then.Heading || f.Now.Text != f.Then.Text
}

// Stays tells whether the clause stands in the current revision under the same
// number, with the same words.
func (f Trace) Stays() bool {
	return !f.Reworded() && f.Now.Anchor == f.Then.Anchor
}

// Follow finds where a clause of a document's revision is now. NotFound where
// the actor may not read the document, or no such clause was published.
func (s *Service) Follow(ctx context.Context, actor authz.Actor, code string, number int, anchor string) (Trace, error) {
	reading, err := s.policy.Read(ctx, actor, code)
	if err != nil {
		return Trace{}, err
	}
	readable, args := policy.Readable(actor)
	return s.follow(ctx, readable, args, reading, number, anchor)
}

// FollowForPublic is Follow from revisions of a 基本方針 that are or have been in
// force.
func (s *Service) FollowForPublic(ctx context.Context, code string, number int, anchor string) (Trace, error) {
	reading, err := s.policy.ReadForPublic(ctx, code)
	if err != nil {
		return Trace{}, err
	}
	if number > reading.Number {
		return Trace{}, errNoClause()
	}
	readable, args := policy.ReadableForPublic()
	return s.follow(ctx, readable, args, reading, number, anchor)
}

func errNoClause() error {
	return fault.New(fault.NotFound, "この項目は見つかりません。アドレスが途中で切れていないか確かめるか、文書の目次から選び直してください。")
}

func (s *Service) follow(ctx context.Context, readable string, args pgx.StrictNamedArgs, reading policy.Reading, number int, anchor string) (Trace, error) {
	l, err := s.lineage(ctx, readable, args, reading.Document.ID, number, max(number, reading.Number))
	if err != nil {
		return Trace{}, err
	}
	if len(l) == 0 || l[0].number != number {
		return Trace{}, errNoClause()
	}
	then, ok := l[0].clause(anchor)
	if !ok {
		return Trace{}, errNoClause()
	}
	f := Trace{Reading: reading, Then: then, Ahead: number > reading.Number}
	if f.Ahead {
		return f, nil
	}
	now, turns := l.follow(0, anchor)
	if f.Turns = turns; now != "" {
		found, _ := l[len(l)-1].clause(now)
		f.Now = &found
	}
	return f, nil
}

// FormerClause is a clause of an earlier revision whose anchor is that of no clause
// of a later one, or of another.
type FormerClause struct {
	Then Clause // in the last revision that had its anchor
	Now  *Clause
	Gone int // the revision that deleted it; 0 where it only moved
	// Reused tells whether another clause has its anchor now.
	Reused bool
}

// Formers lists the clauses whose anchors don't lead to them any more in a
// revision that Read has returned to the actor: for each anchor the last clause that had
// it. So whoever comes with an old link is told.
func (s *Service) Formers(ctx context.Context, actor authz.Actor, reading policy.Reading) ([]FormerClause, error) {
	readable, args := policy.Readable(actor)
	l, err := s.lineage(ctx, readable, args, reading.Document.ID, 1, reading.Number)
	return l.formers(), err
}

// FormersForPublic is Formers of what ReadForPublic has returned.
func (s *Service) FormersForPublic(ctx context.Context, reading policy.Reading) ([]FormerClause, error) {
	readable, args := policy.ReadableForPublic()
	l, err := s.lineage(ctx, readable, args, reading.Document.ID, 1, reading.Number)
	return l.formers(), err
}

func (l lineage) formers() []FormerClause {
	if len(l) == 0 {
		return nil
	}
	var list []FormerClause
	listed := map[string]bool{}
	last, ends := &l[len(l)-1], l.ends()
	for at := len(l) - 2; at >= 0; at-- {
		for _, a := range l[at].clauses {
			if listed[a.Anchor] {
				continue
			}
			e := ends[at][a.Anchor]
			if e.anchor == a.Anchor {
				continue
			}
			listed[a.Anchor] = true
			f := FormerClause{}
			f.Then, _ = l[at].clause(a.Anchor)
			_, f.Reused = last.at[a.Anchor]
			if e.anchor == "" {
				f.Gone = e.gone
			} else {
				found, _ := last.clause(e.anchor)
				f.Now = &found
			}
			list = append(list, f)
		}
	}
	return list
}
