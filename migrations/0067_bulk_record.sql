-- +goose Up
-- A change in bulk as a whole, what it found, and which version each asset has by it: who has
-- made it reads it in figures, and takes it back as a whole.
CREATE TABLE asset_bulk (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token      text NOT NULL CONSTRAINT asset_bulk_token_unique UNIQUE CHECK (token <> ''),
	changed_at timestamptz NOT NULL,
	changed_by bigint REFERENCES person, -- NULL for the operator
	why        text NOT NULL CHECK (length(why) <= 500),
	fields     text[] NOT NULL, -- the keys of what was changed
	-- of what it was asked about, what it left as it was
	same       int NOT NULL CHECK (same >= 0),   -- was so already
	others     int NOT NULL CHECK (others >= 0), -- was not theirs to change
	ended      int NOT NULL CHECK (ended >= 0),
	undoes     bigint REFERENCES asset_bulk -- the one that it takes back
);
CREATE TABLE asset_bulk_part (
	bulk_id  bigint NOT NULL REFERENCES asset_bulk,
	asset_id bigint NOT NULL REFERENCES asset,
	version  int, -- NULL where it could not be changed
	refusal  text NOT NULL DEFAULT '', -- and why
	PRIMARY KEY (bulk_id, asset_id),
	CHECK ((version IS NULL) = (refusal <> '')),
	-- the history is written after it, in the same transaction
	FOREIGN KEY (asset_id, version) REFERENCES asset_change DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX asset_bulk_newest ON asset_bulk (changed_at);
CREATE INDEX asset_bulk_undone ON asset_bulk (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX asset_bulk_part_asset ON asset_bulk_part (asset_id, version);

CREATE TRIGGER asset_bulk_append_only BEFORE UPDATE OR DELETE ON asset_bulk FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_bulk_not_emptied BEFORE TRUNCATE ON asset_bulk FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_bulk_part_append_only BEFORE UPDATE OR DELETE ON asset_bulk_part FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_bulk_part_not_emptied BEFORE TRUNCATE ON asset_bulk_part FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON asset_bulk, asset_bulk_part TO kagami_portal;

-- The assets of one hand-over are a list of their own.
CREATE INDEX asset_change_handed_at ON asset_change (changed_at) WHERE came_from IS NOT NULL;

-- +goose Down
DROP INDEX asset_change_handed_at;
DROP TABLE asset_bulk_part, asset_bulk;
