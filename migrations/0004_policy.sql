-- +goose Up
-- 情報セキュリティポリシー: documents, their revisions, and who has read them.

CREATE TABLE document (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code     text NOT NULL CONSTRAINT document_code_unique UNIQUE CONSTRAINT document_code_shape CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
	-- 基本方針 2(4), 10: basic is public, the others are not
	kind     text NOT NULL CHECK (kind IN ('basic', 'standard', 'procedure')),
	title    text NOT NULL CONSTRAINT document_title_given CHECK (title <> '')
);

CREATE TABLE revision (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	document_id  bigint NOT NULL REFERENCES document,
	number       int    NOT NULL CHECK (number > 0),
	state        text   NOT NULL CHECK (state IN ('draft', 'published')),
	-- the text as it was handed in, and as the portal writes it out
	source       text   NOT NULL,
	text         text   NOT NULL,
	text_sha256  bytea  NOT NULL CONSTRAINT revision_text_hash CHECK (text_sha256 = sha256(convert_to(text, 'UTF8'))),
	outline      jsonb  NOT NULL,
	drafted_by   bigint REFERENCES person, -- NULL: the operator at the server
	drafted_at   timestamptz NOT NULL,
	effective_on date,
	decided_on   date,   -- the 本部会議's decision, 7(9)
	published_by bigint REFERENCES person,
	published_at timestamptz,
	-- what an acknowledgement must point at: nothing while it is a draft
	published_sha256 bytea GENERATED ALWAYS AS (CASE WHEN state = 'published' THEN text_sha256 END) STORED,
	CONSTRAINT revision_number_unique UNIQUE (document_id, number),
	CONSTRAINT revision_published_whole CHECK (state = 'draft'
		OR (effective_on IS NOT NULL AND decided_on IS NOT NULL AND published_at IS NOT NULL)),
	UNIQUE (id, published_sha256)
);
-- one draft at a time
CREATE UNIQUE INDEX revision_one_draft ON revision (document_id) WHERE state = 'draft';
CREATE INDEX revision_in_force ON revision (document_id, effective_on DESC, number DESC) WHERE state = 'published';

CREATE TRIGGER revision_published_immutable BEFORE UPDATE OR DELETE ON revision
	FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revision_not_emptied BEFORE TRUNCATE ON revision
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A text on its way in: read, but with questions that a person has to settle.
CREATE TABLE text_import (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token      text NOT NULL UNIQUE, -- its address; unguessable
	person_id  bigint NOT NULL REFERENCES person,
	created_at timestamptz NOT NULL,
	code       text NOT NULL,
	kind       text NOT NULL CHECK (kind IN ('basic', 'standard', 'procedure')),
	title      text NOT NULL,
	source     text NOT NULL,
	answers    jsonb NOT NULL
);
CREATE INDEX text_import_by_person ON text_import (person_id, id);

-- One person has read one revision and will keep to it (基本方針 5). The hash is
-- of the text that was shown; it must be that revision's, and it published.
CREATE TABLE acknowledgement (
	person_id       bigint NOT NULL REFERENCES person,
	revision_id     bigint NOT NULL,
	acknowledged_at timestamptz NOT NULL,
	text_sha256     bytea NOT NULL,
	PRIMARY KEY (revision_id, person_id),
	CONSTRAINT acknowledgement_of_published_text FOREIGN KEY (revision_id, text_sha256) REFERENCES revision (id, published_sha256)
);
CREATE INDEX acknowledgement_by_person ON acknowledgement (person_id, acknowledged_at DESC);

CREATE TRIGGER acknowledgement_append_only BEFORE UPDATE OR DELETE ON acknowledgement
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_not_emptied BEFORE TRUNCATE ON acknowledgement
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER document_counted AFTER INSERT OR UPDATE OR DELETE ON document FOR EACH STATEMENT EXECUTE FUNCTION count_change('policy');
CREATE TRIGGER revision_counted AFTER INSERT OR UPDATE OR DELETE ON revision FOR EACH STATEMENT EXECUTE FUNCTION count_change('policy');

GRANT SELECT, INSERT ON document, acknowledgement TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON revision TO kagami_portal;
GRANT SELECT, INSERT, UPDATE, DELETE ON text_import TO kagami_portal;

-- +goose Down
DROP TABLE acknowledgement, text_import, revision, document;
