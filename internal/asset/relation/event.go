package relation

import (
	"context"
	"time"

	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// Act is what was done to a relation.
type Act string

// The acts.
const (
	Added    Act = "added"
	Asked    Act = "asked"   // of who answers for the other section's asset
	Agreed   Act = "agreed"  // by them
	Refused  Act = "refused" // by them
	Released Act = "released"
	Dropped  Act = "ended" // one of both should never have been registered
)

var actTitles = map[Act]string{
	Added: "土台に追加", Asked: "土台とする申出", Agreed: "申し出を認めた", Refused: "申し出を断った", Released: "外した", Dropped: "登録の誤りで外れた",
}

// Title is what the act is called.
func (a Act) Title() string { return actTitles[a] }

// Event is one change of what an asset rests on, or of what rests on it.
type Event struct {
	At   time.Time
	By   string // empty for the operator
	Act  Act
	Onto bool   // the other rests on the asset, else the asset on the other
	Code string // of the other; empty where the actor may not see it
	Name string
}

// MostEvents is how many changes are listed: a network has those of a whole register.
const MostEvents = 200

// History lists the newest changes of what an asset rests on and what rests on it, the
// newest first.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Event, error) {
	a, err := s.assets.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	args := sight(actor)
	args["asset"], args["most"] = a.ID, MostEvents
	return postgres.List[Event](ctx, s.pool, "listing the history of relations", `
		SELECT c.changed_at AS at, coalesce(p.name, '') AS by, c.act, c.onto, CASE WHEN v.seen THEN a.code ELSE '' END AS code, CASE WHEN v.seen THEN a.name ELSE '' END AS name
		FROM (
			(SELECT id, rests_on AS other, false AS onto, act, changed_at, changed_by FROM asset_relation_change WHERE asset_id = @asset ORDER BY id DESC LIMIT @most)
			UNION ALL
			(SELECT id, asset_id, true, act, changed_at, changed_by FROM asset_relation_change WHERE rests_on = @asset ORDER BY id DESC LIMIT @most)) c
		JOIN asset a ON a.id = c.other LEFT JOIN person_shown p ON p.id = c.changed_by
		CROSS JOIN LATERAL (SELECT @everywhere OR a.section_id = ANY(@sections) AS seen) v
		ORDER BY c.id DESC LIMIT @most`, args)
}
