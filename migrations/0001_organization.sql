-- +goose Up
-- The organization of the town: 課室, people, posts, and who holds which post
-- when (基本方針 7(1), 図 1.1). Roles follow posts (充て職).

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE section (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code     text NOT NULL CONSTRAINT section_code_unique UNIQUE CONSTRAINT section_code_shape CHECK (code ~ '^[0-9A-Za-z-]{1,20}$'),
	name     text NOT NULL CONSTRAINT section_name_given CHECK (name <> ''),
	-- 4(1): 内部部局, 行政委員会, 議会事務局, 教育機関
	kind     text NOT NULL CHECK (kind IN ('internal', 'commission', 'assembly', 'education')),
	position int  NOT NULL
);

CREATE TABLE person (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	staff_number text NOT NULL CONSTRAINT person_staff_number_unique UNIQUE CONSTRAINT person_staff_number_shape CHECK (staff_number ~ '^[0-9A-Za-z-]{1,20}$'),
	name         text NOT NULL CONSTRAINT person_name_given CHECK (name <> ''),
	furigana     text NOT NULL,
	email        text
);
-- An e-mail is looked up at sign-in whatever its case; staff numbers have no @,
-- so the two never meet.
CREATE UNIQUE INDEX person_email_unique ON person (lower(email));
CREATE UNIQUE INDEX person_staff_number_folded ON person (lower(staff_number));

CREATE TABLE post (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	section_id    bigint REFERENCES section, -- 町長 and 副町長 belong to none
	title         text NOT NULL,
	single_holder boolean NOT NULL,
	position      int NOT NULL,
	CONSTRAINT post_title_unique UNIQUE NULLS NOT DISTINCT (section_id, title),
	UNIQUE (id, single_holder)
);

CREATE TABLE post_role (
	post_id bigint NOT NULL REFERENCES post,
	role    text   NOT NULL CHECK (role IN ('cio', 'ciso', 'general_security_officer', 'security_officer', 'csirt_member',
		'security_manager', 'system_manager', 'system_operator', 'staff', 'auditor', 'administrator')),
	PRIMARY KEY (post_id, role)
);

CREATE TABLE appointment (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id     bigint NOT NULL REFERENCES person,
	post_id       bigint NOT NULL,
	single_holder boolean NOT NULL,
	period        daterange NOT NULL CONSTRAINT appointment_period_not_empty CHECK (NOT isempty(period) AND NOT lower_inf(period)),
	FOREIGN KEY (post_id, single_holder) REFERENCES post (id, single_holder) ON UPDATE CASCADE,
	-- nobody holds the same post twice on one day, and a post for one has one holder
	CONSTRAINT appointment_once EXCLUDE USING gist (person_id WITH =, post_id WITH =, period WITH &&),
	CONSTRAINT appointment_single_holder EXCLUDE USING gist (post_id WITH =, period WITH &&) WHERE (single_holder)
);
CREATE INDEX appointment_by_person ON appointment (person_id);
CREATE INDEX appointment_by_post ON appointment (post_id);

-- How often the organization and the policy have changed: what a portal has
-- drawn from a state it keeps by these numbers (package state). The row is
-- locked by whoever changes one of them, so the numbers follow the commits.
CREATE TABLE change_count (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	organization bigint NOT NULL,
	policy       bigint NOT NULL
);
INSERT INTO change_count VALUES (true, 1, 1);

-- +goose StatementBegin
CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	IF TG_ARGV[0] = 'organization' THEN
		UPDATE change_count SET organization = organization + 1;
	ELSE
		UPDATE change_count SET policy = policy + 1;
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER section_counted AFTER INSERT OR UPDATE OR DELETE ON section FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');
CREATE TRIGGER person_counted AFTER INSERT OR UPDATE OR DELETE ON person FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');
CREATE TRIGGER post_counted AFTER INSERT OR UPDATE OR DELETE ON post FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');
CREATE TRIGGER post_role_counted AFTER INSERT OR UPDATE OR DELETE ON post_role FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');
CREATE TRIGGER appointment_counted AFTER INSERT OR UPDATE OR DELETE ON appointment FOR EACH STATEMENT EXECUTE FUNCTION count_change('organization');

GRANT SELECT ON change_count TO kagami_portal;

-- the portal looks whether the schema is its own
GRANT SELECT ON goose_db_version TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON section, person, post, appointment TO kagami_portal;
GRANT SELECT, INSERT, DELETE ON post_role TO kagami_portal;

-- +goose Down
DROP TABLE appointment, post_role, post, person, section, change_count;
DROP FUNCTION count_change;
