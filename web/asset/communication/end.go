package communication

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/asset/communication"
	"kagami/web/screen"
)

func (s *Screens) showEnd(w http.ResponseWriter, r *http.Request) error {
	c, err := s.changeable(r)
	if err != nil {
		return err
	}
	return s.drawEnd(w, r, c, nil)
}

func (s *Screens) end(w http.ResponseWriter, r *http.Request) error {
	c, err := s.changeable(r)
	if err != nil {
		return err
	}
	var read screen.Form
	version, on := read.Version(r.PostForm.Get("version")), read.Day("ended_on", r.PostForm.Get("ended_on"))
	if r.PostForm.Get("sure") == "" {
		read.Wrong("sure", "元に戻せないことを確かめて、印を付けてください。")
	}
	if err = read.Err(); err == nil {
		err = s.communications.End(r.Context(), screen.Actor(r.Context()), c.Code, version, on, r.PostForm.Get("why"))
	}
	if err != nil {
		return s.drawEnd(w, r, c, err)
	}
	return screen.GoOn(w, r, address.Communication(c.Code), "communication-ended")
}

// drawEnd shows the form with what stands in the register now.
func (s *Screens) drawEnd(w http.ResponseWriter, r *http.Request, c communication.Communication, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	on := r.PostForm.Get("ended_on")
	if r.Method == http.MethodGet {
		on = screen.Today(r.Context()).String()
	}
	screen.Render(w, r, status, endPage(endView{
		Frame: screen.Frame(r, "通信を終える："+c.Name, way(c)...), Communication: c, On: on, Why: r.PostForm.Get("why"), Problems: problems,
	}))
	return nil
}
