-- +goose Up
-- Disposals (廃棄): of what, in which way, who has done it and who stood by, and who has
-- confirmed it.

-- Up to which number disposals are numbered in a fiscal year of Reiwa.
CREATE TABLE disposal_number (
	year int PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

CREATE TABLE disposal (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code         text NOT NULL CONSTRAINT disposal_code_unique UNIQUE CONSTRAINT disposal_code_shape CHECK (code ~ '^[0-9]+-[0-9]{4,}$'),
	section_id   bigint NOT NULL REFERENCES section,
	-- write_off: of what can't be found, which nobody destroys
	sort         text NOT NULL CHECK (sort IN ('carried_out', 'write_off')),
	asked_by     bigint NOT NULL REFERENCES person,
	asked_at     timestamptz NOT NULL,
	reason       text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
	due_on       date NOT NULL,
	medium       text NOT NULL CHECK (medium IN ('', 'hdd', 'flash', 'optical', 'tape', 'paper', 'data', 'lease')),
	-- the names of the ways, as the edition of their day has them
	ways         text[] NOT NULL CONSTRAINT disposal_ways_few CHECK (cardinality(ways) <= 5),
	witness      text NOT NULL DEFAULT '' CHECK (length(witness) <= 100),
	-- what is recorded of it, once it is done
	done_by      text NOT NULL DEFAULT '' CHECK (length(done_by) <= 200),
	done_at      timestamptz,
	place        text NOT NULL DEFAULT '' CHECK (length(place) <= 300),
	lease_return text NOT NULL DEFAULT '' CHECK (length(lease_return) <= 300),
	recorded_by  bigint REFERENCES person,
	recorded_at  timestamptz,
	confirmed_by bigint REFERENCES person,
	confirmed_at timestamptz,
	state        text NOT NULL CHECK (state IN ('waiting', 'done', 'confirmed', 'withdrawn')),
	version      int NOT NULL DEFAULT 1,
	CONSTRAINT disposal_way_of_medium CHECK ((sort = 'write_off') = (medium = '') AND (medium = '') = (cardinality(ways) = 0)),
	CONSTRAINT disposal_done CHECK (CASE sort
		WHEN 'carried_out' THEN CASE state WHEN 'waiting' THEN true WHEN 'withdrawn' THEN true
			ELSE done_by <> '' AND done_at IS NOT NULL AND place <> '' AND recorded_by IS NOT NULL AND recorded_at IS NOT NULL END
		ELSE done_at IS NULL AND recorded_by IS NULL AND state <> 'done' END),
	CONSTRAINT disposal_witness_another CHECK (witness = '' OR witness <> done_by),
	CONSTRAINT disposal_confirmed CHECK ((state = 'confirmed') = (confirmed_by IS NOT NULL) AND (confirmed_by IS NULL) = (confirmed_at IS NULL)),
	CONSTRAINT disposal_not_by_who_did CHECK (confirmed_by <> CASE sort WHEN 'write_off' THEN asked_by ELSE recorded_by END)
);
CREATE INDEX disposal_of_section ON disposal (section_id, id);
CREATE INDEX disposal_open ON disposal (state, section_id) WHERE state IN ('waiting', 'done');

-- What has ended is read, and never changed; of one that goes on, what was asked for is not.
-- +goose StatementBegin
CREATE FUNCTION refuse_ended_disposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('confirmed', 'withdrawn')
		OR (OLD.code, OLD.sort, OLD.asked_by, OLD.asked_at, OLD.reason, OLD.due_on) IS DISTINCT FROM (NEW.code, NEW.sort, NEW.asked_by, NEW.asked_at, NEW.reason, NEW.due_on) THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disposal_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER disposal_ended BEFORE UPDATE ON disposal FOR EACH ROW EXECUTE FUNCTION refuse_ended_disposal();
CREATE TRIGGER disposal_kept BEFORE DELETE ON disposal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disposal_not_emptied BEFORE TRUNCATE ON disposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The assets that are disposed of, as they were when it was asked for.
CREATE TABLE disposal_item (
	disposal_id     bigint NOT NULL REFERENCES disposal,
	asset_id        bigint NOT NULL REFERENCES asset,
	code            text NOT NULL CHECK (code <> ''),
	name            text NOT NULL CHECK (name <> ''),
	confidentiality text NOT NULL,
	zone            text NOT NULL,
	serial          text NOT NULL DEFAULT '' CHECK (length(serial) <= 100),
	state           text NOT NULL CHECK (state IN ('waiting', 'retired', 'spared')),
	PRIMARY KEY (disposal_id, asset_id)
);
-- an asset is disposed of once
CREATE UNIQUE INDEX disposal_item_once ON disposal_item (asset_id) WHERE state <> 'spared';
CREATE INDEX disposal_item_asset ON disposal_item (asset_id);

-- +goose StatementBegin
CREATE FUNCTION refuse_ended_disposal_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state <> 'waiting' OR (to_jsonb(OLD) - ARRAY['serial', 'state']) <> (to_jsonb(NEW) - ARRAY['serial', 'state']) THEN
		RAISE EXCEPTION 'what was disposed of is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disposal_item_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER disposal_item_ended BEFORE UPDATE ON disposal_item FOR EACH ROW EXECUTE FUNCTION refuse_ended_disposal_item();
CREATE TRIGGER disposal_item_kept BEFORE DELETE ON disposal_item FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disposal_item_not_emptied BEFORE TRUNCATE ON disposal_item FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Certificates and pictures.
CREATE TABLE disposal_file (
	disposal_id   bigint NOT NULL REFERENCES disposal,
	number        int NOT NULL CHECK (number > 0),
	kind          text NOT NULL CHECK (kind IN ('certificate', 'picture', 'other')),
	attachment_id bigint NOT NULL UNIQUE REFERENCES attachment_tie,
	added_by      bigint NOT NULL REFERENCES person,
	added_at      timestamptz NOT NULL,
	PRIMARY KEY (disposal_id, number)
);
CREATE TRIGGER disposal_file_append_only BEFORE UPDATE OR DELETE ON disposal_file FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disposal_file_not_emptied BEFORE TRUNCATE ON disposal_file FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step of each disposal: what was done, by whom, and what they wrote. by is NULL for the
-- portal.
CREATE TABLE disposal_step (
	disposal_id bigint NOT NULL REFERENCES disposal,
	version     int NOT NULL,
	at          timestamptz NOT NULL,
	by          bigint REFERENCES person,
	event       text NOT NULL CHECK (event IN ('ask', 'record', 'send_back', 'confirm', 'spare', 'withdraw')),
	note        text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	-- what was recorded with the step
	recorded    jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (disposal_id, version)
);
CREATE TRIGGER disposal_step_append_only BEFORE UPDATE OR DELETE ON disposal_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disposal_step_not_emptied BEFORE TRUNCATE ON disposal_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whom the portal has reminded of the day by which it was to be done, and by which step.
CREATE TABLE disposal_reminder (
	disposal_id bigint NOT NULL REFERENCES disposal,
	recipient   text NOT NULL CHECK (recipient IN ('person', 'manager', 'general')),
	days        int NOT NULL,
	reminded_on date NOT NULL,
	PRIMARY KEY (disposal_id, recipient, days)
);
CREATE TRIGGER disposal_reminder_append_only BEFORE UPDATE OR DELETE ON disposal_reminder FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disposal_reminder_not_emptied BEFORE TRUNCATE ON disposal_reminder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A disposal goes with its assets to the section to which they are handed over.
-- +goose StatementBegin
CREATE FUNCTION move_disposal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	UPDATE disposal d SET section_id = NEW.section_id FROM disposal_item i
	WHERE i.disposal_id = d.id AND i.asset_id = NEW.id AND i.state = 'waiting' AND d.section_id <> NEW.section_id;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_disposal_moved AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.section_id <> NEW.section_id AND OLD.state IN ('disposing', 'missing')) EXECUTE FUNCTION move_disposal();

INSERT INTO change_counter (name, number) VALUES ('disposal', 0);
CREATE TRIGGER disposal_counted AFTER INSERT OR UPDATE ON disposal FOR EACH STATEMENT EXECUTE FUNCTION note_change('disposal');

GRANT SELECT, INSERT, UPDATE ON disposal, disposal_number TO kagami_portal;
GRANT SELECT, INSERT, UPDATE (serial, state) ON disposal_item TO kagami_portal;
GRANT SELECT, INSERT ON disposal_file, disposal_step, disposal_reminder TO kagami_portal;

-- +goose Down
DROP TRIGGER asset_disposal_moved ON asset;
DROP FUNCTION move_disposal;
DROP TABLE disposal_reminder, disposal_step, disposal_file, disposal_item, disposal, disposal_number;
DROP FUNCTION refuse_ended_disposal_item;
DROP FUNCTION refuse_ended_disposal;
DELETE FROM change_counter WHERE name = 'disposal';
