package account

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// decisionKind is what somebody has decided about another's account.
type decisionKind string

// The decisions that are written down, for the account's owner to see.
const (
	resetLinkMade    decisionKind = "reset_link"
	factorsTakenAway decisionKind = "factors_taken_away"
)

const (
	// separation is how long whoever has made one of these decisions can't make the
	// other about the same person, whose role demands a second factor: both
	// together would let one person sign in as another.
	separation = 7 * 24 * time.Hour
	// decisionsShown is how long a decision is shown to the account's owner.
	decisionsShown = 30 * 24 * time.Hour
)

// Decision is what somebody else has done to a person's ways to sign in.
type Decision struct {
	ID      int64
	Factors bool      // second factors were taken away; else a link was made that sets a new password
	By      string    `db:"made_by"` // the name of who did it; empty for the operator at the server
	At      time.Time `db:"made_at"` // the instant
	Noted   bool      // the account's owner has taken note of it
}

// Words say what was done, when and by whom.
func (d Decision) Words() string {
	what, by := "パスワードの再設定リンクが作られました", "サーバーの管理者"
	if d.Factors {
		what = "二要素認証が取り外されました"
	}
	if d.By != "" {
		by = d.By + "さん"
	}
	return what + "（" + calendar.WarekiInstant(d.At) + "、" + by + "）。"
}

// Decisions are those of the last 30 days about the actor's own account, the
// newest first.
func (s *Service) Decisions(ctx context.Context, actor authz.Actor) ([]Decision, error) {
	rows, err := s.pool.Query(ctx, selectDecisions, s.decisionArguments(actor))
	if err != nil {
		return nil, fmt.Errorf("listing decisions on an account: %w", err)
	}
	decisions, err := pgx.CollectRows(rows, pgx.RowToStructByName[Decision])
	if err != nil {
		return nil, fmt.Errorf("listing decisions on an account: %w", err)
	}
	return decisions, nil
}

// QueueDecisions asks for Decisions in a batch.
func (s *Service) QueueDecisions(b *task.Batch, actor authz.Actor, take func([]Decision)) {
	task.Rows(b, "listing decisions on an account", pgx.RowToStructByName[Decision], take, selectDecisions, s.decisionArguments(actor))
}

const selectDecisions = `
	SELECT d.id, d.what = @factors AS factors, coalesce(p.name, '') AS made_by, d.made_at, d.id <= coalesce(e.decision_id, 0) AS noted
	FROM account_decision d LEFT JOIN person_shown p ON p.id = d.made_by LEFT JOIN account_decision_seen e ON e.person_id = d.person_id
	WHERE d.person_id = @person AND d.made_at > @after ORDER BY d.id DESC`

func (s *Service) decisionArguments(actor authz.Actor) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"person": actor.Person, "after": s.door.Now().Add(-decisionsShown), "factors": factorsTakenAway}
}

// NoteDecisions says that the actor has taken note of the decisions about their
// account up to one of them; NotFound if that one is not about them.
func (s *Service) NoteDecisions(ctx context.Context, actor authz.Actor, last int64) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := allowOwn(tx, actor); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO account_decision_seen AS e (person_id, decision_id)
			SELECT person_id, id FROM account_decision WHERE id = $2 AND person_id = $1
			ON CONFLICT (person_id) DO UPDATE SET decision_id = greatest(e.decision_id, excluded.decision_id)`, actor.Person, last)
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.NotFound, "この知らせは見つかりません。「アカウント」の画面を開き直してください。")
		}
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: actor.Person}, Fields: []string{"decisions_seen"}}, err
	})
	if err != nil {
		return fmt.Errorf("noting decisions: %w", err)
	}
	return nil
}

// FactorsTaken is the decision to take somebody's second factors away.
type FactorsTaken struct {
	Person   int64
	Demanded bool // their role demands one today
}

// DecideFactorsTaken writes that decision down, for the account's owner to see.
// Forbidden where a second factor is demanded, and the actor has made a link
// within 7 days by which the person sets their password. The caller has locked
// the person.
func DecideFactorsTaken(ctx context.Context, tx *door.Tx, actor authz.Actor, d FactorsTaken) error {
	if d.Demanded {
		if err := refuseBoth(ctx, tx, tx.Now, actor, d.Person, resetLinkMade); err != nil {
			return err
		}
	}
	return writeDecision(ctx, tx, actor, decisionRow{person: d.Person, what: factorsTakenAway, demanded: d.Demanded})
}

// AskReset refuses who may not make a link for somebody to set a password by, because
// they have taken their second factors away: what a page asks before it shows the
// button.
func (s *Service) AskReset(ctx context.Context, actor authz.Actor, person int64) error {
	return refuseBoth(ctx, s.pool, s.door.Now(), actor, person, factorsTakenAway)
}

// AskFactorsTaken refuses who may not take somebody's second factors away, because
// they have made such a link.
func (s *Service) AskFactorsTaken(ctx context.Context, actor authz.Actor, d FactorsTaken) error {
	if !d.Demanded {
		return nil
	}
	return refuseBoth(ctx, s.pool, s.door.Now(), actor, d.Person, resetLinkMade)
}

// decisionRow is a decision to be written down.
type decisionRow struct {
	person   int64
	what     decisionKind
	demanded bool // the person's role demanded a second factor when it was taken away
}

// writeDecision writes a decision down, for the account's owner to see.
func writeDecision(ctx context.Context, tx *door.Tx, actor authz.Actor, d decisionRow) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO account_decision (person_id, what, demanded, made_by, made_at)
		VALUES (@person, @what, @demanded, nullif(@by, 0::bigint), @now)`,
		pgx.StrictNamedArgs{"person": d.person, "what": d.what, "demanded": d.demanded, "by": actor.Person, "now": tx.Now})
	if err != nil {
		return fmt.Errorf("writing down a decision: %w", err)
	}
	return nil
}

// refuseBoth refuses to let one person make a link to set somebody's password
// and take their second factors away: it is Forbidden where the actor has made
// the other of these decisions of late. For a link, what counts is whether the
// factors that were taken away had been demanded; the caller has locked the
// person.
func refuseBoth(ctx context.Context, db postgres.Querier, now time.Time, actor authz.Actor, person int64, other decisionKind) error {
	var made bool
	err := db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM account_decision
		WHERE person_id = @person AND what = @other AND (demanded OR what <> @taken_away)
		  AND made_by IS NOT DISTINCT FROM nullif(@by, 0::bigint) AND made_at > @after)`,
		pgx.StrictNamedArgs{
			"person": person, "other": other, "taken_away": factorsTakenAway, "by": actor.Person, "after": now.Add(-separation),
		}).Scan(&made)
	if err != nil {
		return fmt.Errorf("looking for a decision: %w", err)
	}
	if !made {
		return nil
	}
	if other == factorsTakenAway {
		return fault.New(fault.Forbidden, "この人の二要素認証を取り外したのはあなたなので、7日の間、パスワードを決め直すリンクは作れません。一人で本人になりかわれないようにするためです。"+wayOut)
	}
	return fault.New(fault.Forbidden, "この人のパスワードを決め直すリンクを作ったのはあなたなので、7日の間、二要素認証は取り外せません。一人で本人になりかわれないようにするためです。"+wayOut)
}

const wayOut = "ほかのポータル管理者に頼んでください。ほかにいないときは、もう一人を決めてもらうか、7日たってから行ってください。"
