package settle_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org/orgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
	"kagami/internal/rights/settle"
	"kagami/internal/task"
)

// events are the steps of a right, the first first.
func events(t *testing.T, o *rightstest.Office, code string) (list []rights.Event) {
	t.Helper()
	history, err := o.Rights.History(t.Context(), o.As("soumu 統括"), code)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range history {
		list = append([]rights.Event{h.Event}, list...)
	}
	return list
}

func notices(t *testing.T, o *rightstest.Office, to, title string) (count int) {
	t.Helper()
	err := o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE person_id = @person AND title LIKE @title`,
		pgx.StrictNamedArgs{"person": o.People[to], "title": title + "%"}).Scan(&count)
	o.Must(err)
	return count
}

func TestAfterATransferItIsAskedWhatIsStillNeeded(t *testing.T) {
	t.Parallel()
	var told rightstest.Carried
	o := rightstest.New(t, databases.New(t), told.Ties())
	kept := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	unanswered := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	told.People = nil
	o.Must(o.Settling.Settle(t.Context()))
	o.Must(o.Settling.Settle(t.Context()))
	if !slices.Equal(told.People, []int64{o.People["fukushi 主事"]}) {
		t.Errorf("the directories were told of %v", told.People)
	}
	if n := notices(t, o, "zeimu 課長", "異動してきた人"); n != 1 {
		t.Errorf("the new 管理者 was asked %d times", n)
	}
	list, err := o.Rights.Moved(t.Context(), o.As("zeimu 課長"))
	if err != nil || len(list) != 2 || list[0].Due != rightstest.Today.AddDays(15) {
		t.Fatalf("what is asked is %+v, %v", list, err)
	}
	o.Must(o.Do("zeimu 課長", kept, rights.EventKeep, ""))
	*o.Time = rightstest.Today.AddDays(16).Start()
	o.Must(o.Settling.Settle(t.Context()))
	o.Stands(kept, rights.InForce)
	o.Stands(unanswered, rights.Ended)
	if got := events(t, o, unanswered); !slices.Equal(got, []rights.Event{rights.EventAsk, rights.EventPermit, rights.EventMove, rights.EventExpire}) {
		t.Errorf("its steps are %v", got)
	}
}

// waits is how much is asked of somebody after transfers, as their home page has it.
func waits(t *testing.T, o *rightstest.Office, who string) int {
	t.Helper()
	var b task.Batch
	var waiting rights.Waiting
	o.Rights.QueueWaiting(&b, o.As(who), func(w rights.Waiting) { waiting = w })
	o.Must(b.Run(t.Context(), o.DB.Pool))
	return waiting.Moved
}

// Of who comes to lead a section it is asked of who stands above: they do not answer of their
// own rights, and nobody else there does.
func TestOfWhoLeadsASectionNowItIsAskedAboveThem(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Permitted("fukushi 課長", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	clerk := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Leave("zeimu 課長", rightstest.Today)
	o.Transfer("fukushi 課長", "zeimu 課長", rightstest.Today.AddDays(1))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	for who, want := range map[string]string{"fukushi 課長": clerk, "soumu 統括": code} {
		if n := notices(t, o, who, "異動してきた人"); n != 1 {
			t.Errorf("%s has %d notices", who, n)
		}
		list, err := o.Rights.Moved(t.Context(), o.As(who))
		if err != nil || len(list) != 1 || list[0].Code != want || waits(t, o, who) != 1 {
			t.Errorf("of %s is asked %+v, %v; %d wait", who, list, err, waits(t, o, who))
		}
	}
	if n := waits(t, o, "soumu CISO"); n != 0 {
		t.Errorf("%d wait for the CISO", n)
	}
	o.Must(o.Do("soumu 統括", code, rights.EventKeep, ""))
	o.Stands(code, rights.InForce)
}

// What nobody can use yet, or just now, is asked after a transfer as well: else it would end
// without anybody having been able to answer.
func TestWhatIsBarredOrToComeIsKeptAfterATransfer(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	asking := rightstest.Asking(o.Mail)
	asking.From = rightstest.Today.AddDays(30)
	upcoming := o.Permitted("fukushi 主事", "zeimu 担当副課長", asking)
	barred := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	_, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), bar.Order{
		Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{barred}, Reason: "見本", Until: rightstest.Today.AddDays(20),
	})
	o.Must(err)
	for _, code := range []string{upcoming, barred} {
		if err := o.Do("fukushi 課長", code, rights.EventKeep, ""); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s is kept where it is: %v", code, err)
		}
	}
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	o.Must(o.Do("zeimu 課長", upcoming, rights.EventKeep, ""))
	o.Must(o.Do("zeimu 課長", barred, rights.EventKeep, ""))
	o.Stands(upcoming, rights.Upcoming)
	o.Stands(barred, rights.Suspended)
	*o.Time = rightstest.Today.AddDays(30).Start()
	o.Must(o.Settling.Settle(t.Context()))
	o.Stands(upcoming, rights.InForce)
	o.Stands(barred, rights.InForce)
}

func TestWhatWasAskedForByWhoHasLeftIsNotPermitted(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Ask("fukushi 主事", rightstest.Asking(o.Tax))
	o.Leave("fukushi 主事", rightstest.Today)
	*o.Time = rightstest.Today.AddDays(1).Start()
	if err := o.Do("zeimu 担当副課長", code, rights.EventPermit, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("permitted: %v", err)
	}
	o.Must(o.Do("zeimu 担当副課長", code, rights.EventRefuse, "退職したため"))
}

// Who comes back before it was answered has what they had.
func TestWhoComesBackHasTheirRightsAgain(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	o.Transfer("fukushi 主事", "fukushi 主査", rightstest.Today.AddDays(3))
	*o.Time = rightstest.Today.AddDays(3).Start()
	o.Must(o.Settling.Settle(t.Context()))
	o.Stands(code, rights.InForce)
	*o.Time = rightstest.Today.AddDays(40).Start()
	o.Must(o.Settling.Settle(t.Context()))
	o.Stands(code, rights.InForce)
}

func TestWhoHasLeftHasNothingAtMidnightAndEndsLater(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Leave("fukushi 主事", rightstest.Today)
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Stands(code, rights.Left)
	o.Must(o.Settling.Settle(t.Context()))
	o.Stands(code, rights.Left)
	*o.Time = rightstest.Today.AddDays(16).Start()
	o.Must(o.Settling.Settle(t.Context()))
	if got := events(t, o, code); !slices.Equal(got, []rights.Event{rights.EventAsk, rights.EventPermit, rights.EventDepart, rights.EventLeave}) {
		t.Errorf("its steps are %v", got)
	}
}

func TestWhatIsOverEnds(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	asking := rightstest.Asking(o.Tax)
	asking.Until = rightstest.Today.AddDays(1)
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", asking)
	*o.Time = rightstest.Today.AddDays(2).Start()
	o.Stands(code, rights.Ended)
	o.Must(o.Settling.Settle(t.Context()))
	if r := o.Find(code); r.EndedOn != rightstest.Today.AddDays(2) {
		t.Errorf("it ended on %v", r.EndedOn)
	}
	// and the same can be asked for again
	asking.From, asking.Until = rightstest.Today.AddDays(2), calendar.Date{}
	o.Ask("fukushi 主事", asking)
}

// The directories know of it on the same day, and not only on the next.
func TestRightsEndWithTheirSystem(t *testing.T) {
	t.Parallel()
	var told rightstest.Carried
	o := rightstest.New(t, databases.New(t), told.Ties())
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	other := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	o.Must(o.Settling.Settle(t.Context()))
	_, err := o.DB.Pool.Exec(t.Context(), `UPDATE asset SET state = 'retired' WHERE code = $1`, o.Tax)
	o.Must(err)
	told.People = nil
	o.Must(o.Settling.Settle(t.Context()))
	if got := events(t, o, code); got[len(got)-1] != rights.EventRetire || !slices.Equal(told.People, []int64{o.People["fukushi 主事"]}) {
		t.Errorf("its steps are %v; the directories were told of %v", got, told.People)
	}
	o.Stands(other, rights.InForce)
}

// Whatever the town is like: once a day is settled, what is not asked about is in force as the
// view has it, and what is asked about is not.
func TestWhatIsAskedIsWhatTheViewHasNot(t *testing.T) {
	t.Parallel()
	db, today := databases.New(t), rightstest.Today
	owner := db.Owner(t)
	now := today.Start()
	through := door.New(db.Pool, func() time.Time { return now })
	service := settle.New(db.Pool, through, rights.New(db.Pool, through, rights.Ties{}))
	rows := []string{"right_question", "right_step", "access_right", "asset", "notice"} // whose own triggers keep them, and which go with each town
	for _, table := range rows {
		if _, err := owner.Exec(t.Context(), `ALTER TABLE `+table+` DISABLE TRIGGER USER`); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		var empty, batch pgx.Batch
		for _, table := range rows {
			empty.Queue(`DELETE FROM ` + table)
		}
		if err := owner.SendBatch(t.Context(), &empty).Close(); err != nil {
			r.Fatal(err)
		}
		town := orgtest.Draw(r, today)
		if err := town.Fill(t.Context(), owner); err != nil {
			r.Fatal(err)
		}
		batch.Queue(`INSERT INTO section (id, code, name, kind, position) OVERRIDING SYSTEM VALUE VALUES (99, 's99', '見本課', 'internal', 99)`)
		batch.Queue(`UPDATE right_settled SET day = '-infinity'`)
		batch.Queue(`INSERT INTO asset (id, code, section_id, kind, name, confidentiality, integrity, availability, ranks, personal, zone, registered_on, state) OVERRIDING SYSTEM VALUE
			VALUES (1, 'S-1', 99, 'system', '見本', '1', '1', '1', '{1,1,1}', 'none', 'lgwan', '2020-01-01', 'registered')`)
		for n := range rapid.IntRange(0, 8*min(1, town.People)).Draw(r, "rights") {
			section := rapid.IntRange(0, town.Sections).Draw(r, "section")
			from := today.AddDays(rapid.IntRange(-3, 2).Draw(r, "from"))
			until := from.AddDays(rapid.IntRange(0, 5).Draw(r, "days"))
			if rapid.Bool().Draw(r, "without end") {
				until = calendar.Date{}
			}
			batch.Queue(`INSERT INTO access_right (code, person_id, asset_id, section_id, kind, grade, login, outsider, purpose, source, asked_by, asked_at, from_on, until_on, state, decided_by, decided_on)
				VALUES ($1, $2, 1, nullif($3, 0), 'general', '', $1, '', '見本', 'ledger', $2, now(), $4, $5, 'permitted', $2, $4)`,
				fmt.Sprintf("8-%04d", n+1), rapid.IntRange(1, town.People).Draw(r, "person"), section, from, until)
		}
		if err := owner.SendBatch(t.Context(), &batch).Close(); err != nil {
			r.Fatal(err)
		}
		now = today.Start()
		for range 3 { // days
			if err := service.Settle(t.Context()); err != nil {
				r.Fatal(err)
			}
			var wrong int
			err := db.Pool.QueryRow(t.Context(), `
				SELECT count(*) FROM access_right r
				WHERE r.state = 'permitted' AND r.from_on <= @today
				  AND EXISTS (SELECT FROM right_held h WHERE h.right_id = r.id AND h.period @> @today::date) = EXISTS (SELECT FROM right_question q WHERE q.right_id = r.id AND q.answer IS NULL)
				   OR r.state = 'permitted' AND r.until_on < @today`, pgx.StrictNamedArgs{"today": calendar.Day(now)}).Scan(&wrong)
			if err != nil || wrong != 0 {
				r.Errorf("%v: %d rights, %v", calendar.Day(now), wrong, err)
			}
			now = now.AddDate(0, 0, 1)
		}
	})
}
