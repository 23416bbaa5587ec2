-- +goose Up
-- Exceptions to their end: they follow the assets that they are about, they are counted apart
-- from what is to be put right, and people are told in time that they end.

-- The section in which each asset that an exception is about stands now: who answers for the
-- asset reads the exception and may end it.
CREATE VIEW exception_held AS
	SELECT a.exception_id, a.asset_id, a.rule, x.section_id FROM exception_about a JOIN asset x ON x.id = a.asset_id;
GRANT SELECT ON exception_held TO kagami_portal;

-- Those of them that stand in another section than that for which the exception was asked: they
-- are few, and looked at whenever somebody asks which exceptions they may see.
CREATE TABLE exception_elsewhere (
	exception_id bigint NOT NULL REFERENCES exception,
	asset_id     bigint NOT NULL REFERENCES asset,
	section_id   bigint NOT NULL REFERENCES section,
	PRIMARY KEY (exception_id, asset_id)
);
CREATE INDEX exception_elsewhere_section ON exception_elsewhere (section_id);
GRANT SELECT ON exception_elsewhere TO kagami_portal;
-- +goose StatementBegin
CREATE FUNCTION move_exceptions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM exception_about a WHERE a.asset_id = NEW.id) THEN
		RETURN NULL; -- as of nearly every asset of the thousands that are handed over at once
	END IF;
	DELETE FROM exception_elsewhere WHERE asset_id = NEW.id AND exception_id IN (SELECT a.exception_id FROM exception_about a WHERE a.asset_id = NEW.id);
	INSERT INTO exception_elsewhere (exception_id, asset_id, section_id)
	SELECT DISTINCT a.exception_id, NEW.id, NEW.section_id FROM exception_about a JOIN exception e ON e.id = a.exception_id
	WHERE a.asset_id = NEW.id AND e.section_id <> NEW.section_id;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_exceptions_moved AFTER UPDATE ON asset FOR EACH ROW WHEN (OLD.section_id <> NEW.section_id) EXECUTE FUNCTION move_exceptions();
-- +goose StatementBegin
CREATE FUNCTION place_exception() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	-- who moves the asset meanwhile waits, or is waited for: either sees what the other has done
	PERFORM FROM asset WHERE id = NEW.asset_id FOR SHARE;
	INSERT INTO exception_elsewhere (exception_id, asset_id, section_id)
	SELECT e.id, x.id, x.section_id FROM exception e, asset x WHERE e.id = NEW.exception_id AND x.id = NEW.asset_id AND e.section_id <> x.section_id
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER exception_about_placed AFTER INSERT ON exception_about FOR EACH ROW EXECUTE FUNCTION place_exception();
INSERT INTO exception_elsewhere (exception_id, asset_id, section_id)
SELECT DISTINCT h.exception_id, h.asset_id, h.section_id FROM exception_held h JOIN exception e ON e.id = h.exception_id WHERE h.section_id <> e.section_id;

-- An asset that is merged into another one is the same thing under two numbers: what is
-- excepted of the one that goes is excepted of the one that stays. What was asked for stays
-- as it is, with the one that stays beside it.
ALTER TABLE exception_about ADD COLUMN merged_from bigint REFERENCES asset;
-- +goose StatementBegin
CREATE FUNCTION except_merged_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO exception_about (exception_id, asset_id, code, name, rule, merged_from)
	SELECT a.exception_id, kept.id, kept.code, kept.name, a.rule, NEW.id
	FROM exception_about a JOIN exception e ON e.id = a.exception_id JOIN asset kept ON kept.id = NEW.merged_into
	WHERE a.asset_id = NEW.id AND (e.state = 'asked' OR e.state = 'permitted')
	ORDER BY a.exception_id, a.rule
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_exceptions_kept AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL) EXECUTE FUNCTION except_merged_asset();

-- The assets that are excepted on a day from all that they do not fit, and until when: the day
-- on which the first of these exceptions ends. What asks it is planned together with it, since
-- it is one statement.
-- +goose StatementBegin
CREATE FUNCTION excepted_assets(day date) RETURNS TABLE (asset_id bigint, code text, section_id bigint, zone text, confidentiality text, broken_since date, until_on date)
LANGUAGE sql STABLE AS $$
	SELECT a.id, a.code, a.section_id, a.zone, a.confidentiality, a.broken_since, min(c.until_on)
	FROM (SELECT x.asset_id, x.rule, max(x.until_on) AS until_on FROM exception_asset x
	      WHERE x.rule <> '' AND day BETWEEN x.from_on AND x.until_on GROUP BY x.asset_id, x.rule) c
	JOIN asset a ON a.id = c.asset_id
	WHERE a.broken_since IS NOT NULL AND jsonb_exists(a.breaks, c.rule)
	GROUP BY a.id HAVING count(*) = (SELECT count(*) FROM jsonb_object_keys(a.breaks))
$$;
-- +goose StatementEnd

-- What was told of the days of an exception: to whom, by which step before or after a day, or
-- that it is over.
CREATE TABLE exception_told (
	exception_id bigint NOT NULL REFERENCES exception,
	due_on       date NOT NULL,
	recipient    text NOT NULL CHECK (recipient IN ('person', 'manager', 'general', 'over')),
	days         int NOT NULL,
	told_on      date NOT NULL,
	PRIMARY KEY (exception_id, due_on, recipient, days)
);
CREATE TRIGGER exception_told_append_only BEFORE UPDATE OR DELETE ON exception_told FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER exception_told_not_emptied BEFORE TRUNCATE ON exception_told FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON exception_told TO kagami_portal;

-- What somebody has asked for and is under way.
CREATE INDEX exception_of_person ON exception (asked_by) WHERE state IN ('asked', 'permitted');

-- +goose Down
DROP INDEX exception_of_person;
DROP TABLE exception_told;
DROP FUNCTION excepted_assets;
DROP TRIGGER asset_exceptions_kept ON asset;
DROP FUNCTION except_merged_asset;
ALTER TABLE exception_about DISABLE TRIGGER exception_about_append_only;
DELETE FROM exception_about WHERE merged_from IS NOT NULL;
ALTER TABLE exception_about ENABLE TRIGGER exception_about_append_only;
ALTER TABLE exception_about DROP COLUMN merged_from;
DROP TRIGGER exception_about_placed ON exception_about;
DROP TRIGGER asset_exceptions_moved ON asset;
DROP FUNCTION place_exception, move_exceptions;
DROP TABLE exception_elsewhere;
DROP VIEW exception_held;
