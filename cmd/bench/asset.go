package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/sample/city"

	"github.com/jackc/pgx/v5"
)

const (
	cityAssets    = 1_000_000
	fewAssets     = 1000
	registerLimit = 50 * time.Millisecond
	growthLimit   = 1.5 // with a million assets beside a thousand
	growLimit     = 2 * time.Minute
	manager       = 8 // the account of the sample town that sees one section: 税務町民課長
)

// registerPages are the pages of the register that are measured: each sort and filter,
// words of one and two characters, frequent ones and such as are never there, and the
// overview.
var registerPages = []string{
	"/assets", "/assets?sort=code", "/assets?sort=name", "/assets?sort=integrity", "/assets?sort=availability", "/assets?sort=zone", "/assets?sort=checked",
	"/assets?confidentiality=3B", "/assets?zone=internet", "/assets?kind=system", "/assets?personal=sensitive",
	"/assets?q=%E5%8F%B0%E5%B8%B3", "/assets?q=%E4%BC%9A%E8%AD%B0", "/assets?q=%E7%A9%BA",
	"/assets?sort=-confidentiality", "/assets?sort=-code", "/assets?sort=-name", "/assets?sort=-zone", "/assets?sort=-checked",
	"/assets?overdue=1", "/assets?unowned=1", "/assets?q=%E4%BC%9A", "/assets?q=12345", "/assets?q=%E4%BC%9A%E8%AD%B0&sort=zone",
	"/assets?zone=internet&kind=information", "/assets?kind=paper&personal=personal", "/assets?overdue=1&zone=offline",
	"/assets?q=%E4%BC%9A%E8%AD%B0&sort=name", "/assets?q=%E4%BC%9A%E8%AD%B0&sort=-name", "/assets?q=%E8%A8%98%E9%8C%B2&overdue=1&sort=name", "/assets/overview",
}

// looker is who looks at the register: at a section, or at all of the town.
type looker struct {
	name string
	who  int
}

var lookers = []looker{{"assets-of-section", manager}, {"assets-of-town", officer}}

// measureAssets measures the pages of the register of a city with a million assets, and
// how long it takes to make one: for who sees one section, and for who sees all.
func measureAssets(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		page, stop, err := t.Serve()
		if err != nil {
			return nil, err
		}
		defer stop()
		begun := time.Now()
		if err := city.Grow(ctx, t.Pool, begun, city.Size{People: cityPeople, Assets: fewAssets, Seed: 1}); err != nil {
			return nil, err
		}
		grown := time.Since(begun)
		few, err := t.measureRegisterPages(ctx, page)
		if err != nil {
			return nil, err
		}
		begun = time.Now()
		if err := city.Grow(ctx, t.Pool, begun, city.Size{People: cityPeople, Assets: cityAssets, Seed: 1}); err != nil {
			return nil, err
		}
		grown += time.Since(begun)
		many, err := t.measureRegisterPages(ctx, page)
		if err != nil {
			return nil, err
		}
		figures := []figure.Figure{{
			Name: "assets-grown", Ratio: grown.Seconds() / growLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("a city of %d people and %d assets made in %.0f s, limit %v", cityPeople, cityAssets, grown.Seconds(), growLimit),
		}}
		for _, look := range lookers {
			figures = append(figures, lookFigures(look.name, few[look], many[look])...)
		}
		cookie, err := portal.SignIn(ctx, page, t.Logins[officer])
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

// lookFigures are the slowest page of a million assets, and the one that has become slowest
// beside itself with a thousand.
func lookFigures(name string, few, many []time.Duration) []figure.Figure {
	slowest, grown := 0, 0
	over := ""
	times := func(i int) float64 { return many[i].Seconds() / few[i].Seconds() }
	for i, took := range many {
		if took > many[slowest] {
			slowest = i
		}
		if times(i) > times(grown) {
			grown = i
		}
		if took > registerLimit {
			over += fmt.Sprintf("; %s %v", registerPages[i], took.Round(time.Millisecond/10))
		}
	}
	return []figure.Figure{{
		Name: name, Ratio: many[slowest].Seconds() / registerLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("the slowest page, %s, in %v with %d assets, limit %v%s", registerPages[slowest], many[slowest].Round(time.Millisecond/10), cityAssets, registerLimit, over),
	}, {
		Name: name + "-growth", Ratio: times(grown), Limit: growthLimit,
		Detail: fmt.Sprintf("%s takes %v with %d assets and %v with %d", registerPages[grown], many[grown].Round(time.Millisecond/10), cityAssets, few[grown].Round(time.Millisecond/10), fewAssets),
	}}
}

// measureRegisterPages measures the pages, each drawn anew, for each who looks.
func (t *town) measureRegisterPages(ctx context.Context, page *httptest.Server) (took map[looker][]time.Duration, err error) {
	if err := t.Analyze(ctx); err != nil {
		return nil, err
	}
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	took = map[looker][]time.Duration{}
	for _, look := range lookers {
		cookie, err := portal.SignIn(ctx, page, t.Logins[look.who])
		if err != nil {
			return nil, err
		}
		for _, path := range registerPages {
			var seconds []float64
			for range pageRounds {
				// as if an asset had changed: no page is shown again as it was drawn before
				if _, err := owner.Exec(ctx, `UPDATE asset_state SET number = number + 1`); err != nil {
					return nil, err
				}
				begun := time.Now()
				if _, err := portal.Get(ctx, page.URL+path, cookie); err != nil {
					return nil, err
				}
				seconds = append(seconds, time.Since(begun).Seconds())
			}
			took[look] = append(took[look], time.Duration(figure.Median(seconds)*float64(time.Second)))
		}
	}
	return took, nil
}
