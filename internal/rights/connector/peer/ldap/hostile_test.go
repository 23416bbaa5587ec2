package ldap_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/ldap"
)

const (
	staffNumber = "00200"
	password    = "password-of-the-test"
	someID      = "0b8b0b4e-1f2a-4d6b-8c55-1d9f3a7c2e10"
)

// tlv is a piece of an LDAP message.
func tlv(tag byte, parts ...[]byte) []byte {
	content := bytes.Join(parts, nil)
	b := []byte{tag, 0x84}
	return append(binary.BigEndian.AppendUint32(b, uint32(len(content))), content...)
}

func octets(s string) []byte { return tlv(0x04, []byte(s)) }

func message(id []byte, operation []byte, controls ...[]byte) []byte {
	if len(controls) > 0 {
		operation = append(operation, tlv(0xa0, controls...)...)
	}
	return tlv(0x30, tlv(0x02, id), operation)
}

func result(tag, code byte) []byte {
	return tlv(tag, tlv(0x0a, []byte{code}), octets(""), octets("00200 hanako")) // its own words tell of her
}

const (
	bindRequest, bindResponse     = 0x60, 0x61
	searchRequest, searchEntry    = 0x63, 0x64
	searchDone                    = 0x65
	modifyRequest, modifyResponse = 0x66, 0x67
)

func entryOf(dn string, attributes ...[]byte) []byte {
	return tlv(searchEntry, octets(dn), tlv(0x30, attributes...))
}

func attributeOf(name string, values ...string) []byte {
	var list [][]byte
	for _, v := range values {
		list = append(list, octets(v))
	}
	return tlv(0x30, octets(name), tlv(0x31, list...))
}

// hanako is a good entry with an ID.
func hanako(id string) []byte {
	return entryOf("cn=hanako,"+people, attributeOf("entryUUID", id), attributeOf("employeeNumber", staffNumber), attributeOf("uid", "hanako"))
}

func cookie(s string) []byte {
	return tlv(0x30, octets("1.2.840.113556.1.4.319"), octets(string(tlv(0x30, tlv(0x02, []byte{0}), octets(s)))))
}

// directory answers each request of a connection by a function, which gets its number and
// kind; signing in succeeds by itself.
func directory(t testing.TB, answer func(conn net.Conn, id []byte, operation byte)) *ldap.Directory {
	t.Helper()
	return raw(t, func(conn net.Conn, id []byte, operation byte) {
		if operation == bindRequest {
			conn.Write(message(id, result(bindResponse, 0))) //nolint:errcheck // who asks may have gone
			return
		}
		answer(conn, id, operation)
	})
}

// raw answers everything by a function.
func raw(t testing.TB, answer func(conn net.Conn, id []byte, operation byte)) *ldap.Directory {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() }) //nolint:errcheck // nothing is left to lose
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn, answer)
		}
	}()
	d := open(t, ldap.Config{
		Kind: ldap.OpenLDAP, URL: "ldap://" + listener.Addr().String(), BindDN: "cn=kagami", BaseDN: people, Groups: []string{tax}, MemberOf: "memberOf",
	}, password)
	d.Hurry(5 * time.Second)
	return d
}

func serve(conn net.Conn, answer func(conn net.Conn, id []byte, operation byte)) {
	defer conn.Close() //nolint:errcheck // nothing is left to lose
	r := bufio.NewReader(conn)
	for {
		request, err := readTLV(r)
		if err != nil {
			return
		}
		inner := bytes.NewReader(request)
		id, err := readTLV(inner)
		if err != nil {
			return
		}
		operation, err := inner.ReadByte()
		if err != nil {
			return
		}
		answer(conn, id, operation)
	}
}

// readTLV reads what the library writes.
func readTLV(r interface {
	io.Reader
	io.ByteReader
}) ([]byte, error) {
	if _, err := r.ReadByte(); err != nil {
		return nil, err
	}
	first, err := r.ReadByte()
	if err != nil {
		return nil, err
	}
	length := int(first)
	if first&0x80 != 0 {
		length = 0
		for range first & 0x7f {
			b, err := r.ReadByte()
			if err != nil {
				return nil, err
			}
			length = length<<8 | int(b)
		}
	}
	content := make([]byte, length)
	_, err = io.ReadFull(r, content)
	return content, err
}

// operations are all that the portal asks.
func operations(d *ldap.Directory) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Check":  d.Check,
		"Find":   func(ctx context.Context) error { _, err := d.Find(ctx, staffNumber); return err },
		"Get":    func(ctx context.Context) error { _, err := d.Get(ctx, someID); return err },
		"Enable": func(ctx context.Context) error { return d.Enable(ctx, someID, false) },
		"Join":   func(ctx context.Context) error { return d.Join(ctx, someID, tax, false) },
		"List":   func(ctx context.Context) error { return d.List(ctx, func(peer.Account) error { return nil }) },
	}
}

// What is no answer to what was asked is an error at once, of every operation, and tells
// nothing of the person or the password.
func TestAHostileDirectoryIsGivenUp(t *testing.T) {
	t.Parallel()
	write := func(what ...[]byte) func(net.Conn, []byte, byte) {
		return func(conn net.Conn, _ []byte, _ byte) {
			conn.Write(bytes.Join(what, nil)) //nolint:errcheck // who asks may have gone
		}
	}
	answer := func(what func(id []byte) []byte) func(net.Conn, []byte, byte) {
		return func(conn net.Conn, id []byte, _ byte) {
			conn.Write(what(id)) //nolint:errcheck // who asks may have gone
		}
	}
	done := func(id []byte) []byte { return message(id, result(searchDone, 0)) }
	for name, test := range map[string]func(net.Conn, []byte, byte){
		"mute":             func(net.Conn, []byte, byte) {},
		"gone":             func(conn net.Conn, _ []byte, _ byte) { conn.Close() }, //nolint:errcheck // nothing is left to lose
		"another protocol": write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n00200 hanako")),
		"zeroes":           write(make([]byte, 4096)),
		"a huge length":    write([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}),
		"a longer length":  write([]byte{0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		"no length":        write([]byte{0x30, 0x80, 0x02, 0x01, 0x02, 0x30, 0x80}),
		"deep nesting":     write(bytes.Repeat([]byte{0x30, 0x80}, 400_000)),
		"empty pieces": answer(func(id []byte) []byte {
			return message(id, tlv(searchEntry, bytes.Repeat([]byte{0x04, 0x00}, 600_000)))
		}),
		"answers to others":   write(bytes.Repeat(done([]byte{0x55}), 100)),
		"a wrong operation":   answer(func(id []byte) []byte { return message(id, result(0x79, 0)) }),
		"an empty answer":     answer(func(id []byte) []byte { return message(id, tlv(searchDone)) }),
		"no answer in it":     answer(func(id []byte) []byte { return message(id, []byte{}) }),
		"a referral":          answer(func(id []byte) []byte { return message(id, result(searchDone, 10)) }),
		"busy":                answer(func(id []byte) []byte { return message(id, result(searchDone, 51)) }),
		"an entry of nothing": answer(func(id []byte) []byte { return append(message(id, tlv(searchEntry)), done(id)...) }),
		"attributes of nothing": answer(func(id []byte) []byte {
			return append(message(id, entryOf("cn=x", tlv(0x30), tlv(0x30, tlv(0x02, []byte{1})))), done(id)...)
		}),
		"no name": answer(func(id []byte) []byte { return append(message(id, entryOf("")), done(id)...) }),
		"two of one ID, and another": answer(func(id []byte) []byte {
			return bytes.Join([][]byte{message(id, hanako(someID)), message(id, entryOf("", attributeOf("uid", "hanako"))), done(id)}, nil)
		}),
		"too many at once": answer(func(id []byte) []byte {
			var b bytes.Buffer
			for i := range 1001 {
				b.Write(message(id, entryOf(fmt.Sprint("cn=", i))))
			}
			return append(b.Bytes(), done(id)...)
		}),
		"entries without end": func(conn net.Conn, id []byte, _ byte) {
			for e := message(id, hanako(someID)); ; {
				if _, err := conn.Write(e); err != nil {
					return
				}
			}
		},
		"a value without end": func(conn net.Conn, id []byte, _ byte) {
			conn.Write([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, id[0], 0x64, 0x84, 0x7f, 0xff, 0xff, 0xf0, 0x04, 0x84, 0x7f, 0xff, 0xff, 0x00}) //nolint:errcheck // what follows shows
			for {
				if _, err := conn.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		},
		"a byte now and then": func(conn net.Conn, id []byte, _ byte) {
			ticker := time.NewTicker(10 * time.Millisecond)
			defer ticker.Stop()
			for _, b := range bytes.Repeat(message(id, hanako(someID)), 100) {
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				<-ticker.C
			}
		},
	} {
		for how, d := range map[string]*ldap.Directory{"after signing in": directory(t, test), "at once": raw(t, test)} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				d.Hurry(100 * time.Millisecond)
				var all sync.WaitGroup
				for operation, do := range operations(d) {
					all.Go(func() { mustGiveUp(t, operation, do) })
				}
				all.Wait()
			})
		}
	}
}

func mustGiveUp(t *testing.T, operation string, do func(context.Context) error) {
	t.Helper()
	begun := time.Now()
	err := do(t.Context())
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("%s took %v", operation, took)
	}
	if err == nil || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("%s: %v", operation, err)
		return
	}
	for _, told := range []string{staffNumber, "hanako", password} {
		if strings.Contains(err.Error(), told) {
			t.Errorf("%s: %v tells %s", operation, err, told)
		}
	}
}

func TestWhoGivesUpIsNotKeptWaiting(t *testing.T) {
	t.Parallel()
	d := directory(t, func(net.Conn, []byte, byte) {})
	d.Hurry(time.Hour)
	for operation, do := range operations(d) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		begun := time.Now()
		err := do(ctx)
		cancel()
		if took := time.Since(begun); took > 5*time.Second || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s: %v after %v", operation, err, took)
		}
	}
}

func TestASuccessThatIsNoneIsSeen(t *testing.T) {
	t.Parallel()
	d := directory(t, func(conn net.Conn, id []byte, operation byte) {
		if operation == modifyRequest {
			conn.Write(message(id, result(modifyResponse, 0))) //nolint:errcheck // who asks may have gone
			return
		}
		conn.Write(append(message(id, hanako(someID)), message(id, result(searchDone, 0))...)) //nolint:errcheck // the same
	})
	mustFail(t, d.Enable(t.Context(), someID, false), fault.Conflict, "変わっていません", staffNumber)
	mustFail(t, d.Join(t.Context(), someID, tax, false), fault.Conflict, "変わっていません", staffNumber)
}

func TestNobodyElseIsActedOn(t *testing.T) {
	t.Parallel()
	d := directory(t, func(conn net.Conn, id []byte, operation byte) {
		if operation != searchRequest {
			t.Errorf("the operation %x was asked", operation)
		}
		conn.Write(append(message(id, hanako("11111111-1f2a-4d6b-8c55-1d9f3a7c2e10")), message(id, result(searchDone, 0))...)) //nolint:errcheck // who asks may have gone
	})
	mustFail(t, d.Enable(t.Context(), someID, false), fault.Unavailable, "読めません")
	mustFail(t, d.Join(t.Context(), someID, tax, false), fault.Unavailable, "読めません")
	_, err := d.Find(t.Context(), "00999")
	mustFail(t, err, fault.Unavailable, "読めません", "00999", staffNumber)
}

func TestAListThatDoesNotEndIsGivenUp(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	id := func() string { return fmt.Sprintf("%08x-1f2a-4d6b-8c55-1d9f3a7c2e10", n.Add(1)) }
	for name, test := range map[string]struct {
		entries func() [][]byte
		words   string
	}{
		"the same page again":  {func() [][]byte { return [][]byte{hanako(someID)} }, "読めません"},
		"pages without anyone": {func() [][]byte { return nil }, "大きすぎる"},
		"accounts without end": {func() [][]byte {
			var list [][]byte
			for range 900 {
				list = append(list, hanako(id()))
			}
			return list
		}, "大きすぎる"},
	} {
		if testing.Short() && name == "accounts without end" {
			continue // it takes 200,000 of them
		}
		d := directory(t, func(conn net.Conn, id []byte, _ byte) {
			var b bytes.Buffer
			for _, e := range test.entries() {
				b.Write(message(id, e))
			}
			b.Write(message(id, result(searchDone, 0), cookie("more")))
			conn.Write(b.Bytes()) //nolint:errcheck // who asks may have gone
		})
		taken := 0
		err := d.List(t.Context(), func(peer.Account) error { taken++; return nil })
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), test.words) || taken > peer.MostAccounts {
			t.Errorf("%s: %v after %d accounts", name, err, taken)
		}
	}
}

// A page has its time, however long the one before has been looked at.
func TestALongLookAtAPageEndsNothing(t *testing.T) {
	t.Parallel()
	pages := 0
	d := directory(t, func(conn net.Conn, id []byte, _ byte) {
		pages++
		b := message(id, hanako(fmt.Sprintf("%08x-1f2a-4d6b-8c55-1d9f3a7c2e10", pages)))
		if pages < 3 {
			b = append(b, message(id, result(searchDone, 0), cookie("more"))...)
		} else {
			b = append(b, message(id, result(searchDone, 0))...)
		}
		conn.Write(b) //nolint:errcheck // who asks may have gone
	})
	const deadline = time.Second
	d.Hurry(deadline)
	taken := 0
	err := d.List(t.Context(), func(peer.Account) error {
		if taken++; taken == 1 {
			<-time.After(deadline + deadline/5)
		}
		return nil
	})
	if err != nil || taken != 3 {
		t.Errorf("%d accounts, %v", taken, err)
	}
}

// FuzzAnswer has a directory answer anything: no account comes of it that was not asked
// for, and nobody waits longer than the deadline.
func FuzzAnswer(f *testing.F) {
	ok := message([]byte{2}, result(searchDone, 0))
	f.Add(append(message([]byte{2}, hanako(someID)), ok...), true)
	f.Add(message([]byte{2}, result(searchDone, 0), cookie("more")), true)
	f.Add(append(message([]byte{2}, tlv(0x73, octets("ldap://192.0.2.1/"))), ok...), true)
	f.Add(message([]byte{1}, result(bindResponse, 49)), false)
	f.Add(message([]byte{0}, tlv(0x78, tlv(0x0a, []byte{52}), octets(""), octets(""))), false)
	var bytesOf atomic.Value
	var signsIn atomic.Bool
	d := raw(f, func(conn net.Conn, id []byte, operation byte) {
		if operation == bindRequest && signsIn.Load() {
			conn.Write(message(id, result(bindResponse, 0))) //nolint:errcheck // who asks may have gone
			return
		}
		conn.Write(bytesOf.Load().([]byte)) //nolint:errcheck // who asks may have gone
		conn.Close()                        //nolint:errcheck // the same
	})
	const deadline = time.Second
	d.Hurry(deadline)
	f.Fuzz(func(t *testing.T, b []byte, after bool) {
		bytesOf.Store(b)
		signsIn.Store(after)
		begun := time.Now()
		found, err := d.Find(t.Context(), staffNumber)
		for _, a := range found {
			if err != nil || len(a.ID) != len(someID) || !strings.EqualFold(a.Number, staffNumber) || !utf8.ValidString(a.Login+a.Name) {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if a, err := d.Get(t.Context(), someID); err == nil && a.ID != someID {
			t.Errorf("%+v", a)
		}
		if err := d.List(t.Context(), func(peer.Account) error { return nil }); err != nil && errors.Is(err, io.EOF) {
			t.Errorf("%v is no fault", err)
		}
		if took := time.Since(begun); took > 3*deadline+2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
