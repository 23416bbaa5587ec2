package disposal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Files are what may be attached.
var Files = []attachment.Kind{attachment.Document, attachment.Picture}

// MostFiles is how many files a disposal may have.
const MostFiles = 50

// FileKind is what a file shows.
type FileKind string

// FileKinds are what files may show, in the order in which they are offered.
var FileKinds = []asset.Choice[FileKind]{{Value: "certificate", Title: "証明書"}, {Value: "picture", Title: "写真"}, {Value: "other", Title: "そのほか"}}

// Title is what the kind is called.
func (k FileKind) Title() string { return asset.TitleOf(FileKinds, k) }

// File is a certificate or a picture.
type File struct {
	Number int // among those of its disposal
	Kind   FileKind
	Name   string
	Type   string
	Size   int64
	By     string
	At     time.Time
}

// FilesOf lists the files of a disposal, by its code. NotFound where there is none that the
// actor may see.
func (s *Service) FilesOf(ctx context.Context, actor authz.Actor, code string) ([]File, error) {
	d, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[File](ctx, s.pool, "listing the files of a disposal", `
		SELECT f.number, f.kind, a.name, a.media_type AS type, a.size, coalesce(p.name, '') AS by, f.added_at AS at
		FROM disposal_file f JOIN attachment_shown a ON a.id = f.attachment_id LEFT JOIN person_shown p ON p.id = f.added_by
		WHERE f.disposal_id = @id ORDER BY f.number`, pgx.StrictNamedArgs{"id": d.ID})
}

// File is a file of a disposal, by its id among the attachments. NotFound where there is none.
func (s *Service) File(ctx context.Context, actor authz.Actor, code string, number int) (int64, error) {
	d, err := s.Find(ctx, actor, code)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.pool.QueryRow(ctx, `SELECT attachment_id FROM disposal_file WHERE disposal_id = @id AND number = @number`, pgx.StrictNamedArgs{"id": d.ID, "number": number}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.New(fault.NotFound, "この書類は、見つかりません。廃棄の画面で確かめてください。")
	}
	if err != nil {
		return 0, fmt.Errorf("looking for a file of a disposal: %w", err)
	}
	return id, nil
}

// Attach adds a file that the actor has sent to a disposal that has not ended.
func (s *Service) Attach(ctx context.Context, actor authz.Actor, code string, kind FileKind, file attachment.File) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		d, err := find(ctx, tx, actor, code, "FOR UPDATE OF d")
		if err == nil {
			err = tx.Allow(authz.DisposeAssets, authz.Matter{OwnersSection: d.Section})
		}
		if err != nil {
			return door.Unchanged(), err
		}
		if d.How == WriteOff || d.State != Waiting && d.State != Done {
			return door.Unchanged(), fault.New(fault.Conflict, "この廃棄は「"+d.State.Title()+"」のため、書類を加えられません。")
		}
		var p problems
		if !asset.Among(FileKinds, kind) {
			p.add("kind", "証明書か写真かを選んでください。")
		}
		if file.Token == "" {
			p.add(attachment.Field, "ファイルを選んでください。")
		}
		if err := fault.InvalidFields(p); err != nil {
			return door.Unchanged(), err
		}
		tied, err := attachment.Tie(ctx, tx, actor, file.Token)
		if err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO disposal_file (disposal_id, number, kind, attachment_id, added_by, added_at)
			SELECT @id, coalesce(max(number), 0) + 1, @kind, @file::bigint, @by, @now FROM disposal_file WHERE disposal_id = @id HAVING count(*) < @most`,
			pgx.StrictNamedArgs{"id": d.ID, "kind": string(kind), "file": tied, "by": actor.Person, "now": tx.Now, "most": MostFiles})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("attaching to a disposal: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("書類は、1つの廃棄に%d件までです。", MostFiles))
		}
		return door.Effect{Subject: trail.Subject{Kind: about, ID: d.ID}, Fields: []string{"file"}, Refs: map[string]int64{"attachment": tied}}, nil
	})
}
