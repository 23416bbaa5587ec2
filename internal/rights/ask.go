package rights

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Asking is what is asked for: a system, by its 管理番号, for somebody, by their 職員番号.
type Asking struct {
	Details
	System  string
	Person  string // empty for who asks
	Section string // the code of the section in whose work it is used; empty for the person's first
}

// Ask asks for a right and tells who permits it. It returns the right's code. Invalid where
// something is missing or wrong, or the same is there already.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, a Asking) (code string, err error) {
	a.Details = a.Tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		p, problems, err := userOf(ctx, tx, actor, a.Person, a.Section)
		if err != nil {
			return door.Unchanged(), err
		}
		if p.ID != 0 {
			if err := tx.Allow(authz.AskRights, authz.Matter{Person: p.ID, PersonsSection: p.Section}); err != nil {
				return door.Unchanged(), err
			}
		}
		y, noSystem, err := systemOf(ctx, tx, a.System)
		if err != nil {
			return door.Unchanged(), err
		}
		problems = append(append(problems, noSystem...), a.Check(tx.Today(), tx.Today())...)
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if err := refuseBarred(ctx, tx, p.ID, y.ID); err != nil {
			return door.Unchanged(), err
		}
		if err := refuseAskedBeside(ctx, tx, p.ID, y.Code, a.Details); err != nil {
			return door.Unchanged(), err
		}
		section := p.Section
		if y.Everywhere {
			section = 0
		}
		made, err := insert(ctx, tx, actor, ByAsking, []Entry{{Details: a.Details, Person: p.ID, System: y.ID, Section: section}})
		if err != nil {
			return door.Unchanged(), err
		}
		code = made[0].Code
		effect := made[0].effect(EventAsk)
		effect.Notices, err = tellAsked(ctx, tx, actor, made[0], y, p)
		return effect, err
	})
	return code, once(err)
}

// once is the message of what is there already.
func once(err error) error {
	if postgres.Constraint(err) == "access_right_once" {
		return fault.Wrap(err, fault.Conflict, "同じ人の、同じシステムの、同じ権限が、もう申請されているか、許可されています。アカウント管理台帳で確かめてください。")
	}
	return err
}

// user is who is to use a right.
type user struct {
	ID          int64
	Name        string
	Section     int64
	SectionName string
}

// userOf is somebody by their 職員番号, the empty one for who asks, and where they work: the
// section of that code, or their first one.
func userOf(ctx context.Context, db postgres.Querier, actor authz.Actor, number, section string) (user, []fault.Problem, error) {
	u, err := postgres.One[user](ctx, db, "finding who is to use a right", `
		SELECT p.id, p.name, coalesce(w.section_id, 0) AS section, coalesce(s.name, '') AS section_name
		FROM person_shown p JOIN standing w ON w.person_id = p.id AND w.period @> @today::date LEFT JOIN section_shown s ON s.id = w.section_id
		WHERE CASE WHEN @number = '' THEN p.id = @actor ELSE lower(p.staff_number) = lower(@number) END AND (@section = '' OR s.code = @section)
		-- who leads one of several sections asks for that one
		ORDER BY w.section_id = ANY(@sections) DESC, w.section_id IS NULL, w.acting, w.position, w.id LIMIT 1`,
		pgx.StrictNamedArgs{"sections": actor.Sections(authz.AskRights), "number": strings.TrimSpace(number), "actor": actor.Person, "section": strings.TrimSpace(section), "today": actor.On})
	if errors.Is(err, pgx.ErrNoRows) {
		return u, []fault.Problem{{Field: "person", Message: "使う人を、いま働いている職員から選んでください。"}}, nil
	}
	return u, nil, err
}

// System is a system or network as the ledger knows it.
type System struct {
	ID          int64
	Code, Name  string
	Section     int64
	SectionName string
	Counts      bool // it is still in use
	Everywhere  bool // its rights go along wherever their people work
	Portal      bool // it is this portal
	Grades      []string
	Version     int // of what is said of it here; 0 where nothing is
}

const selectSystem = `
	SELECT y.id, y.code, y.name, y.section_id AS section, s.name AS section_name, y.counts, coalesce(e.everywhere, false) AS everywhere, coalesce(e.portal, false) AS portal,
	       coalesce(e.grades, '{}') AS grades, coalesce(e.version, 0) AS version
	FROM system_shown y JOIN section_shown s ON s.id = y.section_id LEFT JOIN right_system e ON e.asset_id = y.id`

// systemOf is a system that is in use, by its 管理番号.
func systemOf(ctx context.Context, db postgres.Querier, code string) (System, []fault.Problem, error) {
	y, err := postgres.One[System](ctx, db, "finding a system", selectSystem+` WHERE y.code = @code`, pgx.StrictNamedArgs{"code": strings.TrimSpace(code)})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return y, []fault.Problem{{Field: "system", Message: "システムを一覧から選んでください。一覧にないときは、情報資産台帳に登録されているかを、総務課に確かめてください。"}}, nil
	case err != nil:
		return y, nil, err
	case !y.Counts:
		return y, []fault.Problem{{Field: "system", Message: "「" + y.Name + "」は、もう使われていません。ほかのシステムを選んでください。"}}, nil
	}
	return y, nil, nil
}

// ToBar tells in SQL of a bar b of right_barred that it bars at @now; or will, and is of some
// rights alone: another of the same system, had before it begins, would let its person in all
// through it.
const ToBar = `(b.during @> @now::timestamptz OR b.right_id IS NOT NULL AND lower(b.during) > @now::timestamptz)`

// refuseBarred refuses a right of a system of which its person is deprived, or will be: it could
// only be had again by a reinstatement.
func refuseBarred(ctx context.Context, tx *door.Tx, person, system int64) error {
	var barred bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM right_barred b LEFT JOIN access_right r ON r.id = b.right_id
			WHERE b.person_id = @person AND `+ToBar+` AND (b.right_id IS NULL OR r.asset_id = @system))`,
		pgx.StrictNamedArgs{"person": person, "system": system, "now": tx.Now}).Scan(&barred)
	if err != nil {
		return fmt.Errorf("looking whether somebody is barred: %w", err)
	}
	if barred {
		return fault.New(fault.Conflict, "この人の、このシステムの利用は、停止されているか、停止されることが決まっているため、申請と許可ができません。総務課（統括情報セキュリティ責任者）に相談してください。")
	}
	return nil
}

// Entry is a right as it is written into the ledger: of people, systems and sections by their
// ids; Section is 0 where it goes along wherever the person works.
type Entry struct {
	Details
	Person, System, Section int64
	Confirmed               calendar.Date // when somebody last said that it is needed; zero for never
}

// made is a right that was written.
type made struct {
	ID      int64
	Code    string
	Person  int64
	System  int64
	Version int
}

func (m made) effect(event Event) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "right", ID: m.ID}, Fields: []string{string(event)}, Refs: map[string]int64{"person": m.Person, "asset": m.System},
	}
}

// insert writes rights, each with a number of the fiscal year: asked for, or in force already.
func insert(ctx context.Context, tx *door.Tx, actor authz.Actor, source Source, entries []Entry) ([]made, error) {
	state, event := "asked", EventAsk
	if source != ByAsking {
		state, event = "permitted", EventRecord
	}
	list, err := postgres.List[made](ctx, tx, "writing rights", `
		WITH number AS (
			INSERT INTO right_number AS n (year, last) VALUES (@year, @count) ON CONFLICT (year) DO UPDATE SET last = n.last + @count RETURNING year, last - @count AS before),
		made AS (
			INSERT INTO access_right (code, person_id, asset_id, section_id, kind, grade, login, outsider, purpose, source, asked_by, asked_at, from_on, until_on, state, decided_by, decided_on, confirmed_by, confirmed_on)
			SELECT n.year || '-' || CASE WHEN n.before + d.number < 10000 THEN lpad((n.before + d.number)::text, 4, '0') ELSE (n.before + d.number)::text END,
			       d.person, d.system, nullif(d.section, 0), d.kind, d.grade, d.login, d.outsider, d.purpose, @source, @by, @now, d.from_on, d.until_on, @state,
			       CASE WHEN @state = 'permitted' THEN @by::bigint END, CASE WHEN @state = 'permitted' THEN @today::date END,
			       CASE WHEN d.confirmed IS NOT NULL THEN @by::bigint END, d.confirmed
			FROM number n, unnest(@people::bigint[], @systems::bigint[], @sections::bigint[], @kinds::text[], @grades::text[], @logins::text[], @outsiders::text[], @purposes::text[],
				@froms::date[], @untils::date[], @confirmed::date[]) WITH ORDINALITY AS d(person, system, section, kind, grade, login, outsider, purpose, from_on, until_on, confirmed, number)
			ORDER BY d.number
			RETURNING id, code, person_id, asset_id, version),
		step AS (
			INSERT INTO right_step (right_id, version, at, by, event, note) SELECT id, version, @now, @by, @event, '' FROM made)
		SELECT id, code, person_id AS person, asset_id AS system, version FROM made ORDER BY id`, columns(entries, pgx.StrictNamedArgs{
		"year": calendar.ReiwaYear(tx.Today()), "count": len(entries), "source": string(source), "by": actor.Person, "now": tx.Now, "today": tx.Today(),
		"state": state, "event": string(event),
	}))
	if err != nil {
		return nil, fmt.Errorf("writing rights: %w", err)
	}
	return list, nil
}

// columns adds entries to arguments, a list for each column.
func columns(entries []Entry, args pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	people, systems, sections := make([]int64, len(entries)), make([]int64, len(entries)), make([]int64, len(entries))
	kinds, grades, logins := make([]string, len(entries)), make([]string, len(entries)), make([]string, len(entries))
	outsiders, purposes := make([]string, len(entries)), make([]string, len(entries))
	froms, untils, confirmed := make([]calendar.Date, len(entries)), make([]calendar.Date, len(entries)), make([]calendar.Date, len(entries))
	for i, e := range entries {
		people[i], systems[i], sections[i] = e.Person, e.System, e.Section
		kinds[i], grades[i], logins[i], outsiders[i], purposes[i] = string(e.Kind), e.Grade, e.Login, e.Outsider, e.Purpose
		froms[i], untils[i], confirmed[i] = e.From, e.Until, e.Confirmed
	}
	for name, column := range map[string]any{
		"people": people, "systems": systems, "sections": sections, "kinds": kinds, "grades": grades, "logins": logins, "outsiders": outsiders, "purposes": purposes,
		"froms": froms, "untils": untils, "confirmed": confirmed,
	} {
		args[name] = column
	}
	return args
}

// Record takes rights that people have already into the ledger, in a change that has allowed
// it (RecordRights): the entries are checked, and none is there yet. It returns what the trail
// is to say of each, and lets the town's directories know. Conflict where the same is there.
func (s *Service) Record(ctx context.Context, tx *door.Tx, actor authz.Actor, source Source, entries []Entry) ([]door.Effect, error) {
	list, err := insert(ctx, tx, actor, source, entries)
	if err != nil {
		return nil, once(err)
	}
	effects, people := make([]door.Effect, len(list)), make([]int64, len(list))
	for i, m := range list {
		effects[i], people[i] = m.effect(EventRecord), m.Person
	}
	return effects, s.Carry(ctx, tx, people)
}

// TakeIn is Record as a change of its own. Forbidden where the actor takes in no rights of one
// of the systems.
func (s *Service) TakeIn(ctx context.Context, actor authz.Actor, source Source, entries []Entry) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		systems := make([]int64, len(entries))
		for i, e := range entries {
			systems[i] = e.System
		}
		sections, err := postgres.List[struct{ Section int64 }](ctx, tx, "looking who answers for systems", `SELECT DISTINCT section_id AS section FROM system_shown WHERE id = ANY(@systems) ORDER BY 1`,
			pgx.StrictNamedArgs{"systems": systems})
		if err != nil {
			return door.Unchanged(), err
		}
		for _, of := range sections {
			if err := tx.Allow(authz.RecordRights, authz.Matter{SystemsSection: of.Section}); err != nil {
				return door.Unchanged(), err
			}
		}
		effects, err := s.Record(ctx, tx, actor, source, entries)
		if err != nil || len(effects) == 0 {
			return door.Unchanged(), err
		}
		effect := effects[0]
		effect.Also = effects[1:]
		return effect, nil
	})
}

// Carry lets the town's directories take over what some people may use from now on.
func (s *Service) Carry(ctx context.Context, tx *door.Tx, people []int64) error {
	if s.ties.Carry == nil || len(people) == 0 {
		return nil
	}
	return s.ties.Carry(ctx, tx, people)
}

// about is what notices of rights are about, as it is stored.
const about = "right"

// Topic is who may see a notice of a right: who may see the right.
func (s *Service) Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		condition, args := seen(actor)
		if _, dated := args["seen_by"]; dated {
			args["today"] = s.today()
		}
		return `EXISTS (SELECT FROM access_right r WHERE r.id = n.topic_id AND ` + condition + `)`, args
	}}
}

// tellAsked tells who permits that somebody has asked: the 情報システム管理者 of the system's
// section, and its 管理者.
func tellAsked(ctx context.Context, tx *door.Tx, actor authz.Actor, m made, y System, u user) ([]notice.Message, error) {
	except := []int64{actor.Person, u.ID}
	to := []int64{}
	for _, role := range []authz.Role{authz.SystemManager, authz.SecurityManager} {
		holders, err := responsible.Of(ctx, tx, role, []int64{y.Section}, except, tx.Today())
		if err != nil {
			return nil, err
		}
		to = append(to, holders[y.Section]...)
	}
	return tell(to, m.ID, m.Code, "利用権限の申請があります", u.Name+"さん（"+u.SectionName+"）の、"+y.Name+"の利用権限（"+Number(m.Code)+"）です。見て、許可するかどうかを決めてください。"), nil
}

func tell(to []int64, id int64, code, title, text string) []notice.Message {
	if to = distinct(to); len(to) == 0 {
		return nil
	}
	return []notice.Message{{To: to, Notice: notice.Notice{Topic: about, TopicID: id, Title: title, Text: text, URL: address.Right(code)}}}
}
