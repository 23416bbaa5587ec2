-- +goose Up
-- The list of the register with a million assets: found by words from one character on,
-- by what is asked of them, and in every order.

-- Every two characters that follow each other in a text: what it is found by. Each
-- character begins one of them, so that one alone is found by how they begin. Nothing
-- but built-in functions in one expression: a loop would take as long as all else that
-- registering an asset does.
-- +goose StatementBegin
CREATE FUNCTION text_grams(t text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT string_to_array(
		regexp_replace(translate(t, E'\x01\x02', '  ') || E'\n', '..', E'\\&\x01', 'g') || E'\n\x01' ||
		regexp_replace(substr(translate(t, E'\x01\x02', '  '), 2) || E'\n', '..', E'\\&\x01', 'g') || E'\n', E'\x01')
$$;
-- +goose StatementEnd

-- What an asset is looked for by: the grams of its text, and what its columns say, each
-- behind a character that no gram begins with.
-- +goose StatementBegin
CREATE FUNCTION asset_marks(search text, section bigint, kind text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, zone text, owner text, state text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(text_grams(search) || ARRAY[
		E'\x02s' || section::text, E'\x02k' || kind, E'\x02c' || confidentiality, E'\x02i' || integrity, E'\x02a' || availability,
		E'\x021' || ranks[1]::text, E'\x022' || ranks[2]::text, E'\x023' || ranks[3]::text, E'\x02p' || personal, E'\x02z' || zone, E'\x02t' || state,
		CASE owner WHEN '' THEN E'\x02o' ELSE E'\x02w' END])
$$;
-- +goose StatementEnd

-- A 管理番号 as it is sorted: zeimu-9999 before zeimu-10000, and so short that the indexes
-- that have it are half as large. No two numbers are alike in it. By how many digits a
-- number has without the zeros before it, these, and how many it has with them.
ALTER TABLE asset DROP COLUMN code_order;
ALTER TABLE communication DROP COLUMN code_order;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asset_code_order(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT rtrim(code, '0123456789') || chr(48 + length(ltrim(substring(code FROM '[0-9]*$'), '0'))) || ltrim(substring(code FROM '[0-9]*$'), '0') ||
		chr(48 + length(substring(code FROM '[0-9]*$')))
$$;
-- +goose StatementEnd
ALTER TABLE asset ADD COLUMN code_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (asset_code_order(code)) STORED;
ALTER TABLE communication ADD COLUMN code_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (asset_code_order(code)) STORED;
CREATE INDEX communication_of_section ON communication (section_id, code_order);
CREATE INDEX communication_by_number ON communication (code_order);
CREATE INDEX communication_breaking ON communication (code_order) WHERE broken_since IS NOT NULL;

CREATE INDEX asset_by_number ON asset (code_order);
CREATE INDEX asset_highest_first ON asset ((-ranks[1]), code_order);
CREATE INDEX asset_by_integrity ON asset ((-ranks[2]), code_order);
CREATE INDEX asset_by_availability ON asset ((-ranks[3]), code_order);
CREATE INDEX asset_by_name ON asset ((lower(normalize(name, NFKC)) COLLATE "C"), code_order);
CREATE INDEX asset_by_check ON asset ((coalesce(checked_on - date '2000-01-01', -1000000)), code_order);
CREATE INDEX asset_by_zone ON asset (zone, code_order);
-- since when nobody has looked at an asset
CREATE INDEX asset_last_looked_at ON asset ((coalesce(checked_on, registered_on)));
CREATE INDEX asset_marked ON asset USING gin (asset_marks(search, section_id, kind, confidentiality, integrity, availability, ranks, personal, zone, owner, state));

-- +goose Down
DROP INDEX asset_marked, asset_last_looked_at, asset_by_zone;
DROP FUNCTION asset_marks, text_grams;
ALTER TABLE asset DROP COLUMN code_order;
ALTER TABLE communication DROP COLUMN code_order;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asset_code_order(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT rtrim(code, '0123456789') || lpad(substring(code FROM '[0-9]*$'), 30, '0') || ' ' || code
$$;
-- +goose StatementEnd
ALTER TABLE asset ADD COLUMN code_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (asset_code_order(code)) STORED;
ALTER TABLE communication ADD COLUMN code_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (asset_code_order(code)) STORED;
CREATE INDEX communication_of_section ON communication (section_id, code_order);
CREATE INDEX communication_by_number ON communication (code_order);
CREATE INDEX communication_breaking ON communication (code_order) WHERE broken_since IS NOT NULL;
CREATE INDEX asset_highest_first ON asset ((-ranks[1]), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_number ON asset (code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_integrity ON asset ((-ranks[2]), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_availability ON asset ((-ranks[3]), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_name ON asset ((lower(normalize(name, NFKC)) COLLATE "C"), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_check ON asset ((coalesce(checked_on - date '2000-01-01', -1000000)), code_order) WHERE state IN ('draft', 'registered');
