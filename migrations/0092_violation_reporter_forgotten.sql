-- +goose Up
-- Who has made a report is forgotten with its case: nothing in the database leads from the one to the
-- other, so the portal, which has the keys, says which hashes those are.

-- Whether a case is disposed of in this very transaction.
-- +goose StatementBegin
CREATE FUNCTION has_disposed() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
	SELECT EXISTS (SELECT FROM violation_disposal WHERE xmin = pg_current_xact_id()::xid)
$$;

CREATE FUNCTION forget_reporters(hashes bytea[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
	DELETE FROM violation_reporter WHERE number_hash = ANY (hashes)
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION forget_reporters FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_reporters TO kagami_portal;
DROP TRIGGER violation_reporter_kept ON violation_reporter;
CREATE TRIGGER violation_reporter_kept BEFORE DELETE ON violation_reporter FOR EACH ROW WHEN (NOT has_disposed()) EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER violation_reporter_kept ON violation_reporter;
CREATE TRIGGER violation_reporter_kept BEFORE DELETE ON violation_reporter FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION forget_reporters, has_disposed;
