package personnel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/sheet/intake"
	"kagami/internal/trail"
)

// Import is a personnel file that somebody looks at before it is
// applied. It is there for a day, and for whoever handed it in.
type Import struct {
	Token     string // finds it
	FileName  string
	MadeAt    time.Time
	AppliedAt time.Time // zero while it is not
	Choices   Choices
	Summary

	// Headings are how the file's headings are read, where their words alone do not
	// say it: as long as they are there, they can be settled anew.
	Headings intake.Reading
	// Unsettled says that they must be, before there is a plan.
	Unsettled bool

	id     int64
	digest []byte
}

// Pages says which page of each list to show, from 0.
type Pages struct{ Added, Changed, Ended, Problems int }

// Lists are a page of each list of a plan.
type Lists struct {
	Added, Changed, Ended []Line
	Problems              []intake.Problem
}

// OnPage is how many lines a page of a list has.
const OnPage = 100

// importLife is how long a file is there to be looked at and applied.
const importLife = 24 * time.Hour

// forgetImports removes the files handed in until @until, applied or not, with the
// pages of their plans.
const forgetImports = `DELETE FROM person_import WHERE made_at <= @until`

// Plan says what taking a file in would do, and does nothing. today is
// the day from which on things can be changed.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, file File, choices Choices, today calendar.Date) (Plan, error) {
	if err := mayImport(actor); err != nil {
		return Plan{}, err
	}
	state, err := loadState(ctx, s.pool, actor, file, today)
	if err != nil {
		return Plan{}, err
	}
	return makePlan(state, file, choices), nil
}

func mayImport(actor authz.Actor) error {
	_, err := authz.Check(actor, authz.ChangeOrganization, authz.Matter{})
	return err
}

// Read reads a file by what has been settled of earlier ones, as Read does.
func (s *Service) Read(ctx context.Context, actor authz.Actor, raw []byte) (File, error) {
	if err := mayImport(actor); err != nil {
		return File{}, err
	}
	answers, err := intake.Recall(ctx, s.pool, table.Kind)
	if err != nil {
		return File{}, err
	}
	return Read(ctx, raw, answers)
}

// Start takes a file in for looking at and returns the token
// under which it is. Invalid, Unsupported or TooLarge where the file can't be
// read at all, Conflict while another of theirs is being read; what is wrong with its
// rows is among the plan's problems. Where its headings leave questions the import is
// Unsettled.
func (s *Service) Start(ctx context.Context, actor authz.Actor, fileName string, raw []byte, choices Choices) (string, error) {
	if err := mayImport(actor); err != nil {
		return "", err
	}
	done, err := intake.Turn(ctx, s.pool, actor.Person)
	if err != nil {
		return "", err
	}
	defer done()
	n := newImport{fileName: fileName, choices: choices}
	if n.file, err = s.Read(ctx, actor, raw); err != nil {
		questions, ok := errors.AsType[*intake.Questions](err)
		if !ok {
			return "", err
		}
		n.file.SHA256, n.file.reading = sha256Of(raw), questions.Reading
		n.original, n.unsettled = raw, true
	} else if n.file.reading.ByAnswers() {
		n.original = raw
	}
	return s.store(ctx, actor, n)
}

// TakeIn takes a file in at once, for those who look at what it would do
// beforehand: all of it, or nothing where it has problems, which are returned.
func (s *Service) TakeIn(ctx context.Context, actor authz.Actor, fileName string, file File, choices Choices) (Summary, []intake.Problem, error) {
	token, err := s.store(ctx, actor, newImport{fileName: fileName, file: file, choices: choices})
	if err != nil {
		return Summary{}, nil, err
	}
	i, err := loadImport(ctx, s.pool, actor, token, s.door.Now())
	if err != nil {
		return Summary{}, nil, err
	}
	if i.Problems > 0 {
		problems, err := s.problems(ctx, i.id)
		return Summary{}, problems, err
	}
	if i.Empty() {
		return i.Summary, nil, nil
	}
	done, err := s.Apply(ctx, actor, token, Agreed{NewPosts: true})
	return done, nil, err
}

// problems are all the problems of a file.
func (s *Service) problems(ctx context.Context, id int64) ([]intake.Problem, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT lines FROM person_import_page WHERE import_id = $1 AND list = 'problems' ORDER BY page`, id)
	if err != nil {
		return nil, fmt.Errorf("listing a file's problems: %w", err)
	}
	pages, err := pgx.CollectRows(rows, pgx.RowTo[[]intake.Problem])
	if err != nil {
		return nil, fmt.Errorf("listing a file's problems: %w", err)
	}
	return slices.Concat(pages...), nil
}

func errNoImport() error {
	return fault.New(fault.NotFound, "取り込み中の名簿は見つかりません。名簿は一日だけ残ります。もう一度ファイルを選んでください。")
}

// importRow is a row of person_import, without the file.
type importRow struct {
	ID        int64
	FileName  string
	MadeAt    time.Time
	AppliedAt *time.Time
	Choices   Choices
	Summary   Summary
	Digest    []byte
	Headings  []intake.Heading
	Unsettled bool
}

// loadImport loads what the actor has handed in, and is not over now.
func loadImport(ctx context.Context, db postgres.Querier, actor authz.Actor, token string, now time.Time) (Import, error) {
	rows, err := db.Query(ctx, `
		SELECT id, file_name, made_at, applied_at, choices, summary, digest, headings, unsettled FROM person_import
		WHERE token = @token AND person_id IS NOT DISTINCT FROM nullif(@person, 0::bigint) AND made_at > @after`,
		pgx.StrictNamedArgs{"token": token, "person": actor.Person, "after": now.Add(-importLife)})
	if err != nil {
		return Import{}, fmt.Errorf("loading a personnel file: %w", err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[importRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return Import{}, errNoImport()
	}
	if err != nil {
		return Import{}, fmt.Errorf("loading a personnel file: %w", err)
	}
	i := Import{
		Token: token, FileName: row.FileName, MadeAt: row.MadeAt, Choices: row.Choices, Summary: row.Summary,
		Headings: table.Reading(row.Headings), Unsettled: row.Unsettled, id: row.ID, digest: row.Digest,
	}
	if row.AppliedAt != nil {
		i.AppliedAt = *row.AppliedAt
	}
	return i, nil
}

// Import returns a file that the actor has handed in, with a page of
// each list of its plan; NotFound if it is not theirs, or a day old.
func (s *Service) Import(ctx context.Context, actor authz.Actor, token string, at Pages) (Import, Lists, error) {
	var lists Lists
	if err := mayImport(actor); err != nil {
		return Import{}, lists, err
	}
	now := s.door.Now()
	i, err := loadImport(ctx, s.pool, actor, token, now)
	if fault.KindOf(err) == fault.NotFound {
		// whoever comes late finds nothing, and neither does anybody after them
		if _, err := s.pool.Exec(ctx, forgetImports, pgx.StrictNamedArgs{"until": now.Add(-importLife)}); err != nil {
			return Import{}, lists, fmt.Errorf("removing what is over: %w", err)
		}
	}
	if err != nil {
		return Import{}, lists, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT list, lines FROM person_import_page
		WHERE import_id = @id AND (list, page) IN (('added', @added), ('changed', @changed), ('ended', @ended), ('problems', @problems))`,
		pgx.StrictNamedArgs{"id": i.id, "added": at.Added, "changed": at.Changed, "ended": at.Ended, "problems": at.Problems})
	if err != nil {
		return Import{}, lists, fmt.Errorf("loading a plan's pages: %w", err)
	}
	into := map[string]any{"added": &lists.Added, "changed": &lists.Changed, "ended": &lists.Ended, "problems": &lists.Problems}
	var (
		list  string
		lines []byte
	)
	_, err = pgx.ForEachRow(rows, []any{&list, &lines}, func() error { return json.Unmarshal(lines, into[list]) })
	if err != nil {
		return Import{}, lists, fmt.Errorf("loading a plan's pages: %w", err)
	}
	return i, lists, nil
}

// Choose plans a file anew with other choices, on the organization as
// it is now.
func (s *Service) Choose(ctx context.Context, actor authz.Actor, token string, choices Choices) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		i, file, err := lockImport(ctx, tx, actor, token)
		if err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "person_import", ID: i.id}, Fields: []string{"choices"}}
		return effect, storePlan(ctx, tx, actor, i.id, file, choices)
	})
	if err != nil {
		return fmt.Errorf("choosing for a personnel file: %w", err)
	}
	return nil
}

// lockImport allows work on a file that is not applied yet, and locks
// it. Conflict while its headings are not settled.
func lockImport(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, File, error) {
	i, err := lockRow(ctx, tx, actor, token)
	if err != nil {
		return Import{}, File{}, err
	}
	if i.Unsettled {
		return Import{}, File{}, fault.New(fault.Conflict, "この名簿は、見出しの読み方が決まっていません。画面を開き直して、先に見出しの読み方を決めてください。")
	}
	var packed []byte
	if err := tx.QueryRow(ctx, `SELECT file FROM person_import WHERE id = $1`, i.id).Scan(&packed); err != nil {
		return Import{}, File{}, fmt.Errorf("loading a personnel file: %w", err)
	}
	file, err := unpack(packed)
	return i, file, err
}

// lockRow is lockImport whether the headings are settled or not.
func lockRow(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, error) {
	if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
		return Import{}, err
	}
	if _, err := tx.Exec(ctx, `SELECT FROM person_import WHERE token = $1 FOR UPDATE`, token); err != nil {
		return Import{}, fmt.Errorf("locking a personnel file: %w", err)
	}
	i, err := loadImport(ctx, tx, actor, token, tx.Now)
	if err != nil {
		return Import{}, err
	}
	if !i.AppliedAt.IsZero() {
		return Import{}, errApplied()
	}
	return i, nil
}

func errApplied() error {
	return fault.New(fault.Conflict, "この名簿は、すでに取り込みました。続けて取り込むときは、もう一度ファイルを選んでください。")
}
