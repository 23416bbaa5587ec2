package find_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

func glossaryOf(o policytest.Office, actor authz.Actor) string {
	o.T.Helper()
	list, err := o.Find.Glossary(o.T.Context(), actor)
	must(o.T, err)
	var words []string
	for _, d := range list {
		words = append(words, d.Group()+" "+d.Name+" "+d.Code+"#"+d.Anchor)
	}
	return strings.Join(words, "|")
}

func TestTheGlossaryIsWhatTheDocumentsDefine(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Procedure, "tejun", policytest.DefiningText(), policy.Audience{Sections: []string{"zeimu"}})
	if got, want := glossaryOf(o, o.Staff), "英数字 ＵＳＢメモリ tejun#1-3|あ行 あて先 tejun#1-4|ら行 ログ tejun#1-2|漢字 機密性 tejun#1-1"; got != want {
		t.Errorf("got %s", got)
	}
	if got := glossaryOf(o, o.Other); got != "" {
		t.Errorf("another section reads %s", got)
	}
}

func TestThreatsAreAListThatOthersPointAt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Procedure, "tejun", policytest.DefiningText(), policy.Audience{Sections: []string{"zeimu"}})
	list, err := o.Find.Threats(t.Context(), o.Staff)
	must(t, err)
	if len(list) != 2 || list[0].Key() != "tejun#2-1" || list[0].Text != "地震、落雷等" || list[1].Key() != "tejun#2-2" {
		t.Errorf("got %+v", list)
	}
	if list, err := o.Find.Threats(t.Context(), o.Other); err != nil || len(list) != 0 {
		t.Errorf("another section: %+v, %v", list, err)
	}
}
