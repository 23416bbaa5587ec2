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
	"kagami/internal/trail"
)

// campaign is what the portal needs to know of a revision that asks people.
type campaign struct {
	policy.Document
	Reading   policy.Reading
	from      calendar.Date
	everybody view // whom it asks
}

// Tend asks whom a revision's campaign has not asked yet, such as who has a post
// since today, asks those again who have come back, and reminds those whose day
// has come, or their 管理者 of them. It may be done any number of times on a day:
// each is asked once, and reminded once by each step. Nothing happens for a
// revision that is not current, or whose day has not come.
func (s *Service) Tend(ctx context.Context, revision int64) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, found, err := loadCampaign(ctx, tx, revision)
		if err != nil || !found {
			return door.Unchanged(), err
		}
		spared, err := c.open(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		asked, err := c.ask(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		late, err := c.remind(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		if len(spared)+len(asked)+len(late) == 0 {
			return door.Unchanged(), nil
		}
		told, err := c.tell(ctx, tx, spared, asked, late)
		return door.Effect{
			Subject: trail.Subject{Kind: "campaign", ID: revision}, Fields: []string{"asked", "reminded"},
			Refs:    map[string]int64{"document": c.ID, "asked": int64(len(asked)), "reminded": int64(len(late))},
			Notices: told,
		}, err
	})
	return wrap("tending a campaign", err)
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
// it but not against who acknowledges it; found is false where it asks nobody.
func loadCampaign(ctx context.Context, tx *door.Tx, revision int64) (c campaign, found bool, err error) {
	r := &c.Reading
	err = tx.QueryRow(ctx, `
		SELECT d.id, d.code, d.kind, d.title, o.id, o.number, o.counts_from, o.asked_from, o.due_on
		FROM revision o JOIN document d ON d.id = o.document_id
		WHERE o.id = @revision AND o.state = 'published' AND o.due_on IS NOT NULL AND o.asked_from <= @day::date
		  AND o.id = (SELECT id FROM (`+policy.CurrentRevision+`) r) AND `+policy.NotAbolished("@day")+`
		FOR NO KEY UPDATE OF o`, pgx.StrictNamedArgs{"revision": revision, "day": tx.Today()}).
		Scan(&r.Document.ID, &r.Code, &r.Kind, &r.Title, &r.Revision.ID, &r.Number, &r.CountsFrom, &c.from, &r.Closes)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("loading a campaign: %w", err)
	}
	c.Document = r.Document
	c.everybody, err = c.whole(ctx, tx)
	return c, true, err
}

// whole is everybody whom the campaign asks.
func (c campaign) whole(ctx context.Context, tx *door.Tx) (view, error) {
	called, err := policy.LoadAsked(ctx, tx, c.Reading.Revision.ID)
	if err != nil {
		return view{}, err
	}
	counting, err := loadCounting(ctx, tx, c.Reading)
	return view{reading: c.Reading, called: called, counting: counting, whole: true, sections: []int64{}}, err
}

// open begins the campaign, once, and returns those who need not acknowledge the
// revision because they have acknowledged one that counts for it.
func (c campaign) open(ctx context.Context, tx *door.Tx) ([]int64, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO campaign_opening (revision_id, opened_on) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
		c.Reading.Revision.ID, tx.Today())
	if err != nil {
		return nil, fmt.Errorf("opening a campaign: %w", err)
	}
	if tag.RowsAffected() == 0 || c.Reading.CountsFrom == c.Reading.Number {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `WITH `+seen+` SELECT person_id FROM seen WHERE acknowledged`, c.everybody.arguments(tx.Today())...)
	if err != nil {
		return nil, fmt.Errorf("listing who need not acknowledge: %w", err)
	}
	spared, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return spared, wrap("listing who need not acknowledge", err)
}

// away tells of a person with a request q on whom the campaign's call was
// interrupted since: an excuse has ended ($10 is the time zone of its day), or
// there was a day on which the document did not bind them or the revision did not
// ask them. A change of whom the document is for has no day, and interrupts
// nothing.
const away = `(
	EXISTS (SELECT FROM acknowledgement_excuse e
	        WHERE e.revision_id = $6 AND e.person_id = q.person_id AND (e.ended_at AT TIME ZONE $10)::date > q.asked_on)
	OR NOT (
		SELECT range_agg(days.period) FROM (
			SELECT a.period FROM standing a
			WHERE a.person_id = q.person_id
			  AND (EXISTS (SELECT FROM document WHERE id = $2 AND kind = 'basic')
			       OR EXISTS (SELECT FROM document_audience u WHERE u.document_id = $2 AND (u.kind = 'all' OR u.section_id = a.section_id)))
			UNION ALL
			SELECT h.period * h.rule_period FROM document_audience u JOIN holding h ON h.role = u.role OR h.section_id = u.section_id
			WHERE u.document_id = $2 AND h.person_id = q.person_id) days
		) @> daterange(least(q.asked_on, $1::date), $1::date, '[]')
	OR cardinality($3::text[]) + cardinality($4::bigint[]) > 0 AND NOT (
		SELECT range_agg(days.period) FROM (
			SELECT a.period FROM standing a
			WHERE a.person_id = q.person_id AND a.section_id = ANY($4::bigint[])
			UNION ALL
			SELECT h.period * h.rule_period FROM holding h
			WHERE h.person_id = q.person_id AND (h.role = ANY($3::text[]) OR h.section_id = ANY($4::bigint[]))) days
		) @> daterange(least(q.asked_on, $1::date), $1::date, '[]'))`

// ask asks whom it has not asked, and again who has come back. Whoever is asked
// later has as many days as those who were asked first.
func (c campaign) ask(ctx context.Context, tx *door.Tx) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		WITH `+seen+`,`+requested+`
		INSERT INTO acknowledgement_request (revision_id, person_id, asked_on, due_on)
		SELECT $6, s.person_id, $1, $9 FROM seen s LEFT JOIN requested q ON q.person_id = s.person_id
		WHERE NOT s.acknowledged AND NOT s.excused AND (q.person_id IS NULL OR `+away+`)
		ON CONFLICT DO NOTHING RETURNING person_id`, c.everybody.arguments(tx.Today(), c.dueFrom(tx.Today()), calendar.Tokyo.String())...)
	if err != nil {
		return nil, fmt.Errorf("asking to acknowledge: %w", err)
	}
	asked, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return asked, wrap("asking to acknowledge", err)
}

// dueFrom is the last day in time of who is asked on a day.
func (c campaign) dueFrom(day calendar.Date) calendar.Date {
	if given := c.Reading.Closes.Sub(c.from); day.AddDays(given).After(c.Reading.Closes) {
		return day.AddDays(given)
	}
	return c.Reading.Closes
}
