package screen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kagami/internal/fault"
)

// line is the line to a browser: slow, and cut off where a deadline is over.
type line struct {
	*httptest.ResponseRecorder
	read, write time.Time // the deadlines
	rest        io.Reader // what the browser sends
	step        time.Duration
}

func (l *line) SetReadDeadline(t time.Time) error  { l.read = t; return nil }
func (l *line) SetWriteDeadline(t time.Time) error { l.write = t; return nil }
func (l *line) Close() error                       { return nil }

// pass lets time pass, in a synctest's own.
func pass(d time.Duration) { <-time.After(d) }

// Read takes a step for each stepSize bytes.
func (l *line) Read(p []byte) (int, error) {
	pass(l.step * time.Duration(min(len(p), 4<<10)) / stepSize)
	if time.Now().After(l.read) {
		return 0, os.ErrDeadlineExceeded
	}
	return l.rest.Read(p[:min(len(p), 4<<10)])
}

// form is a form with a file of a size between two fields.
func form(t *testing.T, size int) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	err := w.WriteField("before", "1")
	part, partErr := w.CreateFormFile("file", "議事録.pdf")
	if err := errors.Join(err, partErr); err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.WriteField("after", "2"), w.Close()); err != nil {
		t.Fatal(err)
	}
	return body, w.FormDataContentType()
}

// send sends a form over a line on which stepSize bytes take a step.
func send(t *testing.T, size int, step time.Duration, take func(string, io.Reader) error) (*line, *http.Request, error) {
	t.Helper()
	body, contentType := form(t, size)
	l := &line{ResponseRecorder: httptest.NewRecorder(), rest: body, step: step}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", l)
	r.Header.Set("Content-Type", contentType)
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	err := ReadStream(l, r, "file", take)
	return l, r, err
}

func discard(_ string, body io.Reader) error {
	_, err := io.Copy(io.Discard, body)
	return err
}

func TestAFileMayTakeAsLongAsSomethingComes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size int
		step time.Duration
		ok   bool
	}{
		"a fast line":             {2 << 20, time.Millisecond, true},
		"ten minutes":             {2 << 20, 19 * time.Second, true},
		"a line that stops":       {2 << 20, 31 * time.Second, false},
		"beyond the whole's time": {20 << 20, 19 * time.Second, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			l, r, err := send(t, c.size, c.step, discard)
			if c.ok != (err == nil) || !c.ok && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "途中で切れました")) {
				t.Errorf("%s: %v", name, err)
			}
			if c.ok && (r.PostForm.Get("before") != "1" || r.PostForm.Get("after") != "2") {
				t.Errorf("%s: the form is %v", name, r.PostForm)
			}
			if took := time.Since(begun); took > streamLimit+stepLimit || l.read.After(begun.Add(streamLimit)) {
				t.Errorf("%s took %v", name, took)
			}
			if !l.write.After(l.read) {
				t.Errorf("%s: nothing is left for the answer", name)
			}
		})
	}
}

// A refused file is read on a while, so that the browser comes to read the answer;
// the form's other fields are there.
func TestARefusedFileIsNotReadForEver(t *testing.T) {
	t.Parallel()
	refusal := fault.New(fault.Unsupported, "見本")
	for _, size := range []int{1 << 20, mostDrained + 1<<20} {
		l, r, err := send(t, size, 0, func(string, io.Reader) error { return refusal })
		if !errors.Is(err, refusal) || r.PostForm.Get("before") != "1" {
			t.Errorf("%d bytes: %v, %v", size, err, r.PostForm)
		}
		if whole := size < mostDrained; whole != (r.PostForm.Get("after") == "2") {
			t.Errorf("%d bytes: the form is %v", size, r.PostForm)
		}
		if left, _ := io.Copy(io.Discard, l.rest); left > 2<<20 {
			t.Errorf("%d bytes are left of %d", left, size)
		}
	}
}

func TestFormsThatAreNone(t *testing.T) {
	t.Parallel()
	whole, contentType := form(t, 100)
	many := &bytes.Buffer{}
	w := multipart.NewWriter(many)
	for range 600 {
		if err := w.WriteField("x", "y"); err != nil {
			t.Fatal(err)
		}
	}
	large := &bytes.Buffer{}
	v := multipart.NewWriter(large)
	if err := v.WriteField("x", strings.Repeat("y", 1<<20)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		contentType, body string
		kind              fault.Kind
	}{
		"half":            {contentType, whole.String()[:whole.Len()/2], fault.Invalid},
		"without an end":  {contentType, whole.String()[:whole.Len()-10], fault.Invalid},
		"half a file":     {contentType, whole.String()[:strings.Index(whole.String(), "\x00\x00")+50], fault.Invalid},
		"without a bound": {"multipart/form-data", whole.String(), fault.Invalid},
		"many fields":     {w.FormDataContentType(), many.String(), fault.Invalid},
		"a long field":    {v.FormDataContentType(), large.String(), fault.TooLarge},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.contentType)
		if err := r.ParseForm(); err != nil {
			t.Fatal(err)
		}
		if err := ReadStream(httptest.NewRecorder(), r, "file", discard); fault.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("x=y"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if err := ReadStream(httptest.NewRecorder(), r, "file", discard); err != nil || r.PostForm.Get("x") != "y" {
		t.Errorf("a form that can bring no file: %v, %v", err, r.PostForm)
	}
}

// What goes out may take as long as something is taken of it, and an hour at most.
func TestAnAnswerMayTakeAsLongAsSomethingIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, begun := &line{ResponseRecorder: httptest.NewRecorder()}, time.Now()
		o := newOutgoing(l)
		for range 300 {
			if _, err := o.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if want := earlier(time.Now().Add(stepLimit), begun.Add(streamLimit)); !l.write.Equal(want) {
				t.Fatalf("after %v the deadline is %v", time.Since(begun), l.write.Sub(begun))
			}
			pass(20 * time.Second)
		}
	})
}

// wire is the network between one browser and a server, in memory.
type wire struct{ calls chan net.Conn }

func (w wire) Accept() (net.Conn, error) {
	if conn, ok := <-w.calls; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (w wire) Close() error   { return nil }
func (w wire) Addr() net.Addr { return &net.TCPAddr{} }

// serve has a server answer one browser, with the times that the portal's has.
func serve(t *testing.T, answer http.HandlerFunc) *http.Client {
	t.Helper()
	w := wire{make(chan net.Conn)}
	server := &http.Server{Handler: answer, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute}
	ended := make(chan struct{})
	go func() {
		_ = server.Serve(w) // until it is closed
		close(ended)
	}()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		w.calls <- there
		return here, nil
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		close(w.calls)
		_ = server.Close()
		<-ended
	})
	return &http.Client{Transport: transport}
}

// slow hands a file on, a part of it each ten seconds.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	pass(10 * time.Second)
	return s.Reader.Read(p[:min(len(p), 32<<10)])
}

// A real server neither cuts off nor gives up who is slow, nor who waits while a file
// is looked at, though each takes longer than its own times.
func TestARealServerWaitsForFiles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			err := ReadStream(w, r, "file", func(name string, body io.Reader) error {
				err := discard(name, body)
				pass(3 * time.Minute) // a scanner that is slow
				return err
			})
			pass(time.Minute)
			if err := errors.Join(err, r.Context().Err()); err != nil || r.PostForm.Get("after") != "2" {
				t.Errorf("%v, %v", err, r.PostForm)
			}
			_, _ = io.WriteString(w, "an answer")
		})
		body, contentType := form(t, 1<<20) // in five minutes
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://portal/", slow{body})
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", contentType)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(response.Body); err != nil || string(answer) != "an answer" {
			t.Errorf("the answer is %q, %v", answer, err)
		}
		_ = response.Body.Close()
	})
}

func TestARealServerWaitsForWhoTakesAFile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const size = 2 << 20         // in ten minutes
		given := make(chan struct{}) // all of it, and the line is still there
		client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			defer close(given)
			http.ServeContent(newOutgoing(w), r, "", time.Time{}, bytes.NewReader(make([]byte, size)))
			if err := r.Context().Err(); err != nil {
				t.Errorf("given up: %v", err)
			}
		})
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://portal/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		taken := 0
		for taken < size {
			pass(10 * time.Second)
			n, err := io.CopyN(io.Discard, response.Body, 32<<10)
			if taken += int(n); err != nil {
				t.Fatalf("%d bytes, %v", taken, err)
			}
		}
		<-given
		_ = response.Body.Close()
	})
}
