// Package edition is the screens on which a town sees what law and guidelines fix,
// reads in a new edition, sees what it changes, and puts its own rows over it.
package edition

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	editions *edition.Service
	uses     edition.Uses
}

// New makes the screens; uses tell what goes by the rows that an edition changes.
func New(editions *edition.Service, uses edition.Uses) *Screens { return &Screens{editions, uses} }

// maxFile is the most that a file may have, in bytes: the Cabinet Office's has 20,000.
const maxFile = 1 << 20

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/editions", authz.SeeSettings, s.showKinds),
			screen.Get("/editions/{kind}", authz.SeeSettings, s.showKind),
			screen.Post("/editions/{kind}", authz.KeepEditions, s.read).Body(maxFile + screen.MaxForm),
			screen.Get("/editions/{kind}/rows", authz.KeepEditions, s.showRow),
			screen.Post("/editions/{kind}/rows", authz.KeepEditions, s.say).Sensitive(),
			screen.Get("/editions/{kind}/{edition}", authz.SeeSettings, s.showPreview),
			screen.Post("/editions/{kind}/{edition}", authz.KeepEditions, s.decide).Sensitive(),
		},
		Nav: []screen.Entry{{Label: "法令・国の基準", URL: address.Editions, Place: 8, Action: authz.SeeSettings, Least: authz.All}},
		Flashes: map[string]layout.Done{
			"edition-read":      {Heading: "読み込みました", Text: "まだ使い始めていません。何が変わるかを確かめて、いつから使うかを決めてください。"},
			"edition-started":   {Heading: "使い始める日を決めました", Text: "その日から、この基準になります。町の行は、そのまま残ります。"},
			"edition-back":      {Heading: "予定を取り消しました", Text: "いまの基準が続きます。取り消したことも、履歴に残ります。"},
			"edition-withdrawn": {Heading: "取り下げました", Text: "読み込んだものの一覧から外しました。取り下げたことは、記録に残ります。"},
			"edition-row-back":  {Heading: "予定を取り消しました", Text: "いまの行が続きます。取り消したことも、履歴に残ります。"},
			"edition-said":      {Heading: "町の行を決めました", Text: "新しい基準を使い始めても、町の行はそのまま残ります。"},
		},
		Tasks:    s.tasks,
		Counters: []state.Counter{edition.ChangeCounter},
		Subjects: []trail.Named{{Kind: "edition", Title: "法令・国の基準"}, {Kind: "edition_own", Title: "法令・国の基準への町の行"}},
	}
}

// tasks are the editions that somebody has to renew.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.editions.QueueEnding(b, actor, func(list []edition.Ending) {
		for _, e := range list {
			b.Add(task.Task{
				What: "「" + e.Title + "」の新しい基準を読み込む", Why: "いまの基準でわかるのは、" + calendar.Wareki(e.Until) + "までです。",
				Act: "読み込む", URL: address.Edition(e.Name),
			})
		}
	})
}

func (s *Screens) showKinds(w http.ResponseWriter, r *http.Request) error {
	lines, err := s.editions.Lines(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, kindsPage(kindsView{Frame: screen.Frame(r, "法令・国の基準"), Lines: lines}))
}

var kindsLink = layout.Link{Label: "法令・国の基準", Address: address.Editions}

// typed is what somebody has typed on the pages of a kind.
type typed struct {
	Name, Source, Key, What, First, Reason, Why string
	Cells                                       []string // of a row, after its key
}

// cell is what is typed into a column of a row; empty for nothing.
func (t typed) cell(column int) string {
	if column > len(t.Cells) {
		return ""
	}
	return t.Cells[column-1]
}

// cellName is what the field of a column after the key is called in forms.
func cellName(column int) string {
	if column == 1 {
		return "cell"
	}
	return "cell-" + strconv.Itoa(column)
}

func (s *Screens) showKind(w http.ResponseWriter, r *http.Request) error {
	page, err := s.kind(r, typed{First: screen.Today(r.Context()).String()}, nil)
	if err != nil {
		return err
	}
	tellChanged(r, &page)
	return screen.Show(w, r, kindPage(page))
}

// tellChanged names on the page of a kind the newest change, where it is what the page was
// asked to tell.
func tellChanged(r *http.Request, page *kindView) {
	if len(page.Own) > 0 {
		newest := page.Own[0]
		key := page.Show(0, newest.Key)
		if newest.TakenBack {
			screen.Tell(r, &page.Frame, "edition-row-back", key+"の行の、"+from(newest.First)+"の予定を取り消しました。取り消したことも、履歴に残ります。")
		} else {
			screen.Tell(r, &page.Frame, "edition-said", key+"の行は、"+from(newest.First)+"次のとおりです："+said(page.Kind, newest)+"。新しい基準を使い始めても、町の行はそのまま残ります。")
		}
	}
	if len(page.Events) > 0 && page.Events[0].Act == edition.Withdrawn {
		screen.Tell(r, &page.Frame, "edition-withdrawn", "「"+page.Events[0].Name+"」を、読み込んだものの一覧から外しました。取り下げたことは、下の履歴に残ります。")
	}
}

func (s *Screens) kind(r *http.Request, t typed, problems []fault.Problem) (kindView, error) {
	page, err := s.editions.Page(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "kind"))
	if err != nil {
		return kindView{}, err
	}
	return kindView{Frame: screen.Frame(r, page.Title, kindsLink), Page: page, Typed: t, Problems: problems, Today: screen.Today(r.Context())}, nil
}

// refused shows the page of a kind again with what is wrong.
func (s *Screens) refused(w http.ResponseWriter, r *http.Request, t typed, refusal error) error {
	problems, _, failure := screen.Refused(refusal)
	if failure != nil {
		return failure
	}
	page, err := s.kind(r, t, problems)
	if err != nil {
		return err
	}
	screen.Refuse(w, r, refusal, kindPage(page))
	return nil
}

// read reads an edition in and goes on to what it changes.
func (s *Screens) read(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, maxFile+screen.MaxForm); err != nil {
		return err
	}
	t := typed{Name: r.PostForm.Get("name"), Source: r.PostForm.Get("source"), First: screen.Today(r.Context()).String()}
	file, err := screen.File(r, "file", maxFile)
	if err != nil {
		return err
	}
	kind := chi.URLParam(r, "kind")
	id, err := s.editions.Read(r.Context(), screen.Actor(r.Context()), kind, edition.Typed{Name: t.Name, Source: t.Source, File: file.Content})
	if err != nil {
		return s.refused(w, r, t, err)
	}
	return screen.GoOn(w, r, address.EditionRead(kind, id), "edition-read")
}

// showRow asks what the town says of a row, which the address may name.
func (s *Screens) showRow(w http.ResponseWriter, r *http.Request) error {
	page, err := s.editions.Page(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "kind"))
	if err != nil {
		return err
	}
	key, t := r.URL.Query().Get("key"), typed{What: r.URL.Query().Get("what"), First: screen.Today(r.Context()).String()}
	if t.What == "" {
		t.What = "own"
	}
	if folded, problem := page.Key(key); problem == "" {
		t.Key = page.Show(0, folded)
		for _, row := range page.Rows {
			if row.Key() == folded && t.What == "own" {
				for i, cell := range row.Row[1:] {
					t.Cells = append(t.Cells, page.Show(i+1, cell))
				}
			}
		}
	}
	return screen.Show(w, r, rowPage(rowOf(r, page.Kind, t, nil)))
}

func rowOf(r *http.Request, kind edition.Kind, t typed, problems []fault.Problem) rowView {
	return rowView{
		Frame: screen.Frame(r, "町の行を決める", kindsLink, layout.Link{Label: kind.Title, Address: address.Edition(kind.Name)}),
		Kind:  kind, Typed: t, Problems: problems,
	}
}

// say takes what the town says of a row: it shows what would change, and once that is
// pressed has it hold. It takes back too what was to hold.
func (s *Screens) say(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, name := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "kind")
	form := r.PostForm
	t := typed{Key: form.Get("key"), What: form.Get("what"), First: form.Get("first"), Reason: form.Get("reason")}
	var read screen.Form
	first := read.Day("first", t.First)
	if form.Get("act") == "back" {
		if err := s.editions.TakeBack(ctx, actor, name, t.Key, first, t.Reason); err != nil {
			return s.refused(w, r, typed{}, err)
		}
		return screen.GoOn(w, r, address.Edition(name), "edition-row-back")
	}
	page, err := s.editions.Page(ctx, actor, name)
	if err != nil {
		return err
	}
	for column := 1; column < len(page.Columns); column++ {
		t.Cells = append(t.Cells, form.Get(cellName(column)))
	}
	if form.Get("act") == "edit" {
		return screen.Show(w, r, rowPage(rowOf(r, page.Kind, t, nil)))
	}
	var foreseen edition.Foreseen
	said := edition.Say{Cells: append([]string{t.Key}, t.Cells...), What: t.What, First: first, Reason: t.Reason}
	switch err = read.Err(); {
	case err != nil:
	case form.Get("act") == "say":
		if err = s.editions.Say(ctx, actor, name, said); err == nil {
			return screen.GoOn(w, r, address.Edition(name), "edition-said")
		}
	default:
		if foreseen, err = s.editions.Foresee(ctx, actor, name, said); err == nil {
			row := rowOf(r, page.Kind, t, nil)
			row.Frame.Title = "町の行を確かめる"
			return screen.Show(w, r, checkPage(checkView{Frame: row.Frame, Kind: page.Kind, Foreseen: foreseen, Typed: t}))
		}
	}
	problems, _, failure := screen.Refused(err)
	if failure != nil {
		return failure
	}
	screen.Refuse(w, r, err, rowPage(rowOf(r, page.Kind, t, renamed(problems, "row", "key"))))
	return nil
}

func (s *Screens) showPreview(w http.ResponseWriter, r *http.Request) error {
	page, err := s.preview(r, typed{First: screen.Today(r.Context()).String()}, nil)
	if err != nil {
		return err
	}
	if page.First.IsZero() {
		screen.Tell(r, &page.Frame, "edition-read", "「"+page.Entry.Name+"」を読み込みました（"+strconv.Itoa(page.Count)+"行）。まだ使い始めていません。何が変わるかを確かめて、いつから使うかを決めてください。")
		screen.Tell(r, &page.Frame, "edition-back", "「"+page.Entry.Name+"」を使い始める予定を取り消しました。「"+page.Before.Name+"」が続きます。取り消したことも、履歴に残ります。")
	} else {
		screen.Tell(r, &page.Frame, "edition-started", "「"+page.Kind.Title+"」は、"+from(page.First)+"「"+page.Entry.Name+"」になります。町の行は、そのまま残ります。")
	}
	return screen.Show(w, r, previewPage(page))
}

func (s *Screens) preview(r *http.Request, t typed, problems []fault.Problem) (previewView, error) {
	preview, err := s.editions.Preview(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "kind"), number(r))
	if err != nil {
		return previewView{}, err
	}
	frame := screen.Frame(r, "何が変わるか："+preview.Entry.Name, kindsLink, layout.Link{Label: preview.Title, Address: address.Edition(preview.Name)})
	view := previewView{Frame: frame, Preview: preview, Typed: t, Problems: problems, Today: screen.Today(r.Context())}
	if preview.First.IsZero() || preview.First.After(view.Today) {
		view.Uses, err = s.uses(r.Context(), screen.Actor(r.Context()), preview.Name, touched(preview))
	}
	return view, err
}

// touched are the keys of rows that go or become others in the town: the town's own prevail.
func touched(p edition.Preview) []string {
	var keys []string
	for _, c := range p.Changes {
		if c.Act() != edition.Gained && !ownOf(p.Own, c.Key()) {
			keys = append(keys, c.Key())
		}
	}
	return keys
}

// number is that of the edition in the address; 0 for one that can't be.
func number(r *http.Request) int64 {
	id, err := strconv.ParseInt(chi.URLParam(r, "edition"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// decide says from when an edition holds, takes that back, or withdraws it.
func (s *Screens) decide(w http.ResponseWriter, r *http.Request) error {
	kind, id := chi.URLParam(r, "kind"), number(r)
	t := typed{First: r.PostForm.Get("first"), Reason: r.PostForm.Get("reason"), Why: r.PostForm.Get("why")}
	to, done, err := s.decided(r, kind, id, t)
	if err == nil {
		return screen.GoOn(w, r, to, done)
	}
	problems, _, failure := screen.Refused(err)
	if failure != nil {
		return failure
	}
	if r.PostForm.Get("act") == "withdraw" {
		problems = renamed(problems, "reason", "why")
	}
	page, err2 := s.preview(r, t, problems)
	if err2 != nil {
		return err2
	}
	screen.Refuse(w, r, err, previewPage(page))
	return nil
}

// decided does what decide was asked for, and tells where its outcome is shown.
func (s *Screens) decided(r *http.Request, kind string, id int64, t typed) (to, done string, err error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	switch r.PostForm.Get("act") {
	case "withdraw":
		return address.Edition(kind), "edition-withdrawn", s.editions.Withdraw(ctx, actor, kind, id, t.Why)
	case "back":
		return address.EditionRead(kind, id), "edition-back", s.editions.Start(ctx, actor, kind, id, calendar.Date{}, t.Reason)
	}
	var form screen.Form
	first := form.Day("first", t.First)
	if first.IsZero() {
		form.Wrong("first", "いつから使うかを入力してください。")
	}
	if err := form.Err(); err != nil {
		return "", "", err
	}
	return address.EditionRead(kind, id), "edition-started", s.editions.Start(ctx, actor, kind, id, first, t.Reason)
}
