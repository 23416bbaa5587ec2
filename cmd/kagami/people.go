package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org/personnel"
	"kagami/internal/postgres"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
	"kagami/migrations"
)

type peopleCommand struct {
	Import peopleImportCommand `cmd:"" help:"人事担当課の名簿（.xlsx か CSV）を取り込みます。"`
}

type peopleImportCommand struct {
	database
	File   string `arg:"" help:"名簿のファイル。- は標準入力。"`
	DryRun bool   `name:"dry-run" help:"何が変わるかを表示するだけで、取り込みません。"`
	Whole  bool   `help:"この名簿は全職員です。載っていない人の発令は、発令日の前日で終わります。"`
}

// Run takes a personnel file in, by the same reader and the same rules as the
// pages: all of it, or nothing.
func (c *peopleImportCommand) Run(ctx context.Context) (err error) {
	raw, err := readTable(c.File)
	if err != nil {
		return err
	}
	file, err := personnel.Read(ctx, raw, nil)
	_, unsure := errors.AsType[*intake.Questions](err)
	if err != nil && !unsure {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if err := db.migrate(ctx); err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, db.url)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.CheckSchema(ctx, pool, migrations.All()); err != nil {
		return err
	}
	service := personnel.New(pool, door.New(pool, time.Now))
	if unsure { // somebody may have settled it at the portal
		if file, err = service.Read(ctx, authz.AsOperator(), raw); err != nil {
			return err
		}
	}
	return c.take(ctx, service, file)
}

// readTable reads a file, no more of it than is ever read.
func readTable(name string) ([]byte, error) {
	file := os.Stdin
	if name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return nil, fault.Wrap(err, fault.NotFound, "ファイルを開けません。名前を確かめてください。")
		}
		defer file.Close() //nolint:errcheck // it was read only
	}
	raw, err := io.ReadAll(io.LimitReader(file, sheet.MaxSize+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "ファイルを読めません。")
	}
	return raw, nil
}

// take prints what a file would do, and does it unless only that was asked for.
func (c *peopleImportCommand) take(ctx context.Context, service *personnel.Service, file personnel.File) error {
	operator, choices := authz.AsOperator(), personnel.Choices{Whole: c.Whole}
	if c.DryRun {
		plan, err := service.Plan(ctx, operator, file, choices, calendar.Day(time.Now()))
		if err != nil {
			return err
		}
		printPlan(plan.Summary(file))
		return refuse(plan.Problems)
	}
	done, problems, err := service.TakeIn(ctx, operator, filepath.Base(c.File), file, choices)
	if err == nil {
		err = refuse(problems)
	}
	if err != nil {
		return err
	}
	printPlan(done)
	fmt.Println("取り込みました。")
	return nil
}

func printPlan(s personnel.Summary) {
	fmt.Printf("%d行：加わる発令 %d件（新しい職員 %d人、新しい職 %d件）、変わるもの %d件、終わる発令 %d件、そのまま %d件\n",
		s.Rows, s.Added, s.NewPeople, s.NewPosts, s.Changed, s.Ended, s.Unchanged)
	if !s.From.IsZero() {
		fmt.Printf("最初に変わる日：%s\n", calendar.Wareki(s.From))
	}
	for _, n := range s.Titles {
		switch {
		case n.Like != "":
			fmt.Printf("新しい職「%s」%d件：よく似た「%s」という職があります。書き間違いではないか、確かめてください。\n", n.Title, n.Posts, n.Like)
		case !n.Known:
			fmt.Printf("新しい職「%s」%d件：この町に、まだない職です。\n", n.Title, n.Posts)
		}
	}
	for _, note := range s.Notes {
		fmt.Println("確かめてください：" + note.Reason)
	}
	if len(s.Ignored) > 0 {
		fmt.Printf("読まない列：%s\n", strings.Join(s.Ignored, "、"))
	}
}

// refuse names each faulty row; nil where there is none.
func refuse(problems []intake.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	for _, p := range problems {
		fmt.Fprintln(os.Stderr, p.Sentence())
	}
	return fault.New(fault.Invalid, fmt.Sprintf("直すところが%d件あります。ファイルを直してから、もう一度取り込んでください。何も変更されていません。", len(problems)))
}
