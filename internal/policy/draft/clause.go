package draft

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
)

// Amend changes one clause of a draft, and writes anew the references that are
// chosen, by their places in what Foresee finds. sha256 is of the text that it
// was shown for: Conflict where somebody has changed it since. It is refused as
// Foresee refuses it, and is an edit like any other. What was
// autosaved of the actor's form with that token goes.
func (s *Service) Amend(ctx context.Context, actor authz.Actor, code string, a amend.Amendment, references []int, sha256 []byte, formToken string) error {
	return s.Step(ctx, actor, code, EventEdit, sha256, func(tx *door.Tx, l Locked) (Change, error) {
		before, err := policy.LoadOutline(ctx, tx, l.Revision)
		if err != nil {
			return Change{}, err
		}
		change, err := Foresee(before, a)
		if err != nil {
			return Change{}, err
		}
		written := 0
		after := change.With(func(finding int) bool {
			chosen := slices.Contains(references, finding)
			if chosen {
				written++
			}
			return chosen
		})
		if err := dropClauseAutosave(ctx, tx, l.Revision, actor.Person, formToken); err != nil {
			return Change{}, err
		}
		c, err := l.put(outline.Write(after), actor, tx.Now)
		c.Note = saidOf(change, a, written)
		return c, err
	})
}

// Foresee tells what an amendment would make of a text. NotFound for a clause
// that the text does not have; Invalid, at the field, for what can't be done.
func Foresee(o *outline.Outline, a amend.Amendment) (*amend.Change, error) {
	change, err := amend.Apply(o, a)
	if err == nil {
		return change, nil
	}
	refusal, refused := errors.AsType[amend.Refusal](err)
	if !refused {
		return nil, err
	}
	if refusal == amend.NoClause {
		return nil, fault.New(fault.NotFound, "この項目は、下書きにありません。項目の一覧から選び直してください。")
	}
	return nil, fault.InvalidFields([]fault.Problem{refusals[refusal]})
}

// refusals says at which field an amendment is refused, and what to do.
var refusals = map[amend.Refusal]fault.Problem{
	amend.NoWords:     {Field: "text", Message: "見出しか本文を入力してください。"},
	amend.NoPlace:     {Field: "where", Message: "どこに置くのかを選んでください。"},
	amend.NoTarget:    {Field: "to", Message: "どの項目の前・後・中に移すのかを選んでください。"},
	amend.OtherKind:   {Field: "to", Message: "この種類の項目は、そこには置けません。別の所を選んでください。"},
	amend.UnderItself: {Field: "to", Message: "項目を、その項目自身の中へは移せません。別の所を選んでください。"},
	amend.NoChange:    {Message: "いまと変わるところがありません。変えてから、進んでください。"},
	amend.Emptied:     {Message: "項目が1つもなくなるため、削れません。"},
}

// saidOf is what the step of an amendment says was done, with as many references
// written anew.
func saidOf(c *amend.Change, a amend.Amendment, references int) string {
	citation := ""
	for _, clause := range c.Old.Anchors() {
		if clause.Anchor == a.Anchor {
			citation = clause.Citation
		}
	}
	var said string
	switch a.Act {
	case amend.Rewrite:
		said = citation + "を直した"
	case amend.Insert:
		said = c.Amended() + "を加えた"
	case amend.Move:
		if said = citation + "を移した"; c.Amended() != citation {
			said = citation + "を" + c.Amended() + "へ移した"
		}
	case amend.Delete:
		said = citation + "を削った"
	}
	if references > 0 {
		said += fmt.Sprintf("（参照%dか所を直した）", references)
	}
	return said
}
