// Package policytest takes a draft through its life for tests that are about
// something else, and has a small town for tests of the policy's rooms.
package policytest

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
)

// Rooms are the rooms of the policy on one database.
type Rooms struct {
	Policy      *policy.Service
	Find        *find.Service
	Follow      *follow.Service
	Draft       *draft.Service
	Publish     *publish.Service
	Acknowledge *acknowledge.Service
}

// NewRooms makes the rooms on a pool, with a clock.
func NewRooms(pool *pgxpool.Pool, d *door.Door, now func() time.Time) Rooms {
	policies, drafts := policy.New(pool, d, now), draft.New(pool, d, now)
	return Rooms{
		Policy: policies, Find: find.New(pool, policies), Follow: follow.New(pool, policies),
		Draft: drafts, Publish: publish.New(pool, d, now, drafts), Acknowledge: acknowledge.New(pool, d, now, policies),
	}
}

// Adopt hands a document's draft in as a major revision, and records that the
// 本部会議 adopted it on a day, with one person in the chair.
func Adopt(ctx context.Context, r Rooms, officer authz.Actor, code, chair string, on calendar.Date) (draft.Draft, error) {
	d, err := r.Draft.Draft(ctx, officer, code)
	if err != nil {
		return d, err
	}
	return d, errors.Join(
		r.Draft.Submit(ctx, officer, code, draft.Submission{Scale: draft.Major, Why: policy.AfterOther, WhyText: "見本", SHA256: d.SHA256}),
		r.Publish.RecordDecision(ctx, officer, code, publish.Decision{
			On: on, Adopted: true, Chair: chair, Attendees: []string{chair}, Minutes: "見本の議事録", SHA256: d.SHA256,
		}))
}

// Publish is Adopt, and publishes the draft as in force from the same day.
func Publish(ctx context.Context, r Rooms, officer, ciso authz.Actor, code, chair string, on calendar.Date) (draft.Draft, error) {
	d, err := Adopt(ctx, r, officer, code, chair, on)
	if err != nil {
		return d, err
	}
	return d, r.Publish.PublishDecided(ctx, ciso, code, publish.Publication{EffectiveOn: on, SHA256: d.SHA256, Campaign: AskAll(on)})
}

// AskAll asks all whom a document is for to acknowledge anew a revision that is in
// force from a day on, within a year.
func AskAll(effective calendar.Date) acknowledge.Campaign {
	return acknowledge.Campaign{Anew: acknowledge.AskAnew, Of: policy.Audience{Everyone: true}, DueOn: effective.AddYears(1)}
}
