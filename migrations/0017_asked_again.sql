-- +goose Up
-- Who comes back is asked again: they have as many days as the others had, and
-- are reminded by the last day that is theirs now.

ALTER TABLE acknowledgement_reminder
	DROP CONSTRAINT acknowledgement_reminder_revision_id_person_id_fkey,
	DROP CONSTRAINT acknowledgement_reminder_pkey,
	ADD COLUMN asked_on date; -- which request it reminds of
ALTER TABLE acknowledgement_reminder DISABLE TRIGGER acknowledgement_reminder_append_only;
UPDATE acknowledgement_reminder m SET asked_on = q.asked_on
FROM acknowledgement_request q WHERE q.revision_id = m.revision_id AND q.person_id = m.person_id;
ALTER TABLE acknowledgement_reminder ENABLE TRIGGER acknowledgement_reminder_append_only;

-- the newest is the one that holds
ALTER TABLE acknowledgement_request
	DROP CONSTRAINT acknowledgement_request_pkey,
	ADD CONSTRAINT acknowledgement_request_pkey PRIMARY KEY (revision_id, person_id, asked_on);
ALTER TABLE acknowledgement_reminder
	ALTER COLUMN asked_on SET NOT NULL,
	ADD CONSTRAINT acknowledgement_reminder_pkey PRIMARY KEY (revision_id, person_id, asked_on, days),
	ADD CONSTRAINT acknowledgement_reminder_of_request FOREIGN KEY (revision_id, person_id, asked_on) REFERENCES acknowledgement_request;

-- +goose Down
ALTER TABLE acknowledgement_reminder DROP CONSTRAINT acknowledgement_reminder_of_request, DROP CONSTRAINT acknowledgement_reminder_pkey;
ALTER TABLE acknowledgement_reminder DISABLE TRIGGER acknowledgement_reminder_append_only;
ALTER TABLE acknowledgement_request DISABLE TRIGGER acknowledgement_request_append_only;
DELETE FROM acknowledgement_request q USING acknowledgement_request newer
WHERE newer.revision_id = q.revision_id AND newer.person_id = q.person_id AND newer.asked_on > q.asked_on;
DELETE FROM acknowledgement_reminder m WHERE NOT EXISTS (
	SELECT FROM acknowledgement_request q WHERE q.revision_id = m.revision_id AND q.person_id = m.person_id AND q.asked_on = m.asked_on);
ALTER TABLE acknowledgement_request ENABLE TRIGGER acknowledgement_request_append_only;
ALTER TABLE acknowledgement_reminder ENABLE TRIGGER acknowledgement_reminder_append_only;
ALTER TABLE acknowledgement_request
	DROP CONSTRAINT acknowledgement_request_pkey,
	ADD CONSTRAINT acknowledgement_request_pkey PRIMARY KEY (revision_id, person_id);
ALTER TABLE acknowledgement_reminder
	DROP COLUMN asked_on,
	ADD CONSTRAINT acknowledgement_reminder_pkey PRIMARY KEY (revision_id, person_id, days),
	ADD CONSTRAINT acknowledgement_reminder_revision_id_person_id_fkey FOREIGN KEY (revision_id, person_id) REFERENCES acknowledgement_request;
