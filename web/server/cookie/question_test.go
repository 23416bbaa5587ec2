package cookie_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/account/session"
	"kagami/internal/door"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/secret"
	"kagami/web/server/cookie"
)

// asked is a question that a browser has been asked, and the request by which it comes back.
func asked(t *testing.T, db pgtest.DB, keys *secret.Keys, c *clock) (*cookie.Questions, *http.Request) {
	t.Helper()
	questions := cookie.NewQuestions(session.New(db.Pool, door.New(db.Pool, c.Now)), keys, c.Now, true)
	answer := httptest.NewRecorder()
	if err := questions.Ask(answer, json.RawMessage(`{"challenge":"x"}`)); err != nil {
		t.Fatal(err)
	}
	return questions, returning(t, answer)
}

func TestAQuestionWritesNothingUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	db, c := server.New(t), &clock{now: time.Now()}
	questions, r := asked(t, db, secret.Random(), c)
	rows := func() (n int) {
		if err := db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM sign_in_attempt`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if state, ok := questions.Of(r); !ok || string(state) != `{"challenge":"x"}` || rows() != 0 {
		t.Errorf("asked: %s, %t, %d rows", state, ok, rows())
	}
	if first, err := questions.End(t.Context(), httptest.NewRecorder(), r); !first || err != nil || rows() != 1 {
		t.Errorf("answered: %t, %v, %d rows", first, err, rows())
	}
	c.advance(session.AttemptLimit)
	if _, ok := questions.Of(r); ok {
		t.Error("it is asked for longer than its time")
	}
}

// Of two who answer at once, one is the first.
func TestAQuestionIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	questions, r := asked(t, server.New(t), secret.Random(), &clock{now: time.Now()})
	var (
		all    sync.WaitGroup
		lock   sync.Mutex
		firsts int
	)
	for range 8 {
		all.Go(func() {
			first, err := questions.End(t.Context(), httptest.NewRecorder(), r)
			if err != nil {
				t.Error(err)
			}
			lock.Lock()
			defer lock.Unlock()
			if first {
				firsts++
			}
		})
	}
	all.Wait()
	if firsts != 1 {
		t.Errorf("%d are the first", firsts)
	}
}

// What the portal has not sealed is no question.
func TestNobodyAsksThemselves(t *testing.T) {
	t.Parallel()
	db, c := server.New(t), &clock{now: time.Now()}
	questions, r := asked(t, db, secret.Random(), c)
	_, of := asked(t, db, secret.Random(), c)
	whole := r.Cookies()[0].Value
	for name, value := range map[string]string{"of another's keys": of.Cookies()[0].Value, "changed": whole[:len(whole)-2] + strings.Map(func(c rune) rune { return c ^ 1 }, whole[len(whole)-2:]), "cut": whole[:20], "nothing": "", "no base 64": "?"} {
		forged := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		forged.AddCookie(&http.Cookie{Name: r.Cookies()[0].Name, Value: value})
		if _, ok := questions.Of(forged); ok {
			t.Errorf("%s is a question", name)
		}
	}
}
