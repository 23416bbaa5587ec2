-- +goose Up
-- Of which clause an exception is, beside the rule: what asks for one of a clause, such as the
-- taking out of what stands in マイナンバー利用事務系 (7(3)①), is not served by that of another.
CREATE OR REPLACE VIEW exception_asset AS
	SELECT a.asset_id, a.rule, e.code, e.from_on, e.until_on, e.clause
	FROM exception_about a JOIN exception e ON e.id = a.exception_id
	WHERE e.state = 'permitted';

-- +goose Down
DROP VIEW exception_asset;
CREATE VIEW exception_asset AS
	SELECT a.asset_id, a.rule, e.code, e.from_on, e.until_on
	FROM exception_about a JOIN exception e ON e.id = a.exception_id
	WHERE e.state = 'permitted';
GRANT SELECT ON exception_asset TO kagami_portal;
