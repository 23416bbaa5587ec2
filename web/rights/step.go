package rights

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/rights"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step as its page offers it.
type step struct {
	rights.Event
	pattern  string // of its address
	act      string // what the buttons say
	lead     string // what it does
	note     string // what its text is called
	noteHint string
	needed   bool // whether the text is
	done     layout.Done
}

// steps are what can be done with a right, in the order in which they are offered.
var steps = []step{
	{
		Event: rights.EventPermit, pattern: "/rights/of/{right}/permit", act: "許可する", note: "条件など", noteHint: "あるときに書きます。2000字まで。",
		lead: "許可すると、最初の日から使えます。使えるようにする作業は、連携するシステムでは自動で、そのほかでは作業依頼で行われます。",
		done: layout.Done{Heading: "利用権限を許可しました", Text: "申請した人と使う人に、お知らせが届きました。"},
	},
	{
		Event: rights.EventRefuse, pattern: "/rights/of/{right}/refuse", act: "許可しない", note: "許可しない理由", noteHint: "申請した人に伝わります。2000字まで。", needed: true,
		lead: "許可しないと、申請は終わります。もう一度求めるときは、新しく申請してもらいます。",
		done: layout.Done{Heading: "利用権限を不許可にしました", Text: "申請した人と使う人に、お知らせが届きました。"},
	},
	{
		Event: rights.EventKeep, pattern: "/rights/of/{right}/keep", act: "まだ要ると答える", note: "気づいたこと", noteHint: "あるときに書きます。2000字まで。",
		lead: "いまの課の仕事のためのものとして、また使えるようになります。停止中のものは、停止が終わってから、使い始める前のものは、最初の日から使えます。",
		done: layout.Done{Heading: "まだ要ると答えました", Text: "いまの課の仕事のためのものになりました。"},
	},
	{
		Event: rights.EventConfirm, pattern: "/rights/of/{right}/confirm", act: "まだ要ることを確かめる", note: "気づいたこと", noteHint: "あるときに書きます。2000字まで。",
		lead: "いまも仕事に要ることを確かめたと、記録します。",
		done: layout.Done{Heading: "まだ要ることを記録しました", Text: "最終確認の日が、今日になりました。"},
	},
	{
		Event: rights.EventEnd, pattern: "/rights/of/{right}/end", act: "終える", note: "終える理由", noteHint: "本人に伝わります。2000字まで。", needed: true,
		lead: "終えると、すぐに使えなくなります。元には戻せません。また要るときは、新しく申請します。",
		done: layout.Done{Heading: "利用権限を終えました", Text: "本人に、お知らせが届きました。"},
	},
	{
		Event: rights.EventGiveUp, pattern: "/rights/of/{right}/give_up", act: "返す", note: "返す理由", noteHint: "あるときに書きます。2000字まで。",
		lead: "返すと、すぐに使えなくなります。元には戻せません。また要るときは、新しく申請します。",
		done: layout.Done{Heading: "利用権限を返しました", Text: "使えなくなりました。"},
	},
	{
		Event: rights.EventWithdraw, pattern: "/rights/of/{right}/withdraw", act: "取り下げる", note: "取り下げる理由", noteHint: "あるときに書きます。2000字まで。",
		lead: "申請を取り下げます。内容を直すときも、取り下げてから、新しく申請します。元には戻せません。",
		done: layout.Done{Heading: "利用権限の申請を取り下げました", Text: "内容と履歴は残ります。"},
	},
}

// right is the one that the address names.
func (s *Screens) right(r *http.Request) (rights.Right, error) {
	return s.rights.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "right"))
}

func (s *Screens) showRight(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	right, err := s.right(r)
	if err != nil {
		return err
	}
	history, err := s.rights.History(ctx, actor, right.Code)
	if err != nil {
		return err
	}
	next, err := s.rights.Next(ctx, actor, right)
	if err != nil {
		return err
	}
	view := rightView{Frame: screen.Frame(r, rights.Number(right.Code)+"："+right.SystemName, listWay...), Right: right, History: history, Turn: turn(right)}
	for _, p := range steps {
		if slices.Contains(next, p.Event) {
			view.Steps = append(view.Steps, p)
		}
	}
	return screen.Show(w, r, rightPage(view))
}

// turn says who goes on with a right, and how.
func turn(r rights.Right) string {
	switch r.Standing {
	case rights.Asked:
		return r.SystemOf + "の情報システム管理者か課長（情報セキュリティ管理者）が、許可するかどうかを決めます。申請した人と使う人は、決められません。"
	case rights.Moved:
		return "異動したため使えません。いまの課の課長（情報セキュリティ管理者）が「まだ要る」と答えると、また使えます。"
	case rights.Suspended, rights.Cut, rights.Revoked:
		return "いまは使えません。分からないことは、総務課（統括情報セキュリティ責任者）に聞いてください。"
	}
	return ""
}

func (s *Screens) showStep(p step) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		right, err := s.right(r)
		if err != nil {
			return err
		}
		return s.drawStep(w, r, p, right, nil)
	}
}

// fromMoved says of a step that it was taken from the list of rights after transfers.
const fromMoved = "moved"

func (s *Screens) take(p step) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		right, err := s.right(r)
		if err != nil {
			return err
		}
		var read screen.Form
		said := rights.Step{Version: read.Version(r.PostForm.Get("version")), Note: r.PostForm.Get("note")}
		if err := s.rights.Do(r.Context(), screen.Actor(r.Context()), right.Code, p.Event, said); err != nil {
			return s.drawStep(w, r, p, right, err)
		}
		to := address.Right(right.Code)
		if r.PostForm.Get("from") == fromMoved {
			to = address.MovedRights
		}
		return screen.GoOn(w, r, to, "right-"+string(p.Event))
	}
}

// drawStep shows the form of a step. Where it can't be taken any more, it says so without
// the form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, right rights.Right, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	next, err := s.rights.Next(r.Context(), screen.Actor(r.Context()), right)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, stepPage(stepView{
		Frame: screen.Frame(r, p.act+"："+rights.Number(right.Code), way(right)...), Right: right, Step: p, From: cmp.Or(r.PostForm.Get("from"), r.URL.Query().Get("from")), Possible: slices.Contains(next, p.Event), Problems: problems,
		Note: component.Input{Name: "note", Label: p.note, Hint: p.noteHint, Value: r.PostForm.Get("note"), Required: p.needed, Problems: problems},
	}))
	return nil
}
