-- +goose Up
-- What the list of the register sorts by and looks in.

-- A 管理番号 as it is sorted: zeimu-9999 before zeimu-10000. No two numbers are alike in it.
-- +goose StatementBegin
CREATE FUNCTION asset_code_order(code text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT rtrim(code, '0123456789') || lpad(substring(code FROM '[0-9]*$'), 30, '0') || ' ' || code
$$;
-- +goose StatementEnd

ALTER TABLE asset
	ADD COLUMN code_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (asset_code_order(code)) STORED,
	-- what words are looked for in, so that ＬＧＷＡＮ and lgwan are found as LGWAN; no word
	-- goes over the end of a line
	ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (
		lower(normalize(code || E'\n' || own_number || E'\n' || name || E'\n' || place || E'\n' || content, NFKC))) STORED;

-- the pages of who sees the whole register, in the two orders that are asked for most
CREATE INDEX asset_highest_first ON asset ((-ranks[1]), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_number ON asset (code_order) WHERE state IN ('draft', 'registered');

-- +goose Down
ALTER TABLE asset DROP COLUMN search, DROP COLUMN code_order;
DROP FUNCTION asset_code_order;
