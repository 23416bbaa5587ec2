package review

import (
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/rights/review"
	"kagami/internal/sample"
)

// fill puts a confirmation under way into the sample town, where it has rights: one section has
// handed in, and one is half done; the others have not begun.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	officer := t.Holder(authz.GeneralSecurityOfficer)
	if officer.Person == 0 {
		return nil
	}
	code, err := s.reviews.Open(ctx, officer, review.Plan{Title: fiscalYear(t.Today()) + "の利用権限の確認（見本）", Whole: true, DueOn: t.Today().AddDays(40)})
	if fault.KindOf(err) == fault.Invalid && err != nil { // there are no rights
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening a sample confirmation of rights: %w", err)
	}
	v, err := s.reviews.Find(ctx, officer, code)
	if err != nil {
		return err
	}
	sections, err := s.reviews.Sections(ctx, officer, v, "")
	if err != nil {
		return err
	}
	// from the last on: the first ones are those that people try the portal with
	handIn := true
	for i := len(sections) - 1; i >= 0; i-- {
		done, err := s.fillSection(ctx, t, code, sections[i].SectionCode, handIn)
		if err != nil {
			return fmt.Errorf("going through a sample section: %w", err)
		}
		if done && !handIn {
			return nil
		}
		handIn = handIn && !done
	}
	return nil
}

// fillSection goes through a section, as a whole or half; false where nobody is there who would.
func (s *Screens) fillSection(ctx context.Context, t sample.Town, code, section string, handIn bool) (bool, error) {
	p, err := s.reviews.FindSection(ctx, t.Holder(authz.GeneralSecurityOfficer), code, section)
	if err != nil {
		return false, err
	}
	var manager authz.Actor
	for _, a := range t.Actors {
		if _, may := a.May(authz.ReviewRights, authz.Matter{PersonsSection: p.Section}); may && !a.Has(authz.GeneralSecurityOfficer) {
			manager = a
		}
	}
	if manager.Person == 0 {
		return false, nil
	}
	for _, a := range append([]authz.Actor{manager}, t.Actors...) { // who leads it, and who stands above
		if a.Reach(authz.ReadRights) != authz.All && a.Person != manager.Person || !handIn && a.Person != manager.Person {
			continue
		}
		page, err := s.reviews.Lines(ctx, a, p, review.Choice{Stands: review.Unanswered})
		if err != nil {
			return false, err
		}
		replies := repliesOf(page.Lines)
		if !handIn {
			replies = replies[:(len(replies)+1)/2]
		}
		if len(replies) == 0 {
			continue
		}
		if err := s.reviews.Answer(ctx, a, code, section, replies...); err != nil {
			return false, err
		}
	}
	counts, err := s.reviews.Count(ctx, manager, p)
	if err != nil || !handIn {
		return counts.Answered() > 0, err
	}
	if p, err = s.reviews.FindSection(ctx, manager, code, section); err != nil || counts.Left() > 0 {
		return false, err
	}
	return true, s.reviews.Do(ctx, manager, code, section, review.EventHandIn, review.Step{Version: p.Version})
}

// repliesOf says of the rights that somebody may answer that they are needed, but for the first,
// which is to be changed.
func repliesOf(lines []review.Line) (list []review.Reply) {
	for _, l := range lines {
		if !l.May || !l.Works {
			continue
		}
		reply := review.Reply{Right: l.Code, Answer: review.Needed, Seen: l.Version}
		if len(list) == 0 {
			reply.Answer, reply.Words = review.Change, "見本です。照会だけにする。"
		}
		list = append(list, reply)
	}
	return list
}
