package server

import (
	"context"
	"time"
)

// Look looks at the database now, as Watch does again and again.
func (p *Portal) Look(ctx context.Context) error { return p.look(ctx) }

// WaitForPages lets pages take no longer than that.
func (p *Portal) WaitForPages(d time.Duration) { p.patience.page = d }
