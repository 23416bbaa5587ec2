-- +goose Up
-- The pages of who sees the whole register in the other orders. That of zones goes by the
-- edition in effect, and by no index.
CREATE INDEX asset_by_integrity ON asset ((-ranks[2]), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_availability ON asset ((-ranks[3]), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_name ON asset ((lower(normalize(name, NFKC)) COLLATE "C"), code_order) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_by_check ON asset ((coalesce(checked_on - date '2000-01-01', -1000000)), code_order) WHERE state IN ('draft', 'registered');

-- +goose Down
DROP INDEX asset_by_integrity, asset_by_availability, asset_by_name, asset_by_check;
