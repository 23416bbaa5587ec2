-- +goose Up
-- Whom a reminder went to: the steps are settings of the town now, so that their
-- days alone don't tell.
ALTER TABLE acknowledgement_reminder ADD COLUMN recipient text CHECK (recipient IN ('person', 'manager', 'general'));
ALTER TABLE acknowledgement_reminder DISABLE TRIGGER acknowledgement_reminder_append_only;
UPDATE acknowledgement_reminder SET recipient = CASE WHEN days IN (4, 11) THEN 'manager' ELSE 'person' END;
ALTER TABLE acknowledgement_reminder ENABLE TRIGGER acknowledgement_reminder_append_only;
ALTER TABLE acknowledgement_reminder
	ALTER COLUMN recipient SET NOT NULL,
	DROP CONSTRAINT acknowledgement_reminder_pkey,
	ADD CONSTRAINT acknowledgement_reminder_pkey PRIMARY KEY (revision_id, person_id, asked_on, days, recipient);

-- +goose Down
ALTER TABLE acknowledgement_reminder
	DROP CONSTRAINT acknowledgement_reminder_pkey;
ALTER TABLE acknowledgement_reminder DISABLE TRIGGER acknowledgement_reminder_append_only;
DELETE FROM acknowledgement_reminder m USING acknowledgement_reminder other
WHERE other.revision_id = m.revision_id AND other.person_id = m.person_id AND other.asked_on = m.asked_on AND other.days = m.days AND other.recipient < m.recipient;
ALTER TABLE acknowledgement_reminder ENABLE TRIGGER acknowledgement_reminder_append_only;
ALTER TABLE acknowledgement_reminder
	DROP COLUMN recipient,
	ADD CONSTRAINT acknowledgement_reminder_pkey PRIMARY KEY (revision_id, person_id, asked_on, days);
