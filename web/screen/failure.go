package screen

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"kagami/internal/fault"
)

// Failure is what a kind of failure is to the browser and to the person.
type Failure struct {
	Status  int
	Heading string
	Message string // where the failure brings none
}

var failures = map[fault.Kind]Failure{
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
	fault.Unavailable:     {http.StatusServiceUnavailable, "いま利用できません", "データベースが応答していません。少し待ってから、画面を開き直してください。操作が記録されたかどうかを確かめて、されていなければ、もう一度行ってください。"},
}

// FailureOf is what a kind of failure is to the browser and to the person.
func FailureOf(kind fault.Kind) Failure { return failures[kind] }

// Status is the HTTP status of a kind of failure.
func Status(kind fault.Kind) int { return failures[kind].Status }

// ErrNotFound says that there is no such page.
func ErrNotFound() error {
	return fault.New(fault.NotFound, "アドレスが正しいか確かめてください。ホームから選び直すこともできます。")
}

// Fail answers with the page for a failure. Handlers return theirs; this is for
// what stands before them.
func Fail(w http.ResponseWriter, r *http.Request, err error) { VisitOf(r.Context()).Fail(w, r, err) }

// Note writes a failure into the log.
func Note(r *http.Request, err error) {
	v, kind, level := VisitOf(r.Context()), fault.KindOf(err), slog.LevelInfo
	if kind == fault.Internal || kind == fault.Unavailable {
		level = slog.LevelError
	}
	v.Log.LogAttrs(r.Context(), level, "refused",
		slog.String("id", v.ID), slog.String("kind", kind.String()), slog.String("cause", fault.Cause(err)))
}

// RetryAfter tells a browser how long to wait, where a failure says so.
func RetryAfter(w http.ResponseWriter, err error) {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.TooMany {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter/time.Second)))
	}
}
