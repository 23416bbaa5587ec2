package report

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/sample"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
)

// fill lets two people of the sample town report something: they wait for an
// answer. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	general := t.Holder(authz.GeneralSecurityOfficer)
	at := slices.IndexFunc(t.Actors, func(a authz.Actor) bool { return a.Has(authz.SystemManager) && !a.Has(authz.SecurityManager) })
	if general.Person == 0 || at < 0 {
		return nil
	}
	for _, w := range []report.Words{
		{What: "例です。廃棄する書類の箱に、住所の入った一覧が混ざっていた。", When: "例です。先週の金曜日", Where: "例です。2階の廊下"},
		{What: "例です。窓口の画面が、外から見えるように思う。", When: "例です。いつも", Where: "例です。窓口"},
	} {
		w.Receiver = procedure.General
		to, err := s.reports.Addressees(ctx, t.Actors[at], w.Whom)
		if err != nil {
			return fmt.Errorf("looking to whom a sample report goes: %w", err)
		}
		for _, a := range to {
			if a.Seat == w.Receiver {
				w.Shown = a.Key()
			}
		}
		if _, err := s.reports.Send(ctx, t.Actors[at], w); err != nil {
			return fmt.Errorf("sending a sample report: %w", err)
		}
	}
	return nil
}
