package review

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/rights/review"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showWhole(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	sections, err := s.reviews.Sections(ctx, actor, v, "")
	if err != nil {
		return err
	}
	view := wholeView{
		Frame: screen.Frame(r, v.Number(), listWay...), Review: v, Sections: sections, Stage: review.Stage(r.URL.Query().Get("stage")), Today: screen.Today(ctx),
		MayOpen: actor.Reach(authz.OpenRightReviews) == authz.All, All: actor.Reach(authz.ReadRights) == authz.All,
	}
	if view.All {
		if view.History, err = s.reviews.History(ctx, actor, v, 0); err != nil {
			return err
		}
	}
	return screen.Show(w, r, wholePage(view))
}

// at is how many of the sections stand at a stage; the empty one for all.
func (p wholeView) at(stage review.Stage) (list []review.Progress) {
	return slices.DeleteFunc(slices.Clone(p.Sections), func(g review.Progress) bool { return stage.Title() != "" && g.Stage != stage })
}

// sum is how far all of them are.
func (p wholeView) sum() (c review.Counts) {
	for _, g := range p.Sections {
		c = c.Plus(g.Counts)
	}
	return c
}

// filters are the choices of sections, with how many each has.
func (p wholeView) filters() (list []layout.Link) {
	for _, stage := range append([]review.Stage{""}, review.Stages...) {
		l := layout.Link{Label: fmt.Sprintf("%s（%d）", stage.Title(), len(p.at(stage))), Address: address.With(address.RightReview(p.Code), "stage", string(stage)), Current: stage == p.Stage}
		if stage == "" {
			l.Label, l.Address = fmt.Sprintf("すべて（%d）", len(p.Sections)), address.RightReview(p.Code)
		}
		list = append(list, l)
	}
	return list
}

// scope is what a confirmation is of, in words.
func scope(v review.Review) string {
	if v.Whole {
		return "すべての課室"
	}
	return "選んだ課室"
}

// piece is a piece of a bar.
type piece struct {
	Answer review.Answer
	From   float64 // in percent
	Size   float64
}

func (p piece) x() string     { return strconv.FormatFloat(p.From, 'f', 2, 64) + "%" }
func (p piece) width() string { return strconv.FormatFloat(p.Size, 'f', 2, 64) + "%" }

// piecesOf are the pieces of the bar of a section.
func piecesOf(c review.Counts) (list []piece) {
	from := 0.0
	for _, a := range review.Answers {
		if n := c.Of(a); n > 0 {
			size := 100 * float64(n) / float64(c.Asked)
			list = append(list, piece{a, from, size})
			from += size
		}
	}
	return list
}

// inWords is what a bar says.
func inWords(c review.Counts) string {
	var also []string
	for _, a := range []review.Answer{review.Unneeded, review.Change, review.Later} {
		if n := c.Of(a); n > 0 {
			also = append(also, fmt.Sprintf("%s%s件", a.Title(), component.Thousands(n)))
		}
	}
	if c.Ended > 0 {
		also = append(also, fmt.Sprintf("ほかに、答える前に終わった%s件", component.Thousands(c.Ended)))
	}
	text := fmt.Sprintf("%s件のうち%s件", component.Thousands(c.Asked), component.Thousands(c.Answered()))
	if len(also) > 0 {
		text += "（" + strings.Join(also, "、") + "）"
	}
	return text
}
