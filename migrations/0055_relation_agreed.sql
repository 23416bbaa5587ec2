-- +goose Up
-- What says that it rests on another section's asset asks first: until who answers for
-- that asset agrees, the relation counts for nothing.
ALTER TABLE asset_relation ADD COLUMN agreed boolean NOT NULL DEFAULT true;
CREATE INDEX asset_relation_asked ON asset_relation (rests_on) WHERE NOT agreed;
GRANT UPDATE (agreed) ON asset_relation TO kagami_portal;

-- The history of a relation says what was done, and is read from both of its ends.
ALTER TABLE asset_relation_change ALTER COLUMN rests TYPE text USING CASE WHEN rests THEN 'added' ELSE 'released' END;
ALTER TABLE asset_relation_change RENAME COLUMN rests TO act;
ALTER TABLE asset_relation_change ADD CONSTRAINT asset_relation_change_act CHECK (act IN ('added', 'asked', 'agreed', 'refused', 'released', 'ended'));
CREATE INDEX asset_relation_change_on ON asset_relation_change (rests_on, id);

-- How much asks is counted anew only where something of it may have changed.
INSERT INTO change_counter (name, number) VALUES ('asset_asked', 0);
CREATE TRIGGER asset_relation_asked_counted AFTER INSERT ON asset_relation_change FOR EACH ROW
	WHEN (NEW.act <> 'added') EXECUTE FUNCTION note_change('asset_asked');
CREATE TRIGGER asset_asked_counted AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_change('asset_asked');

-- +goose Down
DROP TRIGGER asset_asked_counted ON asset;
DROP TRIGGER asset_relation_asked_counted ON asset_relation_change;
DELETE FROM change_counter WHERE name = 'asset_asked';
DROP INDEX asset_relation_change_on;
ALTER TABLE asset_relation_change DROP CONSTRAINT asset_relation_change_act;
DELETE FROM asset_relation WHERE NOT agreed;
ALTER TABLE asset_relation_change RENAME COLUMN act TO rests;
ALTER TABLE asset_relation_change ALTER COLUMN rests TYPE boolean USING rests IN ('added', 'agreed');
DROP INDEX asset_relation_asked;
ALTER TABLE asset_relation DROP COLUMN agreed;
