// Package policies puts documents into the sample town: the town's own 基本方針,
// which some have acknowledged, and two texts that are marked 例.
package policies

import (
	"context"
	_ "embed"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/publish"
	"kagami/internal/sample"
)

// Two texts written for the sample, and marked 例: no town has them.
var (
	//go:embed taisaku-kijun.txt
	exampleStandard string
	//go:embed jisshi-tejun.txt
	exampleProcedure string
)

// figureLine is where the reader asks about the labels of 図 1.1.
const figureLine = 175

// Fill puts the town's 基本方針 in force, which some have acknowledged; and where the
// town has examples, those.
func Fill(ctx context.Context, drafts *draft.Service, publishing *publish.Service, acknowledging *acknowledge.Service, t sample.Town) error {
	source, err := outline.Decode(sample.Policy)
	if err != nil {
		return fmt.Errorf("reading the sample policy: %w", err)
	}
	shown, err := enact(ctx, drafts, publishing, t, draft.Text{Kind: policy.Basic, Source: source, Answers: outline.Answers{figureLine: outline.AsFigure}})
	if err != nil {
		return err
	}
	for i, actor := range t.Actors {
		if i%5 > 1 {
			continue // three in five have still to read it
		}
		if err := acknowledging.Acknowledge(ctx, actor, shown); err != nil {
			return err
		}
	}
	if !t.Examples {
		return nil
	}
	return Examples(ctx, drafts, publishing, t)
}

// Examples publishes a 対策基準 for everyone and a 実施手順 for one section, both marked
// 例.
func Examples(ctx context.Context, drafts *draft.Service, publishing *publish.Service, t sample.Town) error {
	for _, text := range []draft.Text{
		{Kind: policy.Standard, Code: "taisaku-kijun", Source: exampleStandard, Audience: policy.Audience{Everyone: true}},
		{Kind: policy.Procedure, Code: "juumin-tanmatsu", Source: exampleProcedure, Audience: policy.Audience{Sections: []string{"zeimu"}}},
	} {
		if _, err := enact(ctx, drafts, publishing, t, text); err != nil {
			return err
		}
	}
	return nil
}

// enact takes a text through its life: the 責任者 drafts it, the 本部会議 adopts it,
// and the CISO publishes it, all as of the first day of the fiscal year. It
// returns what one who acknowledges it has before them.
func enact(ctx context.Context, drafts *draft.Service, publishing *publish.Service, t sample.Town, text draft.Text) (acknowledge.Shown, error) {
	officer, ciso, day := t.Holder(authz.SecurityOfficer), t.Holder(authz.CISO), t.FiscalYear()
	code, err := drafts.DraftText(ctx, officer, text)
	if err != nil {
		return acknowledge.Shown{}, err
	}
	d, err := drafts.Draft(ctx, officer, code)
	if err != nil {
		return acknowledge.Shown{}, err
	}
	err = drafts.Submit(ctx, officer, code, draft.Submission{
		Scale: draft.Major, Why: policy.AfterOther, WhyText: d.Title + "の制定（見本）", SHA256: d.SHA256,
	})
	if err != nil {
		return acknowledge.Shown{}, err
	}
	err = publishing.RecordDecision(ctx, officer, code, publish.Decision{
		On: day, Adopted: true, Chair: t.Accounts[0].StaffNumber, Attendees: []string{t.Accounts[0].StaffNumber, t.Accounts[1].StaffNumber},
		Minutes: "情報セキュリティ対策本部会議 議事録（見本）", SHA256: d.SHA256,
	})
	if err != nil {
		return acknowledge.Shown{}, err
	}
	return acknowledge.Shown{Code: code, Number: 1, SHA256: d.SHA256}, publishing.PublishDecided(ctx, ciso, code, publish.Publication{
		EffectiveOn: day, SHA256: d.SHA256,
		Campaign: acknowledge.Campaign{Anew: acknowledge.AskAnew, Of: policy.Audience{Everyone: true}, DueOn: t.Today().AddDays(14)},
	})
}
