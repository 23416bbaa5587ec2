package server

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/state"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// A key that two Parts have would stand in the other's place unseen: the portal
// does not start, and says which.
func TestAKeyThatTwoPartsHaveEndsTheStart(t *testing.T) {
	t.Parallel()
	for key, part := range map[string]screen.Part{
		"GET /notices":    {Routes: []screen.Route{screen.Get("/notices", authz.SignedIn, nothing)}},
		"/permissions":    {Nav: []screen.Entry{{Label: "権限", URL: "/permissions"}}},
		"notices-seen":    {Flashes: map[string]layout.Done{"notices-seen": {}}},
		"topic document":  {Topics: []notice.Topic{{Kind: "document"}, {Kind: "document"}}},
		"subject account": {Subjects: []trail.Named{{Kind: "account"}, {Kind: "account"}}},
		"area /imports":   {Areas: map[string]string{"/imports": "/notices"}},
		"counter policy":  {Counters: []state.Counter{state.Counted("policy"), state.Counted("policy")}},
		"サインインの画面を持つものが2個": {SignIn: &screen.SignIn{}},
	} {
		other := unasked()
		if part.Areas != nil {
			other.Areas = part.Areas
		}
		_, err := made(t, other, part)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(screen.Message(err), key) {
			t.Errorf("%s twice: %v", key, err)
		}
	}
}

func TestAPortalNeedsOneWayToSignIn(t *testing.T) {
	t.Parallel()
	if _, err := made(t, screen.Part{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without sign-in: %v", err)
	}
}

// What is open to who is barred is said by one Part, and nothing of it asks again who it is: what
// they prove would open more to them.
func TestWhatIsOpenToWhoIsBarredEndsTheStartWhereItWidens(t *testing.T) {
	t.Parallel()
	confinement := &screen.Confinement{Open: func(_, _ string) string { return "false" }}
	for words, parts := range map[string][]screen.Part{
		"2個あります": {unasked(), {Confinement: confinement}, {Confinement: confinement}},
		"/asked": {unasked(screen.Post("/asked", authz.ReadViolation, nothing).Confined().Sensitive())},
	} {
		if _, err := made(t, parts...); fault.KindOf(err) != fault.Invalid || !strings.Contains(screen.Message(err), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
	if _, err := made(t, unasked(screen.Post("/asked", authz.ReadViolation, nothing).Confined()), screen.Part{Confinement: confinement}); err != nil {
		t.Errorf("one, and nothing that widens: %v", err)
	}
}
