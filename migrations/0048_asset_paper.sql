-- +goose Up
-- The papers of an asset: its manual, a drawing, a contract. What was removed stays with
-- who has removed it and why, and is handed out to nobody.
CREATE TABLE asset_paper (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	asset_id      bigint NOT NULL REFERENCES asset,
	-- by which it is numbered among those of its asset
	number        int NOT NULL CHECK (number > 0),
	title         text NOT NULL CONSTRAINT asset_paper_title_length CHECK (length(title) BETWEEN 1 AND 100),
	attachment_id bigint NOT NULL UNIQUE REFERENCES attachment_tie,
	added_by      bigint REFERENCES person,
	added_at      timestamptz NOT NULL,
	CONSTRAINT asset_paper_number_unique UNIQUE (asset_id, number)
);
CREATE TABLE asset_paper_removal (
	paper_id   bigint PRIMARY KEY REFERENCES asset_paper,
	why        text NOT NULL CHECK (length(why) BETWEEN 1 AND 500),
	removed_by bigint REFERENCES person,
	removed_at timestamptz NOT NULL
);
CREATE TRIGGER asset_paper_append_only BEFORE UPDATE OR DELETE ON asset_paper FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_paper_not_emptied BEFORE TRUNCATE ON asset_paper FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_paper_removal_append_only BEFORE UPDATE OR DELETE ON asset_paper_removal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_paper_removal_not_emptied BEFORE TRUNCATE ON asset_paper_removal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON asset_paper, asset_paper_removal TO kagami_portal;

-- +goose Down
DROP TABLE asset_paper_removal, asset_paper;
