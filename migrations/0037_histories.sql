-- +goose Up
-- What the town was to say of a row from a day to come on may be taken back until then:
-- nothing that was said before of the key and day counts any more.
ALTER TABLE edition_own
	DROP CONSTRAINT edition_own_says_check,
	ADD CONSTRAINT edition_own_says_check CHECK (says IN ('own', 'struck', 'as_edition', 'taken_back'));

-- Why an edition is not to be used; NULL for those withdrawn before it was asked for.
ALTER TABLE edition_withdrawal ADD COLUMN reason text CHECK (length(reason) BETWEEN 1 AND 500);

-- Who has set when how far a section reaches the sections inside it: section_reach is
-- how it stands, and this is how it came to.
CREATE TABLE section_reach_change (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	section_id bigint NOT NULL REFERENCES section,
	reads      boolean NOT NULL,
	told       boolean NOT NULL,
	decides    boolean NOT NULL,
	set_by     bigint REFERENCES person, -- NULL for the operator
	set_at     timestamptz NOT NULL
);
CREATE INDEX section_reach_change_of ON section_reach_change (section_id, id);
-- what was set until now is known from the trail
INSERT INTO section_reach_change (section_id, reads, told, decides, set_by, set_at)
SELECT e.subject_id, (t.part->>'reads')::boolean, (t.part->>'told')::boolean, (t.part->>'decides')::boolean, e.person_id, e.at
FROM trail_entry e JOIN LATERAL (SELECT c.part::jsonb AS part FROM trail_confidential c WHERE c.entry_id = e.id) t ON true
WHERE e.subject_kind = 'section' AND 'reads_inside' = ANY(e.fields)
  AND t.part->>'reads' IS NOT NULL AND t.part->>'told' IS NOT NULL AND t.part->>'decides' IS NOT NULL
ORDER BY e.id;
CREATE TRIGGER section_reach_change_append_only BEFORE UPDATE OR DELETE ON section_reach_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER section_reach_change_not_emptied BEFORE TRUNCATE ON section_reach_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON section_reach_change TO kagami_portal;

-- +goose Down
DROP TABLE section_reach_change;
ALTER TABLE edition_withdrawal DROP COLUMN reason;
ALTER TABLE edition_own
	DROP CONSTRAINT edition_own_says_check,
	ADD CONSTRAINT edition_own_says_check CHECK (says IN ('own', 'struck', 'as_edition')) NOT VALID; -- rows are never taken away
