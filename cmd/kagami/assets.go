package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	assetintake "kagami/internal/asset/intake"
	"kagami/internal/asset/intake/progress"
	"kagami/internal/asset/tied"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/migrations"
)

type assetsCommand struct {
	Import assetsImportCommand `cmd:"" help:"情報資産の台帳（.xlsx か CSV）を取り込みます。"`
}

type assetsImportCommand struct {
	database
	File    string `arg:"" help:"台帳のファイル。- は標準入力。"`
	Section string `placeholder:"CODE" help:"課室の書いていない行の、課室のコード。"`
	DryRun  bool   `name:"dry-run" help:"何が変わるかを表示するだけで、取り込みません。"`
	JSON    bool   `name:"json" help:"結果を JSON で表示します。"`
	Why     string `placeholder:"理由" help:"登録済みの情報資産の段階を変える理由。ファイルにも書いていないときは、この取り込みによることを残します。"`
	Prefer  string `enum:"file,register," default:"" placeholder:"file|register" help:"書き出した後に、ファイルと台帳の両方で変わった項目を、ファイル（file）と、いまの台帳（register）の、どちらにするか。"`
}

// Run takes a register in: all of it, or nothing.
func (c *assetsImportCommand) Run(ctx context.Context) (err error) {
	raw, err := readTable(c.File)
	if err != nil {
		return err
	}
	say := func(string, ...any) {}
	if !c.JSON || isTerminal(os.Stderr) {
		say = func(sentence string, numbers ...any) { fmt.Fprintf(os.Stderr, sentence+"\n", numbers...) }
	}
	file, err := assetintake.ReadTelling(ctx, raw, func(rows int) {
		if rows%saidEvery == 0 {
			say("%d行まで読みました。", rows)
		}
	})
	if err != nil {
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
	through := door.New(pool, time.Now)
	register := tied.New(pool, through)
	service := assetintake.New(pool, through, register).Telling(func(_ progress.Step, written, of int) {
		if written%saidEvery == 0 || written == of && of > saidEvery {
			say("%d件のうち%d件まで書き込んでいます。終わるまで、台帳は変わりません。", of, written)
		}
	})
	if c.File != "-" {
		file.Name = filepath.Base(c.File)
	}
	choices := assetintake.Choices{Section: c.Section, Clash: assetintake.Side(c.Prefer), Why: c.Why}
	var plan assetintake.Plan
	if c.DryRun {
		plan, err = service.Plan(ctx, authz.AsOperator(), file, choices)
	} else {
		plan, err = service.TakeIn(ctx, authz.AsOperator(), file, choices)
	}
	refused := err
	if fault.KindOf(err) != fault.Invalid || plan.Rows == 0 { // no plan that wants a word more
		refused = nil
		if err != nil {
			return err
		}
	}
	faults := plan.Faults()
	switch {
	case c.JSON:
		if err := printAssetsJSON(plan); err != nil {
			return err
		}
	case c.DryRun || len(faults) == 0:
		printAssets(plan)
	}
	if err := cmp.Or(refuse(faults), refused); err != nil {
		return err
	}
	switch {
	case c.DryRun && !c.JSON:
		c.printAsked(plan)
	case c.JSON:
	case plan.Added+plan.Changed == 0:
		fmt.Println("変わるものはありませんでした。")
	default:
		fmt.Println("取り込みました。")
	}
	return nil
}

// printAsked says what taking a plan in will do besides.
func (c *assetsImportCommand) printAsked(plan assetintake.Plan) {
	if plan.Fresh > 0 {
		fmt.Printf("新しい情報資産のうち%d件は、決まっていないことがあるため、下書きで登録します。\n", plan.Fresh)
	}
	if plan.Unfounded > 0 && c.Why == "" {
		fmt.Printf("登録済みの情報資産%d件の段階が変わります。その理由があれば、取り込むとき、--why に書いてください。\n", plan.Unfounded)
	}
}

// saidEvery is after how many rows the command says how far it is.
const saidEvery = 10_000

// isTerminal tells whether somebody looks at what is written to a file.
func isTerminal(file *os.File) bool {
	of, err := file.Stat()
	return err == nil && of.Mode()&os.ModeCharDevice != 0
}

// assetFault is what is wrong with a row of a register, as it is printed for programs.
type assetFault struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Why    string `json:"why"`
}

func printAssetsJSON(plan assetintake.Plan) error {
	said := struct {
		Added     int          `json:"added"`
		Changed   int          `json:"changed"`
		Unchanged int          `json:"unchanged"`
		Faults    []assetFault `json:"faults"`
		Ignored   []string     `json:"ignored"`
	}{plan.Added, plan.Changed, plan.Unchanged, []assetFault{}, append([]string{}, plan.Ignored...)}
	for _, p := range plan.Faults() {
		said.Faults = append(said.Faults, assetFault{p.Line, p.Column, p.Reason})
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(said); err != nil {
		return fault.Wrap(err, fault.Unavailable, "結果を書き出せません。")
	}
	return nil
}

func printAssets(plan assetintake.Plan) {
	fmt.Printf("加わる情報資産 %d件、変わるもの %d件、そのまま %d件\n", plan.Added, plan.Changed, plan.Unchanged)
	if plan.Drafts > 0 {
		fmt.Printf("加わるものと変わるもののうち、あとで決めることがあるため下書きになるもの %d件\n", plan.Drafts)
	}
	for _, note := range plan.Advice() {
		fmt.Println("確かめてください：" + note)
	}
	if len(plan.Ignored) > 0 {
		fmt.Printf("読まない列：%s\n", strings.Join(plan.Ignored, "、"))
	}
	if len(plan.Unread) > 0 {
		fmt.Printf("読まないシート（「機密性」の列がないか、記入例です）：%s\n", strings.Join(plan.Unread, "、"))
	}
}
