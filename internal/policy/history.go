package policy

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Past is a published revision in a document's history.
type Past struct {
	Revision
	By      string        // who published it; empty for the operator
	Until   calendar.Date // the last day on which it is in force; zero where none follows
	Why     Why
	WhyText string
	Notice  int // the number of the 通知 that published it; 0 where the 本部会議 decided
	Year    int // and its fiscal year
	// Last tells whether none follows because the document is, or will be,
	// abolished.
	Last bool
}

// Status is how a revision stands on a day.
func (p Past) Status(day calendar.Date) string {
	switch {
	case p.EffectiveOn.After(day):
		return "施行前"
	case !p.Until.IsZero() && p.Until.Before(day) && p.Last:
		return "廃止"
	case !p.Until.IsZero() && p.Until.Before(day):
		return "旧版"
	}
	return "施行中"
}

// History lists the published revisions of a document, the newest first.
// NotFound where there is none that the actor may read.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Past, error) {
	readable, args := Readable(actor)
	args["code"] = code
	list, err := postgres.List[Past](ctx, s.pool, "listing revisions", `
		SELECT r.id AS revision_id, r.number, r.effective_on, r.decided_on, r.published_at, r.published_sha256 AS sha256, coalesce(p.name, '') AS by,
		       coalesce(lead(r.effective_on) OVER (ORDER BY r.number), `+abolishedOn+`) - 1 AS until,
		       r.why, r.why_text, coalesce(c.number, 0) AS notice, coalesce(c.fiscal_year, 0) AS year,
		       lead(r.id) OVER (ORDER BY r.number) IS NULL AND `+abolishedOn+` IS NOT NULL AS last
		FROM revision r JOIN document d ON d.id = r.document_id
		LEFT JOIN person_shown p ON p.id = r.published_by LEFT JOIN ciso_notice c ON c.id = r.notice_id
		WHERE d.code = @code AND r.state = 'published' AND `+readable+` ORDER BY r.number DESC`, args)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, NoDocument()
	}
	return list, nil
}

// ReadOn returns the revision of a document that was, or will be, in force on a
// day; NotFound where none was.
func (s *Service) ReadOn(ctx context.Context, actor authz.Actor, code string, day calendar.Date) (Reading, error) {
	return s.readPast(ctx, actor, code, `effective_on <= @which::date AND `+NotAbolished("@which"), day,
		"この日に施行されていた版はありません。施行日より後で、廃止されたときは廃止日より前の日を指定してください。")
}

// ReadNumber returns a published revision of a document by its number; NotFound
// where there is none.
func (s *Service) ReadNumber(ctx context.Context, actor authz.Actor, code string, number int) (Reading, error) {
	return s.readPast(ctx, actor, code, `number = @which::bigint`, number,
		"この版は見つかりません。文書の「版の履歴」から選び直してください。")
}

func (s *Service) readPast(ctx context.Context, actor authz.Actor, code, condition string, which any, none string) (Reading, error) {
	if _, err := s.Read(ctx, actor, code); err != nil {
		return Reading{}, err // whoever may not read it learns no more
	}
	reading, err := loadOne(ctx, s.pool, readingArguments(actor.Person, s.today(), scopeOf(actor)),
		selectRevision+` AND `+condition+` ORDER BY number DESC LIMIT 1`, pgx.StrictNamedArgs{"code": code, "which": which})
	if fault.KindOf(err) == fault.NotFound {
		return Reading{}, fault.New(fault.NotFound, none)
	}
	return reading, err
}
