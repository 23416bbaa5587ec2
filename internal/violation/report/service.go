package report

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/secret"
	"kagami/internal/setting"
)

// Service is the reports in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	keys *secret.Keys
}

// New makes the service, with the keys by which it seals who has reported.
func New(pool *pgxpool.Pool, d *door.Door, keys *secret.Keys) *Service {
	return &Service{pool, d, keys}
}

const (
	subject        = "violation_report"
	handlerSubject = "violation_report_handler"
	topic          = "violation_answer"
)

// Topic is who may see a notice of an answer: to whom it was given. It names no report, so
// that nothing beside the notice leads from who gets it to what they have reported.
func Topic() notice.Topic {
	return notice.Topic{Kind: topic, Shown: func(authz.Actor) (string, pgx.StrictNamedArgs) { return `true`, nil }}
}

// Desk is where else people may report: it is shown with the form, which does not replace it.
var Desk = setting.NewText("violation.report_desk", "公益通報の窓口",
	"「違反の疑いを報告する」の画面に示します。町の公益通報窓口の名前、場所、電話、外部の窓口（弁護士など）を、続けて入力します。この画面への報告は、その窓口への通報に代わるものではありません。",
	"町の公益通報窓口（総務課）。電話・場所は、総務課にお尋ねください。", 300)

// Guide is what is shown with the form.
type Guide struct {
	Desk string
	Law  []string // what the law says of reports, by the edition of the day
}

// GuideForPortal is that of today.
func (s *Service) GuideForPortal(ctx context.Context) (Guide, error) {
	values, err := setting.LoadForPortal(ctx, s.pool)
	if err != nil {
		return Guide{}, err
	}
	today := s.today()
	editions, err := edition.LoadForPortal(ctx, s.pool, today)
	if err != nil {
		return Guide{}, err
	}
	return Guide{Desk: Desk.On(values, today), Law: Law.On(editions, today)}, nil
}

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

func errNone() error {
	return fault.New(fault.NotFound, "この番号の報告は、見つかりません。番号を確かめてください。")
}

// wrap says what was tried.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
