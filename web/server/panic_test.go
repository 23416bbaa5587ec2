package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/web/screen"
)

// A panic is answered, with the page for what nobody foresaw, and where drawing
// that panics too with its sentence.
func TestAPanicIsAnswered(t *testing.T) {
	t.Parallel()
	panics := func(http.ResponseWriter, *http.Request) error { panic("a bug") }
	for name, broken := range map[string]struct {
		also  func(*Portal)
		frame bool
	}{
		"the page":        {func(*Portal) {}, true},
		"and its failure": {func(p *Portal) { p.shared.Files = nil }, false},
	} {
		p, err := made(t, unasked(screen.Get("/broken", authz.Public, panics).ForEverybody()))
		if err != nil {
			t.Fatal(err)
		}
		broken.also(p)
		answer := httptest.NewRecorder()
		p.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/broken", nil))
		body := answer.Body.String()
		if answer.Code != http.StatusInternalServerError || !strings.Contains(body, "ポータルの不具合です") || strings.Contains(body, "<html") != broken.frame {
			t.Errorf("%s: %d %s", name, answer.Code, body)
		}
	}
}
