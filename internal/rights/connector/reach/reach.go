// Package reach is what connectors lead to: the kinds of it, what is asked of each in a form,
// and how each is reached. It knows no database.
package reach

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/webhook"
)

// Kind is what a connector leads to.
type Kind string

// The kinds.
const (
	LDAP    Kind = "ldap"
	SCIM    Kind = "scim"
	Webhook Kind = "webhook"
)

// Kinds are all of them, in the order in which they are offered.
func Kinds() []Kind { return []Kind{LDAP, SCIM, Webhook} }

// Title is what the kind is called.
func (k Kind) Title() string {
	switch k {
	case LDAP:
		return "ディレクトリ（LDAP・Active Directory）"
	case SCIM:
		return "SCIM 2.0 のサービス"
	case Webhook:
		return "署名付きの通知（Webhook）"
	}
	return ""
}

// Lists tells whether what it leads to can be asked for its accounts.
func (k Kind) Lists() bool { return k == LDAP || k == SCIM }

// Hook is what is told that somebody may use a system or may no more, and does it by itself.
type Hook interface {
	Send(ctx context.Context, m webhook.Message) error
}

// Far is what a connector leads to: one of both.
type Far struct {
	Peer peer.Peer
	Hook Hook
}

// Dial makes what a connector leads to, or says what is wrong with its settings. It asks
// nothing of the network.
type Dial func(kind Kind, config json.RawMessage, secret string, now func() time.Time) (Far, error)

// WithGroups is a configuration with the groups that the connector's systems name.
func WithGroups(kind Kind, config []byte, groups []string) (json.RawMessage, error) {
	if !kind.Lists() || len(groups) == 0 {
		return config, nil
	}
	fields := map[string]any{}
	if err := json.Unmarshal(config, &fields); err != nil {
		return nil, fmt.Errorf("reading a configuration: %w", err)
	}
	fields["groups"] = groups
	whole, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("writing a configuration: %w", err)
	}
	return whole, nil
}
