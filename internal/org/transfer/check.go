package transfer

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
)

// Service looks up what is in the way of an appointment, in a database.
type Service struct{ pool *pgxpool.Pool }

// New makes the service.
func New(pool *pgxpool.Pool) *Service { return &Service{pool} }

// Check refuses an appointment to a post, for one person or for several, that the
// database would refuse: Conflict where they hold the post in its days already, or
// another does whom succeeding does not end. So nobody is shown what comes of it before.
func (s *Service) Check(ctx context.Context, a org.Appointment, single, succeeds bool) error {
	type row struct{ Rule string }
	inTheWay, err := postgres.List[row](ctx, s.pool, "looking what is in the way of an appointment", `
		SELECT CASE WHEN person_id = @person THEN 'appointment_once' ELSE 'appointment_single_holder' END AS rule
		FROM standing
		WHERE post_id = @post AND period && daterange(@first::date, @last::date, '[]')
		  AND (person_id = @person OR @single AND acting = @acting AND NOT (@succeeds AND period @> @first::date AND lower(period) < @first::date))
		ORDER BY person_id <> @person LIMIT 1`,
		pgx.StrictNamedArgs{
			"post": a.Post, "person": a.Person, "first": a.First, "last": a.Last, "acting": a.Acting, "single": single, "succeeds": succeeds,
		})
	if err != nil || len(inTheWay) == 0 {
		return err
	}
	message := org.Message(inTheWay[0].Rule)
	return &fault.Error{Kind: fault.Conflict, Message: message, Problems: []fault.Problem{{Field: "first", Message: message}}}
}
