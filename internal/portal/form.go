package portal

import (
	"errors"
	"net/http"
	"time"

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

// dayField reads a date field; zero where it is empty or no date.
func dayField(r *http.Request, name string) time.Time {
	day, err := calendar.ParseDay(r.PostForm.Get(name))
	if err != nil {
		return time.Time{}
	}
	return day
}
