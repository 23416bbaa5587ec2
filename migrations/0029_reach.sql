-- +goose Up
-- What a town has set, for joining: of each first day the newest value, and none that
-- was taken back.
CREATE VIEW setting_held AS
	SELECT v.name, v.first_day, v.value FROM (
		SELECT DISTINCT ON (name, first_day) name, first_day, value FROM setting_value ORDER BY name, first_day, id DESC) v
	WHERE v.value IS NOT NULL;
GRANT SELECT ON setting_held TO kagami_portal;

-- What a town decides of the permission table is part of what actors are cached with,
-- and what rights are asked by: a change of it counts as one of the organization.
CREATE TRIGGER setting_value_counted AFTER INSERT ON setting_value
	FOR EACH ROW WHEN (starts_with(NEW.name, 'permission.')) EXECUTE FUNCTION note_change('organization');

-- Whether who has a role in a section reaches the sections inside it: reading what is
-- there, being told of it, deciding on it. A section without a row reaches none.
CREATE TABLE section_reach (
	section_id bigint PRIMARY KEY REFERENCES section,
	reads      boolean NOT NULL,
	told       boolean NOT NULL,
	decides    boolean NOT NULL,
	CONSTRAINT section_reach_reads CHECK (reads OR NOT (told OR decides))
);
CREATE TRIGGER section_reach_counted AFTER INSERT OR UPDATE OR DELETE ON section_reach FOR EACH STATEMENT EXECUTE FUNCTION note_change('organization');
GRANT SELECT, INSERT, UPDATE ON section_reach TO kagami_portal;

-- Which sections are inside one that reaches them, however deep.
CREATE VIEW section_inside AS
	WITH RECURSIVE below AS (
		SELECT r.section_id AS outer_id, s.id AS inner_id FROM section_reach r JOIN section s ON s.parent_id = r.section_id
		UNION
		SELECT b.outer_id, s.id FROM below b JOIN section s ON s.parent_id = b.inner_id)
	SELECT b.outer_id, b.inner_id, r.reads, r.told, r.decides FROM below b JOIN section_reach r ON r.section_id = b.outer_id;
GRANT SELECT ON section_inside TO kagami_portal;

-- +goose Down
DROP VIEW section_inside;
DROP TABLE section_reach;
DROP TRIGGER setting_value_counted ON setting_value;
DROP VIEW setting_held;
