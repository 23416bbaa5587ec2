// Package missing is the screen of an asset that can't be found: where somebody says so, and
// where it is recorded that it was found. Printed, it is the sheet of what is known of it.
package missing

import (
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/asset/missing"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/notice"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	missing  *missing.Service
	register *asset.Service
}

// New makes the screen.
func New(service *missing.Service, assets *asset.Service) *Screens { return &Screens{service, assets} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/missing", authz.ReadAssets, s.show),
			screen.Post("/assets/{asset}/missing", authz.ReportMissing, s.report),
			screen.Post("/assets/{asset}/missing/found", authz.SettleMissing, s.find),
		},
		Flashes: map[string]layout.Done{
			"asset-missing": {Heading: "所在不明を届けました", Text: "統括情報セキュリティ責任者、CSIRT担当者、課室の情報セキュリティ管理者に、お知らせが届きました。見つかったときは、この画面で記録してください。"},
			"asset-found":   {Heading: "見つかったことを記録しました", Text: "台帳は、届けの前の状態に戻りました。届けと記録は残ります。"},
		},
		Tasks:    s.tasks,
		Topics:   []notice.Topic{missing.Topic()},
		Subjects: []trail.Named{{Kind: "missing", Title: "所在不明の届け"}},
		Counters: []state.Counter{missing.ChangeCounter},
	}
}

// tasks are what somebody looks for.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.missing.QueueWaiting(b, actor, func(n int) {
		if n > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("所在不明の情報資産%d件を探す", n), Why: "見つかるか、廃棄として終えるまで、所在不明のままです。",
				Act: "所在不明のものを見る", URL: address.With(address.Assets, "state", string(life.Missing)),
			})
		}
	})
}

// asset is the one that the address names.
func (s *Screens) asset(r *http.Request) (asset.Asset, error) {
	return s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
}

// show shows what is known of it, with the form of what comes next.
func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	now := s.register.Today()
	return s.draw(w, r, a, typed{"noticed_on": now.String(), "noticed_by": screen.Actor(r.Context()).Name, "found_on": now.String()}, nil)
}

// typed is what somebody has typed, by the names of the fields.
type typed map[string]string

// fields are those of both forms.
var fields = []string{"noticed_on", "noticed_time", "noticed_by", "last_seen", "words", "found_on", "found_where", "found_by", "found_words"}

func read(r *http.Request) typed {
	t := typed{}
	for _, name := range fields {
		t[name] = r.PostForm.Get(name)
	}
	return t
}

func (s *Screens) report(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	t := read(r)
	var form screen.Form
	seen := missing.Seen{Kind: missing.Missing, NoticedBy: t["noticed_by"], Words: t["words"], LastSeen: form.Day("last_seen", t["last_seen"])}
	if day := form.Day("noticed_on", t["noticed_on"]); !day.IsZero() {
		at, err := time.Parse("15:04", t["noticed_time"])
		if err != nil {
			form.Wrong("noticed_time", "気づいた時刻を、09:30 のように入力してください。はっきりしないときは、おおよその時刻にします。")
		}
		seen.NoticedAt = day.Start().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	}
	if err = form.Err(); err == nil {
		err = s.missing.Tell(r.Context(), screen.Actor(r.Context()), a.Code, seen)
	}
	if err != nil {
		return s.draw(w, r, a, t, err)
	}
	return screen.GoOn(w, r, address.AssetMissing(a.Code), "asset-missing")
}

func (s *Screens) find(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	t := read(r)
	var form screen.Form
	found := missing.Finding{On: form.Day("found_on", t["found_on"]), Where: t["found_where"], By: t["found_by"], Words: t["found_words"]}
	if err = form.Err(); err == nil {
		err = s.missing.Find(r.Context(), screen.Actor(r.Context()), a.Code, form.Version(r.PostForm.Get("version")), found)
	}
	if err != nil {
		return s.draw(w, r, a, t, err)
	}
	return screen.GoOn(w, r, address.AssetMissing(a.Code), "asset-found")
}

// draw shows the page as it is now, with what was typed and refused.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, a asset.Asset, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	view := missingView{Frame: screen.Frame(r, "所在不明："+a.Name, register.Way(a.Code)...), Asset: a, Typed: t, Problems: problems}
	if view.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return err
	}
	if view.Cases, err = s.missing.Cases(ctx, actor, a); err != nil {
		return err
	}
	matter := authz.Matter{OwnersSection: a.Section}
	_, view.MayReport = actor.May(authz.ReportMissing, matter)
	_, view.MayFind = actor.May(authz.SettleMissing, matter)
	screen.Render(w, r, status, missingPage(view))
	return nil
}

// open is the case in which the asset is looked for; ID 0 for none.
func (p missingView) open() missing.Case {
	if len(p.Cases) > 0 && p.Cases[0].State == missing.Open {
		return p.Cases[0]
	}
	return missing.Case{}
}

// levels are those that the asset had then.
func (p missingView) levels(c missing.Case) string {
	text := ""
	for i, key := range []string{c.Confidentiality, c.Integrity, c.Availability} {
		level, _ := p.Scheme.Level(asset.Aspects[i], key)
		if level.Title == "" {
			level.Title = "未定"
		}
		text += asset.Aspects[i].Title() + "：" + level.Title + "　"
	}
	return text
}

// personal is the personal data that the asset held then.
func personal(c missing.Case) string {
	if c.NumberWork != asset.NoNumberWork {
		return c.Personal.Title() + "（" + c.NumberWork.Title() + "）"
	}
	return c.Personal.Title()
}

// dayOr is a day in words, or that nobody knows it.
func dayOr(day calendar.Date) string {
	if day.IsZero() {
		return "わからない"
	}
	return calendar.Wareki(day)
}
