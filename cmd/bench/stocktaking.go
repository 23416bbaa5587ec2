package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/sample/city"
)

const (
	stocktakingOpenLimit = 5 * time.Second
	stocktakingLimit     = 50 * time.Millisecond
	stocktakingAssets    = 500 // of the section that is gone through
	stocktakingTaps      = 40
)

// measureStocktaking measures, in a city with a million assets, how long it takes to open a
// 棚卸し of all of them, to see a section of some hundreds, and to answer for one.
func measureStocktaking(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		stocktakings := stocktaking.New(t.Pool, t.Door, asset.New(t.Pool, t.Door), stocktaking.Ties{})
		who := authz.Actor{Person: t.Logins[officer].Person, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
		if err := t.closeSample(ctx, stocktakings, who); err != nil {
			return nil, err
		}
		if err := city.Grow(ctx, t.Pool, time.Now(), city.Size{People: cityPeople, Assets: cityAssets, Seed: 1}); err != nil {
			return nil, err
		}
		if err := t.Analyze(ctx); err != nil {
			return nil, err
		}
		begun := time.Now()
		code, err := stocktakings.Open(ctx, who, stocktaking.Plan{Title: "大きな町の棚卸し", Whole: true, DueOn: calendar.Day(begun).AddDays(60)})
		if err != nil {
			return nil, err
		}
		opened := time.Since(begun)
		section, err := t.largeSection(ctx)
		if err != nil {
			return nil, err
		}
		figures := []figure.Figure{{
			Name: "stocktaking-open", Ratio: opened.Seconds() / stocktakingOpenLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("a 棚卸し of %d assets opened in %v, limit %v", cityAssets, opened.Round(time.Millisecond), stocktakingOpenLimit),
		}}
		seen, err := t.measureStocktakingPage(ctx, address.StocktakingSection(code, section.Code))
		if err != nil {
			return nil, err
		}
		figures = append(figures, figureOf("stocktaking-section", fmt.Sprintf("a page of a section of %d assets", section.Assets), seen))
		tapped, err := t.measureTaps(ctx, stocktakings, code, section)
		return append(figures, figureOf("stocktaking-tap", "an answer", tapped)), err
	})
}

// figureOf is a figure of something that has the limit of all pages.
func figureOf(name, what string, seconds float64) figure.Figure {
	took := time.Duration(seconds * float64(time.Second))
	return figure.Figure{Name: name, Ratio: seconds / stocktakingLimit.Seconds(), Limit: 1, Detail: fmt.Sprintf("%s in %v, limit %v", what, took.Round(time.Millisecond/10), stocktakingLimit)}
}

// closeSample closes what the sample town has under way: no section is gone through twice at once.
func (t *town) closeSample(ctx context.Context, stocktakings *stocktaking.Service, who authz.Actor) error {
	list, _, err := stocktakings.List(ctx, who, "")
	if err != nil {
		return err
	}
	for _, u := range list {
		lacking, err := stocktakings.Lacking(ctx, who, u.Code)
		if err != nil {
			return err
		}
		if err := stocktakings.Close(ctx, who, u.Code, len(lacking), "見本"); err != nil {
			return err
		}
	}
	return nil
}

// large is a section that is gone through.
type large struct {
	ID     int64
	Code   string
	Assets int
}

// largeSection is the one whose assets are nearest to some hundreds.
func (t *town) largeSection(ctx context.Context) (large, error) {
	rows, err := t.Pool.Query(ctx, `
		SELECT s.id, s.code, n.held AS assets FROM stocktaking_section n JOIN section s ON s.id = n.section_id WHERE n.open ORDER BY abs(n.held - $1), s.id LIMIT 1`, stocktakingAssets)
	if err != nil {
		return large{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[large])
}

// measureStocktakingPage is the median time of a section's page.
func (t *town) measureStocktakingPage(ctx context.Context, path string) (float64, error) {
	page, stop, err := t.Serve()
	if err != nil {
		return 0, err
	}
	defer stop()
	cookie, err := portal.SignIn(ctx, page, t.Logins[officer])
	if err != nil {
		return 0, err
	}
	var seconds []float64
	for range pageRounds {
		begun := time.Now()
		if _, err := portal.Get(ctx, page.URL+path, cookie); err != nil {
			return 0, err
		}
		seconds = append(seconds, time.Since(begun).Seconds())
	}
	return figure.Median(seconds), nil
}

// measureTaps is the median time of an answer by the section's 管理者.
func (t *town) measureTaps(ctx context.Context, stocktakings *stocktaking.Service, code string, section large) (float64, error) {
	manager := authz.Actor{Person: t.Logins[officer].Person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section.ID}}}
	place, err := stocktakings.FindSection(ctx, manager, code, section.Code)
	if err != nil {
		return 0, err
	}
	list, err := stocktakings.Lines(ctx, manager, place, stocktaking.Choice{})
	if err != nil {
		return 0, err
	}
	var seconds []float64
	for _, l := range list.Lines[:min(stocktakingTaps, len(list.Lines))] {
		begun := time.Now()
		if err := stocktakings.Answer(ctx, manager, code, section.Code, stocktaking.Finding{Code: l.Code, Result: stocktaking.Same}); err != nil {
			return 0, err
		}
		seconds = append(seconds, time.Since(begun).Seconds())
	}
	return figure.Median(seconds), nil
}
