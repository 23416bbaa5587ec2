-- +goose Up
-- A function that runs with the rights of the schema's owner finds tables by their names alone: without
-- pg_temp at the end of its path, a temporary table of the caller's comes first.
ALTER FUNCTION check_abolition() SET search_path = public, pg_temp;
ALTER FUNCTION refuse_revision_after_abolition() SET search_path = public, pg_temp;

-- +goose Down
ALTER FUNCTION refuse_revision_after_abolition() SET search_path = public;
ALTER FUNCTION check_abolition() SET search_path = public;
