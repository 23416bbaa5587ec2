package policy

import (
	"context"
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// public is what is read without an actor: the 基本方針, and nothing else
// (基本方針 10).
func public() scope { return withoutPost(Basic) }

// Public lists the 基本方針 in force, for everybody.
func (s *Service) Public(ctx context.Context) ([]Reading, error) {
	day := s.today()
	readings, err := postgres.List[Reading](ctx, s.pool, "listing what is public", selectReading(CurrentRevision)+` AND `+NotAbolished("@day")+inOrder,
		readingArguments(0, day, public()))
	return slices.DeleteFunc(readings, func(r Reading) bool { return !r.InForce(day) }), err
}

// ReadPublic returns a 基本方針 in force, for everybody; NotFound for anything
// else.
func (s *Service) ReadPublic(ctx context.Context, code string) (Reading, error) {
	day := s.today()
	reading, err := loadReading(ctx, s.pool, 0, day, public(), code)
	if err == nil && (!reading.InForce(day) || reading.Abolished(day)) {
		return Reading{}, NoDocument()
	}
	return reading, err
}

// Epoch is a revision in the history of a document.
type Epoch struct {
	Number      int
	EffectiveOn calendar.Date
}

// PublicHistory lists the revisions of what Public or ReadPublic has returned
// that are or have been in force, the newest first.
func (s *Service) PublicHistory(ctx context.Context, reading Reading) ([]Epoch, error) {
	return postgres.List[Epoch](ctx, s.pool, "loading a public history", `
		SELECT number, effective_on FROM revision
		WHERE document_id = $1 AND state = 'published' AND effective_on <= $2::date
		ORDER BY number DESC`, reading.Document.ID, s.today())
}
