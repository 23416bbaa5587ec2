package propose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Proposal is a change of an asset that somebody proposes.
type Proposal struct {
	ID     int64
	On     int               // the version that they have seen
	Before map[string]string // of the fields that differ, what they were on that version
	After  map[string]string // and what they are to be
	Why    string
	Person int64
	By     string
	At     time.Time
}

const selectProposal = `
	SELECT r.id, r.on_version AS on, r.before, r.after, r.why, r.proposed_by AS person, p.name AS by, r.proposed_at AS at
	FROM asset_proposal r JOIN person_shown p ON p.id = r.proposed_by
	WHERE r.asset_id = @asset AND r.state = 'open'`

// Proposed tells in SQL of an asset a whether a change of it waits to be confirmed. It is on a
// list as long as the asset is registered.
const Proposed = `EXISTS (SELECT FROM asset_proposal w WHERE w.asset_id = a.id AND w.state = 'open')`

// Open is the proposal about an asset that the actor sees; the zero value where there is
// none.
func (s *Service) Open(ctx context.Context, actor authz.Actor, a asset.Asset) (Proposal, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); !may {
		return Proposal{}, nil
	}
	return openOf(ctx, s.pool, a.ID, "")
}

func openOf(ctx context.Context, db postgres.Querier, id int64, lock string) (Proposal, error) {
	p, err := postgres.One[Proposal](ctx, db, "finding a proposal", selectProposal+lock, pgx.StrictNamedArgs{"asset": id})
	if errors.Is(err, pgx.ErrNoRows) {
		return Proposal{}, nil
	}
	return p, err
}

// maxWhy leaves room for who has proposed it, in the history.
const maxWhy = 300

// Propose proposes details in the place of an asset's, on the version that the actor has
// seen. It replaces what the same person has proposed before. Invalid where details are
// wrong; Conflict where the asset has changed since, or somebody else's proposal waits.
func (s *Service) Propose(ctx context.Context, actor authz.Actor, code string, version int, d asset.Details, why string) error {
	why = strings.TrimSpace(why)
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := asset.Lock(ctx, tx, actor, code, version)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := asset.AllowStep(tx, actor, was, life.Propose); err != nil {
			return door.Unchanged(), err
		}
		if was.State == asset.Draft {
			return door.Unchanged(), fault.New(fault.Conflict, "この情報資産は下書きのため、提案せずに、そのまま変えられます。")
		}
		if _, err := was.After(life.Propose); err != nil {
			return door.Unchanged(), err
		}
		scheme, err := s.assets.SchemeIn(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		d := scheme.Settled(d)
		problems := scheme.CheckChange(was.Details, d, tx.Today(), false)
		if utf8.RuneCountInString(why) > maxWhy {
			problems = append(problems, fault.Problem{Field: "why", Message: "理由が長すぎます。" + strconv.Itoa(maxWhy) + "字までで書いてください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		before, after := asset.Changed(was.Details, d)
		open, err := openOf(ctx, tx, was.ID, " FOR UPDATE OF r")
		switch {
		case err != nil:
			return door.Unchanged(), err
		case len(after) == 0:
			return door.Unchanged(), invalid("why", "いまの内容と同じです。変えたいところを直してから、提案してください。")
		case open.ID != 0 && open.Person != actor.Person:
			return door.Unchanged(), fault.New(fault.Conflict, "この情報資産には、"+open.By+"の提案が、確認を待っています。その提案が済んでから、提案してください。")
		case open.ID != 0:
			if err := decide(ctx, tx, actor, open, "replaced", ""); err != nil {
				return door.Unchanged(), err
			}
		}
		if _, err := settle(ctx, tx, was.ID, actor.Person, 0); err != nil { // what was sent back to them is proposed anew
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO asset_proposal (asset_id, on_version, before, after, why, proposed_by, proposed_at, state)
			VALUES (@asset, @version, @before, @after, @why, @by, @now, 'open')`, pgx.StrictNamedArgs{
			"asset": was.ID, "version": version, "before": before, "after": after, "why": why, "by": actor.Person, "now": tx.Now,
		})
		return door.Effect{Subject: trail.Subject{Kind: "asset", ID: was.ID}, Fields: []string{"proposal"}}, err
	})
	if err != nil {
		return fmt.Errorf("proposing a change of an asset: %w", err)
	}
	return nil
}

// decide closes a proposal.
func decide(ctx context.Context, tx *door.Tx, actor authz.Actor, p Proposal, state, words string) error {
	_, err := tx.Exec(ctx, `UPDATE asset_proposal SET state = @state, decided_by = nullif(@by, 0::bigint), decided_at = @now, words = @words WHERE id = @id`,
		pgx.StrictNamedArgs{"id": p.ID, "state": state, "by": actor.Person, "now": tx.Now, "words": words})
	if err != nil {
		return fmt.Errorf("closing a proposal: %w", err)
	}
	return nil
}

// Ended closes the proposal about an asset that has ended, and tells who has made it; of a
// draft it tells who has written in it. asset.Ties asks it.
func Ended(ctx context.Context, tx *door.Tx, actor authz.Actor, was asset.Asset) ([]notice.Message, error) {
	if was.State == asset.Draft { // nobody proposes a change of one
		d, err := draftOf(ctx, tx, was.ID, tx.Today())
		others := slices.DeleteFunc(d.Writers, func(writer int64) bool { return writer == actor.Person })
		if err != nil || len(others) == 0 {
			return nil, err
		}
		return lost(was, others, "の下書きは、登録されずに終わりました"), nil
	}
	p, err := openOf(ctx, tx, was.ID, " FOR UPDATE OF r")
	if err != nil || p.ID == 0 {
		return nil, err
	}
	if err := decide(ctx, tx, actor, p, "lapsed", ""); err != nil {
		return nil, err
	}
	if p.Person == actor.Person {
		return nil, nil
	}
	return lost(was, []int64{p.Person}, "の変更の提案は、情報資産が終わったため、閉じました"), nil
}

// lost tells somebody that what they have written of an asset is over with it.
func lost(was asset.Asset, to []int64, what string) []notice.Message {
	return []notice.Message{{To: to, Notice: notice.Notice{
		Topic: About, TopicID: was.ID, Title: "「" + was.Name + "」" + what,
		Text: "することは、ありません。終わった理由は、情報資産の履歴にあります。", URL: address.Asset(was.Code),
	}}}
}

// proposed locks an asset on the version that the actor has seen, and the proposal about it.
func proposed(ctx context.Context, tx *door.Tx, actor authz.Actor, seen Seen, id int64) (asset.Asset, Proposal, error) {
	a, err := asset.Lock(ctx, tx, actor, seen.Code, seen.Version)
	if err != nil {
		return a, Proposal{}, err
	}
	p, err := openOf(ctx, tx, a.ID, " FOR UPDATE OF r")
	if err == nil && p.ID != id {
		err = errOver()
	}
	return a, p, err
}

func errOver() error {
	return fault.New(fault.Conflict, "この提案は、もう済んだか、新しい提案に代わりました。いまの内容を確かめてください。")
}

// ConfirmProposal makes the change that was proposed, of the asset as the actor has seen it:
// only the fields of the proposal change. Conflict where the asset or the proposal is not
// what they have seen; Forbidden where it is their own.
func (s *Service) ConfirmProposal(ctx context.Context, actor authz.Actor, seen Seen, id int64) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, p, err := proposed(ctx, tx, actor, seen, id)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := allow(ctx, tx, actor, a, p.Person); err != nil {
			return door.Unchanged(), err
		}
		if err := decide(ctx, tx, actor, p, "confirmed", ""); err != nil {
			return door.Unchanged(), err
		}
		why := p.By + "の提案を確認した"
		if p.Why != "" {
			why += "：" + p.Why
		}
		effect, err := s.assets.ChangeIn(ctx, tx, actor, a, a.Apply(p.After), why)
		if err == nil && effect.Subject.Kind == "" { // it stands there already
			effect = door.Effect{Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"proposal"}}
		}
		return effect, err
	})
	if err != nil {
		return fmt.Errorf("confirming a proposal: %w", err)
	}
	return nil
}

// SendProposalBack sends a proposal back to who has made it, and tells them why.
func (s *Service) SendProposalBack(ctx context.Context, actor authz.Actor, seen Seen, id int64, words string) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, p, err := proposed(ctx, tx, actor, seen, id)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := allow(ctx, tx, actor, a, p.Person); err != nil {
			return door.Unchanged(), err
		}
		words, err := checkWords(words)
		if err != nil {
			return door.Unchanged(), err
		}
		return sentBack(a, p.Person, []int64{p.Person}, "変更の提案", words, address.Asset(a.Code)), decide(ctx, tx, actor, p, "sent_back", words)
	})
	if err != nil {
		return fmt.Errorf("sending a proposal back: %w", err)
	}
	return nil
}
