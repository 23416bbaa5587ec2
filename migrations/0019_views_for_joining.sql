-- +goose Up
-- What the rest of the house may join of the organization. The tables themselves
-- are org's alone: it can change them as long as these views say the same. They
-- are plain, so that a statement which joins one is planned as if it named the
-- tables.

-- A person as others show them. search is what a search looks in.
CREATE VIEW person_shown AS
	SELECT id, staff_number, name, furigana, email, search FROM person;

-- A 課室 as others show it; position and then code give their order.
CREATE VIEW section_shown AS
	SELECT id, code, name, position FROM section;

-- Who stands where, and when: a row for each post that somebody holds, or stands in
-- for (acting). section_id is NULL for a post that belongs to no 課室; of several,
-- a person's first is the first by acting, position and id.
--
-- Which role comes of it is the other view, holding, which others join as it is:
-- 職員等 is whoever stands somewhere, any other role has its rows there. One view of
-- both would be neither plain nor fast. A join finds a row in each branch of a UNION
-- only by reading the branch through, and the days on which a post's period and its
-- rule's both hold, as one period, are nothing that the planner knows statistics of.
CREATE VIEW standing AS
	SELECT a.id, a.person_id, po.section_id, a.post_id, po.title, po.position, a.acting, a.period
	FROM appointment a JOIN post po ON po.id = a.post_id;

-- When somebody has a post or a role, whichever: who serves may sign in.
CREATE VIEW serving AS
	SELECT person_id, period FROM appointment
	UNION ALL
	SELECT person_id, period FROM role_grant;

GRANT SELECT ON person_shown, section_shown, standing, serving TO kagami_portal;

-- +goose Down
DROP VIEW serving, standing, section_shown, person_shown;
