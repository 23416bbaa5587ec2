package screen

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/web/layout"
)

// home is where the way to every page begins.
var home = layout.Link{Label: "ホーム", Address: address.Home}

// Frame is what stands around a page for whoever asks for it. crumbs are the way
// to the page from home, without the page itself.
func Frame(r *http.Request, title string, crumbs ...layout.Link) layout.Frame {
	v := VisitOf(r.Context())
	f := layout.Frame{Title: title, Town: v.Town, Files: v.Files}
	if done, ok := v.Flashes[r.URL.Query().Get("done")]; ok {
		f.Done = &done
	}
	if v.Actor.Person == 0 {
		return f
	}
	f.Person = &layout.Person{Name: v.Actor.Name, Role: roleOf(v.Actor), Confined: v.Actor.IsConfined()}
	if v.Actor.IsConfined() {
		f.Nav = layout.Navigation(v.Confinement.at(r.URL.Path), nil)
		return f
	}
	f.Nav = v.Nav.at(r.URL.Path, v.Actor)
	if r.URL.Path != home.Address {
		f.Crumbs = append(append([]layout.Link{home}, crumbs...), layout.Link{Label: title})
	}
	return f
}

// Tell has a page name what its flash has said in general, such as what was set to which
// value from when; where another flash is shown, or none, it stays. The address is
// anybody's to write: the text comes from what is kept.
func Tell(r *http.Request, f *layout.Frame, done, text string) {
	if f.Done != nil && text != "" && r.URL.Query().Get("done") == done {
		f.Done.Text = text
	}
}

// OpenFrame is what stands around a page that is the same for everybody.
func OpenFrame(r *http.Request, title string) layout.Frame {
	v := VisitOf(r.Context())
	return layout.Frame{Title: title, Town: v.Town, Files: v.Files}
}

// roleOf says as what a person acts: the post and the role that come first.
func roleOf(actor authz.Actor) string {
	h := actor.Holdings[0]
	words := authz.PostName(h.SectionName, h.Post)
	if h.Role != authz.Staff {
		words = strings.TrimPrefix(words+"・"+h.Role.Title(), "・")
	}
	if c := h.Capacity.Title(); c != "" {
		words += "（" + c + "）"
	}
	return words
}
