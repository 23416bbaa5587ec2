package server

import (
	"errors"
	"net/http"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/web/screen"
)

// page makes a handler of one that can fail.
func (p *Portal) page(h screen.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.fail(w, r, err)
		}
	})
}

// fail answers with the page for a failure, and writes what a person does not
// see into the log. It is the one place that turns failures into pages.
func (p *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	err = classify(err)
	kind := fault.KindOf(err)
	shown := screen.FailureOf(kind)
	screen.Note(r, err)

	e := &fault.Error{Kind: kind}
	errors.As(err, &e)
	screen.RetryAfter(w, err)
	if kind == fault.Unauthenticated {
		p.signIn.Ask(w, r, shown.Status, e.Message)
		return
	}
	message := shown.Message
	if e.Message != "" {
		message = e.Message
	}
	screen.Render(w, r, shown.Status, failurePage(failureView{
		Frame: screen.Frame(r, shown.Heading), Message: message, Problems: e.Problems, RequestID: screen.VisitOf(r.Context()).ID,
	}))
}

// classify gives a kind to failures that come from below.
func classify(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.Wrap(err, fault.TooLarge, "")
	}
	if postgres.IsBadText(err) {
		return fault.Wrap(err, fault.Invalid, "入力に、使えない文字が含まれています。入力し直してください。")
	}
	if postgres.IsUnavailable(err) {
		return fault.Wrap(err, fault.Unavailable, "")
	}
	return err
}
