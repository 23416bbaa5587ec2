package screen

import (
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestAFileThatIsMadeIsHandedOutWholeOrNotAtAll(t *testing.T) {
	at := t.TempDir()
	t.Setenv("TMPDIR", at)
	long := strings.Repeat("台帳\n", 100_000)
	answer := httptest.NewRecorder()
	err := ServeMade(answer, "台帳 1.csv", "text/csv", func(to io.Writer) error {
		_, err := io.WriteString(to, long)
		return err
	})
	if h := answer.Header(); err != nil || answer.Body.String() != long || h.Get("Content-Length") != "700000" || !strings.HasSuffix(h.Get("Content-Disposition"), "%201.csv") {
		t.Errorf("%v, %d bytes, %v", err, answer.Body.Len(), answer.Header())
	}
	failure := errors.New("it fails halfway")
	answer = httptest.NewRecorder()
	err = ServeMade(answer, "台帳.csv", "text/csv", func(to io.Writer) error {
		_, _ = io.WriteString(to, long)
		return failure
	})
	if !errors.Is(err, failure) || answer.Body.Len() > 0 || len(answer.Header()) > 0 {
		t.Errorf("%v, %d bytes, %v", err, answer.Body.Len(), answer.Header())
	}
	if left, err := os.ReadDir(at); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
