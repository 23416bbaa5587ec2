-- +goose Up
-- The yearly confirmation of rights (利用権限の確認, 7(6)): who leads people says of each right
-- of theirs whether it is still needed. Which rights are asked for is fixed at the opening;
-- who answers for one is who leads its person on the day.

-- When people were last signed in to the portal, as others join it; NULL for never.
CREATE VIEW signed_in AS
	SELECT person_id, signed_in_at FROM account;

-- Up to which number they are numbered in a fiscal year of Reiwa.
CREATE TABLE right_review_number (
	year int PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

CREATE TABLE right_review (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code      text NOT NULL CONSTRAINT right_review_code_unique UNIQUE CONSTRAINT right_review_code_shape CHECK (code ~ '^[0-9]+-[0-9]+$'),
	title     text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
	whole     boolean NOT NULL, -- of all sections
	due_on    date NOT NULL,
	opened_by bigint NOT NULL REFERENCES person,
	opened_at timestamptz NOT NULL,
	opened_on date NOT NULL,
	state     text NOT NULL CHECK (state IN ('open', 'closed')),
	closed_by bigint REFERENCES person,
	closed_at timestamptz,
	reason    text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000), -- why it was closed with sections missing
	CONSTRAINT right_review_due CHECK (due_on >= opened_on),
	CONSTRAINT right_review_closed CHECK ((state = 'closed') = (closed_by IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)),
	CONSTRAINT right_review_reason_closed CHECK (reason = '' OR state = 'closed')
);
-- one at a time: people move between sections while it goes on, and nobody is asked twice
CREATE UNIQUE INDEX right_review_open ON right_review ((true)) WHERE state = 'open';

CREATE TABLE right_review_section (
	review_id  bigint NOT NULL REFERENCES right_review,
	section_id bigint NOT NULL REFERENCES section,
	open       boolean NOT NULL DEFAULT true,
	state      text NOT NULL DEFAULT 'not_begun' CHECK (state IN ('not_begun', 'under_way', 'handed_in')),
	handed_by  bigint REFERENCES person,
	handed_at  timestamptz,
	version    int NOT NULL DEFAULT 1,
	-- what it comes to, kept at the closing
	name       text,
	asked      int,
	needed     int,
	unneeded   int,
	change     int,
	later      int,
	ended      int,
	PRIMARY KEY (review_id, section_id),
	CONSTRAINT right_review_section_handed CHECK ((state = 'handed_in') = (handed_at IS NOT NULL) AND (handed_at IS NULL) = (handed_by IS NULL)),
	CONSTRAINT right_review_section_kept CHECK (num_nulls(name, asked, needed, unneeded, change, later, ended) = CASE WHEN open THEN 7 ELSE 0 END),
	CONSTRAINT right_review_section_sums CHECK (needed + unneeded + change + later <= asked)
);

-- A right that is asked for. A town of a million is opened by one statement in seconds, which a
-- foreign key for each would make minutes: all of them are copied from rows that nothing deletes.
CREATE TABLE right_review_item (
	review_id   bigint NOT NULL,
	right_id    bigint NOT NULL,
	person_id   bigint NOT NULL, -- whose right it is
	section_id  bigint NOT NULL, -- where the person worked at the opening; from the closing on, where they did then
	answer      text CHECK (answer IN ('needed', 'unneeded', 'change', 'later')),
	words       text NOT NULL DEFAULT '' CHECK (length(words) <= 500), -- what is to be changed
	answered_by bigint,
	answered_at timestamptz,
	version     int NOT NULL DEFAULT 0,
	-- what it was at the closing
	over        boolean, -- it had ended before anybody answered
	person_name text,
	system_name text,
	grade       text,
	PRIMARY KEY (review_id, right_id),
	CONSTRAINT right_review_item_answered CHECK ((answer IS NULL) = (answered_by IS NULL) AND (answer IS NULL) = (answered_at IS NULL)),
	CONSTRAINT right_review_item_words CHECK ((answer IS NOT DISTINCT FROM 'change') = (words <> '')),
	CONSTRAINT right_review_item_kept CHECK (num_nulls(over, person_name, system_name, grade) IN (0, 4))
);
CREATE INDEX right_review_item_of_section ON right_review_item (review_id, section_id);
CREATE INDEX right_review_item_of_person ON right_review_item (review_id, person_id);
CREATE INDEX right_review_item_of_change ON right_review_item (right_id) WHERE answer = 'change';

-- Each answer of each: nothing that was answered is lost by another answer.
CREATE TABLE right_review_answer (
	review_id bigint NOT NULL,
	right_id  bigint NOT NULL,
	version   int NOT NULL,
	at        timestamptz NOT NULL,
	by        bigint NOT NULL REFERENCES person,
	answer    text NOT NULL CHECK (answer IN ('needed', 'unneeded', 'change', 'later', 'undo')),
	words     text NOT NULL CHECK (length(words) <= 500),
	PRIMARY KEY (review_id, right_id, version),
	FOREIGN KEY (review_id, right_id) REFERENCES right_review_item
);
CREATE TRIGGER right_review_answer_append_only BEFORE UPDATE OR DELETE ON right_review_answer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_answer_not_emptied BEFORE TRUNCATE ON right_review_answer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- That what was to be changed was, by who answers for the system; also after the closing.
CREATE TABLE right_review_settlement (
	review_id bigint NOT NULL,
	right_id  bigint NOT NULL,
	at        timestamptz NOT NULL,
	by        bigint NOT NULL REFERENCES person,
	note      text NOT NULL CHECK (length(note) <= 500),
	version   int NOT NULL, -- of the answer
	PRIMARY KEY (review_id, right_id, version),
	FOREIGN KEY (review_id, right_id) REFERENCES right_review_item
);
CREATE TRIGGER right_review_settlement_append_only BEFORE UPDATE OR DELETE ON right_review_settlement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_settlement_not_emptied BEFORE TRUNCATE ON right_review_settlement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step of each, and of its sections.
CREATE TABLE right_review_step (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	review_id  bigint NOT NULL REFERENCES right_review,
	section_id bigint REFERENCES section, -- NULL for the whole of it
	at         timestamptz NOT NULL,
	by         bigint REFERENCES person, -- NULL for the portal
	event      text NOT NULL CHECK (event IN ('open', 'move_due', 'close', 'join', 'begin', 'hand_in', 'take_up')),
	note       text NOT NULL DEFAULT '' CHECK (length(note) <= 2000)
);
CREATE INDEX right_review_step_of ON right_review_step (review_id, section_id, id);
CREATE TRIGGER right_review_step_append_only BEFORE UPDATE OR DELETE ON right_review_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_step_not_emptied BEFORE TRUNCATE ON right_review_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who was reminded of which section, by which step before or after the last day: once each.
CREATE TABLE right_review_reminder (
	review_id   bigint NOT NULL,
	section_id  bigint NOT NULL,
	due_on      date NOT NULL,
	days        int NOT NULL,
	recipient   text NOT NULL CHECK (recipient IN ('person', 'manager', 'general')),
	reminded_on date NOT NULL,
	PRIMARY KEY (review_id, section_id, due_on, recipient, days),
	FOREIGN KEY (review_id, section_id) REFERENCES right_review_section
);
CREATE TRIGGER right_review_reminder_append_only BEFORE UPDATE OR DELETE ON right_review_reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_reminder_not_emptied BEFORE TRUNCATE ON right_review_reminder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- In which weeks, by their Mondays, the 統括 was told which sections are missing.
CREATE TABLE right_review_week (
	review_id bigint NOT NULL REFERENCES right_review,
	monday    date NOT NULL,
	PRIMARY KEY (review_id, monday)
);
CREATE TRIGGER right_review_week_append_only BEFORE UPDATE OR DELETE ON right_review_week FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_week_not_emptied BEFORE TRUNCATE ON right_review_week FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is closed is read, and never changed; of what is open, what was said at the opening is
-- not, but for its last day.
-- +goose StatementBegin
CREATE FUNCTION refuse_closed_right_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state = 'closed'
		OR (OLD.code, OLD.title, OLD.whole, OLD.opened_by, OLD.opened_at, OLD.opened_on) IS DISTINCT FROM (NEW.code, NEW.title, NEW.whole, NEW.opened_by, NEW.opened_at, NEW.opened_on) THEN
		RAISE EXCEPTION 'what was said at the opening, and what is closed, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'right_review_kept';
	END IF;
	RETURN NEW;
END $$;
-- Asked of all rows of a statement at once: an opening writes a million.
CREATE FUNCTION refuse_closed_right_review_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM right_review v WHERE v.state = 'closed' AND v.id IN (SELECT DISTINCT review_id FROM written)) THEN
		RAISE EXCEPTION 'what is closed is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'right_review_item_kept';
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION refuse_other_right_review_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'which right is asked for is never changed, nor an answer by which it has ended' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'right_review_item_same';
END $$;
-- +goose StatementEnd
CREATE TRIGGER right_review_closed BEFORE UPDATE ON right_review FOR EACH ROW EXECUTE FUNCTION refuse_closed_right_review();
CREATE TRIGGER right_review_kept BEFORE DELETE ON right_review FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_not_emptied BEFORE TRUNCATE ON right_review FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_section_closed BEFORE UPDATE ON right_review_section FOR EACH ROW WHEN (NOT OLD.open) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_section_kept BEFORE DELETE ON right_review_section FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_section_not_emptied BEFORE TRUNCATE ON right_review_section FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_item_closed_inserted AFTER INSERT ON right_review_item REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_right_review_item();
CREATE TRIGGER right_review_item_closed_updated AFTER UPDATE ON right_review_item REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_right_review_item();
CREATE TRIGGER right_review_item_same BEFORE UPDATE ON right_review_item FOR EACH ROW
	WHEN ((OLD.review_id, OLD.right_id, OLD.person_id) IS DISTINCT FROM (NEW.review_id, NEW.right_id, NEW.person_id) OR OLD.answer = 'unneeded' AND NEW.answer IS DISTINCT FROM 'unneeded')
	EXECUTE FUNCTION refuse_other_right_review_item();
CREATE TRIGGER right_review_item_kept BEFORE DELETE ON right_review_item FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_review_item_not_emptied BEFORE TRUNCATE ON right_review_item FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO change_counter (name, number) VALUES ('right_review', 0);
CREATE TRIGGER right_review_counted AFTER INSERT OR UPDATE ON right_review FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_review');
CREATE TRIGGER right_review_section_counted AFTER INSERT OR UPDATE ON right_review_section FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_review');
CREATE TRIGGER right_review_item_counted AFTER INSERT OR UPDATE ON right_review_item FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_review');
CREATE TRIGGER right_review_settlement_counted AFTER INSERT ON right_review_settlement FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_review');

GRANT SELECT ON signed_in TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON right_review_number, right_review, right_review_section, right_review_item TO kagami_portal;
GRANT SELECT, INSERT ON right_review_answer, right_review_settlement, right_review_step, right_review_reminder, right_review_week TO kagami_portal;

-- +goose Down
DROP TABLE right_review_week, right_review_reminder, right_review_step, right_review_settlement, right_review_answer, right_review_item, right_review_section, right_review, right_review_number;
DROP FUNCTION refuse_closed_right_review, refuse_closed_right_review_item, refuse_other_right_review_item;
DROP VIEW signed_in;
DELETE FROM change_counter WHERE name = 'right_review';
