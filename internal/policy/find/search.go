package find

import (
	"context"
	"fmt"
	"kagami/internal/gram"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/task"
)

// Hit is a clause that holds all that was looked for.
type Hit struct {
	policy.Document
	Anchor   string
	Citation string  // 第5条第2項
	Heading  []Piece // with the words marked
	Text     []Piece // an excerpt, if it is long
	Position int     // in its revision
	Rank     task.Rank
}

// Search is what somebody looks for.
type Search struct {
	Words string // parted by blanks; a clause must hold them all
	// After is the place of the last hit of the page before; zero for the first page.
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
	var (
		b     task.Batch
		found Found
	)
	s.QueueSearch(&b, actor, search, func(f Found) { found = f })
	if err := b.Run(ctx, s.pool); err != nil {
		return Found{}, fmt.Errorf("searching: %w", err)
	}
	return found, nil
}

// QueueSearch is Search in a batch: as many round trips as it takes to fill a
// page, most often three. Where nothing is looked for, it asks for nothing, and take
// gets nothing.
func (s *Service) QueueSearch(b *task.Batch, actor authz.Actor, search Search, take func(Found)) {
	if utf8.RuneCountInString(search.Words) > longestWord {
		b.Fail(fault.InvalidFields([]fault.Problem{{Field: "q", Message: fmt.Sprintf("探す言葉は、%d字までで入力してください。", longestWord)}}))
		return
	}
	words := wordsOf(search.Words)
	if len(words) == 0 {
		return
	}
	l := lookup{batch: b, words: words, grams: gram.Needed(words), after: search.After, needed: hitsOnPage + 1, size: firstBatch, take: take}
	if l.isFirstPage() {
		l.needed = MostCounted + 1
	}
	s.policy.QueueReadings(b, actor, func(readings []policy.Listed) {
		for _, r := range readings {
			l.documents = append(l.documents, searchedDocument{r.Document, r.Revision.ID})
		}
		if i := slices.IndexFunc(l.documents, func(d searchedDocument) bool { return d.Code == l.after.Code }); i >= 0 {
			l.documents = l.documents[i:]
		}
		l.goOn()
	})
}

// searchedDocument is a document with the revision of it that is looked in.
type searchedDocument struct {
	policy.Document
	revision int64
}

// lookup is a search under way.
type lookup struct {
	batch  *task.Batch
	words  []string
	grams  []string
	after  Place
	needed int // hits
	take   func(Found)

	documents  []searchedDocument // not looked in yet
	size       int                // in how many of them is looked next
	candidates []candidate        // not looked at yet
	hits       []Hit
}

// firstBatch is in how many documents is looked at first; a word that stands in
// many is found there, and the others are looked in ever more at a time.
const (
	firstBatch  = 8
	batchGrowth = 8
)

// candidate is a clause that has all the grams.
type candidate struct {
	document searchedDocument
	position int
}

func (l *lookup) isFirstPage() bool { return l.after == (Place{}) }

// goOn asks what is to be known next: candidates are looked at, then the next
// documents are looked in, until there are the hits that are needed.
func (l *lookup) goOn() {
	switch {
	case len(l.hits) >= l.needed:
		l.take(l.found())
	case len(l.candidates) > 0:
		l.lookAt()
	case len(l.documents) > 0:
		l.lookIn()
	default:
		l.take(l.found())
	}
}

// found is the page of hits.
func (l *lookup) found() Found {
	found := Found{Hits: l.hits}
	if l.isFirstPage() {
		found.Total, found.Many = min(len(l.hits), MostCounted), len(l.hits) > MostCounted
	}
	if len(l.hits) > hitsOnPage {
		found.Hits = l.hits[:hitsOnPage]
		last := found.Hits[hitsOnPage-1]
		found.Next = &Place{Code: last.Code, Position: last.Position}
	}
	return found
}

// lookIn asks for the clauses of the next documents that have all the grams,
// after the place.
func (l *lookup) lookIn() {
	documents := l.documents[:min(l.size, len(l.documents))]
	l.documents = l.documents[len(documents):]
	l.size *= batchGrowth
	revisions := make([]int64, len(documents))
	for i, d := range documents {
		revisions[i] = d.revision
	}
	l.batch.Queue("looking for clauses", func(rows pgx.Rows) error {
		positions, err := positionsOf(rows)
		if err != nil {
			return err
		}
		for _, d := range documents {
			for _, position := range positions[d.revision] {
				if d.Code != l.after.Code || position > l.after.Position {
					l.candidates = append(l.candidates, candidate{d, position})
				}
			}
		}
		l.goOn()
		return nil
	}, `
		SELECT revision_id, array_agg(positions) AS positions
		FROM clause_gram
		WHERE gram = ANY(@grams) AND revision_id = ANY(@revisions)
		GROUP BY revision_id HAVING count(*) = @all`, pgx.StrictNamedArgs{"grams": l.grams, "revisions": revisions, "all": len(l.grams)})
}

// positionsOf reads the places of the clauses that have all the grams, by their
// revision.
func positionsOf(rows pgx.Rows) (map[int64][]int, error) {
	type revision struct {
		RevisionID int64
		Positions  [][]byte // of each gram
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[revision])
	if err != nil {
		return nil, err
	}
	positions := map[int64][]int{}
	for _, r := range list {
		if positions[r.RevisionID], err = inAll(r.Positions); err != nil {
			return nil, err
		}
	}
	return positions, nil
}

// lookAt loads candidates and takes those that hold the words: three characters
// can follow each other two by two in different places.
func (l *lookup) lookAt() {
	candidates := l.candidates[:min(l.needed, len(l.candidates))]
	l.candidates = l.candidates[len(candidates):]
	revisions, positions := make([]int64, len(candidates)), make([]int, len(candidates))
	for i, c := range candidates {
		revisions[i], positions[i] = c.document.revision, c.position
	}
	type clause struct {
		Place                           int // among the candidates, from 0
		Anchor, Citation, Heading, Text string
	}
	task.Rows(l.batch, "looking at clauses", pgx.RowToStructByName[clause], func(clauses []clause) {
		for _, c := range clauses {
			if holdsAll(fold(c.Heading), fold(c.Text), l.words) {
				at := candidates[c.Place]
				l.hits = append(l.hits, Hit{
					Document: at.document.Document, Position: at.position, Anchor: c.Anchor, Citation: c.Citation,
					Heading: mark(c.Heading, l.words), Text: excerpt(mark(c.Text, l.words)),
					Rank: rankOf(fold(c.Citation), fold(c.Heading), l.words),
				})
			}
		}
		l.goOn()
	}, `
		SELECT w.n - 1 AS place, c.anchor, c.citation, c.heading, c.text
		FROM unnest(@revisions::bigint[], @positions::int[]) WITH ORDINALITY w (revision_id, position, n)
		JOIN clause c ON c.revision_id = w.revision_id AND c.position = w.position
		ORDER BY w.n`, pgx.StrictNamedArgs{"revisions": revisions, "positions": positions})
}

func holdsAll(heading, text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(heading, word) && !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// rankOf tells how well a clause answers what was looked for; all is folded.
func rankOf(citation, heading string, words []string) task.Rank {
	switch {
	case len(words) == 1 && citation == words[0]:
		return task.NumberEqual
	case strings.HasPrefix(heading, words[0]):
		return task.BeginsWith
	case holdsAll(heading, "", words):
		return task.InTitle
	}
	return task.InText
}
