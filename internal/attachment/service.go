package attachment

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/attachment/clamd"
	"kagami/internal/attachment/picture"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

const (
	// pieceSize is how large the pieces of a file are but the last, in bytes: one with
	// what stands around it in PostgreSQL's answer fits into a buffer of 128 kB.
	pieceSize = 120 << 10
	// mostUntied is how many files somebody may have that hang on nothing yet; for
	// another, their oldest goes.
	mostUntied = 5
	// untiedLife is after how long a file is swept that hangs on nothing.
	untiedLife = 24 * time.Hour
)

// Service keeps files, in a database.
type Service struct {
	pool     *pgxpool.Pool
	now      func() time.Time
	scanner  *clamd.Scanner
	pictures chan struct{} // held by whoever makes a picture smaller: one, for the memory that it takes
}

// New makes the service. scanner looks for viruses; nil where the town has none.
func New(pool *pgxpool.Pool, now func() time.Time, scanner *clamd.Scanner) *Service {
	return &Service{pool: pool, now: now, scanner: scanner, pictures: make(chan struct{}, 1)}
}

// File is a file that is kept.
type File struct {
	Token  string // by which its sender names it as long as it hangs on nothing
	Name   string
	Type   string // its media type: application/pdf
	Size   int64  // bytes
	SHA256 []byte
}

// Upload takes a file in, piece by piece, and returns it when it is whole and was
// looked at: it may be tied then. kinds are what may be attached. A file that is
// refused leaves nothing behind. Invalid for one that is empty, damaged or has a
// virus, Unsupported for one of no such kind or that is not what its name says,
// TooLarge beyond its kind's size, Unavailable where the town's scanner does not
// answer. What body fails with comes back as it is.
func (s *Service) Upload(ctx context.Context, actor authz.Actor, name string, body io.Reader, kinds ...Kind) (File, error) {
	if actor.Person == 0 {
		return File{}, fault.New(fault.Unauthenticated, "サインインしてから、ファイルを選んでください。")
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return File{}, err
	}
	head = head[:n]
	kind, of, err := typeOf(head, kinds)
	if err != nil {
		return File{}, err
	}
	if name, err = of.called(Harmless(name)); err != nil {
		return File{}, err
	}
	begun, err := s.begin(ctx, actor, name)
	if err != nil {
		return File{}, err
	}
	file, err := s.takeIn(ctx, begun, io.MultiReader(bytes.NewReader(head), body), kind, of)
	if err != nil {
		s.remove(ctx, begun.id)
		return File{}, err
	}
	return file, nil
}

// begun is a file whose pieces are on their way.
type begun struct {
	id          int64
	token, name string
}

// begin begins a file. Of those of its sender's that hang on nothing, only some stay.
func (s *Service) begin(ctx context.Context, actor authz.Actor, name string) (begun, error) {
	b := begun{token: rand.Text(), name: name}
	_, err := s.pool.Exec(ctx, `
		DELETE FROM attachment WHERE id IN (
			SELECT a.id FROM attachment a WHERE a.begun_by = $1 AND NOT EXISTS (SELECT FROM attachment_tie t WHERE t.attachment_id = a.id)
			ORDER BY a.id DESC OFFSET $2)`, actor.Person, mostUntied-1)
	if err != nil && !isTied(err) {
		return b, fmt.Errorf("removing older files: %w", err)
	}
	err = s.pool.QueryRow(ctx, `INSERT INTO attachment (token, name, begun_by, begun_at) VALUES (@token, @name, @person, @now) RETURNING id`,
		pgx.StrictNamedArgs{"token": b.token, "name": name, "person": actor.Person, "now": s.now()}).Scan(&b.id)
	if err != nil {
		return b, fmt.Errorf("beginning a file: %w", err)
	}
	return b, nil
}

// isTied tells whether files were not removed since one of them was tied meanwhile.
func isTied(err error) bool {
	return postgres.Constraint(err) == "attachment_tie_attachment_id_fkey"
}

// remove removes a file that hangs on nothing, also where its sender has gone; where
// it fails, the sweep does it.
func (s *Service) remove(ctx context.Context, id int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, _ = s.pool.Exec(ctx, `DELETE FROM attachment WHERE id = $1`, id)
}

// takeIn writes a file's pieces, looks at it, and finishes it.
func (s *Service) takeIn(ctx context.Context, b begun, body io.Reader, kind Kind, of mediaType) (File, error) {
	w := s.write(ctx, b.id)
	if _, err := io.CopyBuffer(w, io.LimitReader(body, kind.Most+1), make([]byte, 32<<10)); err != nil {
		return File{}, gone(err)
	}
	if err := w.flush(); err != nil {
		return File{}, gone(err)
	}
	if w.size > kind.Most {
		return File{}, problem(fault.TooLarge, "ファイルが大きすぎます。"+kind.String()+"です。小さくするか、分けてから、選んでください。")
	}
	scanned, err := s.scan(ctx, b.id, w.size)
	if err != nil {
		return File{}, err
	}
	if of.picture {
		return s.shrink(ctx, b, w.size, of, scanned)
	}
	return s.finish(ctx, b, w, of.name, scanned)
}

// finish finishes a file whose pieces are all there.
func (s *Service) finish(ctx context.Context, b begun, w *writer, mediaType string, scanned bool) (File, error) {
	f := File{Token: b.token, Name: b.name, Type: mediaType, Size: w.size, SHA256: w.hash.Sum(nil)}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO attachment_finished (attachment_id, media_type, size, sha256, scanned, finished_at) VALUES (@id, @type, @size, @sha256, @scanned, @now)`,
		pgx.StrictNamedArgs{"id": b.id, "type": f.Type, "size": f.Size, "sha256": f.SHA256, "scanned": scanned, "now": s.now()})
	if err != nil {
		return File{}, gone(fmt.Errorf("finishing a file: %w", err))
	}
	return f, nil
}

// scan has a file scanned that is not finished yet; false where the town has no
// scanner.
func (s *Service) scan(ctx context.Context, id, size int64) (scanned bool, err error) {
	if s.scanner == nil {
		return false, nil
	}
	c := s.content(ctx, id, size)
	defer c.Close() //nolint:errcheck // it was read only
	return true, atFile(s.scanner.Scan(ctx, c))
}

// shrink puts a picture that was made anew in the place of what was sent.
func (s *Service) shrink(ctx context.Context, sent begun, size int64, of mediaType, scanned bool) (File, error) {
	select {
	case s.pictures <- struct{}{}:
		defer func() { <-s.pictures }()
	case <-ctx.Done():
		return File{}, fmt.Errorf("waiting to make a picture smaller: %w", ctx.Err())
	}
	made, err := s.successor(ctx, sent)
	if err != nil {
		return File{}, err
	}
	w, c := s.write(ctx, made.id), s.content(ctx, sent.id, size)
	defer c.Close() //nolint:errcheck // it was read only
	file := File{}
	err = atFile(picture.Shrink(ctx, c, w, of.name))
	if err == nil {
		err = w.flush()
	}
	if err == nil {
		file, err = s.finish(ctx, made, w, of.name, scanned)
	}
	if err != nil {
		s.remove(ctx, made.id)
		return File{}, gone(err)
	}
	s.remove(ctx, sent.id)
	return file, nil
}

// successor begins the file that takes another's place.
func (s *Service) successor(ctx context.Context, b begun) (begun, error) {
	made := begun{token: rand.Text(), name: b.name}
	err := s.pool.QueryRow(ctx, `
		INSERT INTO attachment (token, name, begun_by, begun_at) SELECT $2, name, begun_by, begun_at FROM attachment WHERE id = $1 RETURNING id`,
		b.id, made.token).Scan(&made.id)
	if err != nil {
		return made, gone(fmt.Errorf("beginning a picture: %w", err))
	}
	return made, nil
}

// gone says so where a file was removed while it came in, since its sender has begun
// others after it; any other failure comes back as it is.
func gone(err error) error {
	if postgres.Constraint(err) == "attachment_piece_attachment_id_fkey" || postgres.Constraint(err) == "attachment_whole" ||
		postgres.Constraint(err) == "attachment_finished_attachment_id_fkey" || errors.Is(err, pgx.ErrNoRows) {
		return problem(fault.Conflict, "ほかのファイルを続けて送ったため、このファイルの受け取りをやめました。もう一度選んでください。")
	}
	return err
}

// writer writes the pieces of a file.
type writer struct {
	ctx    context.Context //nolint:containedctx // it lives as long as one call
	pool   *pgxpool.Pool
	id     int64
	number int
	piece  []byte
	size   int64
	hash   hash.Hash
}

func (s *Service) write(ctx context.Context, id int64) *writer {
	return &writer{ctx: ctx, pool: s.pool, id: id, piece: make([]byte, 0, pieceSize), hash: sha256.New()}
}

func (w *writer) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		n := min(len(p), pieceSize-len(w.piece))
		w.piece, p = append(w.piece, p[:n]...), p[n:]
		if len(w.piece) == pieceSize {
			if err := w.flush(); err != nil {
				return 0, err
			}
		}
	}
	return written, nil
}

// flush writes what has come since the last piece.
func (w *writer) flush() error {
	if len(w.piece) == 0 {
		return nil
	}
	_, err := w.pool.Exec(w.ctx, `INSERT INTO attachment_piece (attachment_id, number, body) VALUES ($1, $2, $3)`, w.id, w.number, w.piece)
	if err != nil {
		return fmt.Errorf("writing a piece of a file: %w", err)
	}
	w.hash.Write(w.piece)
	w.size += int64(len(w.piece))
	w.number, w.piece = w.number+1, w.piece[:0]
	return nil
}

// Tie ties a file that the actor has sent to what it is to hang on, in the change by
// which its owner records that, and returns the id that the owner keeps. From then on
// the file stays. Conflict where it is not theirs, was swept, or hangs on something.
func Tie(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO attachment_tie (attachment_id, tied_at)
		SELECT a.id, @now FROM attachment a JOIN attachment_finished f ON f.attachment_id = a.id WHERE a.token = @token AND a.begun_by = @person
		RETURNING attachment_id`, pgx.StrictNamedArgs{"token": token, "person": actor.Person, "now": tx.Now}).Scan(&id)
	switch constraint := postgres.Constraint(err); {
	case errors.Is(err, pgx.ErrNoRows), constraint == "attachment_tie_pkey", constraint == "attachment_tie_attachment_id_fkey":
		return 0, problem(fault.Conflict, "付けたファイルが、もう残っていません（一日で消えます）。ファイルを選び直してください。")
	case err != nil:
		return 0, fmt.Errorf("tying a file: %w", err)
	}
	return id, nil
}

// TieUnnamed is Tie of a file of which nobody shall find out here who has sent it: from then
// on it has no sender.
func TieUnnamed(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (int64, error) {
	id, err := Tie(ctx, tx, actor, token)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `UPDATE attachment SET begun_by = NULL WHERE id = $1`, id); err != nil {
		return 0, fmt.Errorf("forgetting who has sent a file: %w", err)
	}
	return id, nil
}

// Untied returns a file that the actor has sent and that hangs on nothing yet, for a
// form that comes back. NotFound where there is none.
func (s *Service) Untied(ctx context.Context, actor authz.Actor, token string) (File, error) {
	f, err := postgres.One[File](ctx, s.pool, "looking for a file", `
		SELECT a.token, a.name, f.media_type AS type, f.size, f.sha256 FROM attachment a JOIN attachment_finished f ON f.attachment_id = a.id
		WHERE a.token = @token AND a.begun_by = @person AND NOT EXISTS (SELECT FROM attachment_tie t WHERE t.attachment_id = a.id)`,
		pgx.StrictNamedArgs{"token": token, "person": actor.Person})
	if errors.Is(err, pgx.ErrNoRows) {
		return File{}, errNone()
	}
	return f, err
}

func errNone() error {
	return fault.New(fault.NotFound, "このファイルは見つかりません。前の画面を開き直してください。")
}
