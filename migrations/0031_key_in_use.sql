-- +goose Up
-- A key that something is still sealed by is not retired: its row in secret_key may
-- not go. What is sealed begins with the first four bytes of the key's fingerprint;
-- whoever seals holds the row (FOR KEY SHARE), so that a retirement waits for them.

-- +goose StatementBegin
CREATE FUNCTION keep_key_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		SELECT FROM totp t, unnest(ARRAY[t.secret, t.pending]) sealed
		WHERE octet_length(sealed) = 52 AND substr(sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')
	) THEN
		RAISE EXCEPTION 'something is sealed by this key' USING ERRCODE = '23001', CONSTRAINT = 'secret_key_in_use';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd

CREATE TRIGGER secret_key_in_use BEFORE DELETE ON secret_key FOR EACH ROW EXECUTE FUNCTION keep_key_in_use();
-- the lock of a row takes the right to change it
GRANT UPDATE (fingerprint) ON secret_key TO kagami_portal;

-- +goose Down
REVOKE UPDATE (fingerprint) ON secret_key FROM kagami_portal;
DROP TRIGGER secret_key_in_use ON secret_key;
DROP FUNCTION keep_key_in_use;
