-- +goose Up
-- Drafting together: what people have typed and not saved yet, and what they have
-- to say on the clauses of a draft.

-- One person's words on one draft, kept for that person alone. It is no record: it
-- is written over as they type, and goes when they save the text or throw it away,
-- or with the draft.
CREATE TABLE unsaved_text (
	revision_id     bigint NOT NULL REFERENCES revision,
	person_id       bigint NOT NULL REFERENCES person,
	based_on_sha256 bytea  NOT NULL CHECK (octet_length(based_on_sha256) = 32), -- of the draft's text that they had before them
	text            text   NOT NULL CHECK (octet_length(text) <= 10485760),
	kept_at         timestamptz NOT NULL,
	PRIMARY KEY (revision_id, person_id)
);

-- Whatever ends a draft ends what was kept for it, in the same transaction.
-- +goose StatementBegin
CREATE FUNCTION drop_unsaved_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM unsaved_text WHERE revision_id = NEW.id;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revision_over AFTER UPDATE ON revision
	FOR EACH ROW WHEN (NEW.state IN ('published', 'withdrawn')) EXECUTE FUNCTION drop_unsaved_texts();

-- A comment on a clause of a draft, with the clause as it was then: the text may
-- move on under it. Only ever added, and resolved once.
CREATE TABLE draft_comment (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	revision_id bigint NOT NULL REFERENCES revision,
	number      int    NOT NULL CHECK (number > 0), -- 意見1, 意見2, … of the revision
	anchor      text   NOT NULL CHECK (anchor <> ''),
	citation    text   NOT NULL,
	heading     text   NOT NULL,
	wording     text   NOT NULL,
	text        text   NOT NULL CHECK (btrim(text) <> '' AND char_length(text) <= 2000),
	written_by  bigint NOT NULL REFERENCES person,
	written_at  timestamptz NOT NULL,
	CONSTRAINT draft_comment_number_unique UNIQUE (revision_id, number)
);

CREATE TABLE draft_comment_resolution (
	comment_id  bigint PRIMARY KEY REFERENCES draft_comment,
	resolved_by bigint NOT NULL REFERENCES person,
	resolved_at timestamptz NOT NULL
);

CREATE TRIGGER draft_comment_append_only BEFORE UPDATE OR DELETE ON draft_comment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draft_comment_not_emptied BEFORE TRUNCATE ON draft_comment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draft_comment_resolution_append_only BEFORE UPDATE OR DELETE ON draft_comment_resolution FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER draft_comment_resolution_not_emptied BEFORE TRUNCATE ON draft_comment_resolution FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE, DELETE ON unsaved_text TO kagami_portal;
GRANT SELECT, INSERT ON draft_comment, draft_comment_resolution TO kagami_portal;

-- +goose Down
DROP TABLE draft_comment_resolution, draft_comment;
DROP TRIGGER revision_over ON revision;
DROP FUNCTION drop_unsaved_texts;
DROP TABLE unsaved_text;
