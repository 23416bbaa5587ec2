-- +goose Up
-- What people write themselves is their own choice, also where it begins as the portal's
-- own reasons do (「標準目録では3Bだが、公表しているので2にした」): only these as a whole are none.
-- asset.UsualReason and asset.ReceivedReason write them.
DROP INDEX asset_by_hand;
ALTER TABLE asset DROP COLUMN by_hand;
ALTER TABLE asset ADD COLUMN by_hand boolean NOT NULL
	GENERATED ALWAYS AS (level_reason <> ''
		AND level_reason !~ '^標準目録(「[^\n]+」)?の目安による$'
		AND level_reason !~ '^台帳の取り込み（([^\n]+、)?[^\n、0-9]{2}(元|[0-9]+)年[0-9]+月[0-9]+日）$') STORED;
CREATE INDEX asset_by_hand ON asset (section_id) WHERE by_hand;
UPDATE asset_sum s SET by_hand = (
	SELECT count(*) FROM asset a
	WHERE a.by_hand AND a.state IN ('draft', 'registered') AND (a.section_id, a.zone, a.confidentiality) = (s.section_id, s.zone, s.confidentiality));

-- the day from which on there is a section: none has assets before it
CREATE OR REPLACE VIEW section_shown AS
	SELECT id, code, name, position, abolished_on, established_on FROM section;

-- +goose Down
DROP VIEW section_shown;
CREATE VIEW section_shown AS
	SELECT id, code, name, position, abolished_on FROM section;
GRANT SELECT ON section_shown TO kagami_portal;

DROP INDEX asset_by_hand;
ALTER TABLE asset DROP COLUMN by_hand;
ALTER TABLE asset ADD COLUMN by_hand boolean NOT NULL
	GENERATED ALWAYS AS (level_reason <> '' AND level_reason NOT LIKE '標準目録%' AND level_reason NOT LIKE '台帳の取り込み（%') STORED;
CREATE INDEX asset_by_hand ON asset (section_id) WHERE by_hand;
UPDATE asset_sum s SET by_hand = (
	SELECT count(*) FROM asset a
	WHERE a.by_hand AND a.state IN ('draft', 'registered') AND (a.section_id, a.zone, a.confidentiality) = (s.section_id, s.zone, s.confidentiality));
