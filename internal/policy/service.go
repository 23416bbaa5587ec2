package policy

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/state"
)

// ChangeCounter counts the changes of documents, their audiences, revisions and whom
// those ask.
var ChangeCounter = state.Counted("policy")

// AcknowledgementCounter counts those of the person who asks.
var AcknowledgementCounter = state.Counter{
	Name: "acknowledgements", SQL: "(SELECT count(*) FROM acknowledgement a WHERE a.person_id = s.person_id)",
}

// Service is the policy in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	now  func() time.Time
	// What has been drawn from states of the database: which revision of a document
	// is current, and what a person has acknowledged.
	current      state.Cache[currentKey, cachedReading]
	acknowledged state.Cache[acknowledgedKey, map[int64][]acknowledged]
}

// New makes the policy's service.
func New(pool *pgxpool.Pool, d *door.Door, now func() time.Time) *Service {
	return &Service{
		pool: pool, door: d, now: now,
		current:      state.NewCache[currentKey, cachedReading](cachedDocuments),
		acknowledged: state.NewCache[acknowledgedKey, map[int64][]acknowledged](cachedPeople),
	}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.now()) }
