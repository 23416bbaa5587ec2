package asset

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/web/screen"
)

func (s *Screens) showMistake(w http.ResponseWriter, r *http.Request) error {
	a, err := s.changeable(r)
	if err != nil {
		return err
	}
	return s.drawMistake(w, r, a, nil)
}

func (s *Screens) endAsMistaken(w http.ResponseWriter, r *http.Request) error {
	a, err := s.changeable(r)
	if err != nil {
		return err
	}
	var read screen.Form
	version := read.Version(r.PostForm.Get("version"))
	if r.PostForm.Get("sure") == "" {
		read.Wrong("sure", "元に戻せないことを確かめて、印を付けてください。")
	}
	if err = read.Err(); err == nil {
		err = s.register.EndAsMistaken(r.Context(), screen.Actor(r.Context()), a.Code, version, r.PostForm.Get("why"))
	}
	if err != nil {
		return s.drawMistake(w, r, a, err)
	}
	return screen.GoOn(w, r, address.Asset(a.Code), "asset-mistaken")
}

// drawMistake shows the form with what stands in the register now.
func (s *Screens) drawMistake(w http.ResponseWriter, r *http.Request, a asset.Asset, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	above, below, err := s.relations.Beside(r.Context(), screen.Actor(r.Context()), a)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, mistakePage(mistakeView{
		Beside: beside{above, below},
		Frame:  screen.Frame(r, "登録の誤りとして終える："+a.Name, way(a)...), Asset: a, Why: r.PostForm.Get("why"), Problems: problems,
	}))
	return nil
}
