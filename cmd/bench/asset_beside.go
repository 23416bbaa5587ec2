package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/load"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/sample/city"
)

const (
	assetRegisterLimit = 0.5
	assetsPageLimit    = 0.75
	assetsBeside       = 20_000 // in the register whose page is held beside a bare handler
)

// measureAssetsBeside holds what is done with the register beside the same done plainly:
// a page of its list, and an asset registered.
func measureAssetsBeside(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		if err := city.Grow(ctx, t.Pool, time.Now(), city.Size{Assets: assetsBeside, Seed: 1}); err != nil {
			return nil, err
		}
		if err := t.Analyze(ctx); err != nil {
			return nil, err
		}
		page, err := t.measureAssetsPage(ctx)
		if err != nil {
			return nil, err
		}
		register, err := t.measureRegister(ctx)
		return []figure.Figure{page, register}, err
	})
}

// measureAssetsPage holds the first page of the list of the whole town beside a bare
// handler that makes the same session query and one query of the same rows, and writes the
// same bytes.
func (t *town) measureAssetsPage(ctx context.Context) (figure.Figure, error) {
	page, stop, err := t.Serve()
	if err != nil {
		return figure.Figure{}, err
	}
	defer stop()
	f, _, err := t.holdBesideBare(ctx, page, t.Logins[officer], "/assets", func(r *http.Request) error {
		rows, err := t.Pool.Query(r.Context(), `
			SELECT a.code, s.name, a.name, a.kind, a.place, a.confidentiality, a.integrity, a.availability, a.zone, a.checked_on::text, a.state
			FROM asset a JOIN section s ON s.id = a.section_id WHERE a.state `+life.Counts+` ORDER BY -a.ranks[1], a.code_order LIMIT 101`)
		if err != nil {
			return err
		}
		var texts [11]*string
		into := make([]any, len(texts))
		for i := range texts {
			into[i] = &texts[i]
		}
		_, err = pgx.ForEachRow(rows, into, func() error { return nil })
		return err
	})
	f.Name, f.Limit = "assets-page", assetsPageLimit
	return f, err
}

// measureRegister holds the registration of an asset, with permission and trail, beside a
// plain insert of the same rows, both from several writers at once, each in a section of
// its own.
func (t *town) measureRegister(ctx context.Context) (figure.Figure, error) {
	register := asset.New(t.Pool, t.Door)
	rows, err := t.Pool.Query(ctx, `SELECT id, code FROM section ORDER BY id LIMIT $1`, writers)
	if err != nil {
		return figure.Figure{}, err
	}
	type place struct {
		ID   int64
		Code string
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err == nil && len(places) < writers {
		err = errors.New("the sample town has too few sections")
	}
	if err != nil {
		return figure.Figure{}, err
	}
	people, err := t.manyPeople(ctx, 1)
	if err != nil {
		return figure.Figure{}, err
	}
	now, err := t.state(ctx, people[0])
	if err != nil {
		return figure.Figure{}, err
	}
	details := asset.Details{
		Kind: asset.Information, Name: "見本の台帳", Content: "見本の内容", Confidentiality: "3B", Integrity: "2", Availability: "1", Personal: asset.PlainPersonal,
		Zone: asset.LGWANZone, Place: "共有フォルダ", Owner: "課長", RegisteredOn: calendar.Day(time.Now()),
	}
	next := int64(0)
	side := func(one func(n int64) error) func() (float64, error) {
		return func() (float64, error) {
			batch := make([]int64, perRound)
			for i := range batch {
				batch[i] = next
				next++
			}
			return each(batch, one)
		}
	}
	ratio, rate, plain, err := load.InTurn(
		side(func(n int64) error {
			of := places[n%writers]
			manager := authz.Actor{Person: people[0], Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: of.ID}}, State: now}
			_, err := register.Register(ctx, manager, of.Code, details)
			return err
		}),
		side(func(n int64) error { return t.insertAsset(ctx, people[0], places[n%writers].ID, n, details) }))
	return figure.Figure{
		Name: "asset-register", Ratio: ratio, AtLeast: true, Limit: assetRegisterLimit,
		Detail: fmt.Sprintf("%.0f assets/s with permission, rules and trail, %.0f plain inserts/s of the same rows, %d writers", rate, plain, writers),
	}, err
}

// insertAsset writes the rows of an asset that is registered, and nothing else.
func (t *town) insertAsset(ctx context.Context, person, section, n int64, d asset.Details) error {
	return pgx.BeginFunc(ctx, t.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO asset_number AS n (code, last) SELECT code, 1 FROM section WHERE id = $1 ON CONFLICT (code) DO UPDATE SET last = n.last + 1`, section)
		if err != nil {
			return err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO asset (code, section_id, kind, name, content, confidentiality, integrity, availability, ranks, personal, zone, place, owner, registered_on, state)
			VALUES ('plain-' || $1::bigint, $2, $3, $4, $5, $6, $7, $8, '{40,20,10}', $9, $10, $11, $12, $13, 'registered') RETURNING id`,
			n, section, d.Kind, d.Name, d.Content, d.Confidentiality, d.Integrity, d.Availability, d.Personal, d.Zone, d.Place, d.Owner, d.RegisteredOn).Scan(&id)
		if err != nil {
			return err
		}
		after := map[string]string{
			"kind": string(d.Kind), "name": d.Name, "content": d.Content, "confidentiality": d.Confidentiality, "integrity": d.Integrity, "availability": d.Availability,
			"personal": string(d.Personal), "zone": d.Zone, "place": d.Place, "owner": d.Owner, "registered_on": d.RegisteredOn.String(),
		}
		_, err = tx.Exec(ctx, `INSERT INTO asset_change (asset_id, version, changed_at, changed_by, before, after) VALUES ($1, 1, $2, $3, '{}', $4)`, id, time.Now(), person, after)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO trail_entry (at, person_id, role, action, subject_kind, subject_id, fields, refs, hash)
			VALUES ($1, $2, $3, $4, 'asset', $5, $6, '{}', sha256('plain'))`,
			time.Now(), person, authz.SecurityManager, authz.ChangeAssets, id, []string{"kind", "name", "content", "confidentiality", "integrity", "availability", "personal", "zone", "place", "owner", "registered_on"})
		return err
	})
}
