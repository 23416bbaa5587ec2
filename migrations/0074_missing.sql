-- +goose Up
-- What can't be found (所在不明): who has noticed it and when, what it held, and what has become
-- of it.
CREATE TABLE missing (
	id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	asset_id        bigint NOT NULL REFERENCES asset,
	kind            text NOT NULL CHECK (kind IN ('missing', 'lost')),
	-- where it came to light: 棚卸し-令和8年度, 持-8-0001; empty for none of these
	came_from       text NOT NULL DEFAULT '' CHECK (length(came_from) <= 100),
	last_seen_on    date,
	noticed_at      timestamptz NOT NULL,
	noticed_by      text NOT NULL CHECK (length(noticed_by) BETWEEN 1 AND 100),
	words           text NOT NULL DEFAULT '' CHECK (length(words) <= 2000),
	reported_by     bigint REFERENCES person, -- NULL for the operator and the portal
	reported_at     timestamptz NOT NULL,
	-- what it was, and what it held, at that instant
	section_id      bigint NOT NULL REFERENCES section,
	name            text NOT NULL CHECK (name <> ''),
	confidentiality text NOT NULL,
	integrity       text NOT NULL,
	availability    text NOT NULL,
	personal        text NOT NULL,
	number_work     text NOT NULL,
	content         text NOT NULL,
	state           text NOT NULL CHECK (state IN ('open', 'found', 'written_off')),
	-- the incident that has taken it over, once there is one
	incident_id     bigint,
	found_on        date,
	found_where     text NOT NULL DEFAULT '' CHECK (length(found_where) <= 500),
	found_by        text NOT NULL DEFAULT '' CHECK (length(found_by) <= 100),
	version         int NOT NULL DEFAULT 1,
	CONSTRAINT missing_seen_before CHECK (last_seen_on IS NULL OR last_seen_on <= (noticed_at AT TIME ZONE 'Asia/Tokyo')::date),
	CONSTRAINT missing_noticed_before CHECK (noticed_at <= reported_at),
	CONSTRAINT missing_found CHECK ((state = 'found') = (found_on IS NOT NULL) AND (state = 'found') = (found_where <> '') AND (state = 'found') = (found_by <> ''))
);
CREATE UNIQUE INDEX missing_once ON missing (asset_id) WHERE state = 'open';
CREATE INDEX missing_of_asset ON missing (asset_id, id);

-- What was reported is never changed, nor what is over; that it was found is added.
-- +goose StatementBegin
CREATE FUNCTION refuse_reported_missing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state <> 'open' AND (OLD.incident_id IS NOT NULL OR to_jsonb(OLD) - 'incident_id' <> to_jsonb(NEW) - 'incident_id')
		OR to_jsonb(OLD) - ARRAY['state', 'incident_id', 'found_on', 'found_where', 'found_by', 'version']
			<> to_jsonb(NEW) - ARRAY['state', 'incident_id', 'found_on', 'found_where', 'found_by', 'version'] THEN
		RAISE EXCEPTION 'what was reported, and what is over, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'missing_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER missing_reported BEFORE UPDATE ON missing FOR EACH ROW EXECUTE FUNCTION refuse_reported_missing();
CREATE TRIGGER missing_kept BEFORE DELETE ON missing FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER missing_not_emptied BEFORE TRUNCATE ON missing FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step: what was done, by whom, and what they wrote.
CREATE TABLE missing_step (
	missing_id bigint NOT NULL REFERENCES missing,
	version    int NOT NULL,
	at         timestamptz NOT NULL,
	by         bigint REFERENCES person,
	event      text NOT NULL CHECK (event IN ('report', 'find', 'write_off')),
	note       text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	PRIMARY KEY (missing_id, version)
);
CREATE TRIGGER missing_step_append_only BEFORE UPDATE OR DELETE ON missing_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER missing_step_not_emptied BEFORE TRUNCATE ON missing_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO change_counter (name, number) VALUES ('missing', 0);
CREATE TRIGGER missing_counted AFTER INSERT OR UPDATE ON missing FOR EACH STATEMENT EXECUTE FUNCTION note_change('missing');
-- what waits for a section is counted by where the asset is now
CREATE TRIGGER missing_moved AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.section_id <> NEW.section_id AND OLD.state = 'missing') EXECUTE FUNCTION note_change('missing');

GRANT SELECT, INSERT, UPDATE (state, incident_id, found_on, found_where, found_by, version) ON missing TO kagami_portal;
GRANT SELECT, INSERT ON missing_step TO kagami_portal;

-- +goose Down
DROP TRIGGER missing_moved ON asset;
DROP TABLE missing_step, missing;
DROP FUNCTION refuse_reported_missing;
DELETE FROM change_counter WHERE name = 'missing';
