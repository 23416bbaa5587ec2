package screen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	gopath "path"
	"slices"

	"github.com/a-h/templ"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/state"
	"kagami/web/layout"
)

// Entry is an entry of the navigation.
type Entry struct {
	Label string
	URL   string
	Place int // from the left
	// Under is the URL of the entry in whose area this one stands, in a row below the
	// navigation: what a capability adds to another's, without a further entry for it.
	Under string
	First string // what it is called as the first of those that stand under it
	// Action and Least say whom it is shown to: who is offered the action at least so
	// far. Without an action it is shown to everybody who is signed in.
	Action authz.Action
	Least  authz.Reach
}

func (e Entry) isFor(actor authz.Actor) bool {
	return e.Action == "" || actor.IsOffered(e.Action, e.Least)
}

// Nav is the navigation of a portal: drawn once for each place in it and each
// choice of entries that somebody sees.
type Nav struct {
	entries []Entry
	areas   map[string]string // the beginning of a path, and the URL of its entry
	drawn   state.Cache[navKey, templ.Component]
}

// navKey is what the navigation depends on: where one is, and which of the
// entries are shown, a bit each.
type navKey struct {
	area  string
	shown uint64
}

// cachedNavs is how many drawings are in the cache: of each place, for each choice
// of entries that somebody is shown. Few of those that are possible occur.
const cachedNavs = 4_000

// NewNav makes the navigation of some Parts.
func NewNav(parts []Part) (Nav, error) {
	n := Nav{areas: map[string]string{}, drawn: state.NewCache[navKey, templ.Component](cachedNavs)}
	for _, part := range parts {
		n.entries = append(n.entries, part.Nav...)
		for beginning, url := range part.Areas {
			n.areas[beginning] = url
		}
	}
	slices.SortStableFunc(n.entries, func(a, b Entry) int { return a.Place - b.Place })
	const most = 64
	if len(n.entries) > most {
		return Nav{}, fmt.Errorf("the navigation has more than %d entries", most)
	}
	for _, e := range n.entries {
		n.areas[e.URL] = e.URL
	}
	return n, nil
}

func (n Nav) draw(area string, shown uint64) (templ.Component, error) {
	top := n.top(area)
	var links, below []layout.Link
	for i, e := range n.entries {
		if shown>>i&1 == 0 {
			continue
		}
		switch e.Under {
		case "":
			links = append(links, layout.Link{Label: e.Label, Address: e.URL, Current: e.URL == top})
			if e.URL == top && e.First != "" {
				below = slices.Insert(below, 0, layout.Link{Label: e.First, Address: e.URL, Current: e.URL == area})
			}
		case top:
			below = append(below, layout.Link{Label: e.Label, Address: e.URL, Current: e.URL == area})
		}
	}
	if len(below) == 1 && below[0].Address == top {
		below = nil // it would say once more where one is
	}
	var b bytes.Buffer
	if err := layout.Navigation(links, below).Render(context.Background(), &b); err != nil {
		return nil, fmt.Errorf("drawing the navigation: %w", err)
	}
	return templ.Raw(b.String()), nil
}

// nowhere is the area of paths that belong to no entry.
const nowhere = ""

// at is the navigation as an actor sees it at a path.
func (n Nav) at(path string, actor authz.Actor) templ.Component {
	var shown uint64
	for i, e := range n.entries {
		if e.isFor(actor) {
			shown |= 1 << i
		}
	}
	key := navKey{n.area(path), shown}
	drawn, err := n.drawn.Get(key, func() (templ.Component, error) { return n.draw(key.area, shown) })
	if err != nil {
		return templ.ComponentFunc(func(context.Context, io.Writer) error { return err })
	}
	return drawn
}

// Crumb is the entry that a path belongs to, as a page below it links to it; false
// for none.
func (n Nav) Crumb(path string) (layout.Link, bool) {
	top := n.top(n.area(path))
	at := slices.IndexFunc(n.entries, func(e Entry) bool { return e.URL == top })
	if at < 0 {
		return layout.Link{}, false
	}
	return layout.Link{Label: n.entries[at].Label, Address: top}, true
}

// top is the URL of the entry of the navigation in whose area an area is: its own where it
// stands under none.
func (n Nav) top(area string) string {
	for _, e := range n.entries {
		if e.URL == area && e.Under != "" {
			return e.Under
		}
	}
	return area
}

// area is the URL of the entry that a path belongs to: that of the longest
// beginning of the path that a Part has named.
func (n Nav) area(path string) string {
	if path == address.Home {
		return n.areas[path] // and no other path begins with it
	}
	for beginning := path; beginning != "/" && beginning != "."; beginning = gopath.Dir(beginning) {
		if url, ok := n.areas[beginning]; ok {
			return url
		}
	}
	return nowhere
}
