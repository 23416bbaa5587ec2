-- +goose Up
-- How long cases of violations are kept: holds that keep one beyond its time (審査請求, 訴訟,
-- 開示請求, 監査), its time made longer, and its disposal, which leaves nothing of it but a number
-- for the totals.

CREATE TABLE violation_hold (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id     bigint NOT NULL CONSTRAINT violation_hold_of_case REFERENCES violation_case,
	kind        text NOT NULL CHECK (kind IN ('appeal', 'lawsuit', 'disclosure', 'audit')),
	from_on     date NOT NULL,
	reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
	set_by      bigint NOT NULL REFERENCES person,
	set_at      timestamptz NOT NULL,
	lifted_by   bigint REFERENCES person,
	lifted_at   timestamptz,
	lifted_why  text NOT NULL DEFAULT '' CHECK (length(lifted_why) <= 500),
	CONSTRAINT violation_hold_lifted CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lifted_why = ''))
);
CREATE INDEX violation_hold_of ON violation_hold (case_id);

-- That a case is kept longer than its outcome says, through which day.
CREATE TABLE violation_extension (
	case_id  bigint NOT NULL REFERENCES violation_case,
	until_on date NOT NULL,
	reason   text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
	by       bigint NOT NULL REFERENCES person,
	at       timestamptz NOT NULL,
	PRIMARY KEY (case_id, until_on)
);

-- What is left of a case that was disposed of: how it ended and in which fiscal year, by whose
-- decision and why. Nothing of it says whom it was about.
CREATE TABLE violation_disposal (
	case_id     bigint PRIMARY KEY, -- as the trail knows it
	state       text NOT NULL,
	outcome     text NOT NULL,
	opened_in   int NOT NULL, -- fiscal years
	closed_in   int NOT NULL,
	-- decided by somebody in the 統括's place: in no total, for who is concerned reads totals too
	stood_in    boolean NOT NULL,
	class       text NOT NULL, -- 文書分類, and the years and their start, as the edition had them
	years       int NOT NULL CHECK (years BETWEEN 1 AND 30),
	start       text NOT NULL CHECK (start IN ('fiscal_year', 'year', 'day')),
	reason      text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
	decided_by  bigint NOT NULL REFERENCES person,
	decided_at  timestamptz NOT NULL,
	under_way   boolean NOT NULL
);
CREATE INDEX violation_disposal_under_way ON violation_disposal (case_id) WHERE under_way;

-- Who has printed the town's numbers for the 本部会議, and when.
CREATE TABLE violation_figures_print (
	year      int NOT NULL,
	person_id bigint NOT NULL REFERENCES person,
	at        timestamptz NOT NULL,
	PRIMARY KEY (year, person_id, at)
);

-- Whether a case is being disposed of, in this transaction: nobody else sees its row until it is done.
-- +goose StatementBegin
CREATE FUNCTION is_disposing() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
	SELECT EXISTS (SELECT FROM violation_disposal WHERE under_way)
$$;

CREATE FUNCTION refuse_other_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.lifted_at IS NOT NULL OR (OLD.id, OLD.case_id, OLD.kind, OLD.from_on, OLD.reason, OLD.set_by, OLD.set_at)
		IS DISTINCT FROM (NEW.id, NEW.case_id, NEW.kind, NEW.from_on, NEW.reason, NEW.set_by, NEW.set_at) THEN
		RAISE EXCEPTION 'a hold is lifted once, and else never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_hold_kept';
	END IF;
	RETURN NEW;
END $$;

-- What refuses every change of a case lets its disposal through.
CREATE FUNCTION let_disposal_through(of_table text, of_trigger text, of_events text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', of_trigger, of_table);
	EXECUTE format('CREATE TRIGGER %I BEFORE %s ON %I FOR EACH ROW WHEN (NOT is_disposing()) EXECUTE FUNCTION refuse_change()', of_trigger, of_events, of_table);
END $$;

-- Disposes of a case, with the reports that were joined to it, and takes away all that says whom
-- it was about: only where its time is over by the years that are said, it is not held, and who
-- decides takes part in it. A referral's case is kept as 人事記録, by its own years.
CREATE FUNCTION dispose_violation(of_case bigint, decider bigint, instant timestamptz, why text, in_place boolean, as_outcome text, as_class text, for_years int, from_start text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
	c      violation_case;
	closed date;
	today  date := (instant AT TIME ZONE 'Asia/Tokyo')::date;
	first  date;
	cases  bigint[];
	files  bigint[];
	barred bigint[];
	reports   bigint[];
	referrals bigint[];
BEGIN
	SELECT * INTO c FROM violation_case WHERE id = of_case FOR UPDATE;
	IF NOT FOUND OR c.state NOT IN ('closed', 'dismissed') THEN
		RAISE EXCEPTION 'only a case that has ended is disposed of' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_disposal_ended';
	END IF;
	WITH RECURSIVE part (id) AS (SELECT of_case UNION SELECT o.id FROM violation_case o JOIN part ON o.joined_to = part.id)
	SELECT array_agg(id ORDER BY id) INTO cases FROM part;
	PERFORM FROM violation_case WHERE id = ANY (cases) ORDER BY id FOR UPDATE;
	IF EXISTS (SELECT FROM violation_hold h WHERE h.case_id = ANY (cases) AND h.lifted_at IS NULL) THEN
		RAISE EXCEPTION 'the case is held' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_disposal_held';
	END IF;
	IF EXISTS (SELECT FROM violation_recused r WHERE r.case_id = ANY (cases) AND r.person_id = decider) OR c.person_id = decider THEN
		RAISE EXCEPTION 'nobody decides on what is about them' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_disposal_by_none_concerned';
	END IF;
	IF as_outcome <> (CASE WHEN c.referral = 'refer' THEN 'referred' ELSE c.outcome END) THEN
		RAISE EXCEPTION 'the years are those of another outcome' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_disposal_outcome';
	END IF;
	closed := (c.closed_at AT TIME ZONE 'Asia/Tokyo')::date;
	first := CASE from_start
		WHEN 'fiscal_year' THEN make_date(extract(year FROM closed - interval '3 months')::int + 1, 4, 1)
		WHEN 'year' THEN make_date(extract(year FROM closed)::int + 1, 1, 1)
		ELSE closed + 1 END;
	IF for_years IS NULL OR for_years < 1 OR first + make_interval(years => for_years) > today OR EXISTS (SELECT FROM violation_extension e WHERE e.case_id = of_case AND e.until_on >= today) THEN
		RAISE EXCEPTION 'the time of the case is not over' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'violation_disposal_time';
	END IF;

	INSERT INTO violation_disposal (case_id, state, outcome, opened_in, closed_in, stood_in, class, years, start, reason, decided_by, decided_at, under_way)
		SELECT o.id, o.state, o.outcome, extract(year FROM (o.opened_at AT TIME ZONE 'Asia/Tokyo') - interval '3 months')::int, extract(year FROM closed - interval '3 months')::int,
		       in_place, as_class, for_years, from_start, why, decider, instant, true
		FROM violation_case o WHERE o.id = ANY (cases);
	SELECT coalesce(array_agg(id), '{}') INTO reports FROM violation_report WHERE case_id = ANY (cases);
	SELECT coalesce(array_agg(id), '{}') INTO referrals FROM violation_referral WHERE case_id = ANY (cases);
	SELECT coalesce(array_agg(attachment_id), '{}') INTO files FROM (
		SELECT attachment_id FROM violation_paper WHERE case_id = ANY (cases) UNION SELECT attachment_id FROM violation_report_paper WHERE report_id = ANY (reports)) f;
	SELECT coalesce(array_agg(bar_id), '{}') INTO barred FROM violation_bar WHERE case_id = ANY (cases);

	-- what other rooms hang on a case goes first, each table a line; who has reported is found by the
	-- number of the report alone, and by nothing once that is gone
	DELETE FROM violation_report_paper WHERE report_id = ANY (reports);
	DELETE FROM violation_report_number WHERE report_id = ANY (reports);
	DELETE FROM violation_report_answer WHERE report_id = ANY (reports);
	DELETE FROM violation_report_passed WHERE report_id = ANY (reports);
	DELETE FROM violation_report_opening WHERE report_id = ANY (reports);
	DELETE FROM violation_report WHERE id = ANY (reports);
	DELETE FROM violation_referral_delivery WHERE referral_id = ANY (referrals);
	DELETE FROM violation_referral_step WHERE referral_id = ANY (referrals);
	DELETE FROM violation_referral WHERE id = ANY (referrals);
	DELETE FROM violation_paper WHERE case_id = ANY (cases);
	DELETE FROM attachment_tie WHERE attachment_id = ANY (files);
	DELETE FROM attachment WHERE id = ANY (files);
	DELETE FROM violation_bar WHERE case_id = ANY (cases);
	UPDATE right_bar SET reason = '（廃棄した記録）', withheld = '' WHERE id = ANY (barred); -- that a right was suspended stays in the ledger
	UPDATE right_bar_step SET note = '' WHERE bar_id = ANY (barred);
	DELETE FROM violation_delivery WHERE case_id = ANY (cases);
	DELETE FROM violation_reminder WHERE case_id = ANY (cases);
	DELETE FROM violation_reading WHERE case_id = ANY (cases);
	DELETE FROM violation_recused WHERE case_id = ANY (cases);
	DELETE FROM violation_told WHERE case_id = ANY (cases);
	DELETE FROM violation_hold WHERE case_id = ANY (cases);
	DELETE FROM violation_extension WHERE case_id = ANY (cases);
	DELETE FROM violation_step WHERE case_id = ANY (cases);
	DELETE FROM notice WHERE topic = 'violation_case' AND topic_id = ANY (cases) OR topic = 'violation_referral' AND topic_id = ANY (referrals);
	DELETE FROM trail_confidential t USING trail_entry e WHERE e.id = t.entry_id AND (e.subject_kind = 'violation_case' AND e.subject_id = ANY (cases)
		OR e.subject_kind = 'violation_report' AND e.subject_id = ANY (reports) OR e.subject_kind = 'violation_referral' AND e.subject_id = ANY (referrals));
	DELETE FROM violation_case WHERE id = ANY (cases) AND id <> of_case;
	DELETE FROM violation_case WHERE id = of_case;
	UPDATE violation_disposal SET under_way = false WHERE case_id = ANY (cases);
END $$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION dispose_violation, let_disposal_through FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dispose_violation TO kagami_portal;

CREATE TRIGGER violation_hold_kept BEFORE UPDATE ON violation_hold FOR EACH ROW EXECUTE FUNCTION refuse_other_hold();
CREATE TRIGGER violation_hold_not_emptied BEFORE TRUNCATE ON violation_hold FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_extension_not_emptied BEFORE TRUNCATE ON violation_extension FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_disposal_kept BEFORE UPDATE OR DELETE ON violation_disposal FOR EACH ROW WHEN (NOT OLD.under_way) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_disposal_not_emptied BEFORE TRUNCATE ON violation_disposal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_figures_print_append_only BEFORE UPDATE OR DELETE ON violation_figures_print FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER violation_figures_print_not_emptied BEFORE TRUNCATE ON violation_figures_print FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
SELECT let_disposal_through(t, t || '_append_only', 'UPDATE OR DELETE') FROM unnest(ARRAY['violation_step', 'violation_told', 'violation_delivery', 'violation_reminder',
	'violation_reading', 'violation_recused', 'violation_paper', 'violation_bar', 'violation_extension', 'right_bar_step', 'attachment_tie', 'trail_confidential',
	'violation_report', 'violation_report_paper', 'violation_report_answer', 'violation_report_passed', 'violation_report_opening',
	'violation_referral_step', 'violation_referral_delivery']) t;
SELECT let_disposal_through('violation_report_number', 'violation_report_number_kept', 'DELETE'), let_disposal_through('violation_referral', 'violation_referral_kept', 'DELETE');
SELECT let_disposal_through('violation_case', 'violation_case_kept', 'DELETE'), let_disposal_through('violation_hold', 'violation_hold_stays', 'DELETE');
DROP TRIGGER right_bar_same ON right_bar;
CREATE TRIGGER right_bar_same BEFORE UPDATE ON right_bar FOR EACH ROW WHEN (NOT is_disposing()) EXECUTE FUNCTION refuse_other_bar();
CREATE TRIGGER violation_disposed_counted AFTER DELETE ON violation_case FOR EACH STATEMENT EXECUTE FUNCTION note_change('violation');

GRANT SELECT, INSERT ON violation_hold, violation_extension, violation_figures_print TO kagami_portal;
GRANT UPDATE (lifted_by, lifted_at, lifted_why) ON violation_hold TO kagami_portal;
GRANT SELECT ON violation_disposal TO kagami_portal;

-- +goose Down
DROP TRIGGER violation_disposed_counted ON violation_case;
DROP TRIGGER right_bar_same ON right_bar;
CREATE TRIGGER right_bar_same BEFORE UPDATE ON right_bar FOR EACH ROW EXECUTE FUNCTION refuse_other_bar();
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['violation_step', 'violation_told', 'violation_delivery', 'violation_reminder', 'violation_reading', 'violation_recused', 'violation_paper', 'violation_bar',
		'right_bar_step', 'attachment_tie', 'trail_confidential', 'violation_report', 'violation_report_paper', 'violation_report_answer', 'violation_report_passed',
		'violation_report_opening', 'violation_referral_step', 'violation_referral_delivery'] LOOP
		EXECUTE format('DROP TRIGGER %I ON %I', t || '_append_only', t);
		EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()', t || '_append_only', t);
	END LOOP;
END $$;
-- +goose StatementEnd
DROP TRIGGER violation_report_number_kept ON violation_report_number;
CREATE TRIGGER violation_report_number_kept BEFORE DELETE ON violation_report_number FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER violation_referral_kept ON violation_referral;
CREATE TRIGGER violation_referral_kept BEFORE DELETE ON violation_referral FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER violation_case_kept ON violation_case;
CREATE TRIGGER violation_case_kept BEFORE DELETE ON violation_case FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION dispose_violation, let_disposal_through;
DROP TABLE violation_figures_print, violation_extension, violation_hold, violation_disposal;
DROP FUNCTION refuse_other_hold, is_disposing;
