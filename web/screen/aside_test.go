package screen_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kagami/web/screen"
)

func asked(ctx context.Context) *http.Request {
	return httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil)
}

func TestWhatIsSoonOverIsHeard(t *testing.T) {
	t.Parallel()
	failure := errors.New("refused")
	for _, want := range []error{nil, failure} {
		heard, err := screen.Aside(asked(t.Context()), time.Minute, func(context.Context) error { return want }, func(context.Context, error) { t.Error("told later too") })
		if !heard || !errors.Is(err, want) {
			t.Errorf("heard %t: %v, want %v", heard, err, want)
		}
	}
	heard, err := screen.Aside(asked(t.Context()), time.Minute, func(context.Context) error { panic("nobody foresaw it") }, func(context.Context, error) {})
	if !heard || err == nil || !strings.Contains(err.Error(), "nobody foresaw it") {
		t.Errorf("a panic: heard %t, %v", heard, err)
	}
}

// Who goes away ends nothing: it goes on, up to its limit, and its outcome is told later.
func TestWhatTakesLongGoesOnByItself(t *testing.T) {
	t.Parallel()
	failure := errors.New("refused")
	for _, want := range []error{nil, failure} {
		ctx, leave := context.WithCancel(t.Context())
		release, outcome := make(chan struct{}), make(chan error, 1)
		heard, err := screen.Aside(asked(ctx), time.Minute, func(ctx context.Context) error {
			leave()
			<-release
			return errors.Join(ctx.Err(), want)
		}, func(ctx context.Context, err error) { outcome <- errors.Join(ctx.Err(), err) })
		if heard || err != nil {
			t.Errorf("heard %t, %v", heard, err)
		}
		close(release)
		if err := <-outcome; !errors.Is(err, want) || (want == nil) != (err == nil) {
			t.Errorf("told %v, want %v", err, want)
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	outcome := make(chan error, 1)
	_, _ = screen.Aside(asked(ctx), time.Millisecond, func(ctx context.Context) error {
		leave()
		<-ctx.Done()
		return ctx.Err()
	}, func(_ context.Context, err error) { outcome <- err })
	if err := <-outcome; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beyond its limit: %v", err)
	}
}
