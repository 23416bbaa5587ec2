-- +goose Up
-- Who may use which system or network (利用権限, アカウント管理台帳), and what is suspended,
-- revoked or cut of that (基本方針 6(2)③, 7(7)).

-- Systems and networks of the register, as others join them.
CREATE VIEW system_shown AS
	SELECT id, code, name, section_id, kind, zone, state, state IN ('draft', 'registered', 'disposing', 'missing') AS counts
	FROM asset WHERE kind IN ('system', 'network');

-- Up to which number they are numbered in a fiscal year of Reiwa.
CREATE TABLE right_number (
	year int PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

-- What is said of a system in the ledger; one without a row is for the work of a section.
CREATE TABLE right_system (
	asset_id bigint PRIMARY KEY REFERENCES asset,
	-- it is for everybody wherever they work (groupware, mail), and its rights go along on a transfer
	everywhere boolean NOT NULL,
	-- the portal itself
	portal   boolean NOT NULL,
	-- what is offered to ask for: 照会, 更新
	grades   text[] NOT NULL CHECK (cardinality(grades) <= 50),
	version  int NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX right_system_portal ON right_system (portal) WHERE portal;
CREATE TRIGGER right_system_kept BEFORE DELETE ON right_system FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_system_not_emptied BEFORE TRUNCATE ON right_system FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The ledger. What is suspended, revoked or cut is not written here: it stands in right_bar.
CREATE TABLE access_right (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code       text NOT NULL CONSTRAINT access_right_code_unique UNIQUE CONSTRAINT access_right_code_shape CHECK (code ~ '^[0-9]+-[0-9]{4,}$'),
	person_id  bigint NOT NULL REFERENCES person,
	asset_id   bigint NOT NULL REFERENCES asset,
	-- in whose work it is used; NULL for one that goes along wherever the person works
	section_id bigint REFERENCES section,
	kind       text NOT NULL CHECK (kind IN ('general', 'privileged', 'shared', 'maintenance')),
	grade      text NOT NULL CHECK (length(grade) <= 100),   -- what it lets do: 照会
	login      text NOT NULL CHECK (length(login) <= 100),   -- by which name the system knows them; empty where that is not known
	outsider   text NOT NULL CHECK (length(outsider) <= 100), -- who uses it, where that is none of the staff, for whom the person answers
	purpose    text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 1000),
	source     text NOT NULL CHECK (source IN ('asked', 'ledger', 'directory')), -- how it came here
	asked_by   bigint NOT NULL REFERENCES person,
	asked_at   timestamptz NOT NULL,
	from_on    date NOT NULL,
	until_on   date, -- the last day; NULL for none
	state      text NOT NULL CHECK (state IN ('asked', 'permitted', 'refused', 'withdrawn', 'ended')),
	decided_by bigint REFERENCES person,
	decided_on date,
	confirmed_by bigint REFERENCES person, -- who has last said that it is still needed
	confirmed_on date,
	ended_on   date, -- the first day without it, where that came before its last day
	version    int NOT NULL DEFAULT 1,
	CONSTRAINT access_right_days CHECK (until_on >= from_on),
	CONSTRAINT access_right_decided CHECK ((decided_by IS NULL) = (decided_on IS NULL)
		AND (state NOT IN ('permitted', 'ended') OR decided_by IS NOT NULL) AND (state NOT IN ('asked', 'withdrawn') OR decided_by IS NULL)),
	CONSTRAINT access_right_not_by_who_asked CHECK (source <> 'asked' OR decided_by <> asked_by AND decided_by <> person_id),
	CONSTRAINT access_right_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_on IS NULL)),
	CONSTRAINT access_right_ended CHECK ((state = 'ended') = (ended_on IS NOT NULL))
);
-- the same is asked for once
CREATE UNIQUE INDEX access_right_once ON access_right (person_id, asset_id, kind, grade, login) WHERE state IN ('asked', 'permitted');
CREATE INDEX access_right_of_person ON access_right (person_id, id);
CREATE INDEX access_right_of_system ON access_right (asset_id, id);
CREATE INDEX access_right_users ON access_right (asset_id, person_id) WHERE state = 'permitted';
CREATE INDEX access_right_of_section ON access_right (section_id, id);
CREATE INDEX access_right_open ON access_right (asset_id) WHERE state = 'asked';
-- the choices of which there are few
CREATE INDEX access_right_asked ON access_right (id) WHERE state = 'asked';
CREATE INDEX access_right_upcoming ON access_right (from_on) WHERE state = 'permitted';
CREATE INDEX access_right_privileged ON access_right (id) INCLUDE (person_id, asset_id, section_id, asked_by) WHERE state = 'permitted' AND kind <> 'general';
CREATE INDEX access_right_over ON access_right (id) WHERE state IN ('ended', 'refused', 'withdrawn');
CREATE INDEX access_right_over_of_system ON access_right (asset_id, id) WHERE state IN ('ended', 'refused', 'withdrawn');
CREATE INDEX access_right_asked_by ON access_right (asked_by, id);
CREATE INDEX access_right_last_day ON access_right (until_on) WHERE state = 'permitted' AND until_on IS NOT NULL;

-- What has ended is read, and never changed; of one that stands, whose it is and for what is not.
-- +goose StatementBegin
CREATE FUNCTION refuse_ended_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('refused', 'withdrawn', 'ended')
		OR (OLD.code, OLD.person_id, OLD.asset_id, OLD.kind, OLD.source, OLD.asked_by, OLD.asked_at, OLD.from_on) IS DISTINCT FROM
			(NEW.code, NEW.person_id, NEW.asset_id, NEW.kind, NEW.source, NEW.asked_by, NEW.asked_at, NEW.from_on) THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'access_right_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER access_right_ended BEFORE UPDATE ON access_right FOR EACH ROW EXECUTE FUNCTION refuse_ended_right();
CREATE TRIGGER access_right_kept BEFORE DELETE ON access_right FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_right_not_emptied BEFORE TRUNCATE ON access_right FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step of each; by is NULL for what the portal did because its day had come.
CREATE TABLE right_step (
	right_id bigint NOT NULL REFERENCES access_right,
	version  int NOT NULL,
	at       timestamptz NOT NULL,
	by       bigint REFERENCES person,
	event    text NOT NULL CHECK (event IN ('ask', 'record', 'withdraw', 'permit', 'refuse', 'confirm', 'keep', 'give_up', 'end', 'move', 'depart', 'expire', 'leave', 'retire', 'leave_revoked')),
	note     text NOT NULL CHECK (length(note) <= 2000),
	PRIMARY KEY (right_id, version)
);
CREATE TRIGGER right_step_append_only BEFORE UPDATE OR DELETE ON right_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_step_not_emptied BEFORE TRUNCATE ON right_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When rights let their people in, but for what bars them: a row for each time. It is true
-- at midnight of a transfer without anything that runs.
CREATE VIEW right_held AS
	SELECT r.id AS right_id, r.person_id, r.asset_id, w.period * (
		-- CASE keeps the bounds in order before the range is made: one may have ended before its
		-- first day. What was permitted late was not in force before.
		CASE WHEN LEAST(r.until_on + 1, r.ended_on) < CASE r.source WHEN 'asked' THEN GREATEST(r.from_on, r.decided_on) ELSE r.from_on END THEN 'empty'::daterange
		ELSE daterange(CASE r.source WHEN 'asked' THEN GREATEST(r.from_on, r.decided_on) ELSE r.from_on END, LEAST(r.until_on + 1, r.ended_on)) END) AS period
	FROM access_right r JOIN standing w ON w.person_id = r.person_id AND (r.section_id IS NULL OR w.section_id = r.section_id)
	WHERE r.state IN ('permitted', 'ended');

-- What bars rights: a suspension or a revocation of 6(2)③, or a cut of 7(7). One without
-- rights of its own (whole) bars all that its person has, and all that come.
CREATE TABLE right_bar (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- names it in addresses: nothing of it can be guessed from another's
	code       text NOT NULL CONSTRAINT right_bar_code_unique UNIQUE CONSTRAINT right_bar_code_shape CHECK (code ~ '^[a-z2-7]{16}$'),
	person_id  bigint NOT NULL REFERENCES person,
	kind       text NOT NULL CHECK (kind IN ('suspension', 'revocation', 'conduct_cut', 'account_cut')),
	whole      boolean NOT NULL,
	reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
	from_at    timestamptz NOT NULL,
	-- the first instant without it; NULL for none. A cut for somebody's conduct has one until the CISO confirms it.
	to_at      timestamptz,
	-- whether a cut for conduct was confirmed by the CISO
	confirmed_by bigint REFERENCES person,
	-- why its person is not told yet (evidence is secured first); empty once they are
	withheld   text NOT NULL CHECK (length(withheld) <= 500),
	made_by    bigint NOT NULL REFERENCES person,
	made_at    timestamptz NOT NULL,
	version    int NOT NULL DEFAULT 1,
	CONSTRAINT right_bar_days CHECK (to_at >= from_at),
	CONSTRAINT right_bar_not_own CHECK (made_by <> person_id AND confirmed_by <> person_id),
	CONSTRAINT right_bar_withheld CHECK (withheld = '' OR kind = 'conduct_cut'),
	CONSTRAINT right_bar_confirmed CHECK (confirmed_by IS NULL OR kind = 'conduct_cut')
);
CREATE INDEX right_bar_of_person ON right_bar (person_id, id);
CREATE INDEX right_bar_to ON right_bar (to_at);
CREATE INDEX right_bar_from ON right_bar (from_at);
-- +goose StatementBegin
CREATE FUNCTION refuse_other_bar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.code, OLD.person_id, OLD.kind, OLD.whole, OLD.reason, OLD.from_at, OLD.made_by, OLD.made_at) IS DISTINCT FROM
		(NEW.code, NEW.person_id, NEW.kind, NEW.whole, NEW.reason, NEW.from_at, NEW.made_by, NEW.made_at) THEN
		RAISE EXCEPTION 'of what bars a right only its end is changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'right_bar_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER right_bar_same BEFORE UPDATE ON right_bar FOR EACH ROW EXECUTE FUNCTION refuse_other_bar();
CREATE TRIGGER right_bar_kept BEFORE DELETE ON right_bar FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_bar_not_emptied BEFORE TRUNCATE ON right_bar FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Up to which step of the time of a bar what follows from it was done: it has begun, it is over.
CREATE TABLE right_bar_turn (
	bar_id bigint NOT NULL REFERENCES right_bar,
	turn   text NOT NULL CHECK (turn IN ('begun', 'over')),
	at     timestamptz NOT NULL,
	PRIMARY KEY (bar_id, turn)
);

-- Which rights one bars, where it bars not all.
CREATE TABLE right_bar_of (
	bar_id   bigint NOT NULL REFERENCES right_bar,
	right_id bigint NOT NULL REFERENCES access_right,
	PRIMARY KEY (bar_id, right_id)
);
CREATE INDEX right_bar_of_right ON right_bar_of (right_id);
CREATE TRIGGER right_bar_of_append_only BEFORE UPDATE OR DELETE ON right_bar_of FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_bar_of_not_emptied BEFORE TRUNCATE ON right_bar_of FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE right_bar_step (
	bar_id  bigint NOT NULL REFERENCES right_bar,
	version int NOT NULL,
	at      timestamptz NOT NULL,
	by      bigint REFERENCES person, -- NULL for the portal
	event   text NOT NULL CHECK (event IN ('suspend', 'revoke', 'cut_conduct', 'cut_account', 'confirm_cut', 'tell', 'reinstate', 'lapse', 'leave_revoked')),
	note    text NOT NULL CHECK (length(note) <= 2000),
	PRIMARY KEY (bar_id, version)
);
CREATE TRIGGER right_bar_step_append_only BEFORE UPDATE OR DELETE ON right_bar_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_bar_step_not_emptied BEFORE TRUNCATE ON right_bar_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What bars a right, and when: right_id is NULL for all of the person.
CREATE VIEW right_barred AS
	SELECT b.id AS bar_id, b.person_id, o.right_id, b.kind, tstzrange(b.from_at, b.to_at) AS during
	FROM right_bar b LEFT JOIN right_bar_of o ON o.bar_id = b.id
	WHERE b.whole OR o.right_id IS NOT NULL;

-- When who may not come into the portal itself.
CREATE VIEW portal_barred AS
	SELECT b.person_id, tstzrange(b.from_at, b.to_at) AS during FROM right_bar b
	WHERE b.whole OR EXISTS (SELECT FROM right_bar_of o JOIN access_right r ON r.id = o.right_id JOIN right_system s ON s.asset_id = r.asset_id AND s.portal WHERE o.bar_id = b.id);

-- Rights whose person works elsewhere since a transfer, or nowhere: whether these are still
-- needed is asked of who leads them now, until a day, after which they end.
CREATE TABLE right_question (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	right_id   bigint NOT NULL REFERENCES access_right,
	section_id bigint REFERENCES section, -- where the person works now; NULL for a post that is in none
	departed   boolean NOT NULL,          -- they work nowhere: nobody is asked, and it ends on the day
	asked_on   date NOT NULL,
	due_on     date NOT NULL,
	answer     text CHECK (answer IN ('keep', 'end', 'moot')), -- moot: it was settled otherwise
	answered_by bigint REFERENCES person,
	answered_at timestamptz,
	CONSTRAINT right_question_answered CHECK ((answer IS NULL) = (answered_at IS NULL)),
	CONSTRAINT right_question_days CHECK (due_on >= asked_on)
);
CREATE UNIQUE INDEX right_question_once ON right_question (right_id) WHERE answer IS NULL;
CREATE INDEX right_question_open ON right_question (section_id, id) WHERE answer IS NULL;
CREATE INDEX right_question_due ON right_question (due_on) WHERE answer IS NULL;
CREATE TRIGGER right_question_kept BEFORE DELETE ON right_question FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_question_not_emptied BEFORE TRUNCATE ON right_question FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Up to which day, and which state of the organization, what follows from it for rights was done.
CREATE TABLE right_settled (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	day          date NOT NULL,
	organization bigint NOT NULL
);
INSERT INTO right_settled (day, organization) VALUES ('-infinity', -1);

INSERT INTO change_counter (name, number) VALUES ('right', 0);
CREATE TRIGGER access_right_counted AFTER INSERT OR UPDATE ON access_right FOR EACH STATEMENT EXECUTE FUNCTION note_change('right');
CREATE TRIGGER right_bar_counted AFTER INSERT OR UPDATE ON right_bar FOR EACH STATEMENT EXECUTE FUNCTION note_change('right');
CREATE TRIGGER right_question_counted AFTER INSERT OR UPDATE ON right_question FOR EACH STATEMENT EXECUTE FUNCTION note_change('right');
-- who is barred from the portal is looked up anew before their next change
CREATE TRIGGER right_bar_suspends AFTER INSERT OR UPDATE ON right_bar FOR EACH STATEMENT EXECUTE FUNCTION note_change('suspension');

GRANT SELECT, INSERT, UPDATE ON access_right, right_number, right_system, right_bar, right_question, right_settled TO kagami_portal;
GRANT SELECT, INSERT ON right_step, right_bar_of, right_bar_step, right_bar_turn TO kagami_portal;
GRANT SELECT ON system_shown, right_held, right_barred, portal_barred TO kagami_portal;

-- +goose Down
DROP VIEW portal_barred, right_barred, right_held;
DROP TABLE right_settled, right_question, right_bar_step, right_bar_turn, right_bar_of, right_bar, right_step, access_right, right_system, right_number;
DROP FUNCTION refuse_ended_right, refuse_other_bar;
DROP VIEW system_shown;
DELETE FROM change_counter WHERE name = 'right';
