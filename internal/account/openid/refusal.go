package openid

import (
	"errors"
	"fmt"
	"net/url"

	"golang.org/x/oauth2"

	"kagami/internal/fault"
)

// What a person reads who is not signed in.
const (
	startOver       = "サインインの手続きを続けられませんでした。もう一度、最初からサインインしてください。"
	cancelled       = "認証サーバーでのサインインが取りやめられました。続けるときは、もう一度サインインしてください。"
	notVouched      = "認証サーバーの返事を確かめられませんでした。もう一度サインインしてください。続くときは、ポータル管理者に連絡してください。"
	notAgain        = "本人であることを、あらためて確かめられませんでした。もう一度行い、認証サーバーの画面で認証し直してください。"
	noEmail         = "認証サーバーからメールアドレスが届きませんでした。ポータル管理者に連絡してください。"
	unverifiedEmail = "認証サーバーで、メールアドレスが確認済みになっていません。認証サーバーで確認を済ませてから、もう一度サインインしてください。"
	noStaffNumber   = "認証サーバーから職員番号が届きませんでした。ポータル管理者に連絡してください。"
)

func refused(message string, cause error) error {
	return fault.Wrap(cause, fault.Unauthenticated, message)
}

func unavailable(cause error) error {
	return fault.Wrap(cause, fault.Unavailable, "認証サーバーを利用できません。少し待ってから、もう一度お試しください。続くときは、ポータル管理者に連絡してください。")
}

// answerFailure is the failure that an error in the provider's answer means. The
// answer came through the browser, so the log gets only the names it knows.
func answerFailure(name string) error {
	switch name {
	case "access_denied":
		return refused(cancelled, errors.New("the provider answers access_denied"))
	case "server_error", "temporarily_unavailable":
		return unavailable(errors.New("the provider answers " + name))
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope",
		"interaction_required", "login_required", "account_selection_required", "consent_required":
		return refused(notVouched, errors.New("the provider answers "+name))
	}
	return refused(notVouched, errors.New("the provider answers with an error"))
}

// exchangeFailure is the failure that an error of the code's exchange means. The
// provider's own words stay out of it.
func exchangeFailure(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return unavailable(e)
	}
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !ok:
		return unavailable(errors.New("the provider's answer to the code is not readable"))
	case e.ErrorCode == "invalid_grant":
		return refused(startOver, errors.New("the provider does not take the code"))
	case e.ErrorCode == "invalid_client", e.ErrorCode == "unauthorized_client":
		return unavailable(errors.New("the provider does not take the portal's client ID and secret"))
	}
	return unavailable(fmt.Errorf("the provider answers the code with status %d", e.Response.StatusCode))
}
