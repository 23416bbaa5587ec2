package follow

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
)

// Followed is a clause of a revision, with what became of it until the current
// one.
type Followed struct {
	Reading policy.Reading // the current revision
	Then    Cited
	Now     *Cited // nil where the clause is gone
	Turns   []Turn // the earliest first
	// Ahead tells that the revision is a later one than the current: the clause
	// is not followed.
	Ahead bool
}

// Reworded tells whether the clause's own words are gone or other ones now.
func (f Followed) Reworded() bool {
	return f.Now == nil || f.Now.Heading != f.Then.Heading || f.Now.Text != f.Then.Text
}

// Stays tells whether the clause stands in the current revision under the same
// number, with the same words.
func (f Followed) Stays() bool {
	return !f.Reworded() && f.Now.Anchor == f.Then.Anchor
}

// Follow finds where a clause of a document's revision is now. NotFound where
// the actor may not read the document, or no such clause was published.
func (s *Service) Follow(ctx context.Context, actor authz.Actor, code string, number int, anchor string) (Followed, error) {
	reading, err := s.policy.Read(ctx, actor, code)
	if err != nil {
		return Followed{}, err
	}
	return s.follow(ctx, reading, number, anchor)
}

// FollowPublic is Follow for everybody, from revisions of a 基本方針 that are or
// have been in force.
func (s *Service) FollowPublic(ctx context.Context, code string, number int, anchor string) (Followed, error) {
	reading, err := s.policy.ReadPublic(ctx, code)
	if err != nil {
		return Followed{}, err
	}
	if number > reading.Number {
		return Followed{}, errNoClause()
	}
	return s.follow(ctx, reading, number, anchor)
}

func errNoClause() error {
	return fault.New(fault.NotFound, "この項目は見つかりません。アドレスが途中で切れていないか確かめるか、文書の目次から選び直してください。")
}

func (s *Service) follow(ctx context.Context, reading policy.Reading, number int, anchor string) (Followed, error) {
	l, err := s.lineage(ctx, reading.Document.ID, number, max(number, reading.Number))
	if err != nil {
		return Followed{}, err
	}
	if len(l) == 0 || l[0].number != number {
		return Followed{}, errNoClause()
	}
	then, ok := l[0].cited(anchor)
	if !ok {
		return Followed{}, errNoClause()
	}
	f := Followed{Reading: reading, Then: then, Ahead: number > reading.Number}
	if f.Ahead {
		return f, nil
	}
	now, turns := l.follow(0, anchor)
	if f.Turns = turns; now != "" {
		found, _ := l[len(l)-1].cited(now)
		f.Now = &found
	}
	return f, nil
}

// Former is a clause of an earlier revision whose address is that of no clause
// of a later one, or of another.
type Former struct {
	Then Cited // in the last revision that had it at its address
	Now  *Cited
	Gone int // the revision that deleted it; 0 where it only moved
	// Reused tells whether another clause has its address now.
	Reused bool
}

// Formers lists the clauses whose addresses don't lead to them any more in a
// revision that Read has returned: for each address the last clause that had
// it. So whoever comes with an old link is told.
func (s *Service) Formers(ctx context.Context, reading policy.Reading) ([]Former, error) {
	l, err := s.lineage(ctx, reading.Document.ID, 1, reading.Number)
	if err != nil {
		return nil, err
	}
	return l.formers(), nil
}

func (l lineage) formers() []Former {
	if len(l) == 0 {
		return nil
	}
	var list []Former
	told := map[string]bool{}
	last, ends := &l[len(l)-1], l.ends()
	for at := len(l) - 2; at >= 0; at-- {
		for _, a := range l[at].clauses {
			if told[a.Anchor] {
				continue
			}
			e := ends[at][a.Anchor]
			if e.anchor == a.Anchor {
				continue
			}
			told[a.Anchor] = true
			f := Former{}
			f.Then, _ = l[at].cited(a.Anchor)
			_, f.Reused = last.at[a.Anchor]
			if e.anchor == "" {
				f.Gone = e.gone
			} else {
				found, _ := last.cited(e.anchor)
				f.Now = &found
			}
			list = append(list, f)
		}
	}
	return list
}
