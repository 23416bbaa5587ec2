-- +goose Up
-- The life of a policy (基本方針 7(9), 8, 9, 10).

-- Whom a 対策基準 or 実施手順 is for: they read it, and it binds them. The 基本方針 is
-- for everyone and has no lines here. A line of kind all makes the others idle.
CREATE TABLE document_audience (
	document_id bigint NOT NULL REFERENCES document,
	kind        text   NOT NULL CHECK (kind IN ('all', 'role', 'section')),
	role        text CHECK (role IN ('cio', 'ciso', 'general_security_officer', 'security_officer', 'csirt_member',
		'security_manager', 'system_manager', 'system_operator', 'auditor', 'administrator')),
	section_id  bigint REFERENCES section,
	CONSTRAINT document_audience_shape CHECK ((kind = 'role') = (role IS NOT NULL) AND (kind = 'section') = (section_id IS NOT NULL)),
	CONSTRAINT document_audience_once UNIQUE NULLS NOT DISTINCT (document_id, kind, role, section_id)
);

-- What there was before audiences was for those who read it without being
-- addressed.
INSERT INTO document_audience (document_id, kind, role)
SELECT d.id, 'role', r.role
FROM document d, unnest(ARRAY['cio', 'ciso', 'general_security_officer', 'security_officer', 'csirt_member', 'auditor']) r(role)
WHERE d.kind <> 'basic';

CREATE TRIGGER document_audience_counted AFTER INSERT OR UPDATE OR DELETE ON document_audience
	FOR EACH STATEMENT EXECUTE FUNCTION count_change('policy');

ALTER TABLE text_import ADD COLUMN audience jsonb NOT NULL DEFAULT '{}';

GRANT SELECT, INSERT, DELETE ON document_audience TO kagami_portal;

-- The 本部会議's decisions on texts, and the CISO's 通知: only ever added.
CREATE TABLE headquarters_decision (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	revision_id  bigint NOT NULL REFERENCES revision,
	text_sha256  bytea  NOT NULL, -- of the text that was decided on
	decided_on   date   NOT NULL,
	result       text   NOT NULL CHECK (result IN ('adopted', 'rejected')),
	chair_id     bigint REFERENCES person,
	minutes      text   NOT NULL DEFAULT '', -- the minutes, or where they are
	file_name    text   NOT NULL DEFAULT '',
	file_type    text   NOT NULL DEFAULT '',
	file         bytea  CONSTRAINT headquarters_decision_file_size CHECK (octet_length(file) <= 10485760),
	recorded_by  bigint REFERENCES person, -- NULL: the operator at the server
	recorded_at  timestamptz NOT NULL,
	-- what was published before decisions were recorded here
	carried_over boolean NOT NULL DEFAULT false,
	adopted_sha256 bytea GENERATED ALWAYS AS (CASE WHEN result = 'adopted' THEN text_sha256 END) STORED,
	CONSTRAINT headquarters_decision_whole CHECK (carried_over OR chair_id IS NOT NULL AND (minutes <> '' OR file IS NOT NULL)),
	CONSTRAINT headquarters_decision_file_named CHECK ((file IS NULL) = (file_name = '')),
	UNIQUE (id, revision_id, adopted_sha256, decided_on)
);
CREATE INDEX headquarters_decision_by_revision ON headquarters_decision (revision_id);

CREATE TABLE decision_attendee (
	decision_id bigint NOT NULL REFERENCES headquarters_decision,
	person_id   bigint NOT NULL REFERENCES person,
	PRIMARY KEY (decision_id, person_id)
);

CREATE TABLE ciso_notice (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	revision_id bigint NOT NULL REFERENCES revision,
	text_sha256 bytea  NOT NULL, -- of the text that it publishes
	fiscal_year int    NOT NULL,
	number      int    NOT NULL CHECK (number > 0),
	notified_on date   NOT NULL,
	addressees  text   NOT NULL CONSTRAINT ciso_notice_addressees_given CHECK (addressees <> ''),
	body        text   NOT NULL CONSTRAINT ciso_notice_body_given CHECK (body <> ''),
	-- the clauses on purpose, scope, organization or sanctions that a 簡易な見直し
	-- touches all the same, and why the CISO finds it one
	touched     text[] NOT NULL,
	answer      text   NOT NULL,
	issued_by   bigint REFERENCES person,
	issued_at   timestamptz NOT NULL,
	CONSTRAINT ciso_notice_number_unique UNIQUE (fiscal_year, number),
	CONSTRAINT ciso_notice_year CHECK (fiscal_year = extract(year FROM notified_on - interval '3 months')),
	CONSTRAINT ciso_notice_answered CHECK (cardinality(touched) = 0 OR answer <> ''),
	UNIQUE (id, revision_id, text_sha256)
);

-- What has happened to a revision, and what was said about it.
CREATE TABLE revision_step (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	revision_id bigint NOT NULL REFERENCES revision,
	event       text   NOT NULL,
	person_id   bigint REFERENCES person, -- NULL: the operator at the server
	at          timestamptz NOT NULL,
	note        text   NOT NULL
);
CREATE INDEX revision_step_by_revision ON revision_step (revision_id, id);

ALTER TABLE revision
	ADD COLUMN drafters     bigint[] NOT NULL DEFAULT '{}', -- all who have written on it
	ADD COLUMN scale        text CHECK (scale IN ('minor', 'major')),
	ADD COLUMN why          text CHECK (why IN ('audit', 'situation', 'law', 'other')), -- 基本方針 8, 9
	ADD COLUMN why_text     text NOT NULL DEFAULT '',
	ADD COLUMN submitted_by bigint REFERENCES person,
	ADD COLUMN submitted_at timestamptz,
	ADD COLUMN decision_id  bigint,
	ADD COLUMN notice_id    bigint;

ALTER TABLE revision DISABLE TRIGGER revision_published_immutable;
INSERT INTO headquarters_decision (revision_id, text_sha256, decided_on, result, recorded_by, recorded_at, carried_over)
SELECT id, text_sha256, decided_on, 'adopted', published_by, published_at, true FROM revision WHERE state = 'published';
UPDATE revision r SET scale = 'major', why = 'other', why_text = '記録なし', submitted_by = drafted_by, submitted_at = drafted_at,
	decision_id = (SELECT id FROM headquarters_decision WHERE revision_id = r.id)
WHERE state = 'published';
UPDATE revision SET drafters = ARRAY[drafted_by] WHERE drafted_by IS NOT NULL;
ALTER TABLE revision ENABLE TRIGGER revision_published_immutable;

ALTER TABLE revision
	DROP CONSTRAINT revision_state_check,
	ADD CONSTRAINT revision_state CHECK (state IN ('draft', 'submitted', 'decided', 'published', 'withdrawn')),
	DROP CONSTRAINT revision_published_whole,
	ADD CONSTRAINT revision_published_whole CHECK (state <> 'published' OR (effective_on IS NOT NULL AND published_at IS NOT NULL)),
	ADD CONSTRAINT revision_submitted_whole CHECK (state IN ('draft', 'withdrawn') OR (scale IS NOT NULL AND why IS NOT NULL AND submitted_at IS NOT NULL)),
	ADD CONSTRAINT revision_why_explained CHECK (why IS DISTINCT FROM 'other' OR why_text <> ''),
	-- 7(9): a 簡易な見直し is published by a 通知, any other is decided by the 本部会議
	ADD CONSTRAINT revision_decided CHECK (state <> 'decided' OR decision_id IS NOT NULL),
	ADD CONSTRAINT revision_published_on CHECK (state <> 'published'
		OR scale = 'minor' AND notice_id IS NOT NULL AND decision_id IS NULL
		OR scale = 'major' AND decision_id IS NOT NULL AND notice_id IS NULL),
	ADD CONSTRAINT revision_decided_on CHECK ((decision_id IS NULL) = (decided_on IS NULL)),
	-- and it is this text, of this revision, that was adopted or notified
	ADD CONSTRAINT revision_as_adopted FOREIGN KEY (decision_id, id, text_sha256, decided_on)
		REFERENCES headquarters_decision (id, revision_id, adopted_sha256, decided_on),
	ADD CONSTRAINT revision_as_notified FOREIGN KEY (notice_id, id, text_sha256) REFERENCES ciso_notice (id, revision_id, text_sha256),
	DROP CONSTRAINT revision_number_unique;

-- what was thrown away gives its number free
CREATE UNIQUE INDEX revision_number_unique ON revision (document_id, number) WHERE state <> 'withdrawn';
DROP INDEX revision_one_draft;
CREATE UNIQUE INDEX revision_one_draft ON revision (document_id) WHERE state IN ('draft', 'submitted', 'decided');

-- A revision follows the one before it, in number and in its 施行日.
-- +goose StatementBegin
CREATE FUNCTION refuse_publication_out_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM revision WHERE document_id = NEW.document_id AND state = 'published' AND number > NEW.number) THEN
		RAISE EXCEPTION 'a newer revision is published' USING ERRCODE = 'check_violation', CONSTRAINT = 'revision_newest';
	END IF;
	IF EXISTS (SELECT FROM revision WHERE document_id = NEW.document_id AND state = 'published' AND effective_on > NEW.effective_on) THEN
		RAISE EXCEPTION 'the revision before takes effect later' USING ERRCODE = 'check_violation', CONSTRAINT = 'revision_in_order';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revision_in_order BEFORE INSERT OR UPDATE ON revision
	FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION refuse_publication_out_of_order();

CREATE TRIGGER headquarters_decision_append_only BEFORE UPDATE OR DELETE ON headquarters_decision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER headquarters_decision_not_emptied BEFORE TRUNCATE ON headquarters_decision FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_attendee_append_only BEFORE UPDATE OR DELETE ON decision_attendee FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_attendee_not_emptied BEFORE TRUNCATE ON decision_attendee FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ciso_notice_append_only BEFORE UPDATE OR DELETE ON ciso_notice FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ciso_notice_not_emptied BEFORE TRUNCATE ON ciso_notice FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revision_step_append_only BEFORE UPDATE OR DELETE ON revision_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revision_step_not_emptied BEFORE TRUNCATE ON revision_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- a text that comes in may be a new revision of a document that there is
ALTER TABLE text_import ADD COLUMN document_id bigint REFERENCES document;

GRANT SELECT, INSERT (revision_id, text_sha256, decided_on, result, chair_id, minutes, file_name, file_type, file, recorded_by, recorded_at)
	ON headquarters_decision TO kagami_portal;
GRANT SELECT, INSERT ON decision_attendee, ciso_notice, revision_step TO kagami_portal;

-- +goose Down
DROP TRIGGER revision_in_order ON revision;
DROP FUNCTION refuse_publication_out_of_order;
DROP TABLE revision_step, decision_attendee;
ALTER TABLE revision DISABLE TRIGGER USER;
DELETE FROM revision WHERE state = 'withdrawn';
UPDATE revision SET state = 'draft', decided_on = NULL WHERE state IN ('submitted', 'decided');
UPDATE revision SET decided_on = effective_on WHERE state = 'published' AND decided_on IS NULL;
ALTER TABLE revision ENABLE TRIGGER USER;
DROP INDEX revision_number_unique, revision_one_draft;
ALTER TABLE revision
	DROP CONSTRAINT revision_state,
	DROP CONSTRAINT revision_published_whole,
	DROP COLUMN drafters, DROP COLUMN scale, DROP COLUMN why, DROP COLUMN why_text, DROP COLUMN submitted_by, DROP COLUMN submitted_at,
	DROP COLUMN decision_id, DROP COLUMN notice_id,
	ADD CONSTRAINT revision_state_check CHECK (state IN ('draft', 'published')),
	ADD CONSTRAINT revision_number_unique UNIQUE (document_id, number),
	ADD CONSTRAINT revision_published_whole CHECK (state = 'draft'
		OR (effective_on IS NOT NULL AND decided_on IS NOT NULL AND published_at IS NOT NULL));
CREATE UNIQUE INDEX revision_one_draft ON revision (document_id) WHERE state = 'draft';
DROP TABLE headquarters_decision, ciso_notice;
ALTER TABLE text_import DROP COLUMN document_id;
ALTER TABLE text_import DROP COLUMN audience;
DROP TABLE document_audience;
