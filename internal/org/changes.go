package org

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/furigana"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Changes are changes of people, posts and appointments that are made at once, as
// a list of the personnel office brings them. The rest refers to people and posts
// by their places in the lists: those who are new have no id until then.
type Changes struct {
	People        []Person
	Posts         []Post
	NewPeople     []int // places in People
	ChangedPeople []int
	Emails        []int // those of ChangedPeople whose e-mail changes
	NewPosts      []int // places in Posts
	Appointments  []AppointmentChange
}

// AppointmentChange is an appointment, as it is and as it is to be.
type AppointmentChange struct {
	Appointment             // as it is to be
	Was         Appointment // zero for one that is new
	PersonAt    int         // in Changes.People
	PostAt      int         // in Changes.Posts
	Withdrawn   bool        // it is taken back before it has begun
}

// IsNew tells whether there is no such appointment yet.
func (a AppointmentChange) IsNew() bool { return a.Was.First.IsZero() }

// Differs tells whether anything is to be done.
func (a AppointmentChange) Differs() bool {
	return a.IsNew() || a.Withdrawn || a.First != a.Was.First || a.Last != a.Was.Last
}

// Ends tells whether all that happens to it is that it ends earlier.
func (a AppointmentChange) Ends() bool {
	return !a.IsNew() && a.First == a.Was.First && !a.Last.IsZero() && (a.Was.Last.IsZero() || a.Last.Before(a.Was.Last))
}

// Make makes the changes, which the transaction has been allowed, and records each.
// It writes before it takes the Lock, so that nobody at the desk waits meanwhile; still
// is asked once it has the lock, and tells where they have been made on what is no longer
// so. others sees the database without them. Conflict where they break a rule of the
// database, and where they would leave nobody as ポータル管理者 from an earlier day on.
func (c Changes) Make(ctx context.Context, tx *door.Tx, others postgres.Querier, still func() error) error {
	if err := c.write(ctx, tx); err != nil {
		return err
	}
	if err := tx.TakeLate(ctx, Lock); err != nil {
		return err
	}
	if err := still(); err != nil {
		return err
	}
	roles := []authz.Role{authz.Administrator}
	before, err := firstDaysWithout(ctx, others, tx.Today(), roles)
	if err != nil {
		return err
	}
	return keptSince(ctx, tx, before, roles)
}

// atOnce is how many things one statement changes: whoever waits for one of them
// waits no longer than that takes.
const atOnce = 4_000

// write makes them in statements of one kind each, and records them.
func (c Changes) write(ctx context.Context, tx *door.Tx) error {
	for _, step := range []struct {
		doing string
		of    []int
		do    func(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error)
	}{
		{"adding people", c.NewPeople, c.addPeople},
		// first, so that two people can exchange theirs
		{"taking e-mails away", c.Emails, c.takeEmails},
		{"changing people", c.ChangedPeople, c.changePeople},
		{"adding posts", c.NewPosts, c.addPosts},
		{"withdrawing appointments", c.places(func(a AppointmentChange) bool { return a.Withdrawn }), c.withdraw},
		// what gets shorter makes room for what gets longer, and for what is new
		{"shortening appointments", c.places(func(a AppointmentChange) bool { return !a.Withdrawn && a.Ends() }), c.setPeriods},
		{"changing appointments", c.places(func(a AppointmentChange) bool { return !a.Withdrawn && !a.IsNew() && !a.Ends() }), c.setPeriods},
		{"adding appointments", c.places(AppointmentChange.IsNew), c.appoint},
	} {
		for part := range slices.Chunk(step.of, atOnce) {
			done, err := step.do(ctx, tx, part)
			if err == nil {
				err = tx.Record(ctx, done)
			}
			if err == nil {
				err = tx.GiveWay(ctx, Lock)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", step.doing, explain(err))
			}
		}
	}
	return nil
}

func personEffect(id int64) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "person", ID: id}, Fields: personFields}
}

func (c Changes) addPeople(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	f := c.fieldsOf(of)
	rows, err := tx.Query(ctx, `
		INSERT INTO person (staff_number, name, furigana, furigana_key, email, kind)
		SELECT number, name, furigana, key, nullif(email, ''), kind
		FROM unnest(@numbers::text[], @names::text[], @furigana::text[], @keys::bytea[], @emails::text[], @kinds::text[]) AS u(number, name, furigana, key, email, kind)
		RETURNING id, staff_number`,
		pgx.StrictNamedArgs{"numbers": f.numbers, "names": f.names, "furigana": f.furigana, "keys": f.keys, "emails": f.emails, "kinds": f.kinds})
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(of))
	for _, i := range of {
		index[c.People[i].StaffNumber] = i
	}
	var (
		effects []door.Effect
		id      int64
		number  string
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		c.People[index[number]].ID = id
		effects = append(effects, personEffect(id))
		return nil
	})
	return effects, err
}

func (c Changes) takeEmails(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	_, err := tx.Exec(ctx, `UPDATE person SET email = NULL WHERE id = ANY($1)`, c.fieldsOf(of).ids)
	return nil, err
}

func (c Changes) changePeople(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	f := c.fieldsOf(of)
	_, err := tx.Exec(ctx, `
		UPDATE person p SET name = u.name, furigana = u.furigana, furigana_key = u.key, email = nullif(u.email, ''), kind = u.kind, version = version + 1
		FROM unnest(@ids::bigint[], @names::text[], @furigana::text[], @keys::bytea[], @emails::text[], @kinds::text[]) AS u(id, name, furigana, key, email, kind)
		WHERE p.id = u.id`,
		pgx.StrictNamedArgs{"ids": f.ids, "names": f.names, "furigana": f.furigana, "keys": f.keys, "emails": f.emails, "kinds": f.kinds})
	effects := make([]door.Effect, len(f.ids))
	for i, id := range f.ids {
		effects[i] = personEffect(id)
	}
	return effects, err
}

// fields are the fields of some people, each a column.
type fields struct {
	ids                                     []int64
	numbers, names, furigana, emails, kinds []string
	keys                                    [][]byte // of furigana
}

func (c Changes) fieldsOf(people []int) fields {
	var f fields
	for _, i := range people {
		p := c.People[i]
		f.ids, f.numbers, f.names = append(f.ids, p.ID), append(f.numbers, p.StaffNumber), append(f.names, p.Name)
		f.furigana, f.keys = append(f.furigana, p.Furigana), append(f.keys, furigana.Key(p.Furigana))
		f.emails, f.kinds = append(f.emails, p.Email), append(f.kinds, string(p.Kind))
	}
	return f
}

func (c Changes) addPosts(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	type key struct {
		section int64
		title   string
	}
	var (
		sections []int64
		titles   []string
		single   []bool
		index    = map[key]int{}
	)
	for _, i := range of {
		p := c.Posts[i]
		sections, titles, single = append(sections, p.Section), append(titles, p.Title), append(single, p.SingleHolder)
		index[key{p.Section, p.Title}] = i
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO post (section_id, title, single_holder, position)
		SELECT u.section, u.title, u.single, coalesce((SELECT max(position) + 1 FROM post WHERE section_id = u.section), 0)
		FROM unnest($1::bigint[], $2::text[], $3::boolean[]) AS u(section, title, single)
		RETURNING id, section_id, title`, sections, titles, single)
	if err != nil {
		return nil, err
	}
	var (
		effects []door.Effect
		id      int64
		k       key
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &k.section, &k.title}, func() error {
		c.Posts[index[k]].ID = id
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "post", ID: id}, Fields: []string{"title", "single_holder", "position"}, Refs: map[string]int64{"section": k.section},
		})
		return nil
	})
	return effects, err
}

func (c Changes) withdraw(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	p, effects := c.periodsOf("withdrawn", of)
	_, err := tx.Exec(ctx, `DELETE FROM appointment WHERE id = ANY($1)`, p.ids)
	return effects, err
}

func (c Changes) setPeriods(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	p, effects := c.periodsOf("period", of)
	_, err := tx.Exec(ctx, `
		UPDATE appointment a SET period = daterange(u.first, u.last, '[]')
		FROM unnest($1::bigint[], $2::date[], $3::date[]) AS u(id, first, last) WHERE a.id = u.id`, p.ids, p.firsts, p.lasts)
	return effects, err
}

// places are those of the appointments of which which says so.
func (c Changes) places(which func(AppointmentChange) bool) (at []int) {
	for i, a := range c.Appointments {
		if which(a) {
			at = append(at, i)
		}
	}
	return at
}

// periods are the days of some appointments, each a column.
type periods struct {
	ids           []int64
	firsts        []calendar.Date
	lasts         []calendar.Date
	people, posts []int64
}

// periodsOf are the appointments at some places, and what the trail records where one
// of their fields changes.
func (c Changes) periodsOf(field string, of []int) (periods, []door.Effect) {
	var (
		p       periods
		effects []door.Effect
	)
	for _, i := range of {
		a := c.Appointments[i]
		person, post := c.People[a.PersonAt].ID, c.Posts[a.PostAt].ID
		p.ids, p.firsts, p.lasts = append(p.ids, a.ID), append(p.firsts, a.First), append(p.lasts, a.Last)
		p.people, p.posts = append(p.people, person), append(p.posts, post)
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: a.ID}, Fields: []string{field}, Refs: map[string]int64{"person": person, "post": post},
		})
	}
	return p, effects
}

func (c Changes) appoint(ctx context.Context, tx pgx.Tx, of []int) ([]door.Effect, error) {
	p, _ := c.periodsOf("", of)
	rows, err := tx.Query(ctx, `
		INSERT INTO appointment (person_id, post_id, single_holder, period)
		SELECT u.person, u.post, po.single_holder, daterange(u.first, u.last, '[]')
		FROM unnest(@people::bigint[], @posts::bigint[], @firsts::date[], @lasts::date[]) AS u(person, post, first, last) JOIN post po ON po.id = u.post
		RETURNING id, person_id, post_id`,
		pgx.StrictNamedArgs{"people": p.people, "posts": p.posts, "firsts": p.firsts, "lasts": p.lasts})
	if err != nil {
		return nil, err
	}
	var (
		effects          []door.Effect
		id, person, post int64
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &person, &post}, func() error {
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: id}, Fields: []string{"person", "post", "period", "acting"},
			Refs: map[string]int64{"person": person, "post": post},
		})
		return nil
	})
	return effects, err
}
