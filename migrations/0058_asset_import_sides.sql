-- +goose Up
-- Of a table that was handed out and comes back, somebody settles which change of a field
-- holds: that of the file, or that which was made in the portal since.
ALTER TABLE asset_import_page DROP CONSTRAINT asset_import_page_list_check;
ALTER TABLE asset_import_page ADD CONSTRAINT asset_import_page_list_check
	CHECK (list IN ('faults', 'clashing', 'alike', 'levels', 'changed', 'added', 'faulty'));

-- A level that came with a town's own register is nobody's own choice, as little as one of
-- the standard catalogue. The triggers that sum the register stand on no column: they are
-- kept, and what they have summed is put right.
DROP INDEX asset_by_hand;
ALTER TABLE asset DROP COLUMN by_hand;
ALTER TABLE asset ADD COLUMN by_hand boolean NOT NULL
	GENERATED ALWAYS AS (level_reason <> '' AND level_reason NOT LIKE '標準目録%' AND level_reason NOT LIKE '台帳の取り込み（%') STORED;
CREATE INDEX asset_by_hand ON asset (section_id) WHERE by_hand;
UPDATE asset_sum s SET by_hand = (
	SELECT count(*) FROM asset a
	WHERE a.by_hand AND a.state IN ('draft', 'registered') AND (a.section_id, a.zone, a.confidentiality) = (s.section_id, s.zone, s.confidentiality));

-- +goose Down
DROP INDEX asset_by_hand;
ALTER TABLE asset DROP COLUMN by_hand;
ALTER TABLE asset ADD COLUMN by_hand boolean NOT NULL GENERATED ALWAYS AS (level_reason <> '' AND level_reason NOT LIKE '標準目録%') STORED;
CREATE INDEX asset_by_hand ON asset (section_id) WHERE level_reason <> '';
UPDATE asset_sum s SET by_hand = (
	SELECT count(*) FROM asset a
	WHERE a.by_hand AND a.state IN ('draft', 'registered') AND (a.section_id, a.zone, a.confidentiality) = (s.section_id, s.zone, s.confidentiality));
DELETE FROM asset_import_page WHERE list = 'clashing';
ALTER TABLE asset_import_page DROP CONSTRAINT asset_import_page_list_check;
ALTER TABLE asset_import_page ADD CONSTRAINT asset_import_page_list_check
	CHECK (list IN ('faults', 'alike', 'levels', 'changed', 'added', 'faulty'));
