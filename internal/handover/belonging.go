package handover

import (
	"context"

	"kagami/internal/authz"
)

// Belonging is what belongs to a section and is left when it is no more.
type Belonging struct {
	What string // 情報資産12件
	URL  string // where it goes to another section once this one is no more, or is ended; empty for who may not do that
	Ends bool   // it goes to no other section: it is ended
}

// Belongs looks at what of a capability belongs to a section, by its code. What is empty
// where there is nothing, or the actor may not see it.
type Belongs func(ctx context.Context, actor authz.Actor, section string) (Belonging, error)
