package stocktaking

import (
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/asset/stocktaking"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step of a section as its page offers it.
type step struct {
	stocktaking.Event
	button, lead   string
	note, noteHint string // empty where nothing is written
	done           layout.Done
}

// steps are what can be done with a section beside answering, in the order in which they are
// offered.
var steps = []step{
	{
		Event: stocktaking.EventConfirm, button: "確認する",
		lead: "「変更なし」と「変更」の情報資産は、台帳の最終確認日が、確かめた日になります。",
		done: layout.Done{Heading: "棚卸しを確認しました", Text: "この課室の棚卸しは終わりです。台帳の最終確認日が変わりました。"},
	},
	{
		Event: stocktaking.EventHandIn, button: "提出する",
		lead: "提出すると、課長（情報セキュリティ管理者）に確認の依頼が届きます。差し戻されるまで、答えは変えられません。",
		done: layout.Done{Heading: "棚卸しを提出しました", Text: "課長（情報セキュリティ管理者）に、お知らせが届きました。"},
	},
	{
		Event: stocktaking.EventSendBack, button: "差し戻す", note: "直すところ", noteHint: "提出した人に伝わります。2000字まで。",
		lead: "差し戻すと、もう一度、答えを変えられるようになります。",
		done: layout.Done{Heading: "棚卸しを差し戻しました", Text: "提出した人に、お知らせが届きました。"},
	},
	{
		Event: stocktaking.EventTakeUp, button: "確認を取り消す", note: "取り消す理由", noteHint: "履歴に残ります。2000字まで。",
		lead: "取り消すと、もう一度、答えを変えられるようになります。台帳の最終確認日は、そのままです。",
		done: layout.Done{Heading: "確認を取り消しました", Text: "答えを直してから、もう一度確認してください。"},
	},
}

// stepOf is the step of an event.
func stepOf(event stocktaking.Event) step {
	return steps[slices.IndexFunc(steps, func(p step) bool { return p.Event == event })]
}

func (s *Screens) showStep(event stocktaking.Event) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return s.drawStep(w, r, stepOf(event), nil) }
}

func (s *Screens) take(event stocktaking.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		place, err := s.place(r)
		if err != nil {
			return err
		}
		var read screen.Form
		said := stocktaking.Step{Version: read.Version(r.PostForm.Get("version")), Note: r.PostForm.Get("note")}
		if err := s.stocktakings.Do(r.Context(), screen.Actor(r.Context()), place.Code, place.SectionCode, p.Event, said); err != nil {
			return s.drawStep(w, r, p, err)
		}
		return screen.GoOn(w, r, address.StocktakingSection(place.Code, place.SectionCode), "stocktaking-"+string(p.Event))
	}
}

// drawStep shows the form of a step. Where it can't be taken any more, it says so without the
// form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	place, err := s.place(r)
	if err != nil {
		return err
	}
	counts, err := s.stocktakings.Count(ctx, actor, place)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, stepPage(stepView{
		Frame: screen.Frame(r, p.button, wayIn(place)...), Place: place, Counts: counts, Step: p, Possible: slices.Contains(place.Next(actor), p.Event),
		Note: r.PostForm.Get("note"), Problems: problems,
	}))
	return nil
}
