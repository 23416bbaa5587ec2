-- +goose Up
-- A change is made by the rights of its instant, however long its request has
-- taken: somebody may have been suspended, or their appointment have ended, while
-- a file was on its way. package door looks at the beginning of a change.

INSERT INTO change_counter VALUES ('suspension', 1);
CREATE TRIGGER account_suspension_counted AFTER UPDATE OF suspended_at ON account
	FOR EACH STATEMENT EXECUTE FUNCTION note_change('suspension');

-- +goose StatementBegin
-- Fails: somebody's rights may have changed since they were looked up.
CREATE FUNCTION rights_have_moved() RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RAISE EXCEPTION 'somebody''s rights may have changed' USING ERRCODE = 'KG001';
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION rights_have_moved;
DROP TRIGGER account_suspension_counted ON account;
DELETE FROM change_counter WHERE name = 'suspension';
