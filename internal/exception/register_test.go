package exception_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/exception"
	"kagami/internal/fault"
)

// What a section reads of an exception for an asset that has come to it names no asset of
// another section, in the register as on its page.
func TestTheRegisterNamesNothingOfOthers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stays, goes := o.register(), o.register()
	a := asking()
	a.About = []exception.About{stays, goes}
	code := o.permitted(a)
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1, version = version + 1 WHERE id = $2`, o.sections[1], goes.AssetID); err != nil {
		t.Fatal(err)
	}
	about := func(e exception.Search) string {
		t.Helper()
		table, err := o.Register(t.Context(), o.welfare, e)
		if err != nil || len(table.Rows) != 1 {
			t.Fatalf("%d rows, %v", len(table.Rows), err)
		}
		return table.Rows[0][4].String()
	}
	if got := about(exception.Search{}); strings.Contains(got, stays.Code) || !strings.Contains(got, goes.Code) || !strings.Contains(got, "ほかの課室の情報資産1件") {
		t.Errorf("it is about %q", got)
	}
	o.must(o.tax, code, exception.EventEnd, exception.Step{Version: 2, Note: "直した"})
	o.must(o.tax, code, exception.EventSettle, settled(3, today))
	table, err := o.Register(t.Context(), o.ciso, exception.Search{Kind: "settled"})
	if err != nil || len(table.Rows) != 1 {
		t.Fatalf("%d rows, %v", len(table.Rows), err)
	}
	if row := table.Rows[0]; row[11].String() != "後始末済み（期限前に終了）" || row[13].String() != "機器を入れ替えた" || row[14].String() != today.String() || row[8].String() == "" {
		t.Errorf("%v", row)
	}
	if _, err := o.Register(t.Context(), o.admin, exception.Search{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who reads none: %v", err)
	}
}

// many puts exceptions straight into the table.
func (o office) many(n int) {
	o.t.Helper()
	_, err := o.db.Owner(o.t).Exec(o.t.Context(), `
		INSERT INTO exception (code, section_id, asked_by, asked_at, clause, subject, reason, risk, instead, from_on, until_on, state)
		SELECT '7-' || lpad(g::text, 4, '0'), @section, @by, @now, '7', 'x', 'x', 'x', 'x', @day, @day, 'asked' FROM generate_series(1, @n::int) g`,
		pgx.StrictNamedArgs{"section": o.sections[0], "by": o.tax.Person, "now": *o.now, "day": today, "n": n})
	if err != nil {
		o.t.Fatal(err)
	}
}

// A thousand stand on pages of which each is read by itself, and none twice.
func TestAThousandStandOnPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.many(1000)
	var codes []string
	for q := (exception.Search{}); ; {
		page, err := o.List(t.Context(), o.ciso, q)
		if err != nil || page.Count != 1000 || len(page.Lines) > exception.OnPage {
			t.Fatalf("%d of %d, %v", len(page.Lines), page.Count, err)
		}
		for _, l := range page.Lines {
			codes = append(codes, l.Code)
		}
		if q.After = page.Next; page.Next == "" {
			break
		}
	}
	slices.Sort(codes)
	if codes = slices.Compact(codes); len(codes) != 1000 {
		t.Errorf("%d are listed", len(codes))
	}
}

// A file is no longer than people open: who asks for more is told to narrow it.
func TestTheRegisterIsBounded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.many(exception.MostRows)
	table, err := o.Register(t.Context(), o.ciso, exception.Search{})
	if err != nil || len(table.Rows) != exception.MostRows {
		t.Fatalf("%d rows, %v", len(table.Rows), err)
	}
	o.ask(o.tax, asking())
	if _, err := o.Register(t.Context(), o.ciso, exception.Search{}); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("one more: %v", err)
	}
	if table, err := o.Register(t.Context(), o.ciso, exception.Search{Clause: "7(3)"}); err != nil || len(table.Rows) != 1 {
		t.Errorf("narrowed: %d rows, %v", len(table.Rows), err)
	}
}
