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

-- +goose Down
DROP TRIGGER setting_value_counted ON setting_value;
DROP VIEW setting_held;
