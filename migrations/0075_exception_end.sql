-- +goose Up
-- Exceptions to their end: they follow the assets that they are about, they are counted apart
-- from what is to be put right, and people are told in time that they end.

-- The section in which each asset that an exception is about stands now: who answers for the
-- asset reads the exception and may end it.
CREATE VIEW exception_held AS
	SELECT a.exception_id, a.asset_id, a.rule, x.section_id FROM exception_about a JOIN asset x ON x.id = a.asset_id;
GRANT SELECT ON exception_held TO kagami_portal;

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
	WHERE a.asset_id = NEW.id AND e.state IN ('asked', 'permitted')
	ORDER BY a.exception_id, a.rule
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_exceptions_kept AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL) EXECUTE FUNCTION except_merged_asset();

-- Until when an asset need not fit any of the rules that it does not fit: the day on which
-- the first of these exceptions ends. NULL where one of them is excepted by none. These two
-- are one expression each, so that what asks is planned with what they ask.
-- +goose StatementBegin
CREATE FUNCTION excepted_until(asset bigint, breaks jsonb, day date) RETURNS date LANGUAGE sql STABLE AS $$
	SELECT (SELECT CASE WHEN bool_and(c.until_on IS NOT NULL) THEN min(c.until_on) END
	        FROM jsonb_object_keys(breaks) k (rule)
	        LEFT JOIN LATERAL (SELECT max(x.until_on) AS until_on FROM exception_asset x
	                           WHERE x.asset_id = asset AND x.rule = k.rule AND day BETWEEN x.from_on AND x.until_on) c ON true)
$$;
-- +goose StatementEnd

-- The assets that are excepted on a day from all that they do not fit.
-- +goose StatementBegin
CREATE FUNCTION excepted_assets(day date) RETURNS TABLE (asset_id bigint, section_id bigint, zone text, confidentiality text, broken_since date) LANGUAGE sql STABLE AS $$
	SELECT a.id, a.section_id, a.zone, a.confidentiality, a.broken_since FROM asset a
	WHERE a.id IN (SELECT x.asset_id FROM exception_asset x WHERE x.rule <> '' AND day BETWEEN x.from_on AND x.until_on)
	  AND a.broken_since IS NOT NULL AND excepted_until(a.id, a.breaks, day) IS NOT NULL
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
DROP FUNCTION excepted_until;
DROP TRIGGER asset_exceptions_kept ON asset;
DROP FUNCTION except_merged_asset;
ALTER TABLE exception_about DISABLE TRIGGER exception_about_append_only;
DELETE FROM exception_about WHERE merged_from IS NOT NULL;
ALTER TABLE exception_about ENABLE TRIGGER exception_about_append_only;
ALTER TABLE exception_about DROP COLUMN merged_from;
DROP VIEW exception_held;
