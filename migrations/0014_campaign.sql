-- +goose Up
-- What publishing asks of the people whom a document binds (基本方針 5): whether
-- they must acknowledge it anew, which of them, and by when.
ALTER TABLE revision
	-- the number of the oldest revision whose acknowledgement counts for this one:
	-- its own where everyone is asked anew
	ADD COLUMN counts_from int,
	-- the first day on which people are asked, and the last on which they are in
	-- time; no last day for what was published before it was asked for
	ADD COLUMN asked_from date,
	ADD COLUMN due_on     date;

ALTER TABLE revision DISABLE TRIGGER revision_published_immutable;
UPDATE revision SET counts_from = number, asked_from = effective_on WHERE state = 'published';
ALTER TABLE revision ENABLE TRIGGER revision_published_immutable;

ALTER TABLE revision
	ADD CONSTRAINT revision_asks CHECK (state <> 'published' OR (counts_from IS NOT NULL AND asked_from IS NOT NULL)),
	ADD CONSTRAINT revision_counts_from CHECK (counts_from BETWEEN 1 AND number),
	ADD CONSTRAINT revision_due_after_asking CHECK (due_on >= asked_from);

-- Those who are asked, among those whom the document binds; without a line for a
-- revision, all of them.
CREATE TABLE campaign_audience (
	revision_id bigint NOT NULL REFERENCES revision,
	role        text CHECK (role IN ('cio', 'ciso', 'general_security_officer', 'security_officer', 'csirt_member',
		'security_manager', 'system_manager', 'system_operator', 'auditor', 'administrator')),
	section_id  bigint REFERENCES section,
	CONSTRAINT campaign_audience_shape CHECK ((role IS NULL) <> (section_id IS NULL)),
	CONSTRAINT campaign_audience_once UNIQUE NULLS NOT DISTINCT (revision_id, role, section_id)
);

-- Whom a revision asks is said before it is published, and not after.
-- +goose StatementBegin
CREATE FUNCTION refuse_late_audience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM revision WHERE id = NEW.revision_id AND state = 'published') THEN
		RAISE EXCEPTION 'the revision is published' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER campaign_audience_in_time BEFORE INSERT ON campaign_audience FOR EACH ROW EXECUTE FUNCTION refuse_late_audience();

-- That the portal has begun to ask for a revision: once, on its first day.
CREATE TABLE campaign_opening (
	revision_id bigint PRIMARY KEY REFERENCES revision,
	opened_on   date   NOT NULL
);

-- Whom the portal has asked, each once, and by when they were to acknowledge.
CREATE TABLE acknowledgement_request (
	revision_id bigint NOT NULL REFERENCES revision,
	person_id   bigint NOT NULL REFERENCES person,
	asked_on    date   NOT NULL,
	due_on      date   NOT NULL CONSTRAINT acknowledgement_request_due_after_asking CHECK (due_on >= asked_on),
	PRIMARY KEY (revision_id, person_id)
);

-- Whom it has reminded, or their 管理者 of them: each step once.
CREATE TABLE acknowledgement_reminder (
	revision_id bigint NOT NULL,
	person_id   bigint NOT NULL,
	days        int    NOT NULL, -- from the last day in time; which of them there are stands in the code
	reminded_on date   NOT NULL,
	PRIMARY KEY (revision_id, person_id, days),
	FOREIGN KEY (revision_id, person_id) REFERENCES acknowledgement_request
);

-- Who need not acknowledge a revision for now, and why (on leave).
CREATE TABLE acknowledgement_excuse (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	revision_id bigint NOT NULL REFERENCES revision,
	person_id   bigint NOT NULL REFERENCES person,
	reason      text   NOT NULL CONSTRAINT acknowledgement_excuse_reason_given CHECK (reason <> ''),
	excused_by  bigint NOT NULL REFERENCES person,
	excused_at  timestamptz NOT NULL,
	ended_by    bigint REFERENCES person,
	ended_at    timestamptz,
	CONSTRAINT acknowledgement_excuse_not_of_oneself CHECK (person_id <> excused_by AND person_id IS DISTINCT FROM ended_by),
	CONSTRAINT acknowledgement_excuse_ended_whole CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX acknowledgement_excuse_once ON acknowledgement_excuse (revision_id, person_id) WHERE ended_at IS NULL;

CREATE TRIGGER campaign_audience_append_only BEFORE UPDATE OR DELETE ON campaign_audience FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_audience_not_emptied BEFORE TRUNCATE ON campaign_audience FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_opening_append_only BEFORE UPDATE OR DELETE ON campaign_opening FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER campaign_opening_not_emptied BEFORE TRUNCATE ON campaign_opening FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_request_append_only BEFORE UPDATE OR DELETE ON acknowledgement_request FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_request_not_emptied BEFORE TRUNCATE ON acknowledgement_request FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_reminder_append_only BEFORE UPDATE OR DELETE ON acknowledgement_reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_reminder_not_emptied BEFORE TRUNCATE ON acknowledgement_reminder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_excuse_once_ended BEFORE UPDATE ON acknowledgement_excuse FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_excuse_kept BEFORE DELETE ON acknowledgement_excuse FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_excuse_not_emptied BEFORE TRUNCATE ON acknowledgement_excuse FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- whom it is asked of changes what there is to do, as a revision does
CREATE TRIGGER campaign_audience_counted AFTER INSERT ON campaign_audience FOR EACH STATEMENT EXECUTE FUNCTION count_change('policy');

GRANT SELECT, INSERT ON campaign_audience, campaign_opening, acknowledgement_request, acknowledgement_reminder, acknowledgement_excuse TO kagami_portal;
GRANT UPDATE (ended_by, ended_at) ON acknowledgement_excuse TO kagami_portal;

-- +goose Down
DROP TABLE acknowledgement_excuse, acknowledgement_reminder, acknowledgement_request, campaign_opening, campaign_audience;
DROP FUNCTION refuse_late_audience;
ALTER TABLE revision DROP COLUMN counts_from, DROP COLUMN asked_from, DROP COLUMN due_on;
