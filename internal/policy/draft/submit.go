package draft

import (
	"context"
	"strings"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
)

// Submission is what is said of a draft when it is handed in.
type Submission struct {
	Scale   Scale
	Why     policy.Why
	WhyText string
	SHA256  []byte // of the text that was shown
}

func (u Submission) check(number int) []fault.Problem {
	var problems []fault.Problem
	switch {
	case u.Scale != Minor && u.Scale != Major:
		problems = append(problems, fault.Problem{Field: "scale", Message: "見直しの種類を選んでください。"})
	case u.Scale == Minor && number == 1:
		problems = append(problems, fault.Problem{Field: "scale", Message: "はじめての版は、簡易な見直しにできません。本部会議の決定を受けてください。"})
	}
	if u.Why.Title() == "" {
		problems = append(problems, fault.Problem{Field: "why", Message: "なぜ見直すのかを選んでください。"})
	}
	return append(problems, policy.CheckReason("why_text", u.WhyText)...)
}

// Submit hands a draft in: a minor one to the CISO, a major one to the 本部会議.
func (s *Service) Submit(ctx context.Context, actor authz.Actor, code string, u Submission) error {
	return s.Step(ctx, actor, code, EventSubmit, u.SHA256, func(tx *door.Tx, l Locked) (Change, error) {
		return Change{
			Note: u.WhyText, Fields: []string{"scale", "why", "why_text"},
			Columns: map[string]any{"scale": u.Scale, "why": u.Why, "why_text": u.WhyText, "submitted_by": By(actor), "submitted_at": tx.Now},
		}, fault.InvalidFields(u.check(l.Number))
	})
}

// TakeBack makes a draft again of what was handed in or decided, for a reason. A
// decision stays on record, and another is needed.
func (s *Service) TakeBack(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error {
	return s.forReason(ctx, actor, code, EventTakeBack, reason, sha256)
}

// SendBack hands a minor revision back to those who drafted it, for a reason.
func (s *Service) SendBack(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error {
	return s.forReason(ctx, actor, code, EventSendBack, reason, sha256)
}

// Withdraw throws a draft away, for a reason; it stays on record.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error {
	return s.forReason(ctx, actor, code, EventWithdraw, reason, sha256)
}

func (s *Service) forReason(ctx context.Context, actor authz.Actor, code string, event Event, reason string, sha256 []byte) error {
	return s.Step(ctx, actor, code, event, sha256, func(_ *door.Tx, l Locked) (Change, error) {
		problems := l.step.Missing(map[string]bool{"reason": strings.TrimSpace(reason) != ""})
		problems = append(problems, policy.CheckLength("reason", reason, policy.MaxReason)...)
		return Change{Note: reason}, fault.InvalidFields(problems)
	})
}
