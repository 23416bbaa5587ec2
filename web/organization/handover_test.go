package organization_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/handover"
	"kagami/internal/org/absence"
	"kagami/internal/org/reach"
	"kagami/internal/org/transfer"
	"kagami/internal/task"
	"kagami/internal/trail"
	webabsence "kagami/web/absence"
	webhandover "kagami/web/handover"
	"kagami/web/organization"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town is one where the same two things hang on everybody, but for M012, on whom only
// the one hangs that can't be handed over.
var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	one := func(id int64, title string) func(*task.Batch, authz.Actor, int64, func([]handover.Thing)) {
		return func(_ *task.Batch, _ authz.Actor, _ int64, take func([]handover.Thing)) {
			take([]handover.Thing{{ID: id, Title: title, URL: "/policies"}})
		}
	}
	given := func(b *task.Batch, actor authz.Actor, person int64, take func([]handover.Thing)) {
		var number string
		if err := g.Pool.QueryRow(context.Background(), `SELECT staff_number FROM person WHERE id = $1`, person).Scan(&number); err != nil || number != "M012" {
			one(7, "見本の下書き")(b, actor, person, take)
		}
	}
	give := func(_ context.Context, _ *door.Tx, _ authz.Actor, giving handover.Giving) ([]door.Effect, error) {
		return []door.Effect{{Subject: trail.Subject{Kind: "person", ID: giving.IDs[0]}, Fields: []string{"sample"}}}, nil
	}
	handing := handover.New(g.Pool, g.Door,
		handover.Kind{Name: "sample", Title: "下書き", Takers: "見本", Queue: given, Give: give},
		handover.Kind{Name: "fixed", Title: "意見", Takers: "引き継ぎは要りません", Queue: one(8, "見本の意見")})
	away := absence.New(g.Pool, g.Door)
	return []screen.Part{
		organization.New(g.Org, away, transfer.New(g.Pool), reach.New(g.Pool, g.Door), handing).Part(), webabsence.New(g.Org, away).Part(), webhandover.New(g.Org, handing).Part(),
	}, nil
}}

// The page on which things are handed over asks for whom, and keeps what was typed.
func TestHandingOverAsksForWhomAndWhat(t *testing.T) {
	t.Parallel()
	officer := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	const page = "/people/M010/handover"
	if a := officer.Get(page); !strings.Contains(a.Body, "見本の下書き") || !strings.Contains(a.Body, `value="sample:7" checked`) || !strings.Contains(a.Body, "見本の意見") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	head := town.Holder("税務町民課長")
	if a := officer.Get(page); !strings.Contains(a.Body, `list="to-offers"`) || !strings.Contains(a.Body, `<option value="`+head.StaffNumber+`">`+head.Name+`（税務町民課長）</option>`) || strings.Contains(a.Body, `<option value="M010">`) || strings.Contains(a.Body, `<option value="`+town.Holder("副町長").StaffNumber+`">`) {
		t.Errorf("who may take it over: %s", a.Body)
	}
	shown := func(number string, things, button bool) {
		t.Helper()
		a := officer.Get("/people/" + number)
		if strings.Contains(a.Body, "この人が持っている仕事") != things || strings.Contains(a.Body, "見本の意見") != things || strings.Contains(a.Body, "引き継ぐ人を決める") != button {
			t.Errorf("%s: want what they hold %t, and the button %t: %s", number, things, button, a.Body)
		}
	}
	shown("M010", true, true)
	shown("M012", false, false)
	for _, number := range []string{"M010", "M012"} {
		officer.Post("/people/"+number+"/absences", url.Values{"first": {"2026-12-01"}, "kind": {"care"}})
	}
	shown("M010", true, true)
	shown("M012", true, false)
	for name, c := range map[string]struct {
		form url.Values
		want []string
	}{
		"nobody":       {url.Values{"give": {"sample:7"}}, []string{"引き継ぐ人の職員番号を入力してください", `value="sample:7" checked`}},
		"themselves":   {url.Values{"give": {"sample:7"}, "to": {"M010"}}, []string{"本人には引き継げません", `value="M010"`}},
		"nothing":      {url.Values{"to": {"M012"}}, []string{"引き継ぐものを選んでください", `value="M012"`}},
		"not a number": {url.Values{"to": {"M012"}, "give": {"sample:x", "sample", ":7"}}, []string{"引き継ぐものを選んでください"}},
	} {
		a := officer.Post(page, c.form)
		if a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.Status)
		}
		for _, want := range c.want {
			if !strings.Contains(a.Body, want) {
				t.Errorf("%s: the page lacks %q", name, want)
			}
		}
	}
	if a := officer.Post(page, url.Values{"to": {" ｍ０１2 "}, "give": {"sample:7"}}); !strings.Contains(a.Body, "引き継ぎました") {
		t.Errorf("handed over: %d %s", a.Status, a.Body)
	}
	if a := officer.Post("/people/M003/handover", url.Values{"to": {"M012"}, "give": {"sample:7"}}); a.Status != http.StatusForbidden {
		t.Errorf("of oneself: %d", a.Status)
	}
}
