-- +goose Up
-- Referrals of cases (基本方針 6(1)): one for each person whose discipline a body judges, or is
-- decided on by who appoints them; its steps, each beside a step of the case. Of what was decided
-- only the day, the number of the paper and the kind are kept.

-- The steps that there are, as internal/violation/referral has them: no other is taken.
CREATE TABLE violation_referral_move (
	event      text NOT NULL,
	way        text NOT NULL CHECK (way IN ('body', 'appointer', 'record')),
	from_state text NOT NULL, -- empty where it begins
	to_state   text NOT NULL,
	PRIMARY KEY (event, way, from_state, to_state)
);
INSERT INTO violation_referral_move (event, way, from_state, to_state)
	SELECT event, way, from_state, to_state FROM (VALUES
		('propose', '', 'proposed'), ('decline', 'proposed', 'ended'), ('request', 'proposed', 'requested'), ('serve', 'decided', 'decided'), ('end', 'decided', 'ended'),
		('withdraw', 'proposed', 'ended'), ('withdraw', 'requested', 'ended')
	) m (event, from_state, to_state), unnest(ARRAY['body', 'appointer']) way
	UNION ALL VALUES
		('convene', 'body', 'requested', 'convened'), ('convene', 'body', 'convened', 'convened'), ('convene', 'body', 'met', 'convened'), ('hear', 'body', 'convened', 'convened'),
		('meet', 'body', 'convened', 'met'), ('report', 'body', 'met', 'reported'), ('decide', 'body', 'reported', 'decided'),
		('withdraw', 'body', 'convened', 'ended'), ('withdraw', 'body', 'met', 'ended'), ('withdraw', 'body', 'reported', 'ended'),
		('decide', 'appointer', 'requested', 'decided'), ('record', 'record', '', 'recorded');

CREATE TABLE violation_referral (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code          text NOT NULL CONSTRAINT violation_referral_code_unique UNIQUE CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
	case_id       bigint NOT NULL REFERENCES violation_case,
	person_id     bigint NOT NULL REFERENCES person,
	supervisor    boolean NOT NULL, -- 監督責任者; else whom the case is about
	post          text NOT NULL DEFAULT '' CHECK (length(post) <= 300), -- as it was on the day of the proposal
	-- who decides on them and who judges, as the edition violation_authority had it on that day
	person_kind   text NOT NULL CHECK (person_kind <> ''),
	kind_title    text NOT NULL,
	way           text NOT NULL CHECK (way IN ('body', 'appointer', 'record')),
	appointer     text NOT NULL,
	body          text NOT NULL,
	requester     text NOT NULL,
	members       text NOT NULL,
	basis         text NOT NULL,
	involved_out  boolean NOT NULL, -- who took part in the case does not judge it
	state         text NOT NULL DEFAULT '' CHECK (state IN ('', 'proposed', 'requested', 'convened', 'met', 'reported', 'decided', 'ended', 'recorded')),
	state_at      timestamptz NOT NULL,
	proposed_on   date,
	proposal_number text NOT NULL DEFAULT '' CHECK (length(proposal_number) <= 100),
	reason        text NOT NULL DEFAULT '' CHECK (length(reason) <= 4000),
	requested_on  date,
	request_number text NOT NULL DEFAULT '' CHECK (length(request_number) <= 100),
	convened_on   date,
	meets_on      date,
	quorum        int CHECK (quorum BETWEEN 1 AND 99),
	hearing       text NOT NULL DEFAULT '' CHECK (hearing IN ('', 'given', 'waived', 'not_found')),
	heard_on      date,
	met_on        date,
	present       int,
	resolved      text NOT NULL DEFAULT '' CHECK (resolved IN ('', 'discipline', 'measure', 'none')),
	reported_on   date,
	outcome       text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'discipline', 'measure', 'none', 'declined', 'withdrawn')),
	decided_on    date,
	decision_number text NOT NULL DEFAULT '' CHECK (length(decision_number) <= 100),
	served_on     date, -- 処分説明書交付日
	appeal_until  date, -- 審査請求期限
	ended_on      date,
	told_from     timestamptz, -- from when on its person reads that it has ended
	version       int NOT NULL DEFAULT 0,
	CONSTRAINT violation_referral_days CHECK (requested_on >= proposed_on AND convened_on >= requested_on AND meets_on >= convened_on AND met_on >= convened_on AND reported_on >= met_on
		AND decided_on >= coalesce(reported_on, requested_on) AND served_on >= decided_on AND appeal_until > served_on AND ended_on >= coalesce(served_on, decided_on, requested_on, proposed_on)),
	CONSTRAINT violation_referral_reported_first CHECK (way <> 'body' OR decided_on IS NULL OR reported_on IS NOT NULL),
	CONSTRAINT violation_referral_heard_first CHECK (met_on IS NULL OR hearing <> ''),
	CONSTRAINT violation_referral_quorum CHECK (met_on IS NULL OR present >= quorum),
	CONSTRAINT violation_referral_served CHECK (served_on IS NULL OR outcome = 'discipline'),
	CONSTRAINT violation_referral_ended CHECK ((state = 'ended') = (ended_on IS NOT NULL) AND (outcome = '' OR state IN ('decided', 'ended'))),
	CONSTRAINT violation_referral_told CHECK (told_from IS NULL OR state = 'ended')
);
-- One for each person; another where the first was declined or withdrawn.
CREATE UNIQUE INDEX violation_referral_one_each ON violation_referral (case_id, person_id) WHERE outcome NOT IN ('declined', 'withdrawn');
CREATE INDEX violation_referral_whom ON violation_referral (person_id);

CREATE TABLE violation_referral_step (
	referral_id  bigint NOT NULL REFERENCES violation_referral,
	version      int NOT NULL CHECK (version > 0),
	case_id      bigint NOT NULL,
	case_version int NOT NULL,
	at           timestamptz NOT NULL,
	by           bigint NOT NULL REFERENCES person,
	event        text NOT NULL,
	way          text NOT NULL,
	from_state   text NOT NULL,
	to_state     text NOT NULL,
	text         text NOT NULL DEFAULT '' CHECK (length(text) <= 4000),
	more         jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (referral_id, version),
	CONSTRAINT violation_referral_step_of_case UNIQUE (case_id, case_version),
	FOREIGN KEY (case_id, case_version) REFERENCES violation_step,
	CONSTRAINT violation_referral_step_there_is FOREIGN KEY (event, way, from_state, to_state) REFERENCES violation_referral_move
);
CREATE TRIGGER violation_referral_step_append_only BEFORE UPDATE OR DELETE ON violation_referral_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_referral_step_not_emptied BEFORE TRUNCATE ON violation_referral_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whose person was told in office hours that theirs has ended, and when.
CREATE TABLE violation_referral_delivery (
	referral_id bigint NOT NULL PRIMARY KEY REFERENCES violation_referral,
	at          timestamptz NOT NULL
);
CREATE TRIGGER violation_referral_delivery_append_only BEFORE UPDATE OR DELETE ON violation_referral_delivery FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_referral_delivery_not_emptied BEFORE TRUNCATE ON violation_referral_delivery FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A step begins where its referral stands, is the next one, and is not by its person.
-- +goose StatementBegin
CREATE FUNCTION refuse_referral_step_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM violation_referral r WHERE r.id = NEW.referral_id AND r.case_id = NEW.case_id AND r.way = NEW.way
			AND r.version = NEW.version - 1 AND r.state = NEW.from_state AND NEW."by" <> r.person_id) THEN
		RAISE EXCEPTION 'a step begins where its referral stands' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_referral_step_next';
	END IF;
	RETURN NEW;
END $$;

-- A referral stands where its last step has led; whom it is about and who judges does not change.
CREATE FUNCTION refuse_referral_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.version <> OLD.version + 1
		OR NOT EXISTS (SELECT FROM violation_referral_step s WHERE s.referral_id = NEW.id AND s.version = NEW.version AND s.from_state = OLD.state AND s.to_state = NEW.state)
		OR (OLD.id, OLD.code, OLD.case_id, OLD.person_id, OLD.supervisor, OLD.post, OLD.person_kind, OLD.way, OLD.appointer, OLD.body, OLD.requester, OLD.involved_out)
			IS DISTINCT FROM (NEW.id, NEW.code, NEW.case_id, NEW.person_id, NEW.supervisor, NEW.post, NEW.person_kind, NEW.way, NEW.appointer, NEW.body, NEW.requester, NEW.involved_out)
		OR OLD.decided_on IS NOT NULL AND (OLD.outcome, OLD.decided_on, OLD.decision_number) IS DISTINCT FROM (NEW.outcome, NEW.decided_on, NEW.decision_number) THEN
		RAISE EXCEPTION 'a referral stands where its last step has led' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_referral_kept';
	END IF;
	RETURN NEW;
END $$;

-- No referral without its first step.
CREATE FUNCTION refuse_referral_without_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM violation_referral_step s WHERE s.referral_id = NEW.id) THEN
		RAISE EXCEPTION 'a referral begins with a step' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_referral_begun';
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER violation_referral_step_next BEFORE INSERT ON violation_referral_step FOR EACH ROW EXECUTE FUNCTION refuse_referral_step_aside();
CREATE TRIGGER violation_referral_follows BEFORE UPDATE ON violation_referral FOR EACH ROW EXECUTE FUNCTION refuse_referral_aside();
CREATE CONSTRAINT TRIGGER violation_referral_begun AFTER INSERT ON violation_referral DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_referral_without_step();
CREATE TRIGGER violation_referral_kept BEFORE DELETE ON violation_referral FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_referral_not_emptied BEFORE TRUNCATE ON violation_referral FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT ON violation_referral_move TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON violation_referral TO kagami_portal;
GRANT SELECT, INSERT ON violation_referral_step, violation_referral_delivery TO kagami_portal;

-- +goose Down
DROP TABLE violation_referral_delivery, violation_referral_step, violation_referral, violation_referral_move;
DROP FUNCTION refuse_referral_without_step, refuse_referral_aside, refuse_referral_step_aside;
