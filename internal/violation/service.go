package violation

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/rights/bar"
	"kagami/internal/state"
	"kagami/internal/violation/bars"
	"kagami/internal/violation/procedure"
)

// Service is the cases in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	ledger *bar.Service
	bars   bars.Bars
	ties   Ties
}

// Ties are what cases start elsewhere.
type Ties struct {
	// Reporters answers those who have reported a case, and what is joined to it, where a step of
	// an event is taken with a text; nil where nobody reports. It returns whom to tell.
	Reporters func(ctx context.Context, tx *door.Tx, id int64, version int, event procedure.Event, text string) ([]notice.Message, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, ledger *bar.Service) *Service {
	return &Service{pool: pool, door: d, ledger: ledger, bars: bars.New(ledger)}
}

// With is the service that starts something elsewhere.
func (s *Service) With(ties Ties) *Service {
	return &Service{pool: s.pool, door: s.door, ledger: s.ledger, bars: s.bars, ties: ties}
}

// At is the service at an instant: the sample town is filled with what began before.
func (s *Service) At(now time.Time) *Service {
	return New(s.pool, door.New(s.pool, func() time.Time { return now }), s.ledger.At(now)).With(s.ties)
}

// ChangeCounter counts what is done in cases.
var ChangeCounter = state.Counted("violation")

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

func errNone() error {
	return fault.New(fault.NotFound, "この番号の事案は、見つかりません。番号を確かめてください。")
}

const overtaken = "開いている間に、この事案が進みました。いまの内容を確かめて、もう一度行ってください。"

// letters are what the code of a case is made of: none that is read as another.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewCode names a case, or what hangs on one: 40 bits that say neither how many there are nor when
// it began.
func NewCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:4]) + "-" + string(b[4:])
}

// Instant are the arguments of what is asked of an instant.
func Instant(now time.Time, more pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	args := pgx.StrictNamedArgs{"now": now, "today": calendar.Day(now)}
	for name, value := range more {
		args[name] = value
	}
	return args
}

func isNone(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// wrap says what was tried.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// OpenTo tells in SQL that a case of somebody's is open to them at an instant: then they answer in
// it also while they are suspended.
func OpenTo(person, at string) string {
	return `EXISTS (SELECT FROM case_open_to k WHERE k.person_id = ` + person + ` AND k.from_at <= ` + at + `)`
}
