-- +goose Up
-- The index of marks is built, restored and counted with no schemas to look in but those of
-- the system: a function that it calls by its name alone is found by none of these.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asset_marks(search text, section bigint, kind text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, zone text, owner text, state text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(public.text_grams(search) || ARRAY[
		E'\x02s' || section::text, E'\x02k' || kind, E'\x02c' || confidentiality, E'\x02i' || integrity, E'\x02a' || availability,
		E'\x021' || ranks[1]::text, E'\x022' || ranks[2]::text, E'\x023' || ranks[3]::text, E'\x02p' || personal, E'\x02z' || zone, E'\x02t' || state,
		CASE owner WHEN '' THEN E'\x02o' ELSE E'\x02w' END, E'\x02n' || left(split_part(search, E'\n', 3), 1)])
$$;
-- +goose StatementEnd
-- Which autovacuum could not do. A register with nothing in it is not counted: for one that
-- is known to be empty the keys that lead to it are looked up by reading all of it, as long
-- as a connection lasts, also in the midst of a large import.
-- +goose StatementBegin
DO $$
BEGIN
	IF EXISTS (SELECT FROM asset) THEN
		ANALYZE asset;
	END IF;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION asset_marks(search text, section bigint, kind text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, zone text, owner text, state text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT array_to_tsvector(text_grams(search) || ARRAY[
		E'\x02s' || section::text, E'\x02k' || kind, E'\x02c' || confidentiality, E'\x02i' || integrity, E'\x02a' || availability,
		E'\x021' || ranks[1]::text, E'\x022' || ranks[2]::text, E'\x023' || ranks[3]::text, E'\x02p' || personal, E'\x02z' || zone, E'\x02t' || state,
		CASE owner WHEN '' THEN E'\x02o' ELSE E'\x02w' END, E'\x02n' || left(split_part(search, E'\n', 3), 1)])
$$;
-- +goose StatementEnd
