package attachment_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"io"
	"net"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/attachment"
	"kagami/internal/attachment/clamd"
	"kagami/internal/authz"
	"kagami/internal/fault"
)

const piece = 120 << 10 // bytes

func TestAFileComesBackAsItWasSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	for _, size := range []int{10, piece - 1, piece, piece + 1, 3*piece + 17} {
		body := pdf(size)
		f := d.sent("議事録.pdf", body)
		want := sha256.Sum256(body)
		if f.Size != int64(size) || !bytes.Equal(f.SHA256, want[:]) || f.Name != "議事録.pdf" || f.Type != "application/pdf" {
			t.Errorf("%d bytes were taken in as %+v", size, f)
		}
		id, err := d.tie(d.sender, f.Token)
		must(t, err)
		c := d.open(id)
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, body) || c.Size != int64(size) {
			t.Errorf("%d bytes came back as %d: %v", size, len(got), err)
		}
	}
}

// A reader that goes to and fro finds what stands there.
func TestAFileIsReadFromAnywhere(t *testing.T) {
	t.Parallel()
	d, body := newDesk(t, nil), video(5*piece+99)
	id := d.tied("録画.mp4", body)
	rapid.Check(t, func(r *rapid.T) {
		c := d.open(id)
		for range 5 {
			from := rapid.IntRange(0, len(body)+10).Draw(r, "from")
			length := rapid.IntRange(1, 2*piece).Draw(r, "length")
			_, err := c.Seek(int64(from), io.SeekStart)
			must(t, err)
			got, err := io.ReadAll(io.LimitReader(c, int64(length)))
			must(t, err)
			if want := body[min(from, len(body)):min(from+length, len(body))]; !bytes.Equal(got, want) {
				r.Fatalf("from %d: %d bytes, want %d", from, len(got), len(want))
			}
		}
	})
	c := d.open(id)
	if at, err := c.Seek(-99, io.SeekEnd); err != nil || at != int64(5*piece) {
		t.Errorf("99 before the end: %d, %v", at, err)
	}
	if _, err := c.Seek(-1, io.SeekStart); err == nil {
		t.Error("it seeks before the beginning")
	}
}

// What is refused, and leaves nothing behind.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	cutOff := errors.New("the connection is lost")
	for name, c := range map[string]struct {
		called string
		body   io.Reader
		kind   fault.Kind
		words  string
	}{
		"empty":                   {"議事録.pdf", bytes.NewReader(nil), fault.Invalid, "空です"},
		"too large":               {"議事録.pdf", bytes.NewReader(pdf(20<<20 + 1)), fault.TooLarge, "20 MBまで"},
		"a program":               {"議事録.pdf", strings.NewReader("\x7fELF\x02\x01\x01"), fault.Unsupported, "この種類のファイルは"},
		"HTML":                    {"議事録.html", strings.NewReader("<!DOCTYPE html><script>alert(1)</script>"), fault.Unsupported, "この種類のファイルは"},
		"HTML before a PDF":       {"議事録.pdf", strings.NewReader("<html><script>alert(1)</script>\n%PDF-1.7"), fault.Unsupported, "この種類のファイルは"},
		"a text before a PDF":     {"議事録.pdf", strings.NewReader("hello\n%PDF-1.7"), fault.Unsupported, "この種類のファイルは"},
		"SVG":                     {"図.svg", strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), fault.Unsupported, "この種類のファイルは"},
		"a ZIP":                   {"議事録.docx", strings.NewReader("PK\x03\x04"), fault.Unsupported, "この種類のファイルは"},
		"a PDF called .docx":      {"議事録.docx", bytes.NewReader(pdf(100)), fault.Unsupported, "名前と違います"},
		"a PDF called .exe":       {"議事録.pdf.exe", bytes.NewReader(pdf(100)), fault.Unsupported, "名前と違います"},
		"half a picture":          {"写真.jpg", bytes.NewReader(asJPEG(t, shade(300, 300))[:900]), fault.Invalid, "壊れている"},
		"cut off":                 {"議事録.pdf", io.MultiReader(bytes.NewReader(pdf(3*piece)), iotest.ErrReader(cutOff)), fault.Internal, ""},
		"cut off at once":         {"議事録.pdf", iotest.ErrReader(cutOff), fault.Internal, ""},
		"a picture cut off":       {"写真.png", io.MultiReader(bytes.NewReader(asPNG(t, shade(300, 300))[:900]), iotest.ErrReader(cutOff)), fault.Internal, ""},
		"a PDF where none is due": {"", nil, 0, ""},
	} {
		d := newDesk(t, nil)
		if c.body == nil {
			_, err := d.Upload(t.Context(), d.sender, "議事録.pdf", bytes.NewReader(pdf(100)), attachment.Picture)
			isKind(t, name, err, fault.Unsupported)
			d.leavesNothing(name)
			continue
		}
		_, err := d.send(c.called, c.body)
		isKind(t, name, err, c.kind)
		if err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v does not say %s", name, err, c.words)
		}
		if strings.Contains(name, "cut off") && !errors.Is(err, cutOff) {
			t.Errorf("%s: it hides why: %v", name, err)
		}
		d.leavesNothing(name)
	}
}

// What is beyond the limit is not read on.
func TestAnEndlessFileIsCutAtTheLimit(t *testing.T) {
	t.Parallel()
	d, read := newDesk(t, nil), int64(0)
	endless := iotest.DataErrReader(readerFunc(func(p []byte) (int, error) {
		n := copy(p, pdf(len(p)))
		read += int64(n)
		return n, nil
	}))
	_, err := d.send("議事録.pdf", endless)
	isKind(t, "endless", err, fault.TooLarge)
	if most := attachment.Document.Most + 1<<20; read > most {
		t.Errorf("%d bytes were read of it", read)
	}
	d.leavesNothing("an endless file")
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Where the town has a scanner, nothing is taken in that it has not looked at.
func TestFilesAreScanned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer string
		kind   fault.Kind
		ok     bool
	}{
		"harmless": {"stream: OK\x00", 0, true}, "a virus": {"stream: Sample FOUND\x00", fault.Invalid, false}, "no answer": {"", fault.Unavailable, false},
	} {
		for called, body := range map[string][]byte{"議事録.pdf": pdf(2*piece + 5), "写真.jpg": asJPEG(t, shade(300, 200))} {
			got := make(chan []byte, 1)
			d := newDesk(t, scanner(t, c.answer, got))
			f, err := d.send(called, bytes.NewReader(body))
			if scanned := <-got; !bytes.Equal(scanned, body) {
				t.Errorf("%s: %d bytes were scanned, of %d that were sent", name, len(scanned), len(body))
			}
			if !c.ok {
				isKind(t, name, err, c.kind)
				if e, ok := errors.AsType[*fault.Error](err); !ok || len(e.Problems) != 1 {
					t.Errorf("%s: it is not said at the file: %v", name, err)
				}
				d.leavesNothing(name)
				continue
			}
			must(t, err)
			var scanned bool
			must(t, d.db.Pool.QueryRow(t.Context(), `SELECT f.scanned FROM attachment_finished f JOIN attachment a ON a.id = f.attachment_id WHERE a.token = $1`, f.Token).Scan(&scanned))
			if !scanned {
				t.Errorf("%s: it says that it was not scanned", called)
			}
		}
	}
}

// scanner takes one call in clamd's place, and answers.
func scanner(t *testing.T, answer string, got chan<- []byte) *clamd.Scanner {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // nothing is left to lose
		_, _ = io.CopyN(io.Discard, conn, int64(len("zINSTREAM\x00")))
		var file bytes.Buffer
		for {
			var size uint32
			if err := binary.Read(conn, binary.BigEndian, &size); err != nil || size == 0 {
				break
			}
			_, _ = io.CopyN(&file, conn, int64(size))
		}
		got <- file.Bytes()
		_, _ = io.WriteString(conn, answer)
	}()
	s, err := clamd.New(&url.URL{Scheme: "tcp", Host: l.Addr().String()})
	must(t, err)
	return s
}

// A picture of a phone comes back smaller, and without where it was taken.
func TestPicturesAreKeptWithoutWhereTheyWereTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	sent := asJPEG(t, shade(4000, 3000))
	exif := append([]byte("\xff\xe1\x00\x18Exif\x00\x00"), "37.25N 140.34E  "...)
	f := d.sent("写真.JPG", bytes.Join([][]byte{sent[:2], exif, sent[2:]}, nil))
	if n := d.count("attachment"); n != 1 || f.Name != "写真.JPG" || f.Type != "image/jpeg" {
		t.Errorf("%d files, %+v", n, f)
	}
	id, err := d.tie(d.sender, f.Token)
	must(t, err)
	got, err := io.ReadAll(d.open(id))
	must(t, err)
	config, err := jpeg.DecodeConfig(bytes.NewReader(got))
	if err != nil || config.Width != 2560 || config.Height != 1920 || bytes.Contains(got, []byte("140.34E")) {
		t.Errorf("%d × %d, %v", config.Width, config.Height, err)
	}
	if hash := sha256.Sum256(got); !bytes.Equal(hash[:], f.SHA256) || f.Size != int64(len(got)) {
		t.Errorf("its hash or size is that of what was sent")
	}
}

func TestOnlyItsSenderTiesAFileAndOnlyOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	f, other := d.sent("議事録.pdf", pdf(100)), d.person("2")
	_, err := d.tie(other, f.Token)
	isKind(t, "by another", err, fault.Conflict)
	_, err = d.Untied(t.Context(), other, f.Token)
	isKind(t, "seen by another", err, fault.NotFound)
	_, err = d.tie(d.sender, "nothing")
	isKind(t, "a token of nothing", err, fault.Conflict)
	if again, err := d.Untied(t.Context(), d.sender, f.Token); err != nil || again.Name != f.Name || again.Size != f.Size {
		t.Errorf("its sender sees %+v, %v", again, err)
	}
	id, err := d.tie(d.sender, f.Token)
	must(t, err)
	_, err = d.tie(d.sender, f.Token)
	isKind(t, "again", err, fault.Conflict)
	_, err = d.Untied(t.Context(), d.sender, f.Token)
	isKind(t, "as one that hangs on nothing", err, fault.NotFound)
	if c := d.open(id); c.Size != 100 {
		t.Errorf("it has %d bytes", c.Size)
	}
}

// A file that is tied unnamed has no sender, and stays for good all the same.
func TestAFileIsTiedUnnamed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	f, named := d.sent("写し.pdf", pdf(100)), d.tied("議事録.pdf", pdf(100))
	id, err := d.tieBy(d.sender, f.Token, attachment.TieUnnamed)
	must(t, err)
	var without []int64
	rows, err := d.db.Pool.Query(t.Context(), `SELECT id FROM attachment WHERE begun_by IS NULL`)
	must(t, err)
	without, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	must(t, err)
	if len(without) != 1 || without[0] != id || id == named {
		t.Errorf("without a sender are %v", without)
	}
	_, err = d.tieBy(d.sender, f.Token, attachment.TieUnnamed)
	isKind(t, "again", err, fault.Conflict)
	if c := d.open(id); c.Size != 100 {
		t.Errorf("it has %d bytes", c.Size)
	}
}

// The room has no door of its own: what the owner of the matter refuses is refused,
// and what hangs on nothing is nobody's to open.
func TestWhoMayReadIsAskedOfTheMattersOwner(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	id, loose := d.tied("議事録.pdf", pdf(100)), d.sent("議事録.pdf", pdf(100))
	refusal := fault.New(fault.NotFound, "この文書は見つかりません。")
	_, err := d.Open(t.Context(), d.sender, func(_ context.Context, actor authz.Actor) (int64, error) {
		if actor.Person != d.sender.Person {
			t.Errorf("asked for %d", actor.Person)
		}
		return id, refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("%v, want the owner's refusal", err)
	}
	var of int64
	must(t, d.db.Pool.QueryRow(t.Context(), `SELECT id FROM attachment WHERE token = $1`, loose.Token).Scan(&of))
	_, err = d.Open(t.Context(), d.sender, func(context.Context, authz.Actor) (int64, error) { return of, nil })
	isKind(t, "what hangs on nothing", err, fault.NotFound)
}

func TestWhatHangsOnNothingIsSweptAfterADay(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	id, loose := d.tied("議事録.pdf", pdf(2*piece)), d.sent("写し.pdf", pdf(2*piece))
	d.later = 24*time.Hour - time.Second
	must(t, d.Sweep(t.Context()))
	if _, err := d.Untied(t.Context(), d.sender, loose.Token); err != nil {
		t.Errorf("gone within a day: %v", err)
	}
	d.later = 24 * time.Hour
	must(t, d.Sweep(t.Context()))
	_, err := d.Untied(t.Context(), d.sender, loose.Token)
	isKind(t, "after a day", err, fault.NotFound)
	if n := d.count("attachment_piece"); n != 2 {
		t.Errorf("%d pieces are left, want those of the one that hangs on something", n)
	}
	if got, err := io.ReadAll(d.open(id)); err != nil || len(got) != 2*piece {
		t.Errorf("what hangs on something: %d bytes, %v", len(got), err)
	}
	_, err = d.tie(d.sender, loose.Token)
	isKind(t, "tying what was swept", err, fault.Conflict)
}

// Of somebody's files that hang on nothing the newest stay; a tied one counts not.
func TestSomebodysFilesThatHangOnNothingAreFew(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	d.tied("議事録.pdf", pdf(100))
	var files []attachment.File
	for range 7 {
		files = append(files, d.sent("写し.pdf", pdf(100)))
	}
	for i, f := range files {
		if _, err := d.Untied(t.Context(), d.sender, f.Token); (err == nil) != (i >= 2) {
			t.Errorf("number %d: %v", i, err)
		}
	}
	if n := d.count("attachment"); n != 6 {
		t.Errorf("%d files, want 5 and the tied one", n)
	}
}

// A file that comes in slowly gives way to what its sender has sent since.
func TestAFileThatWasGivenUpWhileItCameIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	slow := io.MultiReader(bytes.NewReader(pdf(2*piece)), readerFunc(func([]byte) (int, error) {
		for range 5 {
			d.sent("写し.pdf", pdf(100))
		}
		return 0, io.EOF
	}))
	_, err := d.send("議事録.pdf", slow)
	isKind(t, "given up", err, fault.Conflict)
}

func TestTwoFilesAtOnceAreTwoFiles(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	bodies, tokens := [][]byte{pdf(5*piece + 1), asPNG(t, shade(400, 300))}, make([]string, 2)
	var both sync.WaitGroup
	for i, name := range []string{"議事録.pdf", "写真.png"} {
		both.Go(func() {
			f, err := d.send(name, bytes.NewReader(bodies[i]))
			if err != nil {
				t.Error(err)
			}
			tokens[i] = f.Token
		})
	}
	both.Wait()
	id, err := d.tie(d.sender, tokens[0])
	must(t, err)
	if got, err := io.ReadAll(d.open(id)); err != nil || !bytes.Equal(got, bodies[0]) {
		t.Errorf("%d bytes came back: %v", len(got), err)
	}
	if tokens[0] == tokens[1] || d.count("attachment_finished") != 2 {
		t.Errorf("tokens %v", tokens)
	}
}

// The database itself keeps a file whole and unchanged.
func TestTheDatabaseKeepsFilesAsTheyAre(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	id, loose := d.tied("議事録.pdf", pdf(2*piece)), d.sent("写し.pdf", pdf(100))
	owner := d.db.Owner(t)
	for name, sql := range map[string]string{
		"another name":             `UPDATE attachment SET name = 'x'`,
		"another piece":            `UPDATE attachment_piece SET body = '\x00'`,
		"a piece taken out":        `DELETE FROM attachment_piece WHERE number = 0`,
		"a piece put after":        `INSERT INTO attachment_piece SELECT id, 7, '\x00' FROM attachment`,
		"another hash":             `UPDATE attachment_finished SET sha256 = sha256('')`,
		"not finished any more":    `DELETE FROM attachment_finished`,
		"tied no more":             `DELETE FROM attachment_tie`,
		"a tied file thrown away":  `DELETE FROM attachment a USING attachment_tie t WHERE t.attachment_id = a.id`,
		"all thrown away":          `TRUNCATE attachment CASCADE`,
		"finished without a piece": `WITH a AS (INSERT INTO attachment (token, name, begun_at) VALUES (repeat('A', 26), 'x', now()) RETURNING id) INSERT INTO attachment_finished SELECT id, 'application/pdf', 10, sha256(''), false, now() FROM a`,
		"a piece that is too long": `INSERT INTO attachment_piece SELECT id, 8, decode(repeat('00', 122881), 'hex') FROM attachment`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: the database lets it happen", name)
		}
	}
	if got, err := io.ReadAll(d.open(id)); err != nil || !bytes.Equal(got, pdf(2*piece)) {
		t.Errorf("it came back as %d bytes: %v", len(got), err)
	}
	if _, err := d.db.Pool.Exec(t.Context(), `DELETE FROM attachment WHERE token = $1`, loose.Token); err != nil {
		t.Errorf("the portal can't throw away what hangs on nothing: %v", err)
	}
}

// A hundred readers of a large file, each with a piece of it, take 64 MB at most;
// the bench does it with 500 MB and over HTTP.
func TestManyReadersTakeTheMemoryOfAPieceEach(t *testing.T) {
	d := newDesk(t, nil)
	const readers, size, most = 100, 20 << 20, 64 << 20
	id := d.tied("録画.mp4", video(size))
	runtime.GC()
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	var (
		halfway sync.WaitGroup
		all     sync.WaitGroup
		goOn    = make(chan struct{})
	)
	halfway.Add(readers)
	for range readers {
		all.Go(func() {
			c, err := d.Open(t.Context(), d.sender, func(context.Context, authz.Actor) (int64, error) { return id, nil })
			if err != nil {
				t.Error(err)
				halfway.Done()
				return
			}
			defer c.Close() //nolint:errcheck // it was read only
			n, err := io.CopyN(io.Discard, c, size/2)
			halfway.Done()
			<-goOn
			if err != nil || n != size/2 {
				t.Errorf("half of it are %d bytes: %v", n, err)
			}
		})
	}
	halfway.Wait()
	runtime.ReadMemStats(&during)
	close(goOn)
	all.Wait()
	if took := int64(during.HeapInuse+during.StackInuse) - int64(before.HeapInuse+before.StackInuse); took > most {
		t.Errorf("they took %d MB, limit %d", took>>20, most>>20)
	} else {
		t.Logf("they took %.1f MB", float64(took)/(1<<20))
	}
}
