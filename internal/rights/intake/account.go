package intake

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/rights"
)

// Account is one that a directory of the town has, and no right of the ledger is of.
type Account struct {
	System string // 管理番号
	Login  string
	Number string        // 職員番号 as the directory has it; empty for none
	Name   string        // as the directory has it
	Since  calendar.Date // since when it is known
}

// Key tells it from the others in a form.
func (a Account) Key() string { return a.System + "/" + a.Login }

// MostAccounts is how many accounts are offered at once.
const MostAccounts = 500

// KnowsAccounts tells whether there is a directory to ask.
func (s *Service) KnowsAccounts() bool { return s.ties.Accounts != nil }

// Accounts are those that a directory of the town has and the ledger has not, as far as the
// actor may know of them.
func (s *Service) Accounts(ctx context.Context, actor authz.Actor) ([]Account, error) {
	if err := mayRecord(actor); err != nil || s.ties.Accounts == nil {
		return nil, err
	}
	return s.ties.Accounts(ctx, actor, MostAccounts)
}

// Taking is what is said of accounts that are taken in: it is the same for all.
type Taking struct {
	Keys    []string
	Kind    rights.Kind
	Grade   string
	Purpose string
	From    calendar.Date
}

// TakeAccounts takes accounts of the town's directories into the ledger, all of them or none.
// Invalid, with what to do about each, where one can't be told whose it is or is not the
// actor's to take in.
func (s *Service) TakeAccounts(ctx context.Context, actor authz.Actor, t Taking) error {
	accounts, err := s.Accounts(ctx, actor)
	if err != nil {
		return err
	}
	f := file{faulty: map[int]bool{}}
	for _, a := range accounts {
		if slices.Contains(t.Keys, a.Key()) {
			r := row{line: len(f.rows) + 1, number: a.Number, name: a.Name, code: a.System}
			if r.number != "" {
				r.name = "" // what a directory shows may be something else than a name
			}
			r.details = rights.Details{Kind: t.Kind, Grade: t.Grade, Purpose: t.Purpose, From: t.From, Login: a.Login}.Tidy()
			f.rows = append(f.rows, r)
		}
	}
	if len(f.rows) == 0 {
		return fault.InvalidFields([]fault.Problem{{Field: "account", Message: "取り込むアカウントを選んでください。"}})
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.RecordRights, where(actor)); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, "imports of rights"); err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(f.rows[0].details.Check(calendar.Date{}, tx.Today())); err != nil {
			return door.Unchanged(), err
		}
		_, p, err := planOf(ctx, tx, actor, f, tx.Now)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(p.wrongAccounts(f)); err != nil {
			return door.Unchanged(), err
		}
		for _, section := range p.sections {
			if err := tx.Allow(authz.RecordRights, authz.Matter{SystemsSection: section}); err != nil {
				return door.Unchanged(), err
			}
		}
		effects, err := s.rights.Record(ctx, tx, actor, rights.FromDirectory, p.entries)
		if err != nil {
			return door.Unchanged(), err
		}
		effect := effects[0]
		effect.Also = append(effect.Also, effects[1:]...)
		return effect, nil
	})
}

// wrongAccounts is why accounts can't be taken in.
func (p plan) wrongAccounts(f file) (list []fault.Problem) {
	wrong := func(line int, why string) {
		list = append(list, fault.Problem{Field: "account", Message: fmt.Sprintf("「%s」：%s", f.rows[line-1].details.Login, why)})
	}
	for _, problem := range p.problems {
		wrong(problem.Line, problem.Reason)
	}
	for _, left := range p.left {
		wrong(left.Line, left.Why)
	}
	if len(list) == 0 && len(p.entries) < len(f.rows) {
		list = append(list, fault.Problem{Field: "account", Message: "選んだアカウントに、もう台帳にあるものがあります。画面を開き直して、選び直してください。"})
	}
	return list
}
