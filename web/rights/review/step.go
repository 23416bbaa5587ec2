package review

import (
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/rights/review"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step of a section as its page offers it.
type step struct {
	review.Event
	button, lead   string
	note, noteHint string // empty where nothing is written
	done           layout.Done
}

// steps are what can be done with a section beside answering.
var steps = []step{
	{
		Event: review.EventHandIn, button: "提出する",
		lead: "提出すると、この課室の確認は終わりです。取り消すまで、答えは変えられません。",
		done: layout.Done{Heading: "利用権限の確認を提出しました", Text: "この課室の確認は終わりです。すべての課室が提出すると、総務課が締めます。"},
	},
	{
		Event: review.EventTakeUp, button: "提出を取り消す", note: "取り消す理由", noteHint: "履歴に残ります。2000字まで。",
		lead: "取り消すと、もう一度、答えを変えられるようになります。「要らない」と答えて終えたものは、元に戻りません。",
		done: layout.Done{Heading: "提出を取り消しました", Text: "答えを直してから、もう一度提出してください。"},
	},
}

// stepOf is the step of an event.
func stepOf(event review.Event) step {
	return steps[slices.IndexFunc(steps, func(p step) bool { return p.Event == event })]
}

func (s *Screens) showStep(event review.Event) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return s.drawStep(w, r, stepOf(event), nil) }
}

func (s *Screens) take(event review.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		place, err := s.place(r)
		if err != nil {
			return err
		}
		var read screen.Form
		said := review.Step{Version: read.Version(r.PostForm.Get("version")), Note: r.PostForm.Get("note")}
		if err := s.reviews.Do(r.Context(), screen.Actor(r.Context()), place.Code, place.SectionCode, p.Event, said); err != nil {
			return s.drawStep(w, r, p, err)
		}
		return screen.GoOn(w, r, address.RightReviewSection(place.Code, place.SectionCode), "right-review-"+string(p.Event))
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
	counts, err := s.reviews.Count(ctx, actor, place)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, stepPage(stepView{
		Frame: screen.Frame(r, p.button, wayIn(place)...), Place: place, Counts: counts, Step: p, Possible: slices.Contains(place.Next(actor), p.Event),
		Note: r.PostForm.Get("note"), Problems: problems,
	}))
	return nil
}
