-- +goose Up
-- somebody's own drafts are those that they have written in, whoever has written last
DROP INDEX asset_draft_of_person;
CREATE INDEX asset_draft_of_writer ON asset_draft USING gin (writers);

-- +goose Down
DROP INDEX asset_draft_of_writer;
CREATE INDEX asset_draft_of_person ON asset_draft (drafted_by);
