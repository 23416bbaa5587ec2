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

-- +goose Down
ALTER TABLE text_import DROP COLUMN audience;
DROP TABLE document_audience;
