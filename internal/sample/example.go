package sample

import (
	"context"
	_ "embed"

	"kagami/internal/policy"
)

// Two texts written for the sample, and marked 例: no town has them.
var (
	//go:embed taisaku-kijun.txt
	standard string
	//go:embed jisshi-tejun.txt
	procedure string
)

// Examples publishes a 対策基準 for everyone and a 実施手順 for one section in the
// sample town with these accounts.
func Examples(ctx context.Context, t Town, accounts []Account) error {
	actors, err := t.actors(ctx, accounts)
	if err != nil {
		return err
	}
	for _, text := range []policy.Text{
		{Kind: policy.Standard, Code: "taisaku-kijun", Source: standard, Audience: policy.Audience{Everyone: true}},
		{Kind: policy.Procedure, Code: "juumin-tanmatsu", Source: procedure, Audience: policy.Audience{Sections: []string{"zeimu"}}},
	} {
		if _, _, err := t.decide(ctx, accounts, actors, fiscalYear(t.Now()), text); err != nil {
			return err
		}
	}
	return nil
}
