package personnel

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Import is a personnel file that somebody looks at before it is
// applied. It is there for a day, and for whoever handed it in.
type Import struct {
	Token     string // its address
	FileName  string
	MadeAt    time.Time
	AppliedAt time.Time // zero while it is not
	Choices   Choices
	Summary

	id     int64
	file   []byte
	digest []byte
}

// Summary is a plan in numbers.
type Summary struct {
	Rows      int
	From      calendar.Date // the first day on which somebody's posts change; zero for none
	Added     int
	Changed   int
	Ended     int
	NewPeople int
	NewPosts  int
	Unchanged int
	Problems  int
	Notes     []Problem // what somebody should look at and the file does not change
	Ignored   []string
}

// Empty tells whether there is nothing to do.
func (s Summary) Empty() bool { return s.Added+s.Changed+s.Ended == 0 }

// Summary is the plan in numbers; rows is how many the file has.
func (p Plan) Summary(file File) Summary {
	return Summary{
		Rows: len(file.Rows) + len(file.Numbers), From: p.From, Added: len(p.Added), Changed: len(p.Changed), Ended: len(p.Ended),
		NewPeople: p.NewPeople, NewPosts: p.NewPosts, Unchanged: p.Unchanged, Problems: len(p.Problems), Notes: p.Notes, Ignored: p.Ignored,
	}
}

// Pages says which page of each list to show, from 0.
type Pages struct{ Added, Changed, Ended, Problems int }

// Lists are a page of each list of a plan.
type Lists struct {
	Added, Changed, Ended []Line
	Problems              []Problem
}

// OnPage is how many lines a page of a list has.
const OnPage = 100

// importLife is how long a file is there to be looked at and applied.
const importLife = 24 * time.Hour

// forgetImports removes the files handed in until $1, applied or not, with the
// pages of their plans.
const forgetImports = `DELETE FROM person_import WHERE made_at <= $1`

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

// Start takes a file in for looking at and returns the token
// under which it is. Invalid, Unsupported or TooLarge where the file can't be
// read at all; what is wrong with its rows is among the plan's problems.
func (s *Service) Start(ctx context.Context, actor authz.Actor, fileName string, raw []byte, choices Choices) (string, error) {
	if err := mayImport(actor); err != nil {
		return "", err
	}
	file, err := Read(raw)
	if err != nil {
		return "", err
	}
	return s.store(ctx, actor, fileName, file, choices)
}

// store keeps a file with its plan.
func (s *Service) store(ctx context.Context, actor authz.Actor, fileName string, file File, choices Choices) (string, error) {
	token := rand.Text()
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, forgetImports, tx.Now.Add(-importLife)); err != nil {
			return door.Unchanged(), fmt.Errorf("removing what is over: %w", err)
		}
		packed, err := pack(file)
		if err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO person_import (token, person_id, made_at, file_name, sha256, file, choices, summary, digest)
			VALUES ($1, nullif($2, 0::bigint), $3, $4, $5, $6, '{}', '{}', '') RETURNING id`,
			token, actor.Person, tx.Now, shortName(fileName), file.SHA256, packed).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("keeping a personnel file: %w", err)
		}
		effect := door.Effect{
			Subject: trail.Subject{Kind: "person_import", ID: id}, Fields: []string{"file"},
			Confidential: map[string]any{"file_name": fileName, "sha256": hex.EncodeToString(file.SHA256)},
		}
		return effect, storePlan(ctx, tx, actor, id, file, choices)
	})
	if err != nil {
		return "", fmt.Errorf("taking a personnel file in: %w", err)
	}
	return token, nil
}

// shortName is a file's name as it is kept: no longer than a cell may be.
func shortName(name string) string {
	runes := []rune(name)
	return string(runes[:min(len(runes), maxCell)])
}

// TakeIn takes a file in at once, for those who look at what it would do
// beforehand: all of it, or nothing where it has problems, which are returned.
func (s *Service) TakeIn(ctx context.Context, actor authz.Actor, fileName string, file File, choices Choices) (Summary, []Problem, error) {
	token, err := s.store(ctx, actor, fileName, file, choices)
	if err != nil {
		return Summary{}, nil, err
	}
	i, err := loadImport(ctx, s.pool, actor, token, s.door.Now(), importColumns, "")
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
	done, err := s.Apply(ctx, actor, token)
	return done, nil, err
}

// problems are all the problems of a file.
func (s *Service) problems(ctx context.Context, id int64) ([]Problem, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT lines FROM person_import_page WHERE import_id = $1 AND list = 'problems' ORDER BY page`, id)
	if err != nil {
		return nil, fmt.Errorf("listing a file's problems: %w", err)
	}
	pages, err := pgx.CollectRows(rows, pgx.RowTo[[]Problem])
	if err != nil {
		return nil, fmt.Errorf("listing a file's problems: %w", err)
	}
	return slices.Concat(pages...), nil
}

// storePlan plans anew and keeps the plan for its page.
func storePlan(ctx context.Context, tx *door.Tx, actor authz.Actor, id int64, file File, choices Choices) error {
	state, err := loadState(ctx, tx, actor, file, tx.Today())
	if err != nil {
		return err
	}
	plan := makePlan(state, file, choices)
	digest, err := plan.digest()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE person_import SET choices = $2, summary = $3, digest = $4 WHERE id = $1`, id, choices, plan.Summary(file), digest)
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM person_import_page WHERE import_id = $1`, id)
	}
	if err != nil {
		return fmt.Errorf("keeping a plan: %w", err)
	}
	var pages [][]any
	for _, list := range []struct {
		name  string
		pages [][]any
	}{{"added", pagesOf(plan.Added)}, {"changed", pagesOf(plan.Changed)}, {"ended", pagesOf(plan.Ended)}, {"problems", pagesOf(plan.Problems)}} {
		for n, lines := range list.pages {
			pages = append(pages, []any{id, list.name, n, lines[0]})
		}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"person_import_page"}, []string{"import_id", "list", "page", "lines"}, pgx.CopyFromRows(pages))
	if err != nil {
		return fmt.Errorf("keeping a plan's pages: %w", err)
	}
	return nil
}

// pagesOf cuts a list into pages, each as a column's value.
func pagesOf[T any](list []T) [][]any {
	var pages [][]any
	for len(list) > 0 {
		n := min(len(list), OnPage)
		pages = append(pages, []any{list[:n]})
		list = list[n:]
	}
	return pages
}

// digest tells plans apart by what they show.
func (p Plan) digest() ([]byte, error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(p); err != nil {
		return nil, fmt.Errorf("writing a plan: %w", err)
	}
	return h.Sum(nil), nil
}

// pack is what was read of a file, as it is kept.
func pack(file File) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := json.NewEncoder(w).Encode(file); err != nil {
		return nil, fmt.Errorf("packing a personnel file: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing a personnel file: %w", err)
	}
	return b.Bytes(), nil
}

func unpack(packed []byte) (file File, err error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(r).Decode(&file)
	}
	if err != nil {
		return File{}, fmt.Errorf("unpacking a personnel file: %w", err)
	}
	return file, nil
}

func errNoImport() error {
	return fault.New(fault.NotFound, "取り込み中の名簿は見つかりません。名簿は一日だけ残ります。もう一度ファイルを選んでください。")
}

const importColumns = `id, file_name, made_at, applied_at, choices, summary, digest`

// loadImport loads what the actor has handed in, and is not over now;
// columns are importColumns and possibly the file.
func loadImport(ctx context.Context, db postgres.Querier, actor authz.Actor, token string, now time.Time, columns, lock string) (Import, error) {
	rows, err := db.Query(ctx, `
		SELECT `+columns+` FROM person_import
		WHERE token = $1 AND person_id IS NOT DISTINCT FROM nullif($2, 0::bigint) AND made_at > $3 `+lock, token, actor.Person, now.Add(-importLife))
	if err != nil {
		return Import{}, fmt.Errorf("loading a personnel file: %w", err)
	}
	i, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Import, error) {
		i := Import{Token: token}
		var applied *time.Time
		into := []any{&i.id, &i.FileName, &i.MadeAt, &applied, &i.Choices, &i.Summary, &i.digest}
		if columns != importColumns {
			into = append(into, &i.file)
		}
		err := row.Scan(into...)
		if applied != nil {
			i.AppliedAt = *applied
		}
		return i, err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Import{}, errNoImport()
	}
	if err != nil {
		return Import{}, fmt.Errorf("loading a personnel file: %w", err)
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
	i, err := loadImport(ctx, s.pool, actor, token, now, importColumns, "")
	if fault.KindOf(err) == fault.NotFound {
		// whoever comes late finds nothing, and neither does anybody after them
		if _, err := s.pool.Exec(ctx, forgetImports, now.Add(-importLife)); err != nil {
			return Import{}, lists, fmt.Errorf("removing what is over: %w", err)
		}
	}
	if err != nil {
		return Import{}, lists, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT list, lines FROM person_import_page
		WHERE import_id = $1 AND (list, page) IN (('added', $2), ('changed', $3), ('ended', $4), ('problems', $5))`,
		i.id, at.Added, at.Changed, at.Ended, at.Problems)
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
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
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
// it.
func lockImport(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, File, error) {
	if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
		return Import{}, File{}, err
	}
	i, err := loadImport(ctx, tx, actor, token, tx.Now, importColumns+", file", "FOR UPDATE")
	if err != nil {
		return Import{}, File{}, err
	}
	if !i.AppliedAt.IsZero() {
		return Import{}, File{}, fault.New(fault.Conflict, "この名簿は、すでに取り込みました。続けて取り込むときは、もう一度ファイルを選んでください。")
	}
	file, err := unpack(i.file)
	return i, file, err
}

// errOtherPlan says that the organization has changed since a plan was shown.
var errOtherPlan = errors.New("the plan is not the one that was shown")

// Apply does what the plan of a file says, all of it or nothing.
// Conflict while the file has problems, and where the organization has changed
// so that the plan would be another: then that one is kept to be looked at.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, token string) (Summary, error) {
	var done Import
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (effect door.Effect, err error) {
		done, effect, err = s.apply(ctx, tx, actor, token)
		return effect, err
	})
	if errors.Is(err, errOtherPlan) {
		if err := s.Choose(ctx, actor, token, done.Choices); err != nil {
			return Summary{}, err
		}
		return Summary{}, fault.Wrap(err, fault.Conflict, "確かめた後に、体制か日付が変わりました。いまの体制に合わせて作り直した内容を表示しています。もう一度確かめてから、取り込んでください。")
	}
	if err != nil {
		return Summary{}, fmt.Errorf("applying a personnel file: %w", err)
	}
	return done.Summary, nil
}

// applyTime is how long one statement of an import may take.
const applyTime = "5min"

func (s *Service) apply(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, door.Effect, error) {
	i, file, err := lockImport(ctx, tx, actor, token)
	if err != nil {
		return i, door.Unchanged(), err
	}
	if err := org.HoldChanges(ctx, tx); err != nil {
		return i, door.Unchanged(), err
	}
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', $1, true)`, applyTime); err != nil {
		return i, door.Unchanged(), fmt.Errorf("giving an import its time: %w", err)
	}
	state, err := loadState(ctx, tx, actor, file, tx.Today())
	if err != nil {
		return i, door.Unchanged(), err
	}
	plan := makePlan(state, file, i.Choices)
	digest, err := plan.digest()
	switch {
	case err != nil:
		return i, door.Unchanged(), err
	case !bytes.Equal(digest, i.digest):
		return i, door.Unchanged(), errOtherPlan
	case len(plan.Problems) > 0:
		return i, door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("直すところが%d件あります。ファイルを直して、もう一度選んでください。何も変更されていません。", len(plan.Problems)))
	case plan.Empty():
		return i, door.Unchanged(), fault.New(fault.Conflict, "この名簿のとおりになっているため、変えるところはありません。")
	}
	effect := door.Effect{
		Subject: trail.Subject{Kind: "person_import", ID: i.id}, Fields: []string{"applied"},
		Confidential: map[string]any{
			"file_name": i.FileName, "sha256": hex.EncodeToString(file.SHA256), "whole": i.Choices.Whole,
			"added": len(plan.Added), "changed": len(plan.Changed), "ended": len(plan.Ended), "people": plan.NewPeople, "posts": plan.NewPosts,
		},
	}
	if effect.Also, err = plan.changes.Make(ctx, tx); err != nil {
		return i, door.Unchanged(), err
	}
	_, err = tx.Exec(ctx, `UPDATE person_import SET applied_at = $2, file = '' WHERE id = $1`, i.id, tx.Now)
	return i, effect, err
}
