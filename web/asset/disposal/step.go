package disposal

import (
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/asset/disposal"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step as its page offers it.
type step struct {
	disposal.Event
	heading, act   string
	lead           string // what it does
	note, noteHint string // what is written with it
	needed         bool
	done           layout.Done
}

// steps are what can be done with a disposal, beside its record.
var steps = []step{
	{
		Event: disposal.EventConfirm, heading: "廃棄の確認", act: "確認して、廃棄済みにする", note: "書いておくこと", noteHint: "あるときに書きます。2000字まで。",
		lead: "証明書や現物を確かめて、確認します。確認すると、下の情報資産は台帳で「廃棄済み」になり、二度と変えられません。内容と履歴は残り、管理番号はほかに使いません。",
		done: layout.Done{Heading: "廃棄を確認しました", Text: "情報資産は、台帳で「廃棄済み」になりました。記録は残ります。"},
	},
	{
		Event: disposal.EventSendBack, heading: "廃棄の記録の差し戻し", act: "差し戻す", note: "直すところ", noteHint: "記録した人に伝わります。2000字まで。", needed: true,
		lead: "記録に誤りや足りないものがあるときに、差し戻します。記録は「廃棄待ち」に戻り、記録した人に、お知らせが届きます。",
		done: layout.Done{Heading: "廃棄の記録を差し戻しました", Text: "記録した人に、お知らせが届きました。"},
	},
	{
		Event: disposal.EventWithdraw, heading: "廃棄の取り下げ", act: "取り下げる", note: "取り下げる理由", noteHint: "例：まだ使うことになった。2000字まで。", needed: true,
		lead: "廃棄を取りやめます。下の情報資産は、申請の前の状態に戻ります。",
		done: layout.Done{Heading: "廃棄を取り下げました", Text: "情報資産は、申請の前の状態に戻りました。"},
	},
}

// stepOf is the step of an event.
func stepOf(event disposal.Event) step {
	return steps[slices.IndexFunc(steps, func(p step) bool { return p.Event == event })]
}

func (s *Screens) showStep(event disposal.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := s.disposal(r)
		if err == nil {
			err = s.disposals.AskStep(r.Context(), screen.Actor(r.Context()), d.Code, event)
		}
		if err != nil {
			return err
		}
		return s.drawStep(w, r, p, d, nil)
	}
}

func (s *Screens) take(event disposal.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := s.disposal(r)
		if err != nil {
			return err
		}
		ctx, actor := r.Context(), screen.Actor(r.Context())
		var read screen.Form
		version, note := read.Version(r.PostForm.Get("version")), r.PostForm.Get("note")
		switch event {
		case disposal.EventConfirm:
			err = s.disposals.Confirm(ctx, actor, d.Code, version, note)
		case disposal.EventSendBack:
			err = s.disposals.SendBack(ctx, actor, d.Code, version, note)
		default:
			err = s.disposals.Withdraw(ctx, actor, d.Code, version, r.PostForm.Get("asset"), note)
		}
		if err != nil {
			return s.drawStep(w, r, p, d, err)
		}
		return screen.GoOn(w, r, address.Disposal(d.Code), "disposal-"+string(event))
	}
}

// drawStep shows the form of a step. Where it can't be taken any more, it says so without the
// form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, d disposal.Disposal, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	next, err := s.disposals.Next(r.Context(), screen.Actor(r.Context()), d)
	if err != nil {
		return err
	}
	files, err := s.disposals.FilesOf(r.Context(), screen.Actor(r.Context()), d.Code)
	if err != nil {
		return err
	}
	one := r.URL.Query().Get("asset")
	if r.Method == http.MethodPost {
		one = r.PostForm.Get("asset")
	}
	view := stepView{
		Frame: screen.Frame(r, p.heading+"："+disposal.Number(d.Code), way(d)...), Disposal: d, Step: p, Possible: slices.Contains(next, p.Event), Files: files,
		Note: r.PostForm.Get("note"), Today: screen.Today(r.Context()), Problems: problems,
	}
	for _, i := range d.Left() {
		if p.Event != disposal.EventWithdraw || one == "" || i.Code == one {
			view.Of = append(view.Of, i)
		}
	}
	if len(view.Of) == 1 && one != "" {
		view.One = one
	}
	screen.Render(w, r, status, stepPage(view))
	return nil
}
