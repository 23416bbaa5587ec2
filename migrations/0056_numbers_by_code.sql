-- +goose Up
-- Up to which number assets are numbered under a section's code. The number goes by the
-- code and not by the section: one that takes over the code of a renamed one goes on after
-- the numbers that stand under it, which are never given again.
CREATE TABLE numbered (
	code text PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);
INSERT INTO numbered (code, last)
SELECT code, max(last) FROM (
	SELECT regexp_replace(code, '-[0-9]+$', '') AS code, substring(code FROM '[0-9]+$')::int AS last FROM asset WHERE code ~ '-[0-9]{1,9}$'
	UNION ALL SELECT s.code, n.last FROM asset_number n JOIN section s ON s.id = n.section_id) given
GROUP BY 1;
DROP TABLE asset_number;
ALTER TABLE numbered RENAME TO asset_number;
ALTER INDEX numbered_pkey RENAME TO asset_number_pkey;
ALTER TABLE asset_number RENAME CONSTRAINT numbered_last_check TO asset_number_last_check;
GRANT SELECT, INSERT, UPDATE ON asset_number TO kagami_portal;

-- the day from which on a section is no more: what is registered belongs to one that is
CREATE OR REPLACE VIEW section_shown AS
	SELECT id, code, name, position, abolished_on FROM section;

-- +goose Down
DROP VIEW section_shown;
CREATE VIEW section_shown AS
	SELECT id, code, name, position FROM section;
GRANT SELECT ON section_shown TO kagami_portal;

CREATE TABLE numbered (
	section_id bigint PRIMARY KEY REFERENCES section,
	last       int NOT NULL CHECK (last > 0)
);
INSERT INTO numbered (section_id, last) SELECT s.id, n.last FROM asset_number n JOIN section s USING (code);
DROP TABLE asset_number;
ALTER TABLE numbered RENAME TO asset_number;
ALTER INDEX numbered_pkey RENAME TO asset_number_pkey;
ALTER TABLE asset_number RENAME CONSTRAINT numbered_last_check TO asset_number_last_check;
ALTER TABLE asset_number RENAME CONSTRAINT numbered_section_id_fkey TO asset_number_section_id_fkey;
GRANT SELECT, INSERT, UPDATE ON asset_number TO kagami_portal;
