package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/textfile"
	"kagami/internal/postgres"
	"kagami/migrations"
)

type policyCommand struct {
	Outline policyOutlineCommand `cmd:"" help:"文章の構成（章・条・号）を読み取って表示します。データベースは使いません。"`
	Import  policyImportCommand  `cmd:"" help:"文章を読み取って下書きにします。"`
}

type policyOutlineCommand struct {
	File string `arg:"" help:"Word 文書（.docx）、文字の入った PDF、テキストファイル。- は標準入力。"`
	JSON bool   `name:"json" help:"JSON で表示します。"`
}

// Run prints a text's outline.
func (c *policyOutlineCommand) Run() error {
	text, _, err := readText(c.File)
	if err != nil {
		return err
	}
	o := outline.Read(text, nil)
	if !c.JSON {
		return o.Print(os.Stdout)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(o)
}

// readText reads the text in a file, no more of it than is ever read, and tells
// which file it was.
func readText(name string) (string, draft.SourceFile, error) {
	file := os.Stdin
	if name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return "", draft.SourceFile{}, fault.Wrap(err, fault.NotFound, "ファイルを開けません。名前を確かめてください。")
		}
		defer file.Close() //nolint:errcheck // it was read only
	}
	raw, err := io.ReadAll(io.LimitReader(file, textfile.MaxSize+1))
	if err != nil {
		return "", draft.SourceFile{}, fault.Wrap(err, fault.Unavailable, "ファイルを読めません。")
	}
	var reader textfile.Reader
	text, err := reader.Text(raw)
	return text, draft.NewSourceFile(filepath.Base(name), raw), err
}

type policyImportCommand struct {
	database
	File   string                 `arg:"" help:"Word 文書（.docx）、文字の入った PDF、テキストファイル。"`
	Kind   string                 `required:"" enum:"basic,standard,procedure" help:"文書の種類：basic（基本方針）、standard（対策基準）、procedure（実施手順）。"`
	Title  string                 `required:"" help:"文書の名前。"`
	For    []string               `placeholder:"all|役割|課室コード" help:"対策基準・実施手順の対象：all（全職員）、security_manager などの役割、課室コード。"`
	Code   string                 `help:"文書コード。書かなければ自動で決めます。"`
	Answer map[int]outline.Answer `placeholder:"行=clause|text|figure|layout" help:"読み取りの質問への答え。何度でも書けます。"`
}

// Run makes a draft of a text; every question must have its answer.
func (c *policyImportCommand) Run(ctx context.Context) (err error) {
	source, file, err := readText(c.File)
	if err != nil {
		return err
	}
	text := draft.Text{Kind: policy.Kind(c.Kind), Title: c.Title, Code: c.Code, Source: source, Answers: c.Answer, Audience: audienceOf(c.For), File: file}
	if questions := text.Outline().Unsettled(); len(questions) > 0 {
		for _, q := range questions {
			fmt.Fprintf(os.Stderr, "%d行目から%d行目：%s 答え：--answer %d=%s\n", q.Line, q.Until, q.Why, q.Line, q.Choices)
		}
		return fault.New(fault.Invalid, "まだ答えていない質問があります。--answer で答えてください。")
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
	code, err := draft.New(pool, door.New(pool, time.Now), time.Now).DraftText(ctx, authz.AsOperator(), text)
	if err != nil {
		return err
	}
	fmt.Printf("下書きにしました。文書コード：%s\n", code)
	return nil
}

// audienceOf reads whom a document is for; what is no role is a section's code.
func audienceOf(words []string) policy.Audience {
	var a policy.Audience
	for _, word := range words {
		switch {
		case word == "all":
			a.Everyone = true
		case slices.Contains(authz.Given(), authz.Role(word)):
			a.Roles = append(a.Roles, authz.Role(word))
		default:
			a.Sections = append(a.Sections, word)
		}
	}
	return a
}
