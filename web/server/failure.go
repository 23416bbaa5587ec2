package server

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/web/page"
)

// failures is what each kind of failure is to the browser and to the person.
var failures = map[fault.Kind]struct {
	status  int
	heading string
	message string // where the failure brings none
}{
	fault.Internal:        {http.StatusInternalServerError, "処理できませんでした", "ポータルの不具合です。何も変更されていません。時間をおいて、もう一度お試しください。続くときは、総務課（情報政策担当）に連絡してください。"},
	fault.Invalid:         {http.StatusUnprocessableEntity, "入力を確かめてください", "前の画面に戻り、入力を直してください。"},
	fault.NotFound:        {http.StatusNotFound, "ページが見つかりません", "アドレスが正しいか確かめてください。"},
	fault.Forbidden:       {http.StatusForbidden, "この操作は行えません", "あなたの役割では行えない操作です。"},
	fault.Conflict:        {http.StatusConflict, "いまの状態では行えません", "画面を開き直して、いまの状態を確かめてください。"},
	fault.Unauthenticated: {http.StatusUnauthorized, "サインイン", "サインインしてください。"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "大きすぎます", "送られた内容が大きすぎます。ファイルは 10 MB まで、そのほかの入力は 256 kB までにしてください。何も変更されていません。"},
	fault.Unsupported:     {http.StatusUnsupportedMediaType, "読めない形式です", "送られた内容の形式を読めません。テキストファイルを選んでください。"},
	fault.WrongMethod:     {http.StatusMethodNotAllowed, "この操作は受け付けていません", "ホームから選び直してください。"},
	fault.TooMany:         {http.StatusTooManyRequests, "しばらく待ってください", "失敗が続きました。しばらく待ってから、もう一度行ってください。"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "いま利用できません", "データベースが応答していません。何も変更されていません。少し待ってから、もう一度お試しください。"},
}

// page makes a handler of one that can fail.
func (p *Portal) page(h handler) http.Handler {
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
	shown := failures[kind]
	p.note(r, err)

	e := &fault.Error{Kind: kind}
	errors.As(err, &e)
	retryAfter(w, err)
	if kind == fault.Unauthenticated {
		p.render(w, r, shown.status, page.SignInPage(p.signInPage(r, e.Message)))
		return
	}
	message := shown.message
	if e.Message != "" {
		message = e.Message
	}
	p.render(w, r, shown.status, page.FailurePage(page.Failure{
		Frame: p.frame(r, shown.heading), Message: message, Problems: e.Problems, RequestID: requestID(r.Context()),
	}))
}

// note writes a failure into the log.
func (p *Portal) note(r *http.Request, err error) {
	kind := fault.KindOf(err)
	level := slog.LevelInfo
	if kind == fault.Internal || kind == fault.Unavailable {
		level = slog.LevelError
	}
	p.Log.LogAttrs(r.Context(), level, "refused",
		slog.String("id", requestID(r.Context())), slog.String("kind", kind.String()), slog.String("cause", fault.Cause(err)))
}

// refuse answers with a form that says itself why it was refused.
func (p *Portal) refuse(w http.ResponseWriter, r *http.Request, err error, form templ.Component) {
	retryAfter(w, err)
	p.render(w, r, failures[fault.KindOf(err)].status, form)
}

// retryAfter tells a browser how long to wait, where a failure says so.
func retryAfter(w http.ResponseWriter, err error) {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.TooMany {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter/time.Second)))
	}
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
