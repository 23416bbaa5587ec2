package edition_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
)

// What the town is to say may be taken back until it holds; what was said before of
// another day goes on.
func TestWhatTheTownIsToSayMayBeTakenBack(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	for days, text := range []string{"町の乙", "次の乙"} {
		if err := d.Say(t.Context(), administrator, "sample", edition.Say{What: "own", Cells: []string{"b", text}, First: today.AddDays(days * 5), Reason: "条例"}); err != nil {
			t.Fatal(err)
		}
	}
	p, err := d.Page(t.Context(), auditor, "sample")
	if err != nil || len(p.Planned) != 1 || p.Planned[0].First != today.AddDays(5) || p.Planned[0].Row[1] != "次の乙" || p.Planned[0].Reason != "条例" {
		t.Fatalf("planned: %+v, %v", p.Planned, err)
	}
	if at := slices.IndexFunc(p.Rows, func(r edition.InEffect) bool { return r.Origin == edition.Replaced }); p.Rows[at].First != today {
		t.Errorf("in effect: %+v", p.Rows)
	}
	back := func(d desk, key string, first calendar.Date, reason string) error {
		return d.TakeBack(t.Context(), administrator, "sample", key, first, reason)
	}
	wantKind(t, "by who may not", d.TakeBack(t.Context(), auditor, "sample", "b", today.AddDays(5), "見本"), fault.Forbidden)
	wantKind(t, "what holds", back(d, "b", today, "見本"), fault.Conflict)
	wantKind(t, "of another row", back(d, "a", today.AddDays(5), "見本"), fault.Conflict)
	wantKind(t, "without a reason", back(d, "b", today.AddDays(5), " "), fault.Invalid)
	wantKind(t, "once it holds", back(sitAt(t, db, 5), "b", today.AddDays(5), "見本"), fault.Conflict)
	if err := back(d, "b", today.AddDays(5), "見本"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a second time", back(d, "b", today.AddDays(5), "見本"), fault.Conflict)
	d.wants(today.AddDays(5), "a甲 b町の乙")
	p, err = d.Page(t.Context(), auditor, "sample")
	if err != nil || len(p.Planned) != 0 || len(p.Own) != 3 || !p.Own[0].TakenBack {
		t.Errorf("afterwards: %+v, %v", p, err)
	}
	if err := d.Say(t.Context(), administrator, "sample", edition.Say{What: "struck", Cells: []string{"b"}, First: today.AddDays(5), Reason: "条例"}); err != nil {
		t.Fatal(err)
	}
	d.wants(today.AddDays(5), "a甲")
	if p, err := sitAt(t, db, 5).Page(t.Context(), auditor, "sample"); err != nil || len(p.Struck) != 1 || p.Struck[0].Key != "b" {
		t.Errorf("struck: %+v, %v", p.Struck, err)
	}
}

// That a row ends makes room for others: without that there is none.
func TestAnEndIsNotTakenBackWhereOthersHaveItsPlace(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	say := func(key, what string, days int) {
		t.Helper()
		if err := d.Say(t.Context(), administrator, "sample", edition.Say{Cells: []string{key, "町の行"}, What: what, First: today.AddDays(days), Reason: "見本"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"x", "y", "z"} {
		say(key, "own", 0)
	}
	say("x", "as_edition", 3)
	say("w", "own", 9)
	wantKind(t, "there would be four", d.TakeBack(t.Context(), administrator, "sample", "x", today.AddDays(3), "見本"), fault.Conflict)
	if err := d.TakeBack(t.Context(), administrator, "sample", "w", today.AddDays(9), "見本"); err != nil {
		t.Fatal(err)
	}
	if err := d.TakeBack(t.Context(), administrator, "sample", "x", today.AddDays(3), "見本"); err != nil {
		t.Error(err)
	}
}

// What would change is told before it does, and what comes after it.
func TestWhatIsSaidOfARowIsForeseen(t *testing.T) {
	t.Parallel()
	d := sitAt(t, databases.New(t), 0)
	if err := d.Say(t.Context(), administrator, "sample", edition.Say{What: "struck", Cells: []string{"b"}, First: today.AddDays(9), Reason: "見本"}); err != nil {
		t.Fatal(err)
	}
	own := edition.Say{What: "own", Cells: []string{"b", "町の乙"}, First: today.AddDays(2), Reason: " 条例 "}
	f, err := d.Foresee(t.Context(), administrator, "sample", own)
	if err != nil || f.Before[1] != "乙" || f.After[1] != "町の乙" || f.Reason != "条例" || f.Next == nil || !f.Next.Struck || f.Next.First != today.AddDays(9) {
		t.Errorf("%+v, %v", f, err)
	}
	d.wants(today.AddDays(2), "a甲 b乙") // nothing holds yet
	f, err = d.Foresee(t.Context(), administrator, "sample", edition.Say{What: "struck", Cells: []string{"a"}, First: today, Reason: "条例"})
	if err != nil || f.Before[1] != "甲" || f.After != nil || f.Next != nil {
		t.Errorf("%+v, %v", f, err)
	}
	_, err = d.Foresee(t.Context(), auditor, "sample", own)
	wantKind(t, "by who may not", err, fault.Forbidden)
	own.Reason = ""
	_, err = d.Foresee(t.Context(), administrator, "sample", own)
	wantKind(t, "what is refused", err, fault.Invalid)
}

// A page says which edition holds when, and what was done with each: who, when and why.
func TestThePageSaysWhichEditionHeldWhen(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	start := func(id int64, days int, reason string) {
		t.Helper()
		if err := d.Start(t.Context(), administrator, "sample", id, today.AddDays(days), reason); err != nil {
			t.Fatal(err)
		}
	}
	start(d.read("a,1\nb,1\n"), 4, "告示")
	start(d.read("a,2\nb,2\n"), 4, "正誤") // it takes the day of the first
	start(d.read("a,3\nb,3\n"), 9, "告示")
	if err := d.Start(t.Context(), administrator, "sample", 3, calendar.Date{}, "延期"); err != nil {
		t.Fatal(err)
	}
	if err := sitAt(t, db, 1).Withdraw(t.Context(), administrator, "sample", 3, "誤り"); err != nil {
		t.Fatal(err)
	}
	p, err := d.Page(t.Context(), auditor, "sample")
	if err != nil {
		t.Fatal(err)
	}
	var held, done []string
	for _, h := range p.Held {
		held = append(held, fmt.Sprintf("%d from %s to %s", h.ID, h.First, h.Last))
	}
	if want := []string{fmt.Sprintf("2 from %s to %s", today.AddDays(4), calendar.Date{}), fmt.Sprintf("0 from 2020-04-01 to %s", today.AddDays(3))}; !slices.Equal(held, want) {
		t.Errorf("%q, want %q", held, want)
	}
	for _, e := range p.Events {
		done = append(done, fmt.Sprint(e.Edition, " ", e.Act, " ", e.Reason))
	}
	if got := strings.Join(done, ", "); got != "3 withdrawn 誤り, 3 back 延期, 3 start 告示, 3 read , 2 start 正誤, 2 read , 1 start 告示, 1 read " {
		t.Error(got)
	}
}

// What held once is not loaded for the rules of today, and is for what has changed since.
func TestTheHistoryHasEditionsThatHoldNoMore(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	d := sitAt(t, db, 0)
	for i, rows := range []string{"a,甲の新\nb,乙\n", "a,甲の新\nb,乙の新\n"} {
		if err := d.Start(t.Context(), administrator, "sample", d.read(rows), today.AddDays(i), "告示による"); err != nil {
			t.Fatal(err)
		}
	}
	values, err := edition.LoadHistory(t.Context(), db.Pool, grades.Kind)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, turn := range values.Turns(grades.Kind, today.AddDays(9)) {
		list = append(list, fmt.Sprint(turn.Day.Sub(today), turn.Before, turn.After))
	}
	if got := strings.Join(list, " "); got != "0 [a 甲] [a 甲の新] 1 [b 乙] [b 乙の新]" {
		t.Errorf("turned: %s", got)
	}
	if other, err := edition.LoadHistory(t.Context(), db.Pool, edition.Kind{Name: "other"}); err != nil || len(other.Turns(grades.Kind, today)) != 0 {
		t.Errorf("of another kind: %v", err)
	}
}
