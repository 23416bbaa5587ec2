-- +goose Up
-- Violations (基本方針 6(2)): a case for each, its steps, who was told of each, and who has
-- read it. What is recorded is never changed.

-- The steps that there are, as internal/violation/procedure has them: no other is taken.
CREATE TABLE violation_move (
	event      text NOT NULL,
	from_state text NOT NULL, -- empty where it opens a case
	to_state   text NOT NULL,
	PRIMARY KEY (event, from_state, to_state)
);
INSERT INTO violation_move (event, from_state, to_state)
	SELECT event, from_state, to_state FROM (VALUES
		('report', '', 'reported'), ('investigate', 'reported', 'reported'), ('dismiss', 'reported', 'dismissed'), ('pass', 'reported', 'reported'),
		('combine', 'reported', 'joined'), ('confirm', '', 'confirmed'), ('confirm', 'reported', 'confirmed'),
		('confirm_other', '', 'confirmed'), ('confirm_other', 'reported', 'confirmed'),
		('guide', 'confirmed', 'guided'), ('guide', 'guided', 'guided'), ('improve', 'guided', 'closed'), ('not_improve', 'guided', 'not_improved'),
		('agree', 'not_improved', 'not_improved'), ('suspend', 'not_improved', 'suspended'), ('revoke', 'not_improved', 'revoked'), ('revoke', 'suspended', 'revoked'),
		('correct', 'confirmed', 'closed'), ('expire', 'suspended', 'closed'), ('lift', 'suspended', 'closed'), ('lift', 'revoked', 'closed'), ('leave_revoked', 'revoked', 'closed'),
		('reopen', 'dismissed', 'reported'), ('reopen', 'closed', 'confirmed'), ('hand', 'closed', 'closed'), ('propose', 'closed', 'closed'), ('referral_end', 'closed', 'closed')
	) m (event, from_state, to_state)
	UNION ALL
	SELECT event, at, CASE event WHEN 'not_violation' THEN 'closed' ELSE at END
	FROM unnest(ARRAY['not_violation', 'answer', 'waive', 'hand', 'cut', 'weigh', 'supervise', 'kin', 'refer', 'refer_not', 'see_referral', 'propose', 'referral_end']) event,
	     unnest(ARRAY['confirmed', 'guided', 'not_improved', 'suspended', 'revoked']) at;

CREATE TABLE violation_case (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- tells nothing, and can't be guessed
	code          text NOT NULL CONSTRAINT violation_case_code_unique UNIQUE CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
	state         text NOT NULL DEFAULT '' CHECK (state IN ('', 'reported', 'dismissed', 'joined', 'confirmed', 'guided', 'not_improved', 'suspended', 'revoked', 'closed')),
	state_at      timestamptz NOT NULL,
	outcome       text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'dismissed', 'not_violation', 'improved', 'lifted', 'left_revoked', 'vendor')),
	-- whom it is about: somebody of the organization, or of a vendor's staff in words
	person_id     bigint REFERENCES person,
	outsider      text NOT NULL DEFAULT '' CHECK (length(outsider) <= 100),
	company       text NOT NULL DEFAULT '' CHECK (length(company) <= 200),
	vendor        boolean NOT NULL DEFAULT false, -- a vendor's staff, in the organization or not
	person_kind   text NOT NULL DEFAULT '' CHECK (length(person_kind) <= 50), -- of the edition violation_authority
	section_id    bigint REFERENCES section, -- in whose work it happened
	system_id     bigint REFERENCES asset,   -- in which it happened
	clauses       text NOT NULL DEFAULT '' CHECK (length(clauses) <= 500),
	facts         text NOT NULL DEFAULT '' CHECK (length(facts) <= 4000),
	since_on      date,
	receiver      text NOT NULL CHECK (receiver IN ('general', 'chief')), -- to whom it was reported
	own_finding   boolean NOT NULL DEFAULT false, -- the 統括 has seen it themselves: suspension needs the CISO's agreement
	grave         boolean NOT NULL DEFAULT false,
	confirmed_by  bigint REFERENCES person,
	confirmed_at  timestamptz,
	due_on        date, -- of what is next; empty where no day is set
	silent_on     date, -- after which the 統括 may say of a guidance that it has failed; empty before there is one
	heard_on      date, -- the last day of the chance to answer; empty before there is one
	waived        boolean NOT NULL DEFAULT false,
	agreed        boolean NOT NULL DEFAULT false,
	referral      text NOT NULL DEFAULT '' CHECK (referral IN ('', 'refer', 'refer_not')),
	referral_seen boolean NOT NULL DEFAULT false,
	joined_to     bigint REFERENCES violation_case CHECK (joined_to <> id),
	opened_at     timestamptz NOT NULL,
	closed_at     timestamptz,
	version       int NOT NULL DEFAULT 0,
	CONSTRAINT violation_case_whom CHECK (state IN ('', 'reported', 'dismissed', 'joined') OR (person_id IS NOT NULL) <> (outsider <> '')),
	CONSTRAINT violation_case_vendor CHECK (outsider = '' OR vendor OR confirmed_at IS NULL),
	CONSTRAINT violation_case_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL) AND (confirmed_at IS NULL OR clauses <> '' AND facts <> '' AND since_on IS NOT NULL)),
	CONSTRAINT violation_case_by_none_concerned CHECK (confirmed_by <> person_id),
	CONSTRAINT violation_case_ended CHECK ((state IN ('dismissed', 'closed')) = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (outcome = '')),
	CONSTRAINT violation_case_joined CHECK ((state = 'joined') = (joined_to IS NOT NULL)),
	CONSTRAINT violation_case_grave_referred CHECK (state <> 'closed' OR NOT grave OR outcome IN ('not_violation', 'vendor') OR referral <> '' AND referral_seen)
);
CREATE INDEX violation_case_of_person ON violation_case (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX violation_case_at ON violation_case (state, id);
CREATE INDEX violation_case_due ON violation_case (due_on, id) WHERE due_on IS NOT NULL;
CREATE INDEX violation_case_of_section ON violation_case (section_id, id);
CREATE INDEX violation_case_joined ON violation_case (joined_to) WHERE joined_to IS NOT NULL;

-- Each step of each case: what was done, by whom and from which seat, and what they wrote.
CREATE TABLE violation_step (
	case_id    bigint NOT NULL REFERENCES violation_case,
	version    int NOT NULL CHECK (version > 0),
	at         timestamptz NOT NULL,
	by         bigint REFERENCES person, -- empty for the portal, and for who has reported it
	seat       text NOT NULL CHECK (seat IN ('person', 'manager', 'general', 'chief', 'finder', 'cutter', 'reporter', 'portal')),
	stands_in  boolean NOT NULL DEFAULT false, -- for a holder who is concerned, or none
	-- 兼務: nobody else could act, and why it could not wait
	alone      text NOT NULL DEFAULT '' CHECK (length(alone) <= 500),
	event      text NOT NULL,
	from_state text NOT NULL,
	to_state   text NOT NULL,
	text       text NOT NULL DEFAULT '' CHECK (length(text) <= 4000),
	more       jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (case_id, version),
	CONSTRAINT violation_step_there_is FOREIGN KEY (event, from_state, to_state) REFERENCES violation_move
);
CREATE INDEX violation_step_by ON violation_step (by, case_id) WHERE by IS NOT NULL;
CREATE INDEX violation_step_alone ON violation_step (at) WHERE alone <> '';
CREATE TRIGGER violation_step_append_only BEFORE UPDATE OR DELETE ON violation_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_step_not_emptied BEFORE TRUNCATE ON violation_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A step begins where its case stands, and is the next one.
-- +goose StatementBegin
CREATE FUNCTION refuse_step_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM violation_case c WHERE c.id = NEW.case_id AND c.version = NEW.version - 1 AND c.state = NEW.from_state) THEN
		RAISE EXCEPTION 'a step begins where its case stands' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_step_next';
	END IF;
	RETURN NEW;
END $$;

-- A case stands where its last step has led, and of who it is about nothing changes.
CREATE FUNCTION refuse_case_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.version <> OLD.version + 1
		OR NOT EXISTS (SELECT FROM violation_step s WHERE s.case_id = NEW.id AND s.version = NEW.version AND s.from_state = OLD.state AND s.to_state = NEW.state)
		OR (OLD.id, OLD.code, OLD.opened_at) IS DISTINCT FROM (NEW.id, NEW.code, NEW.opened_at)
		OR OLD.person_id IS NOT NULL AND OLD.person_id IS DISTINCT FROM NEW.person_id
		OR OLD.confirmed_at IS NOT NULL AND (OLD.outsider, OLD.confirmed_by, OLD.confirmed_at, OLD.facts, OLD.clauses, OLD.since_on, OLD.system_id, OLD.own_finding)
			IS DISTINCT FROM (NEW.outsider, NEW.confirmed_by, NEW.confirmed_at, NEW.facts, NEW.clauses, NEW.since_on, NEW.system_id, NEW.own_finding) THEN
		RAISE EXCEPTION 'a case stands where its last step has led' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_case_kept';
	END IF;
	RETURN NEW;
END $$;

-- A case begins where it stands nowhere: where it stands since, its steps say.
CREATE FUNCTION refuse_case_begun_elsewhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.state <> '' OR NEW.version <> 0 THEN
		RAISE EXCEPTION 'a case begins with a step' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_case_begun';
	END IF;
	RETURN NEW;
END $$;

-- No case without its first step.
CREATE FUNCTION refuse_case_without_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM violation_case c JOIN violation_step s ON s.case_id = c.id WHERE c.id = NEW.id AND c.version > 0) THEN
		RAISE EXCEPTION 'a case begins with a step' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_case_begun';
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER violation_step_next BEFORE INSERT ON violation_step FOR EACH ROW EXECUTE FUNCTION refuse_step_aside();
CREATE TRIGGER violation_case_begins BEFORE INSERT ON violation_case FOR EACH ROW EXECUTE FUNCTION refuse_case_begun_elsewhere();
CREATE TRIGGER violation_case_follows BEFORE UPDATE ON violation_case FOR EACH ROW EXECUTE FUNCTION refuse_case_aside();
CREATE CONSTRAINT TRIGGER violation_case_begun AFTER INSERT ON violation_case DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_case_without_step();
CREATE TRIGGER violation_case_kept BEFORE DELETE ON violation_case FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_case_not_emptied BEFORE TRUNCATE ON violation_case FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who was told of a step, as what, and from when they can read it: what goes to the person
-- arrives in office hours.
CREATE TABLE violation_told (
	case_id   bigint NOT NULL,
	version   int NOT NULL,
	person_id bigint NOT NULL REFERENCES person,
	seat      text NOT NULL CHECK (seat IN ('person', 'manager', 'general', 'chief', 'finder', 'cutter')),
	mark      text NOT NULL CHECK (mark IN ('notice', 'report', 'other')),
	from_at   timestamptz NOT NULL,
	PRIMARY KEY (case_id, version, person_id),
	FOREIGN KEY (case_id, version) REFERENCES violation_step
);
CREATE INDEX violation_told_whom ON violation_told (person_id, case_id);
CREATE TRIGGER violation_told_append_only BEFORE UPDATE OR DELETE ON violation_told FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_told_not_emptied BEFORE TRUNCATE ON violation_told FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What arrived in office hours, and when.
CREATE TABLE violation_delivery (
	case_id   bigint NOT NULL,
	version   int NOT NULL,
	person_id bigint NOT NULL,
	at        timestamptz NOT NULL,
	PRIMARY KEY (case_id, version, person_id),
	FOREIGN KEY (case_id, version, person_id) REFERENCES violation_told
);
CREATE TRIGGER violation_delivery_append_only BEFORE UPDATE OR DELETE ON violation_delivery FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_delivery_not_emptied BEFORE TRUNCATE ON violation_delivery FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who was reminded of a day that is over, once.
CREATE TABLE violation_reminder (
	case_id   bigint NOT NULL REFERENCES violation_case,
	due_on    date NOT NULL,
	person_id bigint NOT NULL REFERENCES person,
	at        timestamptz NOT NULL,
	PRIMARY KEY (case_id, due_on, person_id)
);
CREATE TRIGGER violation_reminder_append_only BEFORE UPDATE OR DELETE ON violation_reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_reminder_not_emptied BEFORE TRUNCATE ON violation_reminder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who has read a case or a paper of it: once for a person, what they read, and ten minutes.
CREATE TABLE violation_reading (
	case_id   bigint NOT NULL REFERENCES violation_case,
	person_id bigint NOT NULL REFERENCES person,
	what      text NOT NULL CHECK (what IN ('case', 'paper', 'print', 'export', 'names')),
	slot      timestamptz NOT NULL,
	at        timestamptz NOT NULL,
	reason    text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
	PRIMARY KEY (case_id, person_id, what, slot)
);
CREATE INDEX violation_reading_by ON violation_reading (person_id, at);
CREATE TRIGGER violation_reading_append_only BEFORE UPDATE OR DELETE ON violation_reading FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_reading_not_emptied BEFORE TRUNCATE ON violation_reading FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who takes no part in a case, whatever their role: the person it is about, who is named
-- 監督責任者, who is kin.
CREATE TABLE violation_recused (
	case_id   bigint NOT NULL REFERENCES violation_case,
	person_id bigint NOT NULL REFERENCES person,
	why       text NOT NULL CHECK (why IN ('concerned', 'supervisor', 'kin')),
	PRIMARY KEY (case_id, person_id, why)
);
CREATE INDEX violation_recused_whom ON violation_recused (person_id, case_id);
CREATE TRIGGER violation_recused_append_only BEFORE UPDATE OR DELETE ON violation_recused FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_recused_not_emptied BEFORE TRUNCATE ON violation_recused FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The papers of a step.
CREATE TABLE violation_paper (
	case_id       bigint NOT NULL,
	version       int NOT NULL,
	attachment_id bigint NOT NULL PRIMARY KEY REFERENCES attachment_tie,
	FOREIGN KEY (case_id, version) REFERENCES violation_step
);
CREATE INDEX violation_paper_of ON violation_paper (case_id, version);
CREATE TRIGGER violation_paper_append_only BEFORE UPDATE OR DELETE ON violation_paper FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_paper_not_emptied BEFORE TRUNCATE ON violation_paper FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What bars rights because of a case.
CREATE TABLE violation_bar (
	bar_id  bigint NOT NULL PRIMARY KEY REFERENCES right_bar,
	case_id bigint NOT NULL,
	version int NOT NULL,
	FOREIGN KEY (case_id, version) REFERENCES violation_step
);
CREATE INDEX violation_bar_of ON violation_bar (case_id);
CREATE TRIGGER violation_bar_append_only BEFORE UPDATE OR DELETE ON violation_bar FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_bar_not_emptied BEFORE TRUNCATE ON violation_bar FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What bars rights, as a case shows and ends it.
CREATE VIEW bar_shown AS SELECT id, code, person_id, kind, from_at, to_at, version FROM right_bar;

-- Who was told of a case or has done something in it, from when on: they read that much of it,
-- whatever they are today.
CREATE VIEW violation_party AS
	SELECT case_id, person_id, from_at FROM violation_told
	UNION ALL
	SELECT case_id, by, at FROM violation_step WHERE by IS NOT NULL;

-- Whose own case is under way, and they know of it, from when on.
CREATE VIEW case_open_to AS
	SELECT t.person_id, min(t.from_at) AS from_at FROM violation_told t JOIN violation_case c ON c.id = t.case_id AND c.person_id = t.person_id
	WHERE t.seat = 'person' AND c.state IN ('confirmed', 'guided', 'not_improved', 'suspended', 'revoked') GROUP BY t.person_id;

INSERT INTO change_counter (name, number) VALUES ('violation', 0);
CREATE TRIGGER violation_counted AFTER INSERT OR UPDATE ON violation_case FOR EACH STATEMENT EXECUTE FUNCTION note_change('violation');

GRANT SELECT ON violation_move, violation_party, case_open_to, bar_shown TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON violation_case TO kagami_portal;
GRANT SELECT, INSERT ON violation_step, violation_told, violation_delivery, violation_reminder, violation_reading, violation_recused, violation_paper, violation_bar TO kagami_portal;

-- +goose Down
DROP VIEW case_open_to, violation_party, bar_shown;
DROP TABLE violation_bar, violation_paper, violation_recused, violation_reading, violation_reminder, violation_delivery, violation_told, violation_step, violation_case, violation_move;
DROP FUNCTION refuse_case_without_step, refuse_case_begun_elsewhere, refuse_case_aside, refuse_step_aside;
DELETE FROM change_counter WHERE name = 'violation';
