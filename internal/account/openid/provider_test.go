package openid_test

import (
	"crypto/rand"
	"testing"

	"kagami/internal/account/openid"
	"kagami/internal/account/openid/openidtest"
	"kagami/internal/fault"
)

func town(t *testing.T) *openidtest.Provider {
	t.Helper()
	return openidtest.Start(t, redirectURL,
		openidtest.Person{ID: "taro", Username: "00123", Password: rand.Text(), Email: "mihon.taro@example.jp", EmailVerified: true},
		openidtest.Person{ID: "hanako", Username: "00456", Password: rand.Text(), Email: "mihon.hanako@example.jp"})
}

func TestAPersonSignsInAtARealProvider(t *testing.T) {
	t.Parallel()
	w := town(t)
	for name, test := range map[string]struct {
		claim openid.Claim
		again bool
		as    string
		want  openid.Identity
	}{
		"by e-mail":       {openid.ByEmail, false, "00123", openid.Identity{Subject: "taro", Email: "mihon.taro@example.jp"}},
		"again":           {openid.ByEmail, true, "00123", openid.Identity{Subject: "taro", Email: "mihon.taro@example.jp"}},
		"by staff number": {openid.ByStaffNumber, false, "00456", openid.Identity{Subject: "hanako", StaffNumber: "00456"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := w.Config
			config.Claim = test.claim
			p := provider(t, config)
			attempt, address, err := p.Begin(t.Context(), test.again)
			if err != nil {
				t.Fatal(err)
			}
			query := w.SignIn(t, address, test.as)
			got, err := p.Finish(t.Context(), attempt, query)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			_, err = p.Finish(t.Context(), attempt, query)
			if err == nil {
				t.Error("a code serves twice")
			}
		})
	}
}

func TestARealProviderDoesNotVouchForAnUnverifiedEmail(t *testing.T) {
	t.Parallel()
	w := town(t)
	p := provider(t, w.Config)
	attempt, address, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Finish(t.Context(), attempt, w.SignIn(t, address, "00456"))
	mustRefuse(t, err, fault.Unauthenticated, "確認済みになっていません", "mihon.hanako")
}

func TestACodeServesOnlyTheAttemptThatItWasGivenFor(t *testing.T) {
	t.Parallel()
	w := town(t)
	p := provider(t, w.Config)
	attempt, address, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := begin(t, p, false)
	query := w.SignIn(t, address, "00123")
	_, err = p.Finish(t.Context(), other, query)
	mustRefuse(t, err, fault.Unauthenticated, "最初から")
	query.Set("state", other.State) // a stolen code in another browser: PKCE refuses it
	_, err = p.Finish(t.Context(), other, query)
	mustRefuse(t, err, fault.Unauthenticated, "最初から")
	query.Set("state", attempt.State)
	if _, err := p.Finish(t.Context(), attempt, query); err != nil {
		t.Errorf("the thief spoiled the sign-in: %v", err)
	}
}

func TestARealProviderThatDoesNotKnowThePortalIsUnavailable(t *testing.T) {
	t.Parallel()
	w := town(t)
	config := w.Config
	config.ClientSecret = rand.Text()
	p := provider(t, config)
	attempt, address, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Finish(t.Context(), attempt, w.SignIn(t, address, "00123"))
	mustRefuse(t, err, fault.Unavailable, "認証サーバーを利用できません", config.ClientSecret)
}
