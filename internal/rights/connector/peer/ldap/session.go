package ldap

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

// session is a connection on which the portal has signed in.
type session struct {
	conn    *ldap.Conn
	raw     *metered
	ctx     context.Context
	seconds int
	release func() bool
}

// open connects and signs in. The connection ends with the context, and after the
// directory's deadline, whatever it is doing then.
func (d *Directory) open(ctx context.Context) (*session, error) {
	until := time.Now().Add(d.deadline)
	dialing, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	plain, err := (&net.Dialer{}).DialContext(dialing, "tcp", d.address)
	if err != nil {
		return nil, peer.Broken(dialing, fmt.Errorf("connecting: %w", err))
	}
	// The library knows no contexts: it stops when its connection is gone.
	s := &session{raw: &metered{Conn: plain}, ctx: ctx, seconds: max(1, int(d.deadline/time.Second))}
	s.release = context.AfterFunc(ctx, func() { plain.Close() }) //nolint:errcheck // nothing is left to lose
	s.renew(until)
	var secured net.Conn = s.raw
	if d.secure {
		c := tls.Client(s.raw, d.tls)
		if err := c.HandshakeContext(dialing); err != nil {
			s.release()
			plain.Close() //nolint:errcheck // nothing is left to lose
			return nil, peer.Broken(dialing, fmt.Errorf("securing the connection: %w", err))
		}
		secured = c
	}
	s.conn = ldap.NewConn(secured, d.secure)
	s.conn.SetTimeout(d.deadline)
	s.conn.Start()
	if err := d.signIn(s); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (d *Directory) signIn(s *session) error {
	if d.config.StartTLS {
		if err := s.conn.StartTLS(d.tls); err != nil {
			return s.failed("securing the connection", err)
		}
	}
	if err := s.conn.Bind(d.config.BindDN, d.password); err != nil {
		return s.failed("signing in", err)
	}
	return nil
}

func (s *session) close() {
	s.release()
	s.conn.Close() //nolint:errcheck // nothing is left to lose
}

// renew gives what comes next until an instant, and an answer's worth of bytes.
func (s *session) renew(until time.Time) {
	s.raw.until.Store(until.UnixNano())
	s.raw.left.Store(peer.MostBytes)
	s.raw.SetDeadline(until) //nolint:errcheck // a connection that is gone fails by itself
}

// rest has nothing end while nothing is asked.
func (s *session) rest() { s.raw.SetDeadline(time.Time{}) } //nolint:errcheck // a connection that is gone fails by itself

// search gives at most as many entries as an answer may have. References to other
// directories are passed over.
func (s *session) search(base string, scope int, filter string, attributes []string, controls ...ldap.Control) (*ldap.SearchResult, error) {
	s.raw.left.Store(peer.MostBytes)
	result, err := s.conn.Search(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, s.seconds, false, filter, attributes, controls))
	if err != nil {
		return nil, s.failed("searching", err)
	}
	if len(result.Entries) > peer.MostEntries {
		return nil, peer.Endless(fmt.Errorf("the directory gives %d entries at once", len(result.Entries)))
	}
	return result, nil
}

func (s *session) modify(request *ldap.ModifyRequest) error {
	s.raw.left.Store(peer.MostBytes)
	return s.conn.Modify(request)
}

// failed is what became of an exchange that ended in err.
func (s *session) failed(doing string, err error) error {
	answer, ok := errors.AsType[*ldap.Error](err)
	switch {
	case s.raw.left.Load() < 0:
		return peer.Endless(errors.New(doing + ": the answer is too large"))
	case s.ctx.Err() != nil:
		return peer.Broken(s.ctx, fmt.Errorf("%s: %w", doing, s.ctx.Err()))
	case time.Now().UnixNano() >= s.raw.until.Load():
		return peer.Slow(errors.New(doing + ": the time is over"))
	case ok && answer.ResultCode < ldap.ErrorNetwork:
		return refused(answer.ResultCode, fmt.Errorf("%s: %w", doing, answered(answer.ResultCode)))
	case ok && answer.ResultCode == ldap.ErrorNetwork && s.conn.IsClosing():
		return peer.Broken(s.ctx, errors.New(doing+": the connection has ended"))
	}
	// The library's words could repeat what the directory has sent.
	return peer.Nonsense(errors.New(doing + ": the answer can't be read"))
}

// answered is what the log may hold of the directory's answer: its name. Its own words
// could tell of the person.
func answered(code uint16) error {
	return fmt.Errorf("the directory answers %d %s", code, ldap.LDAPResultCodeMap[code])
}

// refused is what an answer of the directory means.
func refused(code uint16, err error) error {
	switch code {
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication:
		return peer.Unknown(err)
	case ldap.LDAPResultInsufficientAccessRights, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultConstraintViolation:
		return peer.Denied(err)
	case ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired:
		return fault.Wrap(err, fault.Forbidden, "接続先は、暗号化した接続だけを受け付けます。ldaps:// にするか、StartTLS を選んでください。")
	case ldap.LDAPResultReferral:
		return peer.Elsewhere(err)
	case ldap.LDAPResultNoSuchObject, ldap.LDAPResultInvalidDNSyntax:
		return fault.Wrap(err, fault.NotFound, "設定にある場所やグループが、接続先にありません。DN を確かめて、設定を直してください。")
	case ldap.LDAPResultSizeLimitExceeded, ldap.LDAPResultAdminLimitExceeded:
		return fault.Wrap(err, fault.Forbidden, "接続先が、返す件数の上限のところで止めました。接続先で、ポータル用の利用者の上限（sizelimit）をなくしてください。")
	case ldap.LDAPResultUnavailableCriticalExtension:
		return fault.Wrap(err, fault.Forbidden, "このディレクトリは、安全に変えるための機能（ページ分けと、条件つきの変更）を備えていません。接続先の種類を確かめるか、作業依頼で行ってください。")
	case ldap.LDAPResultObjectClassViolation:
		return fault.Wrap(err, fault.Conflict, "接続先の決まりに合わないため、変えられませんでした。グループの最後の一人を外すことはできません。グループに、ポータル用の利用者などを一人足してください。")
	case ldap.LDAPResultUndefinedAttributeType:
		return fault.Wrap(err, fault.Forbidden, "設定にある属性が、接続先にありません。停止を表す属性の名前を確かめてください。")
	case ldap.LDAPResultNoSuchAttribute, ldap.LDAPResultAttributeOrValueExists, ldap.LDAPResultAssertionFailed:
		return peer.Overtaken(err)
	}
	return peer.Busy(err)
}

// metered is a connection on which the other side may send only so much.
type metered struct {
	net.Conn
	left  atomic.Int64
	until atomic.Int64 // in nanoseconds since 1970: when its deadline is
}

func (m *metered) Read(p []byte) (int, error) {
	if m.left.Load() < 0 {
		return 0, errors.New("the answer is too large")
	}
	n, err := m.Conn.Read(p)
	m.left.Add(-int64(n))
	return n, err
}
