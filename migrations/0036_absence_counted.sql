-- +goose Up
-- What is kept of the organization in memory depends on who is away as well: which 課室
-- have nobody who acts.
CREATE TRIGGER absence_counted AFTER INSERT OR UPDATE OR DELETE ON absence FOR EACH STATEMENT EXECUTE FUNCTION note_change('organization');

-- +goose Down
DROP TRIGGER absence_counted ON absence;
