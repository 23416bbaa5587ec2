package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Notice is what somebody is told.
type Notice struct {
	Topic   string // the kind of thing that it is about, as a Topic names it
	TopicID int64  // which of them
	Title   string // what has happened, as a sentence without its 。
	Text    string // what to do now
	URL     string // where to do it: a path within the portal, such as /policies/kihon
}

// Message is a notice with the people whom it goes to; whoever stands there
// twice gets it once.
type Message struct {
	To []int64
	Notice
}

const give = `
	INSERT INTO notice (person_id, given_at, topic, topic_id, title, text, address)
	SELECT DISTINCT person, @at::timestamptz, @topic, @topic_id::bigint, @title, @text, @url FROM unnest(@to::bigint[]) person`

// arguments are what give takes.
func (n Notice) arguments(at time.Time, to []int64) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"to": to, "at": at, "topic": n.Topic, "topic_id": n.TopicID, "title": n.Title, "text": n.Text, "url": n.URL}
}

// Give tells people of something at an instant, all of them in one statement.
func Give(ctx context.Context, tx pgx.Tx, at time.Time, to []int64, n Notice) error {
	if len(to) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, give, n.arguments(at, to)); err != nil {
		return fmt.Errorf("giving a notice: %w", err)
	}
	return nil
}

// Queue is Give as a statement of a batch.
func Queue(batch *pgx.Batch, at time.Time, to []int64, n Notice) {
	if len(to) > 0 {
		batch.Queue(give, n.arguments(at, to))
	}
}
