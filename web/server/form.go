package server

import (
	"errors"
	"net/http"
	"strconv"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// badForm says what is wrong with a form that could not be read at all.
func badForm(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return fault.Wrap(err, fault.Invalid, "送られた入力を読めません。画面を開き直してから、もう一度入力してください。")
}

// messageOf is the sentence of a failure.
func messageOf(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Message
	}
	return ""
}

// problemsOf are the problems of an Invalid or Conflict failure, for showing
// them at the form; none for any other.
func problemsOf(err error) []fault.Problem {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return nil
	case len(e.Problems) > 0:
		return e.Problems
	case e.Kind == fault.Conflict || e.Kind == fault.Invalid || e.Kind == fault.Unsupported || e.Kind == fault.TooLarge:
		return []fault.Problem{{Message: e.Message}}
	}
	return nil
}

// refused is how a form is shown again: with what was wrong and its status; as
// it is where nothing was; and not at all, with the failure, where the form is
// not to blame.
func refused(refusal error) (problems []fault.Problem, status int, err error) {
	if refusal == nil {
		return nil, http.StatusOK, nil
	}
	if problems = problemsOf(refusal); problems == nil {
		return nil, 0, refusal
	}
	return problems, failures[fault.KindOf(refusal)].status, nil
}

// dayField reads a date field; zero where it is empty or no date.
func dayField(r *http.Request, name string) calendar.Date {
	day, err := calendar.ParseDay(r.PostForm.Get(name))
	if err != nil {
		return calendar.Date{}
	}
	return day
}

// fieldReader reads fields that are not texts, and gathers what is wrong.
type fieldReader struct{ problems []fault.Problem }

func (f *fieldReader) number(field, typed string) int {
	n, err := strconv.ParseInt(typed, 10, 32)
	if err != nil && typed != "" {
		f.problems = append(f.problems, fault.Problem{Field: field, Message: "半角の数字で入力してください。"})
	}
	return int(n)
}

// id reads a choice; 0 where none was made.
func (f *fieldReader) id(typed string) int64 {
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// version reads the row's version as the form carries it; one that it can't
// have written is that of no row.
func (f *fieldReader) version(typed string) int { return int(f.id(typed)) }

func (f *fieldReader) day(field, typed string) calendar.Date {
	if typed == "" {
		return calendar.Date{}
	}
	day, err := calendar.ParseDay(typed)
	if err != nil {
		f.problems = append(f.problems, fault.Problem{Field: field, Message: "日付は、2026-04-01 のように入力してください。"})
	}
	return day
}

func (f *fieldReader) err() error { return fault.InvalidFields(f.problems) }
