-- +goose Up
-- What the register has been is cleared away once there is a fiftieth of it, and not a fifth:
-- a level that changes changes that of what the information is in, and of a large register
-- a look would go through fifty thousand rows that are no more to find a thousand that are.
ALTER TABLE asset SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- +goose Down
ALTER TABLE asset RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
