package propose_test

import (
	"testing"

	"kagami/internal/asset/propose"
	"kagami/internal/fault"
)

// What was sent back to somebody who drafts no more is on the list of who confirms it: nobody
// else would ever see it again.
func TestWhatWasSentBackToNobodyWaitsForTheManager(t *testing.T) {
	t.Parallel()
	for how, end := range map[string]string{
		"released": `UPDATE register_keeper SET period = daterange(lower(period), $2) WHERE person_id = $1`,
		"moved":    `UPDATE appointment SET period = daterange(lower(period), $2) WHERE person_id = $1`,
	} {
		o := newOffice(t)
		code := o.draft(ledger())
		must(t, o.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 1}, "保存先を書いてください。"))
		if n := o.counts(o.manager).Drafts; n != 0 {
			t.Errorf("%s: %d wait while there is who mends it", how, n)
		}
		_, err := o.db.Owner(t).Exec(t.Context(), end, o.keeper.Person, today.AddDays(1))
		must(t, err)
		later := o.on(1)
		if n := o.counts(o.manager).Drafts; n != 0 {
			t.Errorf("%s: %d wait on the last day", how, n)
		}
		if n := later.counts(o.manager).Drafts; n != 1 {
			t.Errorf("%s: %d wait", how, n)
		}
		if n := later.counts(o.other).Drafts; n != 0 {
			t.Errorf("%s: %d wait for another section's manager", how, n)
		}
		list, err := later.Waiting(t.Context(), o.manager)
		if err != nil || len(list) != 1 || list[0].Code != code || list[0].SentBack != "保存先を書いてください。" {
			t.Errorf("%s: %+v, %v", how, list, err)
		}
		d, err := later.Draft(t.Context(), o.manager, o.find(code))
		if err != nil || !d.Stranded || !d.Waits(o.find(code)) {
			t.Errorf("%s: %+v, %v", how, d, err)
		}
		mustBe(t, how+": sent back again", later.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 1}, "もう一度"), fault.Conflict)
		// who answers for it mends it, and registers it
		mended := ledger()
		mended.Place = "書庫"
		must(t, later.assets.Change(t.Context(), o.manager, code, 1, mended, ""))
		must(t, later.Confirm(t.Context(), o.manager, []propose.Seen{{Code: code, Version: 2}}))
		if n := later.counts(o.manager).Drafts; n != 0 {
			t.Errorf("%s: %d wait that are registered", how, n)
		}
	}
}

// As long as somebody is there whose change mends it, it is theirs.
func TestWhatWasSentBackIsTheirsAsLongAsSomebodyMendsIt(t *testing.T) {
	t.Parallel()
	const promoted = `INSERT INTO appointment (person_id, post_id, single_holder, period) SELECT $1, id, false, daterange($2, NULL) FROM post WHERE title = '担当副課長'`
	for what, c := range map[string]struct {
		also  func(o office) (sql string, person int64)
		waits int
	}{
		"who has drafted it is the 情報システム管理者 now": {func(o office) (string, int64) { return promoted, o.keeper.Person }, 0},
		"only the 情報システム管理者 has written besides":  {func(office) (string, int64) { return "", 0 }, 1},
	} {
		o := newOffice(t)
		d := ledger()
		code := o.draft(d)
		d.Place = "書庫"
		must(t, o.assets.Change(t.Context(), o.system, code, 1, d, ""))
		must(t, o.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 2}, "直す"))
		owner := o.db.Owner(t)
		_, err := owner.Exec(t.Context(), `UPDATE register_keeper SET period = daterange(lower(period), $2) WHERE person_id = $1`, o.keeper.Person, today.AddDays(1))
		must(t, err)
		if sql, person := c.also(o); sql != "" {
			_, err := owner.Exec(t.Context(), sql, person, today)
			must(t, err)
		}
		if n := o.on(1).counts(o.manager).Drafts; n != c.waits {
			t.Errorf("%s: %d wait", what, n)
		}
	}
	// another 台帳担当者 who has written in it mends it
	o := newOffice(t)
	d := ledger()
	code := o.draft(d)
	d.Place = "書庫"
	must(t, o.assets.Change(t.Context(), o.second, code, 1, d, ""))
	must(t, o.SendBack(t.Context(), o.manager, propose.Seen{Code: code, Version: 2}, "直す"))
	_, err := o.db.Owner(t).Exec(t.Context(), `UPDATE register_keeper SET period = daterange(lower(period), $2) WHERE person_id = $1`, o.second.Person, today.AddDays(1))
	must(t, err)
	if n := o.on(1).counts(o.manager).Drafts; n != 0 {
		t.Errorf("%d wait while another one mends it", n)
	}
}
