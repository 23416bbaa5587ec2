package peer

import (
	"context"
	"errors"
	"net"
	"os"

	"kagami/internal/fault"
)

// away marks a failure of the peer as a whole, and of nothing that was asked of it: it would
// meet whatever is asked next.
type away struct{ error }

func (a away) Unwrap() error { return a.error }

// Away tells of a failure that whatever else is asked of the peer now would meet it too: nobody
// answers, or the portal is not let in.
func Away(err error) bool {
	_, ok := errors.AsType[away](err)
	return ok
}

// Broken is what became of an exchange that ended in err: Slow if its time was over,
// else that the peer can't be reached.
func Broken(ctx context.Context, err error) error {
	var timeout net.Error
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout() {
		return Slow(err)
	}
	return fault.Wrap(away{err}, fault.Unavailable, "接続先に接続できません。接続先の URL と証明書が正しいか、相手が動いているかを確かめてください。")
}

// Slow is a peer that has not answered in time.
func Slow(err error) error {
	return fault.Wrap(away{err}, fault.Unavailable, "接続先から、決められた時間のうちに返事がありません。相手が動いているか、混み合っていないかを確かめてください。")
}

// Busy is a peer that says by itself that it can't answer now.
func Busy(err error) error {
	return fault.Wrap(err, fault.Unavailable, "接続先が、いまは応じられないと答えました。しばらくしてから、もう一度お試しください。続くときは、接続先のシステムの担当に確かめてください。")
}

// Nonsense is an answer that can't be read, or is none to what was asked.
func Nonsense(err error) error {
	return fault.Wrap(err, fault.Unavailable, "接続先の返事を読めません。接続先の URL と種類が正しいかを確かめてください。")
}

// Endless is an answer that is too large, or a list that does not end.
func Endless(err error) error {
	return fault.Wrap(err, fault.Unavailable, "接続先の返事が大きすぎるため、読むのをやめました。アカウントを探す場所や条件が広すぎないかを確かめてください。")
}

// Elsewhere is an answer that sends the portal to another address.
func Elsewhere(err error) error {
	return fault.Wrap(err, fault.Unavailable, "接続先が、別のアドレスに行くように答えました。ポータルは、設定にないアドレスには行きません。正しい URL を設定してください。")
}

// Unknown is a sign-in that the peer refuses.
func Unknown(err error) error {
	return fault.Wrap(away{err}, fault.Forbidden, "接続先にサインインできません。ポータル用の利用者の名前と、パスワードやトークンを確かめてください。")
}

// Denied is an act that the portal's own account may not do there.
func Denied(err error) error {
	return fault.Wrap(err, fault.Forbidden, "ポータル用の利用者に、必要な権限がありません。接続先で、アカウントを調べ、停止し、グループを変える権限を付けてください。")
}

// Gone is an account that the peer does not have, or no more.
func Gone(err error) error {
	return fault.Wrap(err, fault.NotFound, "このアカウントは、接続先にありません。削除されたか、アカウントを探す場所の外に移されています。")
}

// NoGroup is a named group that the peer does not have, or no more.
func NoGroup(err error) error {
	return fault.Wrap(err, fault.NotFound, "設定にあるグループが、接続先にありません。グループの名前を確かめて、設定を直してください。")
}

// NotNamed is a group that is not among those of the configuration.
func NotNamed() error {
	return fault.New(fault.Invalid, "このグループは、設定にありません。出し入れするグループは、設定に書いたものだけです。")
}

// NoNumber is a search for the accounts of nobody.
func NoNumber() error {
	return fault.New(fault.Invalid, "職員番号を指定してください。")
}

// Overtaken is a change that met another one.
func Overtaken(err error) error {
	return fault.Wrap(err, fault.Conflict, "アカウントは、接続先で同時に変えられました。もう一度お試しください。")
}

// Unchanged is a change that the peer says it has made, and hasn't.
func Unchanged(err error) error {
	return fault.Wrap(err, fault.Conflict, "接続先は応じましたが、アカウントは変わっていません。接続先のシステムで、直接確かめてください。")
}

// Wrong is a field of a configuration with what to write there, as the one problem of an
// Invalid failure.
func Wrong(field, message string) error {
	return &fault.Error{Kind: fault.Invalid, Message: message, Problems: []fault.Problem{{Field: field, Message: message}}}
}

// Retry tells whether a failure may pass by itself.
func Retry(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Unavailable || kind == fault.Conflict
}
