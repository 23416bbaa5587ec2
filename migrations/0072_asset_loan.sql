-- +goose Up
-- Assets that are taken out of the office or lent to another section (持出し・貸出し), and
-- what is said when they come back.

-- Up to which number they are numbered in a fiscal year of Reiwa.
CREATE TABLE loan_number (
	year int PRIMARY KEY,
	last int NOT NULL CHECK (last > 0)
);

-- Which assets a section lends to others, and what it says of that.
CREATE TABLE loan_offer (
	asset_id bigint PRIMARY KEY REFERENCES asset,
	offered  boolean NOT NULL,
	note     text NOT NULL CHECK (length(note) <= 500),
	version  int NOT NULL DEFAULT 1
);
CREATE INDEX loan_offered ON loan_offer (asset_id) WHERE offered;
CREATE TRIGGER loan_offer_kept BEFORE DELETE ON loan_offer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER loan_offer_not_emptied BEFORE TRUNCATE ON loan_offer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE loan_offer_change (
	asset_id bigint NOT NULL REFERENCES loan_offer,
	version  int NOT NULL,
	at       timestamptz NOT NULL,
	by       bigint NOT NULL REFERENCES person,
	offered  boolean NOT NULL,
	note     text NOT NULL,
	PRIMARY KEY (asset_id, version)
);
CREATE TRIGGER loan_offer_change_append_only BEFORE UPDATE OR DELETE ON loan_offer_change FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER loan_offer_change_not_emptied BEFORE TRUNCATE ON loan_offer_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE loan (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	code       text NOT NULL CONSTRAINT loan_code_unique UNIQUE CONSTRAINT loan_code_shape CHECK (code ~ '^[0-9]+-[0-9]{4,}$'),
	asset_id   bigint NOT NULL REFERENCES asset,
	-- what the asset was called when it was asked for
	asset_name text NOT NULL CHECK (asset_name <> ''),
	-- whose people take it, and which section held the asset when it was asked for: another
	-- one, where it is lent. What is to be done with it is that one's which holds it now.
	section_id bigint NOT NULL REFERENCES section,
	holder_id  bigint NOT NULL REFERENCES section,
	asked_by   bigint NOT NULL REFERENCES person,
	asked_at   timestamptz NOT NULL,
	taker_id   bigint NOT NULL REFERENCES person,
	-- the number of the first of those that were asked for together, every week; empty for one alone
	series     text NOT NULL DEFAULT '',
	purpose    text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 1000),
	place      text NOT NULL CHECK (length(place) BETWEEN 1 AND 200),
	from_on    date NOT NULL,
	until_on   date NOT NULL,
	safeguards text[] NOT NULL,
	-- the exception that lets it be asked for; empty where it needs none
	excepted_by text NOT NULL DEFAULT '',
	state      text NOT NULL CHECK (state IN ('barred', 'asked', 'permitted', 'refused', 'revoked', 'withdrawn', 'handed', 'closed', 'lost')),
	decided_by bigint REFERENCES person,
	decided_on date,
	handed_by  bigint REFERENCES person,
	handed_at  timestamptz,
	taken_back_by bigint REFERENCES person,
	returned_at timestamptz,
	-- what was found on its return
	sound      boolean,
	erased     text CHECK (erased IN ('yes', 'no', 'none')),
	version    int NOT NULL DEFAULT 1,
	CONSTRAINT loan_days CHECK (until_on >= from_on),
	CONSTRAINT loan_decided CHECK (CASE WHEN state IN ('barred', 'asked') THEN decided_by IS NULL WHEN state = 'withdrawn' THEN true ELSE decided_by IS NOT NULL END
		AND (decided_by IS NULL) = (decided_on IS NULL)),
	CONSTRAINT loan_not_by_who_asked CHECK (decided_by <> asked_by AND decided_by <> taker_id),
	CONSTRAINT loan_handed CHECK ((state IN ('handed', 'closed', 'lost')) = (handed_by IS NOT NULL) AND (handed_by IS NULL) = (handed_at IS NULL)),
	CONSTRAINT loan_not_handed_by_who_takes CHECK (handed_by <> taker_id AND taken_back_by <> taker_id),
	CONSTRAINT loan_returned CHECK ((state = 'closed') = (returned_at IS NOT NULL) AND num_nulls(returned_at, taken_back_by, sound, erased) IN (0, 4)),
	-- what is promised to one, or with one, is promised to nobody else for these days
	CONSTRAINT loan_once EXCLUDE USING gist (asset_id WITH =, daterange(from_on, until_on, '[]') WITH &&) WHERE (state IN ('permitted', 'handed'))
);
-- what has not come back is nobody else's, though its days are over
CREATE UNIQUE INDEX loan_out ON loan (asset_id) WHERE state = 'handed';
CREATE INDEX loan_of_asset ON loan (asset_id, id);
CREATE INDEX loan_of_section ON loan (section_id, id);
CREATE INDEX loan_of_holder ON loan (holder_id, id);
CREATE INDEX loan_of_taker ON loan (taker_id, id);
CREATE INDEX loan_asked_by ON loan (asked_by, id);
CREATE INDEX loan_open ON loan (state, until_on) WHERE state IN ('asked', 'permitted', 'handed');
CREATE INDEX loan_of_series ON loan (series) WHERE series <> '';

-- What has ended is read, and never changed; of one that stands, what was asked for is not.
-- +goose StatementBegin
CREATE FUNCTION refuse_ended_loan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state IN ('barred', 'refused', 'revoked', 'withdrawn', 'closed', 'lost')
		OR (OLD.code, OLD.asset_id, OLD.asset_name, OLD.section_id, OLD.holder_id, OLD.asked_by, OLD.asked_at, OLD.taker_id, OLD.purpose, OLD.place, OLD.from_on, OLD.until_on, OLD.safeguards, OLD.excepted_by, OLD.series)
			IS DISTINCT FROM (NEW.code, NEW.asset_id, NEW.asset_name, NEW.section_id, NEW.holder_id, NEW.asked_by, NEW.asked_at, NEW.taker_id, NEW.purpose, NEW.place, NEW.from_on, NEW.until_on, NEW.safeguards, NEW.excepted_by, NEW.series) THEN
		RAISE EXCEPTION 'what was asked for, and what has ended, is never changed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'loan_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER loan_ended BEFORE UPDATE ON loan FOR EACH ROW EXECUTE FUNCTION refuse_ended_loan();
CREATE TRIGGER loan_kept BEFORE DELETE ON loan FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER loan_not_emptied BEFORE TRUNCATE ON loan FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- By which rules one was refused at once.
CREATE TABLE loan_bar (
	loan_id  bigint NOT NULL REFERENCES loan,
	rule     text NOT NULL CHECK (rule <> ''),
	clause   text NOT NULL CHECK (clause <> ''),
	sentence text NOT NULL CHECK (sentence <> ''),
	PRIMARY KEY (loan_id, rule)
);
CREATE TRIGGER loan_bar_append_only BEFORE UPDATE OR DELETE ON loan_bar FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER loan_bar_not_emptied BEFORE TRUNCATE ON loan_bar FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each step of each: what was done, by whom, and what they wrote.
CREATE TABLE loan_step (
	loan_id bigint NOT NULL REFERENCES loan,
	version int NOT NULL,
	at      timestamptz NOT NULL,
	by      bigint NOT NULL REFERENCES person,
	event   text NOT NULL CHECK (event IN ('ask', 'bar', 'withdraw', 'permit', 'refuse', 'revoke', 'hand', 'part', 'close', 'lose')),
	note    text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
	PRIMARY KEY (loan_id, version)
);
CREATE TRIGGER loan_step_append_only BEFORE UPDATE OR DELETE ON loan_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER loan_step_not_emptied BEFORE TRUNCATE ON loan_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Who has noticed when that one is lost.
CREATE TABLE loan_loss (
	loan_id      bigint PRIMARY KEY REFERENCES loan,
	last_seen_on date,
	noticed_at   timestamptz NOT NULL,
	noticed_by   text NOT NULL CHECK (length(noticed_by) BETWEEN 1 AND 100)
);
CREATE TRIGGER loan_loss_append_only BEFORE UPDATE OR DELETE ON loan_loss FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER loan_loss_not_emptied BEFORE TRUNCATE ON loan_loss FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- By which steps who was reminded of its last day.
CREATE TABLE loan_reminder (
	loan_id     bigint NOT NULL REFERENCES loan,
	recipient   text NOT NULL CHECK (recipient IN ('person', 'manager', 'general')),
	days        int NOT NULL,
	reminded_on date NOT NULL,
	PRIMARY KEY (loan_id, recipient, days)
);

-- What is out, with whom and until when: for who joins assets.
CREATE VIEW asset_out AS
	SELECT asset_id, code, until_on, taker_id, section_id FROM loan WHERE state = 'handed';

INSERT INTO change_counter (name, number) VALUES ('loan', 0);
CREATE TRIGGER loan_counted AFTER INSERT OR UPDATE ON loan FOR EACH STATEMENT EXECUTE FUNCTION note_change('loan');

GRANT SELECT, INSERT, UPDATE ON loan, loan_number, loan_offer TO kagami_portal;
GRANT SELECT, INSERT ON loan_offer_change, loan_bar, loan_step, loan_loss, loan_reminder TO kagami_portal;
GRANT SELECT ON asset_out TO kagami_portal;

-- +goose Down
DROP VIEW asset_out;
DROP TABLE loan_reminder, loan_loss, loan_step, loan_bar, loan, loan_offer_change, loan_offer, loan_number;
DROP FUNCTION refuse_ended_loan;
DELETE FROM change_counter WHERE name = 'loan';
