package screen

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// BadForm says what is wrong with a form that could not be read at all.
func BadForm(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return err
	}
	return fault.Wrap(err, fault.Invalid, "送られた入力を読めません。画面を開き直してから、もう一度入力してください。")
}

// ErrNoAct is what a form gets that says nothing of what it is for.
func ErrNoAct() error {
	return fault.New(fault.Invalid, "何をするのかを読み取れません。画面を開き直してから、もう一度行ってください。")
}

// Message is the sentence of a failure; empty where it is none of ours.
func Message(err error) string {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Message
	}
	return ""
}

// Problems are the problems of an Invalid or Conflict failure, for showing them
// at the form; none for any other.
func Problems(err error) []fault.Problem {
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

// Refused is how a form is shown again: with what was wrong and its status; as
// it is where nothing was; and not at all, with the failure, where the form is
// not to blame.
func Refused(refusal error) (problems []fault.Problem, status int, err error) {
	if refusal == nil {
		return nil, http.StatusOK, nil
	}
	if problems = Problems(refusal); problems == nil {
		return nil, 0, refusal
	}
	return problems, Status(fault.KindOf(refusal)), nil
}

// AtField says at a field what is wrong with what stands in it.
func AtField(field string, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		e.Problems = []fault.Problem{{Field: field, Message: e.Message}}
	}
	return err
}

// Upload is a file that a form has brought.
type Upload struct {
	Name    string
	Content []byte // nil where no file was chosen
}

// File reads a file of a form. TooLarge for more than most bytes.
func File(r *http.Request, field string, most int64) (Upload, error) {
	file, header, err := r.FormFile(field)
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return Upload{}, nil
	}
	if err != nil {
		return Upload{}, BadForm(err)
	}
	defer file.Close() //nolint:errcheck // it was read only
	if header.Size > most {
		return Upload{}, fault.New(fault.TooLarge, "ファイルが大きすぎます。10 MB までのファイルを選んでください。")
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return Upload{}, BadForm(err)
	}
	return Upload{header.Filename, content}, nil
}

// ParseFiles reads a form that may hold files, of which it keeps so many bytes in
// memory and the rest in temporary files.
func ParseFiles(r *http.Request, memory int64) error {
	if err := r.ParseMultipartForm(memory); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return BadForm(err)
	}
	return nil
}

// DayField reads a date field; zero where it is empty or no date.
func DayField(r *http.Request, name string) calendar.Date {
	day, err := calendar.ParseDay(r.PostForm.Get(name))
	if err != nil {
		return calendar.Date{}
	}
	return day
}

// Form reads fields that are not texts, and gathers what is wrong with them.
type Form struct{ problems []fault.Problem }

// Number reads a number; 0 where none is typed.
func (f *Form) Number(field, typed string) int {
	n, err := strconv.ParseInt(typed, 10, 32)
	if err != nil && typed != "" {
		f.Wrong(field, "半角の数字で入力してください。")
	}
	return int(n)
}

// ID reads a choice; 0 where none was made.
func (f *Form) ID(typed string) int64 {
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Version reads the row's version as the form carries it; one that it can't
// have written is that of no row.
func (f *Form) Version(typed string) int { return int(f.ID(typed)) }

// Day reads a day; zero where none is typed.
func (f *Form) Day(field, typed string) calendar.Date {
	if typed == "" {
		return calendar.Date{}
	}
	day, err := calendar.ParseDay(typed)
	if err != nil {
		f.Wrong(field, "日付は、2026-04-01 のように入力してください。")
	}
	return day
}

// Wrong adds that something is wrong with a field, with what to do.
func (f *Form) Wrong(field, message string) {
	f.problems = append(f.problems, fault.Problem{Field: field, Message: message})
}

// Err is what was wrong; nil for nothing.
func (f *Form) Err() error { return fault.InvalidFields(f.problems) }
