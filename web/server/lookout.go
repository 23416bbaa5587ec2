package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"kagami/internal/fault"
	"kagami/internal/postgres"
)

const (
	// lookEvery is how often the portal looks at its database by itself: for so long a
	// program may go on changing what a newer one has given another schema.
	lookEvery = 3 * time.Second
	// lookPatience is how long the database may take to answer whether it does: whoever
	// asks is a machine, which takes no answer for none.
	lookPatience = 2 * time.Second
)

// lookout is what the portal last saw of its database.
type lookout struct {
	// changes is why none can be made now; nil where they can.
	changes atomic.Pointer[fault.Error]
	// words is what stood in the log last; empty where all was well.
	words atomic.Value
}

// look looks at the database: Unavailable, with what an operator has to do.
func (p *Portal) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookPatience)
	defer cancel()
	err := postgres.Ready(ctx, p.Pool)
	switch {
	case errors.Is(err, postgres.ErrOtherSchema):
		p.lookout.changes.Store(fault.Wrap(err, fault.Unavailable,
			"メンテナンス中です。ポータルを新しい版に入れ替えているため、いまは、見るほかの操作はできません。何も変更されていません。数分待ってから、もう一度行ってください。続くときは、総務課（情報政策担当）に連絡してください。"))
	case err == nil:
		p.lookout.changes.Store(nil)
	}
	p.tell(ctx, err)
	return err
}

// tell writes into the log what a look found, where the one before found something else.
func (p *Portal) tell(ctx context.Context, err error) {
	words := ""
	if err != nil {
		words = fault.Cause(err)
	}
	if before, _ := p.lookout.words.Swap(words).(string); before == words {
		return
	}
	if err == nil {
		p.Log.LogAttrs(ctx, slog.LevelInfo, "database ready again")
		return
	}
	p.Log.LogAttrs(ctx, slog.LevelError, "database not ready", slog.String("cause", words))
}

// Watch looks at the database again and again until the context ends: a newer program
// may give it another schema while this one runs.
func (p *Portal) Watch(ctx context.Context) {
	for again := time.NewTicker(lookEvery); ; {
		select {
		case <-ctx.Done():
			again.Stop()
			return
		case <-again.C:
			_ = p.look(ctx) // what it found stands in the lookout and in the log
		}
	}
}

// MayChange returns Unavailable while the database has the schema of another program.
func (p *Portal) MayChange() error {
	if why := p.lookout.changes.Load(); why != nil {
		return why
	}
	return nil
}

// unlessOutdated refuses what may change something while MayChange does. Pages are
// shown as far as they can be.
func (p *Portal) unlessOutdated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.MayChange(); err != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
			p.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
