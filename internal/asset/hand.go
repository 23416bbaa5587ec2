package asset

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// IsThere tells in SQL of section_shown s whether there is the section today.
const IsThere = `(s.abolished_on IS NULL OR s.abolished_on > @today::date)`

// Hand gives an asset to another section, on the version that the actor has seen: it keeps
// its 管理番号. Who may change it may hand it over; of a section that has ended, whose people
// are gone, also who sets the register's rules. Invalid where there is no such section
// today, or the asset is of it already; Conflict where the section's own number stands for
// another one there, or the asset has been changed since, or has ended.
func (s *Service) Hand(ctx context.Context, actor authz.Actor, code string, version int, section, why string) error {
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := Lock(ctx, tx, actor, code, version)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := allowHanding(ctx, tx, actor, was); err != nil {
			return door.Unchanged(), err
		}
		to, err := postgres.One[struct {
			ID   int64
			Name string
		}](ctx, tx, "finding a section to hand over to", `SELECT s.id, s.name FROM section_shown s WHERE s.code = @code AND `+IsThere,
			pgx.StrictNamedArgs{"code": section, "today": tx.Today()})
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), err
		}
		var problems []fault.Problem
		switch to.ID {
		case 0:
			problems = append(problems, fault.Problem{Field: "section", Message: "引き継ぐ課室を選んでください。"})
		case was.Section:
			problems = append(problems, fault.Problem{Field: "section", Message: "すでにこの課室の情報資産です。引き継ぐ、別の課室を選んでください。"})
		}
		if utf8.RuneCountInString(why) > maxWhy {
			problems = append(problems, fault.Problem{Field: "why", Message: "理由が長すぎます。" + charsUpTo(maxWhy) + "までで書いてください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE asset SET section_id = @section, version = version + 1 WHERE id = @id`, pgx.StrictNamedArgs{"id": was.ID, "section": to.ID}); err != nil {
			return door.Unchanged(), fmt.Errorf("handing an asset over: %w", Known(err))
		}
		return door.Effect{Subject: trail.Subject{Kind: "asset", ID: was.ID}, Fields: []string{"section"}, Refs: map[string]int64{"section": to.ID}},
			note(ctx, tx, actor, was.ID, was.Version+1, why, map[string]string{"section": was.SectionName}, map[string]string{"section": to.Name})
	})
}

// allowHanding allows the actor to give an asset to another section.
func allowHanding(ctx context.Context, tx *door.Tx, actor authz.Actor, a Asset) error {
	if a.MayChange(actor) {
		return tx.Allow(authz.ChangeAssets, a.matter())
	}
	var there bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM section_shown s WHERE s.id = @section AND `+IsThere+`)`,
		pgx.StrictNamedArgs{"section": a.Section, "today": tx.Today()}).Scan(&there)
	if err != nil {
		return fmt.Errorf("looking whether a section has ended: %w", err)
	}
	if there {
		return tx.Allow(authz.ChangeAssets, a.matter())
	}
	return tx.Allow(authz.SetAssetRules, authz.Matter{})
}
