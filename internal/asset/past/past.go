// Package past tells what information assets were on earlier versions: by it a register
// that was handed out then undoes nothing that others have changed since.
package past

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Past is what an asset was on an earlier version, and who has changed it since.
type Past struct {
	Since  int               // the version
	Steps  int               // how many changes there are since
	Before map[string]string // what has changed since, by the keys of fields, as it was then
	By     map[string]Hand   // who has changed it last, by the keys of fields
}

// Hand is who has changed a field last, and when.
type Hand struct {
	At time.Time
	By string // empty for the portal and its operator
}

// Of is the asset as it was then.
func (p *Past) Of(now asset.Asset) asset.Asset {
	then := now
	then.Details = now.Apply(p.Before)
	if state, changed := p.Before["state"]; changed {
		then.State = asset.State(state)
	}
	if section, changed := p.Before["section"]; changed {
		then.SectionName = section
	}
	return then
}

// most is how much of what assets were is looked at for one file, in octets: it is held in
// memory whole.
const most = 64 << 20

// Asked is an asset as it is now, with the version that is asked for.
type Asked struct {
	asset.Asset
	Since int
}

// List is what assets were on earlier versions, by their ids: of each asset on the first
// that is asked for. TooLarge where more has changed since than is looked at.
func List(ctx context.Context, db postgres.Querier, asked []Asked) (map[int64]*Past, error) {
	list := map[int64]*Past{}
	var assets []int64
	var since, until []int
	for _, a := range asked {
		if list[a.ID] == nil {
			list[a.ID] = &Past{Since: a.Since, Before: map[string]string{}, By: map[string]Hand{}}
			assets, since, until = append(assets, a.ID), append(since, a.Since), append(until, a.Version)
		}
	}
	if len(assets) == 0 {
		return list, nil
	}
	rows, err := db.Query(ctx, `
		SELECT c.asset_id, c.changed_at, coalesce(p.name, ''), c.before
		FROM unnest(@assets::bigint[], @since::int[], @until::int[]) AS o(asset, since, until)
		JOIN asset_change c ON c.asset_id = o.asset AND c.version > o.since AND c.version <= o.until
		LEFT JOIN person_shown p ON p.id = c.changed_by
		ORDER BY c.asset_id, c.version DESC`, pgx.StrictNamedArgs{"assets": assets, "since": since, "until": until})
	if err != nil {
		return nil, fmt.Errorf("looking at what assets were: %w", err)
	}
	var (
		id     int64
		hand   Hand
		before map[string]string
		size   int
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &hand.At, &hand.By, &before}, func() error {
		then := list[id]
		then.Steps++
		for key, text := range before {
			if _, later := then.By[key]; !later {
				then.By[key] = hand
			}
			size += len(text)
		}
		maps.Copy(then.Before, before)
		before = nil
		if size > most {
			return fault.New(fault.TooLarge, "書き出した後に台帳が大きく変わっていて、比べ終えられません。いまの台帳を書き出し直してから、変えて取り込んでください。")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking at what assets were: %w", err)
	}
	return list, nil
}
