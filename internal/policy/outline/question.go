package outline

import "slices"

// Answer says what lines are.
type Answer string

// What lines can be.
const (
	AsClause Answer = "clause" // they begin a numbered clause
	AsText   Answer = "text"   // they are running text
	AsFigure Answer = "figure" // they are written in a figure or table
	AsLayout Answer = "layout" // they belong to the page (page numbers, contents) and are left out
)

// Label is the answer as a person reads it.
func (a Answer) Label() string {
	switch a {
	case AsClause:
		return "番号のついた項目です"
	case AsText:
		return "本文の一部です"
	case AsFigure:
		return "図や表の中の文字です（本文には入れません）"
	case AsLayout:
		return "ページ番号や目次です（取り除きます）"
	}
	return ""
}

// Question is a place where the reader was not sure, for a person to settle.
type Question struct {
	Line    int      `json:"line"`    // of the source, from 1
	Until   int      `json:"until"`   // the last line it is about
	Lines   []int    `json:"lines"`   // each line it is about
	Why     string   `json:"why"`     // a sentence in Japanese
	Read    Answer   `json:"read"`    // how the lines have been read
	Choices []Answer `json:"choices"` // what they can be
	Settled bool     `json:"settled"` // a person has answered
}

// Answers are a person's decisions, by the line of the question.
type Answers map[int]Answer

// asked lists the questions in the order of the lines.
func (r *reader) asked() []Question {
	slices.SortStableFunc(r.questions, func(a, b Question) int { return a.Line - b.Line })
	if r.questions == nil {
		return []Question{}
	}
	return r.questions
}

// ask settles how lines are to be read: as a person has said, else as guessed,
// with a question that waits for its answer.
func (r *reader) ask(lines []line, why string, guess, other Answer) Answer {
	q := Question{Line: lines[0].number, Until: lines[len(lines)-1].number, Why: why, Read: guess, Choices: slices.Compact([]Answer{guess, other})}
	q.Lines = make([]int, 0, len(lines))
	for _, l := range lines {
		q.Lines = append(q.Lines, l.number)
	}
	if answer, ok := r.answers[q.Line]; ok && slices.Contains(q.Choices, answer) {
		q.Read, q.Settled = answer, true
	}
	r.questions = append(r.questions, q)
	return q.Read
}
