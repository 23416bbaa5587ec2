package stocktaking

import (
	"context"
	"fmt"

	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/internal/sample"
)

// fill puts a 棚卸し under way into the sample town: two sections have confirmed, one has
// handed in, and one is half done; the others have not begun.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	officer := t.Holder(authz.GeneralSecurityOfficer)
	if officer.Person == 0 {
		return nil
	}
	code, err := s.stocktakings.Open(ctx, officer, stocktaking.Plan{Title: fiscalYear(t.Today()) + "の情報資産の棚卸し（見本）", Whole: true, DueOn: t.Today().AddDays(40)})
	if err != nil {
		return fmt.Errorf("opening a sample 棚卸し: %w", err)
	}
	whole, err := s.stocktakings.Find(ctx, officer, code)
	if err != nil {
		return err
	}
	sections, _, err := s.stocktakings.Sections(ctx, officer, whole, stocktaking.Search{})
	if err != nil {
		return err
	}
	// from the last on: the first ones are those that people try the portal with
	ends := []stocktaking.Event{stocktaking.EventConfirm, stocktaking.EventConfirm, stocktaking.EventHandIn, stocktaking.EventAnswer}
	for i := len(sections) - 1; i >= 0 && len(ends) > 0; i-- {
		done, err := s.fillSection(ctx, t, code, sections[i].SectionCode, ends[0])
		if err != nil {
			return fmt.Errorf("going through a sample section: %w", err)
		}
		if done {
			ends = ends[1:]
		}
	}
	return nil
}

// fillSection goes through a section as far as an event; false where nobody is there who would.
func (s *Screens) fillSection(ctx context.Context, t sample.Town, code, section string, end stocktaking.Event) (bool, error) {
	p, err := s.stocktakings.FindSection(ctx, t.Holder(authz.GeneralSecurityOfficer), code, section)
	if err != nil {
		return false, err
	}
	var manager authz.Actor
	for _, a := range t.Actors {
		if _, may := a.May(authz.ReviewAssets, authz.Matter{OwnersSection: p.Section}); may && !a.Has(authz.GeneralSecurityOfficer) {
			manager = a
		}
	}
	page, err := s.stocktakings.Lines(ctx, manager, p, stocktaking.Choice{})
	if err != nil || manager.Person == 0 || len(page.Lines) < 2 {
		return false, nil //nolint:nilerr // a section of nobody is left as it is
	}
	var list []stocktaking.Finding
	for i, l := range page.Lines {
		f := stocktaking.Finding{Code: l.Code, Result: stocktaking.Same}
		if i == 1 {
			f.Result, f.Note = stocktaking.Disposed, "見本です。機器の更新で使わなくなった。"
		}
		list = append(list, f)
	}
	if end == stocktaking.EventAnswer {
		list = list[:len(list)/2]
	}
	if err := s.stocktakings.Answer(ctx, manager, code, section, list...); err != nil {
		return false, err
	}
	if end == stocktaking.EventAnswer {
		return true, nil
	}
	if p, err = s.stocktakings.FindSection(ctx, manager, code, section); err != nil {
		return false, err
	}
	return true, s.stocktakings.Do(ctx, manager, code, section, end, stocktaking.Step{Version: p.Version})
}
