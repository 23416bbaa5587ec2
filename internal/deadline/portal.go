package deadline

import (
	"context"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/holiday"
	"kagami/internal/postgres"
	"kagami/internal/setting"
)

// StepsForPortal are the steps that hold on a day by what the town has set. rest tells that
// nobody is reminded on it, since the offices are closed: what has come is told on the next day
// on which they are open.
func (r Reminders) StepsForPortal(ctx context.Context, db postgres.Querier, day calendar.Date) (steps Steps, rest bool, err error) {
	values, err := setting.LoadForPortal(ctx, db)
	if err != nil {
		return nil, false, err
	}
	editions, err := edition.LoadForPortal(ctx, db, day)
	if err != nil {
		return nil, false, err
	}
	return r.On(values, day), r.OfficeDays.On(values, day) && !holiday.Office(editions, day).IsOpen(day), nil
}
