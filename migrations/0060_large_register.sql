-- +goose Up
-- What an asset is looked for by says too with which character its name begins, the third
-- line of its text: in a list sorted by name it tells what stands before the names that
-- begin like those on the page. The index is made anew of it.
DROP INDEX asset_marked;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asset_marks(search text, section bigint, kind text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, zone text, owner text, state text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(text_grams(search) || ARRAY[
		E'\x02s' || section::text, E'\x02k' || kind, E'\x02c' || confidentiality, E'\x02i' || integrity, E'\x02a' || availability,
		E'\x021' || ranks[1]::text, E'\x022' || ranks[2]::text, E'\x023' || ranks[3]::text, E'\x02p' || personal, E'\x02z' || zone, E'\x02t' || state,
		CASE owner WHEN '' THEN E'\x02o' ELSE E'\x02w' END, E'\x02n' || left(split_part(search, E'\n', 3), 1)])
$$;
-- +goose StatementEnd
CREATE INDEX asset_marked ON asset USING gin (asset_marks(search, section_id, kind, confidentiality, integrity, availability, ranks, personal, zone, owner, state));

-- The numbers of a day of all sections together: of two thousand sections a year of them
-- would be added up for each look.
CREATE TABLE asset_town_day (
	day    date PRIMARY KEY,
	assets int NOT NULL CHECK (assets >= 0),
	broken int NOT NULL CHECK (broken >= 0)
);
INSERT INTO asset_town_day (day, assets, broken)
SELECT day, coalesce(sum(number) FILTER (WHERE duty = 'assets'), 0), coalesce(sum(number) FILTER (WHERE duty = 'broken'), 0)
FROM asset_day WHERE duty IN ('assets', 'broken') GROUP BY day;
GRANT SELECT, INSERT, UPDATE ON asset_town_day TO kagami_portal;

-- +goose Down
DROP TABLE asset_town_day;
DROP INDEX asset_marked;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asset_marks(search text, section bigint, kind text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, zone text, owner text, state text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(text_grams(search) || ARRAY[
		E'\x02s' || section::text, E'\x02k' || kind, E'\x02c' || confidentiality, E'\x02i' || integrity, E'\x02a' || availability,
		E'\x021' || ranks[1]::text, E'\x022' || ranks[2]::text, E'\x023' || ranks[3]::text, E'\x02p' || personal, E'\x02z' || zone, E'\x02t' || state,
		CASE owner WHEN '' THEN E'\x02o' ELSE E'\x02w' END])
$$;
-- +goose StatementEnd
CREATE INDEX asset_marked ON asset USING gin (asset_marks(search, section_id, kind, confidentiality, integrity, availability, ranks, personal, zone, owner, state));
