// Package address is every URL of the portal, built here and nowhere else from escaped
// parts: address.Policy("kihon") is /policies/kihon, whatever a code may hold. A page
// without parameters is a constant. Which handler answers at a URL, the routes say.
//
// URLs are paths within the portal, as links, forms, redirects and notices take them.
package address

import (
	"net/url"
	"strconv"
	"strings"
)

// path joins the segments of a path, each escaped.
func path(segments ...string) string {
	var b strings.Builder
	for _, segment := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(segment))
	}
	return b.String()
}

// under is a path with more segments, each escaped.
func under(base string, segments ...string) string { return base + path(segments...) }

// With adds a value to the query of a URL that has no fragment.
func With(u, name, value string) string {
	separator := "?"
	if strings.Contains(u, "?") {
		separator = "&"
	}
	return u + separator + url.QueryEscape(name) + "=" + url.QueryEscape(value)
}

// At is a place within the page of a URL that has no fragment, such as a clause.
func At(u, anchor string) string { return u + "#" + url.PathEscape(anchor) }

func number[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// The pages that belong to no domain.
const (
	Home        = "/"
	Notices     = "/notices"
	Permissions = "/permissions"
)

// NoticesBefore is the list of notices from before one on, by its key.
func NoticesBefore(id int64) string { return With(Notices, "before", number(id)) }
