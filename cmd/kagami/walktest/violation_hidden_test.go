package walktest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

const (
	// secretWords stand in everything that is written into the cases here, and nowhere else.
	secretWords = "ひみつの事実"
	noCase      = "0000-0000"
)

// courts is a portal with cases, by whom they are about.
type courts struct {
	*testing.T
	portal *servertest.Portal
	count  *trips
	codes  map[string]string
	papers map[string]int64
}

// newest is the case that was opened last, under a name, with the file of its first step or report.
func (c *courts) newest(name string) {
	c.Helper()
	var code string
	var paper int64
	err := c.portal.DB.Pool.QueryRow(c.Context(), `
		SELECT k.code, coalesce((SELECT max(p.attachment_id) FROM violation_paper p WHERE p.case_id = k.id),
			(SELECT max(p.attachment_id) FROM violation_report_paper p JOIN violation_report r ON r.id = p.report_id WHERE r.case_id = k.id), 0)
		FROM violation_case k WHERE k.facts LIKE '%' || $1 || '%' OR k.confirmed_at IS NULL ORDER BY k.id DESC LIMIT 1`, secretWords).Scan(&code, &paper)
	if err != nil || slices.Contains(c.listed(), code) {
		c.Fatalf("%s: there is no new case: %v", name, err)
	}
	if paper == 0 {
		c.Fatalf("%s has no file", name)
	}
	c.codes[name], c.papers[name] = code, paper
}

func (c *courts) listed() (list []string) {
	for _, code := range c.codes {
		list = append(list, code)
	}
	return list
}

// confirm has somebody confirm what somebody else has done, with a file.
func (c *courts) confirm(name string, by *servertest.Visitor, whom sample.Account) {
	c.Helper()
	// of the 統括 and of the CISO, who stands above them confirms
	of := map[string]string{"of the CISO": "?of=chief", "of the 統括": "?of=general"}[name]
	form := map[string]string{"person": whom.StaffNumber, "kind": "executive", "clauses": "対策基準 5(2) " + secretWords, "facts": secretWords, "since_on": "2026-11-20"}
	a := by.Send("/violations/new"+of, form, "himitsu.pdf", []byte("%PDF-1.4\n"+secretWords))
	for field, value := range servertest.Hidden(a.Body) { // whom it is about, which the form shows first
		form[field] = value[0]
	}
	a = by.Send("/violations/new"+of, form, "", nil)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "違反を確認しました") {
		c.Fatalf("%s is not confirmed: %d %s", name, a.Status, a.Body)
	}
	c.newest(name)
}

// way is a way by which somebody might find out, and what it answers.
type way map[string]servertest.Answer

var shownNumber = regexp.MustCompile(`<span class="hash">[^<]*</span>`)

// pages are the ways that need no code: every page without one, what is shown of the people whom
// the cases are about, and what can be asked of lists and searches.
func (c *courts) pages(about ...sample.Account) []string {
	var list []string
	for _, route := range c.portal.Routes() {
		if route.Method == http.MethodGet && !strings.Contains(route.Pattern, "{") {
			list = append(list, route.Pattern)
		}
	}
	q := url.QueryEscape(secretWords)
	list = append(list, "/violations?state=open", "/violations?state=late", "/violations?state=confirmed", "/violations?state=reported", "/violations?section=somu",
		"/violations?section=zeimu", "/violations?section=fukushi", "/violations?clause="+q, "/violations?clause=5(2)", "/search?q="+q, "/search?q="+url.QueryEscape("違反"), "/search?q=himitsu", "/violations?after="+noCase,
		"/people?q="+q, "/organization/somu", "/organization/zeimu", "/organization/fukushi")
	for _, a := range about {
		list = append(list, "/rights/people/"+a.StaffNumber, "/people/"+a.StaffNumber, "/search?q="+a.StaffNumber)
	}
	return list
}

func (c *courts) look(v *servertest.Visitor, pages []string) way {
	w := way{}
	for _, page := range pages {
		w[page] = v.Get(page)
	}
	return w
}

// finds tells whether a page tells of a case, by its code or by what was written into it. What was
// asked for comes back in the form.
func finds(page, body string, codes []string) string {
	for _, code := range codes {
		if strings.Contains(body, code) {
			return code
		}
	}
	if !strings.Contains(page, url.QueryEscape(secretWords)) && strings.Contains(body, secretWords) {
		return secretWords
	}
	if !strings.Contains(page, "himitsu") && strings.Contains(body, "himitsu") {
		return "the file"
	}
	return ""
}

// without is an answer without what differs from one to the next of a page that stays the same.
func without(a servertest.Answer, codes ...string) string {
	body := shownNumber.ReplaceAllString(a.Body, "")
	for _, code := range codes {
		body = strings.ReplaceAll(strings.ReplaceAll(body, code, noCase), strings.ToLower(code), noCase)
	}
	return body
}

// Nobody finds a trace of a case that is not theirs to read, and who it is about, or who is
// 監督責任者, finds none in a role that reads all others: not by a page, a list, a count, a
// search, a form, a step, a file, a paper, a notice or a line of the log.
func TestNobodyOutsideACaseFindsATrace(t *testing.T) {
	t.Parallel()
	portal, count := counting(t)
	c := &courts{t, portal, count, map[string]string{}, map[string]int64{}}
	seats := map[string]string{
		"CIO": "町長", "CISO": "副町長", "統括": "総務課長", "責任者": "総務課 担当副課長", "管理者": "税務町民課長", "another 管理者": "産業課長", "administrator": "総務課 ポータル管理担当",
		"職員": "健康環境課 職員", "the person": "福祉こども課 職員", "監査": "議会事務局 監査担当", "reporter": "税務町民課 職員",
	}
	who, in := map[string]sample.Account{}, map[string]*servertest.Visitor{}
	for name, post := range seats {
		who[name] = town.Holder(post)
		in[name] = servertest.SignIn(t, portal, who[name])
	}
	pages := c.pages(who["CISO"], who["統括"], who["管理者"], who["the person"])
	outside := []string{"管理者", "another 管理者", "administrator", "職員", "the person"}
	before := map[string]way{}
	for _, name := range outside {
		before[name] = c.look(in[name], pages)
	}

	c.confirm("of the 管理者", in["統括"], who["管理者"])
	c.confirm("of the person", in["統括"], who["the person"])
	a := in["統括"].Post("/violations/"+c.codes["of the person"]+"/supervise", url.Values{"version": {"1"}, "number": {who["責任者"].StaffNumber}, "shown": {who["責任者"].StaffNumber}, "text": {secretWords}})
	if !strings.Contains(a.Body, "監督責任者を記録しました") {
		t.Fatalf("naming a 監督責任者: %d %s", a.Status, a.Body)
	}
	c.confirm("of the CISO", in["CIO"], who["CISO"])
	before["統括"] = c.look(in["統括"], pages)
	c.confirm("of the 統括", in["CISO"], who["統括"])
	form := servertest.Hidden(in["reporter"].Get("/violations/report").Body)
	said := map[string]string{"receiver": "chief", "what": secretWords, "happened": "昨日", "place": "総務課", "whom": who["統括"].StaffNumber, "act": "send"}
	for name := range form {
		said[name] = form.Get(name)
	}
	if a := in["reporter"].Send("/violations/report", said, "himitsu.pdf", []byte("%PDF-1.4\n"+secretWords)); !strings.Contains(a.Body, "報告しました") {
		t.Fatalf("reporting: %d %s", a.Status, a.Body)
	}
	c.newest("reported")

	hidden := map[string][]string{"統括": {"of the 統括", "reported"}, "責任者": {"of the person", "reported"}, "CISO": {"of the CISO"}, "監査": {"reported"}}
	for _, name := range outside {
		hidden[name] = []string{"of the 管理者", "of the person", "of the CISO", "of the 統括", "reported"}
	}
	for name, of := range map[string]string{"CISO": "of the 統括", "統括": "of the CISO", "責任者": "of the 統括", "監査": "of the 統括"} {
		if a := in[name].Get("/violations/" + c.codes[of]); a.Status != http.StatusOK {
			t.Errorf("%s does not read the case %s: %d", name, of, a.Status)
		}
	}

	ways := map[string]bool{}
	for name, list := range hidden {
		var codes []string
		for _, of := range list {
			codes = append(codes, c.codes[of])
		}
		v := in[name]
		for page, now := range c.look(v, pages) {
			ways[page] = true
			if slices.Contains(outside, name) {
				if found := finds(page, now.Body, codes); found != "" {
					t.Errorf("%s finds %s on %s", name, found, page)
				}
			} else if slices.ContainsFunc(codes, func(code string) bool { return strings.Contains(now.Body, code) }) {
				t.Errorf("%s finds a code on %s", name, page)
			}
			if strings.HasSuffix(page, ".xlsx") { // its sheets are packed in any order; the .csv says the same
				continue
			}
			if then, known := before[name][page]; known && (then.Status != now.Status || without(then) != without(now)) {
				t.Errorf("%s sees another %s than before: %d, %d: %s", name, page, then.Status, now.Status, parting(without(then), without(now)))
			}
		}
		for _, of := range tried(name, list) {
			c.alike(name, v, of, c.codes[of], ways)
		}
		var notices int
		err := portal.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE person_id = $1 AND (address = ANY($2) OR title || text LIKE '%' || $3 || '%')`,
			who[name].Person, codes, secretWords).Scan(&notices)
		if err != nil || notices > 0 {
			t.Errorf("%s was told: %d, %v", name, notices, err)
		}
	}
	if len(ways) < 60 {
		t.Errorf("only %d ways were tried", len(ways))
	}
	for _, line := range portal.Log.Lines() {
		if strings.Contains(line, secretWords) || slices.ContainsFunc(c.listed(), func(code string) bool { return strings.Contains(line, code) }) {
			t.Errorf("the log tells of a case: %s", line)
		}
	}
	for _, page := range []string{"", "/print", "/readings", "/investigate", "/confirm"} {
		a := in["CISO"].Get("/violations/" + c.codes["reported"] + page)
		if a.Status != http.StatusOK || strings.Contains(a.Body, who["reporter"].StaffNumber) || strings.Contains(a.Body, who["reporter"].Name) {
			t.Errorf("who has reported stands on %s, or it is not there: %d", page, a.Status)
		}
	}
}

// tried are the cases of which somebody tries every address: for who reads none, the one about
// them, or that of the 統括.
func tried(name string, hidden []string) []string {
	switch {
	case len(hidden) < 3:
		return hidden
	case slices.Contains(hidden, "of "+name):
		return []string{"of " + name}
	case slices.Contains(hidden, "of the "+name):
		return []string{"of the " + name}
	}
	return []string{"of the 統括"}
}

// alike tries every address of a case, each once with its code and once with one that no case
// has: both are answered alike.
func (c *courts) alike(name string, v *servertest.Visitor, of, code string, ways map[string]bool) {
	c.Helper()
	// as long as the database is asked as often: what takes longer would tell, too
	same := func(how string, ask func(code string) servertest.Answer) {
		c.Helper()
		ways[how] = true
		from := c.count.all()
		there := ask(code)
		through := c.count.all()
		missing := ask(noCase)
		if there.Status != missing.Status || without(there, code) != without(missing, code) {
			c.Errorf("%s can tell the case %s by %s: %d, %d: %s", name, of, how, there.Status, missing.Status, parting(without(missing, code), without(there, code)))
		}
		if asked, otherwise := through-from, c.count.all()-through; asked != otherwise {
			c.Errorf("%s can tell the case %s by the time of %s: %d round trips, and %d without it", name, of, how, asked, otherwise)
		}
	}
	rest := strings.NewReplacer("{paper}", strconv.FormatInt(c.papers[of], 10), "{referral}", code)
	for _, route := range c.portal.Routes() {
		if !strings.Contains(route.Pattern, "{case}") {
			continue
		}
		at := func(code string) string {
			return rest.Replace(strings.ReplaceAll(route.Pattern, "{case}", code))
		}
		filled := url.Values{"version": {"1"}, "text": {"見本"}, "reason": {"見本"}, "person": {"M011"}, "other": {code}}
		same(route.Method+" "+route.Pattern, func(code string) servertest.Answer {
			if route.Method == http.MethodGet {
				return v.Get(at(code))
			}
			return v.Post(at(code), filled)
		})
	}
	for _, asked := range []string{"/violations?after=", "/violations?clause=", "/search?q=", "/violations/reporters?case=", "/violations/replies/"} {
		same(asked, func(code string) servertest.Answer { return v.Get(asked + code) })
	}
	same("POST /violations/replies", func(code string) servertest.Answer {
		return v.Post("/violations/replies", url.Values{"number": {code}})
	})
	same("POST /violations/reporters", func(code string) servertest.Answer {
		return v.Post("/violations/reporters", url.Values{"case": {code}, "reason": {"見本"}})
	})
	same("in small letters", func(code string) servertest.Answer { return v.Get("/violations/" + strings.ToLower(code)) })
}

// parting is where two pages begin to differ.
func parting(one, other string) string {
	at := 0
	for at < min(len(one), len(other)) && one[at] == other[at] {
		at++
	}
	cut := func(text string) string { return strings.ToValidUTF8(text[max(0, at-80):min(len(text), at+160)], "") }
	return cut(one) + " / " + cut(other)
}
