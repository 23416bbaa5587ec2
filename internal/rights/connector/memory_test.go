package connector_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/webhook"
	"kagami/internal/rights/connector/reach"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// directory is one in memory. Each account is changed under its lock; ops counts changes.
type directory struct {
	sync.Mutex
	accounts []peer.Account
	sent     []webhook.Message
	ops      int
	fail     func(operation, id string) error // nil for what succeeds
	before   func(operation string)           // before each change
}

func (d *directory) dial(kind reach.Kind, _ json.RawMessage, secret string, _ func() time.Time) (reach.Far, error) {
	if secret == "wrong" {
		return reach.Far{}, peer.Wrong("password", "パスワードが違います。")
	}
	if kind == reach.Webhook {
		return reach.Far{Hook: d}, nil
	}
	return reach.Far{Peer: d}, nil
}

func (d *directory) may(operation, id string) error {
	if d.fail == nil {
		return nil
	}
	return d.fail(operation, id)
}

func (d *directory) Send(_ context.Context, m webhook.Message) error {
	d.Lock()
	defer d.Unlock()
	if err := d.may("send", m.ID); err != nil {
		return err
	}
	d.sent = append(d.sent, m)
	return nil
}

func (d *directory) Check(context.Context) error { return d.may("check", "") }

func (d *directory) Find(_ context.Context, number string) (found []peer.Account, err error) {
	d.Lock()
	defer d.Unlock()
	for _, a := range d.accounts {
		if strings.EqualFold(a.Number, number) {
			found = append(found, a)
		}
	}
	return found, d.may("find", "")
}

func (d *directory) at(id string) (int, error) {
	i := slices.IndexFunc(d.accounts, func(a peer.Account) bool { return a.ID == id })
	if i < 0 {
		return i, peer.Gone(errors.New("no such account"))
	}
	return i, nil
}

func (d *directory) Get(_ context.Context, id string) (peer.Account, error) {
	d.Lock()
	defer d.Unlock()
	i, err := d.at(id)
	if err != nil {
		return peer.Account{}, err
	}
	return d.accounts[i], d.may("get", id)
}

func (d *directory) change(operation, id string, change func(a *peer.Account)) error {
	if d.before != nil {
		d.before(operation)
	}
	d.Lock()
	defer d.Unlock()
	d.ops++
	if err := d.may(operation, id); err != nil {
		return err
	}
	i, err := d.at(id)
	if err == nil {
		change(&d.accounts[i])
	}
	return err
}

func (d *directory) Enable(_ context.Context, id string, on bool) error {
	return d.change("enable", id, func(a *peer.Account) { a.Enabled = on })
}

func (d *directory) Join(_ context.Context, id, group string, in bool) error {
	return d.change("join", id, func(a *peer.Account) {
		a.Groups = slices.DeleteFunc(slices.Clone(a.Groups), func(g string) bool { return g == group })
		if in {
			a.Groups = append(a.Groups, group)
		}
	})
}

func (d *directory) List(_ context.Context, yield func(peer.Account) error) error {
	d.Lock()
	accounts := slices.Clone(d.accounts)
	d.Unlock()
	if err := d.may("list", ""); err != nil {
		return err
	}
	for _, a := range accounts {
		if err := yield(a); err != nil {
			return err
		}
	}
	return nil
}

// state is how an account is: on or off, and its groups.
func (d *directory) state(id string) string {
	d.Lock()
	defer d.Unlock()
	i, err := d.at(id)
	if err != nil {
		return "gone"
	}
	words := "off"
	if d.accounts[i].Enabled {
		words = "on"
	}
	return strings.Join(append([]string{words}, d.accounts[i].Groups...), " ")
}

// away fails as a peer that does not answer.
func away(string, string) error { return fault.New(fault.Unavailable, "つながりません。") }
