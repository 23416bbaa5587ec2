package find

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/catalogue"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Usual is an asset that sections of a name like that usually have.
type Usual struct {
	catalogue.Entry
	Code string // that of the asset of this name that the section has already; empty for none
}

// UsualOf lists what a section usually has by the standard catalogue of a day, what is
// its own first. Forbidden for who registers nothing for it.
func (s *Service) UsualOf(ctx context.Context, actor authz.Actor, section string, day calendar.Date) ([]Usual, error) {
	var of asset.Section
	var id int64
	err := s.pool.QueryRow(ctx, `SELECT id, code, name FROM section_shown WHERE code = $1`, section).Scan(&id, &of.Code, &of.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "この課室は、見つかりません。")
	}
	if err != nil {
		return nil, fmt.Errorf("finding a section: %w", err)
	}
	if _, err := authz.Check(actor, authz.DraftAssets, authz.Matter{OwnersSection: id}); err != nil {
		return nil, err
	}
	values, err := edition.LoadForPortal(ctx, s.pool, day)
	if err != nil {
		return nil, err
	}
	type had struct{ Code, Name string }
	registered, err := postgres.List[had](ctx, s.pool, "listing the names of a section's assets",
		`SELECT code, name FROM asset WHERE section_id = @section AND state `+life.Counts+` AND name = ANY(@names)`,
		pgx.StrictNamedArgs{"section": id, "names": names(catalogue.EntriesOn(values, day))})
	if err != nil {
		return nil, err
	}
	var list []Usual
	for _, e := range catalogue.For(catalogue.EntriesOn(values, day), of.Name) {
		u := Usual{Entry: e}
		if i := slices.IndexFunc(registered, func(h had) bool { return h.Name == e.Name }); i >= 0 {
			u.Code = registered[i].Code
		}
		list = append(list, u)
	}
	return list, nil
}

func names(entries []catalogue.Entry) []string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name
	}
	return list
}
