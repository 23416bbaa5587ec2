package policy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/lifecycle"
	"kagami/internal/org"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Locked is a document's draft, locked for a change.
type Locked struct {
	Document, Revision int64
	Number             int
	State              State
	Scale              Scale
	SHA256             []byte // of its text
	drafters           []int64
	step               arrow // that is taken with it
}

// Change is what a step changes besides the state.
type Change struct {
	Note    string        // what is said of it among the steps of the revision
	Fields  []string      // for the trail
	Columns pgx.NamedArgs // of the revision's row, with their values
}

// Step takes a document's draft one step on. shown is the hash of the text that
// was before who does it. change makes what comes with the step beside the
// revision's row, which is then updated once: with its columns and the state that
// the step leads to. Conflict where the step does not lead on from the state, or
// the text has changed since.
func (s *Service) Step(ctx context.Context, actor authz.Actor, code string, event Event, shown []byte,
	change func(tx *door.Tx, l Locked) (Change, error),
) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		l, found, err := lock(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := Allow(ctx, tx, actor, life.Who(event), l.drafters); err != nil {
			return door.Unchanged(), err
		}
		if !found {
			return door.Unchanged(), fault.New(fault.Conflict, noDraft)
		}
		if l.step, err = life.Arrow(l.State, event, l.Scale); err != nil {
			return door.Unchanged(), err
		}
		if !bytes.Equal(l.SHA256, shown) {
			return door.Unchanged(), errChangedSince()
		}
		c, err := change(tx, l)
		if err != nil {
			return door.Unchanged(), Explain(err)
		}
		if err := l.update(ctx, tx, c.Columns); err != nil {
			return door.Unchanged(), Explain(err)
		}
		if err := addStep(ctx, tx, actor, l.Revision, event, c.Note); err != nil {
			return door.Unchanged(), err
		}
		notices, err := tell(ctx, tx, actor, event, l.Revision)
		if err != nil {
			return door.Unchanged(), err
		}
		fields := c.Fields
		if l.step.To != l.step.From {
			fields = append([]string{"state"}, fields...)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "revision", ID: l.Revision}, Fields: fields, Refs: map[string]int64{"document": l.Document}, Tell: notices,
		}, nil
	})
}

// update writes what a step changes of the revision's row: the state that it leads
// to, what it empties, and the columns that come with it.
func (l Locked) update(ctx context.Context, tx *door.Tx, columns pgx.NamedArgs) error {
	args := pgx.StrictNamedArgs{"state": l.step.To}
	for _, cleared := range l.step.Clears {
		args[cleared] = nil
	}
	maps.Copy(args, columns)
	var set []string
	for _, column := range slices.Sorted(maps.Keys(args)) {
		set = append(set, column+" = @"+column)
	}
	args["id"] = l.Revision
	_, err := tx.Exec(ctx, `UPDATE revision SET `+strings.Join(set, ", ")+` WHERE id = @id`, args)
	return err
}

// By is who acts, as a column holds them: nil for the operator.
func By(actor authz.Actor) *int64 {
	if actor.Person == 0 {
		return nil
	}
	return &actor.Person
}

// noDraft is said where a draft is gone, as to who publishes it twice.
const noDraft = "この文書に、進行中の下書きはありません。すでに公開されたか、取り下げられています。「ポリシー」の一覧から、いまの状態を確かめてください。"

func errChangedSince() error {
	return fault.New(fault.Conflict, "この下書きは、表示した後に変わりました。下書きの画面を開き直して、いまの本文を確かめてください。")
}

// lock locks a document's draft; found is false where the document has none.
// NotFound for a document that the actor may not read.
func lock(ctx context.Context, tx *door.Tx, actor authz.Actor, code string) (l Locked, found bool, err error) {
	readable, args := Readable(actor, []any{code})
	if err := tx.QueryRow(ctx, `SELECT d.id FROM document d WHERE d.code = $1 AND `+readable, args...).Scan(&l.Document); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return l, false, errNoDocument()
		}
		return l, false, fmt.Errorf("loading a document: %w", err)
	}
	err = tx.QueryRow(ctx, `
		SELECT id, number, state, coalesce(scale, ''), text_sha256, drafters FROM revision
		WHERE document_id = $1 AND state IN ('draft', 'submitted', 'decided') FOR UPDATE`, l.Document).
		Scan(&l.Revision, &l.Number, &l.State, &l.Scale, &l.SHA256, &l.drafters)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, false, nil
	}
	if err != nil {
		return l, false, fmt.Errorf("loading a draft: %w", err)
	}
	return l, true, nil
}

// Allow allows a step. Where the drafters are excepted from it, it is a decision on
// what they wrote, which they never make themselves.
func Allow(ctx context.Context, tx *door.Tx, actor authz.Actor, who lifecycle.Who, drafters []int64) error {
	var matter authz.Matter
	if who.Except != "" {
		for _, drafter := range drafters {
			concerned, err := org.Concerning(ctx, tx, drafter, tx.Today())
			if err != nil {
				return err
			}
			concerned.Alone = append(concerned.Alone, matter.Alone...)
			if matter = concerned; slices.Contains(drafters, actor.Person) {
				matter.Person = actor.Person
			}
		}
	}
	return tx.Allow(who.Action(actor, matter), matter)
}

func addStep(ctx context.Context, tx *door.Tx, actor authz.Actor, revision int64, event Event, note string) error {
	_, err := tx.Exec(ctx, `INSERT INTO revision_step (revision_id, event, person_id, at, note) VALUES ($1, $2, nullif($3, 0::bigint), $4, $5)`,
		revision, event, actor.Person, tx.Now, note)
	if err != nil {
		return fmt.Errorf("noting a step: %w", err)
	}
	return nil
}

const maxNote = 2000 // characters of a reason

// checkNote tells what is wrong with a reason.
func checkNote(field, note string) []fault.Problem {
	if strings.TrimSpace(note) == "" {
		return []fault.Problem{{Field: field, Message: "理由を入力してください。"}}
	}
	return checkLength(field, note, maxNote)
}

func checkLength(field, text string, most int) []fault.Problem {
	if utf8.RuneCountInString(text) > most {
		return []fault.Problem{{Field: field, Message: fmt.Sprintf("%d字までで入力してください。", most)}}
	}
	return nil
}

// Submission is what is said of a draft when it is handed in.
type Submission struct {
	Scale   Scale
	Why     Why
	WhyText string
	SHA256  []byte // of the text that was shown
}

func (u Submission) check(number int) []fault.Problem {
	var problems []fault.Problem
	switch {
	case u.Scale != Minor && u.Scale != Major:
		problems = append(problems, fault.Problem{Field: "scale", Message: "見直しの種類を選んでください。"})
	case u.Scale == Minor && number == 1:
		problems = append(problems, fault.Problem{Field: "scale", Message: "はじめての版は、簡易な見直しにできません。本部会議の決定を受けてください。"})
	}
	if u.Why.Title() == "" {
		problems = append(problems, fault.Problem{Field: "why", Message: "なぜ見直すのかを選んでください。"})
	}
	return append(problems, checkNote("why_text", u.WhyText)...)
}

// Submit hands a draft in: a minor one to the CISO, a major one to the 本部会議.
func (s *Service) Submit(ctx context.Context, actor authz.Actor, code string, u Submission) error {
	err := s.Step(ctx, actor, code, EventSubmit, u.SHA256, func(tx *door.Tx, l Locked) (Change, error) {
		return Change{
			Note: u.WhyText, Fields: []string{"scale", "why", "why_text"},
			Columns: pgx.NamedArgs{"scale": u.Scale, "why": u.Why, "why_text": u.WhyText, "submitted_by": By(actor), "submitted_at": tx.Now},
		}, fault.InvalidFields(u.check(l.Number))
	})
	return wrap("submitting a draft", err)
}

// TakeBack makes a draft again of what was handed in or decided, for a reason. A
// decision stays on record, and another is needed.
func (s *Service) TakeBack(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error {
	return wrap("taking a draft back", s.forReason(ctx, actor, code, EventTakeBack, reason, sha256))
}

// SendBack hands a minor revision back to those who drafted it, for a reason.
func (s *Service) SendBack(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error {
	return wrap("sending a draft back", s.forReason(ctx, actor, code, EventSendBack, reason, sha256))
}

// Withdraw throws a draft away, for a reason; it stays on record.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error {
	return wrap("withdrawing a draft", s.forReason(ctx, actor, code, EventWithdraw, reason, sha256))
}

func (s *Service) forReason(ctx context.Context, actor authz.Actor, code string, event Event, reason string, sha256 []byte) error {
	return s.Step(ctx, actor, code, event, sha256, func(_ *door.Tx, l Locked) (Change, error) {
		problems := l.step.Missing(map[string]bool{"reason": strings.TrimSpace(reason) != ""})
		problems = append(problems, checkLength("reason", reason, maxNote)...)
		return Change{Note: reason}, fault.InvalidFields(problems)
	})
}

// Edit puts another text in a draft's place, in the plain written form. sha256
// is of the text that it was made from: Conflict where somebody else has changed
// it since. Invalid where the reader has questions on it.
func (s *Service) Edit(ctx context.Context, actor authz.Actor, code, text string, sha256 []byte) error {
	err := s.Step(ctx, actor, code, EventEdit, sha256, func(tx *door.Tx, l Locked) (Change, error) {
		// what was kept of it has come in; a change of one clause leaves it alone
		if err := dropUnsaved(ctx, tx, l.Revision, actor.Person); err != nil {
			return Change{}, err
		}
		return l.put(text, actor, tx.Now)
	})
	return wrap("editing a draft", err)
}

// put is the change that puts another text in a draft's place, and notes who does.
func (l Locked) put(text string, actor authz.Actor, now time.Time) (Change, error) {
	w, err := write(text, nil)
	if err != nil {
		return Change{}, err
	}
	drafters := l.drafters
	if actor.Person != 0 && !slices.Contains(drafters, actor.Person) {
		drafters = append(drafters, actor.Person)
	}
	return Change{Fields: []string{"source", "text", "outline"}, Columns: pgx.NamedArgs{
		"source": text, "text": w.text, "text_sha256": w.sha256, "outline": w.outline,
		"drafted_by": By(actor), "drafted_at": now, "drafters": drafters,
	}}, nil
}

// wording is a text as it is stored.
type wording struct {
	title   string
	text    string // in the plain written form
	sha256  []byte
	outline []byte
}

// write reads a source whose questions are settled, and writes it out. Invalid,
// at the field source, where some are not.
func write(source string, answers outline.Answers) (wording, error) {
	read := outline.Read(source, answers)
	if open := read.Open(); len(open) > 0 {
		return wording{}, unsettled(open)
	}
	if len(read.Clauses) == 0 {
		return wording{}, fault.InvalidFields([]fault.Problem{{Field: "source", Message: "本文がありません。本文を入力してください。"}})
	}
	stored, err := json.Marshal(read)
	if err != nil {
		return wording{}, fmt.Errorf("writing an outline: %w", err)
	}
	w := wording{title: read.Title, text: outline.Write(read), outline: stored}
	hash := sha256.Sum256([]byte(w.text))
	w.sha256 = hash[:]
	return w, nil
}

// unsettled tells of the reader's questions, the first few by their lines.
func unsettled(questions []outline.Question) error {
	const told = 10
	problems := []fault.Problem{}
	for _, q := range questions[:min(told, len(questions))] {
		problems = append(problems, fault.Problem{Field: "source", Message: fmt.Sprintf("%d行目：%s", q.Line, q.Why)})
	}
	e := fault.New(fault.Invalid, fmt.Sprintf("まだ答えていない質問が%d件あります。すべてに答えてから、下書きにしてください。", len(questions)))
	e.Problems = problems
	return e
}

var messages = map[string]string{
	"document_code_unique":         "この文書コードの文書は、すでにあります。別の文書コードにするか、すでにある文書を「ポリシー」の一覧で確かめてください。",
	"document_code_shape":          "文書コードは、半角の英小文字・数字・ハイフンで、40字までで入力してください。",
	"document_title_given":         "文書の名前を入力してください。本文からは読み取れませんでした。",
	"revision_one_draft":           "この文書には、進行中の下書きがすでにあります。その下書きを直すか、取り下げてから、始めてください。",
	"revision_newest":              "この下書きより新しい版が、すでに公開されています。いまの版から、下書きを作り直してください。",
	"revision_in_order":            "施行日は、前の版の施行日か、それより後の日にしてください。",
	"revision_as_adopted":          "本部会議で決定された本文と違うため、公開できません。もう一度、本部会議の決定を記録してください。",
	"ciso_notice_number_unique":    "同じ番号の通知が、同時に出されました。もう一度、公開してください。",
	"document_audience_once":       "対象が、同時に変えられました。画面を開き直して、いまの対象を確かめてください。",
	"decision_attendee_pkey":       "出席者に、同じ人が2回あります。出席者を選び直してください。",
	"acknowledgement_excuse_once":  "この職員は、すでに免除されています。画面を開き直して、いまの状態を確かめてください。",
	"ciso_notice_body_given":       "通知の本文を入力してください。",
	"ciso_notice_addressees_given": "通知の宛先を入力してください。",
	"document_abolition_once":      "この文書の廃止は、すでに決まっています。文書を開き直して、廃止日を確かめてください。",
	"document_abolition_no_draft":  "この文書には、進行中の下書きがあります。下書きを取り下げるか公開してから、廃止してください。",
	"document_abolition_in_order":  "廃止日は、最も新しい版の施行日か、それより後の日にしてください。",
	"document_abolished":           "この文書は廃止されるか、廃止されています。新しい版は作れません。必要なときは、新しい文書として取り込んでください。",
}

// Message is what is said where a rule of the database is broken, by its name.
func Message(constraint string) string { return messages[constraint] }

// Explain turns a rule of the database that was broken into a refusal.
func Explain(err error) error {
	constraint := postgres.Constraint(err)
	message, ok := messages[constraint]
	if !ok {
		return err
	}
	e := fault.Wrap(err, fault.Conflict, message)
	if constraint == "revision_in_order" {
		e.Problems = []fault.Problem{{Field: "effective_on", Message: message}}
	}
	return e
}

func wrap(doing string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
