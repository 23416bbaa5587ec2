package acknowledge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Shown is what a person had before them when they acknowledged.
type Shown struct {
	Code   string // the document
	Number int    // the revision
	SHA256 []byte // of its text
}

// Acknowledge records that the actor has read the revision that was shown to
// them and will keep to it (基本方針 5). It is recorded once, however often it
// is said. Conflict if another revision has become current since.
func (s *Service) Acknowledge(ctx context.Context, actor authz.Actor, shown Shown) error {
	reading, err := s.policy.Read(ctx, actor, shown.Code)
	if err != nil {
		return fmt.Errorf("acknowledging a revision: %w", err)
	}
	if reading.Last == shown.Number {
		return nil
	}
	if reading.Abolished(s.today()) {
		return fault.New(fault.Conflict, "この文書は廃止されたので、確認は要りません。")
	}
	if reading.Number != shown.Number || !bytes.Equal(reading.SHA256, shown.SHA256) {
		return fault.New(fault.Conflict, "表示していた版は、いまの版ではありません。いまの版を読んでから、もう一度確認してください。")
	}
	effect := door.Effect{
		Subject: trail.Subject{Kind: "acknowledgement", ID: reading.Revision.ID},
		Fields:  []string{"acknowledged_at", "text_sha256"},
		Refs:    map[string]int64{"document": reading.Document.ID},
	}
	err = s.door.Write(ctx, actor, authz.Acknowledge, authz.Matter{Person: actor.Person}, effect, func(now time.Time) (string, pgx.StrictNamedArgs) {
		return `INSERT INTO acknowledgement (person_id, revision_id, acknowledged_at, text_sha256) SELECT @person, @revision, @now, @sha256`,
			pgx.StrictNamedArgs{"person": actor.Person, "revision": reading.Revision.ID, "now": now, "sha256": shown.SHA256}
	})
	if postgres.Constraint(err) == "acknowledgement_pkey" {
		return nil // another click was first
	}
	if err != nil {
		return fmt.Errorf("acknowledging a revision: %w", err)
	}
	return nil
}

// Acknowledgement is one person's record of one revision; its SHA256 is of the text
// that was shown to them.
type Acknowledgement struct {
	policy.Document
	policy.Revision
	At time.Time
	// who, for the printed proof
	Name        string
	StaffNumber string
}

// selectAcknowledgements is the SQL of an actor's acknowledgements of what they
// may still read, with its arguments.
func selectAcknowledgements(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	readable, args := policy.Readable(actor)
	args["person"] = actor.Person
	return `
	SELECT d.id, d.code, d.kind, d.title, r.id AS revision_id, r.number, r.effective_on, r.decided_on, r.published_at, k.text_sha256 AS sha256,
	       k.acknowledged_at AS at, p.name, p.staff_number
	FROM acknowledgement k
	JOIN revision r ON r.id = k.revision_id
	JOIN document d ON d.id = r.document_id
	JOIN person_shown p ON p.id = k.person_id
	WHERE k.person_id = @person AND ` + readable, args
}

// Acknowledgements lists what the actor has acknowledged, the latest first.
func (s *Service) Acknowledgements(ctx context.Context, actor authz.Actor) ([]Acknowledgement, error) {
	query, args := selectAcknowledgements(actor)
	return postgres.List[Acknowledgement](ctx, s.pool, "listing acknowledgements", query+` ORDER BY k.acknowledged_at DESC, r.id`, args)
}

// Proof returns the actor's own acknowledgement of a revision; NotFound where
// they have not acknowledged it.
func (s *Service) Proof(ctx context.Context, actor authz.Actor, code string, number int) (Acknowledgement, error) {
	query, args := selectAcknowledgements(actor)
	args["code"], args["number"] = code, number
	a, err := postgres.One[Acknowledgement](ctx, s.pool, "loading an acknowledgement", query+` AND d.code = @code AND r.number = @number::bigint`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return Acknowledgement{}, fault.New(fault.NotFound, "この確認の記録は見つかりません。「マイ記録」の一覧から選び直してください。")
	}
	return a, err
}
