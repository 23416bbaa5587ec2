package communication_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"kagami/internal/asset/communication"
	"kagami/migrations"
)

// The list is in the order of the numbers, whenever the schema was changed.
func TestTheListIsInTheOrderOfNumbersWhenTheirOrderHasChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	config, err := pgx.ParseConfig(o.db.URL)
	if err != nil {
		t.Fatal(err)
	}
	owner := stdlib.OpenDB(*config)
	defer func() { _ = owner.Close() }()
	schema := migrations.All()
	p, err := goose.NewProvider(goose.DialectPostgres, owner, schema.SQL, goose.WithGoMigrations(schema.Go...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.DownTo(t.Context(), 46); err != nil {
		t.Fatal(err)
	}
	o.db.Pool.Reset()
	for range 3 {
		o.register(eltax())
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.db.Pool.Reset()
	c := o.find("zeimu-T0001")
	d := c.Details
	d.Note = "直した"
	if err := o.Change(t.Context(), o.tax, c.Code, c.Version, d, ""); err != nil {
		t.Fatal(err)
	}
	page, err := o.List(t.Context(), o.tax, communication.Search{})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, l := range page.Lines {
		codes = append(codes, l.Code)
	}
	if fmt.Sprint(codes) != "[zeimu-T0001 zeimu-T0002 zeimu-T0003]" {
		t.Errorf("%v", codes)
	}
	next, err := o.List(t.Context(), o.tax, communication.Search{After: "zeimu-T0001"})
	if err != nil || len(next.Lines) != 2 {
		t.Errorf("after zeimu-T0001 are %d, %v", len(next.Lines), err)
	}
}
