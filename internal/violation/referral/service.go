package referral

import (
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/violation"
)

// Service is the referrals in a database.
type Service struct {
	pool  *pgxpool.Pool
	door  *door.Door
	cases *violation.Service
}

// New makes the service, with the cases that are referred.
func New(pool *pgxpool.Pool, d *door.Door, cases *violation.Service) *Service {
	return &Service{pool, d, cases}
}

func errNone() error {
	return fault.New(fault.NotFound, "この番号の懲戒審査は、見つかりません。番号を確かめてください。")
}

const overtaken = "開いている間に、ほかの人がこの懲戒審査を進めました。いまの内容を確かめて、もう一度行ってください。"

func isNone(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// named is an error of the database as people read it.
func named(err error) error {
	switch postgres.Constraint(err) {
	case "violation_referral_one_each":
		return fault.New(fault.Conflict, "この人については、もう具申しています。懲戒審査の一覧を開いて、いまの状態を確かめてください。")
	case "violation_referral_step_next", "violation_referral_kept", "violation_referral_step_pkey":
		return fault.New(fault.Conflict, overtaken)
	}
	return err
}
