// Package setting is the screens on which a town sees and sets what it decides for
// itself.
package setting

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/setting"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct{ settings *setting.Service }

// New makes the screens.
func New(settings *setting.Service) *Screens { return &Screens{settings} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/settings", authz.SeeSettings, s.showSettings),
			screen.Get("/settings/{name}", authz.SeeSettings, s.showSetting),
			screen.Post("/settings/{name}", authz.ChangeSettings, s.changeSetting).Sensitive(),
		},
		Nav: []screen.Entry{{Label: "町の設定", URL: address.Settings, Place: 7, Action: authz.SeeSettings, Least: authz.All}},
		Flashes: map[string]layout.Done{
			"setting-set":  {Heading: "設定しました", Text: "その日から、新しい値になります。いつ、だれが、なぜ変えたかは、下の履歴に残ります。"},
			"setting-back": {Heading: "予定を取り消しました", Text: "いまの値が続きます。取り消したことも、履歴に残ります。"},
		},
		Subjects: []trail.Named{{Kind: "setting", Title: "町の設定"}},
	}
}

func (s *Screens) showSettings(w http.ResponseWriter, r *http.Request) error {
	lines, err := s.settings.Lines(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, settingsPage(settingsView{Frame: screen.Frame(r, "町の設定"), Lines: lines}))
}

func (s *Screens) showSetting(w http.ResponseWriter, r *http.Request) error {
	line, err := s.line(r)
	if err != nil {
		return err
	}
	v := view(r, line, typed{Value: line.Value, First: screen.Today(r.Context()).String(), Last: line.Last}, nil)
	if line.Last > 0 {
		screen.Tell(r, &v.Frame, "setting-set", changed(line, false))
		screen.Tell(r, &v.Frame, "setting-back", changed(line, true))
	}
	return screen.Show(w, r, settingPage(v))
}

// changed names the newest change of a setting, where it is one that sets, or takes back.
func changed(line setting.Line, back bool) string {
	newest := line.Newest
	switch {
	case back != (newest.Value == ""):
		return ""
	case back:
		return "「" + line.Title + "」の" + from(newest.First) + "の予定を取り消しました。いまの値「" + line.Value + "」が続きます。取り消したことも、履歴に残ります。"
	}
	return "「" + line.Title + "」は、" + from(newest.First) + "「" + newest.Value + "」になります。いつ、だれが、なぜ変えたかは、下の履歴に残ります。"
}

func (s *Screens) line(r *http.Request) (setting.Line, error) {
	return s.settings.Line(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "name"))
}

// changeSetting sets a value from a day on, or takes back one that is to come.
func (s *Screens) changeSetting(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, name := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "name")
	t := typed{Value: r.PostForm.Get("value"), First: r.PostForm.Get("first"), Reason: r.PostForm.Get("reason"), Last: lastSeen(r)}
	var form screen.Form
	first, done := form.Day("first", t.First), "setting-set"
	err := form.Err()
	switch {
	case err != nil:
	case r.PostForm.Get("act") == "back":
		done, err = "setting-back", s.settings.TakeBack(ctx, actor, name, setting.Typed{First: first, Reason: t.Reason, Last: t.Last})
	default:
		err = s.settings.Set(ctx, actor, name, setting.Typed{Value: t.Value, First: first, Reason: t.Reason, Last: t.Last})
	}
	if err == nil {
		return screen.GoOn(w, r, address.Setting(name), done)
	}
	problems, _, failure := screen.Refused(err)
	if failure != nil {
		return failure
	}
	line, lineErr := s.line(r)
	if lineErr != nil {
		return lineErr
	}
	if fault.KindOf(err) == fault.Conflict {
		t.Last = line.Last // they are told to look at what has changed
	}
	screen.Refuse(w, r, err, settingPage(view(r, line, t, problems)))
	return nil
}

// lastSeen is the newest entry that whoever sent the form saw; 0, as where nothing was
// ever set, where the form does not say.
func lastSeen(r *http.Request) int64 {
	last, err := strconv.ParseInt(r.PostForm.Get("last"), 10, 64)
	if err != nil {
		return 0
	}
	return last
}

// from is from when a value holds, in words.
func from(day calendar.Date) string { return calendar.Wareki(day) + "から" }
