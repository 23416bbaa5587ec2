package personnel

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/trail"
)

// errOtherPlan says that the organization has changed since a plan was shown.
var errOtherPlan = errors.New("the plan is not the one that was shown")

// Apply does what the plan of a file says, all of it or nothing.
// Conflict while the file has problems, and where the organization has changed
// so that the plan would be another: then that one is stored to be looked at.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, token string) (Summary, error) {
	var done Import
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (effect door.Effect, err error) {
		done, effect, err = s.apply(ctx, tx, actor, token)
		return effect, err
	})
	if errors.Is(err, errOtherPlan) {
		if err := s.Choose(ctx, actor, token, done.Choices); err != nil {
			return Summary{}, err
		}
		return Summary{}, fault.Wrap(err, fault.Conflict, "確かめた後に、体制か日付が変わりました。いまの体制に合わせて作り直した内容を表示しています。もう一度確かめてから、取り込んでください。")
	}
	if err != nil {
		return Summary{}, fmt.Errorf("applying a personnel file: %w", err)
	}
	return done.Summary, nil
}

// applyTime is how long one statement of an import may take.
const applyTime = "5min"

func (s *Service) apply(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, door.Effect, error) {
	if err := tx.Take(ctx, org.Lock); err != nil {
		return Import{}, door.Unchanged(), err
	}
	i, file, err := lockImport(ctx, tx, actor, token)
	if err != nil {
		return i, door.Unchanged(), err
	}
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, applyTime); err != nil {
		return i, door.Unchanged(), fmt.Errorf("giving an import its time: %w", err)
	}
	state, err := loadState(ctx, tx, actor, file, tx.Today())
	if err != nil {
		return i, door.Unchanged(), err
	}
	plan := makePlan(state, file, i.Choices)
	digest, err := plan.digest()
	switch {
	case err != nil:
		return i, door.Unchanged(), err
	case !bytes.Equal(digest, i.digest):
		return i, door.Unchanged(), errOtherPlan
	case len(plan.Problems) > 0:
		return i, door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("直すところが%d件あります。ファイルを直して、もう一度選んでください。何も変更されていません。", len(plan.Problems)))
	case plan.Empty():
		return i, door.Unchanged(), fault.New(fault.Conflict, "この名簿のとおりになっているため、変えるところはありません。")
	}
	effect := door.Effect{
		Subject: trail.Subject{Kind: "person_import", ID: i.id}, Fields: []string{"applied"},
		Confidential: map[string]any{
			"file_name": i.FileName, "sha256": hex.EncodeToString(file.SHA256), "whole": i.Choices.Whole,
			"added": len(plan.Added), "changed": len(plan.Changed), "ended": len(plan.Ended), "people": plan.NewPeople, "posts": plan.NewPosts,
		},
	}
	if effect.Also, err = plan.changes.Make(ctx, tx); err != nil {
		return i, door.Unchanged(), err
	}
	_, err = tx.Exec(ctx, `UPDATE person_import SET applied_at = $2, file = '', original = '', headings = '[]' WHERE id = $1`, i.id, tx.Now)
	return i, effect, err
}
