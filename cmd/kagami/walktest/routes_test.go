package walktest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/org/keeper"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

// holderOf registers somebody who holds one role, and what everyone with a post
// holds, in a section.
func holderOf(t *testing.T, portal *servertest.Portal, role authz.Role, section int64) sample.Account {
	t.Helper()
	ctx, operator := t.Context(), authz.AsOperator()
	a := sample.Account{StaffNumber: "R-" + strings.ReplaceAll(string(role), "_", "-")[:min(len(role), 12)], Password: "a password for " + string(role)}
	var err error
	if a.Person, err = portal.Org.AddPerson(ctx, operator, org.Person{StaffNumber: a.StaffNumber, Name: "見本 " + role.Short(), Furigana: "ミホン"}); err != nil {
		t.Fatal(err)
	}
	post, err := portal.Org.AddPost(ctx, operator, org.Post{Section: section, Title: "見本の" + role.Title()})
	if err != nil {
		t.Fatal(err)
	}
	if role != authz.Staff && role != authz.RegisterKeeper { // held with any post, and named below
		if err := portal.Org.AddRule(ctx, operator, org.Rule{Title: "見本の" + role.Title(), Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	if err := portal.Org.Appoint(ctx, operator, org.Appointment{Person: a.Person, Post: post, First: calendar.Day(servertest.Morning)}, org.Beside); err != nil {
		t.Fatal(err)
	}
	if role == authz.RegisterKeeper {
		named := keeper.New(portal.DB.Pool, door.New(portal.DB.Pool, func() time.Time { return servertest.Morning }))
		if err := named.Name(ctx, operator, "zeimu", a.StaffNumber, calendar.Day(servertest.Morning)); err != nil {
			t.Fatal(err)
		}
	}
	if err := portal.Accounts.SetPassword(ctx, operator, a.Person, a.Password); err != nil {
		t.Fatal(err)
	}
	return a
}

// reaches is how far each role reaches for each action, as docs/permissions.md
// says: what the town decided, written down apart from the code that is tested.
func reaches(t *testing.T) map[authz.Action]map[authz.Role]string {
	t.Helper()
	written, err := os.ReadFile("../../../docs/permissions.md")
	if err != nil {
		t.Fatal(err)
	}
	table := map[authz.Action]map[authz.Role]string{}
	for line := range strings.Lines(string(written)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 2+len(authz.Columns()) || !strings.Contains(cells[1], "`") {
			continue
		}
		row := map[authz.Role]string{}
		for i, role := range authz.Columns() {
			row[role] = strings.TrimSuffix(strings.TrimSpace(cells[2+i]), "※")
		}
		table[authz.Action(strings.Trim(strings.TrimSpace(cells[1]), "`"))] = row
	}
	return table
}

// whose says whose matter a request is about.
type whose string

const (
	ownSection   whose = "their own section"
	otherSection whose = "another section"
	themselves   whose = "themselves"
)

// matter is what stands in the address of a request about somebody's matter.
type matter struct {
	section, number                string
	appointment, grant, post, rule int64
}

// aMatterOf finds what there is about a person: their section, post and the
// like. A role is given to them directly, and they
// are to be away, so that there is something to end.
func aMatterOf(t *testing.T, portal *servertest.Portal, number string) matter {
	t.Helper()
	m := matter{number: number}
	err := portal.DB.Pool.QueryRow(t.Context(), `
		WITH given AS (
			INSERT INTO role_grant (person_id, role, period, reason)
			SELECT id, 'auditor', daterange('2030-04-01', NULL), '見本' FROM person WHERE staff_number = $1 RETURNING id),
		away AS (
			INSERT INTO absence (person_id, kind, period, reason)
			SELECT id, 'other', daterange('2030-04-01', NULL), '見本' FROM person WHERE staff_number = $1)
		SELECT s.code, a.id, po.id, (SELECT id FROM given), coalesce((SELECT id FROM role_rule WHERE title = po.title LIMIT 1), 0)
		FROM person p JOIN appointment a ON a.person_id = p.id JOIN post po ON po.id = a.post_id JOIN section s ON s.id = po.section_id
		WHERE p.staff_number = $1`, number).Scan(&m.section, &m.appointment, &m.post, &m.grant, &m.rule)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// address fills a route's pattern with a matter.
func (m matter) address(pattern string) string {
	id, number := int64(0), "1" // of a revision
	switch strings.SplitN(pattern, "/", 3)[1] {
	case "posts":
		id = m.post
	case "appointments":
		id = m.appointment
	case "grants":
		id = m.grant
	case "roles":
		id = m.rule
	case "people":
		number = m.number
	}
	return strings.NewReplacer("{section}", m.section, "{staff}", m.number, "{number}", number, "{id}", fmt.Sprint(id),
		"{first}", "2030-04-01", "{code}", "kihon", "{token}", "NOTHING", "{factor}", "app", "{anchor}", "7-3", "{clause}", "1", "{stocktaking}", "8-1", "{review}", "8-1").Replace(pattern)
}

// aboutSomebody tells whether a route's address names a section or a person, or
// what they have.
func aboutSomebody(pattern string) bool {
	return strings.Contains(pattern, "{section}") || strings.Contains(pattern, "{staff}") || strings.Contains(pattern, "{id}") ||
		strings.HasPrefix(pattern, "/people/{number}")
}

// decisions are the forms that decide on somebody, each filled in so far that it
// is the permission that answers, and never so far that it changes anything.
func decisions(of whose) map[string]url.Values {
	reason := "" // asked for once it is clear that they may
	if of == themselves {
		reason = "見本"
	}
	return map[string]url.Values{
		"/people/{number}/edit":             {"staff_number": {"X"}, "name": {"見本"}, "furigana": {"ミホン"}, "kind": {"regular"}},
		"/people/{number}/appoint":          {"first": {"2027-04-01"}},
		"/people/{number}/roles":            {"first": {"2027-04-01"}},
		"/people/{number}/absences":         {"first": {"2027-04-01"}},
		"/people/{number}/absences/{first}": {"last": {"2001-01-01"}, "version": {"1"}},
		"/people/{number}/handover":         {"to": {"X"}},
		"/appointments/{id}":                {"last": {"2001-01-01"}},
		"/grants/{id}":                      {"last": {"2098-03-31"}},
		"/posts/{id}":                       {"title": {"見本"}},
		"/roles/{id}":                       {"last": {"2098-03-31"}},
		"/accounts/{staff}":                 {"act": {"suspend"}, "reason": {reason}},
		"/accounts/{staff}/second-factor":   {"reason": {reason}},
	}
}

// Every route of the real router, as every role, about a matter of their own
// section, of another section, and about themselves: each answers as
// docs/permissions.md says, and whoever a matter is about never decides on it.
func TestEveryRouteAnswersEveryRoleAsTheTableSays(t *testing.T) {
	t.Parallel()
	table, portal := reaches(t), town.Start(t)
	for _, route := range portal.Routes() {
		if _, decided := table[route.Action]; !decided && route.Action != authz.Public && route.Action != authz.SignedIn {
			t.Errorf("%s %s names %q, which is no action of the table", route.Method, route.Pattern, route.Action)
		}
	}
	var section int64
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT id FROM section WHERE code = 'zeimu'`).Scan(&section); err != nil {
		t.Fatal(err)
	}
	colleague, stranger := aMatterOf(t, portal, town.Holder("税務町民課 職員").StaffNumber), aMatterOf(t, portal, town.Holder("福祉こども課 職員").StaffNumber)
	for _, role := range authz.Columns() {
		who := holderOf(t, portal, role, section)
		v := servertest.SignIn(t, portal, who)
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		self := aMatterOf(t, portal, who.StaffNumber)
		if self.rule == 0 {
			self.rule = colleague.rule // 職員等 is held with any post, by no line of the role table
		}
		for _, route := range portal.Routes() {
			if route.Pattern == "/logout" {
				continue // asked last of all, below
			}
			for of, m := range map[whose]matter{ownSection: colleague, otherSection: stranger, themselves: self} {
				if of != ownSection && !aboutSomebody(route.Pattern) {
					continue
				}
				form, decides := decisions(of)[route.Pattern]
				if decides = decides && (route.Method == http.MethodPost || route.Ask != nil); !decides || route.Method != http.MethodPost {
					form = nil
				}
				a := v.Ask(route.Method, m.address(route.Pattern), "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
				refused := a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized || a.Status == http.StatusNotFound && aboutSomebody(route.Pattern)
				about := of
				people := strings.HasPrefix(route.Pattern, "/rights/reviews/{review}/{section}")
				if people && of == themselves {
					about = ownSection // it is of all who work in the section, whoever asks
				}
				may := mayAbout(table, route.Action, role, about, aboutSomebody(route.Pattern)) && (!decides || of != themselves)
				if people && route.Action == authz.ReviewRights && role == authz.GeneralSecurityOfficer {
					// the 統括 answers for who leads the section alone, and hands nothing in
					may = !strings.HasSuffix(route.Pattern, "/hand_in") && !strings.HasSuffix(route.Pattern, "/take_up")
				}
				if strings.HasPrefix(route.Pattern, "/rights/moved") && slices.Contains([]authz.Role{authz.CIO, authz.CISO, authz.GeneralSecurityOfficer}, role) {
					may = true // they answer of who leads a section alone
				}
				if route.Pattern == "/violations/new" && slices.Contains([]authz.Role{authz.CIO, authz.CISO}, role) {
					may = true // of the 統括, and of the CISO
				}
				if route.Action == authz.ManageAccounts && route.Ask != nil && !aboutSomebody(route.Pattern) {
					// about everybody's account: one's own is not enough, and the 統括 stands in
					// for the only ポータル管理者
					may = table[route.Action][role] == "全体" || role == authz.GeneralSecurityOfficer
				}
				if refused == may {
					t.Errorf("%s %s (%s) about %s answers %d to %s, who may: %t", route.Method, route.Pattern, route.Action, of, a.Status, role.Title(), may)
				}
			}
		}
		if a := v.Post("/logout", nil); a.Status != http.StatusSeeOther {
			t.Errorf("signing out as %s: %d", role, a.Status)
		}
		if a := v.Get("/"); a.Status != http.StatusUnauthorized {
			t.Errorf("signed out as %s: %d", role, a.Status)
		}
	}
}

// mayAbout reads the table: whether a role, which is 職員等 too, reaches a matter.
// A route whose address names nobody is open to all who reach anything by it.
func mayAbout(table map[authz.Action]map[authz.Role]string, action authz.Action, role authz.Role, of whose, somebody bool) bool {
	if action == authz.Public || action == authz.SignedIn {
		return true
	}
	for _, held := range []authz.Role{role, authz.Staff} {
		switch table[action][held] {
		case "全体":
			return true
		case "自課":
			if !somebody || of != otherSection {
				return true
			}
		case "本人":
			if !somebody || of == themselves {
				return true
			}
		case "対象", "確認した人":
			if !somebody {
				return true
			}
		}
	}
	return false
}

// Without a session every route but the public ones asks to sign in.
func TestEveryRouteAsksToSignIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.Visit(t, portal)
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fill := strings.NewReplacer("{code}", "kihon", "{number}", "1", "{token}", "NOTHING", "{section}", "zeimu", "{id}", "1", "{staff}", "M999", "{factor}", "app", "{anchor}", "7-3", "{clause}", "1")
	for _, route := range portal.Routes() {
		a := v.Ask(route.Method, fill.Replace(route.Pattern), "", nil)
		if asked := a.Status == http.StatusUnauthorized; asked == (route.Action == authz.Public) {
			t.Errorf("%s %s answers %d", route.Method, route.Pattern, a.Status)
		}
	}
}

// A role that reaches its own section shows that section, and no other, and one
// that reaches everywhere shows all.
func TestScopesShowWhatTheyReach(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	var section int64
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT id FROM section WHERE code = 'zeimu'`).Scan(&section); err != nil {
		t.Fatal(err)
	}
	for _, role := range authz.Columns() {
		reach := max(authz.ReachOf(role, authz.SeeAcknowledgements), authz.ReachOf(authz.Staff, authz.SeeAcknowledgements))
		if reach == authz.None {
			continue
		}
		v := servertest.SignIn(t, portal, holderOf(t, portal, role, section))
		for _, page := range []string{"/policies/kihon/readers", "/policies/kihon/readers.csv"} {
			body := v.Get(page).Body
			own, other := strings.Contains(body, "税務町民課"), strings.Contains(body, "福祉こども課")
			if !own || other != (reach == authz.All) {
				t.Errorf("%s sees on %s its own section: %t, another: %t", role, page, own, other)
			}
		}
	}
}
