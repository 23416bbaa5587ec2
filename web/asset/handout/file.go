package handout

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset/filebook"
	"kagami/internal/asset/find"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showFile(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset")
	file, err := s.files.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	history, err := s.files.History(ctx, actor, code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, filePage(fileView{
		Frame: screen.Frame(r, "個人情報ファイル簿："+file.Asset.Name, register.Way(file.Asset.Code)...), File: file, History: history, MayChange: file.Asset.MayChange(actor),
	}))
}

func (s *Screens) showFileEdit(w http.ResponseWriter, r *http.Request) error {
	file, err := s.changeableFile(r)
	if err != nil {
		return err
	}
	return s.drawFileEdit(w, r, file, file.Entry, nil)
}

// changeableFile is that of the asset which the address names, for who can change it.
func (s *Screens) changeableFile(r *http.Request) (filebook.File, error) {
	file, err := s.files.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
	if err != nil {
		return file, err
	}
	return file, file.Asset.AskChange(screen.Actor(r.Context()))
}

func (s *Screens) writeFile(w http.ResponseWriter, r *http.Request) error {
	file, err := s.changeableFile(r)
	if err != nil {
		return err
	}
	var e filebook.Entry
	for _, f := range filebook.Fields {
		f.Set(&e, strings.ReplaceAll(r.PostForm.Get(f.Key), "\r\n", "\n"))
	}
	var form screen.Form
	version := form.Number("version", r.PostForm.Get("version"))
	if err = form.Err(); err == nil {
		err = s.files.Write(r.Context(), screen.Actor(r.Context()), file.Asset.Code, version, e)
	}
	if err == nil {
		return screen.GoOn(w, r, address.AssetFile(file.Asset.Code), "asset-file")
	}
	if file, failure := s.changeableFile(r); failure == nil { // as it is now, beside what was typed
		return s.drawFileEdit(w, r, file, e, err)
	}
	return err
}

func (s *Screens) drawFileEdit(w http.ResponseWriter, r *http.Request, file filebook.File, typed filebook.Entry, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	links := append(register.Way(file.Asset.Code), layout.Link{Label: "個人情報ファイル簿", Address: address.AssetFile(file.Asset.Code)})
	screen.Render(w, r, status, fileFormPage(fileFormView{
		Frame: screen.Frame(r, "個人情報ファイル簿に書く", links...), File: file, Typed: typed, Problems: problems,
		Overtaken: fault.KindOf(refusal) == fault.Conflict,
	}))
	return nil
}

func (s *Screens) showBook(w http.ResponseWriter, r *http.Request) error {
	a := find.AskedOf(r.URL.Query())
	files, err := s.files.Book(r.Context(), screen.Actor(r.Context()), a.Search(""))
	if err != nil {
		return err
	}
	view := bookView{Frame: screen.Frame(r, "個人情報ファイル簿", register.Link), Asked: a}
	for _, f := range files {
		if f.Entry.Published() {
			view.Files = append(view.Files, f)
		} else {
			view.Others = append(view.Others, f)
		}
	}
	return screen.Show(w, r, bookPage(view))
}

// bookCSV hands out all that the page shows, with what is not published.
func (s *Screens) bookCSV(w http.ResponseWriter, r *http.Request) error {
	files, err := s.files.Book(r.Context(), screen.Actor(r.Context()), find.AskedOf(r.URL.Query()).Search(""))
	if err != nil {
		return err
	}
	table := sheet.Table{Columns: []string{"管理番号"}}
	for _, f := range filebook.Fields {
		table.Columns = append(table.Columns, f.Title)
	}
	for _, file := range files {
		row := []sheet.Cell{sheet.Text(file.Asset.Code)}
		for _, f := range filebook.Fields {
			row = append(row, sheet.Text(f.Shown(f.Text(file.Entry))))
		}
		table.Rows = append(table.Rows, row)
	}
	return screen.ServeTable(w, table, "個人情報ファイル簿_"+screen.Today(r.Context()).Format("20060102"), sheet.CSV)
}

// shown is how people read what is stored of a column.
func shown(key, text string) string {
	i := slices.IndexFunc(filebook.Fields, func(f filebook.Field) bool { return f.Key == key })
	return filebook.Fields[i].Shown(text)
}

// input is the field of a column.
func (p fileFormView) input(f filebook.Field) component.Input {
	title := f.Title
	if !f.Needed {
		title += "（あれば）"
	}
	return component.Input{Name: f.Key, Label: title, Hint: f.Hint, Value: f.Text(p.Typed), Required: f.Needed, Problems: p.Problems}
}

func fileChoices(f filebook.Field) []component.Choice {
	var list []component.Choice
	for _, c := range f.Choices {
		list = append(list, component.Choice{Value: c.Value, Label: c.Title})
	}
	return list
}

// published are the columns that the town publishes.
func published() []filebook.Field {
	return slices.DeleteFunc(slices.Clone(filebook.Fields), func(f filebook.Field) bool { return f.Key == "headcount" || f.Key == "unpublished" })
}
