package migrations

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

// riverVersion is where this step takes river's own tables. It never changes
// here: what a later version of the library brings is a step of its own.
const riverVersion = 8

// jobsAndNotices lays out the tables of the jobs, which are river's own and made
// by the library, and the notices. river's steps don't fit into one transaction:
// so whatever is done here can be done again where it was cut off.
func jobsAndNotices() *goose.Migration {
	m := goose.NewGoMigration(13,
		&goose.GoFunc{RunDB: func(ctx context.Context, db *sql.DB) error {
			if err := moveRiver(ctx, db, rivermigrate.DirectionUp, riverVersion); err != nil {
				return err
			}
			_, err := db.ExecContext(ctx, jobsAndNoticesUp)
			return err
		}},
		&goose.GoFunc{RunDB: func(ctx context.Context, db *sql.DB) error {
			if _, err := db.ExecContext(ctx, `DROP TABLE IF EXISTS notice`); err != nil {
				return err
			}
			const nothing = -1
			return moveRiver(ctx, db, rivermigrate.DirectionDown, nothing)
		}})
	m.Source = "0013_jobs_and_notices.go"
	return m
}

// moveRiver takes river's own tables to a version.
func moveRiver(ctx context.Context, db *sql.DB, way rivermigrate.Direction, version int) error {
	migrator, err := rivermigrate.New(riverdatabasesql.New(db), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, way, &rivermigrate.MigrateOpts{TargetVersion: version})
	return err
}

const jobsAndNoticesUp = `
GRANT SELECT, INSERT, UPDATE, DELETE ON river_job, river_leader, river_queue, river_notification TO kagami_portal;
GRANT USAGE ON SEQUENCE river_job_id_seq, river_notification_id_seq TO kagami_portal;
GRANT SELECT ON river_migration TO kagami_portal;

-- What somebody is told of. The words are shown only as long as they may read
-- what they are about: topic says what that is, and topic_id which.
CREATE TABLE IF NOT EXISTS notice (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES person,
	given_at  timestamptz NOT NULL,
	topic     text   NOT NULL CONSTRAINT notice_topic_given CHECK (topic <> ''),
	topic_id  bigint NOT NULL,
	title     text   NOT NULL CONSTRAINT notice_title_given CHECK (title <> ''),
	text      text   NOT NULL,
	address   text   NOT NULL CONSTRAINT notice_address_inside CHECK (address ~ '^/([^/\\]|$)'),
	seen_at   timestamptz
);
CREATE INDEX IF NOT EXISTS notice_by_person ON notice (person_id, id DESC);
CREATE INDEX IF NOT EXISTS notice_unseen ON notice (person_id, id DESC) WHERE seen_at IS NULL;

-- what somebody was told stays as it is; only that they have seen it is added
GRANT SELECT, INSERT, UPDATE (seen_at) ON notice TO kagami_portal;
`
