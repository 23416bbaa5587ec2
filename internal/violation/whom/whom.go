// Package whom finds whom a violation is about, in whose work it happened, and in which system.
package whom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Person is somebody of the organization.
type Person struct {
	ID           int64
	Number, Name string
	Section      int64    // in whose work it happened; 0 for none
	Codes        []string // of the 課室 where they work today
}

func invalid(field, message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
}

// Named finds somebody by their 職員番号, or by their whole name where nobody else has it. A problem
// of the field where there is none, or more than one.
func Named(ctx context.Context, db postgres.Querier, field, words string) (Person, error) {
	type row struct {
		ID           int64
		Number, Name string
		ByNumber     bool
	}
	words = strings.TrimSpace(words)
	list, err := postgres.List[row](ctx, db, "finding somebody by what was typed", `
		SELECT p.id, p.staff_number AS number, p.name, lower(p.staff_number) = lower(@words) AS by_number FROM person_shown p
		WHERE lower(p.staff_number) = lower(@words) OR lower(replace(normalize(p.name, NFKC), ' ', '')) = @name ORDER BY by_number DESC, p.id LIMIT 2`,
		pgx.StrictNamedArgs{"words": words, "name": strings.ToLower(strings.ReplaceAll(norm.NFKC.String(words), " ", ""))})
	switch {
	case err != nil:
		return Person{}, err
	case len(list) == 0:
		return Person{}, invalid(field, "この職員番号か氏名の人は、見つかりません。職員番号を確かめてください。")
	case len(list) > 1 && !list[0].ByNumber:
		return Person{}, invalid(field, "同じ氏名の人が、何人かいます。職員番号を入力してください。")
	}
	return Person{ID: list[0].ID, Number: list[0].Number, Name: list[0].Name}, nil
}

// Find finds somebody as Named does, and in whose work it happened: the 課室 of the code, or else
// their first post; of who works nowhere today where they worked last. Problems of the fields
// person and section.
func Find(ctx context.Context, db postgres.Querier, words, section string, day calendar.Date) (Person, error) {
	found, err := Named(ctx, db, "person", words)
	if err != nil {
		return Person{}, err
	}
	type row struct {
		Sections []int64
		Codes    []string
		Last     int64
	}
	p, err := postgres.One[row](ctx, db, "finding where somebody works", `
		SELECT ARRAY(SELECT w.section_id FROM standing w WHERE w.person_id = p.id AND w.section_id IS NOT NULL AND w.period @> @day::date ORDER BY w.acting, w.position, w.id) AS sections,
		       ARRAY(SELECT s.code FROM standing w JOIN section_shown s ON s.id = w.section_id WHERE w.person_id = p.id AND w.period @> @day::date ORDER BY w.acting, w.position, w.id) AS codes,
		       coalesce((SELECT w.section_id FROM standing w WHERE w.person_id = p.id AND w.section_id IS NOT NULL AND lower(w.period) <= @day::date
		                 ORDER BY upper(w.period) DESC, w.acting, w.position, w.id LIMIT 1), 0) AS last
		FROM person_shown p WHERE p.id = @id`, pgx.StrictNamedArgs{"id": found.ID, "day": day})
	if err != nil {
		return Person{}, err
	}
	found.Section, found.Codes = p.Last, p.Codes
	if len(p.Sections) == 0 {
		return found, nil
	}
	at := 0
	if section != "" {
		if at = slices.Index(p.Codes, section); at < 0 {
			return Person{}, invalid("section", "この人は、この課室にはいません。課室を選び直してください。")
		}
	}
	found.Section = p.Sections[at]
	return found, nil
}

// System is that in which something happened, and the 課室 that answers for it.
type System struct {
	ID, Section int64
	Name        string
}

// Where finds a system by its 管理番号; nothing for the empty one. A problem of the field system.
func Where(ctx context.Context, db postgres.Querier, code string) (System, error) {
	if code == "" {
		return System{}, nil
	}
	y, err := postgres.One[System](ctx, db, "finding the system of a case", `SELECT id, section_id AS section, name FROM system_shown WHERE code = @code`, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return System{}, invalid("system", "この管理番号のシステムは、見つかりません。番号を確かめてください。")
	}
	if err != nil {
		return System{}, fmt.Errorf("looking where it happened: %w", err)
	}
	return y, nil
}
