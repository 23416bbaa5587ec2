package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/address"
	"kagami/internal/rights"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/settle"
	"kagami/internal/sample/city"
)

const (
	cityRights        = 1_000_000
	rightsAssets      = 20_000 // in whose register there are a thousand systems
	rightsLimit       = 50 * time.Millisecond
	rightsLedgerLimit = 0.75
	settledRights     = 10_000
	settleLimit       = 10 * time.Second
	rightsPerson      = "K020000"
)

// measureRights measures, in a city where a thousand systems are used by fifty thousand people
// with a million rights: the ledger beside a bare handler, the slowest page of it, a person's
// page, and what follows from a day on which ten thousand rights move with their people.
func measureRights(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		if err := city.Grow(ctx, t.Pool, time.Now(), city.Size{People: cityPeople, Assets: rightsAssets, Rights: cityRights, Seed: 1}); err != nil {
			return nil, err
		}
		connectors := connector.New(t.Pool, t.Door, t.Keys, t.Log, reach.DialPeers)
		of := settle.New(t.Pool, t.Door, rights.New(t.Pool, t.Door, rights.Ties{Carry: connectors.Carry}))
		if err := of.Settle(ctx); err != nil { // what the city was made with
			return nil, err
		}
		if err := t.Analyze(ctx); err != nil {
			return nil, err
		}
		beside, err := t.measureLedger(ctx)
		if err != nil {
			return nil, err
		}
		pages, err := t.measureRightsPages(ctx)
		if err != nil {
			return nil, err
		}
		settled, err := t.measureSettle(ctx, of)
		return append(append([]figure.Figure{beside}, pages...), settled), err
	})
}

// measureLedger holds the first page of the ledger of the whole town beside a bare handler
// that makes the same session query and one query of the same rows, and writes the same bytes.
func (t *town) measureLedger(ctx context.Context) (figure.Figure, error) {
	page, stop, err := t.Serve()
	if err != nil {
		return figure.Figure{}, err
	}
	defer stop()
	f, _, err := t.holdBesideBare(ctx, page, t.Logins[officer], address.Rights, func(r *http.Request) error {
		rows, err := t.Pool.Query(r.Context(), `
			SELECT r.code, p.staff_number, p.name, y.code, y.name, s.name, w.title, w.section, r.kind, r.grade, r.login, r.outsider, r.purpose, r.from_on::text, r.until_on::text, r.confirmed_on::text, r.state
			FROM access_right r JOIN person p ON p.id = r.person_id JOIN asset y ON y.id = r.asset_id JOIN section s ON s.id = y.section_id
			LEFT JOIN LATERAL (SELECT o.title, x.name AS section FROM appointment a JOIN post o ON o.id = a.post_id LEFT JOIN section x ON x.id = o.section_id
				WHERE a.person_id = r.person_id AND a.period @> current_date LIMIT 1) w ON true
			ORDER BY r.id DESC LIMIT 101`)
		if err != nil {
			return err
		}
		var texts [17]*string
		into := make([]any, len(texts))
		for i := range texts {
			into[i] = &texts[i]
		}
		_, err = pgx.ForEachRow(rows, into, func() error { return nil })
		return err
	})
	f.Name, f.Limit = "rights-ledger", rightsLedgerLimit
	return f, err
}

// measureRightsPages measures the pages of the ledger, each choice of it among them, for who
// sees all and for a 課長, and a person's page.
func (t *town) measureRightsPages(ctx context.Context) ([]figure.Figure, error) {
	var large, middle string
	err := t.Pool.QueryRow(ctx, `
		SELECT (SELECT y.code FROM asset y WHERE y.id = (SELECT asset_id FROM access_right GROUP BY asset_id ORDER BY count(*) DESC LIMIT 1)),
		       (SELECT code FROM access_right WHERE id = (SELECT max(id) / 2 FROM access_right))`).Scan(&large, &middle)
	if err != nil {
		return nil, err
	}
	paths := []string{
		address.Rights, address.With(address.Rights, "after", middle), address.With(address.Rights, "section", "k0801"), address.With(address.Rights, "person", rightsPerson),
		address.With(address.Rights, "system", large), address.With(address.With(address.Rights, "section", "k0801"), "system", large), address.MovedRights,
		address.RightSystems,
	}
	for _, c := range rights.Choices {
		chosen := address.With(address.Rights, "choice", c.Key)
		paths = append(paths, chosen, address.With(chosen, "system", large), address.With(chosen, "section", "k0801"))
	}
	page, stop, err := t.Serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	var (
		slowest time.Duration
		which   string
		person  time.Duration
	)
	for _, look := range []looker{{"the 統括", officer}, {"a 課長", manager}} {
		cookie, err := portal.SignIn(ctx, page, t.Logins[look.who])
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			took, err := t.medianAnew(ctx, page.URL+path, cookie)
			if err != nil {
				return nil, err
			}
			if took > slowest {
				slowest, which = took, path+" of "+look.name
			}
		}
		if look.who == officer {
			if person, err = t.medianAnew(ctx, page.URL+address.PersonRights(rightsPerson), cookie); err != nil {
				return nil, err
			}
		}
	}
	return []figure.Figure{{
		Name: "rights-ledger-ms", Ratio: slowest.Seconds() / rightsLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("the slowest page, %s, in %v with %d rights, limit %v", which, slowest.Round(time.Millisecond/10), cityRights, rightsLimit),
	}, {
		Name: "rights-person", Ratio: person.Seconds() / rightsLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("a person's page in %v with %d rights, limit %v", person.Round(time.Millisecond/10), cityRights, rightsLimit),
	}}, nil
}

// medianAnew is how long a page takes that is drawn anew each time, since the ledger has
// changed meanwhile.
func (t *town) medianAnew(ctx context.Context, page string, cookie *http.Cookie) (time.Duration, error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return 0, err
	}
	defer owner.Close(ctx) //nolint:errcheck // it has changed nothing any more
	var seconds []float64
	for range pageRounds {
		if _, err := owner.Exec(ctx, `UPDATE change_counter SET number = number + 1 WHERE name = 'right'`); err != nil {
			return 0, fmt.Errorf("counting a change: %w", err)
		}
		begun := time.Now()
		if _, err := portal.Get(ctx, page, cookie); err != nil {
			return 0, err
		}
		seconds = append(seconds, time.Since(begun).Seconds())
	}
	return time.Duration(figure.Median(seconds) * float64(time.Second)), nil
}

// measureSettle measures how long it takes until those who lead people are asked, the ledger
// says so, and connectors and work orders are to carry it out, after a transfer of so many
// that ten thousand rights are no longer in force.
func (t *town) measureSettle(ctx context.Context, of *settle.Service) (figure.Figure, error) {
	if err := t.transferPeople(ctx); err != nil {
		return figure.Figure{}, err
	}
	asked := func() (n int, err error) {
		return n, t.Pool.QueryRow(ctx, `SELECT count(*) FROM right_question WHERE answer IS NULL`).Scan(&n)
	}
	before, err := asked()
	if err != nil {
		return figure.Figure{}, err
	}
	begun := time.Now()
	if err := of.Settle(ctx); err != nil {
		return figure.Figure{}, err
	}
	took := time.Since(begun)
	after, err := asked()
	if err == nil && after-before < settledRights {
		err = fmt.Errorf("only %d rights have moved", after-before)
	}
	if err != nil {
		return figure.Figure{}, err
	}
	var orders int
	if err := t.Pool.QueryRow(ctx, `SELECT count(*) FROM work_order WHERE from_at >= $1`, begun).Scan(&orders); err != nil {
		return figure.Figure{}, err
	}
	if orders == 0 {
		return figure.Figure{}, errors.New("nobody is to carry out what has moved")
	}
	return figure.Figure{
		Name: "rights-settle", Ratio: took.Seconds() / settleLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("what follows for %d of %d rights from a transfer in %v, %d work orders in it, limit %v", after-before, cityRights, took.Round(time.Millisecond), orders, settleLimit),
	}, nil
}

// transferPeople lets people with ten thousand rights between them work in another section
// from today on.
func (t *town) transferPeople(ctx context.Context) (err error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	_, err = owner.Exec(ctx, `
		WITH has AS (
			SELECT r.person_id, count(*) AS rights FROM access_right r
			WHERE r.state = 'permitted' AND r.section_id IS NOT NULL AND NOT EXISTS (SELECT FROM right_question q WHERE q.right_id = r.id)
			  AND EXISTS (SELECT FROM appointment a JOIN person p ON p.id = a.person_id WHERE a.person_id = r.person_id AND p.staff_number ~ '^K' AND NOT a.single_holder)
			GROUP BY r.person_id),
		chosen AS (SELECT person_id FROM (SELECT person_id, sum(rights) OVER (ORDER BY person_id) - rights AS before FROM has) s WHERE before < $1),
		ended AS (
			UPDATE appointment a SET period = daterange(lower(a.period), current_date) FROM chosen c WHERE a.person_id = c.person_id AND upper_inf(a.period) RETURNING a.person_id, a.post_id)
		INSERT INTO appointment (person_id, post_id, single_holder, period)
		SELECT e.person_id, n.id, false, daterange(current_date, NULL)
		FROM ended e JOIN post o ON o.id = e.post_id
		CROSS JOIN LATERAL (SELECT p.id FROM post p JOIN section s ON s.id = p.section_id WHERE s.code = 'k1900' AND NOT p.single_holder ORDER BY p.position DESC LIMIT 1) n`, settledRights)
	if err != nil {
		return fmt.Errorf("transferring people: %w", err)
	}
	return nil
}
