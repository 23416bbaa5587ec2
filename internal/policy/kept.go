package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// keptReading is a document's current revision, for anybody, with whom it is
// for: who may read it is asked anew of each.
type keptReading struct {
	Reading
	address Group // of the document
	called  Group // of the revision
}

// acknowledged is that a person has acknowledged a revision of a document.
type acknowledged struct {
	number int
	at     time.Time
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
	keptDocuments = 1_000
	keptPeople    = 20_000
)

// readKept is Read for an actor whose request has seen a state of the database:
// nothing is asked again that was drawn from the same state.
func (s *Service) readKept(ctx context.Context, actor authz.Actor, code string, changes, acknowledgements int64) (Reading, error) {
	day := s.today()
	current, err := s.current.Get(currentKey{code, day, changes}, func() (k keptReading, err error) {
		if k.Reading, err = loadReading(ctx, s.pool, 0, day, nobody(Kinds()...), code); err != nil {
			return keptReading{}, err
		}
		if k.address, err = loadAddress(ctx, s.pool, k.Document.ID); err != nil {
			return keptReading{}, err
		}
		k.called, err = LoadAsked(ctx, s.pool, k.Revision.ID)
		return k, err
	})
	if err != nil {
		return Reading{}, err
	}
	reading, may := current.Reading, readable(actor)
	if !may.mayRead(reading.Kind, current.address) {
		return Reading{}, NoDocument()
	}
	reading.DueOn = calendar.Date{} // each person's own; a list tells it
	reading.Asked = may.isAsked(reading.Kind, current.address, current.called) && !reading.Abolished(day)
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
		if a.number > reading.Number {
			break
		}
		reading.Last = a.number
		if a.number >= reading.CountsFrom {
			reading.AcknowledgedAt = &a.at
		}
	}
	return reading, nil
}

// loadAcknowledged returns what a person has acknowledged by the documents' ids,
// the earliest revision first.
func loadAcknowledged(ctx context.Context, db postgres.Querier, person int64) (map[int64][]acknowledged, error) {
	rows, err := db.Query(ctx, `
		SELECT r.document_id, r.number, k.acknowledged_at FROM acknowledgement k JOIN revision r ON r.id = k.revision_id
		WHERE k.person_id = $1 ORDER BY r.document_id, r.number`, person)
	if err != nil {
		return nil, fmt.Errorf("loading acknowledgements: %w", err)
	}
	done := map[int64][]acknowledged{}
	var (
		document int64
		a        acknowledged
	)
	_, err = pgx.ForEachRow(rows, []any{&document, &a.number, &a.at}, func() error {
		done[document] = append(done[document], a)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("loading acknowledgements: %w", err)
	}
	return done, nil
}
