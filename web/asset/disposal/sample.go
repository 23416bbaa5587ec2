package disposal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/level"
	"kagami/internal/authz"
	"kagami/internal/sample"
)

// fill puts two disposals into the sample town: one that is done, with its record, and one
// that waits. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	head := slices.IndexFunc(t.Actors, func(a authz.Actor) bool { return a.Has(authz.SecurityManager) && !a.Has(authz.GeneralSecurityOfficer) })
	if head < 0 {
		return nil
	}
	manager := t.Actors[head]
	at := slices.IndexFunc(t.Actors, func(a authz.Actor) bool {
		_, may := a.May(authz.DisposeAssets, authz.Matter{OwnersSection: manager.Sections(authz.ConfirmDisposals)[0]})
		return may && a.Person != manager.Person
	})
	sections, err := s.register.Sections(ctx, manager)
	if err != nil || at < 0 || len(sections) == 0 {
		return err
	}
	helper := t.Actors[at]
	var codes []string
	for _, name := range []string{"見本：外付けHDD（旧バックアップ用）", "見本：旧ファイルサーバのHDD"} {
		code, err := s.register.Register(ctx, manager, sections[0].Code, asset.Details{
			Kind: asset.Medium, Name: name, Content: "見本です。入れ替えで使わなくなった媒体。", Confidentiality: "3B", Integrity: "1", Availability: "1", LevelReason: level.UsualReason(""),
			Personal: asset.PlainPersonal, Zone: asset.OfflineZone, Place: "施錠した書庫", Medium: "HDD", Owner: "課長", RegisteredOn: t.Today().AddDays(-400), CheckedOn: t.Today().AddDays(-60),
		})
		if err != nil {
			return fmt.Errorf("registering a sample medium: %w", err)
		}
		codes = append(codes, code)
	}
	const crush = "HDD：プラッタの破壊（多数の穴、切断、変形）"
	var disposals []string
	for _, code := range codes {
		asked, err := s.disposals.Ask(ctx, helper, disposal.Asking{
			Codes: []string{code}, Medium: disposal.HDD, Ways: []string{crush}, Witness: "見本 立会", Reason: "見本です。サーバを入れ替えた。", Due: t.Today().AddDays(14),
		})
		if err != nil {
			return fmt.Errorf("asking for a sample disposal: %w", err)
		}
		disposals = append(disposals, asked)
	}
	err = s.disposals.Record(ctx, helper, disposals[0], 1, disposal.Record{
		Ways: []string{crush}, Serials: map[string]string{codes[0]: "SAMPLE-0001"}, DoneBy: "見本処理株式会社", Witness: "見本 立会", Place: "庁舎1階 作業室", At: t.Today().Start().Add(-15 * time.Hour),
	})
	if err == nil {
		err = s.disposals.Confirm(ctx, manager, disposals[0], 2, "見本です。穴の位置を現物で確かめた。")
	}
	if err != nil {
		return fmt.Errorf("finishing a sample disposal: %w", err)
	}
	return nil
}
