-- +goose Up
-- What an abolished section has left is counted anew where a communication of it comes, ends
-- or goes to another section, as where an asset does.
CREATE TRIGGER communication_waiting_added AFTER INSERT ON communication FOR EACH STATEMENT EXECUTE FUNCTION note_change('asset_waiting');
CREATE TRIGGER communication_waiting_moved AFTER UPDATE ON communication FOR EACH ROW
	WHEN (OLD.section_id <> NEW.section_id OR OLD.ended_on IS DISTINCT FROM NEW.ended_on) EXECUTE FUNCTION note_change('asset_waiting');

-- What asks to rest on an asset is asked of who answers for it: of others where it goes to
-- another section.
DROP TRIGGER asset_asked_counted ON asset;
CREATE TRIGGER asset_asked_counted AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.state <> NEW.state OR OLD.section_id <> NEW.section_id) EXECUTE FUNCTION note_change('asset_asked');

-- Where something has come from that was handed over, so that it can be handed on from the
-- page of the section that is no more. History says it by a name, which another section may
-- bear too; what was handed over before this is known by a name that only one has borne.
ALTER TABLE asset_change ADD COLUMN came_from bigint REFERENCES section;
ALTER TABLE communication_change ADD COLUMN came_from bigint REFERENCES section;
ALTER TABLE asset_change DISABLE TRIGGER asset_change_append_only;
UPDATE asset_change h SET came_from = s.id FROM section s
WHERE h.before ? 'section' AND s.abolished_on IS NOT NULL AND s.name = h.before->>'section'
  AND NOT EXISTS (SELECT FROM section o WHERE o.name = s.name AND o.id <> s.id);
ALTER TABLE asset_change ENABLE TRIGGER asset_change_append_only;
CREATE INDEX asset_change_came_from ON asset_change (came_from, asset_id) WHERE came_from IS NOT NULL;
CREATE INDEX communication_change_came_from ON communication_change (came_from, communication_id) WHERE came_from IS NOT NULL;

-- What has ended is looked for by its name too: a file that names it again is asked about.
CREATE INDEX asset_ended_unnumbered ON asset (name, section_id) WHERE own_number = '' AND state IN ('retired', 'mistaken', 'merged');

-- +goose Down
DROP INDEX asset_ended_unnumbered;
DROP INDEX communication_change_came_from;
DROP INDEX asset_change_came_from;
ALTER TABLE communication_change DROP COLUMN came_from;
ALTER TABLE asset_change DROP COLUMN came_from;
DROP TRIGGER asset_asked_counted ON asset;
CREATE TRIGGER asset_asked_counted AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION note_change('asset_asked');
DROP TRIGGER communication_waiting_moved ON communication;
DROP TRIGGER communication_waiting_added ON communication;
