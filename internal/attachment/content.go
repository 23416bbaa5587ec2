package attachment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// Content is a file that is read: an io.ReadSeeker that holds one piece of it at a
// time. It is Closed after use.
type Content struct {
	File
	At time.Time // when it was finished

	ctx    context.Context //nolint:containedctx // it is the request's, as io.ReadSeeker has none
	pool   *pgxpool.Pool
	id     int64
	offset int64
	piece  *[]byte // from buffers; nil before the first is read
	number int64   // of the piece
}

// buffers hold pieces.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, pieceSize); return &b }}

// Open opens a file that hangs on a matter. find is of the matter's owner: it
// returns the id that Tie gave, if the actor may read what hangs on the matter, and
// otherwise the refusal that Open returns.
func (s *Service) Open(ctx context.Context, actor authz.Actor, find func(context.Context, authz.Actor) (int64, error)) (*Content, error) {
	id, err := find(ctx, actor)
	if err != nil {
		return nil, err
	}
	type row struct {
		Name, Type string
		Size       int64
		SHA256     []byte
		At         time.Time
	}
	r, err := postgres.One[row](ctx, s.pool, "opening a file", `
		SELECT a.name, f.media_type AS type, f.size, f.sha256, f.finished_at AS at
		FROM attachment a JOIN attachment_finished f ON f.attachment_id = a.id JOIN attachment_tie t ON t.attachment_id = a.id WHERE a.id = $1`, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNone()
	}
	if err != nil {
		return nil, err
	}
	c := s.content(ctx, id, r.Size)
	c.File, c.At = File{Name: r.Name, Type: r.Type, Size: r.Size, SHA256: r.SHA256}, r.At
	return c, nil
}

func (s *Service) content(ctx context.Context, id, size int64) *Content {
	return &Content{File: File{Size: size}, ctx: ctx, pool: s.pool, id: id}
}

// Read reads on, from the piece that it holds or from the next.
func (c *Content) Read(p []byte) (int, error) {
	if c.offset >= c.Size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if number := c.offset / pieceSize; c.piece == nil || c.number != number {
		if err := c.load(number); err != nil {
			return 0, err
		}
	}
	n := copy(p, (*c.piece)[c.offset%pieceSize:])
	c.offset += int64(n)
	return n, nil
}

// Seek moves to an offset. Nothing is read before Read.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.offset
	case io.SeekEnd:
		offset += c.Size
	}
	if offset < 0 {
		return 0, errors.New("seeking before the beginning of a file")
	}
	c.offset = offset
	return offset, nil
}

// Close gives back the memory of the piece that it holds.
func (c *Content) Close() error {
	if c.piece != nil {
		buffers.Put(c.piece)
		c.piece = nil
	}
	return nil
}

// load takes a piece in the place of the one that it holds.
func (c *Content) load(number int64) error {
	if c.piece == nil {
		c.piece, _ = buffers.Get().(*[]byte)
	}
	c.number = -1
	rows, err := c.pool.Query(c.ctx, `SELECT body FROM attachment_piece WHERE attachment_id = $1 AND number = $2`, c.id, number)
	if err != nil {
		return fmt.Errorf("reading a piece of a file: %w", err)
	}
	defer rows.Close()
	found := rows.Next()
	if found {
		var body pgtype.DriverBytes // of the connection: it is copied before the next is read
		if err := rows.Scan(&body); err != nil {
			return fmt.Errorf("reading a piece of a file: %w", err)
		}
		*c.piece = append((*c.piece)[:0], body...)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading a piece of a file: %w", err)
	}
	if want := min(pieceSize, c.Size-number*pieceSize); !found || int64(len(*c.piece)) != want {
		return fmt.Errorf("piece %d of file %d is not as it was written", number, c.id)
	}
	c.number = number
	return nil
}
