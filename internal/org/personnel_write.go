package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/trail"
)

// write makes a plan's changes with one statement for each kind of them, and
// returns what the trail records of each.
func (c personnelChanges) write(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
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

func (c personnelChanges) addPeople(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	if len(c.newPeople) == 0 {
		return nil, nil
	}
	f := c.fieldsOf(c.newPeople)
	rows, err := tx.Query(ctx, `
		INSERT INTO person (staff_number, name, furigana, email, kind)
		SELECT number, name, furigana, nullif(email, ''), kind
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS u(number, name, furigana, email, kind)
		RETURNING id, staff_number`, f.numbers, f.names, f.furigana, f.emails, f.kinds)
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(c.newPeople))
	for _, i := range c.newPeople {
		index[c.people[i].StaffNumber] = i
	}
	var (
		effects []door.Effect
		id      int64
		number  string
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		c.people[index[number]].ID = id
		effects = append(effects, personEffect(id))
		return nil
	})
	return effects, err
}

// changePeople first takes the e-mails away that change, so that two people can
// exchange theirs.
func (c personnelChanges) changePeople(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	if len(c.changed) == 0 {
		return nil, nil
	}
	if len(c.emails) > 0 {
		if _, err := tx.Exec(ctx, `UPDATE person SET email = NULL WHERE id = ANY($1)`, c.fieldsOf(c.emails).ids); err != nil {
			return nil, err
		}
	}
	f := c.fieldsOf(c.changed)
	_, err := tx.Exec(ctx, `
		UPDATE person p SET name = u.name, furigana = u.furigana, email = nullif(u.email, ''), kind = u.kind, version = version + 1
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS u(id, name, furigana, email, kind)
		WHERE p.id = u.id`, f.ids, f.names, f.furigana, f.emails, f.kinds)
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
}

func (c personnelChanges) fieldsOf(people []int) fields {
	var f fields
	for _, i := range people {
		p := c.people[i]
		f.ids, f.numbers, f.names = append(f.ids, p.ID), append(f.numbers, p.StaffNumber), append(f.names, p.Name)
		f.furigana, f.emails, f.kinds = append(f.furigana, p.Furigana), append(f.emails, p.Email), append(f.kinds, string(p.Kind))
	}
	return f
}

func (c personnelChanges) addPosts(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	if len(c.newPosts) == 0 {
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
	for _, i := range c.newPosts {
		p := c.posts[i]
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
		c.posts[index[k]].ID = id
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "post", ID: id}, Fields: []string{"title", "single_holder", "position"}, Refs: map[string]int64{"section": k.section},
		})
		return nil
	})
	return effects, err
}

func (c personnelChanges) withdraw(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	p, effects := c.periodsOf("withdrawn", func(h *held) bool { return h.withdrawn })
	if len(p.ids) == 0 {
		return nil, nil
	}
	_, err := tx.Exec(ctx, `DELETE FROM appointment WHERE id = ANY($1)`, p.ids)
	return effects, err
}

func (c personnelChanges) shorten(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	return c.setPeriods(ctx, tx, (*held).ends)
}

func (c personnelChanges) change(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	return c.setPeriods(ctx, tx, func(h *held) bool { return !h.ends() })
}

func (c personnelChanges) setPeriods(ctx context.Context, tx pgx.Tx, which func(*held) bool) ([]door.Effect, error) {
	p, effects := c.periodsOf("period", func(h *held) bool { return !h.withdrawn && !h.isNew() && which(h) })
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
func (c personnelChanges) periodsOf(field string, which func(*held) bool) (periods, []door.Effect) {
	var (
		p       periods
		effects []door.Effect
	)
	for _, h := range c.held {
		if !which(h) {
			continue
		}
		person, post := c.people[h.person].ID, c.posts[h.post].ID
		p.ids, p.firsts, p.lasts = append(p.ids, h.ID), append(p.firsts, h.First), append(p.lasts, h.Last)
		p.people, p.posts = append(p.people, person), append(p.posts, post)
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: h.ID}, Fields: []string{field}, Refs: map[string]int64{"person": person, "post": post},
		})
	}
	return p, effects
}

func (c personnelChanges) appoint(ctx context.Context, tx pgx.Tx) ([]door.Effect, error) {
	p, _ := c.periodsOf("", (*held).isNew)
	if len(p.ids) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		INSERT INTO appointment (person_id, post_id, single_holder, period)
		SELECT u.person, u.post, po.single_holder, daterange(u.first, u.last, '[]')
		FROM unnest($1::bigint[], $2::bigint[], $3::date[], $4::date[]) AS u(person, post, first, last) JOIN post po ON po.id = u.post
		RETURNING id, person_id, post_id`, p.people, p.posts, p.firsts, p.lasts)
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
