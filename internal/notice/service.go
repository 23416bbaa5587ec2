package notice

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/task"
)

// Topic is a kind of thing that notices are about.
type Topic struct {
	Kind string
	// Shown is the SQL that holds for a notice n whose thing the actor may read,
	// and its arguments.
	Shown func(actor authz.Actor) (condition string, args pgx.StrictNamedArgs)
}

// argument is one in SQL, by its name.
var argument = regexp.MustCompile(`@\w+`)

// condition is Shown with the topic's name before those of the arguments: all
// topics are asked in one statement, and @sections of the topic draft, which is
// @draft_sections there, is not that of another.
func (t Topic) condition(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	condition, args := t.Shown(actor)
	prefixed := make(pgx.StrictNamedArgs, len(args))
	for name, value := range args {
		prefixed[t.Kind+"_"+name] = value
	}
	return argument.ReplaceAllStringFunc(condition, func(at string) string {
		if _, given := args[at[1:]]; !given {
			return at
		}
		return "@" + t.Kind + "_" + at[1:]
	}), prefixed
}

// Service is the notices in a database.
type Service struct {
	pool   *pgxpool.Pool
	now    func() time.Time
	topics []Topic
}

// New makes the service. A notice on a topic that is not among these is shown to
// nobody.
func New(pool *pgxpool.Pool, now func() time.Time, topics ...Topic) *Service {
	return &Service{pool: pool, now: now, topics: topics}
}

// Given is a notice that somebody has been given.
type Given struct {
	ID               int64
	At               time.Time // the instant
	Seen             bool      // whether they have looked at it
	Title, Text, URL string
}

// Page is a page of the notices that somebody has been given.
type Page struct {
	Notices []Given // the newest first
	More    bool    // there are older ones
}

// onPage is how many notices a page holds.
const onPage = 50

// shown is the SQL that holds for the notices n that are for the actor and that
// they may see, and its arguments.
func (s *Service) shown(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	args = pgx.StrictNamedArgs{"notice_person": actor.Person}
	var b strings.Builder
	b.WriteString(`n.person_id = @notice_person AND (false`)
	for i, topic := range s.topics {
		kind := "notice_topic_" + strconv.Itoa(i)
		args[kind] = topic.Kind
		condition, its := topic.condition(actor)
		maps.Copy(args, its)
		b.WriteString(` OR n.topic = @` + kind + ` AND (` + condition + `)`)
	}
	b.WriteString(`)`)
	return b.String(), args
}

// List returns the page of the actor's notices that came before one of them;
// before is 0 for the newest of all.
func (s *Service) List(ctx context.Context, actor authz.Actor, before int64) (Page, error) {
	shown, args := s.shown(actor)
	args["before"], args["limit"] = before, onPage+1
	rows, err := s.pool.Query(ctx, `
		SELECT n.id, n.given_at AS at, n.seen_at IS NOT NULL AS seen, n.title, n.text, n.address AS url
		FROM notice n WHERE (@before = 0 OR n.id < @before::bigint) AND `+shown+` ORDER BY n.id DESC LIMIT @limit`, args)
	if err != nil {
		return Page{}, fmt.Errorf("listing notices: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Given])
	if err != nil {
		return Page{}, fmt.Errorf("listing notices: %w", err)
	}
	return Page{Notices: list[:min(len(list), onPage)], More: len(list) > onPage}, nil
}

// latest is how many notices Unseen has.
const latest = 5

// Unseen are the latest notices that somebody has not seen, and how many there
// are of them.
type Unseen struct {
	Latest []Given
	All    int
}

// QueueUnseen asks in a batch for those of the actor.
func (s *Service) QueueUnseen(b *task.Batch, actor authz.Actor, take func(Unseen)) {
	type row struct {
		Given
		All int
	}
	shown, args := s.shown(actor)
	args["limit"] = latest
	task.Rows(b, "listing notices not seen", pgx.RowToStructByName[row], func(rows []row) {
		var u Unseen
		for _, r := range rows {
			u.Latest, u.All = append(u.Latest, r.Given), r.All
		}
		take(u)
	}, `
		SELECT n.id, n.given_at AS at, false AS seen, n.title, n.text, n.address AS url, count(*) OVER () AS all
		FROM notice n WHERE n.seen_at IS NULL AND `+shown+` ORDER BY n.id DESC LIMIT @limit`, args)
}

// MarkSeen notes that the actor has seen one of their notices, and returns where
// it leads; NotFound where it is none of theirs.
func (s *Service) MarkSeen(ctx context.Context, actor authz.Actor, id int64) (url string, err error) {
	shown, args := s.shown(actor)
	args["id"], args["now"] = id, s.now()
	rows, err := s.pool.Query(ctx, `
		UPDATE notice n SET seen_at = coalesce(n.seen_at, @now) WHERE n.id = @id AND `+shown+` RETURNING n.address`, args)
	if err != nil {
		return "", fmt.Errorf("noting a notice as seen: %w", err)
	}
	urls, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", fmt.Errorf("noting a notice as seen: %w", err)
	}
	if len(urls) == 0 {
		return "", fault.New(fault.NotFound, "このお知らせは、もうありません。「お知らせ」の一覧を開き直してください。")
	}
	return urls[0], nil
}

// MarkAllSeen notes that the actor has seen their notices up to one of them: what
// came after the list was shown stays unseen.
func (s *Service) MarkAllSeen(ctx context.Context, actor authz.Actor, last int64) error {
	shown, args := s.shown(actor)
	args["last"], args["now"] = last, s.now()
	if _, err := s.pool.Exec(ctx, `UPDATE notice n SET seen_at = @now WHERE n.id <= @last AND n.seen_at IS NULL AND `+shown, args); err != nil {
		return fmt.Errorf("noting notices as seen: %w", err)
	}
	return nil
}
