package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/internal/authz"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/connectortest"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/secret"
)

const (
	comparedAccounts = 50_000
	comparedLimit    = time.Minute
)

// measureRightsComparison measures how long it takes to compare a directory of many accounts
// with what is wanted, where some of them differ.
func measureRightsComparison(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		system, err := connectortest.Accounts(comparedAccounts).Grow(ctx, t.URL)
		if err != nil {
			return nil, err
		}
		connectors := connector.New(t.Pool, t.Door, secret.Random(), slog.New(slog.NewJSONHandler(io.Discard, nil)), func(reach.Kind, json.RawMessage, string, func() time.Time) (reach.Far, error) {
			return reach.Far{Peer: connectortest.Accounts(comparedAccounts)}, nil
		})
		who := authz.Actor{Person: t.Logins[officer].Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
		code, err := connectors.Make(ctx, who, connector.Details{Name: "大きなディレクトリ", Kind: reach.LDAP, Secret: "secret"})
		if err != nil {
			return nil, err
		}
		if err := connectors.Assign(ctx, who, code, 1, connector.Assignment{System: system, What: connector.WholeAccount}); err != nil {
			return nil, err
		}
		if err := connectors.Try(ctx, who, code); err != nil {
			return nil, err
		}
		begun := time.Now()
		if err := connectors.CompareDue(ctx); err != nil {
			return nil, err
		}
		took := time.Since(begun)
		c, err := connectors.Find(ctx, who, code)
		if err != nil {
			return nil, err
		}
		_, planned, err := connectors.Plan(ctx, who, code)
		if err != nil {
			return nil, err
		}
		if want := comparedAccounts / connectortest.Odd; c.RunEntries != comparedAccounts || planned != want {
			return nil, fmt.Errorf("compared %d accounts and found %d that differ, not %d", c.RunEntries, planned, want)
		}
		return []figure.Figure{{
			Name: "rights-comparison", Ratio: took.Seconds() / comparedLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("%d accounts compared with what is wanted in %v, limit %v", comparedAccounts, took.Round(time.Millisecond), comparedLimit),
		}}, nil
	})
}
