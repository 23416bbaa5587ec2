package find_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

func clausesOf(o policytest.Office, actor authz.Actor) string {
	o.T.Helper()
	list, err := o.Find.Clauses(o.T.Context(), actor)
	must(o.T, err)
	var words []string
	for _, c := range list {
		if c.Anchor == "1" || c.Anchor == "2-1" {
			words = append(words, map[bool]string{true: "only "}[c.Only]+c.Code+" "+c.Citation+" "+c.Heading)
		}
	}
	return strings.Join(words, "|")
}

// The clauses are those of every text in force that somebody may read, 実施手順 too; a clause of
// another section's is offered to nobody else.
func TestClausesAreOfTheTextsThatSomebodyMayRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Procedure, "tejun", policytest.DefiningText(), policy.Audience{Sections: []string{"zeimu"}})
	if got, want := clausesOf(o, o.Staff), "only tejun 第1条 定義|only tejun 第2条(1) 地震、落雷等"; got != want {
		t.Errorf("got %s", got)
	}
	if got := clausesOf(o, o.Other); got != "" {
		t.Errorf("another section is offered %s", got)
	}
	o.PublishedText(policy.Procedure, "betsu", policytest.DefiningText(), policy.Audience{Everyone: true})
	if got, want := clausesOf(o, o.Staff), "betsu 第1条 定義|betsu 第2条(1) 地震、落雷等|tejun 第1条 定義|tejun 第2条(1) 地震、落雷等"; got != want {
		t.Errorf("got %s", got)
	}
	if got, want := clausesOf(o, o.Other), "only betsu 第1条 定義|only betsu 第2条(1) 地震、落雷等"; got != want {
		t.Errorf("another section is offered %s", got)
	}
}

// What is to come into force is not to be kept yet, and so nothing is excepted of it.
func TestClausesAreOfWhatIsInForce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Procedure, "tejun", policytest.DefiningText(), policy.Audience{Everyone: true})
	before := o.Staff
	before.On = calendar.Day(policytest.Now).AddDays(-1)
	if got := clausesOf(o, before); got != "" {
		t.Errorf("the day before it is offered %s", got)
	}
}
