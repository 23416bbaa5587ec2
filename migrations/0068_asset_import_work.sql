-- +goose Up
-- How far it is with a register that is taken in, or planned anew: for its page, while that
-- goes on by itself. It is written beside the change, and is no part of it.

CREATE TABLE asset_import_work (
	import_id bigint PRIMARY KEY REFERENCES asset_import ON DELETE CASCADE,
	act       text NOT NULL CHECK (act IN ('choose', 'apply')),
	step      text NOT NULL CHECK (step IN ('read', 'compare', 'write')),
	done      int  NOT NULL DEFAULT 0, -- rows of the step
	rows      int  NOT NULL DEFAULT 0, -- that there are; 0 where that is not known yet
	until     timestamptz NOT NULL,    -- over by then, where a portal has broken off
	refused   text NOT NULL DEFAULT '' -- why it was not done, where nobody has heard of it
);

GRANT SELECT, INSERT, UPDATE, DELETE ON asset_import_work TO kagami_portal;

-- +goose Down
DROP TABLE asset_import_work;
