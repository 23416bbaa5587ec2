package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/asset/life"
)

const (
	exportRows  = 100_000
	exportLimit = 10 * time.Second
)

// measureExport measures how long it takes to be handed 100,000 assets of a city as a
// workbook: those of the filter that leaves about as many, reckoned for each of them.
func (t *town) measureExport(ctx context.Context, page string, cookie *http.Cookie) (figure.Figure, error) {
	var field, value string
	var rows int
	err := t.Pool.QueryRow(ctx, `
		SELECT field, value, rows FROM (
			SELECT 'kind' AS field, kind AS value, count(*)::int AS rows FROM asset WHERE state `+life.Counts+` GROUP BY kind
			UNION ALL SELECT 'zone', zone, count(*)::int FROM asset WHERE state `+life.Counts+` GROUP BY zone
			UNION ALL SELECT 'personal', personal, count(*)::int FROM asset WHERE state `+life.Counts+` GROUP BY personal
			UNION ALL SELECT 'confidentiality', confidentiality, count(*)::int FROM asset WHERE state `+life.Counts+` GROUP BY confidentiality) AS filters
		WHERE rows < 199000 ORDER BY abs(rows - @rows) LIMIT 1`, pgx.StrictNamedArgs{"rows": exportRows}).Scan(&field, &value, &rows)
	if err != nil {
		return figure.Figure{}, fmt.Errorf("finding a filter: %w", err)
	}
	begun := time.Now()
	file, err := portal.Get(ctx, page+"/assets/export.xlsx?"+url.Values{field: {value}}.Encode(), cookie)
	if err != nil {
		return figure.Figure{}, err
	}
	took := time.Since(begun)
	each := took.Seconds() * exportRows / float64(rows)
	return figure.Figure{
		Name: "assets-export", Ratio: each / exportLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("%d of %d assets as a workbook of %.1f MB in %.1f s, of 100,000 %.1f s, limit %v", rows, cityAssets, float64(len(file))/1e6, took.Seconds(), each, exportLimit),
	}, nil
}
