package policy_test

import (
	"slices"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

func (o office) notices() *notice.Service {
	return notice.New(o.db.Pool, o.clock, policy.Topics()...)
}

// told are what an actor was told, the newest first, as far as they may see it.
func (o office) told(actor authz.Actor) []notice.Given {
	o.t.Helper()
	list, _, err := o.notices().List(o.t.Context(), actor, 0)
	must(o.t, err)
	return list
}

// newest is the title and the address of what an actor was told last.
func (o office) newest(actor authz.Actor) string {
	o.t.Helper()
	list := o.told(actor)
	if len(list) == 0 {
		return ""
	}
	return list[0].Title + " " + list[0].Address
}

// Who is told of what happens to a draft, at each step: those whose turn it is,
// or whose work it was, and nobody else.
func TestThoseWhoseTurnItIsAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		play          func(o office, d policy.Draft)
		ciso, officer string // what they were told last
	}{
		"a minor draft handed in goes to the CISO": {
			func(o office, d policy.Draft) { must(o.t, o.Submit(o.t.Context(), o.officer, "kihon", minor(d))) },
			"（第2版）の簡易な見直しが提出されました /policies/kihon/draft", "",
		},
		"a major draft handed in goes to the 本部会議": {
			func(o office, d policy.Draft) { must(o.t, o.Submit(o.t.Context(), o.officer, "kihon", major(d))) }, "", "",
		},
		"sent back, to those who drafted it": {
			func(o office, d policy.Draft) {
				must(o.t, o.Submit(o.t.Context(), o.officer, "kihon", minor(d)))
				must(o.t, o.SendBack(o.t.Context(), o.ciso, "kihon", "見本の理由", d.SHA256))
			},
			"（第2版）の簡易な見直しが提出されました /policies/kihon/draft", "（第2版）の下書きが差し戻されました /policies/kihon/draft",
		},
		"published by a 通知, to those who drafted it": {
			func(o office, d policy.Draft) {
				must(o.t, o.Submit(o.t.Context(), o.officer, "kihon", minor(d)))
				must(o.t, o.PublishMinor(o.t.Context(), o.ciso, "kihon", o.notice(d)))
			},
			"", "（第2版）が通知で公開されました /policies/kihon", // there is no draft to go to any more
		},
		"published as decided, to those who drafted it": {
			func(o office, d policy.Draft) {
				must(o.t, o.Submit(o.t.Context(), o.officer, "kihon", major(d)))
				must(o.t, o.RecordDecision(o.t.Context(), o.officer, "kihon", o.decision(d)))
				must(o.t, o.PublishDecided(o.t.Context(), o.ciso, "kihon", policy.Publication{EffectiveOn: calendar.Day(now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(now))}))
			},
			"", "（第2版）が公開されました /policies/kihon",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.published(policy.Basic, "kihon")
			// what the first revision was told of is seen
			for _, actor := range []authz.Actor{o.ciso, o.officer} {
				must(t, o.notices().MarkAllSeen(t.Context(), actor, 1_000_000))
			}
			before := map[int64]string{o.ciso.Person: o.newest(o.ciso), o.officer.Person: o.newest(o.officer)}
			c.play(o, o.draftOf("kihon", text+"第3条　加える。\n"))
			for _, who := range []struct {
				actor  authz.Actor
				wanted string
			}{{o.ciso, c.ciso}, {o.officer, c.officer}} {
				got := o.newest(who.actor)
				if who.wanted == "" && got != before[who.actor.Person] || !strings.HasSuffix(got, who.wanted) {
					t.Errorf("%s was told %q, not %q", who.actor.Name, got, who.wanted)
				}
			}
			for _, actor := range []authz.Actor{o.staff, o.manager, o.other} {
				if list := o.told(actor); len(list) != 0 {
					t.Errorf("%s was told %+v", actor.Name, list)
				}
			}
		})
	}
}

// What is decided by another is told to all who wrote on it; nobody is told of
// what they do themselves.
func TestTheOtherAuthorsAreToldOfADecision(t *testing.T) {
	t.Parallel()
	for _, adopted := range []bool{true, false} {
		o := newOffice(t)
		o.published(policy.Basic, "kihon")
		people := org.New(o.db.Pool, door.New(o.db.Pool, o.clock))
		must(t, people.GiveRole(t.Context(), authz.AsOperator(), org.Grant{
			Person: o.staff.Person, Role: authz.SecurityOfficer, First: calendar.Day(now), Reason: "見本",
		}))
		second, err := people.ActorOn(t.Context(), o.staff.Person, calendar.Day(now))
		must(t, err)
		d := o.draftOf("kihon", text+"第3条　加える。\n")
		must(t, o.Edit(t.Context(), second, "kihon", text+"第3条　二人で加える。\n", d.SHA256))
		d = o.draft("kihon")
		must(t, o.Submit(t.Context(), o.officer, "kihon", major(d)))
		decision, word := o.decision(d), "決定"
		if !adopted {
			decision.Adopted, decision.Rejected, word = false, true, "否決"
		}
		must(t, o.RecordDecision(t.Context(), o.officer, "kihon", decision))
		if got := o.newest(second); !strings.Contains(got, "が本部会議で"+word+"されました") {
			t.Errorf("the other author was told %q", got)
		}
		if got := o.newest(o.officer); strings.Contains(got, "第2版") {
			t.Errorf("who recorded it was told %q", got)
		}
	}
}

// A comment is told to those who wrote on the draft, but for whoever comments:
// that it is there, and no word of it.
func TestThoseWhoDraftAreToldOfAComment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	d := o.draftOf("kihon", text+"第3条　加える。\n")
	comment := policy.NewComment{Anchor: "1", Text: "見本の意見", SHA256: d.SHA256}
	must(t, o.WriteComment(t.Context(), o.officer, "kihon", comment))
	if got := o.newest(o.officer); strings.Contains(got, "意見") {
		t.Errorf("who comments was told %q", got)
	}
	must(t, o.WriteComment(t.Context(), o.ciso, "kihon", comment))
	got := o.told(o.officer)[0]
	if !strings.HasSuffix(got.Title, "（第2版）の下書きに意見が書かれました") || got.Address != "/policies/kihon/draft" || strings.Contains(got.Title+got.Text, "見本の意見") {
		t.Errorf("who drafts was told %+v", got)
	}
	for _, actor := range []authz.Actor{o.ciso, o.staff, o.manager, o.other} {
		if got := o.newest(actor); strings.Contains(got, "意見") {
			t.Errorf("%s was told %q", actor.Name, got)
		}
	}
	must(t, o.ResolveComment(t.Context(), o.officer, "kihon", 1))
	if n := o.draft("kihon").OpenComments; n != 1 {
		t.Errorf("%d comments are open", n)
	}
}

// While nobody is CISO, the one who takes their matters is told.
func TestWhileTheCISOsRoleIsVacantTheRoleAboveIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	people := org.New(o.db.Pool, door.New(o.db.Pool, o.clock))
	must(t, people.GiveRole(t.Context(), authz.AsOperator(), org.Grant{Person: o.other.Person, Role: authz.CIO, First: calendar.Day(now), Reason: "見本"}))
	if _, err := o.db.Owner(t).Exec(t.Context(), `DELETE FROM role_rule WHERE role = 'ciso'`); err != nil {
		t.Fatal(err)
	}
	cio, err := people.ActorOn(t.Context(), o.other.Person, calendar.Day(now))
	must(t, err)
	must(t, o.Submit(t.Context(), o.officer, "kihon", minor(o.draftOf("kihon", text+"第3条　加える。\n"))))
	if got := o.newest(cio); !strings.Contains(got, "提出されました") {
		t.Errorf("the CIO was told %q", got)
	}
}

// 基本方針 10: whoever leaves a document's audience no longer finds it in what they
// were told, nor in how much that is; and nobody learns of drafts by a notice who
// does not work on them.
func TestANoticeOfADocumentIsForThoseWhoMayReadIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.publishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	var document, draft int64
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT id FROM document WHERE code = 'tejun'`).Scan(&document))
	o.draftOf("tejun", text+"第3条　加える。\n")
	must(t, o.db.Pool.QueryRow(t.Context(), `SELECT id FROM revision WHERE state = 'draft'`).Scan(&draft))
	everyone := []authz.Actor{o.ciso, o.officer, o.manager, o.staff, o.other}
	_, err := o.db.Pool.Exec(t.Context(), `
		INSERT INTO notice (person_id, given_at, topic, topic_id, title, text, address)
		SELECT p, now(), topic, id, '見本 ' || topic, '', '/' FROM unnest($1::bigint[]) p, (VALUES ('document', $2::bigint), ('draft', $3)) AS about(topic, id)`,
		[]int64{o.ciso.Person, o.officer.Person, o.manager.Person, o.staff.Person, o.other.Person}, document, draft)
	must(t, err)
	sees := func(actor authz.Actor) (topics []string) {
		for _, n := range o.told(actor) {
			if topic, ours := strings.CutPrefix(n.Title, "見本 "); ours {
				topics = append(topics, topic)
			}
		}
		_, count, err := o.notices().Unseen(t.Context(), actor)
		must(t, err)
		if list := o.told(actor); count != len(list) {
			t.Errorf("%s sees %d and is told of %d", actor.Name, len(list), count)
		}
		slices.Sort(topics)
		return topics
	}
	check := func(when string, inside []string) {
		t.Helper()
		for i, wanted := range [][]string{{"document", "draft"}, {"document", "draft"}, inside, inside, nil} {
			if got := sees(everyone[i]); !slices.Equal(got, wanted) {
				t.Errorf("%s, %s sees %q", when, everyone[i].Name, got)
			}
		}
	}
	check("at first", []string{"document"})
	must(t, o.ChangeAudience(t.Context(), o.ciso, "tejun", policy.Audience{Roles: []authz.Role{authz.Auditor}}))
	check("without the section", nil)
	must(t, o.ChangeAudience(t.Context(), o.ciso, "tejun", policy.Audience{Sections: []string{"zeimu"}}))
	check("with it again", []string{"document"})
}
