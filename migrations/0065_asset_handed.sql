-- +goose Up
-- What an abolished section has left is counted anew where a communication of it comes, ends
-- or goes to another section, as where an asset does.
CREATE TRIGGER communication_waiting_added AFTER INSERT ON communication FOR EACH STATEMENT EXECUTE FUNCTION note_change('asset_waiting');
CREATE TRIGGER communication_waiting_moved AFTER UPDATE ON communication FOR EACH ROW
	WHEN (OLD.section_id <> NEW.section_id OR OLD.ended_on IS DISTINCT FROM NEW.ended_on) EXECUTE FUNCTION note_change('asset_waiting');

-- +goose Down
DROP TRIGGER communication_waiting_moved ON communication;
DROP TRIGGER communication_waiting_added ON communication;
