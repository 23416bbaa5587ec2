package policy

import (
	"context"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// cachedReading is a document's current revision as nobody in particular reads it,
// with whom the two are for: who may read it is decided anew for each.
type cachedReading struct {
	Reading
	audience Group // of the document
	asked    Group // by the revision
}

// acknowledged is that a person has acknowledged a revision of a document.
type acknowledged struct {
	DocumentID     int64
	Number         int
	AcknowledgedAt time.Time
}

// currentKey names what the current revision depends on.
type currentKey struct {
	code   string
	day    calendar.Date
	policy int64
}

// acknowledgedKey names what a person's acknowledgements depend on: they are
// only ever added, so their count names the state.
type acknowledgedKey struct {
	person, count int64
}

const (
	cachedDocuments = 1_000
	cachedPeople    = 20_000
)

// readCached is Read for an actor whose request knows the state of the database:
// nothing is asked again that was drawn from the same state.
func (s *Service) readCached(ctx context.Context, actor authz.Actor, code string, changes, acknowledgements int64) (Reading, error) {
	day := s.today()
	current, err := s.current.Get(currentKey{code, day, changes}, func() (c cachedReading, err error) {
		if c.Reading, err = loadReading(ctx, s.pool, 0, day, withoutPost(Kinds()...), code); err != nil {
			return cachedReading{}, err
		}
		if c.audience, err = loadAudience(ctx, s.pool, c.Document.ID); err != nil {
			return cachedReading{}, err
		}
		c.asked, err = LoadAsked(ctx, s.pool, c.Revision.ID)
		return c, err
	})
	if err != nil {
		return Reading{}, err
	}
	reading, its := current.Reading, scopeOf(actor)
	if !its.reads(reading.Kind, current.audience) {
		return Reading{}, NoDocument()
	}
	reading.Asked = its.isAsked(reading.Kind, current.audience, current.asked) && !reading.Abolished(day)
	if acknowledgements == 0 {
		return reading, nil // there is none to look up
	}
	done, err := s.acknowledged.Get(acknowledgedKey{actor.Person, acknowledgements}, func() (map[int64][]acknowledged, error) {
		return loadAcknowledged(ctx, s.pool, actor.Person)
	})
	if err != nil {
		return Reading{}, err
	}
	for _, a := range done[reading.Document.ID] {
		if a.Number > reading.Number {
			break
		}
		reading.Last = a.Number
		if a.Number >= reading.CountsFrom {
			reading.AcknowledgedAt = &a.AcknowledgedAt
		}
	}
	return reading, nil
}

// loadAcknowledged returns what a person has acknowledged by the documents' ids,
// the earliest revision first.
func loadAcknowledged(ctx context.Context, db postgres.Querier, person int64) (map[int64][]acknowledged, error) {
	list, err := postgres.List[acknowledged](ctx, db, "loading acknowledgements", `
		SELECT r.document_id, r.number, k.acknowledged_at FROM acknowledgement k JOIN revision r ON r.id = k.revision_id
		WHERE k.person_id = $1 ORDER BY r.document_id, r.number`, person)
	if err != nil {
		return nil, err
	}
	byDocument := map[int64][]acknowledged{}
	for _, a := range list {
		byDocument[a.DocumentID] = append(byDocument[a.DocumentID], a)
	}
	return byDocument, nil
}
