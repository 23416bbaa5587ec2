package reach

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer/ldap"
	"kagami/internal/rights/connector/peer/scim"
	"kagami/internal/rights/connector/peer/webhook"
)

// DialPeers is the Dial of a portal: it reaches directories, services and webhooks.
func DialPeers(kind Kind, config json.RawMessage, secret string, now func() time.Time) (Far, error) {
	switch kind {
	case LDAP:
		c, err := read[ldap.Config](config)
		if err != nil {
			return Far{}, err
		}
		d, err := ldap.New(c, secret)
		if err != nil {
			return Far{}, err
		}
		return Far{Peer: d}, nil
	case SCIM:
		c, err := read[scim.Config](config)
		if err != nil {
			return Far{}, err
		}
		d, err := scim.New(c, secret)
		if err != nil {
			return Far{}, err
		}
		return Far{Peer: d}, nil
	case Webhook:
		c, err := read[webhook.Config](config)
		if err != nil {
			return Far{}, err
		}
		h, err := webhook.New(c, secret, now)
		if err != nil {
			return Far{}, err
		}
		return Far{Hook: h}, nil
	}
	return Far{}, fault.New(fault.Invalid, "連携の種類を選んでください。")
}

// read reads a configuration; one with a part that nobody knows is refused.
func read[T any](config json.RawMessage) (c T, err error) {
	decoder := json.NewDecoder(bytes.NewReader(config))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return c, fmt.Errorf("reading a configuration: %w", err)
	}
	return c, nil
}
