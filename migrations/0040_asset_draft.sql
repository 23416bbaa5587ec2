-- +goose Up
-- A draft is what an import of a register leaves with something to settle: a town's
-- file may have no column for the zone, or for an aspect.
ALTER TABLE asset
	DROP CONSTRAINT asset_confidentiality_check,
	DROP CONSTRAINT asset_integrity_check,
	DROP CONSTRAINT asset_availability_check,
	DROP CONSTRAINT asset_zone_check,
	ADD CONSTRAINT asset_settled
		CHECK (state IN ('draft', 'mistaken', 'merged') OR (confidentiality <> '' AND integrity <> '' AND availability <> '' AND zone <> ''));

-- What has ended is looked for by the section's number, so that it is not registered anew.
CREATE INDEX asset_ended_number ON asset (section_id, lower(own_number)) WHERE own_number <> '' AND state IN ('retired', 'mistaken', 'merged');
-- What has no number of the section is known by its name.
CREATE INDEX asset_unnumbered ON asset (section_id, name) WHERE own_number = '' AND state IN ('draft', 'registered');

-- +goose Down
DROP INDEX asset_unnumbered, asset_ended_number;
ALTER TABLE asset
	DROP CONSTRAINT asset_settled,
	ADD CHECK (confidentiality <> ''),
	ADD CHECK (integrity <> ''),
	ADD CHECK (availability <> ''),
	ADD CHECK (zone <> '');
