package publish

import (
	"bytes"
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
)

// Publication is from which day a text is to be in force, and what is asked of
// those whom its document is for.
type Publication struct {
	EffectiveOn calendar.Date // 施行日
	SHA256      []byte        // of the text that was before the person who publishes
	Campaign    acknowledge.Campaign
}

// check tells what is wrong with the publication today of a revision of a number
// that follows an act of a day, such as the 本部会議's decision.
func (u Publication) check(number int, day calendar.Date, act string, today calendar.Date) []fault.Problem {
	var problems []fault.Problem
	switch {
	case u.EffectiveOn.IsZero():
		problems = append(problems, fault.Problem{Field: "effective_on", Message: "施行日を入力してください。"})
	case u.EffectiveOn.Before(day):
		problems = append(problems, fault.Problem{Field: "effective_on", Message: "施行日は、" + act + "か、それより後の日にしてください。"})
	}
	return append(problems, u.Campaign.Check(number, u.EffectiveOn, today)...)
}

const dayOfDecision = "本部会議で決定した日"

// CheckPublication returns Invalid if the portal could not publish this draft so.
func (s *Service) CheckPublication(ctx context.Context, d draft.Draft, u Publication) error {
	return s.inOrder(ctx, d, u, u.check(d.Number, d.DecidedOn, dayOfDecision, s.today()))
}

// CheckCISONotice is CheckPublication for a draft that a 通知 publishes.
func (s *Service) CheckCISONotice(ctx context.Context, actor authz.Actor, d draft.Draft, n CISONotice) error {
	before, err := s.draft.Base(ctx, actor, d)
	if err != nil {
		return err
	}
	return s.inOrder(ctx, d, n.Publication, n.check(d.Number, s.today(), Weighty(before, d.Outline)))
}

// inOrder returns the problems of a publication, or where there are none, whether
// the revision before it takes effect later. Conflict where another text was
// before the person who publishes.
func (s *Service) inOrder(ctx context.Context, d draft.Draft, u Publication, problems []fault.Problem) error {
	if !bytes.Equal(d.SHA256, u.SHA256) {
		return draft.Changed()
	}
	if len(problems) == 0 {
		var later bool
		err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM revision WHERE document_id = $1 AND state = 'published' AND effective_on > $2)`,
			d.ID, u.EffectiveOn).Scan(&later)
		if err != nil {
			return fmt.Errorf("looking for the revision before: %w", err)
		}
		if later {
			problems = []fault.Problem{{Field: "effective_on", Message: policy.Message("revision_in_order")}}
		}
	}
	return fault.InvalidFields(problems)
}

// PublishDecided publishes a document's draft that the 本部会議 has adopted (7(9)).
// From then on it never changes. Conflict without a decision, if the draft has
// changed since it was shown, or is published already.
func (s *Service) PublishDecided(ctx context.Context, actor authz.Actor, code string, u Publication) error {
	return s.draft.Step(ctx, actor, code, draft.EventPublishDecided, u.SHA256, func(tx *door.Tx, l draft.Locked) (draft.Change, error) {
		var decided calendar.Date
		if err := tx.QueryRow(ctx, `SELECT decided_on FROM revision WHERE id = $1`, l.Revision).Scan(&decided); err != nil {
			return draft.Change{}, err
		}
		if err := fault.InvalidFields(u.check(l.Number, decided, dayOfDecision, tx.Today())); err != nil {
			return draft.Change{}, err
		}
		columns, err := publish(ctx, tx, actor, l, u)
		return draft.Change{Fields: []string{"effective_on", "published_at"}, Columns: columns}, err
	})
}

// publish returns the columns that say who publishes a revision, from when it is in
// force, and what it asks. From then on its clauses are found.
func publish(ctx context.Context, tx *door.Tx, actor authz.Actor, l draft.Locked, u Publication) (map[string]any, error) {
	columns, err := acknowledge.Ask(ctx, tx, acknowledge.Revision{Document: l.Document, ID: l.Revision, Number: l.Number}, u.EffectiveOn, u.Campaign)
	if err != nil {
		return nil, err
	}
	columns["effective_on"], columns["published_at"], columns["published_by"] = u.EffectiveOn, tx.Now, draft.By(actor)
	return columns, find.Index(ctx, tx, l.Revision)
}
