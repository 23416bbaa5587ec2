-- +goose Up
-- What somebody asks the list of the register again and again, by a name: their own, and
-- the town's, which everybody sees who sees the list. It is an address and gives no right.
CREATE TABLE asset_view (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	owner_id bigint REFERENCES person, -- NULL for the town's
	name     text NOT NULL CONSTRAINT asset_view_name_length CHECK (length(name) BETWEEN 1 AND 50),
	query    text NOT NULL CONSTRAINT asset_view_query_length CHECK (length(query) BETWEEN 1 AND 4000),
	CONSTRAINT asset_view_name_unique UNIQUE NULLS NOT DISTINCT (owner_id, name)
);
GRANT SELECT, INSERT, UPDATE (name), DELETE ON asset_view TO kagami_portal;

-- +goose Down
DROP TABLE asset_view;
