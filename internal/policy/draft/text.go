package draft

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy/outline"
)

// Edit puts another text in a draft's place, in the plain written form. sha256
// is of the text that it was made from: Conflict where somebody else has changed
// it since. Invalid where the reader has questions on it.
func (s *Service) Edit(ctx context.Context, actor authz.Actor, code, text string, sha256 []byte) error {
	return s.Step(ctx, actor, code, EventEdit, sha256, func(tx *door.Tx, l Locked) (Change, error) {
		// what was autosaved of it has come in; a change of one clause leaves it alone
		if err := dropAutosave(ctx, tx, l.Revision, actor.Person); err != nil {
			return Change{}, err
		}
		return l.put(text, actor, tx.Now)
	})
}

// put is the change that puts another text in a draft's place, and notes who does.
func (l Locked) put(text string, actor authz.Actor, now time.Time) (Change, error) {
	w, err := write(text, nil)
	if err != nil {
		return Change{}, err
	}
	drafters := l.Drafters
	if actor.Person != 0 && !slices.Contains(drafters, actor.Person) {
		drafters = append(drafters, actor.Person)
	}
	return Change{Fields: []string{"source", "text", "outline"}, Columns: map[string]any{
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
	if questions := read.Unsettled(); len(questions) > 0 {
		return wording{}, refuseUnsettled(questions)
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

// refuseUnsettled tells of the reader's questions, the first few by their lines.
func refuseUnsettled(questions []outline.Question) error {
	const most = 10
	problems := []fault.Problem{}
	for _, q := range questions[:min(most, len(questions))] {
		problems = append(problems, fault.Problem{Field: "source", Message: fmt.Sprintf("%d行目：%s", q.Line, q.Why)})
	}
	e := fault.New(fault.Invalid, fmt.Sprintf("まだ答えていない質問が%d件あります。すべてに答えてから、下書きにしてください。", len(questions)))
	e.Problems = problems
	return e
}
