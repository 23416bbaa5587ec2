// Package clamd has files scanned for viruses by a clamd, the daemon of ClamAV, in the
// words of its protocol's INSTREAM. They are few, and the libraries there are for them
// have no deadlines.
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"kagami/internal/fault"
)

const (
	// connectLimit is how long clamd may take to answer the call, and stepLimit to
	// take a chunk. answerLimit is how long it may look at what it has got.
	connectLimit = 5 * time.Second
	stepLimit    = 30 * time.Second
	answerLimit  = 2 * time.Minute
	chunk        = 32 << 10
	mostAnswer   = 4 << 10 // bytes
)

// Scanner is a clamd.
type Scanner struct {
	network, address        string
	connect, step, answered time.Duration
}

// New is the clamd at a URL: tcp://host:3310 or unix:///run/clamav/clamd.ctl. Invalid
// for any other. It is not called yet.
func New(u *url.URL) (*Scanner, error) {
	s := &Scanner{connect: connectLimit, step: stepLimit, answered: answerLimit}
	switch {
	case u.Scheme == "tcp" && u.Hostname() != "" && u.Path == "" && u.User == nil && u.RawQuery == "":
		s.network, s.address = "tcp", u.Host
		if u.Port() == "" {
			s.address = net.JoinHostPort(u.Hostname(), "3310")
		}
	case u.Scheme == "unix" && u.Host == "" && strings.HasPrefix(u.Path, "/"):
		s.network, s.address = "unix", u.Path
	default:
		return nil, fault.New(fault.Invalid, "clamd の場所は、tcp://ホスト:3310 か unix:///run/clamav/clamd.ctl のように指定してください。")
	}
	return s, nil
}

// Scan has a file scanned. nil where nothing was found; Invalid where something was,
// TooLarge where clamd takes none as large, and Unavailable where it does not answer
// as it should: the file is then not to be used. What file fails with comes back as
// it is.
func (s *Scanner) Scan(ctx context.Context, file io.Reader) error {
	source := &source{Reader: file}
	answer, err := s.ask(ctx, source)
	switch {
	case source.err != nil:
		return source.err
	case ctx.Err() != nil:
		return fmt.Errorf("asking clamd: %w", ctx.Err())
	}
	answer = strings.TrimPrefix(answer, "stream: ")
	switch {
	case answer == "OK" && err == nil:
		return nil
	case strings.HasSuffix(answer, " FOUND"):
		e := fault.Wrap(errors.New("clamd: "+answer), fault.Invalid, "ウイルス対策ソフトが、このファイルに問題を見つけました。ファイルは受け取っていません。開かずに、総務課（情報政策担当）に連絡してください。")
		return e
	case strings.Contains(answer, "size limit exceeded"):
		return fault.Wrap(errors.New("clamd: "+answer), fault.TooLarge, "ファイルが、ウイルス対策ソフトで検査できる大きさを超えています。受け取っていません。小さくするか、総務課（情報政策担当）に連絡してください。")
	case err == nil:
		err = errors.New("clamd: " + answer)
	}
	return fault.Wrap(err, fault.Unavailable, "ウイルス対策ソフトが応答しないため、ファイルを検査できません。ファイルは受け取っていません。少し待ってから、もう一度お試しください。続くときは、総務課（情報政策担当）に連絡してください。")
}

// source remembers what reading the file failed with.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// ask sends a file and returns clamd's answer. clamd may answer before the end, and
// hang up: its answer counts then, and not that the rest could not be sent.
func (s *Scanner) ask(ctx context.Context, file io.Reader) (string, error) {
	conn, err := (&net.Dialer{Timeout: s.connect}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return "", fmt.Errorf("calling clamd: %w", err)
	}
	defer conn.Close()                                                    //nolint:errcheck // nothing is left to lose
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(past) })() // whoever waits has gone
	sending := s.send(ctx, conn, file)
	if err := s.until(ctx, conn, s.answered); err != nil {
		return "", err
	}
	answer, err := bufio.NewReader(io.LimitReader(conn, mostAnswer)).ReadString(0)
	if err != nil {
		return "", errors.Join(sending, fmt.Errorf("waiting for clamd's answer: %w", err))
	}
	return strings.TrimSuffix(answer, "\x00"), nil
}

// past is an instant that is over.
var past = time.Unix(1, 0)

// until sets how long the next step on a connection may take.
func (s *Scanner) until(ctx context.Context, conn net.Conn, d time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(d)); err != nil {
		return fmt.Errorf("setting a deadline for clamd: %w", err)
	}
	return ctx.Err() // which may have ended before that
}

// send sends a file in chunks, each with its length before it.
func (s *Scanner) send(ctx context.Context, conn net.Conn, file io.Reader) error {
	if err := s.put(ctx, conn, []byte("zINSTREAM\x00")); err != nil {
		return err
	}
	b := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(file, b[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		binary.BigEndian.PutUint32(b, uint32(n)) // 0 at the end
		if err := s.put(ctx, conn, b[:4+n]); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

func (s *Scanner) put(ctx context.Context, conn net.Conn, b []byte) error {
	if err := s.until(ctx, conn, s.step); err != nil {
		return err
	}
	if _, err := conn.Write(b); err != nil {
		return fmt.Errorf("sending to clamd: %w", err)
	}
	return nil
}
