package propose

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// Stand is where a draft or a proposal stands, for who has made it.
type Stand string

// The stands.
const (
	Unfinished Stand = "unfinished" // something is open
	Waits      Stand = "waits"
	Back       Stand = "back" // it was sent back
)

// Title is what the stand is called.
func (s Stand) Title() string {
	switch s {
	case Waits:
		return "確認待ち"
	case Back:
		return "差し戻し"
	}
	return "下書き"
}

// Own is a draft that somebody has written in, or a proposal of theirs.
type Own struct {
	Code        string
	Name        string
	SectionName string
	At          time.Time
	Proposal    int64 // 0 for a draft
	Stand       Stand
	MayWithdraw bool   // of a draft, whether it is theirs to end
	SentBack    string // what to mend, where it was sent back
	SentBackBy  string
}

// owns are the drafts that somebody has written in, whoever has written last, and their own
// proposals, as far as they may still draft: what was sent back until they let it be.
const owns = `
	SELECT d.asset_id, d.drafted_at AS at, 0::bigint AS proposal, d.sent_back, d.sent_back_by AS by,
	       CASE WHEN d.sent_back <> '' THEN 'back' WHEN ` + nothingOpen + ` THEN 'waits' ELSE 'unfinished' END AS stand,
	       ` + begunBy + ` = @actor AND NOT ` + took + ` AS may_withdraw, a.section_id <> ALL(@changes) OR d.drafted_by = @actor AS mends
	FROM asset_draft d JOIN asset a ON a.id = d.asset_id
	WHERE d.writers @> ARRAY[@actor::bigint] AND a.state = 'draft' AND a.section_id = ANY(@sections)
	UNION ALL
	SELECT r.asset_id, r.proposed_at, r.id, CASE WHEN r.state = 'sent_back' THEN r.words ELSE '' END, CASE WHEN r.state = 'sent_back' THEN r.decided_by END,
	       CASE WHEN r.state = 'sent_back' THEN 'back' ELSE 'waits' END, true, true
	FROM asset_proposal r JOIN asset a ON a.id = r.asset_id
	WHERE r.proposed_by = @actor AND ` + ownStands + ` AND a.state = 'registered' AND a.section_id = ANY(@sections)`

// ownStands is that a proposal r is not yet over for who has made it.
const ownStands = `(r.state = 'open' OR r.state = 'sent_back' AND r.settled_at IS NULL)`

func ownArguments(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"actor": actor.Person, "sections": actor.Sections(authz.DraftAssets), "changes": actor.Sections(authz.ChangeAssets)}
}

// Own lists the actor's own drafts and proposals, up to Most: what was sent back first, then
// what they have not finished, the newest first.
func (s *Service) Own(ctx context.Context, actor authz.Actor) ([]Own, error) {
	args := ownArguments(actor)
	args["most"] = Most
	return postgres.List[Own](ctx, s.pool, "listing somebody's own drafts", `
		SELECT a.code, a.name, s.name AS section_name, o.at, o.proposal, o.stand, o.may_withdraw, o.sent_back, coalesce(p.name, '') AS sent_back_by
		FROM (`+owns+`) o JOIN asset a ON a.id = o.asset_id JOIN section_shown s ON s.id = a.section_id LEFT JOIN person_shown p ON p.id = o.by
		ORDER BY array_position(ARRAY['back', 'unfinished', 'waits'], o.stand), o.at DESC, a.id LIMIT @most`, args)
}

// OwnCounts are how many drafts and proposals somebody has made that are not over.
type OwnCounts struct {
	All           int
	DraftsBack    int // of these, drafts that were sent back, and wait again once they have mended them
	ProposalsBack int // and proposals
}

// QueueOwn asks in a batch for these of the actor, where the cache has them not; for nothing
// where they draft nothing.
func (s *Service) QueueOwn(b *task.Batch, actor authz.Actor, take func(OwnCounts)) {
	if len(actor.Sections(authz.DraftAssets)) == 0 {
		return
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	waiting, counted := actor.State.Of(ChangeCounter)
	key := countsKey{actor.Person, actor.On, organization, waiting}
	if cached, ok := s.own.Look(key); ok && known && counted {
		take(cached)
		return
	}
	task.Rows(b, "counting somebody's own drafts", pgx.RowToStructByName[OwnCounts], func(rows []OwnCounts) {
		if known && counted {
			s.own.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT count(*) AS all, count(*) FILTER (WHERE stand = 'back' AND proposal = 0 AND mends) AS drafts_back, count(*) FILTER (WHERE stand = 'back' AND proposal <> 0) AS proposals_back
		FROM (`+owns+`) o`, ownArguments(actor))
}

// OwnCounts is how many of these the actor has.
func (s *Service) OwnCounts(ctx context.Context, actor authz.Actor) (found OwnCounts, err error) {
	var b task.Batch
	s.QueueOwn(&b, actor, func(c OwnCounts) { found = c })
	return found, b.Run(ctx, s.pool)
}

// OwnOf is what the actor can withdraw of an asset that they see: a draft that they have
// begun, or a proposal. NotFound where there is none.
func (s *Service) OwnOf(ctx context.Context, actor authz.Actor, a asset.Asset) (Own, error) {
	args := ownArguments(actor)
	args["asset"] = a.ID
	list, err := postgres.List[Own](ctx, s.pool, "finding somebody's own draft", `
		SELECT a.code, a.name, s.name AS section_name, o.at, o.proposal, o.stand, o.may_withdraw, o.sent_back, coalesce(p.name, '') AS sent_back_by
		FROM (`+owns+`) o JOIN asset a ON a.id = o.asset_id JOIN section_shown s ON s.id = a.section_id LEFT JOIN person_shown p ON p.id = o.by
		WHERE a.id = @asset AND o.may_withdraw`, args)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "この情報資産には、あなたが取り下げられる下書きや提案は、ありません。")
	}
	if err != nil {
		return Own{}, err
	}
	return list[0], nil
}

// Withdraw takes a draft of the actor's own back, which ends it, or where id is one, a
// proposal of theirs: one that waits, or that was sent back to them. Conflict where it is
// over, or the asset is not what they have seen; Forbidden where it is somebody else's.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, seen Seen, id int64) error {
	withdraw := s.withdrawDraft
	if id != 0 {
		withdraw = func(ctx context.Context, tx *door.Tx, actor authz.Actor, seen Seen) (door.Effect, error) {
			return withdrawProposal(ctx, tx, actor, seen, id)
		}
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) { return withdraw(ctx, tx, actor, seen) })
	if err != nil {
		return fmt.Errorf("withdrawing a draft or a proposal: %w", err)
	}
	return nil
}

func (s *Service) withdrawDraft(ctx context.Context, tx *door.Tx, actor authz.Actor, seen Seen) (door.Effect, error) {
	// of an asset without levels, which it then is for what it rests on
	a, err := s.assets.Claim(ctx, tx, actor, seen.Code, seen.Version, asset.Details{})
	if err != nil {
		return door.Unchanged(), err
	}
	if err := asset.AllowStep(tx, actor, a, life.Withdraw); err != nil {
		return door.Unchanged(), err
	}
	d, err := draftOf(ctx, tx, a.ID, tx.Today())
	switch {
	case err != nil:
		return door.Unchanged(), err
	case !a.State.Allows(life.Withdraw) || d.Person == 0:
		return door.Unchanged(), fault.New(fault.Conflict, "この下書きは、もう登録されています。取り下げずに、変更を提案してください。")
	}
	if err := d.AskWithdraw(actor); err != nil {
		return door.Unchanged(), err
	}
	return s.assets.EndIn(ctx, tx, actor, a, life.Withdraw, asset.WhyWithdrawn)
}

func withdrawProposal(ctx context.Context, tx *door.Tx, actor authz.Actor, seen Seen, id int64) (door.Effect, error) {
	a, err := asset.Lock(ctx, tx, actor, seen.Code, seen.Version)
	if err != nil {
		return door.Unchanged(), err
	}
	if err := tx.Allow(authz.DraftAssets, authz.Matter{OwnersSection: a.Section}); err != nil {
		return door.Unchanged(), err
	}
	done := door.Effect{Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"proposal"}}
	open, err := openOf(ctx, tx, a.ID, " FOR UPDATE OF r")
	switch {
	case err != nil:
		return door.Unchanged(), err
	case open.ID == id && open.Person != actor.Person:
		return door.Unchanged(), fault.New(fault.Forbidden, "ほかの人の提案は、取り下げられません。")
	case open.ID == id:
		return done, decide(ctx, tx, actor, open, "withdrawn", "")
	}
	settled, err := settle(ctx, tx, a.ID, actor.Person, id)
	if err == nil && !settled {
		err = errOver()
	}
	return done, err
}

// settle ends what was sent back to somebody of an asset: one proposal, or where it is 0 all
// of them. It tells whether there was any.
func settle(ctx context.Context, tx *door.Tx, of, person, proposal int64) (bool, error) {
	tag, err := tx.Exec(ctx, `
		UPDATE asset_proposal SET settled_at = @now
		WHERE asset_id = @asset AND proposed_by = @person AND state = 'sent_back' AND settled_at IS NULL AND @proposal::bigint IN (0, id)`,
		pgx.StrictNamedArgs{"now": tx.Now, "asset": of, "person": person, "proposal": proposal})
	if err != nil {
		return false, fmt.Errorf("settling what was sent back: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
