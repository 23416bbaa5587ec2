package screen

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kagami/internal/attachment"
	"kagami/internal/fault"
)

// A request with a file takes as long as the line is slow. Each step of it may take
// stepLimit, so that who sends or takes nothing any more goes; and the whole of it
// streamLimit, so that who is slow on purpose does.
const (
	stepLimit   = 30 * time.Second
	streamLimit = time.Hour
	stepSize    = 64 << 10 // bytes
	// answerLimit is what is left, after a file has come in, for looking at it and for
	// the answer: a scanner has two minutes, and a picture half of one.
	answerLimit = 5 * time.Minute
	// mostDrained is how much is read of a file that was refused already, in bytes: a
	// browser reads no answer before it has sent all.
	mostDrained = 64 << 20
	mostFields  = 500
	tailSize    = 512 // bytes: more than the end of a form has
)

// ReadStream reads a form whose file is taken in while it comes, by take; its other
// fields stand in r.PostForm afterwards, those that come after the file too. It
// returns the failure of take, once the rest has been read. Nothing is taken where no
// file was chosen. Invalid for a form that stops or breaks off.
func ReadStream(w http.ResponseWriter, r *http.Request, field string, take func(name string, body io.Reader) error) error {
	body := &incoming{body: r.Body, control: http.NewResponseController(w), end: time.Now().Add(streamLimit), left: -1}
	r.Body = body
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	if err != nil {
		return BadForm(err)
	}
	var (
		refusal error
		taken   bool
		size    int64
	)
	for range mostFields {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, errDrained):
			return refusal
		case errors.Is(err, io.EOF) && body.isWhole(r):
			// the form may end before what carries it does, and a browser that is still
			// sending that end when the connection is closed loses the answer
			_, _ = io.CopyN(io.Discard, body, tailSize)
			return refusal
		case err != nil:
			return body.explain(err)
		case part.FileName() == "":
			value, err := io.ReadAll(io.LimitReader(part, MaxForm-size+1))
			if err != nil {
				return body.explain(err)
			}
			if size += int64(len(part.FormName()) + len(value)); size > MaxForm {
				return fault.New(fault.TooLarge, "")
			}
			r.PostForm.Add(part.FormName(), string(value))
		case part.FormName() == field && !taken:
			taken = true
			refusal = take(part.FileName(), part)
			body.begun = false // looking at it took time that is not the browser's
			if refusal != nil {
				if body.err != nil || fault.KindOf(refusal) == fault.Internal && errors.Is(refusal, io.ErrUnexpectedEOF) {
					return body.explain(cmp.Or(body.err, refusal))
				}
				Note(r, refusal)
				body.left = mostDrained
			}
		}
	}
	return BadForm(errors.New("a form of too many fields"))
}

// incoming is a request's body that may come as long as something comes.
type incoming struct {
	body    io.ReadCloser
	control *http.ResponseController
	end     time.Time // of the whole
	since   int       // bytes since the deadline was put off
	begun   bool
	over    bool   // whether all of it has come
	left    int64  // bytes that are still read; -1 for all
	err     error  // that it failed with
	tail    []byte // what came last
}

var errDrained = errors.New("enough was read of a file that was refused")

func (i *incoming) Read(p []byte) (int, error) {
	switch {
	case i.over: // the server would take another deadline for a browser that has gone
		return 0, io.EOF
	case i.left == 0:
		return 0, errDrained
	}
	if i.left > 0 {
		p = p[:min(int64(len(p)), i.left)]
	}
	if !i.begun || i.since >= stepSize {
		i.begun, i.since = true, 0
		until := earlier(time.Now().Add(stepLimit), i.end)
		// where a server knows no deadlines, it is a test's
		_ = i.control.SetReadDeadline(until)
		_ = i.control.SetWriteDeadline(until.Add(answerLimit))
	}
	n, err := i.body.Read(p)
	i.since += n
	i.tail = append(i.tail[max(0, len(i.tail)+min(n, tailSize)-2*tailSize):], p[max(0, n-tailSize):n]...)
	if i.left > 0 {
		i.left -= int64(n)
	}
	switch {
	case errors.Is(err, io.EOF):
		i.over = true
	case err != nil:
		i.err = err
	}
	return n, err
}

// isWhole tells whether a form has come to the end that it says itself: the library
// takes one that is cut off between two fields for whole.
func (i *incoming) isWhole(r *http.Request) bool {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && bytes.Contains(i.tail, []byte("--"+params["boundary"]+"--"))
}

func (i *incoming) Close() error { return i.body.Close() }

// explain says what is wrong where a form could not be read to its end.
func (i *incoming) explain(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return AtField(attachment.Field, fault.Wrap(err, fault.TooLarge, "ファイルが大きすぎます。小さくするか、分けてから、選んでください。"))
	}
	return fault.Wrap(err, fault.Invalid, "送られた内容が、途中で切れました。何も変更されていません。通信を確かめて、もう一度送ってください。")
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// show stands in the query of a file's URL where it is to be shown, as in
// address.MinutesShown.
const show = "show"

// sandbox lets a file that is shown do nothing but be seen.
const sandbox = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

// ServeAttachment answers with a file, or with a part of it where the browser asks for
// one, and closes it. It is to be saved; shown it is only where the address asks for
// that and it is a PDF, a picture or a video.
func ServeAttachment(w http.ResponseWriter, r *http.Request, c *attachment.Content) error {
	defer c.Close() //nolint:errcheck // it was read only
	h, disposition := w.Header(), "attachment"
	if r.URL.Query().Has(show) && attachment.IsShown(c.Type) {
		disposition = "inline"
	}
	h.Set("Content-Type", c.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", sandbox)
	h.Set("Content-Disposition", disposition+"; filename*=UTF-8''"+strings.ReplaceAll(url.QueryEscape(c.Name), "+", "%20"))
	h.Set("ETag", `"`+hex.EncodeToString(c.SHA256)+`"`)
	http.ServeContent(newOutgoing(w), r, "", c.At, c)
	return nil
}

// outgoing is an answer that may take as long as something is taken of it.
type outgoing struct {
	http.ResponseWriter
	control *http.ResponseController
	end     time.Time // of the whole
}

func newOutgoing(w http.ResponseWriter) *outgoing {
	return &outgoing{w, http.NewResponseController(w), time.Now().Add(streamLimit)}
}

func (o *outgoing) Write(p []byte) (int, error) {
	_ = o.control.SetWriteDeadline(earlier(time.Now().Add(stepLimit), o.end)) // as for what comes in
	return o.ResponseWriter.Write(p)
}
