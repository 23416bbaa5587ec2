-- +goose Up
-- A page of the ledger is kept until what it shows changes. What it shows of a system changes
-- seldom, and is counted as a change of the ledger; what the register goes by otherwise is not.
CREATE TRIGGER asset_right_counted AFTER UPDATE ON asset
	FOR EACH ROW WHEN ((OLD.kind IN ('system', 'network') OR NEW.kind IN ('system', 'network'))
		AND (OLD.code, OLD.name, OLD.kind, OLD.section_id, OLD.state) IS DISTINCT FROM (NEW.code, NEW.name, NEW.kind, NEW.section_id, NEW.state))
	EXECUTE FUNCTION note_change('right');
CREATE TRIGGER right_system_counted AFTER INSERT OR UPDATE ON right_system FOR EACH STATEMENT EXECUTE FUNCTION note_change('right');

-- The systems among all that is in the register.
CREATE INDEX asset_systems ON asset (section_id) WHERE kind IN ('system', 'network');

-- +goose Down
DROP INDEX asset_systems;
DROP TRIGGER right_system_counted ON right_system;
DROP TRIGGER asset_right_counted ON asset;
