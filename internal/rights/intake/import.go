package intake

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/sheet/intake"
	"kagami/internal/trail"
)

// Service takes ledgers in and hands the portal's out.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	rights *rights.Service
	ties   Ties
}

// Ties are what is handed in by other rooms. What is nil is not there.
type Ties struct {
	// Accounts are those of the town's directories that no right of the ledger is of, as far
	// as the actor may know of them.
	Accounts func(ctx context.Context, actor authz.Actor, most int) ([]Account, error)
	// Carried is how far what people may use of systems has reached these, as far as the actor
	// may know of it.
	Carried func(ctx context.Context, actor authz.Actor, uses []Use) (map[Use]Carried, error)
}

// Use is that somebody uses a system, by the ids of both.
type Use struct{ Person, System int64 }

// Carried is how far that has reached the system, in words.
type Carried struct {
	State       string
	Differences []string      // between the ledger and the directory
	Since       calendar.Date // since when the first of these is known; zero for none
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, ledger *rights.Service, ties Ties) *Service {
	return &Service{pool, d, ledger, ties}
}

// Import is a ledger that somebody looks at before it is taken in. It is there for a day, and
// for whoever handed it in.
type Import struct {
	Token     string // finds it
	FileName  string
	MadeAt    time.Time
	AppliedAt time.Time // zero while it is not
	Summary
	// Headings are how the file's headings are read, where their words alone do not say it: as
	// long as they are there, they can be settled anew.
	Headings intake.Reading
	// Unsettled says that they must be, before there is a plan.
	Unsettled bool

	id     int64
	digest []byte
}

// Summary is a plan in numbers.
type Summary struct {
	Rows      int
	New       int // taken in
	Left      int // not taken in
	Only      int // in the ledger alone
	Clashing  int // of those taken in: what one person should not have beside another
	Unchanged int
	Problems  int
	Ignored   []string // headings of columns that are not read
}

// Pages says which page of each list to show, from 0.
type Pages struct{ New, Left, Only, Clashing, Problems int }

// Lists are a page of each list of a plan.
type Lists struct {
	New, Left, Only, Clashing []Line
	Problems                  []intake.Problem
}

const (
	// OnPage is how many lines a page of a list has.
	OnPage     = 100
	importLife = 24 * time.Hour // how long a file is there to be looked at and taken in
	longName   = 200            // characters of a file's name that are kept
)

// where is what taking in is about, as far as it is known before the lines are.
func where(actor authz.Actor) authz.Matter {
	if own := actor.Sections(authz.RecordRights); actor.Reach(authz.RecordRights) != authz.All && len(own) > 0 {
		return authz.Matter{SystemsSection: own[0]}
	}
	return authz.Matter{}
}

func mayRecord(actor authz.Actor) error {
	_, err := authz.Check(actor, authz.RecordRights, where(actor))
	return err
}

// Start takes a file in for looking at and returns the token under which it is. Invalid,
// Unsupported or TooLarge where the file can't be read at all, Conflict while another of
// theirs is being read; what is wrong with its lines is among the plan's problems. Where its
// headings leave questions the import is Unsettled.
func (s *Service) Start(ctx context.Context, actor authz.Actor, fileName string, raw []byte) (token string, err error) {
	if err := mayRecord(actor); err != nil {
		return "", err
	}
	done, err := intake.Turn(ctx, s.pool, actor.Person)
	if err != nil {
		return "", err
	}
	defer done()
	answers, err := intake.Recall(ctx, s.pool, table.Kind)
	if err != nil {
		return "", err
	}
	f, err := read(ctx, raw, answers, calendar.Day(s.door.Now()))
	questions, unsettled := errors.AsType[*intake.Questions](err)
	if err != nil && !unsettled {
		return "", err
	}
	headings := []intake.Heading{}
	switch {
	case unsettled:
		headings = questions.Headings
	case f.reading.ByAnswers():
		headings = f.reading.Headings
	}
	token = rand.Text()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.RecordRights, where(actor)); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM right_import WHERE made_at <= @until`, pgx.StrictNamedArgs{"until": tx.Now.Add(-importLife)}); err != nil {
			return door.Unchanged(), fmt.Errorf("removing ledgers that are over: %w", err)
		}
		var id int64
		err := tx.QueryRow(ctx, `
			INSERT INTO right_import (token, person_id, made_at, file_name, sha256, original, headings, unsettled, summary, digest)
			VALUES (@token, @person, @now, @name, @sha256, @original, @headings, @unsettled, '{}', '') RETURNING id`, pgx.StrictNamedArgs{
			"token": token, "person": actor.Person, "now": tx.Now, "name": shortName(fileName), "sha256": f.sha256, "original": raw, "headings": headings, "unsettled": unsettled,
		}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("storing a ledger: %w", err)
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "right_import", ID: id}, Fields: []string{"file"}}
		if unsettled {
			return effect, nil
		}
		return effect, s.storePlan(ctx, tx, actor, id, f)
	})
	return token, err
}

func shortName(name string) string {
	name = oneLine(name)
	if r := []rune(name); len(r) > longName {
		name = string(r[:longName])
	}
	return name
}

// planOf plans a file on the ledger as it is.
func planOf(ctx context.Context, db postgres.Querier, actor authz.Actor, f file, now time.Time) (state, plan, error) {
	st, err := load(ctx, db, actor, f, now)
	if err != nil {
		return st, plan{}, err
	}
	return st, makePlan(st, f), nil
}

// storePlan plans a file and stores the plan.
func (s *Service) storePlan(ctx context.Context, tx *door.Tx, actor authz.Actor, id int64, f file) error {
	st, p, err := planOf(ctx, tx, actor, f, tx.Now)
	if err != nil {
		return err
	}
	alone, count, err := only(ctx, tx, st, f, p)
	if err != nil {
		return err
	}
	digest, err := p.digest()
	if err != nil {
		return err
	}
	summary := Summary{
		Rows: len(f.rows), New: len(p.fresh), Left: len(p.left), Only: count, Clashing: len(p.clashing), Unchanged: p.unchanged, Problems: len(p.problems), Ignored: f.reading.Ignored(),
	}
	var batch pgx.Batch
	batch.Queue(`UPDATE right_import SET summary = @summary, digest = @digest WHERE id = @id`, pgx.StrictNamedArgs{"id": id, "summary": summary, "digest": digest})
	batch.Queue(`DELETE FROM right_import_page WHERE import_id = @id`, pgx.StrictNamedArgs{"id": id})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("storing a plan: %w", err)
	}
	var pages [][]any
	for name, list := range map[string][]Line{"new": p.fresh, "left": p.left, "only": alone, "clashing": p.clashing} {
		pages = append(pages, pagesOf(id, name, list)...)
	}
	pages = append(pages, pagesOf(id, "problems", p.problems)...)
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"right_import_page"}, []string{"import_id", "list", "page", "lines"}, pgx.CopyFromRows(pages)); err != nil {
		return fmt.Errorf("storing the pages of a plan: %w", err)
	}
	return nil
}

// pagesOf cuts a list into pages, each as the columns of a row.
func pagesOf[T any](id int64, name string, list []T) (pages [][]any) {
	for n := 0; len(list) > 0; n++ {
		cut := min(len(list), OnPage)
		pages = append(pages, []any{id, name, n, list[:cut]})
		list = list[cut:]
	}
	return pages
}

func errNoImport() error {
	return fault.New(fault.NotFound, "取り込み中の台帳は、見つかりません。台帳は一日だけ残ります。もう一度ファイルを選んでください。")
}

func errApplied() error {
	return fault.New(fault.Conflict, "この台帳は、もう取り込みました。続けて取り込むときは、もう一度ファイルを選んでください。")
}

// find returns what the actor has handed in, and is not over now.
func find(ctx context.Context, db postgres.Querier, actor authz.Actor, token string, now time.Time, lock string) (Import, error) {
	row, err := postgres.One[struct {
		ID        int64
		FileName  string
		MadeAt    time.Time
		AppliedAt *time.Time
		Summary   Summary
		Digest    []byte
		Headings  []intake.Heading
		Unsettled bool
	}](ctx, db, "loading a ledger", `
		SELECT id, file_name, made_at, applied_at, summary, digest, headings, unsettled FROM right_import
		WHERE token = @token AND person_id = @person AND made_at > @after `+lock, pgx.StrictNamedArgs{"token": token, "person": actor.Person, "after": now.Add(-importLife)})
	if errors.Is(err, pgx.ErrNoRows) {
		return Import{}, errNoImport()
	}
	if err != nil {
		return Import{}, err
	}
	i := Import{
		Token: token, FileName: row.FileName, MadeAt: row.MadeAt, Summary: row.Summary, Headings: table.Reading(row.Headings), Unsettled: row.Unsettled, id: row.ID, digest: row.Digest,
	}
	if row.AppliedAt != nil {
		i.AppliedAt = *row.AppliedAt
	}
	return i, nil
}

// Find returns a file that the actor has handed in, with a page of each list of its plan;
// NotFound where it is not theirs, or a day old.
func (s *Service) Find(ctx context.Context, actor authz.Actor, token string, at Pages) (Import, Lists, error) {
	var lists Lists
	if err := mayRecord(actor); err != nil {
		return Import{}, lists, err
	}
	i, err := find(ctx, s.pool, actor, token, s.door.Now(), "")
	if err != nil {
		return Import{}, lists, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT list, lines FROM right_import_page WHERE import_id = @id AND (list, page) IN (('new', @new), ('left', @left), ('only', @only), ('clashing', @clashing), ('problems', @problems))`,
		pgx.StrictNamedArgs{"id": i.id, "new": at.New, "left": at.Left, "only": at.Only, "clashing": at.Clashing, "problems": at.Problems})
	if err != nil {
		return Import{}, lists, fmt.Errorf("loading the pages of a plan: %w", err)
	}
	into := map[string]any{"new": &lists.New, "left": &lists.Left, "only": &lists.Only, "clashing": &lists.Clashing, "problems": &lists.Problems}
	var (
		list  string
		lines []byte
	)
	if _, err := pgx.ForEachRow(rows, []any{&list, &lines}, func() error { return json.Unmarshal(lines, into[list]) }); err != nil {
		return Import{}, lists, fmt.Errorf("loading the pages of a plan: %w", err)
	}
	return i, lists, nil
}

// Headings returns a file whose headings the actor can settle. Conflict where there is nothing
// to settle.
func (s *Service) Headings(ctx context.Context, actor authz.Actor, token string) (Import, error) {
	if err := mayRecord(actor); err != nil {
		return Import{}, err
	}
	i, err := find(ctx, s.pool, actor, token, s.door.Now(), "")
	switch {
	case err != nil:
		return Import{}, err
	case !i.AppliedAt.IsZero():
		return Import{}, errApplied()
	case len(i.Headings.Headings) == 0:
		return Import{}, fault.New(fault.Conflict, "この台帳の見出しに、決めることはありません。")
	}
	return i, nil
}

// original is the file itself.
func (s *Service) original(ctx context.Context, i Import) (raw []byte, err error) {
	if err := s.pool.QueryRow(ctx, `SELECT original FROM right_import WHERE id = @id`, pgx.StrictNamedArgs{"id": i.id}).Scan(&raw); err != nil {
		return nil, fmt.Errorf("loading the file of a ledger: %w", err)
	}
	if len(raw) == 0 { // taken in meanwhile
		return nil, errApplied()
	}
	return raw, nil
}

// Settle reads a file by the columns that the actor has chosen for its headings, each by the
// heading's field, plans it anew, and remembers what was chosen for the next file. Invalid, at
// the fields, where the headings can't be read so; Conflict where there is nothing to settle.
func (s *Service) Settle(ctx context.Context, actor authz.Actor, token string, chosen func(field string) string) error {
	i, err := s.Headings(ctx, actor, token)
	if err != nil {
		return err
	}
	headings, err := table.Settle(i.Headings.Headings, chosen)
	if err != nil {
		return err
	}
	f, done, err := s.readAgain(ctx, actor, i, headings)
	if err != nil {
		return err
	}
	defer done()
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		i, err := lock(ctx, tx, actor, token)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE right_import SET headings = @headings, unsettled = false WHERE id = @id`, pgx.StrictNamedArgs{"id": i.id, "headings": headings}); err != nil {
			return door.Unchanged(), fmt.Errorf("storing how headings are read: %w", err)
		}
		if err := table.Remember(ctx, tx, headings); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "right_import", ID: i.id}, Fields: []string{"headings"}}, s.storePlan(ctx, tx, actor, i.id, f)
	})
}

// readAgain reads a file once more in a turn of the actor, by how its headings are settled.
func (s *Service) readAgain(ctx context.Context, actor authz.Actor, i Import, headings []intake.Heading) (f file, done func(), err error) {
	done, err = intake.Turn(ctx, s.pool, actor.Person)
	if err != nil {
		return f, nil, err
	}
	raw, err := s.original(ctx, i)
	if err == nil {
		f, err = read(ctx, raw, intake.AnswersOf(headings), calendar.Day(s.door.Now()))
	}
	if err != nil {
		done()
		return f, nil, err
	}
	return f, done, nil
}

// lock allows work on a file that is not taken in yet, and locks it.
func lock(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, error) {
	if err := tx.Allow(authz.RecordRights, where(actor)); err != nil {
		return Import{}, err
	}
	i, err := find(ctx, tx, actor, token, tx.Now, "FOR UPDATE")
	if err == nil && !i.AppliedAt.IsZero() {
		err = errApplied()
	}
	return i, err
}

// errOtherPlan says that the ledger has changed since a plan was shown.
var errOtherPlan = errors.New("the plan is not the one that was shown")

// writeTime is how long one statement may take that takes a ledger in.
const writeTime = "2min"

// Apply takes in what the plan of a file says, all of it or nothing. Conflict while the file
// has problems, where there is nothing to take in, and where the ledger has changed so that
// the plan would be another: then that one is stored to be looked at.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, token string) error {
	if err := mayRecord(actor); err != nil {
		return err
	}
	i, err := find(ctx, s.pool, actor, token, s.door.Now(), "")
	switch {
	case err != nil:
		return err
	case !i.AppliedAt.IsZero():
		return errApplied()
	case i.Unsettled:
		return fault.New(fault.Conflict, "この台帳は、見出しの読み方が決まっていません。画面を開き直して、先に見出しの読み方を決めてください。")
	}
	f, done, err := s.readAgain(ctx, actor, i, i.Headings.Headings)
	if err != nil {
		return err
	}
	defer done()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) { return s.apply(ctx, tx, actor, token, f) })
	if !errors.Is(err, errOtherPlan) {
		return err
	}
	if err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		i, err := lock(ctx, tx, actor, token)
		if err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "right_import", ID: i.id}, Fields: []string{"plan"}}, s.storePlan(ctx, tx, actor, i.id, f)
	}); err != nil {
		return err
	}
	return fault.Wrap(err, fault.Conflict, "確かめた後に、台帳か体制か日付が変わりました。いまの台帳に合わせて作り直した内容を表示しています。もう一度確かめてから、取り込んでください。")
}

func (s *Service) apply(ctx context.Context, tx *door.Tx, actor authz.Actor, token string, f file) (door.Effect, error) {
	if err := tx.Take(ctx, "imports of rights"); err != nil {
		return door.Unchanged(), err
	}
	i, err := lock(ctx, tx, actor, token)
	if err != nil {
		return door.Unchanged(), err
	}
	if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', @time, true)`, pgx.StrictNamedArgs{"time": writeTime}); err != nil {
		return door.Unchanged(), fmt.Errorf("giving an import its time: %w", err)
	}
	_, p, err := planOf(ctx, tx, actor, f, tx.Now)
	if err != nil {
		return door.Unchanged(), err
	}
	digest, err := p.digest()
	switch {
	case err != nil:
		return door.Unchanged(), err
	case !bytes.Equal(digest, i.digest):
		return door.Unchanged(), errOtherPlan
	case len(p.problems) > 0:
		return door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("直すところが%d件あります。ファイルを直して、もう一度選んでください。何も変更されていません。", len(p.problems)))
	case len(p.entries) == 0:
		return door.Unchanged(), fault.New(fault.Conflict, "この台帳に、新しく取り込むものはありません。")
	}
	for _, section := range p.sections {
		if err := tx.Allow(authz.RecordRights, authz.Matter{SystemsSection: section}); err != nil {
			return door.Unchanged(), err
		}
	}
	effects, err := s.rights.Record(ctx, tx, actor, rights.FromLedger, p.entries)
	if err != nil {
		return door.Unchanged(), err
	}
	if err := tx.Record(ctx, effects); err != nil {
		return door.Unchanged(), err
	}
	if _, err := tx.Exec(ctx, `UPDATE right_import SET applied_at = @now, original = '', headings = '[]' WHERE id = @id`, pgx.StrictNamedArgs{"id": i.id, "now": tx.Now}); err != nil {
		return door.Unchanged(), fmt.Errorf("closing an import: %w", err)
	}
	return door.Effect{
		Subject: trail.Subject{Kind: "right_import", ID: i.id}, Fields: []string{"applied"},
		Confidential: map[string]any{"file_name": i.FileName, "sha256": hex.EncodeToString(f.sha256), "new": len(p.fresh), "unchanged": p.unchanged},
	}, nil
}
