package intake

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/choice"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/progress"
	"kagami/internal/asset/many"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
	"kagami/internal/trail"
)

// Import is a register that somebody has handed in, and looks at before it is taken in.
// It is there for a day, and for whoever handed it in.
type Import struct {
	Token     string // finds it
	FileName  string
	MadeAt    time.Time
	AppliedAt time.Time // zero while it is not
	Choices   choice.Choices
	Progress  progress.Progress // of what is being done with it
	Summary

	id     int64
	digest []byte
}

// Summary is what taking a register in would do, in numbers.
type Summary struct {
	Rows, Added, Changed, Unchanged, Drafts int
	Faulty                                  int // rows with something wrong
	Fresh                                   int // of Added, that are drafts
	Elsewhere                               int // rows of sections that are not theirs
	Faults                                  int
	Open                                    int // of Alike, of which nothing is chosen
	Clashing                                int // of Clashes, of which nothing is chosen
	Unfounded                               int // of Changed, that need a reason
	Earlier                                 int // rows whose last look is later in the register, and stays
	Clashes, Alike, Levels                  int
	Headings                                []Heading
	Ignored, Unread                         []string
	Advice                                  []string
}

// Seal is the plan that is shown: another plan, or another choice, has another one.
func (i Import) Seal() string { return hex.EncodeToString(i.digest) }

// Empty tells whether there is nothing to take in, whatever is chosen of what is open.
func (s Summary) Empty() bool { return s.Added+s.Changed+s.Clashing+s.Open == 0 }

// Registered is how much of what is added is no draft.
func (s Summary) Registered() int { return s.Added - s.Fresh }

// Of is how much stands in a list.
func (s Summary) Of(list List) int {
	return map[List]int{Faults: s.Faults, Clashing: s.Clashes, Alike: s.Alike, Levels: s.Levels, Changed: s.Changed, Added: s.Added}[list]
}

// mostAdvice is how many different things are said to look at.
const mostAdvice = 30

func (p Plan) summary() Summary {
	advice := p.unasked()
	return Summary{
		Rows: p.Rows, Added: p.Added, Changed: p.Changed, Unchanged: p.Unchanged, Drafts: p.Drafts, Faulty: p.Faulty, Fresh: p.Fresh, Elsewhere: p.Elsewhere, Headings: p.Headings, Faults: len(p.Problems), Open: p.Open,
		Unfounded: p.Unfounded, Earlier: p.Earlier, Clashing: p.Clashing, Clashes: p.lists.count(Clashing), Alike: p.lists.count(Alike), Levels: p.lists.count(Levels), Ignored: p.Ignored, Unread: p.Unread, Advice: advice[:min(len(advice), mostAdvice)],
	}
}

// Shown are the lines of a page of each list.
type Shown struct {
	Faults         []Fault
	Clashes        []ClashQuestion
	Alike          []AlikeQuestion
	Levels         []LevelQuestion
	Changed, Added []Line
}

// importLife is how long a file is there to be looked at and taken in.
const importLife = 24 * time.Hour

// forgetImports removes the files handed in until @until, with the pages of their plans.
const forgetImports = `DELETE FROM asset_import WHERE made_at <= @until`

// mostWaiting is how many files of a person wait to be taken in: the oldest goes when there
// is one more.
const mostWaiting = 3

// forgetOldest removes the person's oldest waiting files but @most.
const forgetOldest = `
	DELETE FROM asset_import WHERE id IN (
		SELECT id FROM asset_import WHERE person_id = @person AND applied_at IS NULL ORDER BY id DESC OFFSET @most)`

func mayImport(actor authz.Actor) error {
	if actor.Reach(authz.DraftAssets) < authz.Own {
		return fault.New(fault.Forbidden, "情報資産の登録は、あなたの役割ではできません。")
	}
	return nil
}

// allow allows work on an import to who may at least draft the assets of any section.
func allow(tx *door.Tx, actor authz.Actor) error {
	action := authz.ChangeAssets
	if actor.Reach(action) < authz.Own {
		action = authz.DraftAssets
	}
	var section int64
	if list := actor.Sections(action); len(list) > 0 {
		section = list[0]
	}
	return tx.Allow(action, authz.Matter{OwnersSection: section})
}

// longestName is how much of a file's name is kept, in characters.
const longestName = 200

func shortName(name string) string {
	runes := []rune(name)
	return string(runes[:min(len(runes), longestName)])
}

// Start takes a file in for looking at, and returns the token under which it is. The
// errors of Read; Conflict while another file of theirs is being read; what is wrong with
// its rows is among the plan's faults.
func (s *Service) Start(ctx context.Context, actor authz.Actor, fileName string, raw []byte, choices Choices) (token string, err error) {
	if err := mayImport(actor); err != nil {
		return "", err
	}
	done, err := intake.Turn(ctx, s.pool, actor.Person)
	if err != nil {
		return "", err
	}
	defer done()
	plan, err := s.planOf(ctx, actor, Import{FileName: fileName, Choices: choices}, raw)
	if err != nil {
		return "", err
	}
	token = rand.Text()
	hash := sha256.Sum256(raw)
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := allow(tx, actor); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, forgetImports, pgx.StrictNamedArgs{"until": tx.Now.Add(-importLife)}); err != nil {
			return door.Unchanged(), fmt.Errorf("removing what is over: %w", err)
		}
		var id int64
		err := tx.QueryRow(ctx, `
			INSERT INTO asset_import (token, person_id, made_at, file_name, file, choices, summary, digest)
			VALUES (@token, @person, @now, @file_name, @file, '{}', '{}', '') RETURNING id`,
			pgx.StrictNamedArgs{"token": token, "person": actor.Person, "now": tx.Now, "file_name": shortName(fileName), "file": raw}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("storing a register: %w", err)
		}
		if _, err := tx.Exec(ctx, forgetOldest, pgx.StrictNamedArgs{"person": actor.Person, "most": mostWaiting}); err != nil {
			return door.Unchanged(), fmt.Errorf("removing the oldest: %w", err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "asset_import", ID: id}, Fields: []string{"file"},
			Confidential: map[string]any{"file_name": shortName(fileName), "sha256": hex.EncodeToString(hash[:])},
		}, storePlan(ctx, tx, id, plan, choices)
	})
	if err != nil {
		return "", fmt.Errorf("taking a register in for looking at: %w", err)
	}
	return token, nil
}

// read reads the file of an import, and tells that comparing it begins.
func (s *Service) read(ctx context.Context, i Import, raw []byte) (File, error) {
	file, err := ReadTelling(ctx, raw, func(rows int) { s.tell(progress.Reading, rows, i.Rows) })
	if err != nil {
		return File{}, err
	}
	file.Name = shortName(i.FileName)
	s.tell(progress.Comparing, 0, len(file.Rows))
	return file, nil
}

// planOf reads a file and plans it.
func (s *Service) planOf(ctx context.Context, actor authz.Actor, i Import, raw []byte) (Plan, error) {
	file, err := s.read(ctx, i, raw)
	if err != nil {
		return Plan{}, err
	}
	return s.Plan(ctx, actor, file, i.Choices)
}

// storePlan stores a plan for its page.
func storePlan(ctx context.Context, tx *door.Tx, id int64, plan Plan, choices choice.Choices) error {
	var batch pgx.Batch
	batch.Queue(`UPDATE asset_import SET choices = @choices, summary = @summary, digest = @digest WHERE id = @id`,
		pgx.StrictNamedArgs{"id": id, "choices": choices, "summary": plan.summary(), "digest": plan.digest})
	batch.Queue(`DELETE FROM asset_import_page WHERE import_id = @id`, pgx.StrictNamedArgs{"id": id})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("storing a plan: %w", err)
	}
	var rows [][]any
	for list, pages := range plan.lists {
		for n, lines := range pages.all() {
			rows = append(rows, []any{id, string(list), n, lines})
		}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"asset_import_page"}, []string{"import_id", "list", "page", "lines"}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("storing a plan's pages: %w", err)
	}
	return nil
}

// Handed is a file that somebody has handed in within a day.
type Handed struct {
	Token, FileName string
	MadeAt          time.Time
	Applied         bool
}

// Handed are the files that the actor has handed in and that are still there, the newest first.
func (s *Service) Handed(ctx context.Context, actor authz.Actor) ([]Handed, error) {
	return postgres.List[Handed](ctx, s.pool, "listing registers handed in", `
		SELECT token, file_name, made_at, applied_at IS NOT NULL AS applied FROM asset_import
		WHERE person_id = @person AND made_at > @after ORDER BY id DESC LIMIT @most`,
		pgx.StrictNamedArgs{"person": actor.Person, "after": s.door.Now().Add(-importLife), "most": mostHanded})
}

// mostHanded is how many of them are listed.
const mostHanded = 10

func errNoImport() error {
	return fault.New(fault.NotFound, "取り込み中の台帳は見つかりません。取り込む前の台帳は、新しいほうから3つまで、一日だけ残ります。もう一度ファイルを選んでください。")
}

func errApplied() error {
	return fault.New(fault.Conflict, "この台帳は、すでに取り込みました。続けて取り込むときは、もう一度ファイルを選んでください。")
}

// stored is a row of asset_import, without the file.
type stored struct {
	ID        int64
	FileName  string
	MadeAt    time.Time
	AppliedAt *time.Time
	Choices   choice.Choices
	Summary   Summary
	Digest    []byte
}

// load loads what the actor has handed in, and is not over now.
func (s *Service) load(ctx context.Context, db postgres.Querier, actor authz.Actor, token, lock string, now time.Time) (Import, error) {
	row, err := postgres.One[stored](ctx, db, "loading a register", `
		SELECT id, file_name, made_at, applied_at, choices, summary, digest FROM asset_import
		WHERE token = @token AND person_id = @person AND made_at > @after `+lock,
		pgx.StrictNamedArgs{"token": token, "person": actor.Person, "after": now.Add(-importLife)})
	if errors.Is(err, pgx.ErrNoRows) {
		return Import{}, errNoImport()
	}
	if err != nil {
		return Import{}, err
	}
	i := Import{Token: token, FileName: row.FileName, MadeAt: row.MadeAt, Choices: row.Choices, Summary: row.Summary, id: row.ID, digest: row.Digest}
	if row.AppliedAt != nil {
		i.AppliedAt = *row.AppliedAt
	}
	return i, nil
}

// Import returns a file that the actor has handed in, with a page of each list of its
// plan; NotFound if it is not theirs, or a day old.
func (s *Service) Import(ctx context.Context, actor authz.Actor, token string, at map[List]int) (Import, Shown, error) {
	var shown Shown
	if err := mayImport(actor); err != nil {
		return Import{}, shown, err
	}
	i, err := s.load(ctx, s.pool, actor, token, "", s.door.Now())
	if err != nil {
		return Import{}, shown, err
	}
	work, err := progress.Of(ctx, s.pool, i.id)
	if err != nil {
		return Import{}, shown, err
	}
	if !work.UnderWay { // it may have ended between the two looks
		if i, err = s.load(ctx, s.pool, actor, token, "", s.door.Now()); err != nil {
			return Import{}, shown, err
		}
	}
	i.Progress = work
	into := map[List]any{Faults: &shown.Faults, Clashing: &shown.Clashes, Alike: &shown.Alike, Levels: &shown.Levels, Changed: &shown.Changed, Added: &shown.Added}
	lists, numbers := make([]string, len(Lists)), make([]int, len(Lists))
	for n, list := range Lists {
		lists[n], numbers[n] = string(list), at[list]
	}
	rows, err := s.pool.Query(ctx, `
		SELECT p.list, p.lines FROM asset_import_page p JOIN unnest(@lists::text[], @pages::int[]) AS asked(list, page) USING (list, page)
		WHERE p.import_id = @id`, pgx.StrictNamedArgs{"id": i.id, "lists": lists, "pages": numbers})
	if err != nil {
		return Import{}, shown, fmt.Errorf("loading a plan's pages: %w", err)
	}
	var (
		list  string
		lines []byte
	)
	if _, err = pgx.ForEachRow(rows, []any{&list, &lines}, func() error { return json.Unmarshal(lines, into[List(list)]) }); err != nil {
		return Import{}, shown, fmt.Errorf("loading a plan's pages: %w", err)
	}
	return i, shown, nil
}

// FaultyRows are the rows of a file with something wrong, to be put right and handed in
// again: the columns of a register, and why. NotFound as for Import.
func (s *Service) FaultyRows(ctx context.Context, actor authz.Actor, token string) (sheet.Table, error) {
	if err := mayImport(actor); err != nil {
		return sheet.Table{}, err
	}
	i, err := s.load(ctx, s.pool, actor, token, "", s.door.Now())
	if err != nil {
		return sheet.Table{}, err
	}
	rows, err := s.pool.Query(ctx, `SELECT lines FROM asset_import_page WHERE import_id = @id AND list = 'faulty' ORDER BY page`, pgx.StrictNamedArgs{"id": i.id})
	if err != nil {
		return sheet.Table{}, fmt.Errorf("listing rows with faults: %w", err)
	}
	pages, err := pgx.CollectRows(rows, pgx.RowTo[[][]string])
	if err != nil {
		return sheet.Table{}, fmt.Errorf("listing rows with faults: %w", err)
	}
	out := sheet.Table{Columns: append(ledger.Table.Names(), whyColumn)}
	for _, page := range pages {
		for _, cells := range page {
			out.Rows = append(out.Rows, sheet.Texts(cells...))
		}
	}
	return out, nil
}

// Begin begins work on an import, of which its page says then how far it is. NotFound as for
// Import; Conflict where it is taken in already; progress.ErrUnderWay while something is done with it.
func (s *Service) Begin(ctx context.Context, actor authz.Actor, token string, act progress.Act) (*progress.Work, error) {
	if err := mayImport(actor); err != nil {
		return nil, err
	}
	i, err := s.load(ctx, s.pool, actor, token, "", s.door.Now())
	if err != nil {
		return nil, err
	}
	if !i.AppliedAt.IsZero() {
		return nil, errApplied()
	}
	return progress.Begin(ctx, s.pool, i.id, act)
}

// begin begins work on an import that is not taken in yet: its file, in the actor's turn.
func (s *Service) begin(ctx context.Context, actor authz.Actor, token string) (i Import, raw []byte, done func(), err error) {
	if err := mayImport(actor); err != nil {
		return Import{}, nil, nil, err
	}
	if i, err = s.load(ctx, s.pool, actor, token, "", s.door.Now()); err != nil {
		return Import{}, nil, nil, err
	}
	if !i.AppliedAt.IsZero() {
		return Import{}, nil, nil, errApplied()
	}
	if done, err = intake.Turn(ctx, s.pool, actor.Person); err != nil {
		return Import{}, nil, nil, err
	}
	if err = s.pool.QueryRow(ctx, `SELECT file FROM asset_import WHERE id = @id`, pgx.StrictNamedArgs{"id": i.id}).Scan(&raw); err != nil {
		done()
		return Import{}, nil, nil, fmt.Errorf("loading a register: %w", err)
	}
	return i, raw, done, nil
}

// Choose plans a file anew with what change makes of its choices, on the register as it
// is now. Conflict where it is taken in already, or was chosen for elsewhere meanwhile.
func (s *Service) Choose(ctx context.Context, actor authz.Actor, token string, change func(*Choices)) error {
	i, raw, done, err := s.begin(ctx, actor, token)
	if err != nil {
		return err
	}
	defer done()
	change(&i.Choices)
	i.Choices.Within(i.Rows)
	if err := fault.InvalidFields(i.Choices.CheckWhy(0)); err != nil {
		return err
	}
	plan, err := s.planOf(ctx, actor, i, raw)
	if err != nil {
		return err
	}
	return s.replan(ctx, actor, i, plan)
}

// replan stores another plan in the place of the one that was shown.
func (s *Service) replan(ctx context.Context, actor authz.Actor, i Import, plan Plan) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := allow(tx, actor); err != nil {
			return door.Unchanged(), err
		}
		now, err := s.load(ctx, tx, actor, i.Token, "FOR UPDATE", tx.Now)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case !now.AppliedAt.IsZero():
			return door.Unchanged(), errApplied()
		case !bytes.Equal(now.digest, i.digest):
			return door.Unchanged(), fault.New(fault.Conflict, "ほかの画面で、この台帳について選び直しています。いまの内容を確かめて、もう一度選んでください。")
		}
		return door.Effect{Subject: trail.Subject{Kind: "asset_import", ID: i.id}, Fields: []string{"choices"}}, storePlan(ctx, tx, i.id, plan, i.Choices)
	})
}

// WithoutField is the field of a form in which somebody agrees to leave out the rows that
// can't be read.
const WithoutField = "without"

// Agreed is what somebody agrees to.
type Agreed struct {
	Seal    string // of the plan that they have seen
	Without bool   // the rows with something wrong are left out
	Drafts  bool   // what leaves something open is registered as a draft; a plan that was seen shows them
}

// errOtherPlan says that the register has changed since a plan was shown.
var errOtherPlan = errors.New("the plan is not the one that was shown")

// Apply does what the plan of a file says that somebody has seen, all of it or nothing.
// Where change makes other choices than those of that plan, nothing is done but that the
// file is planned anew with them, to be looked at: then applied is false. Invalid while it
// is open what rows are, and where rows have something wrong that nobody has agreed to
// leave out. Conflict where there is nothing to do, while another register is being taken
// in, where another plan has taken the place of the one that they have seen, and where the
// register has changed so that the plan would be another: then that one is stored to be
// looked at.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, token string, agreed Agreed, change func(*Choices)) (applied bool, err error) {
	i, raw, done, err := s.begin(ctx, actor, token)
	if err != nil {
		return false, err
	}
	defer done()
	if agreed.Seal != i.Seal() {
		return false, fault.New(fault.Conflict, "この台帳は、ほかの画面で選び直したか、作り直しています。まだ取り込んでいません。いまの内容を表示しています。確かめてから、もう一度「取り込む」を押してください。")
	}
	seen := i.Choices.Text()
	change(&i.Choices)
	i.Choices.Within(i.Rows)
	if i.Choices.Text() != seen {
		plan, err := s.planOf(ctx, actor, i, raw)
		if err != nil {
			return false, err
		}
		return false, s.replan(ctx, actor, i, plan)
	}
	if err := i.ready(agreed); err != nil {
		return false, err
	}
	if err := s.apply(ctx, actor, i, raw); err != nil {
		return false, err
	}
	return true, nil
}

// ready tells why a plan can't be done as it is.
func (i Import) ready(agreed Agreed) error {
	if i.Empty() {
		return fault.New(fault.Conflict, "この台帳のとおりになっているため、変えるところはありません。")
	}
	var problems []fault.Problem
	if i.Clashing > 0 {
		problems = append(problems, fault.Problem{Field: string(Clashing), Message: fmt.Sprintf("ファイルと台帳の両方で変わっていて、どちらにするか決まっていない項目が%d件あります。先に選んでください。", i.Clashing)})
	}
	if i.Open > 0 {
		problems = append(problems, fault.Problem{Field: string(Alike), Message: fmt.Sprintf("登録されている情報資産と同じものかどうか、決まっていない行が%d行あります。先に選んでください。", i.Open)})
	}
	problems = append(problems, i.Choices.CheckWhy(i.Unfounded)...)
	if i.Faulty > 0 && !agreed.Without {
		problems = append(problems, fault.Problem{Field: WithoutField, Message: fmt.Sprintf("読めない行が%d行あります。ファイルを直して選び直すか、「読めない行を除いて取り込む」を選んでください。", i.Faulty)})
	}
	return fault.InvalidFields(problems)
}

// apply does what the plan says, if it is still that on the register as it is now.
func (s *Service) apply(ctx context.Context, actor authz.Actor, i Import, raw []byte) error {
	file, err := s.read(ctx, i, raw)
	if err != nil {
		return err
	}
	err = s.many.Change(ctx, actor, askedOf(file, i.Choices), func(tx *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		now, err := s.load(ctx, tx, actor, i.Token, "FOR UPDATE", tx.Now)
		if err != nil {
			return nil, err
		}
		if !now.AppliedAt.IsZero() {
			return nil, errApplied()
		}
		plan, err := planOn(ctx, tx, found, file, i.Choices, true)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(plan.digest, now.digest) {
			return nil, errOtherPlan
		}
		if _, err := tx.Exec(ctx, `UPDATE asset_import SET applied_at = @now, file = '', choices = @choices WHERE id = @id`,
			pgx.StrictNamedArgs{"id": i.id, "now": tx.Now, "choices": i.Choices}); err != nil {
			return nil, fmt.Errorf("ending an import: %w", err)
		}
		return told(plan, s.tell), nil
	})
	if errors.Is(err, errOtherPlan) {
		plan, err := s.Plan(ctx, actor, file, i.Choices)
		if err == nil {
			err = s.replan(ctx, actor, i, plan)
		}
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "確かめた後に、台帳か日付が変わりました。いまの台帳に合わせて作り直した内容を表示しています。もう一度確かめてから、取り込んでください。")
	}
	if err != nil {
		return fmt.Errorf("taking a register in: %w", err)
	}
	return nil
}
