-- +goose Up
-- 棚卸し of the register (7(2)): which assets are asked for, what was found of each, and who
-- has confirmed it. Nothing of the register is copied when one is opened: an asset is in it by
-- its id, where it stands.

-- Up to which number they are numbered in a fiscal year of Reiwa.
CREATE TABLE stocktaking_number (
	year int PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

CREATE TABLE stocktaking (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code       text NOT NULL CONSTRAINT stocktaking_code_unique UNIQUE CONSTRAINT stocktaking_code_shape CHECK (code ~ '^[0-9]+-[0-9]+$'),
	title      text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
	whole      boolean NOT NULL, -- of all sections, also those that assets come to meanwhile
	kinds      text[] NOT NULL,  -- none for all
	levels     text[] NOT NULL,  -- of 機密性; none for all
	due_on     date NOT NULL,
	opened_by  bigint NOT NULL REFERENCES person,
	opened_at  timestamptz NOT NULL,
	opened_on  date NOT NULL,
	last_asset bigint NOT NULL, -- the highest id that there was
	state      text NOT NULL CHECK (state IN ('open', 'closed')),
	closed_by  bigint REFERENCES person,
	closed_at  timestamptz,
	reason     text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000), -- why it was closed with sections missing
	CONSTRAINT stocktaking_due CHECK (due_on >= opened_on),
	CONSTRAINT stocktaking_closed CHECK ((state = 'closed') = (closed_by IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)),
	CONSTRAINT stocktaking_reason_closed CHECK (reason = '' OR state = 'closed')
);
CREATE UNIQUE INDEX stocktaking_open ON stocktaking (id) WHERE state = 'open';

CREATE TABLE stocktaking_section (
	stocktaking_id bigint NOT NULL REFERENCES stocktaking,
	section_id     bigint NOT NULL REFERENCES section,
	held           int NOT NULL CHECK (held >= 0), -- at the opening, or when it came in
	open           boolean NOT NULL DEFAULT true,
	state          text NOT NULL DEFAULT 'not_begun' CHECK (state IN ('not_begun', 'under_way', 'handed_in', 'confirmed')),
	handed_by      bigint REFERENCES person,
	handed_at      timestamptz,
	confirmed_by   bigint REFERENCES person,
	confirmed_at   timestamptz,
	words          text NOT NULL DEFAULT '' CHECK (length(words) <= 2000), -- of the last sending back
	version        int NOT NULL DEFAULT 1,
	-- what it comes to, kept at the closing: the record of the year is for ever the same
	name           text,
	asked          int,
	same           int,
	changed        int,
	disposed       int,
	missing        int,
	ended          int,
	PRIMARY KEY (stocktaking_id, section_id),
	CONSTRAINT stocktaking_section_handed CHECK (state NOT IN ('handed_in') OR handed_at IS NOT NULL),
	CONSTRAINT stocktaking_section_confirmed CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)),
	CONSTRAINT stocktaking_section_kept CHECK (open = (num_nonnulls(name, asked, same, changed, disposed, missing, ended) = 0) AND (open OR num_nulls(name, asked, same, changed, disposed, missing, ended) = 0)),
	CONSTRAINT stocktaking_section_sums CHECK (same + changed + disposed + missing <= asked)
);
-- a section is gone through by one at a time
CREATE UNIQUE INDEX stocktaking_section_open ON stocktaking_section (section_id) WHERE open;

CREATE TABLE stocktaking_answer (
	stocktaking_id bigint NOT NULL REFERENCES stocktaking,
	asset_id       bigint NOT NULL REFERENCES asset,
	section_id     bigint NOT NULL REFERENCES section, -- where it was answered; from the closing on, where it stood then
	result         text NOT NULL CHECK (result IN ('same', 'changed', 'disposed', 'missing')),
	answered_on    date NOT NULL, -- when it was looked at: of a sheet, the day that stands there
	answered_by    bigint NOT NULL REFERENCES person,
	answered_at    timestamptz NOT NULL,
	looked_by      text NOT NULL DEFAULT '' CHECK (length(looked_by) <= 100), -- the name on a sheet
	note           text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
	noticed_on     date,
	noticed_by     text NOT NULL DEFAULT '' CHECK (length(noticed_by) <= 100),
	last_seen_on   date,
	version        int NOT NULL DEFAULT 1,
	-- what it was called at the closing, of what the record lists
	code           text,
	name           text,
	PRIMARY KEY (stocktaking_id, asset_id),
	CONSTRAINT stocktaking_answer_why CHECK (result <> 'disposed' OR note <> ''),
	CONSTRAINT stocktaking_answer_noticed CHECK ((result = 'missing') = (noticed_on IS NOT NULL) AND (result = 'missing') = (noticed_by <> '')),
	CONSTRAINT stocktaking_answer_seen CHECK (last_seen_on IS NULL OR last_seen_on <= noticed_on)
);
-- what the record lists
CREATE INDEX stocktaking_answer_listed ON stocktaking_answer (stocktaking_id, section_id, asset_id) WHERE result <> 'same';

-- Each answer of each asset: nothing that was answered is lost by another answer.
CREATE TABLE stocktaking_answer_change (
	stocktaking_id bigint NOT NULL,
	asset_id       bigint NOT NULL,
	version        int NOT NULL,
	section_id     bigint NOT NULL,
	result         text NOT NULL CHECK (result IN ('same', 'changed', 'disposed', 'missing')),
	answered_on    date NOT NULL,
	answered_by    bigint NOT NULL,
	answered_at    timestamptz NOT NULL,
	looked_by      text NOT NULL,
	note           text NOT NULL,
	noticed_on     date,
	noticed_by     text NOT NULL,
	last_seen_on   date,
	PRIMARY KEY (stocktaking_id, asset_id, version)
);
CREATE TRIGGER stocktaking_answer_change_append_only BEFORE UPDATE OR DELETE ON stocktaking_answer_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_answer_change_not_emptied BEFORE TRUNCATE ON stocktaking_answer_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step of each 棚卸し and of its sections: what was done, by whom, and what they wrote.
CREATE TABLE stocktaking_step (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	stocktaking_id bigint NOT NULL REFERENCES stocktaking,
	section_id     bigint REFERENCES section, -- NULL for the whole of it
	at             timestamptz NOT NULL,
	by             bigint REFERENCES person, -- NULL for the portal
	event          text NOT NULL CHECK (event IN ('open', 'move_due', 'close', 'join', 'answer', 'hand_in', 'send_back', 'confirm', 'take_up')),
	note           text NOT NULL DEFAULT '' CHECK (length(note) <= 2000)
);
CREATE INDEX stocktaking_step_of ON stocktaking_step (stocktaking_id, section_id, id);
CREATE TRIGGER stocktaking_step_append_only BEFORE UPDATE OR DELETE ON stocktaking_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_step_not_emptied BEFORE TRUNCATE ON stocktaking_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who was reminded of which section, by which step before or after the last day: once each.
CREATE TABLE stocktaking_reminder (
	stocktaking_id bigint NOT NULL,
	section_id     bigint NOT NULL,
	due_on         date NOT NULL,
	days           int NOT NULL,
	recipient      text NOT NULL CHECK (recipient IN ('person', 'manager', 'general')),
	reminded_on    date NOT NULL,
	PRIMARY KEY (stocktaking_id, section_id, due_on, recipient, days),
	FOREIGN KEY (stocktaking_id, section_id) REFERENCES stocktaking_section
);
CREATE TRIGGER stocktaking_reminder_append_only BEFORE UPDATE OR DELETE ON stocktaking_reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_reminder_not_emptied BEFORE TRUNCATE ON stocktaking_reminder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is closed is read, and never changed; of what is open, what was said at the opening is
-- not, but for its last day.
-- +goose StatementBegin
CREATE FUNCTION refuse_closed_stocktaking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state = 'closed'
		OR (OLD.code, OLD.title, OLD.whole, OLD.kinds, OLD.levels, OLD.opened_by, OLD.opened_at, OLD.opened_on, OLD.last_asset)
			IS DISTINCT FROM (NEW.code, NEW.title, NEW.whole, NEW.kinds, NEW.levels, NEW.opened_by, NEW.opened_at, NEW.opened_on, NEW.last_asset) THEN
		RAISE EXCEPTION 'what was said at the opening, and what is closed, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'stocktaking_kept';
	END IF;
	RETURN NEW;
END $$;
CREATE FUNCTION refuse_closed_stocktaking_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT state FROM stocktaking WHERE id = NEW.stocktaking_id) = 'closed' THEN
		RAISE EXCEPTION 'what is closed is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'stocktaking_answer_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER stocktaking_closed BEFORE UPDATE ON stocktaking FOR EACH ROW EXECUTE FUNCTION refuse_closed_stocktaking();
CREATE TRIGGER stocktaking_kept BEFORE DELETE ON stocktaking FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_not_emptied BEFORE TRUNCATE ON stocktaking FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_section_closed BEFORE UPDATE ON stocktaking_section FOR EACH ROW WHEN (NOT OLD.open) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_section_kept BEFORE DELETE ON stocktaking_section FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_section_not_emptied BEFORE TRUNCATE ON stocktaking_section FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_answer_closed BEFORE INSERT OR UPDATE ON stocktaking_answer FOR EACH ROW EXECUTE FUNCTION refuse_closed_stocktaking_answer();
CREATE TRIGGER stocktaking_answer_kept BEFORE DELETE ON stocktaking_answer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stocktaking_answer_not_emptied BEFORE TRUNCATE ON stocktaking_answer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What has left the register, by section: few of all that there are.
CREATE INDEX asset_ended_of_section ON asset (section_id, id) WHERE state IN ('retired', 'mistaken', 'merged');

INSERT INTO change_counter (name, number) VALUES ('stocktaking', 0);
CREATE TRIGGER stocktaking_counted AFTER INSERT OR UPDATE ON stocktaking FOR EACH STATEMENT EXECUTE FUNCTION note_change('stocktaking');
CREATE TRIGGER stocktaking_section_counted AFTER INSERT OR UPDATE ON stocktaking_section FOR EACH STATEMENT EXECUTE FUNCTION note_change('stocktaking');

GRANT SELECT, INSERT, UPDATE ON stocktaking, stocktaking_section, stocktaking_answer, stocktaking_number TO kagami_portal;
GRANT SELECT, INSERT ON stocktaking_answer_change, stocktaking_step, stocktaking_reminder TO kagami_portal;

-- +goose Down
DROP INDEX asset_ended_of_section;
DROP TABLE stocktaking_reminder, stocktaking_step, stocktaking_answer_change, stocktaking_answer, stocktaking_section, stocktaking, stocktaking_number;
DROP FUNCTION refuse_closed_stocktaking, refuse_closed_stocktaking_answer;
DELETE FROM change_counter WHERE name = 'stocktaking';
