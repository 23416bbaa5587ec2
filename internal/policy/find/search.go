package find

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/postgres"
)

// Hit is a clause that holds all that was looked for.
type Hit struct {
	policy.Document
	Anchor   string
	Citation string  // 第5条第2項
	Heading  []Piece // with the words marked
	Text     []Piece // an excerpt, if it is long
	Position int     // in its revision
}

// Search is what somebody looks for.
type Search struct {
	Words string // parted by blanks; a clause must hold them all
	// After is the place of the last hit seen; zero for the first page.
	After Place
}

// Place is a clause's place in the order of the hits.
type Place struct {
	Code     string
	Position int
}

// Found is a page of hits, in the order of the documents and of their texts.
type Found struct {
	Hits []Hit
	// Total is how many hits there are, at most MostCounted; more where Many. It
	// is counted for the first page only.
	Total int
	Many  bool
	Next  *Place // nil where no hits follow
}

const (
	// MostCounted is up to where hits are counted.
	MostCounted = 100
	hitsOnPage  = 20
	longestWord = 100 // characters of a query
)

// Search looks through the current texts of all that the actor may read: hits
// and their number come from nothing else. Invalid for a query that is too long.
func (s *Service) Search(ctx context.Context, actor authz.Actor, search Search) (Found, error) {
	if utf8.RuneCountInString(search.Words) > longestWord {
		return Found{}, fault.InvalidFields([]fault.Problem{{Field: "q", Message: fmt.Sprintf("探す言葉は、%d字までで入力してください。", longestWord)}})
	}
	words := wordsOf(search.Words)
	if len(words) == 0 {
		return Found{}, nil
	}
	documents, err := s.searched(ctx, actor)
	if err != nil {
		return Found{}, err
	}
	first, wanted := search.After == (Place{}), hitsOnPage+1
	if first {
		wanted = MostCounted + 1
	}
	l := lookup{db: s.pool, words: words, grams: gramsOf(words), wanted: wanted}
	if err := l.run(ctx, documents, search.After); err != nil {
		return Found{}, fmt.Errorf("searching: %w", err)
	}
	found := Found{Hits: l.hits}
	if first {
		found.Total, found.Many = min(len(l.hits), MostCounted), len(l.hits) > MostCounted
	}
	if len(l.hits) > hitsOnPage {
		found.Hits = l.hits[:hitsOnPage]
		last := found.Hits[hitsOnPage-1]
		found.Next = &Place{Code: last.Code, Position: last.Position}
	}
	return found, nil
}

// searchedDocument is a document with the revision of it that is looked in.
type searchedDocument struct {
	policy.Document
	revision int64
}

// searched lists what an actor's search looks in: the current revisions of what
// they may read, in the order of the list of documents.
func (s *Service) searched(ctx context.Context, actor authz.Actor) ([]searchedDocument, error) {
	readings, err := s.policy.Readings(ctx, actor)
	if err != nil {
		return nil, err
	}
	documents := make([]searchedDocument, len(readings))
	for i, r := range readings {
		documents[i] = searchedDocument{r.Document, r.Revision.ID}
	}
	return documents, nil
}

// lookup is a search under way.
type lookup struct {
	db     postgres.Querier
	words  []string
	grams  []string
	wanted int // hits
	hits   []Hit
}

// firstBatch is in how many documents is looked at first; a word that stands in
// many is found there, and the others are looked in ever more at a time.
const (
	firstBatch  = 8
	batchGrowth = 8
)

// run finds the first hits wanted after a place.
func (l *lookup) run(ctx context.Context, documents []searchedDocument, after Place) error {
	if i := slices.IndexFunc(documents, func(d searchedDocument) bool { return d.Code == after.Code }); i >= 0 {
		documents = documents[i:]
	}
	for size := firstBatch; len(documents) > 0 && len(l.hits) < l.wanted; size *= batchGrowth {
		batch := documents[:min(size, len(documents))]
		documents = documents[len(batch):]
		places, err := l.candidates(ctx, batch, after)
		if err != nil {
			return err
		}
		for len(places) > 0 && len(l.hits) < l.wanted {
			some := places[:min(l.wanted, len(places))]
			places = places[len(some):]
			if err := l.keepHits(ctx, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// candidate is a clause that has all the grams.
type candidate struct {
	document searchedDocument
	position int
}

// candidates lists the clauses of some documents that have all the grams, after
// a place, in their order.
func (l *lookup) candidates(ctx context.Context, documents []searchedDocument, after Place) ([]candidate, error) {
	revisions := make([]int64, len(documents))
	for i, d := range documents {
		revisions[i] = d.revision
	}
	rows, err := l.db.Query(ctx, `
		SELECT revision_id, array_agg(positions)
		FROM clause_gram
		WHERE gram = ANY($1) AND revision_id = ANY($2)
		GROUP BY revision_id HAVING count(*) = $3`, l.grams, revisions, len(l.grams))
	if err != nil {
		return nil, err
	}
	var (
		revision int64
		lists    [][]byte
		held     = map[int64][]int{}
	)
	_, err = pgx.ForEachRow(rows, []any{&revision, &lists}, func() (err error) {
		held[revision], err = inAll(lists)
		return err
	})
	if err != nil {
		return nil, err
	}
	var list []candidate
	for _, d := range documents {
		for _, position := range held[d.revision] {
			if d.Code != after.Code || position > after.Position {
				list = append(list, candidate{d, position})
			}
		}
	}
	return list, nil
}

// keepHits loads candidates and keeps those that hold the words: three
// characters can follow each other two by two in different places.
func (l *lookup) keepHits(ctx context.Context, candidates []candidate) error {
	revisions, positions := make([]int64, len(candidates)), make([]int, len(candidates))
	for i, c := range candidates {
		revisions[i], positions[i] = c.document.revision, c.position
	}
	rows, err := l.db.Query(ctx, `
		SELECT w.n - 1, c.anchor, c.citation, c.heading, c.text
		FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY w (revision_id, position, n)
		JOIN clause c ON c.revision_id = w.revision_id AND c.position = w.position
		ORDER BY w.n`, revisions, positions)
	if err != nil {
		return err
	}
	var (
		n             int
		hit           Hit
		heading, text string
	)
	_, err = pgx.ForEachRow(rows, []any{&n, &hit.Anchor, &hit.Citation, &heading, &text}, func() error {
		if !holdsAll(fold(heading), fold(text), l.words) {
			return nil
		}
		c := candidates[n]
		hit.Document, hit.Position = c.document.Document, c.position
		hit.Heading, hit.Text = mark(heading, l.words), excerpt(mark(text, l.words))
		l.hits = append(l.hits, hit)
		return nil
	})
	return err
}

func holdsAll(heading, text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(heading, word) && !strings.Contains(text, word) {
			return false
		}
	}
	return true
}
