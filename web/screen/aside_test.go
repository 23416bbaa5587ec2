package screen_test

import (
	"context"
	"errors"
	"log/slog"
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

// A portal that ends leaves nothing undone: the database is closed after what goes on.
func TestAPortalThatEndsWaitsForWhatGoesOn(t *testing.T) {
	t.Parallel()
	portal := &screen.Portal{Log: slog.New(slog.DiscardHandler)}
	ctx, leave := context.WithCancel(screen.With(t.Context(), &screen.Visit{Portal: portal}))
	release, told := make(chan struct{}), false
	_, _ = screen.Aside(asked(ctx), time.Minute, func(context.Context) error {
		leave()
		<-release
		return nil
	}, func(context.Context, error) { told = true })
	ended := make(chan struct{})
	go func() {
		portal.Finish()
		close(ended)
	}()
	select {
	case <-ended:
		t.Error("it has ended while something goes on")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-ended
	if !told {
		t.Error("it has ended before anybody was told of the outcome")
	}
}
