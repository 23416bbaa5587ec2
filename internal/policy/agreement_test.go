package policy_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/orgtest"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/policytest"
	"kagami/internal/state"
	"kagami/internal/task"
)

// Where one rule is asked in more than one way, in Go and in SQL or in two
// statements, these hold the ways together, on towns and documents drawn at
// random: who may read a document, whom a revision asks, and what has come of it.

// library are documents as they were drawn, d1, d2, …, each with one published
// revision or more.
type library []document

type document struct {
	kind      policy.Kind
	audience  []line
	revisions []revision    // number 1, 2, …
	abolished calendar.Date // zero: not
}

// line is a line of whom a document is for, or of whom a revision asks: the empty
// one is everybody.
type line struct {
	role    authz.Role
	section int64
}

type revision struct {
	effective, asked calendar.Date
	due              calendar.Date // zero for none
	counts           int
	of               []line
	acknowledged     []int64
	requests         []request
	excuses          []excuse
}

type request struct {
	person  int64
	on, due calendar.Date
}

type excuse struct {
	person int64
	ended  bool
}

func (d document) code(i int) string { return fmt.Sprint("d", i+1) }

func drawLibrary(t *rapid.T, town orgtest.Town) library {
	some := func(most int, what string) int { return rapid.IntRange(0, most).Draw(t, what) }
	day := func(what string) calendar.Date {
		return calendar.Day(policytest.Now).AddDays(rapid.SampledFrom([]int{-30, -1, 0, 1, 30}).Draw(t, what))
	}
	lines := func(what string) []line {
		var list []line
		for range some(2, what) {
			l := line{section: int64(rapid.IntRange(0, town.Sections).Draw(t, what))}
			if roles := town.Roles(); l.section == 0 && len(roles) > 0 {
				l.role = rapid.SampledFrom(roles).Draw(t, what)
			}
			list = append(list, l)
		}
		return list
	}
	var l library
	for range 1 + some(2, "documents") {
		d := document{kind: rapid.SampledFrom(policy.Kinds()).Draw(t, "kind")}
		if d.kind != policy.Basic {
			d.audience = lines("audience")
		}
		for n := range 1 + some(2, "revisions") {
			r := revision{effective: day("effective"), counts: n + 1}
			if n > 0 {
				if before := d.revisions[n-1]; r.effective.Before(before.effective) {
					r.effective = before.effective
				}
				if rapid.Bool().Draw(t, "asks the rest") {
					r.counts = d.revisions[n-1].counts
				}
			}
			if r.asked = r.effective; n == 0 {
				r.asked = r.asked.AddDays(-some(5, "before"))
			}
			if rapid.Bool().Draw(t, "due") {
				r.due = r.asked.AddDays(some(40, "days"))
			}
			r.of = slices.DeleteFunc(lines("asks"), func(l line) bool { return l == line{} })
			for person := int64(1); person <= int64(town.People); person++ {
				if some(3, "acknowledges") == 0 {
					r.acknowledged = append(r.acknowledged, person)
				}
				for range some(2, "requests") {
					on := day("asked on")
					r.requests = append(r.requests, request{person, on, on.AddDays(some(9, "days"))})
				}
				if some(3, "excuse") == 0 {
					r.excuses = append(r.excuses, excuse{person, rapid.Bool().Draw(t, "ended")})
				}
			}
			d.revisions = append(d.revisions, r)
		}
		if some(5, "abolished") == 0 {
			d.abolished = day("abolished on")
		}
		l = append(l, d)
	}
	return l
}

// shelves are the tables of documents, those that refer to others first.
var shelves = []string{
	"acknowledgement_excuse", "acknowledgement_request", "acknowledgement", "campaign_audience", "document_abolition",
	"document_audience", "revision", "ciso_notice", "document",
}

// fill puts a town and documents into a database in place of those before.
func (l library) fill(ctx context.Context, owner *pgx.Conn, town orgtest.Town) error {
	var batch pgx.Batch
	for _, table := range shelves {
		if table == "revision" {
			batch.Queue(`UPDATE revision SET state = 'withdrawn', notice_id = NULL`)
			batch.Queue(`DELETE FROM ciso_notice`)
		}
		batch.Queue(`DELETE FROM ` + table)
	}
	if err := owner.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("clearing the shelves: %w", err)
	}
	if err := town.Fill(ctx, owner); err != nil {
		return err
	}
	batch = pgx.Batch{}
	const clerk = 999 // who excuses, and holds nothing
	batch.Queue(`INSERT INTO person (id, staff_number, name, furigana) OVERRIDING SYSTEM VALUE VALUES ($1, 'clerk', '見本', 'ミホン')`, clerk)
	for i, d := range l {
		batch.Queue(`INSERT INTO document (id, code, kind, title) OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, '見本')`, i+1, d.code(i), d.kind)
		for _, a := range d.audience {
			batch.Queue(`
				INSERT INTO document_audience (document_id, kind, role, section_id)
				VALUES ($1, CASE WHEN $2 <> '' THEN 'role' WHEN $3 <> 0::bigint THEN 'section' ELSE 'all' END, nullif($2, ''), nullif($3, 0::bigint))
				ON CONFLICT DO NOTHING`, i+1, string(a.role), a.section)
		}
		for n, r := range d.revisions {
			id := 10*(i+1) + n
			text := fmt.Sprintf("第1条　見本%d。\n", id)
			hash := sha256.Sum256([]byte(text))
			batch.Queue(`
				INSERT INTO revision (id, document_id, number, state, source, text, text_sha256, outline, drafted_at, scale, why, submitted_at)
				OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, 'withdrawn', '', $4, $5, '{}', now(), 'minor', 'law', now())`, id, i+1, n+1, text, hash[:])
			batch.Queue(`
				INSERT INTO ciso_notice (id, revision_id, text_sha256, fiscal_year, number, notified_on, addressees, body, touched, answer, issued_at)
				OVERRIDING SYSTEM VALUE VALUES ($1, $1, $2, 2026, $3, '2026-11-01', '見本', '見本', '{}', '', now())`, id, hash[:], id)
			batch.Queue(`
				UPDATE revision SET state = 'published', notice_id = id, effective_on = $2, published_at = now(), counts_from = $3, asked_from = $4, due_on = $5
				WHERE id = $1`, id, r.effective, r.counts, r.asked, r.due)
			for _, of := range r.of {
				batch.Queue(`
					INSERT INTO campaign_audience (revision_id, role, section_id) VALUES ($1, nullif($2, ''), nullif($3, 0::bigint)) ON CONFLICT DO NOTHING`,
					id, string(of.role), of.section)
			}
			for k, person := range r.acknowledged {
				batch.Queue(`INSERT INTO acknowledgement (person_id, revision_id, acknowledged_at, text_sha256) VALUES ($1, $2, $3, $4)`,
					person, id, policytest.Now.Add(time.Duration(id+k)*time.Minute), hash[:])
			}
			for _, q := range r.requests {
				batch.Queue(`
					INSERT INTO acknowledgement_request (revision_id, person_id, asked_on, due_on) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
					id, q.person, q.on, q.due)
			}
			for _, e := range r.excuses {
				batch.Queue(`
					INSERT INTO acknowledgement_excuse (revision_id, person_id, reason, excused_by, excused_at, ended_by, ended_at)
					SELECT $1, $2, '見本', $3::bigint, $4::timestamptz, CASE WHEN $5 THEN $3::bigint END, CASE WHEN $5 THEN $4::timestamptz END`,
					id, e.person, clerk, policytest.Now.AddDate(0, 0, -3), e.ended)
			}
		}
		if !d.abolished.IsZero() {
			batch.Queue(`
				INSERT INTO document_abolition (document_id, abolished_on, reason, decided_on, minutes, recorded_at) VALUES ($1, $2, '見本', $2, '見本', now())`,
				i+1, d.abolished)
		}
	}
	if err := owner.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("filling the shelves: %w", err)
	}
	return nil
}

// readers are who reads: everybody who holds something today, by their 職員番号.
type readers struct {
	*policy.Service
	asking    *acknowledge.Service
	pool      *pgxpool.Pool
	documents library
	actors    map[string]authz.Actor
}

// auditor sees every document, and everybody.
var auditor = authz.Actor{Holdings: []authz.Holding{{Role: authz.Auditor}}}

// inLibraries runs a property on towns with documents.
func inLibraries(t *testing.T, property func(t *rapid.T, r readers)) {
	t.Helper()
	db := server.New(t)
	owner := db.Owner(t)
	for _, table := range shelves { // which are never cleared otherwise
		_, err := owner.Exec(t.Context(), `ALTER TABLE `+table+` DISABLE TRIGGER USER`)
		must(t, err)
	}
	clock := func() time.Time { return policytest.Now }
	d := door.New(db.Pool, clock)
	people := org.New(db.Pool, d)
	rapid.Check(t, func(t *rapid.T) {
		town := orgtest.Draw(t, calendar.Day(policytest.Now))
		documents := drawLibrary(t, town)
		if err := documents.fill(t.Context(), owner, town); err != nil {
			t.Fatal(err)
		}
		policies := policy.New(db.Pool, d, clock)
		r := readers{policies, acknowledge.New(db.Pool, d, clock, policies), db.Pool, documents, map[string]authz.Actor{}}
		for person := 1; person <= town.People; person++ {
			actor, err := people.ActorOn(t.Context(), int64(person), calendar.Day(policytest.Now))
			switch {
			case err == nil:
				r.actors[fmt.Sprint("p", person)] = actor
			case fault.KindOf(err) != fault.Unauthenticated:
				t.Fatal(err)
			}
		}
		property(t, r)
	})
}

// counters are those of a request, in the order of the numbers that the tests give.
var counters, _ = state.NewCounters(org.ChangeCounter, policy.ChangeCounter, policy.AcknowledgementCounter)

// inState is an actor whose request knows a state of the database, so that the
// caches answer.
func (r readers) inState(actor authz.Actor) authz.Actor {
	acknowledged := int64(0)
	for _, d := range r.documents {
		for _, revision := range d.revisions {
			if slices.Contains(revision.acknowledged, actor.Person) {
				acknowledged++
			}
		}
	}
	actor.State = counters.Numbers([]int64{1, 1, acknowledged})
	return actor
}

// lines collects the lines that list hands out, by the 職員番号.
func lines(t *rapid.T, list func(each func(acknowledge.Line) error) (policy.Reading, error)) map[string]acknowledge.Line {
	found := map[string]acknowledge.Line{}
	_, err := list(func(l acknowledge.Line) error {
		if _, twice := found[l.StaffNumber]; twice {
			t.Fatalf("%s stands there twice", l.StaffNumber)
		}
		found[l.StaffNumber] = l
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// coverage is everybody whom a document's current revision asks.
func (r readers) coverage(t *rapid.T, code string) map[string]acknowledge.Line {
	return lines(t, func(each func(acknowledge.Line) error) (policy.Reading, error) {
		return r.asking.CoverageLines(t.Context(), auditor, code, each)
	})
}

// What somebody may read, and how it is with them, is the same drawn from the cache
// (Go), asked of the database (SQL), and in their list.
func TestAReadingIsTheSameFromTheCacheAndTheDatabase(t *testing.T) {
	t.Parallel()
	inLibraries(t, func(t *rapid.T, r readers) {
		for _, actor := range r.actors {
			list, err := r.Readings(t.Context(), actor)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range r.documents {
				code := d.code(i)
				loaded, loadedErr := r.Read(t.Context(), actor, code)
				cached, cachedErr := r.Read(t.Context(), r.inState(actor), code)
				if fault.KindOf(loadedErr) != fault.KindOf(cachedErr) || loadedErr != nil && fault.KindOf(loadedErr) != fault.NotFound {
					t.Fatalf("%s of %+v: loaded %v, cached %v", code, actor, loadedErr, cachedErr)
				}
				at := slices.IndexFunc(list, func(l policy.Listed) bool { return l.Code == code })
				if listed := loadedErr == nil && !loaded.Abolished(calendar.Day(policytest.Now)); listed != (at >= 0) {
					t.Fatalf("%s of %+v: in the list: %v; may be read and is not abolished: %v", code, actor, at >= 0, listed)
				}
				if at >= 0 && !reflect.DeepEqual(list[at].Reading, loaded) {
					t.Fatalf("%s of %+v:\n%+v listed\n%+v loaded", code, actor, list[at], loaded)
				}
				if !reflect.DeepEqual(loaded, cached) {
					t.Fatalf("%s of %+v:\n%+v loaded\n%+v cached", code, actor, loaded, cached)
				}
			}
		}
	})
}

// Whom a revision asks is the same asked of each person, from the cache (Go)
// and of the database (SQL), as asked of everybody: listed, counted section by
// section, and counted before it is published. Of a document that is abolished,
// nobody is asked, and the lists stay for the record.
func TestWhomARevisionAsksIsTheSameOfEachAndOfAll(t *testing.T) {
	t.Parallel()
	inLibraries(t, func(t *rapid.T, r readers) {
		for i, d := range r.documents {
			code := d.code(i)
			all := r.coverage(t, code)
			coverage, err := r.asking.Coverage(t.Context(), auditor, code, 0)
			if err != nil {
				t.Fatal(err)
			}
			lines := d.revisions[coverage.Reading.Number-1].of
			of := policy.Audience{Everyone: len(lines) == 0}
			for _, l := range lines {
				if l.role != "" && !slices.Contains(of.Roles, l.role) {
					of.Roles = append(of.Roles, l.role)
				}
				if section := fmt.Sprint("s", l.section); l.section != 0 && !slices.Contains(of.Sections, section) {
					of.Sections = append(of.Sections, section)
				}
			}
			before, err := r.asking.CountAsked(t.Context(), auditor, coverage.Reading.Document, of)
			if err != nil {
				t.Fatal(err)
			}
			if coverage.Asked+coverage.Absent != len(all) || before.Asked+before.Absent != len(all) || before.Asked > coverage.Asked {
				t.Fatalf("%s asks %d listed, %d counted, %+v counted before", code, len(all), coverage.Asked+coverage.Absent, before)
			}
			gone := coverage.Reading.Abolished(calendar.Day(policytest.Now))
			for number, actor := range r.actors {
				_, listed := all[number]
				for _, a := range []authz.Actor{actor, r.inState(actor)} {
					reading, err := r.Read(t.Context(), a, code)
					if err != nil && fault.KindOf(err) != fault.NotFound {
						t.Fatal(err)
					}
					if asked := err == nil && reading.Asked; asked != (listed && !gone) {
						t.Fatalf("%s asks %+v: %v; listed: %v; abolished: %v; %v", code, a, asked, listed, gone, err)
					}
				}
			}
			for number := range all {
				if _, works := r.actors[number]; !works {
					t.Fatalf("%s asks %s, who has no post", code, number)
				}
			}
		}
	})
}

// What has come of it is the same counted, listed, and told to each person.
func TestProgressIsTheSameCountedListedAndTold(t *testing.T) {
	t.Parallel()
	inLibraries(t, func(t *rapid.T, r readers) {
		for i, d := range r.documents {
			code := d.code(i)
			for _, viewer := range append([]authz.Actor{auditor}, values(r.actors)...) {
				r.compareCounts(t, viewer, code)
			}
			for number, l := range r.coverage(t, code) {
				own, err := r.Read(t.Context(), r.actors[number], code)
				if fault.KindOf(err) == fault.NotFound {
					continue // that who is asked may read is what the test before says
				}
				if err != nil {
					t.Fatal(err)
				}
				if (own.AcknowledgedAt == nil) != (l.AcknowledgedAt == nil) || l.AcknowledgedAt != nil && !l.AcknowledgedAt.Equal(*own.AcknowledgedAt) {
					t.Fatalf("%s of %s:\n%+v listed\n%+v told", code, number, l, own)
				}
				if own.Abolished(calendar.Day(policytest.Now)) {
					continue // it stands in no list
				}
				list, err := r.Readings(t.Context(), r.actors[number])
				if err != nil {
					t.Fatal(err)
				}
				their := list[slices.IndexFunc(list, func(l policy.Listed) bool { return l.Code == code })]
				if outstanding := l.AcknowledgedAt == nil && l.Excuse == "" && !l.Absent; their.Outstanding() != outstanding {
					t.Fatalf("%s of %s:\n%+v listed\n%+v told", code, number, l, their)
				}
				asked, err := r.asking.AskedPerson(t.Context(), auditor, code, number)
				if err != nil {
					t.Fatal(err)
				}
				today := calendar.Day(policytest.Now)
				if asked.Absent(today) != their.Absent {
					t.Fatalf("%s of %s: away %v in Go, %v in SQL", code, number, asked.Absent(today), their.Absent)
				}
				if asked.AskedAgain(today) { // with new days, which are never fewer
					if l.DueOn.After(their.DueOn) && d.revisions[own.Number-1].due == own.Closes && l.DueOn == own.Closes {
						t.Fatalf("%s of %s: due on %v before, %v back", code, number, l.DueOn, their.DueOn)
					}
					continue
				}
				if !l.AskedOn.IsZero() && their.DueOn != l.DueOn {
					t.Fatalf("%s of %s: due on %v listed, %v told", code, number, l.DueOn, their.DueOn)
				}
			}
		}
	})
}

// compareCounts holds the counts and names of Coverage against the lines, as far
// as somebody may see them.
func (r readers) compareCounts(t *rapid.T, viewer authz.Actor, code string) {
	coverage, err := r.asking.Coverage(t.Context(), viewer, code, 0)
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Forbidden {
		if _, err := r.asking.CoverageLines(t.Context(), viewer, code, func(acknowledge.Line) error { return nil }); fault.KindOf(err) != kind {
			t.Fatalf("%s to %+v: counted %v, listed %v", code, viewer, kind, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want, names := map[string][4]int{}, map[string][]string{}
	for number, l := range lines(t, func(each func(acknowledge.Line) error) (policy.Reading, error) {
		return r.asking.CoverageLines(t.Context(), viewer, code, each)
	}) {
		n := want[l.Section]
		switch n[0]++; {
		case l.AcknowledgedAt != nil:
			n[1]++
		case l.Absent: // is not among those who are asked
			n[0]--
			n[3]++
		case l.Excuse != "":
			n[2]++
		}
		want[l.Section] = n
		if l.AcknowledgedAt == nil {
			names[l.Section] = append(names[l.Section], number)
		}
	}
	got, sum := map[string][4]int{}, [4]int{}
	for _, s := range coverage.Sections {
		got[s.Name] = [4]int{s.Asked, s.Acknowledged, s.Excused, s.Absent}
		for i, n := range got[s.Name] {
			sum[i] += n
		}
		var missing []string
		for _, m := range s.Missing {
			missing = append(missing, m.StaffNumber)
		}
		slices.Sort(missing)
		slices.Sort(names[s.Name])
		if !slices.Equal(missing, names[s.Name]) {
			t.Fatalf("%s: missing in %s are %v, listed %v", code, s.Name, missing, names[s.Name])
		}
	}
	if !reflect.DeepEqual(got, want) || sum != [4]int{coverage.Asked, coverage.Acknowledged, coverage.Excused, coverage.Absent} {
		t.Fatalf("%s to %+v:\n%v counted, %+v in all\n%v listed", code, viewer, got, sum, want)
	}
}

// The summaries are of the 基本方針 that are not abolished, and say of each what its
// coverage says to the same person.
func TestTheSummariesSayWhatTheCoverageSays(t *testing.T) {
	t.Parallel()
	inLibraries(t, func(t *rapid.T, r readers) {
		for _, viewer := range append([]authz.Actor{auditor}, values(r.actors)...) {
			want := map[string]acknowledge.Summary{}
			for i, d := range r.documents {
				coverage, err := r.asking.Coverage(t.Context(), viewer, d.code(i), 0)
				if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Forbidden {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				today := calendar.Day(policytest.Now)
				if c := coverage.Reading; d.kind == policy.Basic && !c.Abolished(today) {
					want[d.code(i)] = acknowledge.Summary{
						Document: c.Document, Number: c.Number, Closes: c.Closes, Asked: coverage.Asked, Acknowledged: coverage.Acknowledged, Absent: coverage.Absent, On: today,
					}
				}
			}
			for _, viewer := range []authz.Actor{viewer, r.inState(viewer)} {
				if got := r.summaries(t, viewer); !reflect.DeepEqual(got, want) {
					t.Fatalf("to %+v:\n%+v summed up\n%+v covered", viewer, got, want)
				}
			}
		}
	})
}

// summaries are those that somebody is given, by the documents' codes.
func (r readers) summaries(t *rapid.T, viewer authz.Actor) map[string]acknowledge.Summary {
	var batch task.Batch
	got := map[string]acknowledge.Summary{}
	r.asking.QueueSummaries(&batch, viewer, func(s acknowledge.Summary) { got[s.Code] = s })
	if err := batch.Run(t.Context(), r.pool); err != nil {
		t.Fatal(err)
	}
	return got
}

func values(actors map[string]authz.Actor) []authz.Actor {
	var list []authz.Actor
	for _, actor := range actors {
		list = append(list, actor)
	}
	return list
}

// Of the people whom a current revision asks, the evidence has those whom the
// portal has asked or who have acknowledged that very revision, and says the same
// of them as the coverage does. Beside them it has those who have left since.
func TestTheEvidenceSaysWhatTheCoverageSays(t *testing.T) {
	t.Parallel()
	same := func(a, b *time.Time) bool { return (a == nil) == (b == nil) && (a == nil || a.Equal(*b)) }
	inLibraries(t, func(t *rapid.T, r readers) {
		for i, d := range r.documents {
			code := d.code(i)
			reading, err := r.Read(t.Context(), auditor, code)
			if err != nil {
				t.Fatal(err)
			}
			evidence := lines(t, func(each func(acknowledge.Line) error) (policy.Reading, error) {
				return r.asking.EvidenceLines(t.Context(), auditor, code, reading.Number, each)
			})
			for number, c := range r.coverage(t, code) {
				e, there := evidence[number]
				this := c.Number == reading.Number // and not an earlier one that counts
				if there != (!c.AskedOn.IsZero() || this) {
					t.Fatalf("%s: %s is in the evidence: %v; %+v", code, number, there, c)
				}
				if !there {
					continue
				}
				if e.AskedOn != c.AskedOn || e.DueOn != c.DueOn || e.Name != c.Name {
					t.Fatalf("%s of %s:\n%+v evidence\n%+v coverage", code, number, e, c)
				}
				if this != (e.Number == reading.Number) || this && (!same(e.AcknowledgedAt, c.AcknowledgedAt) || string(e.SHA256) != string(c.SHA256)) {
					t.Fatalf("%s of %s:\n%+v evidence\n%+v coverage", code, number, e, c)
				}
				if c.AcknowledgedAt == nil && e.Absent != c.Absent {
					t.Fatalf("%s of %s: absent %v evidence, %v coverage", code, number, e.Absent, c.Absent)
				}
				if c.AcknowledgedAt == nil && e.Excuse != c.Excuse {
					t.Fatalf("%s of %s: excused %q evidence, %q coverage", code, number, e.Excuse, c.Excuse)
				}
			}
		}
	})
}
