package postgres_test

import (
	"bytes"
	"testing"

	"kagami/internal/furigana"
)

// Who is there already when names get their order stands in it too.
func TestNamesThatAreThereGetTheirOrder(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	provider, _ := steps(t, db)
	if _, err := provider.DownTo(t.Context(), 34); err != nil {
		t.Fatal(err)
	}
	owner := db.Owner(t)
	_, err := owner.Exec(t.Context(), `
		INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本 一', 'カンダ'), ('2', '見本 二', 'ガトウ'), ('3', '見本 三', 'ガトウ')`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 35); err != nil {
		t.Fatal(err)
	}
	rows, err := owner.Query(t.Context(), `SELECT staff_number, furigana, furigana_key FROM person_shown ORDER BY furigana_key, staff_number`)
	if err != nil {
		t.Fatal(err)
	}
	var numbers string
	for rows.Next() {
		var (
			number, name string
			key          []byte
		)
		if err := rows.Scan(&number, &name, &key); err != nil {
			t.Fatal(err)
		}
		numbers += number
		if !bytes.Equal(key, furigana.Key(name)) {
			t.Errorf("%s has the key %x", name, key)
		}
	}
	if err := rows.Err(); err != nil || numbers != "231" {
		t.Errorf("in the order %s, %v", numbers, err)
	}
}
