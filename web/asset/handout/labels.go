package handout

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset/export"
	"kagami/internal/asset/find"
	"kagami/internal/fault"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// onSheet is how many labels a sheet has: 8 rows of 3, each 70 by 37 mm.
const onSheet = 24

func (s *Screens) showLabels(w http.ResponseWriter, r *http.Request) error {
	a := find.AskedOf(r.URL.Query())
	labels, err := s.handing.Labels(r.Context(), screen.Actor(r.Context()), a.Search(""))
	if err != nil {
		return err
	}
	return s.drawLabels(w, r, labels, a, address.AssetLabels, a.At(address.Assets, "", ""), register.Link)
}

func (s *Screens) showLabel(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "asset")
	labels, err := s.handing.Label(r.Context(), screen.Actor(r.Context()), code)
	if err != nil {
		return err
	}
	return s.drawLabels(w, r, labels, find.Asked{}, address.AssetLabel(code), address.Asset(code), register.Link, layout.Link{Label: code, Address: address.Asset(code)})
}

// drawLabels draws labels from the place on the first sheet at which the address begins.
func (s *Screens) drawLabels(w http.ResponseWriter, r *http.Request, labels export.Labels, a find.Asked, here, back string, way ...layout.Link) error {
	view := labelsView{
		Frame: screen.Frame(r, "ラベルを印刷する", way...), Labels: labels, Asked: a, Here: here, Back: back, Start: r.URL.Query().Get("start"),
		absolute: func(code string) string { return s.public.JoinPath(address.Asset(code)).String() },
	}
	start := 1
	if view.Start != "" {
		var form screen.Form
		if start = form.Number("start", view.Start); start < 1 || start > onSheet {
			start = 1
			form.Wrong("start", "1から"+strconv.Itoa(onSheet)+"までの、半角の数字で入力してください。")
		}
		view.Problems, _, _ = screen.Refused(form.Err())
	}
	view.Sheets = sheetsOf(labels.Labels, start)
	if len(view.Problems) > 0 {
		screen.Render(w, r, screen.Status(fault.Invalid), labelsPage(view))
		return nil
	}
	return screen.Show(w, r, labelsPage(view))
}

// sheetsOf puts labels on sheets, the first of them at a place from 1 on; what stands
// before it is nil.
func sheetsOf(labels []export.Label, start int) [][]*export.Label {
	var sheets [][]*export.Label
	place := func(l *export.Label) {
		if last := len(sheets) - 1; last < 0 || len(sheets[last]) == onSheet {
			sheets = append(sheets, nil)
		}
		sheets[len(sheets)-1] = append(sheets[len(sheets)-1], l)
	}
	if len(labels) > 0 {
		for range start - 1 {
			place(nil)
		}
	}
	for i := range labels {
		place(&labels[i])
	}
	return sheets
}
