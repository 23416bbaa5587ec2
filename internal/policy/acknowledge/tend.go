package acknowledge

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// campaign is what the portal needs to know of a revision that asks people.
type campaign struct {
	policy.Document
	RevisionID         int64
	Number, CountsFrom int           // the revision's number, and of the oldest whose acknowledgement counts
	AskedFrom, DueOn   calendar.Date // the first day, and the last in time of those who are asked on it

	everybody view // whom it asks
}

// Tend asks whom a revision's campaign has not asked yet, such as who has a post
// since today, asks those again who have come back, and reminds those whose day
// has come, or their 管理者 of them. It may be done any number of times on a day:
// each is asked once, and reminded once by each step. Nothing happens for a
// revision that is not current, or whose day has not come.
func (s *Service) Tend(ctx context.Context, revision int64) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := loadCampaign(ctx, tx, revision)
		if err != nil || c == nil {
			return door.Unchanged(), err
		}
		counted, err := c.begin(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		asked, err := c.ask(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		reminded, err := c.remind(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		if len(counted)+len(asked)+len(reminded) == 0 {
			return door.Unchanged(), nil
		}
		messages, err := c.messages(ctx, tx, counted, asked, reminded)
		return door.Effect{
			Subject: trail.Subject{Kind: "campaign", ID: revision}, Fields: []string{"asked", "reminded"},
			Refs:    map[string]int64{"document": c.ID, "asked": int64(len(asked)), "reminded": int64(len(reminded))},
			Notices: messages,
		}, err
	})
	if err != nil {
		return fmt.Errorf("tending a campaign: %w", err)
	}
	return nil
}

// TendAll tends every campaign that is under way today.
func (s *Service) TendAll(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `
		SELECT r.id FROM document d CROSS JOIN LATERAL (`+policy.CurrentRevision+`) r
		WHERE r.due_on IS NOT NULL AND r.asked_from <= @day::date AND `+policy.NotAbolished("@day")+` ORDER BY r.id`, pgx.StrictNamedArgs{"day": s.today()})
	if err != nil {
		return fmt.Errorf("listing campaigns: %w", err)
	}
	revisions, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("listing campaigns: %w", err)
	}
	var failed []error
	for _, revision := range revisions {
		failed = append(failed, s.Tend(ctx, revision))
	}
	return errors.Join(failed...)
}

// loadCampaign locks a revision that asks people today, against who else tends
// it but not against who acknowledges it; nil where it asks nobody.
func loadCampaign(ctx context.Context, tx *door.Tx, revision int64) (*campaign, error) {
	c, err := postgres.One[campaign](ctx, tx, "loading a campaign", `
		SELECT d.id, d.code, d.kind, d.title, o.id AS revision_id, o.number, o.counts_from, o.asked_from, o.due_on
		FROM revision o JOIN document d ON d.id = o.document_id
		WHERE o.id = @revision AND o.state = 'published' AND o.due_on IS NOT NULL AND o.asked_from <= @day::date
		  AND o.id = (SELECT id FROM (`+policy.CurrentRevision+`) r) AND `+policy.NotAbolished("@day")+`
		FOR NO KEY UPDATE OF o`, pgx.StrictNamedArgs{"revision": revision, "day": tx.Today()})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c.everybody = view{document: c.ID, revision: c.RevisionID, whole: true, sections: []int64{}}
	if c.everybody.asked, err = policy.LoadAsked(ctx, tx, c.RevisionID); err != nil {
		return nil, err
	}
	c.everybody.counting, err = loadCounting(ctx, tx, c.ID, c.CountsFrom, c.Number)
	return &c, err
}

// begin begins the campaign, once, and returns those who need not acknowledge the
// revision because they have acknowledged one that counts for it.
func (c campaign) begin(ctx context.Context, tx *door.Tx) ([]int64, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO campaign_opening (revision_id, opened_on) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
		c.RevisionID, tx.Today())
	if err != nil {
		return nil, fmt.Errorf("beginning a campaign: %w", err)
	}
	if tag.RowsAffected() == 0 || c.CountsFrom == c.Number {
		return nil, nil
	}
	return listPeople(ctx, tx, "listing who need not acknowledge", `WITH `+inView+` SELECT person_id FROM in_view WHERE acknowledged`,
		c.everybody.arguments(tx.Today()))
}

// listPeople returns the ids of people that a statement returns.
func listPeople(ctx context.Context, tx *door.Tx, doing, sql string, args pgx.StrictNamedArgs) ([]int64, error) {
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return people, nil
}

// away tells whether a person with a request q has been away since, and is asked
// again: they were absent (休業), an excuse of theirs has ended (on a day in the @zone), or there was a day on
// which the document was not addressed to them or the revision did not ask them. For
// example, who was asked on 4月1日, moved to a section that is not asked on 5月1日 and
// back on 6月1日, is asked again. A change of whom the document is for has no day, and
// asks nobody again.
var away = `(
	` + policy.BackSQL("q.person_id", "q.asked_on", "@day") + `
	OR EXISTS (SELECT FROM acknowledgement_excuse e
	        WHERE e.revision_id = @revision AND e.person_id = q.person_id AND (e.ended_at AT TIME ZONE @zone)::date > q.asked_on)
	OR NOT (
		SELECT range_agg(days.period) FROM (
			SELECT a.period FROM standing a
			WHERE a.person_id = q.person_id
			  AND (EXISTS (SELECT FROM document WHERE id = @document AND kind = 'basic')
			       OR EXISTS (SELECT FROM document_audience u WHERE u.document_id = @document AND (u.kind = 'all' OR u.section_id = a.section_id)))
			UNION ALL
			SELECT h.period * h.rule_period FROM document_audience u JOIN holding h ON h.role = u.role OR h.section_id = u.section_id
			WHERE u.document_id = @document AND h.person_id = q.person_id) days
		) @> daterange(least(q.asked_on, @day::date), @day::date, '[]')
	OR NOT @asked_everyone AND NOT (
		SELECT range_agg(days.period) FROM (
			SELECT a.period FROM standing a
			WHERE a.person_id = q.person_id AND a.section_id = ANY(@asked_sections::bigint[])
			UNION ALL
			SELECT h.period * h.rule_period FROM holding h
			WHERE h.person_id = q.person_id AND (h.role = ANY(@asked_roles::text[]) OR h.section_id = ANY(@asked_sections::bigint[]))) days
		) @> daterange(least(q.asked_on, @day::date), @day::date, '[]'))`

// ask asks whom it has not asked, and again who has come back. Whoever is asked
// later has as many days as those who were asked first.
func (c campaign) ask(ctx context.Context, tx *door.Tx) ([]int64, error) {
	args := c.everybody.arguments(tx.Today())
	args["due_on"], args["zone"] = c.dueFrom(tx.Today()), calendar.Tokyo.String()
	return listPeople(ctx, tx, "asking to acknowledge", `
		WITH `+inView+`,`+requested+`
		INSERT INTO acknowledgement_request (revision_id, person_id, asked_on, due_on)
		SELECT @revision, a.person_id, @day, @due_on FROM in_view a LEFT JOIN requested q ON q.person_id = a.person_id
		WHERE NOT a.acknowledged AND NOT a.excused AND NOT a.absent AND (q.person_id IS NULL OR `+away+`)
		ON CONFLICT DO NOTHING RETURNING person_id`, args)
}

// dueFrom is the last day in time of who is asked on a day.
func (c campaign) dueFrom(day calendar.Date) calendar.Date {
	if given := c.DueOn.Sub(c.AskedFrom); day.AddDays(given).After(c.DueOn) {
		return day.AddDays(given)
	}
	return c.DueOn
}
