package stocktaking

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showWhole(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	t, err := s.whole(r)
	if err != nil {
		return err
	}
	sum, err := s.stocktakings.Summarize(ctx, actor, t)
	if err != nil {
		return err
	}
	q := stocktaking.Search{Stage: r.URL.Query().Get("stage"), After: r.URL.Query().Get("after")}
	list, next, err := s.stocktakings.Sections(ctx, actor, t, q)
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	view := wholeView{
		Frame: screen.Frame(r, t.Number(), listWay...), Stocktaking: t, Summary: sum, Sections: list, Next: next, Asked: q, Today: screen.Today(ctx),
		MayOpen: actor.Reach(authz.OpenStocktakings) == authz.All, All: actor.Reach(authz.ReadAssets) == authz.All, Scheme: scheme,
	}
	if view.History, err = s.stocktakings.History(ctx, actor, t, 0); err != nil {
		return err
	}
	return screen.Show(w, r, wholePage(view))
}

// filters are the choices of sections, with how many each has.
func (p wholeView) filters() []layout.Link {
	here := address.Stocktaking(p.Code)
	list := []layout.Link{{Label: fmt.Sprintf("すべて（%d）", p.Summary.Sections()), Address: here, Current: p.Asked.Stage == ""}}
	for i, n := range []int{p.Summary.NotBegun, p.Summary.UnderWay, p.Summary.HandedIn, p.Summary.Confirmed} {
		stage := stocktaking.Stages[i]
		list = append(list, layout.Link{Label: fmt.Sprintf("%s（%d）", stage.Title(), n), Address: address.With(here, "stage", string(stage)), Current: p.Asked.Stage == string(stage)})
	}
	if p.All && p.State == stocktaking.Open {
		list = append(list, layout.Link{Label: "情報セキュリティ管理者が空席", Address: address.With(here, "stage", stocktaking.Unmanaged), Current: p.Asked.Stage == stocktaking.Unmanaged})
	}
	return list
}

// part is a piece of a bar.
type part struct {
	Result stocktaking.Result
	From   float64 // in percent
	Size   float64
}

func (p part) x() string     { return strconv.FormatFloat(p.From, 'f', 2, 64) + "%" }
func (p part) width() string { return strconv.FormatFloat(p.Size, 'f', 2, 64) + "%" }

// partsOf are the pieces of the bar of a section.
func partsOf(c stocktaking.Counts) (list []part) {
	from := 0.0
	for _, r := range stocktaking.Results {
		if n := c.Of(r); n > 0 {
			size := 100 * float64(n) / float64(c.Asked)
			list = append(list, part{r, from, size})
			from += size
		}
	}
	return list
}

// inWords is what a bar says.
func inWords(c stocktaking.Counts) string {
	var also []string
	for _, r := range stocktaking.Results {
		if n := c.Of(r); n > 0 && r != stocktaking.Same {
			also = append(also, fmt.Sprintf("%s%s件", r.Title(), component.Thousands(n)))
		}
	}
	if c.Ended > 0 {
		also = append(also, fmt.Sprintf("ほかに、台帳から外れた%s件", component.Thousands(c.Ended)))
	}
	text := fmt.Sprintf("%s件のうち%s件", component.Thousands(c.Asked), component.Thousands(c.Answered()))
	if len(also) > 0 {
		text += "（" + strings.Join(also, "、") + "）"
	}
	return text
}

// more says how many there are beside those that are named.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("ほか%d課室", n)
}
