package publish

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/postgres"
)

// CISONotice is the CISO's 通知 by which a 簡易な見直し is published (7(9)).
type CISONotice struct {
	Publication
	Addressees string
	Body       string
	// Answer is why it is a 簡易な見直し though it touches clauses on purpose, scope,
	// organization or sanctions; needed where it does.
	Answer string
}

const (
	maxAddressees = 500    // characters
	maxBody       = 10_000 // characters
)

func (n CISONotice) check(number int, day calendar.Date, touched []Touched) []fault.Problem {
	problems := n.Publication.check(number, day, "通知の日（今日）", day)
	if strings.TrimSpace(n.Addressees) == "" {
		problems = append(problems, fault.Problem{Field: "addressees", Message: "通知の宛先を入力してください。"})
	}
	if strings.TrimSpace(n.Body) == "" {
		problems = append(problems, fault.Problem{Field: "body", Message: "通知の本文を入力してください。"})
	}
	if len(touched) > 0 && strings.TrimSpace(n.Answer) == "" {
		problems = append(problems, fault.Problem{Field: "answer", Message: "簡易な見直しとする理由を入力してください。そうでないときは、差し戻してください。"})
	}
	problems = append(problems, policy.CheckLength("addressees", n.Addressees, maxAddressees)...)
	problems = append(problems, policy.CheckLength("body", n.Body, maxBody)...)
	return append(problems, policy.CheckLength("answer", n.Answer, policy.MaxReason)...)
}

// PublishMinor publishes a 簡易な見直し that was handed in, by a 通知 with the next
// number of the fiscal year. From then on neither changes.
func (s *Service) PublishMinor(ctx context.Context, actor authz.Actor, code string, n CISONotice) error {
	return s.draft.Step(ctx, actor, code, draft.EventPublishMinor, n.SHA256, func(tx *door.Tx, l draft.Locked) (draft.Change, error) {
		before, err := policy.NewestOutline(ctx, tx, actor, l.Document)
		if err != nil {
			return draft.Change{}, err
		}
		now, err := policy.LoadOutline(ctx, tx, l.Revision)
		if err != nil {
			return draft.Change{}, err
		}
		touched := Weighty(before, now)
		if err := fault.InvalidFields(n.check(l.Number, tx.Today(), touched)); err != nil {
			return draft.Change{}, err
		}
		words := make([]string, len(touched))
		for i, t := range touched {
			words[i] = t.String()
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO ciso_notice (revision_id, text_sha256, fiscal_year, number, notified_on, addressees, body, touched, answer, issued_by, issued_at)
			SELECT @revision, @text_sha256, @fiscal_year, coalesce(max(number), 0) + 1, @today, @addressees, @body, @touched, @answer, @issued_by, @now
			FROM ciso_notice WHERE fiscal_year = @fiscal_year
			RETURNING id`,
			pgx.StrictNamedArgs{
				"revision": l.Revision, "text_sha256": l.SHA256, "fiscal_year": calendar.FiscalYear(tx.Today()), "today": tx.Today(),
				"addressees": n.Addressees, "body": n.Body, "touched": words, "answer": n.Answer, "issued_by": draft.By(actor), "now": tx.Now,
			}).Scan(&id)
		if err != nil {
			return draft.Change{}, err
		}
		columns, err := publish(ctx, tx, actor, l, n.Publication)
		if err != nil {
			return draft.Change{}, err
		}
		columns["notice_id"] = id
		return draft.Change{Note: n.Answer, Fields: []string{"ciso_notice", "effective_on", "published_at"}, Columns: columns}, nil
	})
}

// RecordedCISONotice is a 通知 on record.
type RecordedCISONotice struct {
	policy.Document
	Revision    int // its number
	EffectiveOn calendar.Date
	FiscalYear  int
	Number      int
	On          calendar.Date
	Addressees  string
	Body        string
	By          string // who issued it
	Why         policy.Why
	WhyText     string
	// Touched and Answer are for those who work on drafts; empty for others.
	Touched []string
	Answer  string
}

// CISONotice returns the 通知 that published a revision; NotFound where none did,
// or the actor may not read the document.
func (s *Service) CISONotice(ctx context.Context, actor authz.Actor, code string, number int) (RecordedCISONotice, error) {
	readable, args := policy.Readable(actor)
	args["code"], args["number"] = code, number
	n, err := postgres.One[RecordedCISONotice](ctx, s.pool, "loading a 通知", `
		SELECT d.id, d.code, d.kind, d.title, r.number AS revision, r.effective_on, c.fiscal_year, c.number, c.notified_on AS on, c.addressees, c.body,
		       coalesce(p.name, '') AS by, r.why, r.why_text, c.touched, c.answer
		FROM ciso_notice c JOIN revision r ON r.notice_id = c.id JOIN document d ON d.id = r.document_id LEFT JOIN person_shown p ON p.id = c.issued_by
		WHERE d.code = @code AND r.number = @number::bigint AND r.state = 'published' AND `+readable, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return RecordedCISONotice{}, policy.NoDocument()
	}
	if !draft.MaySee(actor) {
		n.Touched, n.Answer = nil, ""
	}
	return n, err
}
