package publish_test

import (
	"errors"
	"sync"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
	"kagami/internal/postgres"
)

// abolition is one that can be made of a document with one revision, in ten days.
func abolition() publish.Abolition {
	return publish.Abolition{
		On: calendar.Day(policytest.Now).AddDays(10), Reason: "新しい基準に統合したため", DecidedOn: calendar.Day(policytest.Now), Minutes: "令和8年11月24日 本部会議 議事録（総務課に保管）", Number: 1,
	}
}

// From its 廃止日 on a document is in force no more: it is in no list of what
// is in force, is not searched, explains no words, is asked of nobody and not public.
// What it was stays for those who may read it.
func TestAnAbolishedDocumentIsInForceNoMore(t *testing.T) {
	t.Parallel()
	for _, kind := range policy.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			ctx := t.Context()
			audience := policy.Audience{Everyone: kind != policy.Basic}
			_, err := o.Draft.DraftText(ctx, o.Officer, draft.Text{Kind: kind, Audience: audience, Title: "見本の文書", Code: "bunsho", Source: policytest.DefiningText()})
			must(t, err)
			draft, err := policytest.Publish(ctx, o.Rooms, o.Officer, o.CISO, "bunsho", o.Chair, calendar.Day(policytest.Now))
			must(t, err)
			shown := acknowledge.Shown{Code: "bunsho", Number: 1, SHA256: draft.SHA256}
			must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, shown))
			must(t, o.Publish.Abolish(ctx, o.CISO, "bunsho", abolition()))
			for days, inForce := range map[int]bool{0: true, 9: true, 10: false, 400: false} {
				o := o.Later(days)
				day := calendar.Day(policytest.Now).AddDays(days)
				lists(t, o, kind, days, inForce)
				for how, actor := range map[string]authz.Actor{"asked": o.Manager, "kept": o.InState(o.Manager)} {
					reading, err := o.Policy.Read(ctx, actor, "bunsho")
					if err != nil || reading.Asked != inForce || reading.Abolished(day) == inForce || reading.AbolishedOn != abolition().On {
						t.Errorf("after %d days (%s): %+v, %v", days, how, reading, err)
					}
				}
				if _, err := o.Policy.ReadOn(ctx, o.Staff, "bunsho", day); (err == nil) != inForce || err != nil && fault.KindOf(err) != fault.NotFound {
					t.Errorf("after %d days, read on that day: %v", days, err)
				}
				// what it was
				if reading, err := o.Policy.ReadOn(ctx, o.Staff, "bunsho", calendar.Day(policytest.Now)); err != nil || reading.Number != 1 {
					t.Errorf("after %d days, an earlier day: %v", days, err)
				}
				if _, err := o.Policy.ReadNumber(ctx, o.Staff, "bunsho", 1); err != nil {
					t.Errorf("after %d days, by its number: %v", days, err)
				}
				if f, err := o.Follow.Follow(ctx, o.Staff, "bunsho", 1, "2-1"); err != nil || !f.Stays() {
					t.Errorf("after %d days, a link to a clause: %+v, %v", days, f, err)
				}
				if _, err := o.Acknowledge.Proof(ctx, o.Staff, "bunsho", 1); err != nil {
					t.Errorf("after %d days, a proof: %v", days, err)
				}
				history, err := o.Policy.History(ctx, o.Staff, "bunsho")
				must(t, err)
				if status := history[0].Status(day); len(history) != 1 || (status == "施行中") != inForce || (status == "廃止") == inForce {
					t.Errorf("after %d days the history says %s", days, status)
				}
				if abolished, err := o.Publish.Abolitions(ctx, o.Staff); err != nil || (len(abolished) == 0) != inForce {
					t.Errorf("after %d days, the abolished documents: %+v, %v", days, abolished, err)
				}
				if inForce {
					continue
				}
				if err := o.Acknowledge.Acknowledge(ctx, o.Manager, shown); fault.KindOf(err) != fault.Conflict {
					t.Errorf("after %d days it is acknowledged: %v", days, err)
				}
			}
		})
	}
}

// lists looks at every list of what is in force.
func lists(t *testing.T, o policytest.Office, kind policy.Kind, days int, inForce bool) {
	t.Helper()
	ctx := t.Context()
	readings, err := o.Policy.Readings(ctx, o.Staff)
	must(t, err)
	found, err := o.Find.Search(ctx, o.Staff, find.Search{Words: "持ち運ぶ"})
	must(t, err)
	words, err := o.Find.Glossary(ctx, o.Staff)
	must(t, err)
	threats, err := o.Find.Threats(ctx, o.Staff)
	must(t, err)
	for name, listed := range map[string]bool{
		"the documents": len(readings) > 0, "the search": len(found.Hits) > 0, "the glossary": len(words) > 0, "the threats": len(threats) > 0,
	} {
		if listed != inForce {
			t.Errorf("after %d days, in %s: %t", days, name, listed)
		}
	}
	public, err := o.Policy.ReadingsForPublic(ctx)
	must(t, err)
	_, err = o.Policy.ReadForPublic(ctx, "bunsho")
	if want := inForce && kind == policy.Basic; (len(public) > 0) != want || (err == nil) != want {
		t.Errorf("after %d days it is public: %t, %v", days, len(public) > 0, err)
	}
}

// 基本方針 7(9): what is abolished is so on a decision, for a reason, from a day
// that has not passed, by somebody who may publish; and only once.
func TestADocumentIsAbolishedOnADecisionOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, today := t.Context(), calendar.Day(policytest.Now)
	o.PublishedFor(policy.Standard, "kijun", policy.Audience{Everyone: true})
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Roles: []authz.Role{authz.CISO}})
	o.PublishNext("tejun", policytest.Text+"第3条　見直す。\n", today.AddDays(20))
	for name, c := range map[string]struct {
		change func(*publish.Abolition)
		field  string
	}{
		"without a day":          {func(a *publish.Abolition) { a.On = calendar.Date{} }, "abolished_on"},
		"from yesterday":         {func(a *publish.Abolition) { a.On = today.AddDays(-1) }, "abolished_on"},
		"without a reason":       {func(a *publish.Abolition) { a.Reason = " " }, "reason"},
		"without a decision":     {func(a *publish.Abolition) { a.DecidedOn = calendar.Date{} }, "decided_on"},
		"on a decision to come":  {func(a *publish.Abolition) { a.DecidedOn = today.AddDays(1) }, "decided_on"},
		"without the minutes":    {func(a *publish.Abolition) { a.Minutes = "" }, "minutes"},
		"before the last 施行日":    {func(a *publish.Abolition) { a.Number = 2 }, "abolished_on"},
		"of an earlier revision": {func(a *publish.Abolition) { a.Number = 0 }, ""},
	} {
		a, code := abolition(), "kijun"
		if c.change(&a); a.Number == 2 {
			code = "tejun"
		}
		for _, err := range []error{o.Publish.CheckAbolition(ctx, o.CISO, code, a), o.Publish.Abolish(ctx, o.CISO, code, a)} {
			if c.field == "" && fault.KindOf(err) != fault.Conflict || c.field != "" && !names(err, c.field) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	for name, c := range map[string]struct {
		actor authz.Actor
		code  string
		kind  fault.Kind
	}{
		"by the 責任者": {o.Officer, "kijun", fault.Forbidden}, "by a 職員": {o.Staff, "kijun", fault.Forbidden},
		"by whom it is not for": {o.Staff, "tejun", fault.NotFound}, "of nothing": {o.CISO, "nothing", fault.NotFound},
	} {
		if err := o.Publish.Abolish(ctx, c.actor, c.code, abolition()); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.Draft.StartDraft(ctx, o.Officer, "kijun", 1))
	if err := o.Publish.Abolish(ctx, o.CISO, "kijun", abolition()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with a draft under way: %v", err)
	}
	must(t, o.Draft.Withdraw(ctx, o.Officer, "kijun", "廃止するため", o.Drafted("kijun").SHA256))
	must(t, o.Publish.Abolish(ctx, o.CISO, "kijun", abolition()))
	if err := o.Publish.Abolish(ctx, o.CISO, "kijun", abolition()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := o.Draft.StartDraft(ctx, o.Officer, "kijun", 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a draft of what is abolished: %v", err)
	}
	if _, err := o.Draft.StartImport(ctx, o.Officer, draft.Text{Document: "kijun", Source: policytest.Text}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a text for what is abolished: %v", err)
	}
	told, err := o.Publish.AbolitionOf(ctx, o.Officer, "kijun")
	must(t, err)
	if told == nil || told.Reason != abolition().Reason || told.By == "" || told.Minutes != abolition().Minutes || told.DecidedOn != today {
		t.Errorf("on record: %+v", told)
	}
	if told, err = o.Publish.AbolitionOf(ctx, o.Staff, "kijun"); err != nil || told == nil || told.By != "" || told.Minutes != "" {
		t.Errorf("to a 職員: %+v, %v", told, err)
	}
	if told, err = o.Publish.AbolitionOf(ctx, o.Staff, "tejun"); err != nil || told != nil {
		t.Errorf("of what a 職員 does not read: %+v, %v", told, err)
	}
}

// names tells whether a refusal is about one field, and no other.
func names(err error, field string) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Kind == fault.Invalid && len(e.Problems) == 1 && e.Problems[0].Field == field
}

// 職務分離: whoever wrote the newest revision does not abolish the document.
func TestWhoWroteATextDoesNotAbolishIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Standard, "kijun")
	var person int64
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT id FROM person WHERE staff_number = 'G'`).Scan(&person))
	general, err := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock)).ActorOn(ctx, person, calendar.Day(policytest.Now))
	must(t, err)
	must(t, o.Draft.StartDraft(ctx, general, "kijun", 1))
	_, err = policytest.Publish(ctx, o.Rooms, o.Officer, o.CISO, "kijun", o.Chair, calendar.Day(policytest.Now))
	must(t, err)
	a := abolition()
	a.Number = 2
	if err := o.Publish.Abolish(ctx, general, "kijun", a); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by who wrote it: %v", err)
	}
	must(t, o.Publish.Abolish(ctx, o.CISO, "kijun", a))
}

// What a page is told of it is cached, and is of the state in which it is asked.
func TestWhoMayAbolishIsTheSameFromTheCache(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Standard, "kijun")
	var person int64
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT id FROM person WHERE staff_number = 'G'`).Scan(&person))
	general, err := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock)).ActorOn(ctx, person, calendar.Day(policytest.Now))
	must(t, err)
	wants := func(when string, want map[*authz.Actor]bool) {
		t.Helper()
		for who, may := range want {
			for _, asked := range []authz.Actor{o.InState(*who), o.InState(*who), *who} { // drawn, from the cache, without a state
				if got, err := o.Publish.MayAbolish(ctx, asked, "kijun"); err != nil || got != may {
					t.Errorf("%s, %s: %t, %v", when, who.Name, got, err)
				}
			}
		}
	}
	wants("at first", map[*authz.Actor]bool{&general: true, &o.CISO: true, &o.Staff: false})
	must(t, o.Draft.StartDraft(ctx, general, "kijun", 1))
	_, err = policytest.Publish(ctx, o.Rooms, o.Officer, o.CISO, "kijun", o.Chair, calendar.Day(policytest.Now))
	must(t, err)
	wants("once the 統括 has written the newest", map[*authz.Actor]bool{&general: false, &o.CISO: true, &o.Staff: false})
}

// The database itself keeps the rules, whatever a program says.
func TestTheDatabaseKeepsWhatIsAbolished(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.Published(policy.Standard, "kijun")
	o.Published(policy.Standard, "betsu")
	must(t, o.Draft.StartDraft(ctx, o.Officer, "betsu", 1))
	_, err := o.Draft.DraftText(ctx, o.Officer, draft.Text{Kind: policy.Basic, Title: "下書きだけ", Code: "dake", Source: policytest.Text})
	must(t, err)
	abolish := func(code, on, reason, decided, minutes string) string {
		return `INSERT INTO document_abolition (document_id, abolished_on, reason, decided_on, minutes, recorded_at)
			SELECT id, '` + on + `', '` + reason + `', '` + decided + `', '` + minutes + `', now() FROM document WHERE code = '` + code + `'`
	}
	try := func(name, sql, constraint string) {
		t.Helper()
		_, err := o.DB.Pool.Exec(ctx, sql)
		if got := postgres.Constraint(err); err == nil || got != constraint {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	try("without a reason", abolish("kijun", "2030-01-01", "", "2026-11-24", "m"), "document_abolition_reason_given")
	try("without minutes", abolish("kijun", "2030-01-01", "r", "2026-11-24", ""), "document_abolition_minutes_given")
	try("decided afterwards", abolish("kijun", "2030-01-01", "r", "2030-01-02", "m"), "document_abolition_decided")
	try("before the 施行日", abolish("kijun", "2001-01-01", "r", "2001-01-01", "m"), "document_abolition_in_order")
	try("with a draft under way", abolish("betsu", "2030-01-01", "r", "2026-11-24", "m"), "document_abolition_no_draft")
	must(t, o.Publish.Abolish(ctx, o.CISO, "kijun", abolition()))
	try("twice", abolish("kijun", "2030-01-01", "r", "2026-11-24", "m"), "document_abolition_once")
	copied := `INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at)
		SELECT document_id, number + 1, 'draft', source, text, text_sha256, outline, now() FROM revision r JOIN document d ON d.id = r.document_id WHERE d.code = 'kijun'`
	try("a draft of it", copied, "document_abolished")
	for _, sql := range []string{`UPDATE document_abolition SET abolished_on = '2099-01-01'`, `DELETE FROM document_abolition`, `TRUNCATE document_abolition`} {
		if _, err := o.DB.Pool.Exec(ctx, sql); err == nil {
			t.Errorf("%s: done", sql)
		}
		if _, err := o.DB.Owner(t).Exec(ctx, sql); err == nil {
			t.Errorf("%s by the owner: done", sql)
		}
	}
	must(t, o.Draft.Withdraw(ctx, o.Officer, "dake", "見本", o.Drafted("dake").SHA256))
	try("what was never published", abolish("dake", "2030-01-01", "r", "2026-11-24", "m"), "document_abolition_published")
}

// A draft that is begun at the same moment and the abolition never both come in.
func TestADraftAndTheAbolitionDoNotPassEachOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, code := range []string{"a", "b", "c", "d", "e", "f"} {
		o.Published(policy.Standard, code)
		var (
			wait         sync.WaitGroup
			draft, ended error
		)
		wait.Go(func() { draft = o.Draft.StartDraft(t.Context(), o.Officer, code, 1) })
		wait.Go(func() { ended = o.Publish.Abolish(t.Context(), o.CISO, code, abolition()) })
		wait.Wait()
		if (draft == nil) == (ended == nil) {
			t.Errorf("%s: the draft %v, the abolition %v", code, draft, ended)
		}
		for _, err := range []error{draft, ended} {
			if err != nil && fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s: %v", code, err)
			}
		}
	}
}
