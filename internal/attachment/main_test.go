package attachment_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"testing"
	"time"

	"kagami/internal/attachment"
	"kagami/internal/attachment/clamd"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk is where somebody attaches files.
type desk struct {
	*attachment.Service
	t      testing.TB
	db     pgtest.DB
	door   *door.Door
	sender authz.Actor
	later  time.Duration // that the clock has gone on
}

func newDesk(t testing.TB, scanner *clamd.Scanner) *desk {
	t.Helper()
	d := &desk{t: t, db: databases.New(t)}
	clock := func() time.Time { return now.Add(d.later) }
	d.Service, d.door = attachment.New(d.db.Pool, clock, scanner), door.New(d.db.Pool, clock)
	d.sender = d.person("1")
	return d
}

// person is somebody with a 職員番号, who may do all that a test here does.
func (d *desk) person(number string) authz.Actor {
	d.t.Helper()
	actor := authz.Actor{Name: "見本", Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	must(d.t, d.db.Owner(d.t).QueryRow(d.t.Context(), `INSERT INTO person (staff_number, name, furigana) VALUES ($1, '見本', 'ミホン') RETURNING id`, number).Scan(&actor.Person))
	return actor
}

func (d *desk) send(name string, body io.Reader) (attachment.File, error) {
	return d.Upload(d.t.Context(), d.sender, name, body, attachment.Document, attachment.Picture, attachment.Video)
}

func (d *desk) sent(name string, body []byte) attachment.File {
	d.t.Helper()
	f, err := d.send(name, bytes.NewReader(body))
	must(d.t, err)
	return f
}

// tie ties a file as an owner's change does.
func (d *desk) tie(actor authz.Actor, token string) (id int64, err error) {
	return d.tieBy(actor, token, attachment.Tie)
}

// tieBy is tie in one of the ways to tie a file.
func (d *desk) tieBy(actor authz.Actor, token string, tie func(context.Context, *door.Tx, authz.Actor, string) (int64, error)) (id int64, err error) {
	err = d.door.Do(d.t.Context(), actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeSettings, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		id, err = tie(d.t.Context(), tx, actor, token)
		return door.Effect{Subject: trail.Subject{Kind: "setting", ID: 1}}, err
	})
	return id, err
}

// tied is a file that hangs on something.
func (d *desk) tied(name string, body []byte) int64 {
	d.t.Helper()
	id, err := d.tie(d.sender, d.sent(name, body).Token)
	must(d.t, err)
	return id
}

// open opens a file for somebody who may read it.
func (d *desk) open(id int64) *attachment.Content {
	d.t.Helper()
	c, err := d.Open(d.t.Context(), d.sender, func(context.Context, authz.Actor) (int64, error) { return id, nil })
	must(d.t, err)
	d.t.Cleanup(func() { must(d.t, c.Close()) })
	return c
}

func (d *desk) count(table string) (n int) {
	d.t.Helper()
	must(d.t, d.db.Pool.QueryRow(d.t.Context(), `SELECT count(*) FROM `+table).Scan(&n))
	return n
}

// leavesNothing tells whether a file that was refused is gone.
func (d *desk) leavesNothing(name string) {
	d.t.Helper()
	for _, table := range []string{"attachment", "attachment_piece", "attachment_finished"} {
		if n := d.count(table); n != 0 {
			d.t.Errorf("%s leaves %d rows in %s", name, n, table)
		}
	}
}

func isKind(t testing.TB, name string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v, want %s", name, err, kind)
	}
}

// pdf is a file of a size that counts as a PDF.
func pdf(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i * i >> 8)
	}
	copy(b, "%PDF-1.7\n")
	return b
}

// video is a file of a size that counts as an MP4.
func video(size int) []byte {
	b := pdf(size)
	copy(b, "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41")
	return b
}

// shade is a picture of a size, darker to the right and to the bottom.
func shade(width, height int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.SetRGBA(x, y, color.RGBA{uint8(255 - 200*x/width), uint8(255 - 200*y/height), 100, 255})
		}
	}
	return p
}

func asJPEG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, p, nil))
	return b.Bytes()
}

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, p))
	return b.Bytes()
}
