-- +goose Up
-- Who may not come into the portal because of their own conduct may still answer in their own case:
-- then their session is confined to that. One that has begun as it is stays so.
ALTER TABLE sessions ADD COLUMN confined boolean NOT NULL DEFAULT false;
CREATE TRIGGER sessions_confined_kept BEFORE UPDATE ON sessions
	FOR EACH ROW WHEN (OLD.confined IS DISTINCT FROM NEW.confined) EXECUTE FUNCTION refuse_change();

-- When they last came in so. It is apart from signed_in_at, which those see who keep accounts: for
-- them there is no trace of a case.
ALTER TABLE account ADD COLUMN confined_at timestamptz;

-- Where an account is cut to protect it, somebody else may hold it: conduct is false.
CREATE OR REPLACE VIEW portal_barred AS
	SELECT b.person_id, tstzrange(b.from_at, b.to_at) AS during, b.kind <> 'account_cut' AS conduct FROM right_bar b
	WHERE b.whole OR EXISTS (SELECT FROM right_bar_of o JOIN access_right r ON r.id = o.right_id JOIN right_system s ON s.asset_id = r.asset_id AND s.portal WHERE o.bar_id = b.id);

-- +goose Down
-- a session of before would be an ordinary one
DELETE FROM sessions WHERE confined;
DROP VIEW portal_barred;
CREATE VIEW portal_barred AS
	SELECT b.person_id, tstzrange(b.from_at, b.to_at) AS during FROM right_bar b
	WHERE b.whole OR EXISTS (SELECT FROM right_bar_of o JOIN access_right r ON r.id = o.right_id JOIN right_system s ON s.asset_id = r.asset_id AND s.portal WHERE o.bar_id = b.id);
GRANT SELECT ON portal_barred TO kagami_portal;
ALTER TABLE account DROP COLUMN confined_at;
DROP TRIGGER sessions_confined_kept ON sessions;
ALTER TABLE sessions DROP COLUMN confined;
