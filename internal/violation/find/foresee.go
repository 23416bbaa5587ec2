package find

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/postgres"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/whom"
)

// Foreseen is whom a violation is about, and who will be told, by name, before it is confirmed.
type Foreseen struct {
	Number, Name, Section string    // the name alone of an outsider
	Sections              []Section // in whose work it may have happened, of somebody with several posts
	Told                  []violation.Told
	Alone                 bool // nobody else can confirm it
}

// Key says who they are, for a form that has shown them.
func (f Foreseen) Key() string {
	names := []string{f.Number, f.Name, f.Section}
	for _, t := range f.Told {
		names = append(names, t.Name)
	}
	return strings.Join(names, "、")
}

// Foresee is whom what an actor confirms is about, and who will be told: of a talk also of what was
// said in it.
func (s *Service) Foresee(ctx context.Context, actor authz.Actor, f violation.Finding, talk bool) (Foreseen, error) {
	today, about := calendar.Day(s.now()), whom.Person{Name: strings.TrimSpace(f.Outsider)}
	if strings.TrimSpace(f.Person) != "" {
		var err error
		if about, err = whom.Find(ctx, s.pool, f.Person, f.Section, today); err != nil {
			return Foreseen{}, err
		}
	}
	seats, err := violation.SeatsAbout(ctx, s.pool, about.ID, about.Section, today)
	if err != nil {
		return Foreseen{}, err
	}
	seen := Foreseen{Number: about.Number, Name: about.Name}
	events := []procedure.Event{procedure.EventConfirmOther}
	if seats.General.Has(actor.Person) {
		events, seen.Alone = []procedure.Event{procedure.EventConfirm}, seats.General.Alone
	}
	if talk {
		events = append(events, procedure.EventGuide)
	}
	for _, event := range events {
		for _, t := range procedure.Tells(event, true) {
			people := seats.Of(t.Seat).People
			if t.Seat == procedure.Person && about.ID != 0 {
				people = []int64{about.ID}
			}
			for _, person := range people {
				if person != actor.Person && !slices.ContainsFunc(seen.Told, func(o violation.Told) bool { return o.Person == person }) {
					seen.Told = append(seen.Told, violation.Told{Person: person, Seat: t.Seat, Mark: t.Mark})
				}
			}
		}
	}
	for i, t := range seen.Told {
		if seen.Told[i].Name, err = s.name(ctx, `SELECT name FROM person_shown WHERE id = @id`, t.Person); err != nil {
			return Foreseen{}, err
		}
	}
	if seen.Section, err = s.name(ctx, `SELECT name FROM section_shown WHERE id = @id`, about.Section); err != nil || len(about.Codes) < 2 {
		return seen, err
	}
	seen.Sections, err = postgres.List[Section](ctx, s.pool, "listing where somebody works", `SELECT code, name FROM section_shown WHERE code = ANY(@codes) ORDER BY id <> @id, position, code`,
		pgx.StrictNamedArgs{"codes": about.Codes, "id": about.Section})
	return seen, err
}

// name is what something is called; empty for what there is not.
func (s *Service) name(ctx context.Context, asks string, id int64) (string, error) {
	list, err := postgres.List[struct{ Name string }](ctx, s.pool, "naming whom a violation is about", asks, pgx.StrictNamedArgs{"id": id})
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Name, nil
}

// NamedForPortal is whom a step would name 監督責任者 or kin, by what was typed, so that the form can
// show them by name first. A problem of the field number.
func (s *Service) NamedForPortal(ctx context.Context, words string) (whom.Person, error) {
	return whom.Named(ctx, s.pool, "number", words)
}

// GroupsForPortal are the kinds of people of whom a case may be, by the edition of today.
func (s *Service) GroupsForPortal(ctx context.Context) ([]authority.Group, error) {
	today := calendar.Day(s.now())
	editions, err := edition.LoadForPortal(ctx, s.pool, today)
	return authority.Groups.On(editions, today), err
}
