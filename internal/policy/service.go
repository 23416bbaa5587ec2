package policy

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/policy/outline"
	"kagami/internal/state"
)

// Service is the policy in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	now  func() time.Time
	// What has been drawn from states of the database: which revision of a document
	// is current, what a person has acknowledged, what a revision defines, what
	// became of clauses between two revisions, and whom a revision asks.
	current      state.Kept[currentKey, keptReading]
	acknowledged state.Kept[acknowledgedKey, map[int64][]acknowledged]
	vocabulary   state.Kept[int64, vocabulary]         // by the revision, which never changes
	fates        state.Kept[[2]int64, map[string]fate] // by two revisions, the earlier first
	rolls        state.Kept[rollKey, []rollSection]
}

// New makes the policy's service.
func New(pool *pgxpool.Pool, d *door.Door, now func() time.Time) *Service {
	return &Service{
		pool: pool, door: d, now: now,
		current:      state.NewKept[currentKey, keptReading](keptDocuments),
		acknowledged: state.NewKept[acknowledgedKey, map[int64][]acknowledged](keptPeople),
		vocabulary:   state.NewKept[int64, vocabulary](keptVocabularies),
		fates:        state.NewKept[[2]int64, map[string]fate](keptFates),
		rolls:        state.NewKept[rollKey, []rollSection](keptRolls),
	}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.now()) }

// Readings lists the current revision of every document that the actor may
// read, the 基本方針 first.
func (s *Service) Readings(ctx context.Context, actor authz.Actor) ([]Reading, error) {
	return listReadings(ctx, s.pool, actor.Person, s.today(), readable(actor))
}

// Read returns a document's current revision; NotFound where there is none
// that the actor may read.
func (s *Service) Read(ctx context.Context, actor authz.Actor, code string) (Reading, error) {
	if actor.Seen != (state.Numbers{}) {
		return s.readKept(ctx, actor, code)
	}
	return loadReading(ctx, s.pool, actor.Person, s.today(), readable(actor), code)
}

// Outline returns the text of a revision that Read has returned.
func (s *Service) Outline(ctx context.Context, reading Reading) (*outline.Outline, error) {
	return loadOutline(ctx, s.pool, reading.Revision.ID)
}
