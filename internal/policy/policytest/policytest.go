// Package policytest takes a draft through its life for tests that are about
// something else.
package policytest

import (
	"context"
	"errors"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
)

// Adopt hands a document's draft in as a major revision, and records that the
// 本部会議 adopted it on a day, with one person in the chair.
func Adopt(ctx context.Context, s *policy.Service, officer authz.Actor, code, chair string, on calendar.Date) (policy.Draft, error) {
	draft, err := s.Draft(ctx, officer, code)
	if err != nil {
		return draft, err
	}
	return draft, errors.Join(
		s.Submit(ctx, officer, code, policy.Submission{Scale: policy.Major, Why: policy.AfterOther, WhyText: "見本", SHA256: draft.SHA256}),
		s.RecordDecision(ctx, officer, code, policy.Decision{
			On: on, Adopted: true, Chair: chair, Attendees: []string{chair}, Minutes: "見本の議事録", SHA256: draft.SHA256,
		}))
}

// Publish is Adopt, and publishes the draft as in force from the same day.
func Publish(ctx context.Context, s *policy.Service, officer, ciso authz.Actor, code, chair string, on calendar.Date) (policy.Draft, error) {
	draft, err := Adopt(ctx, s, officer, code, chair, on)
	if err != nil {
		return draft, err
	}
	return draft, s.PublishDecided(ctx, ciso, code, policy.Publication{EffectiveOn: on, SHA256: draft.SHA256, Campaign: AskAll(on)})
}

// AskAll asks all whom a document binds to acknowledge anew a revision that is in
// force from a day on, within a year.
func AskAll(effective calendar.Date) policy.Campaign {
	return policy.Campaign{Anew: policy.AskAnew, Of: policy.Audience{Everyone: true}, DueOn: effective.AddYears(1)}
}
