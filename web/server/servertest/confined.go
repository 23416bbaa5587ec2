package servertest

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/sample"
	"kagami/web/layout"
	"kagami/web/screen"
	"kagami/web/server"
)

// The ways in which a Portal bars somebody from itself.
const (
	Suspended  = "suspension"
	Revoked    = "revocation"
	Cut        = "conduct_cut"
	AccountCut = "account_cut"
)

// Bar bars all that somebody may use, the portal with it, from now on. What else follows from it
// does not: their sessions are still there.
func (p *Portal) Bar(t testing.TB, who sample.Account, kind string) {
	t.Helper()
	_, err := p.DB.Pool.Exec(t.Context(), `
		INSERT INTO right_bar (code, person_id, kind, whole, reason, from_at, withheld, made_by, made_at)
		SELECT $1, $2, $3, true, '見本', $4, '', min(id), $4 FROM person WHERE id <> $2`,
		strings.ToLower(rand.Text()[:16]), who.Person, kind, p.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
}

// Lift ends now all that bars somebody.
func (p *Portal) Lift(t testing.TB, who sample.Account) {
	t.Helper()
	_, err := p.DB.Pool.Exec(t.Context(), `UPDATE right_bar SET to_at = $2, version = version + 1 WHERE person_id = $1`, who.Person, p.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
}

// OwnCase is where somebody answers in a town that is Answering.
const OwnCase = "/own-case"

// Answering is the town with a Part where people answer who are barred, in the place of one that it
// may have, on a database of its own.
// A case is open to nobody before OpenCase.
func (t *Town) Answering(tb testing.TB) (*Town, pgtest.DB) {
	tb.Helper()
	db := t.Database(tb)
	if _, err := db.Owner(tb).Exec(tb.Context(), `CREATE TABLE open_case (person_id bigint); GRANT ALL ON open_case TO kagami_portal`); err != nil {
		tb.Fatal(err)
	}
	answer := func(w http.ResponseWriter, r *http.Request) error {
		return screen.Show(w, r, layout.Page(screen.Frame(r, "自分についての件", layout.Link{Label: "違反の記録", Address: "/elsewhere"})))
	}
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get(OwnCase, authz.ReadViolation, answer).Confined(),
			screen.Post(OwnCase, authz.AnswerViolation, answer).Confined(),
			screen.Get(OwnCase+"/others", authz.ReadViolation, answer),
			screen.Post(OwnCase+"/others", authz.ReadViolation, answer),
		},
		Confinement: &screen.Confinement{
			Open: func(person, _ string) string {
				return `EXISTS (SELECT FROM open_case k WHERE k.person_id = ` + person + `)`
			},
			Links: []layout.Link{{Label: "自分についての件", Address: OwnCase}},
		},
	}
	return &Town{Town: t.Town, Parts: func(g server.Ground) ([]screen.Part, error) {
		parts, err := t.Parts(g)
		for i := range parts {
			parts[i].Confinement = nil // those that it opens cases to are of another Part
		}
		return append(parts, part), err
	}}, db
}

// OpenCase opens a case to somebody of a town that is Answering.
func (p *Portal) OpenCase(t testing.TB, who sample.Account) {
	t.Helper()
	if _, err := p.DB.Pool.Exec(t.Context(), `INSERT INTO open_case VALUES ($1)`, who.Person); err != nil {
		t.Fatal(err)
	}
}

// CloseCase closes it.
func (p *Portal) CloseCase(t testing.TB, who sample.Account) {
	t.Helper()
	if _, err := p.DB.Pool.Exec(t.Context(), `DELETE FROM open_case WHERE person_id = $1`, who.Person); err != nil {
		t.Fatal(err)
	}
}
