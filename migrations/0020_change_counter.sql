-- +goose Up
-- What is counted of changes, a row each: what is cached under a number is of that
-- state or a later one (package state). change_count held all in one row, which
-- whoever changed anything locked until their transaction ended, so that each save
-- of a draft waited for an import of the organization.
--
-- Now a statement that changes something only notes it, and one deferred trigger
-- counts at commit what the transaction has noted, in the order of names: no
-- counter is locked longer than the commit takes, and no two commits wait for
-- each other in a circle.
CREATE TABLE change_counter (
	name   text PRIMARY KEY,
	number bigint NOT NULL
);
INSERT INTO change_counter
	SELECT 'organization', organization FROM change_count UNION ALL SELECT 'policy', policy FROM change_count;

-- What has changed in a transaction that is under way: empty for everybody else.
CREATE TABLE change_note (
	transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
	name        text NOT NULL,
	PRIMARY KEY (transaction, name)
);

ALTER FUNCTION count_change() RENAME TO note_change;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	INSERT INTO public.change_note (name) VALUES (TG_ARGV[0]) ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;

CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	changed text[];
	one     text;
BEGIN
	WITH noted AS (DELETE FROM public.change_note WHERE transaction = pg_current_xact_id() RETURNING name)
	SELECT array_agg(name ORDER BY name) INTO changed FROM noted;
	-- the first of a transaction's notes has counted them all
	FOREACH one IN ARRAY coalesce(changed, '{}') LOOP
		UPDATE public.change_counter SET number = number + 1 WHERE name = one;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'no change counter is named %', one;
		END IF;
	END LOOP;
	RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE CONSTRAINT TRIGGER change_noted AFTER INSERT ON change_note DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION count_changes();

DROP TABLE change_count;
GRANT SELECT ON change_counter TO kagami_portal;

-- +goose Down
CREATE TABLE change_count (
	one          boolean PRIMARY KEY DEFAULT true CHECK (one),
	organization bigint NOT NULL,
	policy       bigint NOT NULL
);
INSERT INTO change_count
	SELECT true, (SELECT number FROM change_counter WHERE name = 'organization'), (SELECT number FROM change_counter WHERE name = 'policy');
DROP TABLE change_note, change_counter;
DROP FUNCTION count_changes;
ALTER FUNCTION note_change() RENAME TO count_change;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	IF TG_ARGV[0] = 'organization' THEN
		UPDATE change_count SET organization = organization + 1;
	ELSE
		UPDATE change_count SET policy = policy + 1;
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
GRANT SELECT ON change_count TO kagami_portal;
