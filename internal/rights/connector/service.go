package connector

import (
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/job"
	"kagami/internal/notice"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/secret"
	"kagami/internal/state"
)

// Service is the connectors of a town in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	keys    *secret.Keys
	log     *slog.Logger
	dial    reach.Dial
	waiting state.Cache[waitingKey, Waits]
	away    *reach.Silence
}

// New makes the service. Secrets are sealed by the keys; dial reaches what a connector leads to.
func New(pool *pgxpool.Pool, d *door.Door, keys *secret.Keys, log *slog.Logger, dial reach.Dial) *Service {
	return &Service{pool: pool, door: d, keys: keys, log: log, dial: dial, waiting: state.NewCache[waitingKey, Waits](cachedWaiting), away: reach.NewSilence(hands)}
}

// At is the service at an instant: the sample town is filled with what began before.
func (s *Service) At(now time.Time) *Service {
	return New(s.pool, door.New(s.pool, func() time.Time { return now }), s.keys, s.log, s.dial)
}

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

const (
	queue = "rights"
	// hands is how many people's rights are carried out at once: each holds two connections
	// to the database at times.
	hands = 4
	// poll is how long somebody's rights may wait where no notification comes: after another
	// was at the same person, they are looked at again by it alone.
	poll = busy
)

// Queue is the queue in which rights are carried out: what hangs there holds up nothing else.
func Queue() job.Queue { return job.Queue{Name: queue, Hands: hands, Poll: poll} }

// What notices are about, as it is stored.
const (
	aboutConnector = "connector"  // what has failed
	aboutOrders    = "work_order" // what is to be done by hand in a system
)

// Topics are who may see notices of connectors and of work orders.
func Topics() []notice.Topic {
	return []notice.Topic{
		{Kind: aboutConnector, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
			condition, args := Seen(actor)
			return `EXISTS (SELECT FROM connector_system x JOIN system_shown y ON y.id = x.asset_id WHERE x.connector_id = n.topic_id AND ` + condition + `)`, args
		}},
		{Kind: aboutOrders, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
			condition, args := Seen(actor)
			return `EXISTS (SELECT FROM system_shown y WHERE y.id = n.topic_id AND ` + condition + `)`, args
		}},
	}
}

// Seen says in SQL of a system y that the actor may see what has become of rights there.
func Seen(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	if actor.Reach(authz.ReadConnectors) == authz.All {
		return "true", pgx.StrictNamedArgs{}
	}
	return `y.section_id = ANY(@seen_sections)`, pgx.StrictNamedArgs{"seen_sections": actor.Sections(authz.ReadConnectors)}
}
