-- +goose Up
-- The few systems that are no more, among all that is registered: each minute it is looked
-- whether rights of one have not ended.
CREATE INDEX asset_system_over ON asset (id) WHERE kind IN ('system', 'network') AND state NOT IN ('draft', 'registered', 'disposing', 'missing');

-- +goose Down
DROP INDEX asset_system_over;
