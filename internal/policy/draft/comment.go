package draft

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Comment is what somebody has to say on a clause of a draft. It never changes,
// and is resolved once. Who sees drafts sees it, and nobody sees it on what has
// been published.
type Comment struct {
	Number int             // 意見1, 意見2, … of one draft
	Clause CommentedClause // as it was
	Now    Place           // where the clause stands in the draft
	Text   string
	By     string
	At     time.Time
	// ResolvedBy is who has resolved it; empty for nobody yet.
	ResolvedBy string
	ResolvedAt time.Time

	writer int64
}

// Unresolved tells whether nobody has resolved it yet.
func (c Comment) Unresolved() bool { return c.ResolvedBy == "" }

// Resolvable tells whether an actor may resolve it: who drafts, or who wrote it.
func (c Comment) Resolvable(actor authz.Actor) bool {
	return c.Unresolved() && actor.Reach(resolving(actor, c.writer)) == authz.All
}

// resolving is the action of resolving what somebody wrote.
func resolving(actor authz.Actor, writer int64) authz.Action {
	if actor.Person == writer {
		return authz.CommentDraft
	}
	return authz.DraftRevision
}

// Commentable tells whether an actor may comment on a draft.
func (d Summary) Commentable(actor authz.Actor) bool {
	return actor.Reach(authz.CommentDraft) == authz.All
}

// Comments lists the comments on a draft that Draft has returned to the actor,
// in the order of its clauses, and last those on clauses that have gone.
func (s *Service) Comments(ctx context.Context, actor authz.Actor, d Draft) ([]Comment, error) {
	if !MaySee(actor) && len(d.offers) == 0 {
		return nil, policy.NoDocument()
	}
	type row struct {
		Number                             int
		Anchor, Citation, Heading, Wording string
		Text                               string
		Writer                             int64
		By                                 string
		At                                 time.Time
		ResolvedBy                         string     // empty for nobody
		ResolvedAt                         *time.Time // nil until then
	}
	readable, args := policy.Readable(actor)
	args["revision"] = d.Revision
	rows, err := postgres.List[row](ctx, s.pool, "listing comments", `
		SELECT c.number, c.anchor, c.citation, c.heading, c.wording, c.text, c.written_by AS writer, w.name AS by, c.written_at AS at,
		       coalesce(p.name, '') AS resolved_by, e.resolved_at
		FROM draft_comment c JOIN revision r ON r.id = c.revision_id JOIN document d ON d.id = r.document_id JOIN person_shown w ON w.id = c.written_by
		LEFT JOIN draft_comment_resolution e ON e.comment_id = c.id LEFT JOIN person_shown p ON p.id = e.resolved_by
		WHERE r.id = @revision AND `+readable+` ORDER BY c.number`, args)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, nil
	}
	places := newPlaces(d.Outline)
	comments := make([]Comment, len(rows))
	for i, r := range rows {
		clause := CommentedClause{Anchor: r.Anchor, Citation: r.Citation, Heading: r.Heading, Wording: r.Wording}
		comments[i] = Comment{
			Number: r.Number, Clause: clause, Now: places.of(clause), Text: r.Text, By: r.By, At: r.At,
			ResolvedBy: r.ResolvedBy, ResolvedAt: orZero(r.ResolvedAt), writer: r.Writer,
		}
	}
	slices.SortStableFunc(comments, func(a, b Comment) int { return a.Now.order - b.Now.order })
	return comments, nil
}

// orZero is an instant as the database gives it; zero where there is none.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

// NewComment is a comment as it is written.
type NewComment struct {
	Anchor string // of the clause
	Text   string
	SHA256 []byte // of the draft's text that was shown
}

const maxComment = 2000 // characters

// check tells what is wrong with a comment, and finds its clause.
func (n NewComment) check(o *outline.Outline) (outline.Anchored, []fault.Problem) {
	var problems []fault.Problem
	list := o.Anchors()
	at := slices.IndexFunc(list, func(a outline.Anchored) bool { return a.Anchor == n.Anchor })
	switch {
	case n.Anchor == "":
		problems = append(problems, fault.Problem{Field: "clause", Message: "どの項目への意見かを選んでください。"})
	case at < 0:
		problems = append(problems, fault.Problem{Field: "clause", Message: "選んだ項目は、いまの本文にありません。選び直してください。"})
	}
	if strings.TrimSpace(n.Text) == "" {
		problems = append(problems, fault.Problem{Field: "text", Message: "意見を入力してください。"})
	}
	problems = append(problems, policy.CheckLength("text", n.Text, maxComment)...)
	if len(problems) > 0 {
		return outline.Anchored{}, problems
	}
	return list[at], nil
}

// WriteComment writes a comment on a clause of a document's draft. Conflict
// where the text has changed since it was shown: the clause may be another.
func (s *Service) WriteComment(ctx context.Context, actor authz.Actor, code string, n NewComment) error {
	return s.onDraft(ctx, actor, "writing a comment", code, func(tx *door.Tx, actor authz.Actor, l Locked) (door.Effect, error) {
		if err := tx.Allow(authz.CommentDraft, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if !bytes.Equal(l.SHA256, n.SHA256) {
			return door.Unchanged(), fault.New(fault.Conflict, "この下書きは、表示した後に変わりました。意見を書く項目がいまも合っているか確かめて、もう一度押してください。")
		}
		text, err := policy.LoadOutline(ctx, tx, l.Revision)
		if err != nil {
			return door.Unchanged(), err
		}
		on, problems := n.check(text)
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO draft_comment (revision_id, number, anchor, citation, heading, wording, text, written_by, written_at)
			SELECT @revision, coalesce(max(number), 0) + 1, @anchor, @citation, @heading, @wording, @text, @writer, @now
			FROM draft_comment WHERE revision_id = @revision
			RETURNING id`, pgx.StrictNamedArgs{
			"revision": l.Revision, "anchor": on.Anchor, "citation": on.Citation, "heading": on.Heading, "wording": on.Text,
			"text": n.Text, "writer": actor.Person, "now": tx.Now,
		}).Scan(&id)
		if err != nil {
			return door.Unchanged(), err
		}
		notices, err := tellOfComment(ctx, tx, actor, l.Revision)
		return door.Effect{
			Subject: trail.Subject{Kind: "draft_comment", ID: id}, Fields: []string{"text"},
			Refs:         map[string]int64{"revision": l.Revision, "document": l.Document},
			Confidential: map[string]any{"clause": on.Citation, "text": n.Text}, Notices: notices,
		}, err
	})
}

// ResolveComment says that a comment has been dealt with (済み): for who drafts, or
// who wrote it. Conflict where somebody has said so before.
func (s *Service) ResolveComment(ctx context.Context, actor authz.Actor, code string, number int) error {
	return s.onDraft(ctx, actor, "resolving a comment", code, func(tx *door.Tx, actor authz.Actor, l Locked) (door.Effect, error) {
		var (
			id, writer int64
			resolved   bool
		)
		err := tx.QueryRow(ctx, `
			SELECT c.id, c.written_by, EXISTS (SELECT FROM draft_comment_resolution WHERE comment_id = c.id)
			FROM draft_comment c WHERE c.revision_id = $1 AND c.number = $2::bigint`, l.Revision, number).Scan(&id, &writer, &resolved)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), fault.New(fault.NotFound, "この意見は見つかりません。下書きの画面を開き直してください。")
		}
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(resolving(actor, writer), authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if resolved {
			return door.Unchanged(), fault.New(fault.Conflict, "この意見は、すでに済みになっています。下書きの画面を開き直してください。")
		}
		_, err = tx.Exec(ctx, `INSERT INTO draft_comment_resolution (comment_id, resolved_by, resolved_at) VALUES ($1, $2, $3)`, id, actor.Person, tx.Now)
		return door.Effect{
			Subject: trail.Subject{Kind: "draft_comment", ID: id}, Fields: []string{"resolved"},
			Refs: map[string]int64{"revision": l.Revision, "document": l.Document},
		}, err
	})
}

// onDraft makes a change beside a document's draft, which it locks: NotFound
// where there is none that the actor may see.
func (s *Service) onDraft(ctx context.Context, actor authz.Actor, doing, code string, change func(tx *door.Tx, actor authz.Actor, l Locked) (door.Effect, error)) error {
	if !MaySee(actor) {
		return policy.NoDocument()
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		l, found, err := lock(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if !found {
			return door.Unchanged(), policy.NoDocument()
		}
		return change(tx, actor, l)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
