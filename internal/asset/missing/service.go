package missing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// Service is what is missing, in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	assets  *asset.Service
	ties    Ties
	waiting state.Cache[waitingKey, int]
}

// Ties are what it asks of other rooms. What is nil is not asked.
type Ties struct {
	// Spare takes back what was asked of disposing of an asset that is missing now, or was
	// found: the asset stands as it did before.
	Spare func(ctx context.Context, tx *door.Tx, actor authz.Actor, assetID int64, why string) ([]door.Effect, error)
	// Bereft tells those who are promised assets that these are not to be had any more, and why.
	Bereft func(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64, why string) ([]notice.Message, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service, ties Ties) *Service {
	return &Service{pool, d, assets, ties, state.NewCache[waitingKey, int](cachedWaiting)}
}

// Case is an asset that can't be found, or could not.
type Case struct {
	ID         int64
	Kind       Kind
	From       string
	LastSeen   calendar.Date // zero where nobody knows
	NoticedAt  time.Time
	NoticedBy  string
	Words      string
	ReportedBy string
	ReportedAt time.Time

	// what it was and held then
	SectionName     string
	Name            string
	Confidentiality string
	Integrity       string
	Availability    string
	Personal        asset.Personal
	NumberWork      asset.NumberWork
	Content         string

	State      State
	FoundOn    calendar.Date // zero where it was not
	FoundWhere string
	FoundBy    string
	EndedBy    string // who has recorded its end; empty while it is open
	EndedAt    *time.Time
	EndNote    string
	Version    int
}

const selectCase = `
	SELECT m.id, m.kind, m.came_from AS from, m.last_seen_on AS last_seen, m.noticed_at, m.noticed_by, m.words, coalesce(p.name, '') AS reported_by, m.reported_at,
	       s.name AS section_name, m.name, m.confidentiality, m.integrity, m.availability, m.personal, m.number_work, m.content,
	       m.state, m.found_on, m.found_where, m.found_by, coalesce(e.name, '') AS ended_by, h.at AS ended_at, coalesce(h.note, '') AS end_note, m.version
	FROM missing m JOIN section_shown s ON s.id = m.section_id LEFT JOIN person_shown p ON p.id = m.reported_by
	LEFT JOIN missing_step h ON h.missing_id = m.id AND h.event <> 'report' LEFT JOIN person_shown e ON e.id = h.by`

// Cases lists when an asset could not be found, the newest first. NotFound where the actor may
// not see it.
func (s *Service) Cases(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Case, error) {
	if err := a.AskSee(actor); err != nil {
		return nil, err
	}
	return postgres.List[Case](ctx, s.pool, "listing when an asset was missing", selectCase+` WHERE m.asset_id = @asset ORDER BY m.id DESC`, pgx.StrictNamedArgs{"asset": a.ID})
}

// open is the case of an asset that is open; ID 0 where there is none.
func open(ctx context.Context, tx *door.Tx, assetID int64) (Case, error) {
	list, err := postgres.List[Case](ctx, tx, "finding what is missing", selectCase+` WHERE m.asset_id = @asset AND m.state = 'open' FOR UPDATE OF m`, pgx.StrictNamedArgs{"asset": assetID})
	if err != nil || len(list) == 0 {
		return Case{}, err
	}
	return list[0], nil
}

func matter(a asset.Asset) authz.Matter { return authz.Matter{OwnersSection: a.Section} }

// Tell reports an asset by its 管理番号. Invalid where something is missing or wrong; Conflict
// where it is reported already, or has ended.
func (s *Service) Tell(ctx context.Context, actor authz.Actor, code string, seen Seen) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, err := asset.FindIn(ctx, tx, actor, code)
		if err == nil {
			err = tx.Allow(authz.ReportMissing, matter(a))
		}
		if err != nil {
			return door.Unchanged(), err
		}
		seen.AssetID = a.ID
		done, err := s.Report(ctx, tx, actor, seen)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case len(done) == 0:
			return door.Unchanged(), fault.New(fault.Conflict, "「"+a.Code+"」は、すでに所在不明の届けが出ています。下の届けを確かめてください。")
		}
		done[0].Also, done[0].By = done[1:], door.Allowed{}
		return done[0], nil
	})
}

// Report says in a change, which has allowed what it is a part of, that an asset can't be
// found, and tells the 統括, the CSIRT担当者 and who answers for the section at once. It
// returns what the trail is to say, for the change's Also: nothing where that is said
// already. Invalid where something is missing or wrong; Conflict where the asset has ended.
func (s *Service) Report(ctx context.Context, tx *door.Tx, actor authz.Actor, seen Seen) ([]door.Effect, error) {
	seen = seen.tidy()
	a, err := asset.LockID(ctx, tx, seen.AssetID)
	if err != nil {
		return nil, err
	}
	before, err := open(ctx, tx, a.ID)
	if err != nil || before.ID != 0 {
		return nil, err
	}
	if err := fault.InvalidFields(seen.check(tx.Now)); err != nil {
		return nil, err
	}
	done, err := s.spare(ctx, tx, actor, &a, "所在不明の届けが出たため")
	if err != nil {
		return nil, err
	}
	moved, err := s.assets.MoveIn(ctx, tx, actor, a, life.Lose, "所在不明の届け")
	if err != nil {
		return nil, err
	}
	effect := door.Effect{Subject: trail.Subject{Kind: about}, Fields: []string{string(EventReport)}, Refs: map[string]int64{"asset": a.ID}}
	if effect.Subject.ID, err = insert(ctx, tx, actor, a, seen); err != nil {
		return nil, err
	}
	if effect.Notices, err = tell(ctx, tx, actor, a, seen, effect.Subject.ID); err != nil {
		return nil, err
	}
	if s.ties.Bereft != nil {
		told, err := s.ties.Bereft(ctx, tx, actor, []int64{a.ID}, "所在不明の届けが出ています。")
		if err != nil {
			return nil, err
		}
		effect.Notices = append(effect.Notices, told...)
	}
	if by, err := tx.AllowAlso(authz.ReportMissing, matter(a)); err == nil {
		effect.By = by // else it is part of what they were allowed: who has borrowed it may be of another section
	}
	return append([]door.Effect{effect}, append(done, there(moved)...)...), nil
}

// spare takes back what was asked of disposing of an asset, and finds it as it stands then.
func (s *Service) spare(ctx context.Context, tx *door.Tx, actor authz.Actor, a *asset.Asset, why string) (done []door.Effect, err error) {
	if s.ties.Spare == nil {
		return nil, nil
	}
	if done, err = s.ties.Spare(ctx, tx, actor, a.ID, why); err == nil && len(done) > 0 {
		*a, err = asset.LockID(ctx, tx, a.ID)
	}
	return done, err
}

// there are the effects that are some.
func there(effects ...door.Effect) []door.Effect {
	return slices.DeleteFunc(effects, func(e door.Effect) bool { return e.Subject.Kind == "" })
}

func insert(ctx context.Context, tx *door.Tx, actor authz.Actor, a asset.Asset, seen Seen) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		WITH made AS (
			INSERT INTO missing (asset_id, kind, came_from, last_seen_on, noticed_at, noticed_by, words, reported_by, reported_at,
			                     section_id, name, confidentiality, integrity, availability, personal, number_work, content, state)
			VALUES (@asset, @kind, @from, @last_seen::date, @noticed_at, @noticed_by, @words, nullif(@by, 0::bigint), @now,
			        @section, @name, @confidentiality, @integrity, @availability, @personal, @number_work, @content, 'open') RETURNING id)
		INSERT INTO missing_step (missing_id, version, at, by, event) SELECT id, 1, @now, nullif(@by, 0::bigint), 'report' FROM made RETURNING missing_id`,
		pgx.StrictNamedArgs{
			"asset": a.ID, "kind": string(seen.Kind), "from": seen.From, "last_seen": seen.LastSeen, "noticed_at": seen.NoticedAt, "noticed_by": seen.NoticedBy, "words": seen.Words,
			"by": actor.Person, "now": tx.Now, "section": a.Section, "name": a.Name, "confidentiality": a.Confidentiality, "integrity": a.Integrity,
			"availability": a.Availability, "personal": string(a.Personal), "number_work": string(a.NumberWork), "content": a.Content,
		}).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("reporting what is missing: %w", err)
	}
	return id, nil
}

// about is what notices of what is missing are about, as it is stored.
const about = "missing"

// Topic is who may see a notice of what is missing: who may see the asset.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadAssets) == authz.All {
			return `true`, nil
		}
		return `EXISTS (SELECT FROM missing m JOIN asset a ON a.id = m.asset_id WHERE m.id = n.topic_id AND a.section_id = ANY(@sections))`,
			pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadAssets)}
	}}
}

// tell tells who has to know at once.
func tell(ctx context.Context, tx *door.Tx, actor authz.Actor, a asset.Asset, seen Seen, id int64) ([]notice.Message, error) {
	var to []int64
	for _, role := range []authz.Role{authz.GeneralSecurityOfficer, authz.CSIRTMember, authz.SecurityManager} {
		section := a.Section
		if !role.OfSection() {
			section = 0
		}
		holders, err := responsible.Of(ctx, tx, role, []int64{section}, nil, tx.Today())
		if err != nil {
			return nil, err
		}
		to = append(to, holders[section]...)
	}
	slices.Sort(to)
	to = slices.DeleteFunc(slices.Compact(to), func(person int64) bool { return person == actor.Person })
	holds := "個人情報は「" + a.Personal.Title() + "」です。"
	return []notice.Message{{To: to, Notice: notice.Notice{
		Topic: about, TopicID: id, Title: "情報資産が見つかりません（" + seen.Kind.Title() + "）", URL: address.AssetMissing(a.Code),
		Text: a.SectionName + "の「" + a.Name + "」（" + a.Code + "）です。" + holds + "内容を見て、どう対応するかを決めてください。",
	}}}, nil
}

// Find records that an asset was found, by its 管理番号, on the version that the actor has
// seen. Conflict where nobody looks for it, or somebody else has taken a step meanwhile;
// Invalid where something is missing or wrong.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string, version int, f Finding) error {
	f = f.tidy()
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, err := asset.FindIn(ctx, tx, actor, code)
		if err == nil {
			err = tx.Allow(authz.SettleMissing, matter(a))
		}
		if err != nil {
			return door.Unchanged(), err
		}
		c, err := open(ctx, tx, a.ID)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case c.Version != version: // 0 where none is open
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人がこの届けを進めました。いまの内容を確かめて、もう一度行ってください。")
		}
		if err := fault.InvalidFields(f.check(calendar.Day(c.NoticedAt), tx.Today())); err != nil {
			return door.Unchanged(), err
		}
		done, err := s.spare(ctx, tx, actor, &a, "見つかったため")
		if err != nil {
			return door.Unchanged(), err
		}
		if a.State.Allows(life.Find) { // a draft may have been registered meanwhile, or have ended
			moved, err := s.assets.MoveIn(ctx, tx, actor, a, life.Find, "見つかった")
			if err != nil {
				return door.Unchanged(), err
			}
			done = append(done, there(moved)...)
		}
		effect, err := end(ctx, tx, actor, c, EventFind, f)
		effect.Refs, effect.Also = map[string]int64{"asset": a.ID}, done
		return effect, err
	})
}

// WriteOff ends the open case of an asset that is retired without being found, in a change
// that has allowed it; nothing where none is open.
func WriteOff(ctx context.Context, tx *door.Tx, actor authz.Actor, assetID int64) ([]door.Effect, error) {
	c, err := open(ctx, tx, assetID)
	if err != nil || c.ID == 0 {
		return nil, err
	}
	effect, err := end(ctx, tx, actor, c, EventWriteOff, Finding{})
	effect.Refs = map[string]int64{"asset": assetID}
	return []door.Effect{effect}, err
}

// end ends a case by an event, with its place in the history.
func end(ctx context.Context, tx *door.Tx, actor authz.Actor, c Case, event Event, f Finding) (door.Effect, error) {
	arrow, err := course.Arrow(c.State, event, "")
	if err != nil {
		return door.Unchanged(), err
	}
	_, err = tx.Exec(ctx, `
		WITH now AS (
			UPDATE missing SET state = @to, found_on = @on::date, found_where = @where, found_by = @found_by, version = version + 1 WHERE id = @id RETURNING id, version)
		INSERT INTO missing_step (missing_id, version, at, by, event, note) SELECT id, version, @now, nullif(@by, 0::bigint), @event, @note FROM now`,
		pgx.StrictNamedArgs{
			"id": c.ID, "to": string(arrow.To), "on": f.On, "where": f.Where, "found_by": f.By, "now": tx.Now, "by": actor.Person, "event": string(event), "note": f.Words,
		})
	if err != nil {
		return door.Unchanged(), fmt.Errorf("ending what is missing: %w", err)
	}
	return door.Effect{Subject: trail.Subject{Kind: about, ID: c.ID}, Fields: []string{string(event)}}, nil
}

// ChangeCounter counts what may change how many are missing.
var ChangeCounter = state.Counted("missing")

// waitingKey names what it depends on how many are missing for somebody.
type waitingKey struct {
	person                int64
	organization, missing int64
}

// cachedWaiting is how many answers are in the cache: one for each who settles some.
const cachedWaiting = 500

// QueueWaiting asks in a batch how many assets are missing that the actor looks for, where the
// cache has it not; for nothing where they look for none.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(int)) {
	if actor.Reach(authz.SettleMissing) == authz.None {
		return
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	missing, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, organization, missing}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	type count struct{ Count int }
	task.Rows(b, "counting what is missing", pgx.RowToStructByName[count], func(rows []count) {
		if known && counted {
			s.waiting.Add(key, rows[0].Count)
		}
		take(rows[0].Count)
	}, `SELECT count(*) AS count FROM missing m JOIN asset a ON a.id = m.asset_id WHERE m.state = 'open' AND (@everywhere OR a.section_id = ANY(@sections))`,
		pgx.StrictNamedArgs{"everywhere": actor.Reach(authz.SettleMissing) == authz.All, "sections": actor.Sections(authz.SettleMissing)})
}

// Count is how many assets the register has as missing that the actor sees, of a section by
// its code, or of all; 0 for who reads no register.
func (s *Service) Count(ctx context.Context, actor authz.Actor, section string) (int, error) {
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting what the register has as missing", `
		SELECT count(*) AS count FROM missing m JOIN asset a ON a.id = m.asset_id JOIN section_shown s ON s.id = a.section_id
		WHERE m.state = 'open' AND a.state = @missing AND (@everywhere OR a.section_id = ANY(@sections)) AND (@section = '' OR s.code = @section)`,
		pgx.StrictNamedArgs{
			"missing": string(life.Missing), "everywhere": actor.Reach(authz.ReadAssets) == authz.All, "sections": actor.Sections(authz.ReadAssets), "section": section,
		})
	return found.Count, err
}
