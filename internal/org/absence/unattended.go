package absence

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// Unattended is that a 課室 has nobody for its 情報セキュリティ管理者's matters on some days,
// though it has somebody who holds the role: all of them are away, and nobody stands in
// for them (職務代理). Where the role is vacant the one above takes them (図 1.1); where its
// holder is away, nobody does until somebody is appointed.
type Unattended struct {
	Code, Name  string // of the section
	First, Last calendar.Date
	Away        []string // the names of who holds the role
}

// On tells whether it is so on a day.
func (u Unattended) On(day calendar.Date) bool { return Absence{First: u.First, Last: u.Last}.On(day) }

// selectUnattended finds them from a day on, as if @person were away from @first to @last
// as well: then only those that come of that.
const selectUnattended = `
	WITH away AS (
		SELECT person_id, period FROM absence WHERE period && daterange(@from::date, NULL)
		UNION ALL
		SELECT @person::bigint, daterange(@first::date, @last::date, '[]') WHERE @person <> 0),
	held AS (
		SELECT section_id, person_id, datemultirange(period * rule_period) AS days FROM holding
		WHERE role = @manager AND period * rule_period && daterange(@from::date, NULL)),
	gap AS (
		SELECT section_id, unnest(datemultirange(CASE WHEN @person = 0 THEN daterange(@from::date, NULL) ELSE daterange(@first::date, @last::date, '[]') END)
			* (range_agg(days) - range_agg(days - coalesce((SELECT range_agg(a.period) FROM away a WHERE a.person_id = held.person_id), '{}')))) AS period
		FROM held GROUP BY section_id)
	SELECT s.code, s.name, lower(g.period) AS first, upper(g.period) - 1 AS last,
	       ARRAY(SELECT p.name FROM person p WHERE p.id IN (SELECT h.person_id FROM held h WHERE h.section_id = g.section_id AND h.days && g.period)
	             ORDER BY p.furigana_key, p.id) AS away
	FROM gap g JOIN section s ON s.id = g.section_id
	WHERE (@code = '' OR s.code = @code)
	  AND (@person = 0 OR EXISTS (SELECT FROM held h WHERE h.person_id = @person AND h.section_id = g.section_id AND h.days && g.period))
	ORDER BY s.position, s.code, lower(g.period)`

func unattendedArguments(code string, from calendar.Date, person int64, first, last calendar.Date) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"code": code, "from": from, "person": person, "first": first, "last": last, "manager": authz.SecurityManager}
}

// UnattendedOf lists those of a section from a day on. Who may not change the organization
// gets only the one of that day that lasts today: when else somebody is away is not for
// everybody.
func (s *Service) UnattendedOf(ctx context.Context, actor authz.Actor, code string, day calendar.Date) ([]Unattended, error) {
	if _, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{}); err != nil {
		return nil, err
	}
	list, err := postgres.List[Unattended](ctx, s.pool, "looking for sections where all are away", selectUnattended,
		unattendedArguments(code, day, 0, calendar.Date{}, calendar.Date{}))
	if !mayChange(actor) {
		today := calendar.Day(s.door.Now())
		list = slices.DeleteFunc(list, func(u Unattended) bool { return !u.On(day) || !u.On(today) })
	}
	return list, err
}

// unattendedKey names what they depend on: the day, and the state of the organization.
type unattendedKey struct {
	day          calendar.Date
	organization int64
}

// cachedUnattended is how many are in the cache: few look, and at today.
const cachedUnattended = 16

// QueueUnattended asks in a batch for all from today on, where the cache has none; for
// nothing where the actor may not change the organization.
func (s *Service) QueueUnattended(b *task.Batch, actor authz.Actor, take func([]Unattended)) {
	if !mayChange(actor) {
		return
	}
	day := calendar.Day(s.door.Now())
	changes, cacheable := actor.State.Of(org.ChangeCounter)
	key := unattendedKey{day, changes}
	if cached, ok := s.unattended.Look(key); ok && cacheable {
		take(cached)
		return
	}
	task.Rows(b, "looking for sections where all are away", pgx.RowToStructByName[Unattended], func(found []Unattended) {
		if cacheable {
			s.unattended.Add(key, found)
		}
		take(found)
	}, selectUnattended, unattendedArguments("", day, 0, calendar.Date{}, calendar.Date{}))
}

// Foresee lists those that would come of a person's absence. Invalid for one that cannot
// be recorded.
func (s *Service) Foresee(ctx context.Context, actor authz.Actor, person int64, t Typed) ([]Unattended, error) {
	if _, err := authz.Check(actor, authz.ChangeOrganization, authz.Matter{}); err != nil {
		return nil, err
	}
	today := calendar.Day(s.door.Now())
	if err := fault.InvalidFields(t.problems(today)); err != nil {
		return nil, err
	}
	first := t.First
	if first.Before(today) {
		first = today // nobody is appointed for what is past
	}
	if !t.Last.IsZero() && t.Last.Before(first) {
		return nil, nil
	}
	return postgres.List[Unattended](ctx, s.pool, "looking what comes of an absence", selectUnattended, unattendedArguments("", first, person, first, t.Last))
}
