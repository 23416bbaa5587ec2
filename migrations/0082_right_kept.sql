-- +goose Up
-- Of a right that stands what it lets do, for whom and until when is never changed either, nor
-- who has permitted it; of what bars rights who has confirmed it, nor that its person was told.
-- Neither is changed without a next version, which has its step.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_ended_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('refused', 'withdrawn', 'ended') OR OLD.state = 'permitted' AND NEW.state NOT IN ('permitted', 'ended')
		OR (OLD.code, OLD.person_id, OLD.asset_id, OLD.kind, OLD.source, OLD.asked_by, OLD.asked_at, OLD.from_on, OLD.grade, OLD.login, OLD.outsider, OLD.purpose, OLD.until_on) IS DISTINCT FROM
			(NEW.code, NEW.person_id, NEW.asset_id, NEW.kind, NEW.source, NEW.asked_by, NEW.asked_at, NEW.from_on, NEW.grade, NEW.login, NEW.outsider, NEW.purpose, NEW.until_on)
		OR OLD.decided_by IS NOT NULL AND (OLD.decided_by, OLD.decided_on) IS DISTINCT FROM (NEW.decided_by, NEW.decided_on)
		OR (OLD.state, OLD.decided_by, OLD.confirmed_by, OLD.confirmed_on, OLD.ended_on) IS DISTINCT FROM (NEW.state, NEW.decided_by, NEW.confirmed_by, NEW.confirmed_on, NEW.ended_on)
			AND NEW.version <> OLD.version + 1 THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'access_right_kept';
	END IF;
	RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION refuse_other_bar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.code, OLD.person_id, OLD.kind, OLD.whole, OLD.reason, OLD.from_at, OLD.made_by, OLD.made_at) IS DISTINCT FROM
		(NEW.code, NEW.person_id, NEW.kind, NEW.whole, NEW.reason, NEW.from_at, NEW.made_by, NEW.made_at)
		OR OLD.confirmed_by IS NOT NULL AND OLD.confirmed_by IS DISTINCT FROM NEW.confirmed_by
		OR OLD.withheld <> NEW.withheld AND NEW.withheld <> ''
		OR NEW.version <> OLD.version + 1 THEN
		RAISE EXCEPTION 'of what bars a right only its end is changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'right_bar_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_ended_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('refused', 'withdrawn', 'ended')
		OR (OLD.code, OLD.person_id, OLD.asset_id, OLD.kind, OLD.source, OLD.asked_by, OLD.asked_at, OLD.from_on) IS DISTINCT FROM
			(NEW.code, NEW.person_id, NEW.asset_id, NEW.kind, NEW.source, NEW.asked_by, NEW.asked_at, NEW.from_on) THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'access_right_kept';
	END IF;
	RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION refuse_other_bar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.code, OLD.person_id, OLD.kind, OLD.whole, OLD.reason, OLD.from_at, OLD.made_by, OLD.made_at) IS DISTINCT FROM
		(NEW.code, NEW.person_id, NEW.kind, NEW.whole, NEW.reason, NEW.from_at, NEW.made_by, NEW.made_at) THEN
		RAISE EXCEPTION 'of what bars a right only its end is changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'right_bar_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
