package communication

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/record"
	"kagami/internal/trail"
)

// Service is the register in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool, d} }

// Scheme is what the register goes by today. Forbidden for who reads no register.
func (s *Service) Scheme(ctx context.Context, actor authz.Actor) (Scheme, error) {
	if actor.Reach(authz.ReadAssets) == authz.None {
		return Scheme{}, fault.New(fault.Forbidden, "領域間の通信の台帳は、あなたの役割では見られません。")
	}
	return schemeOn(ctx, s.pool, calendar.Day(s.door.Now()))
}

func schemeOn(ctx context.Context, db postgres.Querier, day calendar.Date) (Scheme, error) {
	values, err := edition.LoadForPortal(ctx, db, day)
	if err != nil {
		return Scheme{}, err
	}
	return SchemeOn(values, day), nil
}

// Communication is an entry of the register.
type Communication struct {
	ID          int64
	Code        string // zeimu-T0001
	Section     int64
	SectionCode string
	SectionName string
	Details
	AssetID     int64         // 0 for none
	AssetName   string        // of the asset that it belongs to; empty for none
	EndedOn     calendar.Date // zero while it goes on
	Version     int
	BreaksSince map[string]string // by the rules that it breaks, the days since when
}

// columns are those of a Communication from communication c, its section s and asset a.
const columns = `
	c.id, c.code, c.section_id AS section, s.code AS section_code, s.name AS section_name, c.name, c.from_zone AS from, c.to_zone AS to, c.direction,
	c.purpose, c.safeguard, c.listed, coalesce(a.code, '') AS asset, coalesce(a.id, 0) AS asset_id, coalesce(a.name, '') AS asset_name,
	c.since, c.note, c.ended_on, c.version, c.breaks AS breaks_since`

const selectCommunication = `SELECT ` + columns + `
	FROM communication c JOIN section_shown s ON s.id = c.section_id LEFT JOIN asset a ON a.id = c.asset_id`

// errNone is what somebody reads who may not see a communication, and who asks for one
// that there is not.
func errNone() error {
	return fault.New(fault.NotFound, "この番号の領域間の通信は、見つかりません。")
}

// Find returns a communication. NotFound where the actor may not see it.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Communication, error) {
	return find(ctx, s.pool, actor, code, "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code, lock string) (Communication, error) {
	c, err := postgres.One[Communication](ctx, db, "finding a communication", selectCommunication+` WHERE c.code = @code `+lock, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Communication{}, errNone()
	}
	if err != nil {
		return Communication{}, err
	}
	if _, may := actor.May(authz.ReadAssets, c.matter()); !may {
		return Communication{}, errNone()
	}
	return c, nil
}

func (c Communication) matter() authz.Matter { return authz.Matter{OwnersSection: c.Section} }

// Ended tells whether it is read only.
func (c Communication) Ended() bool { return !c.EndedOn.IsZero() }

// AskChange tells why the actor can't change the communication: Forbidden who may not,
// Conflict where it has ended; nil where they can.
func (c Communication) AskChange(actor authz.Actor) error {
	if _, err := authz.Check(actor, authz.ChangeAssets, c.matter()); err != nil {
		return err
	}
	if c.Ended() {
		return fault.New(fault.Conflict, "この通信は終わったものとして登録されているため、変えられません。")
	}
	return nil
}

// MayChange tells whether the actor may change the communication.
func (c Communication) MayChange(actor authz.Actor) bool { return c.AskChange(actor) == nil }

// Broken are the rules that the communication does not fit by the scheme of a day, each
// with the day since when. What has ended breaks none.
func (c Communication) Broken(scheme Scheme) []Break {
	if c.Ended() {
		return nil
	}
	list := scheme.Breaks(c.Details)
	for i := range list {
		if day, err := calendar.ParseDay(c.BreaksSince[list[i].Rule]); err == nil {
			list[i].Since = day
		}
	}
	return list
}

// weigh are the rules that details don't fit, each with the day since when, and the first
// of these days; nil for none.
func (s Scheme) weigh(d Details, was map[string]string, today calendar.Date) (breaks map[string]string, since any) {
	breaks = map[string]string{}
	for _, b := range s.Breaks(d) {
		if breaks[b.Rule] = was[b.Rule]; breaks[b.Rule] == "" {
			breaks[b.Rule] = today.String()
		}
	}
	if len(breaks) == 0 {
		return breaks, nil
	}
	return breaks, slices.Min(slices.Collect(maps.Values(breaks)))
}

// belongs finds the asset that details name, in a section; 0 for none. Invalid where there
// is none such. What a communication belonged to before it may go on belonging to, though
// the asset has ended.
func belongs(ctx context.Context, tx *door.Tx, d Details, section int64, was Communication) (int64, []fault.Problem, error) {
	switch d.Asset {
	case "":
		return 0, nil, nil
	case was.Asset:
		return was.AssetID, nil, nil
	}
	var id int64
	err := tx.QueryRow(ctx, `SELECT id FROM asset WHERE code = @code AND section_id = @section AND state `+life.Counts,
		pgx.StrictNamedArgs{"code": d.Asset, "section": section}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, []fault.Problem{{Field: "asset", Message: "この課室のいまの情報資産に、この管理番号のものはありません。番号を確かめるか、空のままにしてください。"}}, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("finding the asset of a communication: %w", err)
	}
	return id, nil, nil
}

// Register adds a communication of a section and returns its number. Invalid where details
// are missing or wrong.
func (s *Service) Register(ctx context.Context, actor authz.Actor, section string, d Details) (code string, err error) {
	d = d.tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		var of int64
		err := tx.QueryRow(ctx, `SELECT id FROM section_shown WHERE code = $1`, section).Scan(&of)
		var problems []fault.Problem
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			problems = []fault.Problem{{Field: "section", Message: "課室を選んでください。"}}
		case err != nil:
			return door.Unchanged(), fmt.Errorf("finding a section: %w", err)
		default:
			if err := tx.Allow(authz.ChangeAssets, authz.Matter{OwnersSection: of}); err != nil {
				return door.Unchanged(), err
			}
		}
		args, wrong, err := s.arguments(ctx, tx, d, of, Communication{})
		if err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(append(problems, wrong...)); err != nil {
			return door.Unchanged(), err
		}
		args["section"] = of
		var id int64
		err = tx.QueryRow(ctx, `
			WITH number AS (
				INSERT INTO communication_number AS n (code, last) SELECT code, 1 FROM section_shown WHERE id = @section
				ON CONFLICT (code) DO UPDATE SET last = n.last + 1 RETURNING code, last)
			INSERT INTO communication (code, section_id, `+detailColumns+`)
			SELECT n.code || '-T' || CASE WHEN n.last < 10000 THEN lpad(n.last::text, 4, '0') ELSE n.last::text END, @section, `+detailValues+`
			FROM number n
			RETURNING id, code`, args).Scan(&id, &code)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("registering a communication: %w", err)
		}
		keys, _, after := changed(Details{}, d)
		return door.Effect{Subject: trail.Subject{Kind: "communication", ID: id}, Fields: keys}, note(ctx, tx, actor, id, 1, "", map[string]string{}, after)
	})
	return code, err
}

const maxWhy = 500

// Change puts details in the place of a communication's, on the version that the actor has
// seen. Conflict where it has been changed since, or has ended.
func (s *Service) Change(ctx context.Context, actor authz.Actor, code string, version int, d Details, why string) error {
	d, why = d.tidy(), strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := lock(ctx, tx, actor, code, version)
		if err != nil {
			return door.Unchanged(), err
		}
		args, problems, err := s.arguments(ctx, tx, d, was.Section, was)
		if err != nil {
			return door.Unchanged(), err
		}
		if utf8.RuneCountInString(why) > maxWhy {
			problems = append(problems, fault.Problem{Field: "why", Message: "理由が長すぎます。500字までで書いてください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		keys, before, after := changed(was.Details, d)
		if len(keys) == 0 {
			return door.Unchanged(), nil
		}
		args["id"] = was.ID
		if _, err := tx.Exec(ctx, `UPDATE communication SET (`+detailColumns+`) = ROW(`+detailValues+`), version = version + 1 WHERE id = @id`, args); err != nil {
			return door.Unchanged(), fmt.Errorf("changing a communication: %w", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: "communication", ID: was.ID}, Fields: keys}, note(ctx, tx, actor, was.ID, was.Version+1, why, before, after)
	})
}

// lock locks a communication on the version that the actor has seen, and allows its change.
func lock(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, version int) (Communication, error) {
	c, err := find(ctx, tx, actor, code, "FOR UPDATE OF c")
	if err != nil {
		return c, err
	}
	if err := tx.Allow(authz.ChangeAssets, c.matter()); err != nil {
		return c, err
	}
	if err := c.AskChange(actor); err != nil {
		return c, err
	}
	if c.Version != version {
		return c, fault.New(fault.Conflict, "開いている間に、ほかの人がこの通信の登録を変えました。いまの内容を確かめて、もう一度入力してください。")
	}
	return c, nil
}

// End says that a communication has ended on a day, and why. From then on it is read, and
// never changed.
func (s *Service) End(ctx context.Context, actor authz.Actor, code string, version int, on calendar.Date, why string) error {
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		was, err := lock(ctx, tx, actor, code, version)
		if err != nil {
			return door.Unchanged(), err
		}
		var problems []fault.Problem
		switch {
		case on.IsZero():
			problems = append(problems, fault.Problem{Field: "ended_on", Message: "終わった日を入力してください。"})
		case on.After(tx.Today()):
			problems = append(problems, fault.Problem{Field: "ended_on", Message: "終わった日は、今日までの日にしてください。"})
		case !was.Since.IsZero() && on.Before(was.Since):
			problems = append(problems, fault.Problem{Field: "ended_on", Message: "終わった日は、始めた日より前にできません。"})
		}
		if n := utf8.RuneCountInString(why); n == 0 || n > maxWhy {
			problems = append(problems, fault.Problem{Field: "why", Message: "終えた理由を、500字までで書いてください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `UPDATE communication SET ended_on = @on, breaks = '{}', broken_since = NULL, version = version + 1 WHERE id = @id`,
			pgx.StrictNamedArgs{"id": was.ID, "on": on})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("ending a communication: %w", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: "communication", ID: was.ID}, Fields: []string{"ended_on"}},
			note(ctx, tx, actor, was.ID, was.Version+1, why, map[string]string{"ended_on": ""}, map[string]string{"ended_on": on.String()})
	})
}

// note writes a change into the communication's history.
func note(ctx context.Context, tx *door.Tx, actor authz.Actor, communication int64, version int, why string, before, after map[string]string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO communication_change (communication_id, version, changed_at, changed_by, why, before, after)
		VALUES (@communication, @version, @now, nullif(@by, 0::bigint), @why, @before, @after)`,
		pgx.StrictNamedArgs{"communication": communication, "version": version, "now": tx.Now, "by": actor.Person, "why": why, "before": before, "after": after})
	if err != nil {
		return fmt.Errorf("writing a communication's history: %w", err)
	}
	return nil
}

// Event is one change of a communication.
type Event = record.Event

// History lists a communication's changes, the newest first.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Event, error) {
	c, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Event](ctx, s.pool, "listing a communication's history", `
		SELECT h.version, h.changed_at AS at, coalesce(p.name, '') AS by, h.why, h.before, h.after
		FROM communication_change h LEFT JOIN person_shown p ON p.id = h.changed_by
		WHERE h.communication_id = @communication ORDER BY h.version DESC`, pgx.StrictNamedArgs{"communication": c.ID})
}

const (
	detailColumns = `name, from_zone, to_zone, direction, purpose, safeguard, listed, asset_id, since, note, breaks, broken_since`
	detailValues  = `@name, @from_zone, @to_zone, @direction, @purpose, @safeguard, @listed, nullif(@asset_id, 0::bigint), nullif(@since, '')::date, @note, @breaks::jsonb, @broken_since::date`
)

// arguments are details for SQL, in the place of what was there, with what is wrong with
// them.
func (s *Service) arguments(ctx context.Context, tx *door.Tx, d Details, section int64, was Communication) (pgx.StrictNamedArgs, []fault.Problem, error) {
	scheme, err := schemeOn(ctx, tx, tx.Today())
	if err != nil {
		return nil, nil, err
	}
	of, noAsset, err := belongs(ctx, tx, d, section, was)
	if err != nil {
		return nil, nil, err
	}
	args := pgx.StrictNamedArgs{"asset_id": of}
	for _, f := range Fields {
		if f.Key != "asset" {
			args[f.Key] = f.Text(d)
		}
	}
	args["breaks"], args["broken_since"] = scheme.weigh(d, was.BreaksSince, tx.Today())
	return args, append(d.check(scheme, tx.Today()), noAsset...), nil
}
