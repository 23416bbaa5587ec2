-- +goose Up
-- The levels and zones in effect, and the views of the list, are read anew only where they
-- have changed.
INSERT INTO change_counter (name, number) VALUES ('edition', 0), ('asset_view', 0);
CREATE TRIGGER edition_counted AFTER INSERT OR UPDATE OR DELETE ON edition FOR EACH STATEMENT EXECUTE FUNCTION note_change('edition');
CREATE TRIGGER edition_start_counted AFTER INSERT OR UPDATE OR DELETE ON edition_start FOR EACH STATEMENT EXECUTE FUNCTION note_change('edition');
CREATE TRIGGER edition_own_counted AFTER INSERT OR UPDATE OR DELETE ON edition_own FOR EACH STATEMENT EXECUTE FUNCTION note_change('edition');
CREATE TRIGGER edition_withdrawal_counted AFTER INSERT OR UPDATE OR DELETE ON edition_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION note_change('edition');
CREATE TRIGGER asset_view_counted AFTER INSERT OR UPDATE OR DELETE ON asset_view FOR EACH STATEMENT EXECUTE FUNCTION note_change('asset_view');

-- How often the assets of a section have changed: so long as no number grows, a page of
-- the list is what it was. A row for each section, so that who changes one waits for nobody
-- who changes another's.
CREATE TABLE asset_state (
	section_id bigint PRIMARY KEY REFERENCES section,
	number     bigint NOT NULL
);
GRANT SELECT ON asset_state TO kagami_portal;
-- +goose StatementBegin
CREATE FUNCTION count_asset_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO asset_state AS s SELECT DISTINCT section_id, 1 FROM fresh ORDER BY 1
		ON CONFLICT (section_id) DO UPDATE SET number = s.number + 1;
	ELSE
		INSERT INTO asset_state AS s SELECT section_id, 1 FROM (SELECT section_id FROM fresh UNION SELECT section_id FROM gone) moved ORDER BY 1
		ON CONFLICT (section_id) DO UPDATE SET number = s.number + 1;
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_state_added AFTER INSERT ON asset REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_asset_changes();
CREATE TRIGGER asset_state_changed AFTER UPDATE ON asset REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_asset_changes();

-- +goose Down
DROP TRIGGER asset_state_changed ON asset;
DROP TRIGGER asset_state_added ON asset;
DROP FUNCTION count_asset_changes;
DROP TABLE asset_state;
DROP TRIGGER asset_view_counted ON asset_view;
DROP TRIGGER edition_withdrawal_counted ON edition_withdrawal;
DROP TRIGGER edition_own_counted ON edition_own;
DROP TRIGGER edition_start_counted ON edition_start;
DROP TRIGGER edition_counted ON edition;
DELETE FROM change_counter WHERE name IN ('edition', 'asset_view');
