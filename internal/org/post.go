package org

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Post is a 職. The roles that come with it stand in the role table, by its
// title (Rule).
type Post struct {
	ID           int64
	Section      int64  // 0 for 町長 and 副町長, who belong to no section
	Title        string // 課長, as the personnel office writes it
	SectionCode  string // when listed
	SectionName  string // when listed
	SingleHolder bool   // one holder at a time, as a 課長 is
	Position     int    // its place within the section
	Version      int    // of the row, for telling a second writer
}

// Name is how the post is said, with its section.
func (p Post) Name() string { return authz.PostName(p.SectionName, p.Title) }

// AddPost adds a post and returns its id. Conflict if the section has one of
// that title.
func (s *Service) AddPost(ctx context.Context, actor authz.Actor, p Post) (int64, error) {
	var id int64
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO post (section_id, title, single_holder, position) VALUES (nullif(@section, 0::bigint), @title, @single_holder, @position) RETURNING id`,
			pgx.StrictNamedArgs{"section": p.Section, "title": OneLine(p.Title), "single_holder": p.SingleHolder, "position": p.Position}).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "post", ID: id},
			Fields:  []string{"title", "single_holder", "position"},
			Refs:    map[string]int64{"section": p.Section},
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding a post: %w", err)
	}
	return id, nil
}

// ChangePost changes a post's place, whether it has one holder at a time, and,
// as long as nobody has ever held it, its title: roles go by the title, and what
// somebody was in the past does not change. Nobody changes a post of their own.
func (s *Service) ChangePost(ctx context.Context, actor authz.Actor, p Post) error {
	p.Title = OneLine(p.Title)
	err := s.change(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		var (
			title string
			held  bool
		)
		err := tx.QueryRow(ctx, `
			SELECT po.title, EXISTS (SELECT FROM appointment WHERE post_id = po.id AND lower(period) <= $2::date)
			FROM post po WHERE po.id = $1 FOR UPDATE`, p.ID, tx.Today()).Scan(&title, &held)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), errNoPost()
		}
		if err != nil {
			return door.Unchanged(), fmt.Errorf("looking who holds a post: %w", err)
		}
		if err := (Change{Post: p.ID}).allow(ctx, tx, actor); err != nil {
			return door.Unchanged(), err
		}
		if held && title != p.Title {
			return door.Unchanged(), invalid("title", "この職には、これまでに就いた人がいるため、名前を変えられません（役割は名前に付くため、過去の役割まで変わってしまいます）。新しい職を加え、発令し直してください。")
		}
		effect := door.Effect{
			Subject: trail.Subject{Kind: "post", ID: p.ID}, Fields: []string{"title", "single_holder", "position"},
			Confidential: map[string]any{"title_before": title, "title": p.Title, "single_holder": p.SingleHolder, "position": p.Position},
		}
		return effect, keepingOffices(ctx, tx, func() error {
			tag, err := tx.Exec(ctx, `
				UPDATE post SET title = @title, single_holder = @single_holder, position = @position, version = version + 1
				WHERE id = @id AND version = @version`,
				pgx.StrictNamedArgs{"id": p.ID, "version": p.Version, "title": p.Title, "single_holder": p.SingleHolder, "position": p.Position})
			if err == nil && tag.RowsAffected() == 0 {
				return errOutdated()
			}
			return explain(err)
		}, authz.GeneralSecurityOfficer)
	})
	if err != nil {
		return fmt.Errorf("changing a post: %w", err)
	}
	return nil
}

func errNoPost() error {
	return fault.New(fault.NotFound, "この職は見つかりません。「体制」から選び直してください。")
}

// PostsOf lists the posts of the section with that code, or of none, in their
// order.
func (s *Service) PostsOf(ctx context.Context, actor authz.Actor, section string) ([]Post, error) {
	return s.posts(ctx, actor, `po.section_id IS NOT DISTINCT FROM (SELECT id FROM section WHERE code = @code) ORDER BY po.position, po.id`,
		pgx.StrictNamedArgs{"code": section})
}

// Post returns a post; NotFound if there is none.
func (s *Service) Post(ctx context.Context, actor authz.Actor, id int64) (Post, error) {
	posts, err := s.posts(ctx, actor, `po.id = @id`, pgx.StrictNamedArgs{"id": id})
	return theOne(posts, err, errNoPost())
}

// posts lists those that fulfil a condition on po, with its arguments.
func (s *Service) posts(ctx context.Context, actor authz.Actor, condition string, args pgx.StrictNamedArgs) ([]Post, error) {
	if err := maySee(actor); err != nil {
		return nil, err
	}
	return postgres.List[Post](ctx, s.pool, "listing posts", `
		SELECT po.id, coalesce(po.section_id, 0) AS section, coalesce(s.code, '') AS section_code, coalesce(s.name, '') AS section_name,
		       po.title, po.single_holder, po.position, po.version
		FROM post po LEFT JOIN section s ON s.id = po.section_id WHERE `+condition, args)
}
