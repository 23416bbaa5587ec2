-- +goose Up
-- The register of communications between zones (7(3)): what leads from one part of the
-- town's networks into another, or out of the town, and what makes it safe.
CREATE TABLE communication (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- given by the section's code and never again
	code         text NOT NULL CONSTRAINT communication_code_unique UNIQUE CONSTRAINT communication_code_shape CHECK (code ~ '^[0-9A-Za-z-]{1,40}$'),
	code_order   text COLLATE "C" NOT NULL GENERATED ALWAYS AS (asset_code_order(code)) STORED,
	section_id   bigint NOT NULL REFERENCES section,
	name         text NOT NULL CONSTRAINT communication_name_length CHECK (length(name) BETWEEN 1 AND 200),
	from_zone    text NOT NULL CHECK (from_zone <> ''),
	to_zone      text NOT NULL CHECK (to_zone <> ''),
	direction    text NOT NULL CONSTRAINT communication_direction_known CHECK (direction IN ('one_way', 'both')),
	purpose      text NOT NULL CONSTRAINT communication_purpose_length CHECK (length(purpose) BETWEEN 1 AND 1000),
	safeguard    text NOT NULL CONSTRAINT communication_safeguard_known
		CHECK (safeguard IN ('listed', 'sanitized', 'firewall', 'none', 'unconfirmed')),
	-- which 特定通信 it is, by the key of the edition; empty for none
	listed       text NOT NULL DEFAULT '',
	-- the asset of the same section that it belongs to
	asset_id     bigint REFERENCES asset,
	since        date,
	note         text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	ended_on     date,
	version      int NOT NULL DEFAULT 1,
	-- the rules that it breaks, each with the day since when, and the first of these days
	breaks       jsonb NOT NULL DEFAULT '{}',
	broken_since date,
	CONSTRAINT communication_between_two CHECK (from_zone <> to_zone),
	CONSTRAINT communication_listed CHECK ((safeguard = 'listed') = (listed <> '')),
	CONSTRAINT communication_ended_after CHECK (ended_on >= since),
	CONSTRAINT communication_broken CHECK ((breaks = '{}') = (broken_since IS NULL)),
	CONSTRAINT communication_ended_breaks_none CHECK (ended_on IS NULL OR broken_since IS NULL)
);
CREATE INDEX communication_of_section ON communication (section_id, code_order);
CREATE INDEX communication_by_number ON communication (code_order);
CREATE INDEX communication_of_asset ON communication (asset_id) WHERE asset_id IS NOT NULL;
CREATE INDEX communication_breaking ON communication (code_order) WHERE broken_since IS NOT NULL;

-- What has ended is read, and never changed: no number is given again.
-- +goose StatementBegin
CREATE FUNCTION refuse_ended_communication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.ended_on IS NOT NULL THEN
		RAISE EXCEPTION 'a communication that has ended is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'communication_ended';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER communication_ended BEFORE UPDATE ON communication FOR EACH ROW EXECUTE FUNCTION refuse_ended_communication();
CREATE TRIGGER communication_kept BEFORE DELETE ON communication FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER communication_not_emptied BEFORE TRUNCATE ON communication FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Up to which number communications are numbered under a section's code: one that takes
-- over the code of a renamed one goes on after the numbers that stand under it.
CREATE TABLE communication_number (
	code text PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

-- Each change of each communication: what its fields were and are, who changed them and why.
CREATE TABLE communication_change (
	communication_id bigint NOT NULL REFERENCES communication,
	version          int NOT NULL,
	changed_at       timestamptz NOT NULL,
	changed_by       bigint REFERENCES person, -- NULL for the operator
	why              text NOT NULL DEFAULT '' CHECK (length(why) <= 500),
	before           jsonb NOT NULL, -- {} for the registration
	after            jsonb NOT NULL,
	PRIMARY KEY (communication_id, version)
);
CREATE TRIGGER communication_change_append_only BEFORE UPDATE OR DELETE ON communication_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER communication_change_not_emptied BEFORE TRUNCATE ON communication_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON communication, communication_number TO kagami_portal;
GRANT SELECT, INSERT ON communication_change TO kagami_portal;

-- +goose Down
DROP TABLE communication_change, communication_number, communication;
DROP FUNCTION refuse_ended_communication;
