-- +goose Up
-- The 個人情報ファイル簿: what the law has a town publish of each file of personal data on
-- 1,000 persons or more (個人情報の保護に関する法律75条). One row for an asset that holds
-- such a file.
CREATE TABLE asset_file (
	asset_id    bigint PRIMARY KEY REFERENCES asset,
	name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
	body        text NOT NULL CHECK (length(body) BETWEEN 1 AND 100),        -- 行政機関等の名称
	section     text NOT NULL CHECK (length(section) BETWEEN 1 AND 200),     -- 所管組織, as it is published
	purpose     text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 2000),
	items       text NOT NULL CHECK (length(items) BETWEEN 1 AND 2000),
	scope       text NOT NULL CHECK (length(scope) BETWEEN 1 AND 1000),
	collection  text NOT NULL CHECK (length(collection) BETWEEN 1 AND 1000),
	sensitive   text NOT NULL CONSTRAINT asset_file_sensitive_known CHECK (sensitive IN ('yes', 'no')),
	recipients  text NOT NULL DEFAULT '' CHECK (length(recipients) <= 1000), -- to whom it is handed regularly; empty for nobody
	desk        text NOT NULL CHECK (length(desk) BETWEEN 1 AND 500),        -- who takes requests for disclosure
	processing  text NOT NULL CONSTRAINT asset_file_processing_known CHECK (processing IN ('computer', 'manual')),
	headcount   text NOT NULL CONSTRAINT asset_file_headcount_known CHECK (headcount IN ('thousand', 'fewer')),
	unpublished text NOT NULL DEFAULT '' CHECK (length(unpublished) <= 1000), -- why it is not published; empty where it is
	version     int NOT NULL DEFAULT 1
);

-- Each change of each row: what was and is there, and who changed it.
CREATE TABLE asset_file_change (
	asset_id   bigint NOT NULL REFERENCES asset_file,
	version    int NOT NULL,
	changed_at timestamptz NOT NULL,
	changed_by bigint REFERENCES person, -- NULL for the operator
	before     jsonb NOT NULL, -- {} for the first
	after      jsonb NOT NULL,
	PRIMARY KEY (asset_id, version)
);
CREATE TRIGGER asset_file_kept BEFORE DELETE ON asset_file FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_file_not_emptied BEFORE TRUNCATE ON asset_file FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_file_change_append_only BEFORE UPDATE OR DELETE ON asset_file_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER asset_file_change_not_emptied BEFORE TRUNCATE ON asset_file_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON asset_file TO kagami_portal;
GRANT SELECT, INSERT ON asset_file_change TO kagami_portal;

-- +goose Down
DROP TABLE asset_file_change, asset_file;
