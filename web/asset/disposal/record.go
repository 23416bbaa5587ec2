package disposal

import (
	"net/http"
	"time"

	"kagami/internal/address"
	"kagami/internal/asset/disposal"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/web/screen"
)

// written is what somebody has typed of what was done.
type written struct {
	disposal.Record
	On, Time string
}

// recordable is the disposal that the address names, for who may record it.
func (s *Screens) recordable(r *http.Request) (disposal.Disposal, error) {
	d, err := s.disposal(r)
	if err == nil {
		_, err = authz.Check(screen.Actor(r.Context()), authz.DisposeAssets, authz.Matter{OwnersSection: d.Section})
	}
	return d, err
}

// showRecord shows the form with what was asked for, or with what was sent back.
func (s *Screens) showRecord(w http.ResponseWriter, r *http.Request) error {
	d, err := s.recordable(r)
	if err != nil {
		return err
	}
	t := written{Record: disposal.Record{Ways: d.Ways, Witness: d.Witness, DoneBy: d.DoneBy, Place: d.Place, LeaseReturn: d.LeaseReturn, Serials: map[string]string{}}, On: screen.Today(r.Context()).String()}
	for _, i := range d.Items {
		t.Serials[i.Code] = i.Serial
	}
	if d.DoneAt != nil {
		t.On, t.Time = calendar.Day(*d.DoneAt).String(), d.DoneAt.In(calendar.Tokyo).Format("15:04")
	}
	return s.drawRecord(w, r, d, t, nil)
}

func (s *Screens) record(w http.ResponseWriter, r *http.Request) error {
	d, err := s.recordable(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	t := written{
		Record: disposal.Record{
			Ways: form["ways"], DoneBy: form.Get("done_by"), Witness: form.Get("witness"), Place: form.Get("place"), LeaseReturn: form.Get("lease_return"), Serials: map[string]string{},
		},
		On: form.Get("done_on"), Time: form.Get("done_time"),
	}
	for _, i := range d.Left() {
		t.Serials[i.Code] = form.Get("serial-" + i.Code)
	}
	var read screen.Form
	if day := read.Day("done_on", t.On); !day.IsZero() {
		at, err := time.Parse("15:04", t.Time)
		if err != nil {
			read.Wrong("done_time", "廃棄した時刻を、09:30 のように入力してください。")
		}
		t.At = day.Start().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	}
	if err = read.Err(); err == nil {
		err = s.disposals.Record(r.Context(), screen.Actor(r.Context()), d.Code, read.Version(form.Get("version")), t.Record)
	}
	if err != nil {
		return s.drawRecord(w, r, d, t, err)
	}
	return screen.GoOn(w, r, address.Disposal(d.Code), "disposal-record")
}

// drawRecord shows the form with the ways of today.
func (s *Screens) drawRecord(w http.ResponseWriter, r *http.Request, d disposal.Disposal, t written, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	rules, err := s.disposals.RulesForPortal(r.Context())
	if err != nil {
		return err
	}
	screen.Render(w, r, status, recordPage(recordView{
		Frame: screen.Frame(r, "廃棄の記録："+disposal.Number(d.Code), way(d)...), Disposal: d, Rules: rules, Typed: t, Today: screen.Today(r.Context()), Problems: problems,
	}))
	return nil
}
