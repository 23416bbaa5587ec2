package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kagami/internal/sample/city"

	"github.com/jackc/pgx/v5"
)

const (
	cityAssets    = 1_000_000
	registerLimit = 50 * time.Millisecond
	growLimit     = 2 * time.Minute
	manager       = 8 // the account of the sample town that sees one section: 税務町民課長
)

// analyze lets the database count what it holds, as it does by itself before long.
func (t *town) analyze(ctx context.Context) (err error) {
	owner, err := pgx.Connect(ctx, t.url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	_, err = owner.Exec(ctx, `ANALYZE`)
	return err
}

// measureAssets measures the pages of the register of a city with a million assets, and
// how long it takes to make one: for who sees one section, and for who sees all.
func measureAssets(ctx context.Context, _ string) ([]figure, error) {
	return onTown(ctx, func(t *town) ([]figure, error) {
		begun := time.Now()
		if err := city.Grow(ctx, t.pool, begun, city.Size{People: cityPeople, Assets: cityAssets, Seed: 1}); err != nil {
			return nil, err
		}
		grown := time.Since(begun)
		if err := t.analyze(ctx); err != nil {
			return nil, err
		}
		page, stop, err := t.serve()
		if err != nil {
			return nil, err
		}
		defer stop()
		figures := []figure{{
			name: "assets-grown", ratio: grown.Seconds() / growLimit.Seconds(), limit: 1,
			detail: fmt.Sprintf("a city of %d people and %d assets made in %.0f s, limit %v", cityPeople, cityAssets, grown.Seconds(), growLimit),
		}}
		for _, look := range []struct {
			name string
			who  int
		}{{"assets-of-section", manager}, {"assets-of-town", officer}} {
			cookie, err := signIn(ctx, page, t.accounts[look.who])
			if err != nil {
				return nil, err
			}
			var slowest time.Duration
			which := ""
			for _, path := range []string{
				"/assets", "/assets?sort=code", "/assets?sort=name", "/assets?sort=integrity", "/assets?sort=availability", "/assets?sort=zone", "/assets?sort=checked",
				"/assets?confidentiality=3B", "/assets?zone=internet", "/assets?kind=system", "/assets?personal=sensitive",
				"/assets?q=%E5%8F%B0%E5%B8%B3", "/assets?q=%E4%BC%9A%E8%AD%B0", "/assets?q=%E7%A9%BA",
				"/assets?sort=-confidentiality", "/assets?sort=-code", "/assets?sort=-name", "/assets?sort=-zone", "/assets?sort=-checked",
				"/assets?overdue=1", "/assets?unowned=1", "/assets?q=%E4%BC%9A", "/assets?q=12345", "/assets?q=%E4%BC%9A%E8%AD%B0&sort=zone",
				"/assets?zone=internet&kind=information", "/assets?kind=paper&personal=personal", "/assets?overdue=1&zone=offline",
				"/assets?q=%E4%BC%9A%E8%AD%B0&sort=name", "/assets?q=%E4%BC%9A%E8%AD%B0&sort=-name", "/assets?q=%E8%A8%98%E9%8C%B2&overdue=1&sort=name", "/assets/overview",
			} {
				took, err := medianTime(ctx, page.URL+path, cookie)
				if err != nil {
					return nil, err
				}
				if took > slowest {
					slowest, which = took, path
				}
			}
			figures = append(figures, figure{
				name: look.name, ratio: slowest.Seconds() / registerLimit.Seconds(), limit: 1,
				detail: fmt.Sprintf("the slowest page, %s, in %v with %d assets, limit %v", which, slowest.Round(time.Millisecond/10), cityAssets, registerLimit),
			})
		}
		cookie, err := signIn(ctx, page, t.accounts[officer])
		if err != nil {
			return nil, err
		}
		export, err := t.measureExport(ctx, page.URL, cookie)
		if err != nil {
			return nil, err
		}
		return append(figures, export), nil
	})
}
