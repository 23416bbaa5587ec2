package draft

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// Text is a text on its way in.
type Text struct {
	// Document is the code of the document that it is to be the next revision of;
	// empty for a new one. What stands next is then that document's.
	Document string
	Kind     policy.Kind
	// Audience is whom it is for; the 基本方針 has none.
	Audience policy.Audience
	Title    string          // empty: the title that the text itself bears
	Code     string          // empty: one is chosen
	Source   string          // as it was handed in; of a Word document or PDF, the text in it
	Answers  outline.Answers // what a person has settled of the reader's questions
	File     SourceFile      `db:"-"` // what it was read from; none for a text that was pasted
}

// SourceFile is the file that a text was read from. The text is stored and the file is
// not, so the trail says which one it was.
type SourceFile struct {
	Name   string
	SHA256 [sha256.Size]byte
}

// NewSourceFile describes a file by its name, as it was handed in, and its content.
func NewSourceFile(name string, content []byte) SourceFile {
	const longest = 255 // characters
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[:longest])
	}
	return SourceFile{Name: name, SHA256: sha256.Sum256(content)}
}

// confidential is what the trail says of a file; nil where there is none.
func (f SourceFile) confidential() map[string]any {
	if f == (SourceFile{}) {
		return nil
	}
	return map[string]any{"file": f.Name, "sha256": hex.EncodeToString(f.SHA256[:])}
}

// Outline reads the text, with what has been settled so far.
func (t Text) Outline() *outline.Outline { return outline.Read(t.Source, t.Answers) }

const maxTitle = 200 // characters

// check tells what is wrong with a text as input.
func (t Text) check() []fault.Problem {
	var problems []fault.Problem
	if t.Kind.Title() == "" {
		problems = append(problems, fault.Problem{Field: "kind", Message: "文書の種類を選んでください。"})
	}
	if t.Document == "" {
		problems = append(problems, t.Audience.Check(t.Kind)...)
	}
	if utf8.RuneCountInString(t.Title) > maxTitle {
		problems = append(problems, fault.Problem{Field: "title", Message: fmt.Sprintf("文書の名前は、%d字までで入力してください。", maxTitle)})
	}
	if strings.TrimSpace(t.Source) == "" {
		problems = append(problems, fault.Problem{Field: "source", Message: "ファイルを選ぶか、本文を貼り付けてください。"})
	}
	return problems
}

// aboutDocument fills in what is known of a text for a document that there is:
// NotFound where the actor may not read it.
func (s *Service) aboutDocument(ctx context.Context, actor authz.Actor, text *Text) error {
	if text.Document == "" {
		return nil
	}
	d, err := policy.FindDocument(ctx, s.pool, actor, text.Document)
	text.Kind, text.Title, text.Code, text.Audience = d.Kind, d.Title, "", policy.Audience{}
	if err != nil {
		return err
	}
	return refuseAbolished(ctx, s.pool, d.ID)
}

// Import is a text that waits for a person to settle the reader's questions.
type Import struct {
	Text
	Token     string // what its URL ends with
	StartedAt time.Time
}

// StartImport takes a text in and returns the token under which its reader's
// questions can be settled. Invalid where something is missing.
func (s *Service) StartImport(ctx context.Context, actor authz.Actor, text Text) (string, error) {
	if err := s.aboutDocument(ctx, actor, &text); err != nil {
		return "", err
	}
	if err := fault.InvalidFields(text.check()); err != nil {
		return "", err
	}
	token := rand.Text()
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.DraftRevision, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		answers, err := json.Marshal(text.Answers)
		if err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO text_import (token, person_id, created_at, code, kind, audience, title, source, answers, document_id)
			VALUES (@token, @person, @now, @code, @kind, @audience, @title, @source, @answers, (SELECT id FROM document WHERE code = nullif(@document, '')))
			RETURNING id`,
			pgx.StrictNamedArgs{
				"token": token, "person": actor.Person, "now": tx.Now, "code": text.Code, "kind": text.Kind, "audience": text.Audience,
				"title": text.Title, "source": text.Source, "answers": answers, "document": text.Document,
			}).Scan(&id)
		if err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject:      trail.Subject{Kind: "text_import", ID: id},
			Fields:       []string{"code", "kind", "audience", "title", "source"},
			Confidential: text.File.confidential(),
		}, nil
	})
	if err != nil {
		return "", fmt.Errorf("taking a text in: %w", err)
	}
	return token, nil
}

// Import returns a text that the actor has taken in; NotFound if it is not
// theirs.
func (s *Service) Import(ctx context.Context, actor authz.Actor, token string) (Import, error) {
	return loadImport(ctx, s.pool, selectImport, actor, token)
}

// lockImport is Import for a change: nobody else changes it until tx is over.
func lockImport(ctx context.Context, tx *door.Tx, actor authz.Actor, token string) (Import, error) {
	return loadImport(ctx, tx, selectImport+` FOR UPDATE`, actor, token)
}

const selectImport = `
	SELECT token, created_at AS started_at, code, kind, audience, title, source, answers,
	       coalesce((SELECT code FROM document WHERE id = document_id), '') AS document
	FROM text_import
	WHERE token = $1 AND person_id = $2`

func loadImport(ctx context.Context, db postgres.Querier, sql string, actor authz.Actor, token string) (Import, error) {
	i, err := postgres.One[Import](ctx, db, "loading an import", sql, token, actor.Person)
	if errors.Is(err, pgx.ErrNoRows) {
		return Import{}, fault.New(fault.NotFound, noImport)
	}
	return i, err
}

const noImport = "取り込み中の文書は見つかりません。すでに下書きになっていないか、「ポリシー」の一覧で確かめてください。"

// ImportSummary is what a list tells of an import.
type ImportSummary struct {
	Token     string
	StartedAt time.Time
	Kind      policy.Kind
	Title     string // empty: the title that the text itself bears
}

// QueueImports asks in a batch for the texts that the actor has taken in and not
// finished, the latest first; for nothing where they take in none.
func (s *Service) QueueImports(b *task.Batch, actor authz.Actor, take func([]ImportSummary)) {
	if actor.Reach(authz.DraftRevision) == authz.None {
		return
	}
	task.Rows(b, "listing imports", pgx.RowToStructByName[ImportSummary], take,
		`SELECT token, created_at AS started_at, kind, title FROM text_import WHERE person_id = @person ORDER BY id DESC`,
		pgx.StrictNamedArgs{"person": actor.Person})
}

// Settle stores a corrected source and the answers to the reader's questions.
func (s *Service) Settle(ctx context.Context, actor authz.Actor, token, source string, answers outline.Answers) error {
	if strings.TrimSpace(source) == "" {
		return fault.InvalidFields([]fault.Problem{{Field: "source", Message: "本文が空です。原文を貼り付け直してください。"}})
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.DraftRevision, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		settled, err := json.Marshal(answers)
		if err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			UPDATE text_import SET source = @source, answers = @answers WHERE token = @token AND person_id = @person RETURNING id`,
			pgx.StrictNamedArgs{"token": token, "person": actor.Person, "source": source, "answers": settled}).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), fault.New(fault.NotFound, noImport)
		}
		if err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "text_import", ID: id}, Fields: []string{"source", "answers"}}, nil
	})
	if err != nil {
		return fmt.Errorf("settling an import: %w", err)
	}
	return nil
}

// DraftImport makes a draft revision of a text whose questions are settled, and
// returns its document's code. Conflict while a question is not settled.
func (s *Service) DraftImport(ctx context.Context, actor authz.Actor, token string) (string, error) {
	var code string
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.DraftRevision, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		i, err := lockImport(ctx, tx, actor, token)
		if err != nil {
			return door.Unchanged(), err
		}
		effect, drafted, err := draft(ctx, tx, actor, i.Text)
		if err != nil {
			return door.Unchanged(), err
		}
		code = drafted
		_, err = tx.Exec(ctx, `DELETE FROM text_import WHERE token = $1`, token)
		return effect, err
	})
	if err != nil {
		return "", fmt.Errorf("drafting from an import: %w", err)
	}
	return code, nil
}

// DraftText makes a draft revision of a text at once, for those who settle its
// questions beforehand, and returns its document's code.
func (s *Service) DraftText(ctx context.Context, actor authz.Actor, text Text) (string, error) {
	if err := s.aboutDocument(ctx, actor, &text); err != nil {
		return "", err
	}
	if err := fault.InvalidFields(text.check()); err != nil {
		return "", err
	}
	var code string
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (effect door.Effect, err error) {
		if err := tx.Allow(authz.DraftRevision, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		effect, code, err = draft(ctx, tx, actor, text)
		return effect, err
	})
	if err != nil {
		return "", fmt.Errorf("drafting a text: %w", err)
	}
	return code, nil
}

// draft writes a text as a revision of a new document, or as the next of the
// one that it is for.
func draft(ctx context.Context, tx *door.Tx, actor authz.Actor, text Text) (door.Effect, string, error) {
	if unsettled := text.Outline().Unsettled(); len(unsettled) > 0 {
		return door.Unchanged(), "", fault.New(fault.Conflict, fmt.Sprintf("まだ答えていない質問が%d件あります。すべてに答えてから、下書きにしてください。", len(unsettled)))
	}
	w, err := write(text.Source, text.Answers)
	if err != nil {
		return door.Unchanged(), "", err
	}
	if text.Document != "" {
		effect, err := draftNext(ctx, tx, actor, text.Document, text.Source, w)
		return effect, text.Document, err
	}
	title, code := text.Title, text.Code
	if title == "" {
		title = w.title
	}
	if code == "" {
		code = newCode(text.Kind)
	}
	var document int64
	err = tx.QueryRow(ctx, `INSERT INTO document (code, kind, title) VALUES ($1, $2, $3) RETURNING id`, code, text.Kind, title).Scan(&document)
	if err != nil {
		return door.Unchanged(), "", policy.Explain(err)
	}
	if text.Kind != policy.Basic {
		if err := policy.AddressDocument(ctx, tx, document, text.Audience); err != nil {
			return door.Unchanged(), "", err
		}
	}
	effect, err := insertDraft(ctx, tx, actor, document, text.Source, w)
	effect.Fields = append(effect.Fields, "audience")
	effect.Confidential = text.File.confidential()
	return effect, code, err
}

// newCode chooses a document's name in URLs. There is one 基本方針; the
// others, which are not public, get one that tells nothing of their number.
func newCode(kind policy.Kind) string {
	if kind == policy.Basic {
		return "kihon"
	}
	return string(kind) + "-" + strings.ToLower(rand.Text()[:8])
}
