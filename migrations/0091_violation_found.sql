-- +goose Up
-- The words by which cases are found, as one searches for them, and all that the list of cases goes by
-- in one index: then it does not touch the cases that it does not show. What is left of the words of
-- 500 characters fits into an entry of an index even where a character stands for eighteen.
ALTER TABLE violation_case ADD COLUMN words text GENERATED ALWAYS AS (left(normalize(clauses, NFKC), 600)) STORED;
CREATE INDEX violation_case_found ON violation_case (id) INCLUDE (state, due_on, section_id, person_id, confirmed_at, receiver, referral, own_finding, grave, words);
-- how many cases of somebody there were before one
CREATE INDEX violation_case_before ON violation_case (person_id, confirmed_at, id) WHERE outcome NOT IN ('dismissed', 'not_violation');
CREATE INDEX violation_case_referred ON violation_case (id) WHERE referral = 'refer';
CREATE INDEX violation_case_outsider ON violation_case (id) WHERE outsider <> '';

-- +goose Down
DROP INDEX violation_case_outsider, violation_case_referred, violation_case_before, violation_case_found;
ALTER TABLE violation_case DROP COLUMN words;
