-- +goose Up
-- The organization as it changes: 課室 within 課室 and 課室 that end, kinds of
-- people, appointments with a last day, 職務代理, and a table of 充て職 that the
-- town can change from a day on. Whatever held on a day can be asked for later.

ALTER TABLE section
	ADD COLUMN parent_id    bigint REFERENCES section CONSTRAINT section_not_its_own_parent CHECK (parent_id <> id),
	ADD COLUMN established_on date, -- NULL: always
	ADD COLUMN abolished_on date, -- the first day without it
	ADD CONSTRAINT section_days_in_order CHECK (established_on < abolished_on),
	ADD COLUMN version      int NOT NULL DEFAULT 1;
CREATE INDEX section_by_parent ON section (parent_id);
CREATE INDEX section_in_order ON section (position, code);

-- A 課室 inside itself. The function runs after the change is counted, so that
-- two changes at once see each other.
-- +goose StatementBegin
CREATE FUNCTION refuse_section_inside_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		WITH RECURSIVE above AS (
			SELECT id AS start, parent_id AS at FROM section WHERE parent_id IS NOT NULL
			UNION
			SELECT a.start, s.parent_id FROM above a JOIN section s ON s.id = a.at WHERE s.parent_id IS NOT NULL)
		SELECT FROM above WHERE start = at)
	THEN
		RAISE EXCEPTION 'a section is inside itself' USING ERRCODE = 'check_violation', CONSTRAINT = 'section_inside_itself';
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER section_inside_itself AFTER INSERT OR UPDATE OF parent_id ON section
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_section_inside_itself();

ALTER TABLE person
	ADD COLUMN kind    text NOT NULL DEFAULT 'regular' CHECK (kind IN ('regular', 'fiscal_year', 'special', 'reappointed', 'seconded', 'other')),
	ADD COLUMN version int NOT NULL DEFAULT 1,
	-- what a search looks in: folded, and without blanks
	ADD COLUMN search  text NOT NULL GENERATED ALWAYS AS (
		replace(lower(normalize(name || '|' || furigana || '|' || staff_number || '|' || coalesce(email, ''), NFKC)), ' ', '')) STORED;
CREATE INDEX person_in_order ON person (furigana, staff_number);

ALTER TABLE post
	ADD CONSTRAINT post_title_given CHECK (title <> ''),
	ADD COLUMN version int NOT NULL DEFAULT 1;
CREATE INDEX post_by_title ON post (title);

ALTER TABLE appointment
	ADD COLUMN acting boolean NOT NULL DEFAULT false, -- 職務代理
	-- its index is ordered by person: + 0 keeps it from being taken, slowly, to
	-- find the holders of a post
	DROP CONSTRAINT appointment_once,
	ADD CONSTRAINT appointment_once EXCLUDE USING gist (person_id WITH =, (post_id + 0) WITH =, period WITH &&),
	DROP CONSTRAINT appointment_single_holder,
	-- who stands in stands beside the holder, but not beside another who does
	ADD CONSTRAINT appointment_single_holder EXCLUDE USING gist (post_id WITH =, (acting::int) WITH =, period WITH &&) WHERE (single_holder);

DROP INDEX appointment_by_post;
CREATE INDEX appointment_by_post ON appointment (post_id) INCLUDE (person_id, period, acting);

-- 充て職: which roles a post carries, by its title, in one 課室 or in any, and from
-- when to when.
CREATE TABLE role_rule (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	title      text NOT NULL CONSTRAINT role_rule_title_given CHECK (title <> ''),
	section_id bigint REFERENCES section, -- NULL: wherever a post has this title
	role       text NOT NULL CHECK (role IN ('cio', 'ciso', 'general_security_officer', 'security_officer', 'csirt_member',
		'security_manager', 'system_manager', 'system_operator', 'auditor', 'administrator')),
	period     daterange NOT NULL CONSTRAINT role_rule_period_not_empty CHECK (NOT isempty(period)),
	CONSTRAINT role_rule_once EXCLUDE USING gist (title WITH =, (coalesce(section_id, 0)) WITH =, role WITH =, period WITH &&)
);
INSERT INTO role_rule (title, section_id, role, period)
SELECT DISTINCT po.title, po.section_id, pr.role, daterange(NULL, NULL)
FROM post_role pr JOIN post po ON po.id = pr.post_id WHERE pr.role <> 'staff';
DROP TABLE post_role;

-- A role given to a person directly.
CREATE TABLE role_grant (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id  bigint NOT NULL REFERENCES person,
	role       text NOT NULL CHECK (role IN ('cio', 'ciso', 'general_security_officer', 'security_officer', 'csirt_member',
		'security_manager', 'system_manager', 'system_operator', 'auditor', 'administrator')),
	section_id bigint REFERENCES section,
	period     daterange NOT NULL CONSTRAINT role_grant_period_not_empty CHECK (NOT isempty(period) AND NOT lower_inf(period)),
	reason     text NOT NULL CONSTRAINT role_grant_reason_given CHECK (reason <> ''),
	CONSTRAINT role_grant_section_where_needed CHECK ((role IN ('security_manager', 'system_manager', 'system_operator')) = (section_id IS NOT NULL)),
	CONSTRAINT role_grant_once EXCLUDE USING gist (person_id WITH =, role WITH =, (coalesce(section_id, 0)) WITH =, period WITH &&)
);
CREATE INDEX role_grant_by_role ON role_grant (role);

CREATE TRIGGER role_rule_counted AFTER INSERT OR UPDATE OR DELETE ON role_rule FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');
CREATE TRIGGER role_grant_counted AFTER INSERT OR UPDATE OR DELETE ON role_grant FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');

-- Which roles a post carries, and when.
CREATE VIEW post_role AS
	SELECT po.id AS post_id, r.role, r.period
	FROM post po JOIN role_rule r ON r.title = po.title AND (r.section_id IS NULL OR r.section_id = po.section_id);

-- Who holds which role, and when: by a post while both periods last, or directly.
CREATE VIEW holding AS
	SELECT a.person_id, pr.role, po.section_id, a.post_id, a.acting, a.period, pr.period AS rule_period
	FROM appointment a JOIN post po ON po.id = a.post_id JOIN post_role pr ON pr.post_id = po.id
	UNION ALL
	SELECT person_id, role, section_id, NULL, false, period, daterange(NULL, NULL) FROM role_grant;

-- In which capacity somebody acted: as the holder (empty), as 職務代理, or for a
-- role below that is vacant or whose holder is concerned.
ALTER TABLE trail_entry ADD COLUMN capacity text NOT NULL DEFAULT '' CHECK (capacity IN ('', 'acting', 'standing_in'));

GRANT SELECT ON post_role, holding TO kagami_portal;
-- Who holds what, and from when, never changes; only until when.
-- +goose StatementBegin
CREATE FUNCTION refuse_another_first_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF lower(NEW.period) IS DISTINCT FROM lower(OLD.period) THEN
		RAISE EXCEPTION '% on % is refused: the first day of a period never changes', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER appointment_first_day BEFORE UPDATE ON appointment FOR EACH ROW EXECUTE FUNCTION refuse_another_first_day();
CREATE TRIGGER role_rule_first_day BEFORE UPDATE ON role_rule FOR EACH ROW EXECUTE FUNCTION refuse_another_first_day();
CREATE TRIGGER role_grant_first_day BEFORE UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION refuse_another_first_day();
REVOKE UPDATE ON appointment FROM kagami_portal;
GRANT UPDATE (period) ON appointment TO kagami_portal;

GRANT SELECT, INSERT, UPDATE (period), DELETE ON role_rule, role_grant TO kagami_portal;
-- what was prepared and has not begun can be withdrawn
GRANT DELETE ON appointment TO kagami_portal;

-- +goose Down
ALTER TABLE trail_entry DROP COLUMN capacity;
DROP VIEW holding, post_role;
CREATE TABLE post_role (
	post_id bigint NOT NULL REFERENCES post,
	role    text   NOT NULL,
	PRIMARY KEY (post_id, role)
);
INSERT INTO post_role (post_id, role)
SELECT DISTINCT po.id, r.role FROM post po JOIN role_rule r ON r.title = po.title AND (r.section_id IS NULL OR r.section_id = po.section_id);
CREATE TRIGGER post_role_counted AFTER INSERT OR UPDATE OR DELETE ON post_role FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');
GRANT SELECT, INSERT, DELETE ON post_role TO kagami_portal;
DROP TABLE role_grant, role_rule;
DROP INDEX appointment_by_post;
CREATE INDEX appointment_by_post ON appointment (post_id);
ALTER TABLE appointment
	DROP CONSTRAINT appointment_once,
	ADD CONSTRAINT appointment_once EXCLUDE USING gist (person_id WITH =, post_id WITH =, period WITH &&),
	DROP CONSTRAINT appointment_single_holder,
	DROP COLUMN acting,
	ADD CONSTRAINT appointment_single_holder EXCLUDE USING gist (post_id WITH =, period WITH &&) WHERE (single_holder);
DROP TRIGGER appointment_first_day ON appointment;
DROP FUNCTION refuse_another_first_day;
REVOKE DELETE ON appointment FROM kagami_portal;
GRANT UPDATE ON appointment TO kagami_portal;
DROP INDEX post_by_title;
ALTER TABLE post DROP CONSTRAINT post_title_given, DROP COLUMN version;
DROP INDEX person_in_order;
ALTER TABLE person DROP COLUMN kind, DROP COLUMN version, DROP COLUMN search;
DROP TRIGGER section_inside_itself ON section;
DROP FUNCTION refuse_section_inside_itself;
DROP INDEX section_in_order;
ALTER TABLE section DROP COLUMN parent_id, DROP COLUMN established_on, DROP COLUMN abolished_on, DROP COLUMN version;
