// Package paper is the papers of assets: the manual of a system, the drawing of a network,
// the contract by which a service is used. Who sees an asset reads its papers; who may
// change it adds and removes them, as long as it has not ended.
package paper

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Kinds are the files that papers may be.
var Kinds = []attachment.Kind{attachment.Document, attachment.Picture}

const (
	// MostTitle is how long a title may be, in characters.
	MostTitle = 100
	// MostWhy is how long a reason may be, in characters.
	MostWhy = 500
	// Most is how many papers an asset may have at a time.
	Most = 100
)

// Service is the papers in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	assets *asset.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service) *Service {
	return &Service{pool, d, assets}
}

// Paper is a file that belongs to an asset.
type Paper struct {
	Number    int // among those of its asset
	Title     string
	FileName  string
	FileType  string
	FileSize  int64
	By        string
	At        time.Time
	RemovedAt *time.Time // nil where it is there
	RemovedBy string
	Why       string // why it was removed
}

// List lists the papers of an asset, the newest first, with those that were removed.
// NotFound where the actor may not see it.
func (s *Service) List(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Paper, error) {
	if err := a.AskSee(actor); err != nil {
		return nil, err
	}
	return postgres.List[Paper](ctx, s.pool, "listing the papers of an asset", `
		SELECT p.number, p.title, f.name AS file_name, f.media_type AS file_type, f.size AS file_size, coalesce(n.name, '') AS by, p.added_at AS at,
		       r.removed_at, coalesce(m.name, '') AS removed_by, coalesce(r.why, '') AS why
		FROM asset_paper p JOIN attachment_shown f ON f.id = p.attachment_id LEFT JOIN person_shown n ON n.id = p.added_by
		LEFT JOIN asset_paper_removal r ON r.paper_id = p.id LEFT JOIN person_shown m ON m.id = r.removed_by
		WHERE p.asset_id = @asset ORDER BY p.number DESC`, pgx.StrictNamedArgs{"asset": a.ID})
}

// File is the file of a paper, by its id among the attachments. NotFound where there is
// none, or it was removed.
func (s *Service) File(ctx context.Context, actor authz.Actor, code string, number int) (int64, error) {
	a, err := s.assets.Find(ctx, actor, code)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.pool.QueryRow(ctx, `
		SELECT p.attachment_id FROM asset_paper p
		WHERE p.asset_id = @asset AND p.number = @number AND NOT EXISTS (SELECT FROM asset_paper_removal r WHERE r.paper_id = p.id)`,
		pgx.StrictNamedArgs{"asset": a.ID, "number": number}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errNone()
	}
	if err != nil {
		return 0, fmt.Errorf("looking for a paper: %w", err)
	}
	return id, nil
}

func errNone() error {
	return fault.New(fault.NotFound, "この書類は、見つかりません。取り除かれていないか、書類の一覧で確かめてください。")
}

// lock finds an asset whose papers the actor may change, and lets nobody else change them
// meanwhile.
func lock(ctx context.Context, tx *door.Tx, actor authz.Actor, code string) (asset.Asset, error) {
	a, err := asset.FindIn(ctx, tx, actor, code)
	if err != nil {
		return a, err
	}
	if err := tx.Allow(authz.ChangeAssets, authz.Matter{OwnersSection: a.Section}); err != nil {
		return a, err
	}
	return a, a.AskChange(actor)
}

// Add adds a file that the actor has sent to an asset's papers, under a title; without one
// under the file's name.
func (s *Service) Add(ctx context.Context, actor authz.Actor, code, title string, file attachment.File) error {
	if title = strings.TrimSpace(title); title == "" {
		title = file.Name
		for utf8.RuneCountInString(title) > MostTitle {
			_, size := utf8.DecodeLastRuneInString(title)
			title = title[:len(title)-size]
		}
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, err := lock(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		var problems []fault.Problem
		if utf8.RuneCountInString(title) > MostTitle || strings.ContainsAny(title, "\r\n\x00") {
			problems = append(problems, fault.Problem{Field: "title", Message: fmt.Sprintf("書類の名前を、1行、%d字までで入力してください。", MostTitle)})
		}
		if file.Token == "" {
			problems = append(problems, fault.Problem{Field: attachment.Field, Message: "ファイルを選んでください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		tied, err := attachment.Tie(ctx, tx, actor, file.Token)
		if err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO asset_paper (asset_id, number, title, attachment_id, added_by, added_at)
			SELECT @asset, coalesce(max(p.number), 0) + 1, @title, @file::bigint, nullif(@by, 0::bigint), @now FROM asset_paper p
			LEFT JOIN asset_paper_removal r ON r.paper_id = p.id WHERE p.asset_id = @asset HAVING count(*) - count(r.paper_id) < @most`,
			pgx.StrictNamedArgs{"asset": a.ID, "title": title, "file": tied, "by": actor.Person, "now": tx.Now, "most": Most})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("adding a paper: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("書類は、1つの情報資産に%d件までです。要らない書類を取り除いてから、加えてください。", Most))
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"paper"}, Refs: map[string]int64{"attachment": tied},
			Confidential: map[string]any{"title": title},
		}, nil
	})
}

// Remove removes a paper, with the reason why. NotFound where it is not there.
func (s *Service) Remove(ctx context.Context, actor authz.Actor, code string, number int, why string) error {
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, err := lock(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if n := utf8.RuneCountInString(why); n == 0 || n > MostWhy {
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "why", Message: fmt.Sprintf("取り除く理由を、%d字までで書いてください。", MostWhy)}})
		}
		var file int64
		err = tx.QueryRow(ctx, `
			WITH gone AS (
				INSERT INTO asset_paper_removal (paper_id, why, removed_by, removed_at)
				SELECT p.id, @why, nullif(@by, 0::bigint), @now FROM asset_paper p
				WHERE p.asset_id = @asset AND p.number = @number AND NOT EXISTS (SELECT FROM asset_paper_removal r WHERE r.paper_id = p.id)
				RETURNING paper_id)
			SELECT p.attachment_id FROM gone JOIN asset_paper p ON p.id = gone.paper_id`,
			pgx.StrictNamedArgs{"asset": a.ID, "number": number, "why": why, "by": actor.Person, "now": tx.Now}).Scan(&file)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), errNone()
		}
		if err != nil {
			return door.Unchanged(), fmt.Errorf("removing a paper: %w", err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"paper"}, Refs: map[string]int64{"attachment": file},
			Confidential: map[string]any{"why": why},
		}, nil
	})
}
