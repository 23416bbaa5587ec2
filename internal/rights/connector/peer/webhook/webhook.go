// Package webhook tells a system of the town that somebody's right begins or ends, for
// that system to carry out by itself. What it sends is signed after Standard Webhooks, so
// that the system knows that it comes from the portal. It says who, which right and from
// when, and never why.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/client"
)

// Config says where a system listens. The secret goes apart from it.
type Config struct {
	URL       string `json:"url"`
	Authority string `json:"authority"` // PEM; empty means the system's authorities
}

// Check says in one sentence what is wrong with the configuration, as the one problem of
// an Invalid failure whose field is called as in JSON; nil if nothing is. It asks nothing
// of the network.
func (c Config) Check() error { return client.Check(c.URL, c.Authority) }

// Message is that a person may use a system from an instant on, or may no more.
type Message struct {
	ID      string    `json:"id"`     // of this message, however often it is sent
	Person  string    `json:"person"` // the staff number
	System  string    `json:"system"` // its 管理番号
	Allowed bool      `json:"allowed"`
	From    time.Time `json:"from"`
}

// Hook is a system that listens.
type Hook struct {
	client   *client.Client
	key      []byte
	now      func() time.Time
	deadline time.Duration
}

// The secret of Standard Webhooks: this before a key in base64.
const prefix = "whsec_"

// The bounds of a key's length.
const (
	leastKey = 24
	mostKey  = 64
)

// New makes the hook of a configuration, whose messages are signed with a secret; or says
// what is wrong with them. It asks nothing of the network.
func New(config Config, secret string, now func() time.Time) (*Hook, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, prefix))
	if err != nil || len(key) < leastKey || len(key) > mostKey {
		return nil, peer.Wrong("secret", "署名の鍵は、whsec_ で始まる、24 から 64 バイトを base64 で書いた文字にしてください。")
	}
	c, err := client.New(config.URL, config.Authority)
	if err != nil {
		return nil, err
	}
	return &Hook{client: c, key: key, now: now, deadline: peer.Deadline}, nil
}

// Send sends a message. It may come twice, with the same ID: the system takes it once.
func (h *Hook) Send(ctx context.Context, m Message) error {
	if m.ID == "" || m.Person == "" || m.System == "" || m.From.IsZero() || strings.ContainsFunc(m.ID, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '.' }) {
		return fault.New(fault.Invalid, "通知に、番号、職員番号、管理番号、いつからかを、すべて入れてください。")
	}
	m.From = m.From.UTC()
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	at := strconv.FormatInt(h.now().Unix(), 10)
	ctx, cancel := context.WithTimeout(ctx, h.deadline)
	defer cancel()
	answer, err := h.client.Do(ctx, client.Request{Method: http.MethodPost, Body: body, Header: http.Header{
		"Content-Type":      {"application/json"},
		"Webhook-Id":        {m.ID},
		"Webhook-Timestamp": {at},
		"Webhook-Signature": {"v1," + h.sign(m.ID, at, body)},
	}})
	if err != nil {
		return err
	}
	if err = answer.Failed(); fault.KindOf(err) == fault.NotFound {
		return fault.Wrap(err, fault.NotFound, "接続先に、通知の受け口がありません。URL を確かめてください。")
	}
	return err
}

func (h *Hook) sign(id, at string, body []byte) string {
	mac := hmac.New(sha256.New, h.key)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
