package account

import (
	"context"
	"runtime"
	"strings"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
)

// Service is the accounts in a database.
type Service struct {
	pool     *pgxpool.Pool
	door     *door.Door
	sessions *session.Service
	hashing  hashing
	cost     argon2id.Params // of the hash of a new password
	// words are what passwords here would be guessed to be made of, such as the
	// town's name.
	words []string
	ways  Ways
	// confinement is who comes in though they are barred.
	confinement *session.Confinement
	// nobody is the hash that a sign-in without an account is held against, so
	// that it takes as long as one with an account.
	nobody string
}

// New makes the accounts' service. words are what an outsider would try first
// at this portal, such as the town's name; passwords made of them are refused.
func New(pool *pgxpool.Pool, d *door.Door, words ...string) *Service {
	s := (&Service{pool: pool, door: d, sessions: session.New(pool, d), hashing: make(hashing, 2*runtime.GOMAXPROCS(0))}).Hashing(params)
	for _, word := range words {
		s.words = append(s.words, word, strings.TrimRight(word, "都道府県市区町村"))
	}
	return s
}

// Hashing is the service at another cost of a password's hash: tests, of which each
// has many people, take a low one.
func (s *Service) Hashing(cost argon2id.Params) *Service {
	other := *s
	other.cost, other.nobody = cost, nobodysHash(cost)
	return &other
}

// Confining is the service that lets those in whom a confinement admits.
func (s *Service) Confining(c *session.Confinement) *Service {
	other := *s
	other.confinement = c
	return &other
}

// AllowDecision allows a change of somebody else's account. Nobody decides on
// their own; where they alone are ポータル管理者, the role above does.
func AllowDecision(ctx context.Context, tx *door.Tx, person int64) error {
	matter, err := org.Concerning(ctx, tx, person, tx.Today())
	if err != nil {
		return err
	}
	return tx.Allow(authz.ManageAccounts, matter)
}

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }
