package draft_test

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
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
	"kagami/internal/task"
)

// Who is told of what happens to a draft, at each step: those whose turn it is,
// or whose work it was, and nobody else.
func TestThoseWhoseTurnItIsAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		play          func(o policytest.Office, d draft.Draft)
		ciso, officer string // what they were told last
	}{
		"a minor draft handed in goes to the CISO": {
			func(o policytest.Office, d draft.Draft) {
				must(o.T, o.Draft.Submit(o.T.Context(), o.Officer, "kihon", policytest.Minor(d)))
			},
			"（第2版）の簡易な見直しが提出されました /policies/kihon/draft", "",
		},
		"a major draft handed in goes to the 本部会議": {
			func(o policytest.Office, d draft.Draft) {
				must(o.T, o.Draft.Submit(o.T.Context(), o.Officer, "kihon", policytest.Major(d)))
			}, "", "",
		},
		"sent back, to those who drafted it": {
			func(o policytest.Office, d draft.Draft) {
				must(o.T, o.Draft.Submit(o.T.Context(), o.Officer, "kihon", policytest.Minor(d)))
				must(o.T, o.Draft.SendBack(o.T.Context(), o.CISO, "kihon", "見本の理由", d.SHA256))
			},
			"（第2版）の簡易な見直しが提出されました /policies/kihon/draft", "（第2版）の下書きが差し戻されました /policies/kihon/draft",
		},
		"published by a 通知, to those who drafted it": {
			func(o policytest.Office, d draft.Draft) {
				must(o.T, o.Draft.Submit(o.T.Context(), o.Officer, "kihon", policytest.Minor(d)))
				must(o.T, o.Publish.PublishMinor(o.T.Context(), o.CISO, "kihon", o.Notice(d)))
			},
			"", "（第2版）が通知で公開されました /policies/kihon", // there is no draft to go to any more
		},
		"published as decided, to those who drafted it": {
			func(o policytest.Office, d draft.Draft) {
				must(o.T, o.Draft.Submit(o.T.Context(), o.Officer, "kihon", policytest.Major(d)))
				must(o.T, o.Publish.RecordDecision(o.T.Context(), o.Officer, "kihon", o.Decision(d)))
				must(o.T, o.Publish.PublishDecided(o.T.Context(), o.CISO, "kihon", publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: d.SHA256, Campaign: policytest.AskAll(calendar.Day(policytest.Now))}))
			},
			"", "（第2版）が公開されました /policies/kihon",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.Published(policy.Basic, "kihon")
			// they have looked at what they were told of the first revision
			for _, actor := range []authz.Actor{o.CISO, o.Officer} {
				must(t, o.Notices().MarkAllSeen(t.Context(), actor, 1_000_000))
			}
			before := map[int64]string{o.CISO.Person: o.Newest(o.CISO), o.Officer.Person: o.Newest(o.Officer)}
			c.play(o, o.DraftOf("kihon", policytest.Text+"第3条　加える。\n"))
			for _, who := range []struct {
				actor authz.Actor
				want  string
			}{{o.CISO, c.ciso}, {o.Officer, c.officer}} {
				got := o.Newest(who.actor)
				if who.want == "" && got != before[who.actor.Person] || !strings.HasSuffix(got, who.want) {
					t.Errorf("%s was told %q, not %q", who.actor.Name, got, who.want)
				}
			}
			for _, actor := range []authz.Actor{o.Staff, o.Manager, o.Other} {
				if list := o.Told(actor); len(list) != 0 {
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
		o.Published(policy.Basic, "kihon")
		people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
		must(t, people.GiveRole(t.Context(), authz.AsOperator(), org.Grant{
			Person: o.Staff.Person, Role: authz.SecurityOfficer, First: calendar.Day(policytest.Now), Reason: "見本",
		}))
		second, err := people.ActorOn(t.Context(), o.Staff.Person, calendar.Day(policytest.Now))
		must(t, err)
		d := o.DraftOf("kihon", policytest.Text+"第3条　加える。\n")
		must(t, o.Draft.Edit(t.Context(), second, "kihon", policytest.Text+"第3条　二人で加える。\n", d.SHA256))
		d = o.Drafted("kihon")
		must(t, o.Draft.Submit(t.Context(), o.Officer, "kihon", policytest.Major(d)))
		decision, word := o.Decision(d), "決定"
		if !adopted {
			decision.Adopted, decision.Rejected, word = false, true, "否決"
		}
		must(t, o.Publish.RecordDecision(t.Context(), o.Officer, "kihon", decision))
		if got := o.Newest(second); !strings.Contains(got, "が本部会議で"+word+"されました") {
			t.Errorf("the other author was told %q", got)
		}
		if got := o.Newest(o.Officer); strings.Contains(got, "第2版") {
			t.Errorf("who recorded it was told %q", got)
		}
	}
}

// A comment is told to those who wrote on the draft, but for whoever comments:
// that it is there, and no word of it.
func TestThoseWhoDraftAreToldOfAComment(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", policytest.Text+"第3条　加える。\n")
	comment := draft.NewComment{Anchor: "1", Text: "見本の意見", SHA256: d.SHA256}
	must(t, o.Draft.WriteComment(t.Context(), o.Officer, "kihon", comment))
	if got := o.Newest(o.Officer); strings.Contains(got, "意見") {
		t.Errorf("who comments was told %q", got)
	}
	must(t, o.Draft.WriteComment(t.Context(), o.CISO, "kihon", comment))
	got := o.Told(o.Officer)[0]
	if !strings.HasSuffix(got.Title, "（第2版）の下書きに意見が書かれました") || got.URL != "/policies/kihon/draft" || strings.Contains(got.Title+got.Text, "見本の意見") {
		t.Errorf("who drafts was told %+v", got)
	}
	for _, actor := range []authz.Actor{o.CISO, o.Staff, o.Manager, o.Other} {
		if got := o.Newest(actor); strings.Contains(got, "意見") {
			t.Errorf("%s was told %q", actor.Name, got)
		}
	}
	must(t, o.Draft.ResolveComment(t.Context(), o.Officer, "kihon", 1))
	if n := o.Drafted("kihon").UnresolvedComments; n != 1 {
		t.Errorf("%d comments are unresolved", n)
	}
}

// While nobody is CISO, the one who takes their matters is told.
func TestWhileTheCISOsRoleIsVacantTheRoleAboveIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	must(t, people.GiveRole(t.Context(), authz.AsOperator(), org.Grant{Person: o.Other.Person, Role: authz.CIO, First: calendar.Day(policytest.Now), Reason: "見本"}))
	if _, err := o.DB.Owner(t).Exec(t.Context(), `DELETE FROM role_rule WHERE role = 'ciso'`); err != nil {
		t.Fatal(err)
	}
	cio, err := people.ActorOn(t.Context(), o.Other.Person, calendar.Day(policytest.Now))
	must(t, err)
	must(t, o.Draft.Submit(t.Context(), o.Officer, "kihon", policytest.Minor(o.DraftOf("kihon", policytest.Text+"第3条　加える。\n"))))
	if got := o.Newest(cio); !strings.Contains(got, "提出されました") {
		t.Errorf("the CIO was told %q", got)
	}
}

// 基本方針 10: whoever leaves a document's audience no longer finds it in what they
// were told, nor in how much that is; and nobody learns of drafts by a notice who
// does not work on them.
func TestANoticeOfADocumentIsForThoseWhoMayReadIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	var document, draft int64
	must(t, o.DB.Pool.QueryRow(t.Context(), `SELECT id FROM document WHERE code = 'tejun'`).Scan(&document))
	o.DraftOf("tejun", policytest.Text+"第3条　加える。\n")
	must(t, o.DB.Pool.QueryRow(t.Context(), `SELECT id FROM revision WHERE state = 'draft'`).Scan(&draft))
	everyone := []authz.Actor{o.CISO, o.Officer, o.Manager, o.Staff, o.Other}
	_, err := o.DB.Pool.Exec(t.Context(), `
		INSERT INTO notice (person_id, given_at, topic, topic_id, title, text, address)
		SELECT p, now(), topic, id, '見本 ' || topic, '', '/' FROM unnest($1::bigint[]) p, (VALUES ('document', $2::bigint), ('draft', $3)) AS about(topic, id)`,
		[]int64{o.CISO.Person, o.Officer.Person, o.Manager.Person, o.Staff.Person, o.Other.Person}, document, draft)
	must(t, err)
	sees := func(actor authz.Actor) (topics []string) {
		for _, n := range o.Told(actor) {
			if topic, ours := strings.CutPrefix(n.Title, "見本 "); ours {
				topics = append(topics, topic)
			}
		}
		var b task.Batch
		o.Notices().QueueUnseen(&b, actor, func(u notice.Unseen) {
			if list := o.Told(actor); u.All != len(list) {
				t.Errorf("%s sees %d and is told of %d", actor.Name, len(list), u.All)
			}
		})
		must(t, b.Run(t.Context(), o.DB.Pool))
		slices.Sort(topics)
		return topics
	}
	check := func(when string, inside []string) {
		t.Helper()
		for i, want := range [][]string{{"document", "draft"}, {"document", "draft"}, inside, inside, nil} {
			if got := sees(everyone[i]); !slices.Equal(got, want) {
				t.Errorf("%s, %s sees %q", when, everyone[i].Name, got)
			}
		}
	}
	check("at first", []string{"document"})
	must(t, o.Policy.ChangeAudience(t.Context(), o.CISO, "tejun", policy.Audience{Roles: []authz.Role{authz.Auditor}}))
	check("without the section", nil)
	must(t, o.Policy.ChangeAudience(t.Context(), o.CISO, "tejun", policy.Audience{Sections: []string{"zeimu"}}))
	check("with it again", []string{"document"})
}
