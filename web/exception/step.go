package exception

import (
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/exception"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step as its page offers it.
type step struct {
	exception.Event
	lead     string // what it does
	note, on string // what the fields are called; on is empty where no day is asked for
	noteHint string
	onHint   string
	done     layout.Done
}

// steps are what can be done with an exception, in the order in which they are offered.
var steps = []step{
	{
		Event: exception.EventPermit, note: "条件など", noteHint: "あるときに書きます。2000字まで。",
		lead: "許可すると、期間の間だけ例外措置になります。期限の日を過ぎると、自動で終わり、申請した人が後始末を記録します。",
		done: layout.Done{Heading: "例外措置を許可しました", Text: "申請した人に、お知らせが届きました。異動や退職をしているときは、その課室の情報セキュリティ管理者に届きました。"},
	},
	{
		Event: exception.EventRefuse, note: "許可しない理由", noteHint: "申請した人に伝わります。2000字まで。",
		on: "いつまでに元に戻すか", onHint: "すでに行っている場合に、入力します。",
		lead: "許可しないと、申請は終わります。もう一度求めるときは、新しく申請してもらいます。",
		done: layout.Done{Heading: "例外措置を不許可にしました", Text: "申請した人に、お知らせが届きました。異動や退職をしているときは、その課室の情報セキュリティ管理者に届きました。"},
	},
	{
		Event: exception.EventReview, note: "見直しで分かったこと", noteHint: "代替策が守られているか、まだ必要かを書きます。2000字まで。",
		on: "次の見直し日", onHint: "期限まで見直さないときは、空のままにします。",
		lead: "見直して、このまま続けます。続けないときは、「許可の取消し」にします。",
		done: layout.Done{Heading: "見直しを記録しました", Text: "例外措置は、期限の日まで続きます。"},
	},
	{
		Event: exception.EventRevoke, note: "取り消す理由", noteHint: "申請した人に伝わります。2000字まで。",
		lead: "許可を取り消すと、今日で例外措置ではなくなります。元には戻せません。",
		done: layout.Done{Heading: "例外措置の許可を取り消しました", Text: "申請した人に、お知らせが届きました。異動や退職をしているときは、その課室の情報セキュリティ管理者に届きました。"},
	},
	{
		Event: exception.EventEnd, note: "終える理由", noteHint: "例：機器を入れ替えて、基準に合った。2000字まで。",
		lead: "要らなくなった例外措置を、期限の前に終えます。元には戻せません。",
		done: layout.Done{Heading: "例外措置を終えました", Text: "内容と履歴は残ります。次に、条項を守るように戻したことを、「後始末」に記録してください。"},
	},
	{
		Event: exception.EventSettle, note: "守れるように行ったこと", noteHint: "例：端末を利用者ごとに分け、共用をやめた。続けていた代替策をやめたことも書きます。2000字まで。",
		on: "条項を守るように戻した日", onHint: "例外措置の初日から今日までの日。まだのときは、戻してから記録します。",
		lead: "終わった例外措置について、条項を守るように戻したことを記録します。記録すると、元には戻せません。",
		done: layout.Done{Heading: "後始末を記録しました", Text: "許可する人に、お知らせが届きました。内容と履歴は残ります。"},
	},
	{
		Event: exception.EventWithdraw, note: "取り下げる理由", noteHint: "例：別の方法で対応した。2000字まで。",
		lead: "申請を取り下げます。内容を直すときも、取り下げてから、新しく申請します。",
		done: layout.Done{Heading: "例外措置の申請を取り下げました", Text: "内容と履歴は残ります。"},
	},
}

// stepOf is the step of an event.
func stepOf(event exception.Event) step {
	return steps[slices.IndexFunc(steps, func(p step) bool { return p.Event == event })]
}

// asksDay tells whether a day is asked for with the step of an exception.
func (p step) asksDay(e exception.Exception) bool {
	return p.on != "" && (p.Event != exception.EventRefuse || !e.DoneSince.IsZero())
}

// needsDay tells whether it can't be taken without that day.
func (p step) needsDay(e exception.Exception) bool {
	return p.asksDay(e) && p.Event != exception.EventReview
}

func (s *Screens) showStep(event exception.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		e, err := s.exception(r)
		if err != nil {
			return err
		}
		return s.drawStep(w, r, p, e, nil)
	}
}

func (s *Screens) take(event exception.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		e, err := s.exception(r)
		if err != nil {
			return err
		}
		var read screen.Form
		said := exception.Step{Version: read.Version(r.PostForm.Get("version")), Note: r.PostForm.Get("note")}
		if p.asksDay(e) {
			said.On = read.Day("on", r.PostForm.Get("on"))
		}
		if err = read.Err(); err == nil {
			err = s.exceptions.Do(r.Context(), screen.Actor(r.Context()), e.Code, p.Event, said)
		}
		if err != nil {
			return s.drawStep(w, r, p, e, err)
		}
		return screen.GoOn(w, r, address.Exception(e.Code), "exception-"+string(p.Event))
	}
}

// drawStep shows the form of a step. Where it can't be taken any more, it says so without
// the form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, e exception.Exception, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	next, err := s.exceptions.Next(r.Context(), screen.Actor(r.Context()), e)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, stepPage(stepView{
		Frame: screen.Frame(r, p.Title()+"："+exception.Number(e.Code), way(e)...), Exception: e, Step: p, Possible: slices.Contains(next, p.Event), Problems: problems,
		Note: r.PostForm.Get("note"), On: r.PostForm.Get("on"), Today: screen.Today(r.Context()),
	}))
	return nil
}
