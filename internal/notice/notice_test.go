package notice_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

var now = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// desk is a database with people in it, and their notices.
type desk struct {
	*notice.Service
	t  *testing.T
	db pgtest.DB
}

// everyone is a topic of which everyone may read everything; a section's thing is
// for those who hold a post there, and a person's for that person. The arguments of
// both have one name.
var (
	everyone = notice.Topic{Kind: "everyone", Shown: func(authz.Actor) (string, pgx.StrictNamedArgs) { return `true`, nil }}
	section  = notice.Topic{Kind: "section", Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		sections := []int64{}
		for _, h := range actor.Holdings {
			sections = append(sections, h.Section)
		}
		return `n.topic_id = ANY(@ids::bigint[])`, pgx.StrictNamedArgs{"ids": sections}
	}}
	themself = notice.Topic{Kind: "themself", Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		return `n.topic_id = ANY(@ids::bigint[])`, pgx.StrictNamedArgs{"ids": []int64{actor.Person}}
	}}
)

// newDesk makes a database with people 1 to n.
func newDesk(t *testing.T, n int) desk {
	t.Helper()
	db := server.New(t)
	_, err := db.Pool.Exec(t.Context(), `
		INSERT INTO person (staff_number, name, furigana) SELECT i::text, '見本 ' || i, 'ミホン' FROM generate_series(1, $1::int) i`, n)
	if err != nil {
		t.Fatal(err)
	}
	return desk{notice.New(db.Pool, func() time.Time { return now }, section, themself, everyone), t, db}
}

func (d desk) give(n notice.Notice, to ...int64) error {
	d.t.Helper()
	return postgres.InTx(d.t.Context(), d.db.Pool, func(tx pgx.Tx) error { return notice.Give(d.t.Context(), tx, now, to, n) })
}

func (d desk) mustGive(n notice.Notice, to ...int64) {
	d.t.Helper()
	if err := d.give(n, to...); err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) list(actor authz.Actor, before int64) ([]notice.Given, bool) {
	d.t.Helper()
	page, err := d.List(d.t.Context(), actor, before)
	if err != nil {
		d.t.Fatal(err)
	}
	return page.Notices, page.More
}

func (d desk) unseen(actor authz.Actor) ([]notice.Given, int) {
	d.t.Helper()
	var (
		b     task.Batch
		found notice.Unseen
	)
	d.QueueUnseen(&b, actor, func(u notice.Unseen) { found = u })
	if err := b.Run(d.t.Context(), d.db.Pool); err != nil {
		d.t.Fatal(err)
	}
	return found.Latest, found.All
}

func person(id int64, sections ...int64) authz.Actor {
	actor := authz.Actor{Person: id}
	for _, s := range sections {
		actor.Holdings = append(actor.Holdings, authz.Holding{Role: authz.Staff, Section: s})
	}
	return actor
}

func about(topic string, id int64, title string) notice.Notice {
	return notice.Notice{Topic: topic, TopicID: id, Title: title, Text: "見てください。", URL: "/policies/kihon"}
}

func TestANoticeIsForItsRecipientsOnceEach(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 3)
	d.mustGive(about("everyone", 1, "変わりました"), 1, 2, 1, 1)
	d.mustGive(about("everyone", 1, "だれにも"))
	for id, want := range map[int64]int{1: 1, 2: 1, 3: 0} {
		list, _ := d.list(person(id), 0)
		_, unseen := d.unseen(person(id))
		if len(list) != want || unseen != want {
			t.Errorf("%d has %d notices, %d unseen", id, len(list), unseen)
		}
	}
	list, _ := d.list(person(1), 0)
	want := notice.Given{ID: list[0].ID, At: list[0].At, Title: "変わりました", Text: "見てください。", URL: "/policies/kihon"}
	if list[0] != want || !list[0].At.Equal(now) {
		t.Errorf("got %+v", list[0])
	}
}

// What somebody may not read leaves no trace: not in the list, not in the count,
// not in what can be marked. Once they may, it is there again.
func TestANoticeIsShownOnlyWhileWhatItIsAboutMayBeRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.mustGive(about("section", 7, "七課のこと"), 1)
	d.mustGive(about("everyone", 1, "みんなのこと"), 1)
	d.mustGive(about("unknown", 1, "だれも知らないこと"), 1)
	inside, outside := person(1, 7), person(1, 8)
	list, _ := d.list(inside, 0)
	if len(list) != 2 || list[1].Title != "七課のこと" {
		t.Fatalf("inside: %+v", list)
	}
	hidden := list[1].ID
	if list, _ := d.list(outside, 0); len(list) != 1 || list[0].Title != "みんなのこと" {
		t.Errorf("outside: %+v", list)
	}
	if list, count := d.unseen(outside); len(list) != 1 || count != 1 {
		t.Errorf("outside: %d of %d unseen", len(list), count)
	}
	if _, err := d.MarkSeen(t.Context(), outside, hidden); fault.KindOf(err) != fault.NotFound {
		t.Errorf("opening what is hidden: %v", err)
	}
	if err := d.MarkAllSeen(t.Context(), outside, hidden+10); err != nil {
		t.Fatal(err)
	}
	if list, count := d.unseen(inside); count != 1 || list[0].ID != hidden {
		t.Errorf("back inside: %+v", list)
	}
}

func TestEachTopicHasItsOwnArguments(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	d.mustGive(about("section", 7, "七課のこと"), 1)
	d.mustGive(about("section", 1, "一課のこと"), 1)
	d.mustGive(about("themself", 1, "一人のこと"), 1)
	d.mustGive(about("themself", 7, "七人目のこと"), 1)
	list, _ := d.list(person(1, 7), 0)
	if len(list) != 2 || list[0].Title != "一人のこと" || list[1].Title != "七課のこと" {
		t.Errorf("got %+v", list)
	}
}

func TestAListIsCompletePageByPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2)
	const many = 120
	for i := range many {
		d.mustGive(about("everyone", 1, fmt.Sprint(i)), 1, 2)
	}
	var (
		before int64
		titles []string
	)
	for more := true; more; {
		var list []notice.Given
		list, more = d.list(person(1), before)
		for _, n := range list {
			titles = append(titles, n.Title)
		}
		before = list[len(list)-1].ID
		d.mustGive(about("everyone", 1, "後から来たもの"), 1) // between two pages
	}
	if len(titles) != many || titles[0] != "119" || titles[many-1] != "0" {
		t.Errorf("%d notices, from %s to %s", len(titles), titles[0], titles[len(titles)-1])
	}
	if list, more := d.list(person(1), 1); len(list) != 0 || more {
		t.Errorf("before the first there are %d", len(list))
	}
}

func TestTheLatestUnseenStandFirstAndTheRestIsCounted(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	for i := range 8 {
		d.mustGive(about("everyone", 1, fmt.Sprint(i)), 1)
	}
	list, count := d.unseen(person(1))
	if count != 8 || len(list) != 5 || list[0].Title != "7" || list[4].Title != "3" {
		t.Fatalf("%d of %d: %+v", len(list), count, list)
	}
	url, err := d.MarkSeen(t.Context(), person(1), list[0].ID)
	if err != nil || url != "/policies/kihon" {
		t.Errorf("opening one leads to %q, %v", url, err)
	}
	if after, count := d.unseen(person(1)); count != 7 || after[0].Title != "6" {
		t.Errorf("after one: %d, %+v", count, after)
	}
	d.mustGive(about("everyone", 1, "後から来たもの"), 1)
	if err := d.MarkAllSeen(t.Context(), person(1), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if after, count := d.unseen(person(1)); count != 1 || after[0].Title != "後から来たもの" {
		t.Errorf("after all that were shown: %d, %+v", count, after)
	}
	all, _ := d.list(person(1), 0)
	if all[0].Seen || !all[1].Seen {
		t.Errorf("the list says %+v", all[:2])
	}
}

func TestNobodyMarksWhatIsForSomebodyElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 2)
	d.mustGive(about("everyone", 1, "一人だけに"), 1)
	list, _ := d.list(person(1), 0)
	if _, err := d.MarkSeen(t.Context(), person(2), list[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
	if err := d.MarkAllSeen(t.Context(), person(2), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, count := d.unseen(person(1)); count != 1 {
		t.Error("somebody else has marked it")
	}
}

func TestANoticeLeadsNowhereOutsideThePortal(t *testing.T) {
	t.Parallel()
	d := newDesk(t, 1)
	for url, inside := range map[string]bool{
		"/": true, "/policies/kihon/draft": true, "/notices?before=3": true,
		"": false, "policies": false, "//example.test/": false, `/\example.test/`: false, "https://example.test/": false, "javascript:0": false,
	} {
		n := about("everyone", 1, "見本")
		n.URL = url
		if err := d.give(n, 1); (err == nil) != inside {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestAWholeTownIsToldAtOnce(t *testing.T) {
	t.Parallel()
	const many = 50_000
	d := newDesk(t, many)
	to := make([]int64, many)
	for i := range to {
		to[i] = int64(i + 1)
	}
	begun := time.Now()
	d.mustGive(about("everyone", 1, "みんなに"), to...)
	t.Logf("%d were told in %v", many, time.Since(begun))
	var given int
	if err := d.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice`).Scan(&given); err != nil || given != many {
		t.Errorf("%d were told: %v", given, err)
	}
}
