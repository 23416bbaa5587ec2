package referral

import (
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/sample"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
)

// fill lets the body of the sample town judge whom its case that is revoked is about: it has resolved,
// and is to report. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	general := t.Holder(authz.GeneralSecurityOfficer)
	if general.Person == 0 {
		return nil
	}
	page, err := s.lists.List(ctx, general, find.Search{State: procedure.Revoked})
	if err != nil || len(page.Lines) == 0 {
		return err
	}
	code := page.Lines[0].Code
	listed, err := s.referrals.List(ctx, general, code)
	if err != nil {
		return fmt.Errorf("looking for a sample case that is referred: %w", err)
	}
	ago := t.Today().AddDays
	made, err := s.referrals.Propose(ctx, general, code, referral.Proposal{Whom: listed.Case.PersonNumber, Kind: "executive", On: ago(-26), Number: "8総第12号（例）", Reason: "例です。指導の後も、業務と関係のない人の情報を見ていた。"})
	if err != nil {
		return fmt.Errorf("proposing a sample referral: %w", err)
	}
	for i, step := range []struct {
		event referral.Event
		said  referral.Said
	}{
		{referral.EventRequest, referral.Said{On: ago(-24), Number: "8総第13号（例）"}},
		{referral.EventConvene, referral.Said{On: ago(-20), Meets: ago(-6), Quorum: 3}},
		{referral.EventHear, referral.Said{On: ago(-6), Hearing: referral.HearingGiven}},
		{referral.EventMeet, referral.Said{On: ago(-6), Present: "委員長　見本 委員一\n委員　見本 委員二\n委員　見本 委員三", Resolved: referral.Measure}},
	} {
		step.said.Version = i + 1
		if err := s.referrals.Do(ctx, general, code, made, step.event, step.said); err != nil {
			return fmt.Errorf("%s of a sample referral: %w", step.event, err)
		}
	}
	return nil
}
