package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/furigana"
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

// Make makes the changes, which the transaction has been allowed, and returns what
// the trail records of each. Conflict where they break a rule of the database, and
// where they would leave nobody as ポータル管理者 from an earlier day on.
func (c Changes) Make(ctx context.Context, tx *door.Tx) ([]door.Effect, error) {
	var effects []door.Effect
	err := keepingOffices(ctx, tx, func() (err error) {
		effects, err = c.write(ctx, tx)
		return err
	})
	return effects, err
}

// write makes them with one statement for each kind, and returns what the trail
// records of each.
func (c Changes) write(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	var effects []door.Effect
	for _, step := range []struct {
		doing string
		do    func(context.Context, pgx.Tx) ([]door.Effect, error)
	}{
		{"adding people", c.addPeople},
		{"changing people", c.changePeople},
		{"adding posts", c.addPosts},
		{"withdrawing appointments", c.withdraw},
		// what gets shorter makes room for what gets longer, and for what is new
		{"shortening appointments", c.shorten},
		{"changing appointments", c.change},
		{"adding appointments", c.appoint},
	} {
		done, err := step.do(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step.doing, explain(err))
		}
		effects = append(effects, done...)
	}
	return effects, nil
}

func personEffect(id int64) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "person", ID: id}, Fields: personFields}
}

func (c Changes) addPeople(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	if len(c.NewPeople) == 0 {
		return nil, nil
	}
	f := c.fieldsOf(c.NewPeople)
	rows, err := tx.Query(ctx, `
		INSERT INTO person (staff_number, name, furigana, furigana_key, email, kind)
		SELECT number, name, furigana, key, nullif(email, ''), kind
		FROM unnest(@numbers::text[], @names::text[], @furigana::text[], @keys::bytea[], @emails::text[], @kinds::text[]) AS u(number, name, furigana, key, email, kind)
		RETURNING id, staff_number`,
		pgx.StrictNamedArgs{"numbers": f.numbers, "names": f.names, "furigana": f.furigana, "keys": f.keys, "emails": f.emails, "kinds": f.kinds})
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(c.NewPeople))
	for _, i := range c.NewPeople {
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

// changePeople first takes the e-mails away that change, so that two people can
// exchange theirs.
func (c Changes) changePeople(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	if len(c.ChangedPeople) == 0 {
		return nil, nil
	}
	if len(c.Emails) > 0 {
		if _, err := tx.Exec(ctx, `UPDATE person SET email = NULL WHERE id = ANY($1)`, c.fieldsOf(c.Emails).ids); err != nil {
			return nil, err
		}
	}
	f := c.fieldsOf(c.ChangedPeople)
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

func (c Changes) addPosts(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	if len(c.NewPosts) == 0 {
		return nil, nil
	}
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
	for _, i := range c.NewPosts {
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

func (c Changes) withdraw(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	p, effects := c.periodsOf("withdrawn", func(a AppointmentChange) bool { return a.Withdrawn })
	if len(p.ids) == 0 {
		return nil, nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM appointment WHERE id = ANY($1)`, p.ids)
	return effects, err
}

func (c Changes) shorten(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	return c.setPeriods(ctx, tx, AppointmentChange.Ends)
}

func (c Changes) change(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	return c.setPeriods(ctx, tx, func(a AppointmentChange) bool { return !a.Ends() })
}

func (c Changes) setPeriods(ctx context.Context, tx pgx.Tx, which func(AppointmentChange) bool) ([]door.Effect, error) {
	p, effects := c.periodsOf("period", func(a AppointmentChange) bool { return !a.Withdrawn && !a.IsNew() && which(a) })
	if len(p.ids) == 0 {
		return nil, nil
	}
	_, err := tx.Exec(ctx, `
		UPDATE appointment a SET period = daterange(u.first, u.last, '[]')
		FROM unnest($1::bigint[], $2::date[], $3::date[]) AS u(id, first, last) WHERE a.id = u.id`, p.ids, p.firsts, p.lasts)
	return effects, err
}

// periods are the days of some appointments, each a column.
type periods struct {
	ids           []int64
	firsts        []calendar.Date
	lasts         []calendar.Date
	people, posts []int64
}

// periodsOf are the appointments of which which says so, and what the trail
// records where one of their fields changes.
func (c Changes) periodsOf(field string, which func(AppointmentChange) bool) (periods, []door.Effect) {
	var (
		p       periods
		effects []door.Effect
	)
	for _, a := range c.Appointments {
		if !which(a) {
			continue
		}
		person, post := c.People[a.PersonAt].ID, c.Posts[a.PostAt].ID
		p.ids, p.firsts, p.lasts = append(p.ids, a.ID), append(p.firsts, a.First), append(p.lasts, a.Last)
		p.people, p.posts = append(p.people, person), append(p.posts, post)
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: a.ID}, Fields: []string{field}, Refs: map[string]int64{"person": person, "post": post},
		})
	}
	return p, effects
}

func (c Changes) appoint(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	p, _ := c.periodsOf("", AppointmentChange.IsNew)
	if len(p.ids) == 0 {
		return nil, nil
	}
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
