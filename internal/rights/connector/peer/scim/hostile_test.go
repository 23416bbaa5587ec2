package scim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/scim"
)

func open(t testing.TB, c scim.Config, token string) *scim.Service {
	t.Helper()
	s, err := scim.New(c, token)
	must(t, err)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// only finds the one account of a number.
func only(t testing.TB, d peer.Peer, number string) peer.Account {
	t.Helper()
	found, err := d.Find(t.Context(), number)
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%d accounts have the number %s", len(found), number)
	}
	return found[0]
}

// mustFail wants a failure of a kind, whose text repeats nothing that it must not.
func mustFail(t testing.TB, err error, kind fault.Kind, words string, secrets ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("%v, want %s that says %s", err, kind, words)
		return
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%v tells %q", err, secret)
		}
	}
}

const staffNumber = "00200"

// service is one that answers each request by a handler.
func service(t testing.TB, answer http.HandlerFunc) *scim.Service {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return open(t, scim.Config{URL: server.URL + "/scim/v2", Groups: []string{"g1"}}, token)
}

const token = "token-of-the-test"

func says(code int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		w.WriteHeader(code)
		io.WriteString(w, text) //nolint:errcheck // who reads may have gone
	}
}

const hanako = `{"id":"u1","userName":"hanako","externalId":"00200","active":true,"groups":[{"value":"g1"}]}`

func page(total string, resources ...string) string {
	return `{"totalResults":` + total + `,"Resources":[` + strings.Join(resources, ",") + `]}`
}

// What is no answer to what was asked is an error at once, of every operation, and tells
// nothing of the person or the token.
func TestAHostileServiceIsGivenUp(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusPermanentRedirect)
		},
		"a page of HTML":       says(200, "<!DOCTYPE html><title>00200 hanako</title>"),
		"nothing":              says(200, ""),
		"an empty thing":       says(200, "{}"),
		"null":                 says(200, "null"),
		"a list":               says(200, "[]"),
		"deep nesting":         says(200, strings.Repeat(`{"a":[`, 200_000)),
		"a huge count":         says(200, `{"totalResults":1e400,"Resources":[]}`),
		"a negative one":       says(200, page("-1")),
		"more than said":       says(200, page("0", hanako)),
		"less than said":       says(200, page("1000000000000")),
		"no id":                says(200, page("1", `{"userName":"hanako","externalId":"00200"}`)),
		"an id of lines":       says(200, page("1", `{"id":"a\nb","externalId":"00200"}`)),
		"active in words":      says(200, page("1", `{"id":"u1","externalId":"00200","active":"sometimes"}`)),
		"a group that is none": says(200, page("1", `{"id":"u1","externalId":"00200","groups":7}`)),
		"an error":             says(500, `{"detail":"00200 hanako"}`),
		"a teapot":             says(418, ""),
		"half an answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"totalResults":`) //nolint:errcheck // who reads may have gone
		},
		"without end": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				io.WriteString(w, strings.Repeat(" ", 64<<10)) //nolint:errcheck // until nobody reads
			}
		},
		"headers without end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		},
		"hanging": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a byte now and then": func(w http.ResponseWriter, r *http.Request) {
			ticker := time.NewTicker(10 * time.Millisecond)
			defer ticker.Stop()
			for r.Context().Err() == nil {
				io.WriteString(w, " ")                //nolint:errcheck // until nobody reads
				http.NewResponseController(w).Flush() //nolint:errcheck // the same
				<-ticker.C
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := service(t, answer)
			s.Hurry(300 * time.Millisecond)
			begun := time.Now()
			_, find := s.Find(t.Context(), staffNumber)
			_, get := s.Get(t.Context(), "u1")
			for operation, err := range map[string]error{
				"Find": find, "Get": get, "Check": s.Check(t.Context()), "Enable": s.Enable(t.Context(), "u1", false), "Join": s.Join(t.Context(), "u1", "g1", false),
				"List": s.List(t.Context(), func(peer.Account) error { return nil }),
			} {
				if err == nil {
					t.Errorf("%s takes it", operation)
					continue
				}
				nobody := operation == "Check" && fault.KindOf(err) == fault.NotFound
				if fault.KindOf(err) != fault.Unavailable && !nobody {
					t.Errorf("%s: %v", operation, err)
				}
				for _, told := range []string{staffNumber, "hanako", token} {
					if strings.Contains(err.Error(), told) {
						t.Errorf("%s: %v tells %s", operation, err, told)
					}
				}
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// lying answers every GET of a user with it as it is, and every change with success.
func lying(is string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPatch:
			w.WriteHeader(http.StatusNoContent)
		case strings.Contains(r.URL.Path, "/Groups/"):
			says(200, `{"id":"g1","members":[{"value":"u1"}]}`)(w, r)
		default:
			says(200, is)(w, r)
		}
	}
}

func TestASuccessThatIsNoneIsSeen(t *testing.T) {
	t.Parallel()
	const silent = `{"id":"u1","userName":"hanako","externalId":"00200"}` // of groups and active
	for _, is := range []string{hanako, silent} {
		s := service(t, lying(is))
		mustFail(t, s.Enable(t.Context(), "u1", false), fault.Conflict, "変わっていません", staffNumber)
		mustFail(t, s.Join(t.Context(), "u1", "g1", false), fault.Conflict, "変わっていません", staffNumber)
		must(t, s.Enable(t.Context(), "u1", true))
		must(t, s.Join(t.Context(), "u1", "g1", true))
	}
}

// A group that does not say who is in it is told to take somebody out all the same.
func TestWhoCanNotBeSeenInAGroupIsTakenOut(t *testing.T) {
	t.Parallel()
	var told []string
	s := service(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPatch:
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			told = append(told, r.URL.Path+" "+string(body))
			w.WriteHeader(http.StatusNoContent)
		case strings.Contains(r.URL.Path, "/Groups/"):
			says(200, `{"id":"g1"}`)(w, r)
		default:
			says(200, `{"id":"u1","externalId":"00200"}`)(w, r)
		}
	})
	must(t, s.Join(t.Context(), "u1", "g1", false))
	want := `/scim/v2/Groups/g1 {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"u1\"]"}]}`
	if !slices.Equal(told, []string{want}) {
		t.Errorf("it was told %q", told)
	}
	mustFail(t, s.Join(t.Context(), "u1", "g1", true), fault.Conflict, "変わっていません")
}

func TestNobodyElseIsActedOn(t *testing.T) {
	t.Parallel()
	s := service(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was asked", r.Method, r.URL)
		}
		if strings.HasSuffix(r.URL.Path, "/Users") {
			says(200, page("1", `{"id":"u2","externalId":"00999"}`))(w, r)
			return
		}
		says(200, `{"id":"u2","externalId":"00999","active":true}`)(w, r)
	})
	mustFail(t, s.Enable(t.Context(), "u1", false), fault.Unavailable, "読めません")
	mustFail(t, s.Join(t.Context(), "u1", "g1", false), fault.Unavailable, "読めません")
	_, err := s.Find(t.Context(), staffNumber)
	mustFail(t, err, fault.Unavailable, "読めません", staffNumber, "00999")
	for _, id := range []string{"", ".", "..", "a\nb", `a"b`, strings.Repeat("x", 300)} {
		mustFail(t, s.Enable(t.Context(), id, false), fault.NotFound, "接続先にありません")
	}
	for _, number := range []string{"", `" or externalId pr`, `\`, "a\x00"} {
		_, err := s.Find(t.Context(), number)
		mustFail(t, err, fault.Invalid, "職員番号")
	}
}

// An id is a part of an address, whatever signs are in it.
func TestAnIDStaysOnePartOfTheAddress(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a/../../Groups/g1", "a?filter=x", "a#b", "a%2fb", "見本"} {
		s := service(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/scim/v2/Users/"+id || r.URL.Query().Has("filter") {
				t.Errorf("%q is asked for as %s", id, r.URL)
			}
			text, err := json.Marshal(map[string]any{"id": id, "groups": []any{}})
			if err != nil {
				t.Error(err)
			}
			says(200, string(text))(w, r)
		})
		if a, err := s.Get(t.Context(), id); err != nil || a.ID != id {
			t.Errorf("%q: %+v, %v", id, a, err)
		}
	}
}

func TestAListThatDoesNotEndIsGivenUp(t *testing.T) {
	t.Parallel()
	users := func(from, n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`{"id":"u%d","externalId":"x","groups":[]}`, from+i)
		}
		return page("1000000000", list...)
	}
	for name, test := range map[string]struct {
		answer func(from int) string
		words  string
	}{
		"the same page":           {func(int) string { return users(0, 100) }, "読めません"},
		"users without end":       {func(from int) string { return users(from, 1000) }, "大きすぎる"},
		"too many at once":        {func(from int) string { return users(from, 1001) }, "大きすぎる"},
		"no more than were there": {func(from int) string { return users(from, max(0, 100-from)) }, "読めません"},
	} {
		s := service(t, func(w http.ResponseWriter, r *http.Request) {
			from, err := strconv.Atoi(r.URL.Query().Get("startIndex"))
			if err != nil {
				t.Error(err)
			}
			says(200, test.answer(from))(w, r)
		})
		n := 0
		err := s.List(t.Context(), func(peer.Account) error { n++; return nil })
		mustFail(t, err, fault.Unavailable, test.words)
		if n > peer.MostAccounts {
			t.Errorf("%s: %d accounts were taken", name, n)
		}
	}
	s := service(t, says(200, page("0")))
	mustFail(t, s.List(t.Context(), func(peer.Account) error { return nil }), fault.NotFound, "一つも見つかりません")
}

func TestAWrongConfigurationSaysWhatToGive(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config scim.Config
		token  string
		words  string // empty: nothing is wrong
	}{
		"https":                {scim.Config{URL: "https://scim.example.jp/v2/"}, token, ""},
		"within the machine":   {scim.Config{URL: "http://[::1]:8080/scim"}, token, ""},
		"an extension":         {scim.Config{URL: "https://scim.example.jp", NumberAttribute: scim.EnterpriseNumber}, token, ""},
		"to another machine":   {scim.Config{URL: "http://scim.example.jp"}, token, "暗号化されずに"},
		"no URL":               {scim.Config{}, token, "接続先の URL"},
		"a query":              {scim.Config{URL: "https://scim.example.jp/?a=b"}, token, "接続先の URL"},
		"another scheme":       {scim.Config{URL: "gopher://127.0.0.1"}, token, "接続先の URL"},
		"a filter":             {scim.Config{URL: "https://scim.example.jp", NumberAttribute: "externalId pr or id"}, token, "属性の名前"},
		"no attribute":         {scim.Config{URL: "https://scim.example.jp", NumberAttribute: "urn:x:"}, token, "属性の名前"},
		"no group":             {scim.Config{URL: "https://scim.example.jp", Groups: []string{""}}, token, "グループの ID"},
		"too many groups":      {scim.Config{URL: "https://scim.example.jp", Groups: make([]string, 51)}, token, "50 まで"},
		"no authority":         {scim.Config{URL: "https://scim.example.jp", Authority: "x"}, token, "認証局"},
		"no token":             {scim.Config{URL: "https://scim.example.jp"}, "", "トークン"},
		"a token of two lines": {scim.Config{URL: "https://scim.example.jp"}, "secret\nX: y", "トークン"},
	} {
		_, err := scim.New(test.config, test.token)
		switch {
		case test.words == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case test.words != "":
			mustFail(t, err, fault.Invalid, test.words, token, "secret")
		}
	}
}

// FuzzAnswer has a service answer anything: no account comes of it that was not asked for,
// and nobody waits.
func FuzzAnswer(f *testing.F) {
	f.Add(hanako, `{"id":"g1","members":[{"value":"u1"}]}`)
	f.Add(page("1", hanako), `{}`)
	f.Add(page("2", hanako, `{"id":"u2","externalId":200,"active":"False","name":{"formatted":"x"}}`), `[]`)
	f.Add(`{"totalResults":1,"resources":[{"ID":"u1","EXTERNALID":"00200"}]}`, `null`)
	var user, group atomic.Value
	s := service(f, func(w http.ResponseWriter, r *http.Request) {
		answer := &user
		if strings.Contains(r.URL.Path, "/Groups/") {
			answer = &group
		}
		says(200, answer.Load().(string))(w, r)
	})
	f.Fuzz(func(t *testing.T, ofUser, ofGroup string) {
		user.Store(ofUser)
		group.Store(ofGroup)
		begun := time.Now()
		found, err := s.Find(t.Context(), staffNumber)
		for _, a := range found {
			if err != nil || a.ID == "" || !strings.EqualFold(a.Number, staffNumber) || !utf8.ValidString(a.ID+a.Login+a.Name) {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if a, err := s.Get(t.Context(), "u1"); err == nil && a.ID != "u1" {
			t.Errorf("%+v", a)
		}
		s.List(t.Context(), func(a peer.Account) error { //nolint:errcheck // it may be none
			if a.ID == "" || len(a.Groups) > 1 {
				t.Errorf("%+v", a)
			}
			return nil
		})
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
