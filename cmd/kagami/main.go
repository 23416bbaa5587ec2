// Command kagami is the portal with which a town runs its
// 情報セキュリティポリシー: the server, and the commands of those who run it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// version is set when the binary is built.
var version = "unversioned"

// commands are the command line.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"ポータルを動かします。"`
	Migrate migrateCommand `cmd:"" help:"データベースの形（スキーマ）を調べ、新しくします。"`
	Policy  policyCommand  `cmd:"" help:"ポリシーの文章を読み取ります。"`
	People  peopleCommand  `cmd:"" help:"職員の名簿を取り込みます。"`
	Demo    demoCommand    `cmd:"" help:"空のデータベースを、見本の町で満たします。"`
	Assets  assetsCommand  `cmd:"" help:"情報資産の台帳を取り込みます。"`
	Key     keyCommand     `cmd:"" help:"秘密を封じる鍵を扱います。"`
	Trail   trailCommand   `cmd:"" help:"監査証跡を調べます。"`

	// of no variable: with one that is set, every command would show it and end
	Version kong.VersionFlag `help:"版を表示します。" env:"-"`
}

// Exit codes: 0 done, 1 failed, 2 wrong use.
func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var cli commands
	parser, err := kong.New(&cli, kong.Name("kagami"),
		kong.Description("情報セキュリティポリシーの運用ポータル"),
		kong.DefaultEnvars("KAGAMI"), kong.Vars{"version": version},
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		fmt.Fprintln(os.Stderr, "使い方は「kagami --help」で見られます。")
		return 2
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(os.Stderr, sentence(err))
		return 1
	}
	return 0
}

// sentence is what the operator reads of a failure: what to do, and the cause.
func sentence(err error) string {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case ok:
	case postgres.IsUnavailable(err):
		return "データベースにつながらないか、途中で切れました。PostgreSQL が動いているか、空き容量があるか、--database-url が正しいかを確かめて、もう一度実行してください。（" + err.Error() + "）"
	default:
		return "うまくいきませんでした。かっこの中の内容を確かめて、もう一度実行してください。分からないときは、この全文を添えて、ポータルの保守の担当に問い合わせてください。（" + err.Error() + "）"
	}
	message := e.Message
	for _, p := range e.Problems {
		message += " " + p.Message
	}
	if e.Err != nil {
		message += "（" + e.Err.Error() + "）"
	}
	return message
}
