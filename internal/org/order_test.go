package org_test

import (
	"slices"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/org"
)

// People stand in the order in which a reader looks for them, however they were
// registered or renamed: ガトウ before カンダ.
func TestPeopleStandInTheOrderOfTheSyllables(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	ctx := t.Context()
	for number, name := range map[string]string{"1": "カンダ", "2": "ガトウ", "3": "ミホン"} {
		_, err := tn.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本", Furigana: name})
		tn.must(err)
	}
	third, err := tn.Person(ctx, operator, "3")
	tn.must(err)
	third.Furigana = "ガ"
	tn.must(tn.ChangePerson(ctx, operator, third.ID, third))
	found := func(number, name string) {
		tn.must(tn.door.Do(ctx, operator, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
			if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			_, effect, err := org.Found(ctx, tx, org.Person{StaffNumber: number, Name: "見本", Furigana: name})
			return effect, err
		}))
	}
	found("4", "ガナハ")
	found("1", "アンドウ")
	page, err := tn.People(ctx, operator, org.Search{Day: day("2026-11-24")})
	tn.must(err)
	var order []string
	for _, line := range page.People {
		order = append(order, line.Furigana)
	}
	if want := []string{"アンドウ", "ガ", "ガトウ", "ガナハ"}; !slices.Equal(order, want) {
		t.Errorf("in the order %q, want %q", order, want)
	}
}
