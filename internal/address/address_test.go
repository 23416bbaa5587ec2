package address_test

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/address"
)

func TestURLs(t *testing.T) {
	for got, want := range map[string]string{
		address.Policy("kihon"):                                  "/policies/kihon",
		address.Policy("../a b/あ?#%"):                            "/policies/..%2Fa%20b%2F%E3%81%82%3F%23%25",
		address.Clause("kihon", "7-3.2"):                         "/policies/kihon#7-3.2",
		address.LastingClause("kihon", 2, "7-3"):                 "/policies/kihon/clauses/2/7-3",
		address.RevisionClause("kihon", 2, "7-3"):                "/policies/kihon/revisions/2#7-3",
		address.Comparison("kihon"):                              "/policies/kihon/comparison",
		address.ComparisonTo("kihon", 3):                         "/policies/kihon/comparison?to=3",
		address.ComparisonFile("kihon", ".xlsx", 2, 3):           "/policies/kihon/comparison.xlsx?from=2&to=3",
		address.ComparisonFile("kihon", ".docx", 0, 1):           "/policies/kihon/comparison.docx?to=1",
		address.NewClause("kihon", "7-3", "before"):              "/policies/kihon/draft/clauses/7-3/insert?where=before",
		address.DraftUnsaved("kihon"):                            "/policies/kihon/draft/edit?text=unsaved",
		address.AssetCopy("zeimu-0001"):                          "/assets/new?from=zeimu-0001",
		address.NextImport("a&b"):                                "/imports?document=a%26b",
		address.ProveBefore("/policies?q=あ"):                     "/prove?next=%2Fpolicies%3Fq%3D%E3%81%82",
		address.With(address.With("/people", "a", ""), "b", " "): "/people?a=&b=+",
		address.At(address.Draft("kihon"), "unsaved"):            "/policies/kihon/draft#unsaved",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Whatever a code, a number or a token holds, it comes out as one segment of a path
// within the portal, and reads back as it was.
func TestAPartIsOneSegment(t *testing.T) {
	// each with the place of the part among the segments
	urls := map[string]struct {
		of func(part string) string
		at int
	}{
		"Policy":              {address.Policy, 1},
		"Clause":              {func(s string) string { return address.Clause(s, "7") }, 1},
		"LastingClause":       {func(s string) string { return address.LastingClause("kihon", 1, s) }, 4},
		"PublicPolicy":        {address.PublicPolicy, 1},
		"LastingPublicClause": {func(s string) string { return address.LastingPublicClause(s, 1, "7") }, 1},
		"ComparisonFile":      {func(s string) string { return address.ComparisonFile(s, ".xlsx", 1, 2) }, 1},
		"Reader":              {func(s string) string { return address.Reader("kihon", s) }, 3},
		"Evidence":            {func(s string) string { return address.Evidence(s, 1, ".csv") }, 1},
		"Acknowledgement":     {func(s string) string { return address.Acknowledgement(s, 1) }, 1},
		"Import":              {address.Import, 1},
		"Draft":               {address.Draft, 1},
		"DraftStep":           {func(s string) string { return address.DraftStep("kihon", s) }, 3},
		"DraftClauseTyped":    {func(s string) string { return address.DraftClauseTyped("kihon", s, "rewrite") }, 4},
		"NewClause":           {func(s string) string { return address.NewClause("kihon", s, "under") }, 4},
		"Section":             {address.Section, 1},
		"SectionPosts":        {address.SectionPosts, 1},
		"Person":              {address.Person, 1},
		"PersonEdit":          {address.PersonEdit, 1},
		"PersonnelImport":     {address.PersonnelImport, 1},
		"OwnFactorRemoval":    {address.OwnFactorRemoval, 3},
		"Account":             {address.Account, 1},
		"AccountSecondFactor": {address.AccountSecondFactor, 1},
		"Asset":               {address.Asset, 1},
		"AssetEdit":           {address.AssetEdit, 1},
		"Welcome":             {address.Welcome, 1},
		"Invitation":          {address.Invitation, 1},
	}
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.String(), rapid.StringMatching(`[./?#&%: a]{0,6}`)).Draw(t, "part")
		for name, c := range urls {
			plain := c.of("x")
			u := within(t, c.of(part))
			segments := strings.Split(u.EscapedPath(), "/")[1:]
			if n := len(strings.Split(within(t, plain).Path, "/")) - 1; len(segments) != n {
				t.Fatalf("%s(%q): %d segments, not %d", name, part, len(segments), n)
			}
			if back, err := url.PathUnescape(segments[c.at]); err != nil || back != part {
				t.Fatalf("%s(%q): reads back as %q, %v", name, part, back, err)
			}
		}
	})
}

// Whatever is added to a query or named as a place reads back as it was, after what
// there was.
func TestQueriesAndPlacesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, name, value, anchor := rapid.String().Draw(t, "first"), "n"+rapid.String().Draw(t, "name"), rapid.String().Draw(t, "value"), rapid.String().Draw(t, "anchor")
		u := within(t, address.At(address.With(address.With(address.Search, "q", first), name, value), anchor))
		if q := u.Query(); u.Path != address.Search || q.Get("q") != first || q.Get(name) != value || len(q) != 2 {
			t.Fatalf("%s: %v", u, q)
		}
		if u.Fragment != anchor {
			t.Fatalf("%s: at %q, not %q", u, u.Fragment, anchor)
		}
	})
}

// within reads a URL, which leads nowhere but into the portal.
func within(t *rapid.T, s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		t.Fatalf("%q leads elsewhere: %v", s, err)
	}
	return u
}
