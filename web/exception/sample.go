package exception

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/internal/fault"
	"kagami/internal/sample"
)

// fill puts two exceptions into the sample town: one that ends soon, and one that somebody
// has asked for. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	head := slices.IndexFunc(t.Actors, func(a authz.Actor) bool { return a.Has(authz.SecurityManager) && !a.Has(authz.GeneralSecurityOfficer) })
	ciso := slices.IndexFunc(t.Actors, func(a authz.Actor) bool { return a.Has(authz.CISO) })
	if head < 0 || ciso < 0 {
		return nil
	}
	sections, err := s.exceptions.Sections(ctx, t.Actors[head])
	if err != nil || len(sections) == 0 {
		return err
	}
	soon := exception.Asking{Section: sections[0].Code, Details: exception.Details{
		Clause: "基本方針7(4)", Subject: "窓口の共用端末。利用者ごとに分けていない。", Reason: "見本です。機器の更新まで、端末を増やせない。",
		Risk: "だれが操作したかが分からなくなる。", Instead: "使う人と時刻を記録簿に書き、課長が毎日確かめる。", From: t.Today(), Until: t.Today().AddDays(20),
	}}
	broken, err := s.broken(ctx, t.Actors[head], sections[0].Code)
	if err != nil {
		return err
	}
	for _, b := range broken.Breaks {
		broken.Rule = b.Rule
		soon.About = append(soon.About, broken.About)
		soon.Clause, soon.Subject = "基本方針"+b.Clause, b.Sentence
	}
	permitted, err := s.exceptions.Ask(ctx, t.Actors[head], soon)
	if err != nil {
		return fmt.Errorf("asking for a sample exception: %w", err)
	}
	if err := s.exceptions.Do(ctx, t.Actors[ciso], permitted, exception.EventPermit, exception.Step{Version: 1, Note: "記録簿を、月末に総務課へ写しで出すこと。"}); err != nil {
		return fmt.Errorf("permitting a sample exception: %w", err)
	}
	_, err = s.exceptions.Ask(ctx, t.Actors[head], exception.Asking{Section: sections[0].Code, Details: exception.Details{
		Clause: "基本方針7(3)①", Subject: "収納データの受渡し", Reason: "見本です。委託先の仕組みが変わるまで、特定通信にできない。",
		Risk: "領域の間で、データが漏れるおそれがある。", Instead: "通信の相手を限り、記録を毎日見る。", From: t.Today().AddDays(7), Until: t.Today().AddDays(180),
	}})
	if err != nil {
		return fmt.Errorf("asking for a sample exception: %w", err)
	}
	return nil
}

// broken is the first asset of a section of the sample town that does not fit a rule; the
// zero value where there is none.
func (s *Screens) broken(ctx context.Context, actor authz.Actor, section string) (Asset, error) {
	for n := 1; ; n++ {
		found, err := s.look(ctx, actor, fmt.Sprintf("%s-%04d", section, n))
		if fault.KindOf(err) == fault.NotFound {
			return Asset{}, nil
		}
		if err != nil || len(found.Breaks) > 0 {
			return found, err
		}
	}
}
