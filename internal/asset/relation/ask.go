package relation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// Ask is that another section's asset is to rest on one. Who asks has told of theirs by
// asking: who answers sees what it is, and no more.
type Ask struct {
	Code, Name                               string
	Section                                  string // its name
	Kind                                     asset.Kind
	Confidentiality, Integrity, Availability string // keys
	By                                       string // empty for the operator
	At                                       time.Time
}

// Level is the key of its level in an aspect.
func (a Ask) Level(aspect asset.Aspect) string {
	return asset.Details{Confidentiality: a.Confidentiality, Integrity: a.Integrity, Availability: a.Availability}.Level(aspect)
}

// Asks lists what asks to rest on an asset, the longest first, for who may change that;
// nothing for others.
func (s *Service) Asks(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Ask, error) {
	if !a.MayChange(actor) {
		return nil, nil
	}
	return postgres.List[Ask](ctx, s.pool, "listing what asks to rest on an asset", `
		SELECT x.code, x.name, s.name AS section, x.kind, x.confidentiality, x.integrity, x.availability, coalesce(p.name, '') AS by, c.changed_at AS at
		FROM asset_relation r JOIN asset x ON x.id = r.asset_id JOIN section_shown s ON s.id = x.section_id
		CROSS JOIN LATERAL (
			SELECT changed_at, changed_by FROM asset_relation_change c
			WHERE c.asset_id = r.asset_id AND c.rests_on = r.rests_on ORDER BY c.id DESC LIMIT 1) c
		LEFT JOIN person_shown p ON p.id = c.changed_by
		WHERE r.rests_on = @asset AND NOT r.agreed AND x.state `+life.Counts+` ORDER BY c.changed_at, x.code LIMIT @most`,
		pgx.StrictNamedArgs{"asset": a.ID, "most": MostListed})
}

// Asking are the 管理番号 of what an asset asks to rest on, for who sees the asset.
func (s *Service) Asking(ctx context.Context, actor authz.Actor, code string) ([]string, error) {
	a, err := s.assets.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	type asked struct{ Code string }
	list, err := postgres.List[asked](ctx, s.pool, "listing what an asset asks to rest on", `
		SELECT b.code FROM asset_relation r JOIN asset b ON b.id = r.rests_on
		WHERE r.asset_id = @asset AND NOT r.agreed AND b.state `+life.Counts+` ORDER BY b.code`, pgx.StrictNamedArgs{"asset": a.ID})
	codes := make([]string, len(list))
	for i, b := range list {
		codes[i] = b.Code
	}
	return codes, err
}

// mostOffered is how many are offered to choose from: more is found by its number.
const mostOffered = 300

// Offer is what an asset may rest on.
type Offer struct{ Code, Name string }

// Offers are what an asset may rest on of its own section, by their names.
func (s *Service) Offers(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Offer, error) {
	if _, err := authz.Check(actor, authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); err != nil {
		return nil, err
	}
	return postgres.List[Offer](ctx, s.pool, "listing what an asset may rest on", `
		SELECT b.code, b.name FROM asset b
		WHERE b.section_id = @section AND b.state `+life.Counts+` AND b.kind = ANY(@kinds) AND b.id <> @asset
		  AND NOT EXISTS (SELECT FROM asset_relation r WHERE r.asset_id = @asset AND r.rests_on = b.id)
		ORDER BY b.name, b.code_order LIMIT @most`,
		pgx.StrictNamedArgs{"section": a.Section, "kinds": Bearers(a.Kind), "asset": a.ID, "most": mostOffered})
}

// Answer agrees that what has asked rests on an asset, or refuses it. Invalid where it does
// not ask (any more).
func (s *Service) Answer(ctx context.Context, actor authz.Actor, code, from string, yes bool) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, b, err := ends(ctx, tx, from, code)
		if err == nil {
			err = b.allow(tx, actor)
		}
		if err != nil {
			return door.Unchanged(), err
		}
		sql, act := `DELETE FROM asset_relation WHERE asset_id = @asset AND rests_on = @on AND NOT agreed`, Refused
		if yes {
			// since it asked, what it is to rest on may have come to rest on it
			switch circle, err := closesCircle(ctx, tx, a, b); {
			case err != nil:
				return door.Unchanged(), err
			case circle:
				return door.Unchanged(), wrong("認めると、互いに土台にすることになります。この資産は、いま、申し出た資産を土台にしています。先にそれを外すか、申し出を断ってください。")
			}
			sql, act = `UPDATE asset_relation SET agreed = true WHERE asset_id = @asset AND rests_on = @on AND NOT agreed`, Agreed
		}
		tag, err := tx.Exec(ctx, sql, pgx.StrictNamedArgs{"asset": a.ID, "on": b.ID})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("answering what asks to rest on an asset: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), wrong("その申し出は、もうありません。いまの一覧を確かめてください。")
		}
		return noted(ctx, tx, actor, b.ID, a.ID, b.ID, act)
	})
}

// ChangeCounter counts what may change how much asks.
var ChangeCounter = state.Counted("asset_asked")

// asksKey names what the assets of somebody on which something asks to rest depend on.
type asksKey struct {
	person              int64
	day                 calendar.Date
	organization, asked int64
}

// cachedAsks is for how many people it is kept: the 課長 of a large town.
const cachedAsks = 2000

// Waiting are how many ask to rest on assets of somebody's sections, and on which they ask
// first.
type Waiting struct {
	Asks int
	Code string
}

// QueueAsked asks in a batch how much asks of the actor, where the cache has it not; for
// nothing where they change nothing.
func (s *Service) QueueAsked(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	if len(actor.Sections(authz.ChangeAssets)) == 0 {
		return
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	asked, counted := actor.State.Of(ChangeCounter)
	key := asksKey{actor.Person, actor.On, organization, asked}
	if cached, ok := s.asked.Look(key); ok && known && counted {
		take(cached)
		return
	}
	task.Rows(b, "counting what asks to rest on assets", pgx.RowToStructByName[Waiting], func(rows []Waiting) {
		if known && counted {
			s.asked.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT count(*) AS asks, coalesce(min(b.code), '') AS code
		FROM asset_relation r JOIN asset b ON b.id = r.rests_on JOIN asset x ON x.id = r.asset_id
		WHERE NOT r.agreed AND b.section_id = ANY(@sections) AND b.state `+life.Counts+` AND x.state `+life.Counts,
		pgx.StrictNamedArgs{"sections": actor.Sections(authz.ChangeAssets)})
}
