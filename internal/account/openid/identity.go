package openid

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"
)

// Identity is whom the provider vouches for.
type Identity struct {
	Subject     string // the provider's own key for the person; never reused there
	Email       string // with ByEmail, and verified by the provider
	StaffNumber string // with ByStaffNumber
	Strong      bool   // more than one factor was used
}

// Finish ends the sign-in that attempt began; query is what the browser came
// back with. Unauthenticated if the provider does not vouch for the person, or
// its answer does not stand up; Unavailable if it does not answer.
func (p *Provider) Finish(ctx context.Context, attempt Attempt, query url.Values) (Identity, error) {
	identity, err := p.finish(p.through(ctx), attempt, query)
	if err != nil {
		return Identity{}, fmt.Errorf("finishing a sign-in at the provider: %w", err)
	}
	return identity, nil
}

func (p *Provider) finish(ctx context.Context, attempt Attempt, query url.Values) (Identity, error) {
	code, err := attempt.answered(query, p.config.Issuer, p.config.Now())
	if err != nil {
		return Identity{}, err
	}
	known, err := p.discover(ctx)
	if err != nil {
		return Identity{}, err
	}
	tokens, err := known.oauth.Exchange(ctx, code, oauth2.VerifierOption(attempt.Verifier))
	if err != nil {
		return Identity{}, exchangeFailure(err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return Identity{}, refused(notVouched, errors.New("the provider gives no ID token"))
	}
	said, err := p.verify(ctx, known, attempt, raw)
	if err != nil {
		return Identity{}, err
	}
	identity := Identity{Subject: read[string](said, "sub"), Strong: strong(said)}
	about, err := p.about(ctx, known, tokens, said)
	if err != nil {
		return Identity{}, err
	}
	return p.named(identity, about)
}

// claim is the name of the claim that the person is found by.
func (p *Provider) claim() string {
	if p.config.Claim == ByEmail {
		return "email"
	}
	return p.config.StaffNumberClaim
}

// about gives the claims that hold the one the person is found by: those of
// the ID token, or else the user info, where a provider may put what belongs to
// a scope (OpenID Connect Core 5.4).
func (p *Provider) about(ctx context.Context, known *metadata, tokens *oauth2.Token, said claims) (claims, error) {
	if _, ok := said[p.claim()]; ok || known.provider.UserInfoEndpoint() == "" {
		return said, nil
	}
	info, err := known.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if e, ok := errors.AsType[*url.Error](err); ok {
		return nil, unavailable(e)
	}
	if err != nil {
		return nil, unavailable(errors.New("the provider's user info is not readable"))
	}
	if info.Subject != read[string](said, "sub") {
		return nil, refused(notVouched, errors.New("the user info is another person's"))
	}
	var about claims
	if err := info.Claims(&about); err != nil {
		return nil, unavailable(errors.New("the provider's user info is not readable"))
	}
	return about, nil
}

// named completes the identity with what the person is found by.
func (p *Provider) named(identity Identity, about claims) (Identity, error) {
	value := read[string](about, p.claim())
	if p.config.Claim == ByStaffNumber {
		if value == "" {
			return Identity{}, refused(noStaffNumber, errors.New("the claim with the staff number is missing or no text"))
		}
		identity.StaffNumber = value
		return identity, nil
	}
	switch {
	case value == "":
		return Identity{}, refused(noEmail, errors.New("the claim with the e-mail address is missing or no text"))
	case !read[bool](about, "email_verified"):
		return Identity{}, refused(unverifiedEmail, errors.New("the provider has not verified the e-mail address"))
	}
	identity.Email = value
	return identity, nil
}
