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
	if postgres.IsReadOnly(err) {
		return fault.Wrap(err, fault.Unavailable, "データベースが読み取り専用になっているため、いまは記録できません。何も変更されていません。少し待ってから、もう一度お試しください。続くときは、総務課（情報政策担当）に連絡してください。")
	}
	if postgres.IsFull(err) {
		return fault.Wrap(err, fault.Unavailable, "データベースの空き容量がないため、いまは記録できません。何も変更されていません。総務課（情報政策担当）に連絡してください。")
	}
	if postgres.IsUnavailable(err) {
		return fault.Wrap(err, fault.Unavailable, "")
	}
	return err
}
