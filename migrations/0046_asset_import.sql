-- +goose Up
-- A register that somebody has handed in, while they look at what taking it in would do:
-- the file, what they have chosen, and the plan made of it, kept so that the page need
-- not plan again. It is for a day; what was done of it stands in the trail.

CREATE TABLE asset_import (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token      text NOT NULL CONSTRAINT asset_import_token_unique UNIQUE,
	person_id  bigint NOT NULL REFERENCES person,
	made_at    timestamptz NOT NULL,
	file_name  text NOT NULL,
	file       bytea NOT NULL, -- empty once it is taken in
	choices    jsonb NOT NULL,
	summary    jsonb NOT NULL,
	digest     bytea NOT NULL, -- of the plan that was shown
	applied_at timestamptz
);
-- a workbook is packed already
ALTER TABLE asset_import ALTER COLUMN file SET STORAGE EXTERNAL;

-- The lists of the plan, a page of them in each row.
CREATE TABLE asset_import_page (
	import_id bigint NOT NULL REFERENCES asset_import ON DELETE CASCADE,
	list      text NOT NULL CHECK (list IN ('faults', 'alike', 'levels', 'changed', 'added', 'faulty')),
	page      int  NOT NULL,
	lines     jsonb NOT NULL,
	PRIMARY KEY (import_id, list, page)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON asset_import, asset_import_page TO kagami_portal;

-- +goose Down
DROP TABLE asset_import_page, asset_import;
