// Package page holds the pages, a file a screen. They draw what they are given;
// who may see what has been decided before.
package page

import (
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
)

// Addresses are built here only, from escaped parts.

func policyURL(code string) templ.SafeURL { return address("policies", code) }

func clauseURL(code, anchor string) templ.SafeURL {
	return policyURL(code) + templ.SafeURL("#"+url.PathEscape(anchor))
}

// lastingURL is the link to a clause that leads to it in later revisions too.
func lastingURL(code string, c policy.Cited) templ.SafeURL {
	return address("policies", code, "clauses", fmt.Sprint(c.Number), c.Anchor)
}

// lastingPublicURL is lastingURL on the page for everybody.
func lastingPublicURL(code string, c policy.Cited) templ.SafeURL {
	return address("public", code, "clauses", fmt.Sprint(c.Number), c.Anchor)
}

// clauseOfURL is a clause in the text of its revision.
func clauseOfURL(code string, c policy.Cited) templ.SafeURL {
	return revisionURL(code, c.Number) + templ.SafeURL("#"+url.PathEscape(c.Anchor))
}

func publicURL(code string) templ.SafeURL { return address("public", code) }

func draftURL(code string) templ.SafeURL { return address("policies", code, "draft") }

func publishURL(code string) templ.SafeURL { return address("policies", code, "draft", "publish") }

// draftStepURL is where a step is taken with a draft: edit, submit, and the like.
func draftStepURL(code, step string) templ.SafeURL { return address("policies", code, "draft", step) }

// typedURL is where the editor sends what is typed, to be kept and read.
func typedURL(code string) templ.SafeURL { return address("policies", code, "draft", "edit", "typed") }

// unsavedURL is the editor with what was kept and not saved.
func unsavedURL(code string) templ.SafeURL { return draftStepURL(code, "edit") + "?text=unsaved" }

// typedClauseURL is where the form on a clause sends what is typed, to be kept.
func typedClauseURL(code, anchor string, act amend.Act) templ.SafeURL {
	return address("policies", code, "draft", "clauses", anchor, string(act), "typed")
}

// unsavedClausesURL is where what was kept of a clause is thrown away.
func unsavedClausesURL(code string) templ.SafeURL {
	return address("policies", code, "draft", "clauses", "unsaved")
}

func commentsURL(code string) templ.SafeURL { return draftStepURL(code, "comments") }

// commentID is where a comment stands on the pages that list it.
func commentID(number int) string { return fmt.Sprintf("comment-%d", number) }

func abolishURL(code string) templ.SafeURL { return address("policies", code, "abolish") }

func audienceURL(code string) templ.SafeURL { return address("policies", code, "audience") }

func revisionsURL(code string) templ.SafeURL { return address("policies", code, "revisions") }

func revisionURL(code string, number int) templ.SafeURL {
	return address("policies", code, "revisions", fmt.Sprint(number))
}

// evidenceURL is whom a revision has asked, and what came of it, as a file of an
// extension.
func evidenceURL(code string, number int, extension string) templ.SafeURL {
	return address("policies", code, "revisions", fmt.Sprint(number), "readers"+extension)
}

func noticeURL(code string, number int) templ.SafeURL {
	return address("policies", code, "revisions", fmt.Sprint(number), "notice")
}

func minutesURL(code string, number int) templ.SafeURL {
	return address("policies", code, "revisions", fmt.Sprint(number), "minutes")
}

func nextImportURL(code string) templ.SafeURL {
	return templ.SafeURL("/imports?document=" + url.QueryEscape(code))
}

// changesURL is where what has changed since the last acknowledgement is read.
func changesURL(code string) templ.SafeURL { return address("policies", code, "changes") }

func wantedURL(code, number string) templ.SafeURL {
	return address("policies", code, "readers", number)
}

func readersURL(code string) templ.SafeURL { return address("policies", code, "readers") }

// comparisonURL is where two revisions are set side by side, as a page or as a
// file of an extension. Without from (0), it is the revision before; without
// both, the last two.
func comparisonURL(code, extension string, from, to int) templ.SafeURL {
	u := address("policies", code, "comparison"+extension)
	switch {
	case to == 0:
		return u
	case from == 0:
		return u + templ.SafeURL(fmt.Sprintf("?to=%d", to))
	}
	return u + templ.SafeURL(fmt.Sprintf("?from=%d&to=%d", from, to))
}

func importURL(token string) templ.SafeURL { return address("imports", token) }

func proofURL(code string, number int) templ.SafeURL {
	return address("acknowledgements", code, fmt.Sprint(number))
}

func sectionURL(code string) templ.SafeURL { return address("organization", code) }

func postURL(id int64) templ.SafeURL { return address("posts", fmt.Sprint(id)) }

func personURL(number string) templ.SafeURL { return address("people", number) }

func appointmentURL(id int64) templ.SafeURL { return address("appointments", fmt.Sprint(id)) }

func grantURL(id int64) templ.SafeURL { return address("grants", fmt.Sprint(id)) }

func ruleURL(id int64) templ.SafeURL { return address("roles", fmt.Sprint(id)) }

func address(parts ...string) templ.SafeURL {
	joined := ""
	for _, part := range parts {
		joined += "/" + url.PathEscape(part)
	}
	return templ.SafeURL(joined)
}

func dayText(day calendar.Date) string { return calendar.Wareki(day) }

// importTitle names a text that may not have a title yet.
func importTitle(i policy.Import) string {
	if i.Title != "" {
		return i.Title
	}
	return i.Kind.Title() + "（" + calendar.WarekiInstant(i.StartedAt) + " に取り込み）"
}
