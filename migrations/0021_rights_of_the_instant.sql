-- +goose Up
-- A change is made by the rights of its instant, however long its request has
-- taken: somebody may have been suspended, or their appointment have ended, while
-- a file was on its way. package door calls these at the beginning of a change.

INSERT INTO change_counter VALUES ('suspension', 1);
CREATE TRIGGER account_suspension_counted AFTER UPDATE OF suspended_at ON account
	FOR EACH STATEMENT EXECUTE FUNCTION note_change('suspension');

-- The lock of a person: shared by each of their deeds under way, exclusive for
-- whoever takes their rights away.
CREATE FUNCTION deeds_of(person bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
	RETURN hashtextextended('kagami: deeds of person ' || person, 0);

-- +goose StatementBegin
-- Begins a deed of a person, and tells whether counters still stand at the numbers
-- at which their rights were looked up; without names there is nothing to look at.
-- Each statement in it looks at the database anew: what was committed while it
-- waited for the lock counts. The lock is taken by an assignment, which costs less
-- than a statement.
CREATE FUNCTION begin_deed(person bigint, names text[], numbers bigint[]) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	held text;
BEGIN
	held := pg_advisory_xact_lock_shared(deeds_of(person))::text;
	IF names IS NULL THEN
		RETURN true;
	END IF;
	RETURN (SELECT count(*) FROM unnest(names, numbers) AS known(name, number) JOIN change_counter c ON c.name = known.name AND c.number = known.number)
		= cardinality(names);
END $$;

-- The same for a batch: it fails where they no longer do.
CREATE FUNCTION demand_deed(person bigint, names text[], numbers bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	still boolean;
BEGIN
	still := begin_deed(person, names, numbers);
	IF NOT still THEN
		RAISE EXCEPTION 'the rights of person % may have changed', person USING ERRCODE = 'KG001';
	END IF;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION demand_deed, begin_deed, deeds_of;
DROP TRIGGER account_suspension_counted ON account;
DELETE FROM change_counter WHERE name = 'suspension';
