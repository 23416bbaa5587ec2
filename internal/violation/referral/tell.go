package referral

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Topic is who may see a notice of a referral: whose it is.
func Topic() notice.Topic {
	return notice.Topic{Kind: subject, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		return `EXISTS (SELECT FROM violation_referral r WHERE r.id = n.topic_id AND r.person_id = @referred)`, pgx.StrictNamedArgs{"referred": actor.Person}
	}}
}

// message is what its person is told of its end. It says nothing: others see a screen too.
func (r Referral) message(code string) notice.Message {
	return notice.Message{To: []int64{r.Person}, Notice: notice.Notice{
		Topic: subject, TopicID: r.ID, URL: address.Referral(code, r.Code), Title: "総務課からの連絡があります", Text: "あなたにあてた連絡です。内容を見てください。",
	}}
}

// deliver is the job of telling somebody in office hours that theirs has ended.
type deliver struct {
	Referral int64 `json:"referral"`
}

// Kind is the job's name in the database.
func (deliver) Kind() string { return "violation_referral_deliver" }

// RegisterJobs adds the worker that tells whose referral has ended.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[deliver]) error { return s.Deliver(ctx, job.Args.Referral) }))
	return nil
}

// Deliver tells somebody that theirs has ended, once its time has come. Before, its job waits: the
// clock of the portal that does it may be behind that of the one that has begun it.
func (s *Service) Deliver(ctx context.Context, id int64) error {
	var wait time.Duration
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		r, err := postgres.One[Referral](ctx, tx, "finding a referral", selected+` WHERE r.id = @id`, pgx.StrictNamedArgs{"id": id})
		if err != nil || r.ToldFrom == nil {
			return door.Unchanged(), err
		}
		if wait = r.ToldFrom.Sub(tx.Now); wait > 0 {
			return door.Unchanged(), nil
		}
		done, err := tx.Exec(ctx, `INSERT INTO violation_referral_delivery (referral_id, at) VALUES (@id, @now) ON CONFLICT DO NOTHING`, pgx.StrictNamedArgs{"id": id, "now": tx.Now})
		if err != nil || done.RowsAffected() == 0 {
			return door.Unchanged(), err
		}
		var code string
		if err := tx.QueryRow(ctx, `SELECT code FROM violation_case WHERE id = @id`, pgx.StrictNamedArgs{"id": r.CaseID}).Scan(&code); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{"delivered"}, Notices: []notice.Message{r.message(code)}}, nil
	})
	if err == nil && wait > 0 {
		return river.JobSnooze(wait)
	}
	return err
}
