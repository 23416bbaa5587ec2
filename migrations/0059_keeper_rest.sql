-- +goose Up
-- What was sent back is to be done by who has proposed it, until they propose anew or let it
-- be. That it was sent back stays; only this is written later, and once.
ALTER TABLE asset_proposal ADD COLUMN settled_at timestamptz,
	ADD CONSTRAINT asset_proposal_settled CHECK (settled_at IS NULL OR state = 'sent_back');
ALTER TABLE asset_proposal DISABLE TRIGGER asset_proposal_closed;
UPDATE asset_proposal p SET settled_at = p.decided_at
WHERE p.state = 'sent_back' AND EXISTS (SELECT FROM asset_proposal q WHERE q.asset_id = p.asset_id AND q.proposed_by = p.proposed_by AND q.id > p.id);
ALTER TABLE asset_proposal ENABLE TRIGGER asset_proposal_closed;
CREATE INDEX asset_proposal_sent_back ON asset_proposal (proposed_by) WHERE state = 'sent_back' AND settled_at IS NULL;
GRANT UPDATE (settled_at) ON asset_proposal TO kagami_portal;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state <> 'open' AND NOT (OLD.settled_at IS NULL AND to_jsonb(NEW) - 'settled_at' = to_jsonb(OLD) - 'settled_at') THEN
		RAISE EXCEPTION 'a proposal that has been decided is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_proposal_closed';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd

-- somebody's own drafts
CREATE INDEX asset_draft_of_person ON asset_draft (drafted_by);

-- A new draft, and what goes to another section, change how much waits for whom.
CREATE TRIGGER asset_waiting_added AFTER INSERT ON asset FOR EACH STATEMENT EXECUTE FUNCTION note_change('asset_waiting');
CREATE TRIGGER asset_waiting_moved AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.section_id <> NEW.section_id) EXECUTE FUNCTION note_change('asset_waiting');

-- +goose Down
DROP TRIGGER asset_waiting_moved ON asset;
DROP TRIGGER asset_waiting_added ON asset;
DROP INDEX asset_draft_of_person;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state <> 'open' THEN
		RAISE EXCEPTION 'a proposal that has been decided is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_proposal_closed';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
DROP INDEX asset_proposal_sent_back;
ALTER TABLE asset_proposal DROP CONSTRAINT asset_proposal_settled, DROP COLUMN settled_at;
