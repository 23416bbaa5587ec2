package org

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
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
	ID       int64
	Code     string // short, for files and URLs
	Name     string
	Kind     SectionKind
	Parent   string // the code of the section that it is part of; empty for none
	Position int    // its place in lists
	// EstablishedOn is its first day; zero where it has always been.
	EstablishedOn calendar.Date
	AbolishedOn   calendar.Date // the first day without it; zero while it is to last
	Version       int           // of the row, for telling a second writer
}

// On tells whether the section exists on a day.
func (s Section) On(day calendar.Date) bool {
	return !day.Before(s.EstablishedOn) && (s.AbolishedOn.IsZero() || day.Before(s.AbolishedOn))
}

// sectionExists is the SQL of On for section s, which may be none (NULL), and @day.
const sectionExists = `(s.established_on IS NULL OR s.established_on <= @day) AND (s.abolished_on IS NULL OR s.abolished_on > @day)`

// sectionColumns are the fields of a Section, of section s.
const sectionColumns = `s.id, s.code, s.name, s.kind, coalesce((SELECT code FROM section WHERE id = s.parent_id), '') AS parent, s.position, s.established_on, s.abolished_on, s.version`

// sectionLasts is the SQL condition that section s, which may be none, exists from
// a first day to the day @last (NULL: until further notice).
func sectionLasts(first string) string {
	return `(s.established_on IS NULL OR s.established_on <= ` + first + `) AND (s.abolished_on IS NULL OR s.abolished_on > coalesce(@last::date, 'infinity'))`
}

// AddSection adds a section and returns its id. Conflict if the code is taken.
func (s *Service) AddSection(ctx context.Context, actor authz.Actor, section Section) (int64, error) {
	section.Name = OneLine(section.Name)
	var id int64
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		parent, err := sectionID(ctx, tx, section.Parent)
		if err != nil {
			return door.Unchanged(), err
		}
		err = tx.QueryRow(ctx, `
			INSERT INTO section (code, name, kind, parent_id, position, established_on)
			VALUES (@code, @name, @kind, nullif(@parent, 0::bigint), @position, @established_on) RETURNING id`,
			pgx.StrictNamedArgs{
				"code": section.Code, "name": section.Name, "kind": section.Kind, "parent": parent, "position": section.Position,
				"established_on": section.EstablishedOn,
			}).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "section", ID: id},
			Fields:  []string{"code", "name", "kind", "parent", "position", "established_on"}, Confidential: section.values(),
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding a section: %w", err)
	}
	return id, nil
}

// ChangeSection changes the section with that code: its name, kind, place, what
// it is part of, and when it ends. Conflict if it has changed since the version
// that the actor had before them, if it would be inside itself, or if somebody still
// has a post in it on the day that it ends.
func (s *Service) ChangeSection(ctx context.Context, actor authz.Actor, code string, section Section) error {
	section.Name = OneLine(section.Name)
	err := s.change(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		id, err := sectionID(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		parent, err := sectionID(ctx, tx, section.Parent)
		if err != nil {
			return door.Unchanged(), invalid("parent", "上位の課室が見つかりません。選び直してください。")
		}
		if err := mayMove(ctx, tx, actor, id, parent); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE section SET code = @code, name = @name, kind = @kind, parent_id = nullif(@parent, 0::bigint), position = @position,
				established_on = @established_on, abolished_on = @abolished_on, version = version + 1
			WHERE id = @id AND version = @version`,
			pgx.StrictNamedArgs{
				"id": id, "version": section.Version, "code": section.Code, "name": section.Name, "kind": section.Kind, "parent": parent,
				"position": section.Position, "established_on": section.EstablishedOn, "abolished_on": section.AbolishedOn,
			})
		switch {
		case err != nil:
			return door.Unchanged(), explain(err)
		case tag.RowsAffected() == 0:
			return door.Unchanged(), errOutdated()
		}
		if err := nobodyLeftIn(ctx, tx, id, section); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "section", ID: id},
			Fields:  []string{"code", "name", "kind", "parent", "position", "established_on", "abolished_on"}, Confidential: section.values(),
		}, nil
	})
	if err != nil {
		return fmt.Errorf("changing a section: %w", err)
	}
	return nil
}

// mayMove refuses to put a section inside one whose rights reach what is inside it:
// that gives rights, as the setting itself does, and whoever decides on that decides
// on this.
func mayMove(ctx context.Context, tx *door.Tx, actor authz.Actor, id, parent int64) error {
	var gives bool
	err := tx.QueryRow(ctx, `
		WITH RECURSIVE up AS (SELECT @parent::bigint AS id UNION SELECT s.parent_id FROM up JOIN section s ON s.id = up.id)
		SELECT (SELECT coalesce(parent_id, 0) <> @parent FROM section WHERE id = @id)
		   AND EXISTS (SELECT FROM up JOIN section_reach r ON r.section_id = up.id AND r.reads)`,
		pgx.StrictNamedArgs{"id": id, "parent": parent}).Scan(&gives)
	if err != nil {
		return fmt.Errorf("looking what a section inside another gives: %w", err)
	}
	if _, may := actor.May(authz.ChangeSettings, authz.Matter{}); gives && !may {
		return fault.New(fault.Forbidden, "この課室の権限は中の組織に及ぶため、その中に移すと、見られる人や決められる人が増えます。移せるのは、統括情報セキュリティ責任者です。")
	}
	return nil
}

// values are a section's fields for the trail.
func (s Section) values() map[string]any {
	return map[string]any{
		"code": s.Code, "name": s.Name, "kind": s.Kind, "parent": s.Parent, "position": s.Position,
		"established_on": s.EstablishedOn.String(), "abolished_on": s.AbolishedOn.String(),
	}
}

// nobodyLeftIn refuses to begin a section after somebody has a post or a role in
// it, and to end one where somebody still has, or that has sections inside.
func nobodyLeftIn(ctx context.Context, tx pgx.Tx, id int64, section Section) error {
	var people, early, inside int
	err := tx.QueryRow(ctx, `
		WITH held AS (
			SELECT a.person_id, a.period FROM post po JOIN appointment a ON a.post_id = po.id WHERE po.section_id = $1
			UNION ALL
			SELECT person_id, period FROM role_grant WHERE section_id = $1)
		SELECT (SELECT count(DISTINCT person_id) FROM held WHERE period && daterange($3, NULL) AND $3 IS NOT NULL),
		       (SELECT count(DISTINCT person_id) FROM held WHERE period && daterange(NULL, $2) AND $2 IS NOT NULL),
		       (SELECT count(*) FROM section WHERE parent_id = $1 AND $3 IS NOT NULL AND (abolished_on IS NULL OR abolished_on > $3))`,
		id, section.EstablishedOn, section.AbolishedOn).Scan(&people, &early, &inside)
	switch {
	case err != nil:
		return fmt.Errorf("looking who is left in a section: %w", err)
	case early > 0:
		return invalid("established_on", fmt.Sprintf("設置の日より前に、この課室の職に%d人が就いています。その発令の最初の日より前の日にしてください。", early))
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
	sections, err := postgres.List[Section](ctx, s.pool, "loading a section", `SELECT `+sectionColumns+` FROM section s WHERE s.code = $1`, code)
	return theOne(sections, err, errNoSection())
}

// Sections lists the sections that exist on a day, in their order.
func (s *Service) Sections(ctx context.Context, actor authz.Actor, day calendar.Date) ([]Section, error) {
	if err := maySee(actor); err != nil {
		return nil, err
	}
	return postgres.List[Section](ctx, s.pool, "listing sections", `
		SELECT `+sectionColumns+` FROM section s
		WHERE `+sectionExists+` ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"day": day})
}
