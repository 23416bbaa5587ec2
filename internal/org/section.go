package org

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// SectionKind is which part of the administration a section belongs to, 4(1).
type SectionKind string

// The kinds of 4(1).
const (
	Internal   SectionKind = "internal"   // 内部部局
	Commission SectionKind = "commission" // 行政委員会
	Assembly   SectionKind = "assembly"   // 議会事務局
	Education  SectionKind = "education"  // 教育機関
)

// SectionKinds are all of them, in the order of 4(1).
func SectionKinds() []SectionKind { return []SectionKind{Internal, Commission, Assembly, Education} }

// Title is the kind's name as 4(1) writes it.
func (k SectionKind) Title() string {
	switch k {
	case Internal:
		return "内部部局"
	case Commission:
		return "行政委員会"
	case Assembly:
		return "議会事務局"
	case Education:
		return "教育機関"
	}
	return ""
}

// Section is a 課室.
type Section struct {
	ID          int64
	Code        string // short, for files and addresses
	Name        string
	Kind        SectionKind
	Parent      string    // the code of the section that it is part of; empty for none
	Position    int       // its place in lists
	AbolishedOn time.Time // the first day without it; zero while it is to last
	Version     int       // of the row, for telling a second writer
}

// On tells whether the section exists on a day.
func (s Section) On(day time.Time) bool { return s.AbolishedOn.IsZero() || day.Before(s.AbolishedOn) }

// sectionColumns are what scanSection reads, of section s.
const sectionColumns = `s.id, s.code, s.name, s.kind, coalesce((SELECT code FROM section WHERE id = s.parent_id), ''), s.position, s.abolished_on, s.version`

func scanSection(row pgx.CollectableRow) (Section, error) {
	var (
		s         Section
		abolished *time.Time
	)
	err := row.Scan(&s.ID, &s.Code, &s.Name, &s.Kind, &s.Parent, &s.Position, &abolished, &s.Version)
	if abolished != nil {
		s.AbolishedOn = *abolished
	}
	return s, err
}

// AddSection adds a section and returns its id. Conflict if the code is taken.
func (s *Service) AddSection(ctx context.Context, actor authz.Actor, section Section) (int64, error) {
	var id int64
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		parent, err := sectionID(ctx, tx, section.Parent)
		if err != nil {
			return door.Unchanged(), err
		}
		err = tx.QueryRow(ctx, `
			INSERT INTO section (code, name, kind, parent_id, position) VALUES ($1, $2, $3, nullif($4, 0::bigint), $5) RETURNING id`,
			section.Code, section.Name, section.Kind, parent, section.Position).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "section", ID: id},
			Fields:  []string{"code", "name", "kind", "parent", "position"},
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding a section: %w", err)
	}
	return id, nil
}

// ChangeSection changes the section with that code: its name, kind, place, what
// it is part of, and when it ends. Conflict if it has changed since the version
// that the actor has seen, if it would be inside itself, or if somebody still
// has a post in it on the day that it ends.
func (s *Service) ChangeSection(ctx context.Context, actor authz.Actor, code string, section Section) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		id, err := sectionID(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{Section: id}); err != nil {
			return door.Unchanged(), err
		}
		parent, err := sectionID(ctx, tx, section.Parent)
		if err != nil {
			return door.Unchanged(), invalid("parent", "上位の課室が見つかりません。選び直してください。")
		}
		tag, err := tx.Exec(ctx, `
			UPDATE section SET code = $3, name = $4, kind = $5, parent_id = nullif($6, 0::bigint), position = $7, abolished_on = $8, version = version + 1
			WHERE id = $1 AND version = $2`,
			id, section.Version, section.Code, section.Name, section.Kind, parent, section.Position, orNull(section.AbolishedOn))
		switch {
		case err != nil:
			return door.Unchanged(), explain(err)
		case tag.RowsAffected() == 0:
			return door.Unchanged(), errOutdated()
		}
		if err := nobodyLeftIn(ctx, tx, id, section.AbolishedOn); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "section", ID: id},
			Fields:  []string{"code", "name", "kind", "parent", "position", "abolished_on"},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("changing a section: %w", err)
	}
	return nil
}

// nobodyLeftIn refuses to end a section where somebody has a post on that day,
// or that still has sections inside.
func nobodyLeftIn(ctx context.Context, tx pgx.Tx, section int64, on time.Time) error {
	if on.IsZero() {
		return nil
	}
	var people, inside int
	err := tx.QueryRow(ctx, `
		SELECT (SELECT count(DISTINCT a.person_id) FROM post po JOIN appointment a ON a.post_id = po.id
		        WHERE po.section_id = $1 AND a.period && daterange($2, NULL)),
		       (SELECT count(*) FROM section WHERE parent_id = $1 AND (abolished_on IS NULL OR abolished_on > $2))`, section, on).
		Scan(&people, &inside)
	switch {
	case err != nil:
		return fmt.Errorf("looking who is left in a section: %w", err)
	case people > 0:
		return invalid("abolished_on", fmt.Sprintf("廃止の日より後にも、この課室の職に%d人が就いています。先に、その人たちの発令の最後の日を入力してください。", people))
	case inside > 0:
		return invalid("abolished_on", fmt.Sprintf("この課室の下に、%d課室が残っています。先に、それらの上位の課室を変えるか、廃止してください。", inside))
	}
	return nil
}

// sectionID finds a section by its code; 0 for none asked for. NotFound if
// there is no such section.
func sectionID(ctx context.Context, tx pgx.Tx, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	var id int64
	err := tx.QueryRow(ctx, `SELECT id FROM section WHERE code = $1`, code).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errNoSection()
	}
	if err != nil {
		return 0, fmt.Errorf("finding a section: %w", err)
	}
	return id, nil
}

func errNoSection() error {
	return fault.New(fault.NotFound, "この課室は見つかりません。「体制」の一覧から選び直してください。")
}

// Section returns the section with that code.
func (s *Service) Section(ctx context.Context, actor authz.Actor, code string) (Section, error) {
	if err := maySee(actor); err != nil {
		return Section{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+sectionColumns+` FROM section s WHERE s.code = $1`, code)
	if err != nil {
		return Section{}, fmt.Errorf("loading a section: %w", err)
	}
	section, err := pgx.CollectExactlyOneRow(rows, scanSection)
	if errors.Is(err, pgx.ErrNoRows) {
		return Section{}, errNoSection()
	}
	if err != nil {
		return Section{}, fmt.Errorf("loading a section: %w", err)
	}
	return section, nil
}

// Sections lists the sections that exist on a day, in their order.
func (s *Service) Sections(ctx context.Context, actor authz.Actor, day time.Time) ([]Section, error) {
	if err := maySee(actor); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+sectionColumns+` FROM section s
		WHERE s.abolished_on IS NULL OR s.abolished_on > $1 ORDER BY s.position, s.code`, day)
	if err != nil {
		return nil, fmt.Errorf("listing sections: %w", err)
	}
	sections, err := pgx.CollectRows(rows, scanSection)
	if err != nil {
		return nil, fmt.Errorf("listing sections: %w", err)
	}
	return sections, nil
}

// orNull is a day as the database takes it: NULL where there is none.
func orNull(day time.Time) *time.Time {
	if day.IsZero() {
		return nil
	}
	return &day
}
