-- +goose Up
-- Who keeps a section's register (台帳担当者), and when: named by the section's
-- 情報セキュリティ管理者.
CREATE TABLE register_keeper (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	section_id bigint NOT NULL REFERENCES section,
	person_id  bigint NOT NULL REFERENCES person,
	period     daterange NOT NULL CONSTRAINT register_keeper_period_not_empty CHECK (NOT isempty(period) AND NOT lower_inf(period)),
	CONSTRAINT register_keeper_once EXCLUDE USING gist (section_id WITH =, person_id WITH =, period WITH &&)
);
CREATE INDEX register_keeper_by_person ON register_keeper (person_id);
CREATE TRIGGER register_keeper_first_day BEFORE UPDATE ON register_keeper FOR EACH ROW EXECUTE FUNCTION refuse_another_first_day();
CREATE TRIGGER register_keeper_not_emptied BEFORE TRUNCATE ON register_keeper FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- who is one is part of what actors are cached with
CREATE TRIGGER register_keeper_counted AFTER INSERT OR UPDATE OR DELETE ON register_keeper FOR EACH STATEMENT EXECUTE FUNCTION note_change('organization');

-- Who is one holds it as long as both periods last: that of the naming, and their stay in
-- the section without a gap since its first day. Who comes back later is named anew.
CREATE VIEW register_keeping AS
	SELECT k.id, k.section_id, k.person_id, k.period, s.stay
	FROM register_keeper k CROSS JOIN LATERAL (
		SELECT unnest(range_agg(a.period)) AS stay FROM appointment a JOIN post po ON po.id = a.post_id
		WHERE a.person_id = k.person_id AND po.section_id = k.section_id) s
	WHERE s.stay @> lower(k.period);

-- what was named from a day to come can be taken back whole
GRANT SELECT, INSERT, UPDATE (period), DELETE ON register_keeper TO kagami_portal;
GRANT SELECT ON register_keeping TO kagami_portal;

-- Which assets are drafts of who may only draft: once nothing is open in them they wait to
-- be confirmed, and nothing else registers them. It counts as long as the asset is a draft.
CREATE TABLE asset_draft (
	asset_id    bigint PRIMARY KEY REFERENCES asset,
	drafted_by  bigint NOT NULL REFERENCES person,
	drafted_at  timestamptz NOT NULL,
	-- all who have written in it, but for who may confirm: they never do
	writers     bigint[] NOT NULL CHECK (drafted_by = ANY(writers)),
	-- what to mend, where it was sent back; empty where it was not, or is drafted anew
	sent_back   text NOT NULL DEFAULT '' CHECK (length(sent_back) <= 500),
	sent_back_by bigint REFERENCES person,
	again        boolean NOT NULL DEFAULT false -- it was sent back, and has been changed since
);
CREATE INDEX asset_draft_sent_back ON asset_draft (drafted_by) WHERE sent_back <> '';
GRANT SELECT, INSERT, UPDATE ON asset_draft TO kagami_portal;

-- A change of a registered asset that somebody proposes who may not make it.
CREATE TABLE asset_proposal (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	asset_id    bigint NOT NULL REFERENCES asset,
	on_version  int NOT NULL,
	-- the fields that differ: what they were on that version, and what they are to be
	before      jsonb NOT NULL,
	after       jsonb NOT NULL CONSTRAINT asset_proposal_changes CHECK (after <> '{}'),
	why         text NOT NULL DEFAULT '' CHECK (length(why) <= 300),
	proposed_by bigint NOT NULL REFERENCES person,
	proposed_at timestamptz NOT NULL,
	-- lapsed: the asset has ended
	state       text NOT NULL CONSTRAINT asset_proposal_state_known CHECK (state IN ('open', 'confirmed', 'sent_back', 'replaced', 'withdrawn', 'lapsed')),
	decided_by  bigint REFERENCES person,
	decided_at  timestamptz,
	words       text NOT NULL DEFAULT '' CHECK (length(words) <= 500),
	CONSTRAINT asset_proposal_decided CHECK ((state = 'open') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX asset_proposal_open ON asset_proposal (asset_id) WHERE state = 'open';
CREATE INDEX asset_proposal_of_person ON asset_proposal (proposed_by, id);

-- +goose StatementBegin
CREATE FUNCTION refuse_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state <> 'open' THEN
		RAISE EXCEPTION 'a proposal that has been decided is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_proposal_closed';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_proposal_closed BEFORE UPDATE ON asset_proposal FOR EACH ROW EXECUTE FUNCTION refuse_decided_proposal();
CREATE TRIGGER asset_proposal_kept BEFORE DELETE ON asset_proposal FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, words) ON asset_proposal TO kagami_portal;

-- What waits is counted anew only where something of it may have changed.
INSERT INTO change_counter (name, number) VALUES ('asset_waiting', 0);
CREATE TRIGGER asset_draft_counted AFTER INSERT OR UPDATE ON asset_draft FOR EACH STATEMENT EXECUTE FUNCTION note_change('asset_waiting');
CREATE TRIGGER asset_proposal_counted AFTER INSERT OR UPDATE ON asset_proposal FOR EACH STATEMENT EXECUTE FUNCTION note_change('asset_waiting');
CREATE TRIGGER asset_waiting_counted AFTER UPDATE ON asset FOR EACH ROW
	WHEN (OLD.state = 'draft' OR OLD.state <> NEW.state) EXECUTE FUNCTION note_change('asset_waiting');

-- +goose Down
DROP TRIGGER asset_waiting_counted ON asset;
DROP TABLE asset_proposal;
DROP FUNCTION refuse_decided_proposal;
DROP TABLE asset_draft;
DELETE FROM change_counter WHERE name = 'asset_waiting';
DROP VIEW register_keeping;
DROP TABLE register_keeper;
