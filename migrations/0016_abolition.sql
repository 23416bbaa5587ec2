-- +goose Up
-- 廃止: from a day on a document is in force no more. It is decided once, as the
-- publication of a revision is (基本方針 7(9)), and never undone: what is to be in
-- force again is another document.

CREATE TABLE document_abolition (
	document_id  bigint NOT NULL REFERENCES document,
	abolished_on date   NOT NULL, -- 廃止日: the first day on which it is not in force
	reason       text   NOT NULL CONSTRAINT document_abolition_reason_given CHECK (reason <> ''),
	decided_on   date   NOT NULL, -- the 本部会議's decision
	minutes      text   NOT NULL CONSTRAINT document_abolition_minutes_given CHECK (minutes <> ''), -- or where they are
	abolished_by bigint REFERENCES person, -- NULL: the operator at the server
	recorded_at  timestamptz NOT NULL,
	CONSTRAINT document_abolition_once PRIMARY KEY (document_id),
	CONSTRAINT document_abolition_decided CHECK (decided_on <= abolished_on)
);

-- A document with a draft under way is not abolished, and one that is abolished
-- gets no draft and no revision. Both lock the document, so that neither comes in
-- beside the other.
-- +goose StatementBegin
CREATE FUNCTION check_abolition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	PERFORM FROM document WHERE id = NEW.document_id FOR NO KEY UPDATE;
	IF EXISTS (SELECT FROM revision WHERE document_id = NEW.document_id AND state IN ('draft', 'submitted', 'decided')) THEN
		RAISE EXCEPTION 'a draft is under way' USING ERRCODE = 'check_violation', CONSTRAINT = 'document_abolition_no_draft';
	END IF;
	IF NOT EXISTS (SELECT FROM revision WHERE document_id = NEW.document_id AND state = 'published') THEN
		RAISE EXCEPTION 'nothing is published' USING ERRCODE = 'check_violation', CONSTRAINT = 'document_abolition_published';
	END IF;
	IF EXISTS (SELECT FROM revision WHERE document_id = NEW.document_id AND state = 'published' AND effective_on > NEW.abolished_on) THEN
		RAISE EXCEPTION 'a revision takes effect later' USING ERRCODE = 'check_violation', CONSTRAINT = 'document_abolition_in_order';
	END IF;
	RETURN NEW;
END $$;

CREATE FUNCTION refuse_revision_after_abolition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
	PERFORM FROM document WHERE id = NEW.document_id FOR NO KEY UPDATE;
	IF EXISTS (SELECT FROM document_abolition WHERE document_id = NEW.document_id) THEN
		RAISE EXCEPTION 'the document is abolished' USING ERRCODE = 'check_violation', CONSTRAINT = 'document_abolished';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER document_abolition_checked BEFORE INSERT ON document_abolition
	FOR EACH ROW EXECUTE FUNCTION check_abolition();
CREATE TRIGGER revision_not_after_abolition BEFORE INSERT OR UPDATE ON revision
	FOR EACH ROW WHEN (NEW.state <> 'withdrawn') EXECUTE FUNCTION refuse_revision_after_abolition();

CREATE TRIGGER document_abolition_append_only BEFORE UPDATE OR DELETE ON document_abolition
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_abolition_not_emptied BEFORE TRUNCATE ON document_abolition
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_abolition_counted AFTER INSERT OR UPDATE OR DELETE ON document_abolition
	FOR EACH STATEMENT EXECUTE FUNCTION count_change('policy');

GRANT SELECT, INSERT ON document_abolition TO kagami_portal;

-- +goose Down
DROP TRIGGER revision_not_after_abolition ON revision;
DROP TABLE document_abolition;
DROP FUNCTION check_abolition, refuse_revision_after_abolition;
