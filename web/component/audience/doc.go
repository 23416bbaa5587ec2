// Package audience is the fields of a form that ask for people by their roles and
// 課室: whom a document is for, and whom a revision asks.
package audience

import (
	"net/url"

	"kagami/internal/authz"
	"kagami/internal/policy"
)

// Chosen reads who was chosen in the fields of a name: everyone, or roles and
// 課室; nobody where nothing was.
func Chosen(form url.Values, name string) policy.Audience {
	switch form.Get(name) {
	case "all":
		return policy.Audience{Everyone: true}
	case "named":
		a := policy.Audience{Sections: form[name+"-section"]}
		for _, role := range form[name+"-role"] {
			a.Roles = append(a.Roles, authz.Role(role))
		}
		return a
	}
	return policy.Audience{}
}
