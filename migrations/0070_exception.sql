-- +goose Up
-- Exceptions (例外措置): what need not be kept for a time, who has permitted it and what is
-- done instead.

-- Up to which number exceptions are numbered in a fiscal year of Reiwa.
CREATE TABLE exception_number (
	year int PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

CREATE TABLE exception (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code       text NOT NULL CONSTRAINT exception_code_unique UNIQUE CONSTRAINT exception_code_shape CHECK (code ~ '^[0-9]+-[0-9]{4,}$'),
	section_id bigint NOT NULL REFERENCES section,
	asked_by   bigint NOT NULL REFERENCES person,
	asked_at   timestamptz NOT NULL,
	clause     text NOT NULL CHECK (length(clause) BETWEEN 1 AND 200),
	subject    text NOT NULL CHECK (length(subject) <= 1000),
	reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
	risk       text NOT NULL CHECK (length(risk) BETWEEN 1 AND 2000),
	instead    text NOT NULL CHECK (length(instead) BETWEEN 1 AND 2000),
	from_on    date NOT NULL,
	until_on   date NOT NULL,
	review_on  date, -- empty once it need not be looked at again
	-- since when it is done already, in an emergency
	done_since date,
	-- the one that it goes on from
	follows    bigint REFERENCES exception CHECK (follows < id),
	state      text NOT NULL CHECK (state IN ('asked', 'permitted', 'refused', 'withdrawn', 'ended')),
	decided_by bigint REFERENCES person,
	decided_on date,
	-- by when what was done already is put right, where it was refused
	mend_on    date,
	ended_on   date,
	version    int NOT NULL DEFAULT 1,
	CONSTRAINT exception_days CHECK (until_on >= from_on),
	CONSTRAINT exception_review_within CHECK (review_on BETWEEN from_on AND until_on),
	CONSTRAINT exception_emergency_from CHECK (done_since = from_on),
	CONSTRAINT exception_decided CHECK ((state IN ('permitted', 'refused', 'ended')) = (decided_by IS NOT NULL) AND (decided_by IS NULL) = (decided_on IS NULL)),
	CONSTRAINT exception_not_by_who_asked CHECK (decided_by <> asked_by),
	CONSTRAINT exception_mended CHECK (mend_on IS NULL OR state = 'refused' AND done_since IS NOT NULL),
	CONSTRAINT exception_ended CHECK ((state = 'ended') = (ended_on IS NOT NULL))
);
CREATE INDEX exception_of_section ON exception (section_id, id);
CREATE INDEX exception_asked ON exception (id) WHERE state = 'asked';
CREATE INDEX exception_permitted ON exception (until_on) WHERE state = 'permitted';
CREATE INDEX exception_following ON exception (follows) WHERE follows IS NOT NULL;

-- What has ended is read, and never changed; of one that stands, what was asked for is not.
-- +goose StatementBegin
CREATE FUNCTION refuse_ended_exception() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('refused', 'withdrawn', 'ended')
		OR (OLD.code, OLD.section_id, OLD.asked_by, OLD.asked_at, OLD.clause, OLD.subject, OLD.reason, OLD.risk, OLD.instead, OLD.from_on, OLD.until_on)
			IS DISTINCT FROM (NEW.code, NEW.section_id, NEW.asked_by, NEW.asked_at, NEW.clause, NEW.subject, NEW.reason, NEW.risk, NEW.instead, NEW.from_on, NEW.until_on)
		OR OLD.done_since IS DISTINCT FROM NEW.done_since OR OLD.follows IS DISTINCT FROM NEW.follows THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'exception_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER exception_ended BEFORE UPDATE ON exception FOR EACH ROW EXECUTE FUNCTION refuse_ended_exception();
CREATE TRIGGER exception_kept BEFORE DELETE ON exception FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER exception_not_emptied BEFORE TRUNCATE ON exception FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The assets that an exception is about, as they were called when it was asked for.
CREATE TABLE exception_about (
	exception_id bigint NOT NULL REFERENCES exception,
	asset_id     bigint NOT NULL REFERENCES asset,
	code         text NOT NULL CHECK (code <> ''),
	name         text NOT NULL CHECK (name <> ''),
	-- the rule that the asset need not fit; empty where it is about something else
	rule         text NOT NULL DEFAULT '',
	PRIMARY KEY (exception_id, asset_id, rule)
);
CREATE INDEX exception_about_asset ON exception_about (asset_id);
CREATE TRIGGER exception_about_append_only BEFORE UPDATE OR DELETE ON exception_about FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER exception_about_not_emptied BEFORE TRUNCATE ON exception_about FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step of each exception: what was done, by whom, and what they wrote.
CREATE TABLE exception_step (
	exception_id bigint NOT NULL REFERENCES exception,
	version      int NOT NULL,
	at           timestamptz NOT NULL,
	by           bigint NOT NULL REFERENCES person,
	event        text NOT NULL CHECK (event IN ('ask', 'withdraw', 'permit', 'refuse', 'review', 'end', 'revoke')),
	note         text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	PRIMARY KEY (exception_id, version)
);
CREATE TRIGGER exception_step_append_only BEFORE UPDATE OR DELETE ON exception_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER exception_step_not_emptied BEFORE TRUNCATE ON exception_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Which rule need not be fitted by which asset, and from when until when: who joins it says
-- on which day. One that ends early stands here no more.
CREATE VIEW exception_asset AS
	SELECT a.asset_id, a.rule, e.code, e.from_on, e.until_on
	FROM exception_about a JOIN exception e ON e.id = a.exception_id
	WHERE e.state = 'permitted';

INSERT INTO change_counter (name, number) VALUES ('exception', 0);
CREATE TRIGGER exception_counted AFTER INSERT OR UPDATE ON exception FOR EACH STATEMENT EXECUTE FUNCTION note_change('exception');

GRANT SELECT, INSERT, UPDATE ON exception, exception_number TO kagami_portal;
GRANT SELECT, INSERT ON exception_about, exception_step TO kagami_portal;
GRANT SELECT ON exception_asset TO kagami_portal;

-- +goose Down
DROP VIEW exception_asset;
DROP TABLE exception_step, exception_about, exception, exception_number;
DROP FUNCTION refuse_ended_exception;
DELETE FROM change_counter WHERE name = 'exception';
