-- +goose Up
-- What an import looks for is looked up by a section's own number, or by its name, whatever
-- the section: a hundred thousand rows ask for theirs one by one, and none in each section.
DROP INDEX asset_own_number_unique, asset_ended_number, asset_unnumbered;
CREATE UNIQUE INDEX asset_own_number_unique ON asset (lower(own_number), section_id) WHERE own_number <> '' AND state IN ('draft', 'registered');
CREATE INDEX asset_ended_number ON asset (lower(own_number), section_id) WHERE own_number <> '' AND state IN ('retired', 'mistaken', 'merged');
CREATE INDEX asset_unnumbered ON asset (name, section_id) WHERE own_number = '' AND state IN ('draft', 'registered');
-- Many assets are given their ids before they are written, and are not looked for after it.
GRANT USAGE ON SEQUENCE asset_id_seq TO kagami_portal;

-- +goose Down
REVOKE USAGE ON SEQUENCE asset_id_seq FROM kagami_portal;
DROP INDEX asset_own_number_unique, asset_ended_number, asset_unnumbered;
CREATE UNIQUE INDEX asset_own_number_unique ON asset (section_id, lower(own_number)) WHERE own_number <> '' AND state IN ('draft', 'registered');
CREATE INDEX asset_ended_number ON asset (section_id, lower(own_number)) WHERE own_number <> '' AND state IN ('retired', 'mistaken', 'merged');
CREATE INDEX asset_unnumbered ON asset (section_id, name) WHERE own_number = '' AND state IN ('draft', 'registered');
