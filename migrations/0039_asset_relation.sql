-- +goose Up
-- What an asset rests on: information is in systems, systems run on devices and
-- networks, and all of it stands in places. Nothing rests on itself, by however many
-- steps: the portal looks for circles under one lock, and the shortest is refused here.
CREATE TABLE asset_relation (
	asset_id bigint NOT NULL REFERENCES asset,
	rests_on bigint NOT NULL REFERENCES asset,
	PRIMARY KEY (asset_id, rests_on),
	CONSTRAINT asset_relation_to_itself CHECK (asset_id <> rests_on)
);
CREATE INDEX asset_relation_backwards ON asset_relation (rests_on);

-- Who has said when that an asset rests on another, or no longer does.
CREATE TABLE asset_relation_change (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	asset_id   bigint NOT NULL REFERENCES asset,
	rests_on   bigint NOT NULL REFERENCES asset,
	rests      boolean NOT NULL,
	changed_by bigint REFERENCES person, -- NULL for the operator
	changed_at timestamptz NOT NULL
);
CREATE INDEX asset_relation_change_of ON asset_relation_change (asset_id, id);
CREATE TRIGGER asset_relation_change_append_only BEFORE UPDATE OR DELETE ON asset_relation_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_relation_change_not_emptied BEFORE TRUNCATE ON asset_relation_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, DELETE ON asset_relation TO kagami_portal;
GRANT SELECT, INSERT ON asset_relation_change TO kagami_portal;

-- +goose Down
DROP TABLE asset_relation_change, asset_relation;
