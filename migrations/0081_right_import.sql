-- +goose Up
-- A town's own ledger of accounts, looked at before it is taken in. It is for a day; what was
-- done of it stands in the trail.

CREATE TABLE right_import (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token      text NOT NULL CONSTRAINT right_import_token_unique UNIQUE,
	person_id  bigint NOT NULL REFERENCES person,
	made_at    timestamptz NOT NULL,
	file_name  text NOT NULL CHECK (char_length(file_name) <= 200),
	sha256     bytea NOT NULL,
	original   bytea NOT NULL, -- the file itself; empty once applied
	headings   jsonb NOT NULL, -- how they are read, where somebody can settle that
	unsettled  boolean NOT NULL, -- they must be, before there is a plan
	summary    jsonb NOT NULL,
	digest     bytea NOT NULL, -- of the plan that was shown
	applied_at timestamptz,
	CONSTRAINT right_import_settled CHECK (NOT unsettled OR applied_at IS NULL),
	CONSTRAINT right_import_emptied CHECK (applied_at IS NULL OR original = '')
);
CREATE INDEX right_import_made ON right_import (made_at);

-- a workbook is packed already
ALTER TABLE right_import ALTER COLUMN original SET STORAGE EXTERNAL;

-- The lists of the plan, a page in each row.
CREATE TABLE right_import_page (
	import_id bigint NOT NULL REFERENCES right_import ON DELETE CASCADE,
	list      text NOT NULL CHECK (list IN ('new', 'left', 'only', 'clashing', 'problems')),
	page      int  NOT NULL,
	lines     jsonb NOT NULL,
	PRIMARY KEY (import_id, list, page)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON right_import, right_import_page TO kagami_portal;

-- +goose Down
DROP TABLE right_import_page, right_import;
