package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
)

const (
	cityPeople   = 50_000
	citySections = 2_000
	pageLimit    = 100 * time.Millisecond
	pageRounds   = 11
	// The accounts of the sample town that look: 総務課長, who sees and changes
	// all, and the ポータル管理者.
	officer, administrator = 2, 6
)

// measureOrganization measures the pages of the organization of a large city,
// and tells the slowest.
func measureOrganization(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		if err := t.growToCity(ctx); err != nil {
			return nil, err
		}
		page, stop, err := t.Serve()
		if err != nil {
			return nil, err
		}
		defer stop()
		var (
			slowest time.Duration
			which   string
		)
		for _, look := range []struct {
			who   int // the account that looks
			paths []string
		}{
			{officer, []string{
				"/organization", "/organization?on=2026-05-01", "/organization?after=c1000", "/organization/c1000", "/roles",
				"/people", "/people?q=%E6%B0%8F1", "/people?after=C30000", "/people/C30000", "/people/C30000/appoint?section=c1000", "/register",
				"/policies/kihon/readers", "/policies/kihon/readers?after=1000", "/policies/kihon/readers/C30000", "/notices",
			}},
			{administrator, []string{"/", "/accounts", "/accounts?q=%E6%B0%8F1", "/accounts/C30000", "/accounts/invitations"}},
		} {
			cookie, err := portal.SignIn(ctx, page, t.Logins[look.who])
			if err != nil {
				return nil, err
			}
			for _, path := range look.paths {
				took, err := medianTime(ctx, page.URL+path, cookie)
				if err != nil {
					return nil, err
				}
				if took > slowest {
					slowest, which = took, path
				}
			}
		}
		return []figure.Figure{{
			Name: "organization", Ratio: slowest.Seconds() / pageLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("the slowest page, %s, in %v with %d people and %d sections, limit %v", which, slowest.Round(time.Millisecond/10), cityPeople, citySections, pageLimit),
		}}, nil
	})
}

func medianTime(ctx context.Context, address string, cookie *http.Cookie) (time.Duration, error) {
	var seconds []float64
	for range pageRounds {
		begun := time.Now()
		if _, err := portal.Get(ctx, address, cookie); err != nil {
			return 0, err
		}
		seconds = append(seconds, time.Since(begun).Seconds())
	}
	return time.Duration(figure.Median(seconds) * float64(time.Second)), nil
}

// growToCity adds sections, posts and people straight into the tables: how they
// come there is not what is measured. Each person has held a post before.
func (t *town) growToCity(ctx context.Context) (err error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	for _, statement := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO section (code, name, kind, position) SELECT 'c' || i, '見本' || i || '課', 'internal', 100 + i FROM generate_series(1, $1) i`, []any{citySections}},
		{`INSERT INTO post (section_id, title, single_holder, position)
		  SELECT s.id, p.title, p.title = '課長', p.position
		  FROM section s, (VALUES ('課長', 0), ('担当副課長', 1), ('係長', 2), ('主査', 3), ('職員', 4)) p (title, position) WHERE s.code ~ '^c[0-9]+$'`, nil},
		{`ANALYZE section, post`, nil},
		{`INSERT INTO person (staff_number, name, furigana, email)
		  SELECT 'C' || i, '見本 氏' || i, 'ミホン ' || translate(i::text, '0123456789', 'アイウエオカキクケコ'), 'c' || i || '@town.example' FROM generate_series(1, $1) i`, []any{cityPeople}},
		{`WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM person WHERE staff_number ~ '^C[0-9]+$'),
		       sections AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM section WHERE code ~ '^c[0-9]+$')
		  INSERT INTO appointment (person_id, post_id, single_holder, period)
		  SELECT p.id, po.id, po.single_holder, period.days
		  FROM numbered p JOIN sections s ON s.n = p.n % $1 JOIN post po ON po.section_id = s.id AND po.position = least(p.n / $1, 4),
		       (VALUES (daterange('2020-04-01', '2024-04-01')), (daterange('2024-04-01', NULL))) period (days)`, []any{citySections}},
		{`ANALYZE`, nil},
	} {
		if _, err := owner.Exec(ctx, statement.sql, statement.args...); err != nil {
			return fmt.Errorf("growing to a city: %w", err)
		}
	}
	return nil
}
