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

// ReadingsForPublic lists the 基本方針 in force.
func (s *Service) ReadingsForPublic(ctx context.Context) ([]Reading, error) {
	day := s.today()
	readings, err := postgres.List[Reading](ctx, s.pool, "listing what is public", selectReading(CurrentRevision)+` AND `+NotAbolished("@day")+inOrder,
		readingArguments(0, day, public()))
	return slices.DeleteFunc(readings, func(r Reading) bool { return !r.InForce(day) }), err
}

// ReadForPublic returns a 基本方針 in force; NotFound for anything else.
func (s *Service) ReadForPublic(ctx context.Context, code string) (Reading, error) {
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

// HistoryForPublic lists the revisions that are or have been in force of what
// ReadingsForPublic or ReadForPublic has returned, the newest first.
func (s *Service) HistoryForPublic(ctx context.Context, reading Reading) ([]Epoch, error) {
	readable, args := ReadableForPublic()
	args["document"], args["day"] = reading.Document.ID, s.today()
	return postgres.List[Epoch](ctx, s.pool, "loading a public history", `
		SELECT r.number, r.effective_on FROM revision r JOIN document d ON d.id = r.document_id
		WHERE d.id = @document AND `+readable+` AND r.state = 'published' AND r.effective_on <= @day::date
		ORDER BY r.number DESC`, args)
}
