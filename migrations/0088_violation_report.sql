-- +goose Up
-- Reports of suspected violations (公益通報者保護法; 基本方針 6(2)): what was reported, and,
-- kept apart and sealed, by whom. Nothing beside a report or its case holds who has made it.

CREATE TABLE violation_report (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id     bigint NOT NULL CONSTRAINT violation_report_opens_one UNIQUE REFERENCES violation_case,
	received_on date NOT NULL, -- the day on which it came
	recorded_at timestamptz NOT NULL,
	way         text NOT NULL CHECK (way IN ('portal', 'paper', 'telephone', 'spoken', 'mail')),
	taken_by    bigint REFERENCES person, -- who has recorded what came otherwise than through the portal
	named       boolean NOT NULL, -- whether the name of who has made it is known
	what        text NOT NULL CHECK (length(what) BETWEEN 1 AND 4000),
	happened    text NOT NULL CHECK (length(happened) BETWEEN 1 AND 500), -- when, in words
	place       text NOT NULL CHECK (length(place) BETWEEN 1 AND 500),
	whom        text NOT NULL CHECK (length(whom) <= 200), -- whom it is about, in words; empty where that is not known
	CONSTRAINT violation_report_taken CHECK ((way = 'portal') = (taken_by IS NULL) AND (way <> 'portal' OR named))
);
CREATE INDEX violation_report_recorded ON violation_report (recorded_at);
CREATE TRIGGER violation_report_append_only BEFORE UPDATE OR DELETE ON violation_report FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_not_emptied BEFORE TRUNCATE ON violation_report FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE violation_report_paper (
	attachment_id bigint NOT NULL PRIMARY KEY REFERENCES attachment_tie,
	report_id     bigint NOT NULL REFERENCES violation_report
);
CREATE INDEX violation_report_paper_of ON violation_report_paper (report_id);
CREATE TRIGGER violation_report_paper_append_only BEFORE UPDATE OR DELETE ON violation_report_paper FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_paper_not_emptied BEFORE TRUNCATE ON violation_report_paper FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The number by which who has made a report finds its answer, sealed: without the town's keys
-- nothing leads from a report to who has made it.
CREATE TABLE violation_report_number (
	report_id bigint PRIMARY KEY REFERENCES violation_report,
	sealed    bytea NOT NULL
);

-- Who has made a report: found by the number's hash alone, and sealed, always of one length.
CREATE TABLE violation_reporter (
	number_hash bytea PRIMARY KEY CHECK (octet_length(number_hash) = 32),
	sealed      bytea NOT NULL
);

-- Of what is sealed nothing changes but the key by which it is.
CREATE TRIGGER violation_report_number_kept BEFORE DELETE ON violation_report_number FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_number_not_emptied BEFORE TRUNCATE ON violation_report_number FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_reporter_kept BEFORE DELETE ON violation_reporter FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_reporter_not_emptied BEFORE TRUNCATE ON violation_reporter FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What who has made a report was answered, with the step of the case by which.
CREATE TABLE violation_report_answer (
	report_id bigint NOT NULL REFERENCES violation_report,
	number    int NOT NULL CHECK (number > 0),
	at        timestamptz NOT NULL,
	case_id   bigint NOT NULL,
	version   int NOT NULL,
	answer    text NOT NULL CHECK (answer IN ('investigating', 'not_investigating', 'completed', 'reopened')),
	reason    text NOT NULL CHECK (length(reason) <= 4000 AND (reason <> '') = (answer = 'not_investigating')),
	PRIMARY KEY (report_id, number),
	FOREIGN KEY (case_id, version) REFERENCES violation_step
);
CREATE TRIGGER violation_report_answer_append_only BEFORE UPDATE OR DELETE ON violation_report_answer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_answer_not_emptied BEFORE TRUNCATE ON violation_report_answer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- That who has made a report without the portal was told its answers, and how.
CREATE TABLE violation_report_passed (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	report_id bigint NOT NULL REFERENCES violation_report,
	at        timestamptz NOT NULL,
	passed_on date NOT NULL,
	how       text NOT NULL CHECK (length(how) BETWEEN 1 AND 500),
	by        bigint NOT NULL REFERENCES person
);
CREATE INDEX violation_report_passed_of ON violation_report_passed (report_id);
CREATE TRIGGER violation_report_passed_append_only BEFORE UPDATE OR DELETE ON violation_report_passed FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_passed_not_emptied BEFORE TRUNCATE ON violation_report_passed FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who has opened the name of who has made a report, and why.
CREATE TABLE violation_report_opening (
	token     text PRIMARY KEY CHECK (token ~ '^[A-Z2-7]{26}$'),
	report_id bigint NOT NULL REFERENCES violation_report,
	at        timestamptz NOT NULL,
	by        bigint NOT NULL REFERENCES person,
	reason    text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500)
);
CREATE INDEX violation_report_opening_of ON violation_report_opening (report_id);
CREATE TRIGGER violation_report_opening_append_only BEFORE UPDATE OR DELETE ON violation_report_opening FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_opening_not_emptied BEFORE TRUNCATE ON violation_report_opening FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who is named 公益通報対応業務従事者, from a day to a day.
CREATE TABLE violation_report_handler (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES person,
	period    daterange NOT NULL CHECK (NOT isempty(period) AND NOT lower_inf(period)),
	named_by  bigint NOT NULL REFERENCES person,
	named_at  timestamptz NOT NULL,
	CONSTRAINT violation_report_handler_once EXCLUDE USING gist (person_id WITH =, period WITH &&)
);
CREATE TRIGGER violation_report_handler_kept BEFORE DELETE ON violation_report_handler FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_report_handler_not_emptied BEFORE TRUNCATE ON violation_report_handler FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A file of a report has no sender from the moment at which it hangs on it: that is the one
-- change of a file that there is.
-- +goose StatementBegin
CREATE FUNCTION refuse_change_of_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.begun_by IS NOT NULL OR (OLD.id, OLD.token, OLD.name, OLD.begun_at) IS DISTINCT FROM (NEW.id, NEW.token, NEW.name, NEW.begun_at)
		OR NOT EXISTS (SELECT FROM attachment_tie t WHERE t.attachment_id = OLD.id) THEN
		RAISE EXCEPTION 'UPDATE of attachment is refused: a file does not change' USING ERRCODE = 'raise_exception';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
DROP TRIGGER attachment_unchanged ON attachment;
CREATE TRIGGER attachment_unchanged BEFORE UPDATE ON attachment FOR EACH ROW EXECUTE FUNCTION refuse_change_of_file();
GRANT UPDATE (begun_by) ON attachment TO kagami_portal;

-- a key that a reporter is sealed by is in use too
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_key_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		SELECT FROM totp t, unnest(ARRAY[t.secret, t.pending]) sealed
		WHERE octet_length(sealed) = 52 AND substr(sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')
	) OR EXISTS (SELECT FROM connector c WHERE substr(c.secret, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex'))
		OR EXISTS (SELECT FROM violation_report_number n WHERE substr(n.sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex'))
		OR EXISTS (SELECT FROM violation_reporter r WHERE substr(r.sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')) THEN
		RAISE EXCEPTION 'something is sealed by this key' USING ERRCODE = '23001', CONSTRAINT = 'secret_key_in_use';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd

GRANT SELECT, INSERT ON violation_report, violation_report_paper, violation_report_number, violation_reporter, violation_report_answer, violation_report_passed,
	violation_report_opening, violation_report_handler TO kagami_portal;
GRANT UPDATE (sealed) ON violation_report_number, violation_reporter TO kagami_portal;
GRANT UPDATE (period) ON violation_report_handler TO kagami_portal;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_key_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		SELECT FROM totp t, unnest(ARRAY[t.secret, t.pending]) sealed
		WHERE octet_length(sealed) = 52 AND substr(sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')
	) OR EXISTS (SELECT FROM connector c WHERE substr(c.secret, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')) THEN
		RAISE EXCEPTION 'something is sealed by this key' USING ERRCODE = '23001', CONSTRAINT = 'secret_key_in_use';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd
REVOKE UPDATE (begun_by) ON attachment FROM kagami_portal;
DROP TRIGGER attachment_unchanged ON attachment;
CREATE TRIGGER attachment_unchanged BEFORE UPDATE ON attachment FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_change_of_file;
DROP TABLE violation_report_handler, violation_report_opening, violation_report_passed, violation_report_answer, violation_reporter, violation_report_number, violation_report_paper, violation_report;
