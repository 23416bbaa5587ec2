package reach

import (
	"context"
	"errors"

	"kagami/internal/fault"
)

// Trouble is why something was not carried out: a code, and never what a stranger has said.
type Trouble string

// The troubles.
const (
	Unavailable Trouble = "unavailable"
	Contrary    Trouble = "conflict"
	Denied      Trouble = "forbidden"
	Misset      Trouble = "invalid"
	Gone        Trouble = "gone"
	Renamed     Trouble = "renamed"
	NoAccount   Trouble = "no_account"
	NoSettings  Trouble = "settings" // the portal can't read its own settings
	Unknown     Trouble = "unknown"
)

// Title says what has gone wrong and what to do; empty for nothing.
func (t Trouble) Title() string {
	switch t {
	case Unavailable:
		return "接続先につながらないか、返事がありません。接続先が動いているか、URL と証明書が正しいかを確かめてください。"
	case Contrary:
		return "接続先が、変更を受け付けませんでした。接続先のアカウントを直接見て、ほかの仕組みが元に戻していないかを確かめてください。"
	case Denied:
		return "接続先が、ポータルのサインインか操作を許しません。ポータル用の利用者の名前・パスワード・権限を確かめてください。"
	case Misset:
		return "設定に誤りがあります。連携の設定を「接続を確かめる」で確かめて、直してください。"
	case Gone:
		return "アカウントかグループが、接続先にありません。グループの名前と、アカウントを探す場所を確かめてください。"
	case Renamed:
		return "前に本人のものと分かっていたアカウントの職員番号が、変わっています。他人のアカウントかもしれないので、触れていません。接続先で、だれのアカウントかを確かめてください。"
	case NoAccount:
		return "この職員番号のアカウントが、接続先に見つかりません。アカウントを作るか、アカウントの職員番号を直してから、もう一度試してください。"
	case NoSettings:
		return "連携のパスワードなどを読めません。連携の設定で、もう一度入力してください。"
	case Unknown:
		return "思わぬことが起きました。もう一度試しても同じなら、ポータルの記録（ログ）を、ポータル管理者に見てもらってください。"
	}
	return ""
}

// Passes tells whether it may pass by itself.
func (t Trouble) Passes() bool { return t == Unavailable || t == Contrary || t == Unknown }

// TroubleOf is what an error of a peer means.
func TroubleOf(err error) Trouble {
	if own, ok := errors.AsType[Trouble](err); ok {
		return own
	}
	switch fault.KindOf(err) {
	case fault.Unavailable:
		return Unavailable
	case fault.Conflict:
		return Contrary
	case fault.Forbidden:
		return Denied
	case fault.Invalid:
		return Misset
	case fault.NotFound:
		return Gone
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return Unavailable
	}
	return Unknown
}

// Error makes a trouble that nobody else has found an error.
func (t Trouble) Error() string { return string(t) }
