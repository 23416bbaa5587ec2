package screen

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"
)

// asideWait is how long who has asked waits for what may take long: as long as nobody
// wonders yet whether anything happens.
const asideWait = 2 * time.Second

// Aside does what may take long, up to limit. Who has asked hears of it where it is over soon; otherwise, and
// where they go, it goes on without them, and later gets its outcome; a portal that ends waits for it.
func Aside(r *http.Request, limit time.Duration, do func(context.Context) error, later func(context.Context, error)) (heard bool, err error) {
	outcome, gone := make(chan error), make(chan struct{})
	VisitOf(r.Context()).aside.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), limit)
		defer cancel()
		err := guarded(ctx, do)
		select {
		case outcome <- err:
		case <-gone:
			if err != nil {
				Note(r, err)
			}
			later(ctx, err)
		}
	})
	wait := time.NewTimer(asideWait)
	defer wait.Stop()
	select {
	case err := <-outcome:
		return true, err
	case <-wait.C:
	case <-r.Context().Done():
	}
	close(gone)
	return false, nil
}

// guarded does it, and fails where it panics: nobody stands behind it who would catch that.
func guarded(ctx context.Context, do func(context.Context) error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
		}
	}()
	return do(ctx)
}
