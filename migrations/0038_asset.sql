-- +goose Up
-- The register of information assets (4(2), 7(2), 7(3)).
CREATE TABLE asset (
	id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- 管理番号, given by section and never again
	code            text NOT NULL CONSTRAINT asset_code_unique UNIQUE CONSTRAINT asset_code_shape CHECK (code ~ '^[0-9A-Za-z-]{1,30}$'),
	section_id      bigint NOT NULL REFERENCES section,
	-- the number that the section itself has given it; empty for none
	own_number      text NOT NULL DEFAULT '' CHECK (length(own_number) <= 50),
	kind            text NOT NULL CONSTRAINT asset_kind_known
		CHECK (kind IN ('information', 'system', 'network', 'facility', 'medium', 'document', 'paper')),
	name            text NOT NULL CONSTRAINT asset_name_length CHECK (length(name) BETWEEN 1 AND 200),
	work            text NOT NULL DEFAULT '' CHECK (length(work) <= 200),
	content         text NOT NULL DEFAULT '' CHECK (length(content) <= 2000),
	confidentiality text NOT NULL CHECK (confidentiality <> ''),
	integrity       text NOT NULL CHECK (integrity <> ''),
	availability    text NOT NULL CHECK (availability <> ''),
	-- how high the three are, by the levels in effect when they were set: for sorting
	ranks           smallint[] NOT NULL CONSTRAINT asset_ranks_three CHECK (cardinality(ranks) = 3),
	personal        text NOT NULL CONSTRAINT asset_personal_known CHECK (personal IN ('none', 'personal', 'sensitive', 'specific')),
	-- whether 個人番号 is used for the work itself (利用事務) or beside it (関係事務, such as pay)
	number_work     text NOT NULL DEFAULT '' CONSTRAINT asset_number_work_known CHECK (number_work IN ('', 'use', 'related')),
	zone            text NOT NULL CHECK (zone <> ''),
	place           text NOT NULL DEFAULT '' CHECK (length(place) <= 500),
	medium          text NOT NULL DEFAULT '' CHECK (length(medium) <= 200),
	owner           text NOT NULL DEFAULT '' CHECK (length(owner) <= 200),
	users           text NOT NULL DEFAULT '' CHECK (length(users) <= 500),
	handling        text[] NOT NULL DEFAULT '{}' CONSTRAINT asset_handling_known
		CHECK (handling <@ ARRAY['no_copy', 'no_distribution', 'no_takeout', 'encryption', 'no_print']),
	disposal        text NOT NULL DEFAULT '' CHECK (length(disposal) <= 500),
	keep_until      text NOT NULL DEFAULT '' CHECK (length(keep_until) <= 200),
	outsourced      text NOT NULL DEFAULT '' CHECK (length(outsourced) <= 500),
	evaluated_by    text NOT NULL DEFAULT '' CHECK (length(evaluated_by) <= 200),
	seat            text NOT NULL DEFAULT '' CHECK (length(seat) <= 100),
	registered_on   date NOT NULL,
	checked_on      date,
	note            text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	state           text NOT NULL CONSTRAINT asset_state_known CHECK (state IN ('draft', 'registered', 'retired', 'mistaken', 'merged')),
	merged_into     bigint REFERENCES asset,
	version         int NOT NULL DEFAULT 1,
	CONSTRAINT asset_merged CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
	CONSTRAINT asset_merged_elsewhere CHECK (merged_into <> id)
);
-- a section's own number leads to one asset that counts
CREATE UNIQUE INDEX asset_own_number_unique ON asset (section_id, lower(own_number)) WHERE own_number <> '' AND state IN ('draft', 'registered');
CREATE INDEX asset_of_section ON asset (section_id, id) WHERE state IN ('draft', 'registered');

-- What has ended is read, and never changed: no number is given again.
-- +goose StatementBegin
CREATE FUNCTION refuse_ended_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('retired', 'mistaken', 'merged') THEN
		RAISE EXCEPTION 'an asset that has ended is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_ended';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_ended BEFORE UPDATE ON asset FOR EACH ROW EXECUTE FUNCTION refuse_ended_asset();
CREATE TRIGGER asset_kept BEFORE DELETE ON asset FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_not_emptied BEFORE TRUNCATE ON asset FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Up to which number a section's assets are numbered.
CREATE TABLE asset_number (
	section_id bigint PRIMARY KEY REFERENCES section,
	last       int NOT NULL CHECK (last > 0)
);

-- Each change of each asset: what its fields were and are, who changed them and why.
CREATE TABLE asset_change (
	asset_id   bigint NOT NULL REFERENCES asset,
	version    int NOT NULL,
	changed_at timestamptz NOT NULL,
	changed_by bigint REFERENCES person, -- NULL for the operator and the portal
	why        text NOT NULL DEFAULT '' CHECK (length(why) <= 500),
	before     jsonb NOT NULL, -- {} for the registration
	after      jsonb NOT NULL,
	PRIMARY KEY (asset_id, version)
);
CREATE TRIGGER asset_change_append_only BEFORE UPDATE OR DELETE ON asset_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_change_not_emptied BEFORE TRUNCATE ON asset_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON asset, asset_number TO kagami_portal;
GRANT SELECT, INSERT ON asset_change TO kagami_portal;

-- +goose Down
DROP TABLE asset_change, asset_number, asset;
DROP FUNCTION refuse_ended_asset;
