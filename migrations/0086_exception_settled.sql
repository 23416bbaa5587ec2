-- +goose Up
-- Exceptions of several clauses, of clauses that the policy does not have, and of one person;
-- and what follows once one is over: how the rule is kept again.

-- The clauses of each exception, in the order in which they were written. A key is how one is
-- looked for: however wide its letters are, and however they are spaced.
CREATE TABLE exception_clause (
	exception_id bigint NOT NULL REFERENCES exception,
	place        int NOT NULL CHECK (place > 0),
	clause       text NOT NULL CHECK (length(clause) BETWEEN 1 AND 200),
	key          text NOT NULL CHECK (key <> ''),
	-- no text in force that who asked may read has it: a rule on paper, or a slip of which they were warned
	unfound      boolean NOT NULL,
	PRIMARY KEY (exception_id, place),
	CONSTRAINT exception_clause_once UNIQUE (exception_id, key)
);
INSERT INTO exception_clause (exception_id, place, clause, key, unfound)
SELECT id, 1, clause, coalesce(nullif(regexp_replace(normalize(clause, NFKC), '\s', '', 'g'), ''), clause), false FROM exception;
CREATE TRIGGER exception_clause_append_only BEFORE UPDATE OR DELETE ON exception_clause FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER exception_clause_not_emptied BEFORE TRUNCATE ON exception_clause FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON exception_clause TO kagami_portal;

ALTER TABLE exception
	-- clause holds all of them, in words
	DROP CONSTRAINT exception_clause_check,
	ADD CONSTRAINT exception_clause_length CHECK (length(clause) BETWEEN 1 AND 1100),
	-- for whom it is, where it is for one person: they never decide on it either
	ADD COLUMN for_id bigint REFERENCES person,
	-- by when what is done already should have been reported
	ADD COLUMN report_by date,
	-- by when it is recorded how the rule is kept again; empty where it was never left
	ADD COLUMN settle_by date,
	-- since when it is kept again
	ADD COLUMN settled_on date,
	DROP CONSTRAINT exception_state_check,
	ADD CONSTRAINT exception_state_check CHECK (state IN ('asked', 'permitted', 'refused', 'withdrawn', 'ended', 'settled')),
	DROP CONSTRAINT exception_decided,
	DROP CONSTRAINT exception_mended,
	DROP CONSTRAINT exception_ended;
ALTER TABLE exception DISABLE TRIGGER exception_ended;
UPDATE exception e SET settle_by = CASE e.state
	WHEN 'permitted' THEN e.until_on + 14
	WHEN 'ended' THEN CASE WHEN e.ended_on >= e.from_on THEN e.ended_on + 14 END
	WHEN 'refused' THEN e.mend_on
	WHEN 'withdrawn' THEN CASE WHEN e.done_since IS NOT NULL THEN (SELECT (max(h.at) AT TIME ZONE 'Asia/Tokyo')::date FROM exception_step h WHERE h.exception_id = e.id) + 14 END
	END
WHERE e.state <> 'asked';
ALTER TABLE exception ENABLE TRIGGER exception_ended;
ALTER TABLE exception
	ADD CONSTRAINT exception_not_by_who_it_is_for CHECK (decided_by <> for_id),
	ADD CONSTRAINT exception_reported CHECK (report_by IS NULL OR done_since IS NOT NULL AND report_by >= done_since),
	ADD CONSTRAINT exception_decided CHECK ((decided_by IS NULL) = (decided_on IS NULL)
		AND CASE state WHEN 'settled' THEN true ELSE (state IN ('permitted', 'refused', 'ended')) = (decided_by IS NOT NULL) END),
	ADD CONSTRAINT exception_mended CHECK (mend_on IS NULL OR state IN ('refused', 'settled') AND done_since IS NOT NULL AND decided_by IS NOT NULL),
	ADD CONSTRAINT exception_ended CHECK (CASE state WHEN 'settled' THEN ended_on IS NULL OR decided_by IS NOT NULL AND mend_on IS NULL ELSE (state = 'ended') = (ended_on IS NOT NULL) END),
	ADD CONSTRAINT exception_to_settle CHECK (CASE state
		WHEN 'asked' THEN settle_by IS NULL
		WHEN 'refused' THEN settle_by IS NOT DISTINCT FROM mend_on AND (settle_by IS NULL) = (done_since IS NULL)
		WHEN 'withdrawn' THEN (settle_by IS NULL) = (done_since IS NULL)
		WHEN 'ended' THEN (settle_by IS NULL) = (ended_on < from_on)
		ELSE settle_by IS NOT NULL END),
	ADD CONSTRAINT exception_settled CHECK ((state = 'settled') = (settled_on IS NOT NULL) AND settled_on >= from_on);
-- what is to be settled once it is over, and what follows it
CREATE INDEX exception_unsettled ON exception (id) WHERE settle_by IS NOT NULL AND state <> 'settled';

-- The steps are those of the table in the code (docs/exception-states.md), and what was asked
-- for, decided or settled is never changed.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_ended_exception() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.state, NEW.state) NOT IN (
			('asked', 'withdrawn'), ('asked', 'permitted'), ('asked', 'refused'), ('permitted', 'permitted'), ('permitted', 'ended'),
			('permitted', 'settled'), ('ended', 'settled'), ('refused', 'settled'), ('withdrawn', 'settled'))
		OR (OLD.code, OLD.section_id, OLD.asked_by, OLD.asked_at, OLD.clause, OLD.subject, OLD.reason, OLD.risk, OLD.instead, OLD.from_on, OLD.until_on)
			IS DISTINCT FROM (NEW.code, NEW.section_id, NEW.asked_by, NEW.asked_at, NEW.clause, NEW.subject, NEW.reason, NEW.risk, NEW.instead, NEW.from_on, NEW.until_on)
		OR (OLD.done_since, OLD.report_by, OLD.follows, OLD.for_id) IS DISTINCT FROM (NEW.done_since, NEW.report_by, NEW.follows, NEW.for_id)
		OR OLD.state <> 'asked' AND (OLD.decided_by, OLD.decided_on, OLD.mend_on) IS DISTINCT FROM (NEW.decided_by, NEW.decided_on, NEW.mend_on)
		OR NEW.state = 'settled' AND (OLD.settle_by, OLD.ended_on) IS DISTINCT FROM (NEW.settle_by, NEW.ended_on) THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'exception_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd

-- One whose last day is to come is not settled yet: the day is that of the step.
ALTER TABLE exception_step DROP CONSTRAINT exception_step_event_check,
	ADD CONSTRAINT exception_step_event_check CHECK (event IN ('ask', 'withdraw', 'permit', 'refuse', 'review', 'end', 'revoke', 'settle'));
-- +goose StatementBegin
CREATE FUNCTION refuse_early_settlement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM exception e WHERE e.id = NEW.exception_id AND e.state = 'settled' AND e.settled_on <= (NEW.at AT TIME ZONE 'Asia/Tokyo')::date
			AND (e.decided_by IS NULL OR e.mend_on IS NOT NULL OR e.ended_on IS NOT NULL OR e.until_on < (NEW.at AT TIME ZONE 'Asia/Tokyo')::date)) THEN
		RAISE EXCEPTION 'what is not over is not settled' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'exception_over_first';
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER exception_step_settles AFTER INSERT ON exception_step FOR EACH ROW WHEN (NEW.event = 'settle') EXECUTE FUNCTION refuse_early_settlement();

-- +goose Down
DROP TRIGGER exception_step_settles ON exception_step;
DROP FUNCTION refuse_early_settlement;
ALTER TABLE exception_step DISABLE TRIGGER exception_step_append_only;
DELETE FROM exception_step WHERE event = 'settle';
ALTER TABLE exception_step ENABLE TRIGGER exception_step_append_only;
ALTER TABLE exception_step DROP CONSTRAINT exception_step_event_check,
	ADD CONSTRAINT exception_step_event_check CHECK (event IN ('ask', 'withdraw', 'permit', 'refuse', 'review', 'end', 'revoke'));
ALTER TABLE exception DISABLE TRIGGER exception_ended;
ALTER TABLE exception
	DROP CONSTRAINT exception_not_by_who_it_is_for, DROP CONSTRAINT exception_reported, DROP CONSTRAINT exception_decided, DROP CONSTRAINT exception_mended,
	DROP CONSTRAINT exception_ended, DROP CONSTRAINT exception_to_settle, DROP CONSTRAINT exception_settled, DROP CONSTRAINT exception_state_check;
UPDATE exception SET clause = left(clause, 200), state = CASE
	WHEN state <> 'settled' THEN state WHEN decided_by IS NULL THEN 'withdrawn' WHEN mend_on IS NOT NULL THEN 'refused' WHEN ended_on IS NOT NULL THEN 'ended' ELSE 'permitted' END
WHERE state = 'settled' OR length(clause) > 200;
ALTER TABLE exception
	DROP CONSTRAINT exception_clause_length,
	ADD CONSTRAINT exception_clause_check CHECK (length(clause) BETWEEN 1 AND 200),
	ADD CONSTRAINT exception_state_check CHECK (state IN ('asked', 'permitted', 'refused', 'withdrawn', 'ended')),
	ADD CONSTRAINT exception_decided CHECK ((state IN ('permitted', 'refused', 'ended')) = (decided_by IS NOT NULL) AND (decided_by IS NULL) = (decided_on IS NULL)),
	ADD CONSTRAINT exception_mended CHECK (mend_on IS NULL OR state = 'refused' AND done_since IS NOT NULL),
	ADD CONSTRAINT exception_ended CHECK ((state = 'ended') = (ended_on IS NOT NULL)),
	DROP COLUMN for_id, DROP COLUMN report_by, DROP COLUMN settle_by, DROP COLUMN settled_on;
ALTER TABLE exception ENABLE TRIGGER exception_ended;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_ended_exception() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TABLE exception_clause;
