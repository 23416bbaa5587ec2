package screen

import (
	"strings"

	"kagami/web/layout"
)

// Confinement is what stays open to who is barred from the portal for their own conduct: the routes
// that are Confined, signing out, and a page that says so. One Part of a portal has it.
type Confinement struct {
	// Open is whom it is for: a condition in SQL that something is open to a person of which they
	// are told and may answer, made for the person's id, such as s.person_id, and for an instant. It
	// is asked at each of their requests.
	Open func(person, at string) string
	// Links lead there.
	Links []layout.Link
}

// at are the links as they are seen at a path.
func (c *Confinement) at(path string) []layout.Link {
	var links []layout.Link
	for _, link := range c.Links {
		link.Current = path == link.Address || strings.HasPrefix(path, link.Address+"/")
		links = append(links, link)
	}
	return links
}
