-- +goose Up
-- What imports of tables have alike: what somebody has settled of a heading is
-- offered at the next file, and a person has one file read at a time.

CREATE TABLE column_answer (
	kind       text NOT NULL CHECK (kind <> ''), -- of tables: personnel
	heading    text NOT NULL CHECK (heading <> '' AND char_length(heading) <= 110), -- as it is compared
	column_key text NOT NULL, -- the column that it stands for; empty: it is not read
	PRIMARY KEY (kind, heading)
);

CREATE TABLE table_turn (
	person_id bigint PRIMARY KEY REFERENCES person,
	until     timestamptz NOT NULL -- over by then, where a portal has broken off
);

ALTER TABLE person_import
	ADD COLUMN original  bytea   NOT NULL DEFAULT '', -- the file itself, as long as its headings can be settled
	ADD COLUMN headings  jsonb   NOT NULL DEFAULT '[]', -- how they are read then
	ADD COLUMN unsettled boolean NOT NULL DEFAULT false, -- they must be settled, before there is a plan
	ADD CONSTRAINT person_import_settled CHECK (NOT unsettled OR original <> '' AND applied_at IS NULL);

-- a workbook is packed already
ALTER TABLE person_import ALTER COLUMN original SET STORAGE EXTERNAL;

GRANT SELECT, INSERT, UPDATE, DELETE ON column_answer, table_turn TO kagami_portal;

-- +goose Down
ALTER TABLE person_import DROP COLUMN original, DROP COLUMN headings, DROP COLUMN unsettled;
DROP TABLE column_answer, table_turn;
