package acknowledge

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/setting"
)

// tendCampaign is the job of tending one campaign on a day on which there is
// something to do.
type tendCampaign struct {
	Revision int64 `json:"revision"`
}

// Kind is the job's name in the database.
func (tendCampaign) Kind() string { return "policy_tend_campaign" }

// tendCampaigns is the job of tending every campaign: people come and go on any
// day.
type tendCampaigns struct{}

// Kind is the job's name in the database.
func (tendCampaigns) Kind() string { return "policy_tend_campaigns" }

// tendEvery is how often every campaign is tended. Whoever has a post since
// today sees what to acknowledge at once; this is for their notice.
const tendEvery = time.Hour

// RegisterJobs adds the workers for campaigns.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[tendCampaign]) error {
		return s.Tend(ctx, job.Args.Revision)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[tendCampaigns]) error {
		return s.TendAll(ctx)
	}))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(tendEvery),
		func() (river.JobArgs, *river.InsertOpts) { return tendCampaigns{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// tendLater enqueues a campaign's days: the first, and each on which those who
// are asked first are reminded.
func tendLater(ctx context.Context, tx *door.Tx, revision int64, from, due calendar.Date) error {
	days := []calendar.Date{from}
	values, err := setting.LoadForPortal(ctx, tx)
	if err != nil {
		return err
	}
	for _, day := range Reminders.On(values, tx.Today()).Days(due) {
		if day.After(from) {
			days = append(days, day)
		}
	}
	for _, day := range days {
		if err := tx.Enqueue(ctx, tendCampaign{revision}, day.Start()); err != nil {
			return fmt.Errorf("enqueuing a campaign: %w", err)
		}
	}
	return nil
}
