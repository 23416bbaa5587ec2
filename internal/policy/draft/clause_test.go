package draft_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
)

const threeClauses = `【文書】情報セキュリティ基本方針
1．　目的
　目的を定める。
2．　対象とする脅威
　（1）
　　不正アクセス
　（2）
　　災害
3．　対策
　２項「対象とする脅威」から守る。
`

// A clause is put in before 2: the clauses after it count on, and the reference
// that was chosen is written anew. It is an edit like any other.
func TestAClauseIsAmendedWithTheReferencesChosen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	d := o.DraftOf("kihon", threeClauses)
	a := amend.Amendment{Act: amend.Insert, Anchor: "2", Where: amend.Before, Heading: "理念", Text: "信頼に応える。", Renumber: true}
	change, err := draft.Foresee(d.Outline, a)
	must(t, err)
	if len(change.Findings) != 1 || change.Findings[0].Proposed != "３項「対象とする脅威」" {
		t.Fatalf("foreseen: %v", change.Findings)
	}
	must(t, o.Draft.Amend(t.Context(), o.Officer, "kihon", a, []int{0, 77}, d.SHA256, ""))
	after := o.Drafted("kihon")
	for _, line := range []string{"\n2．　理念\n　信頼に応える。\n", "\n3．　対象とする脅威\n", "\n4．　対策\n　３項「対象とする脅威」から守る。\n"} {
		if !strings.Contains(after.Text, line) {
			t.Errorf("%q is not in\n%s", line, after.Text)
		}
	}
	last := after.Steps[len(after.Steps)-1]
	if last.Event != draft.EventEdit || last.Note != "2を加えた（参照1か所を直した）" {
		t.Errorf("the step says %s %q", last.Event, last.Note)
	}

	must(t, o.Draft.Amend(t.Context(), o.Officer, "kihon", amend.Amendment{Act: amend.Move, Anchor: "3-2", Where: amend.Up, Renumber: true}, nil, after.SHA256, ""))
	after = o.Drafted("kihon")
	if note := after.Steps[len(after.Steps)-1].Note; note != "3(2)を3(1)へ移した" {
		t.Errorf("the step says %q", note)
	}
	must(t, o.Draft.Amend(t.Context(), o.Officer, "kihon", amend.Amendment{Act: amend.Delete, Anchor: "3-2"}, nil, after.SHA256, ""))
	after = o.Drafted("kihon")
	must(t, o.Draft.Amend(t.Context(), o.Officer, "kihon", amend.Amendment{Act: amend.Rewrite, Anchor: "1", Heading: "目的", Text: "目的を定めるものとする。"}, nil, after.SHA256, ""))
	after = o.Drafted("kihon")
	var notes []string
	for _, step := range after.Steps[len(after.Steps)-2:] {
		notes = append(notes, step.Note)
	}
	if !slices.Equal(notes, []string{"3(2)を削った", "1を直した"}) {
		t.Errorf("the steps say %q", notes)
	}
}

func TestAnAmendmentIsRefusedLikeAnyOtherEdit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Published(policy.Basic, "kihon")
	draft := o.DraftOf("kihon", threeClauses)
	rewrite := amend.Amendment{Act: amend.Rewrite, Anchor: "1", Text: "別の目的。"}
	for _, c := range []struct {
		name  string
		actor authz.Actor
		a     amend.Amendment
		hash  []byte
		want  fault.Kind
		field string
	}{
		{"who does not draft", o.Staff, rewrite, draft.SHA256, fault.Forbidden, ""},
		{"another text", o.Officer, rewrite, []byte("other"), fault.Conflict, ""},
		{"no such clause", o.Officer, amend.Amendment{Act: amend.Delete, Anchor: "9"}, draft.SHA256, fault.NotFound, ""},
		{"no words", o.Officer, amend.Amendment{Act: amend.Insert, Anchor: "1", Where: amend.After}, draft.SHA256, fault.Invalid, "text"},
		{"into itself", o.Officer, amend.Amendment{Act: amend.Move, Anchor: "2", Where: amend.After, To: "2-1"}, draft.SHA256, fault.Invalid, "to"},
		{"where there is no place", o.Officer, amend.Amendment{Act: amend.Move, Anchor: "2", Where: amend.After, To: "2-1-9"}, draft.SHA256, fault.Invalid, "to"},
	} {
		err := o.Draft.Amend(t.Context(), c.actor, "kihon", c.a, nil, c.hash, "")
		if fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
		if e, ok := errors.AsType[*fault.Error](err); c.field != "" && (!ok || len(e.Problems) != 1 || e.Problems[0].Field != c.field) {
			t.Errorf("%s: %v is not said at %s", c.name, err, c.field)
		}
	}
	must(t, o.Draft.Submit(t.Context(), o.Officer, "kihon", policytest.Minor(draft)))
	if err := o.Draft.Amend(t.Context(), o.Officer, "kihon", rewrite, nil, draft.SHA256, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("once submitted: %v", err)
	}
	if now := o.Drafted("kihon"); now.Text != draft.Text {
		t.Errorf("the text has changed: %s", now.Text)
	}
}
