package intake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/intake"
	"kagami/internal/asset/intake/choice"
	"kagami/internal/asset/intake/likeness"
	"kagami/internal/asset/intake/progress"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showUpload(w http.ResponseWriter, r *http.Request) error {
	return s.drawUpload(w, r, http.StatusOK, "", nil)
}

func (s *Screens) drawUpload(w http.ResponseWriter, r *http.Request, status int, section string, problems []fault.Problem) error {
	sections, err := s.register.Sections(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	handed, err := s.files.Handed(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	drafts := screen.Actor(r.Context()).Reach(authz.ChangeAssets) == authz.None
	screen.Render(w, r, status, uploadPage(uploadView{Frame: screen.Frame(r, "台帳を取り込む", register.Link), Sections: sections, Section: section, Drafts: drafts, Handed: handed, Problems: problems}))
	return nil
}

// template hands out a file with the headings.
func (s *Screens) template(w http.ResponseWriter, _ *http.Request) error {
	return screen.ServeTable(w, sheet.Table{Columns: intake.Columns()}, "情報資産台帳_ひな形", sheet.XLSX)
}

// upload takes a register in and goes on to what it would do.
func (s *Screens) upload(w http.ResponseWriter, r *http.Request) error {
	// held in memory whole: a register has no business in a temporary file
	if err := screen.ParseFiles(r, maxTable); err != nil {
		return err
	}
	choices := intake.Choices{Section: r.PostForm.Get("section")}
	token, err := s.takeIn(r, choices)
	if problems := screen.Problems(err); problems != nil {
		for i := range problems {
			if problems[i].Field == "" {
				problems[i].Field = "file"
			}
		}
		return s.drawUpload(w, r, screen.Status(fault.KindOf(err)), choices.Section, problems)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.AssetImport(token), "")
}

// takeIn takes in the file of a form. Who answers for one section need not say which.
func (s *Screens) takeIn(r *http.Request, choices intake.Choices) (string, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	sections, err := s.register.Sections(ctx, actor)
	if err != nil {
		return "", err
	}
	if len(sections) == 1 && choices.Section == "" {
		choices.Last = sections[0].Code
	}
	file, err := screen.File(r, "file", sheet.MaxSize)
	if err != nil {
		return "", err
	}
	if file.Content == nil {
		return "", fault.InvalidFields([]fault.Problem{{Field: "file", Message: "台帳のファイルを選んでください。"}})
	}
	return s.files.Start(ctx, actor, file.Name, file.Content, choices)
}

func (s *Screens) showImport(w http.ResponseWriter, r *http.Request) error {
	return s.drawImport(w, r, http.StatusOK, nil, func(*intake.Choices) {})
}

// mostPage is beyond any list.
const mostPage = 1 << 20

// drawImport shows what a register would do, and why it was not taken in; typed puts what
// was chosen over what is stored.
func (s *Screens) drawImport(w http.ResponseWriter, r *http.Request, status int, refused []fault.Problem, typed func(*intake.Choices)) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	at := map[intake.List]int{}
	for _, list := range intake.Lists {
		if n, err := strconv.Atoi(r.URL.Query().Get(string(list))); err == nil && n > 0 && n < mostPage {
			at[list] = n
		}
	}
	i, shown, err := s.files.Import(ctx, actor, chi.URLParam(r, "register"), at)
	if err != nil {
		return err
	}
	if i.AppliedAt.IsZero() && i.Progress.UnderWay {
		return s.drawWork(w, r, i)
	}
	typed(&i.Choices)
	title := "台帳の取り込みを確かめる"
	if !i.AppliedAt.IsZero() {
		title = "台帳の取り込みの結果"
	}
	view := importView{Frame: screen.Frame(r, title, register.Link, uploadLink), Import: i, Shown: shown, At: at, Refused: refused}
	if view.Sections, err = s.register.Sections(ctx, actor); err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	view.Steps = likeness.Steps(scheme)
	screen.Render(w, r, status, importPage(view))
	return nil
}

// work takes a register in, or plans it anew as somebody has chosen.
func (s *Screens) work(w http.ResponseWriter, r *http.Request) error {
	actor, token := screen.Actor(r.Context()), chi.URLParam(r, "register")
	typed := typedChoices(r)
	form := r.PostForm
	next, flash := address.AssetImport(token), ""
	if r.URL.RawQuery != "" {
		next += "?" + r.URL.Query().Encode()
	}
	act := progress.Act(form.Get("act"))
	var do func(context.Context, *intake.Service) error
	switch act {
	case progress.Taking:
		agreed := intake.Agreed{Seal: form.Get(sealField), Without: form.Get(intake.WithoutField) != ""}
		do = func(ctx context.Context, files *intake.Service) error {
			applied, err := files.Apply(ctx, actor, token, agreed, typed)
			if err == nil && !applied {
				return errPlannedAnew
			}
			return err
		}
	case progress.Choosing:
		do = func(ctx context.Context, files *intake.Service) error { return files.Choose(ctx, actor, token, typed) }
	default:
		return screen.ErrNoAct()
	}
	heard, err := s.beside(r, token, act, do)
	switch {
	case errors.Is(err, progress.ErrUnderWay) || err == nil && !heard:
		next = address.AssetImport(token)
		err = nil
	case errors.Is(err, errPlannedAnew):
		flash, err = "asset-import-other", nil
	case err == nil && act == progress.Taking:
		next = address.AssetImport(token)
	case err == nil:
		flash = "asset-import-chosen"
	case act == progress.Taking && fault.KindOf(err) == fault.Conflict:
		typed = func(*intake.Choices) {} // the plan that is shown goes by what is stored
	}
	if problems := screen.Problems(err); problems != nil {
		return s.drawImport(w, r, screen.Status(fault.KindOf(err)), problems, typed)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, next, flash)
}

// typedChoices puts what a form says over choices: of rows, those that it asks about.
func typedChoices(r *http.Request) func(*intake.Choices) {
	form := r.PostForm
	rows := intake.Choices{
		Level: form.Get("level"), Clash: side(form.Get("clash")), Others: form.Get("others") != "",
		Levels: map[int]string{}, Same: map[int]string{}, Clashes: map[string]intake.Side{},
	}
	for name := range form {
		if field, ok := strings.CutPrefix(name, clashField); ok && choice.IsField(field) {
			rows.Clashes[field] = side(form.Get(name))
		}
		if row, ok := rowOf(name, sameField); ok {
			rows.Same[row] = form.Get(name)
		}
		if row, ok := rowOf(name, levelField); ok {
			rows.Levels[row] = form.Get(name)
		}
	}
	return func(c *intake.Choices) {
		c.Section, c.Blanks = form.Get("section"), form.Get("blanks") != ""
		if form.Has(choice.WhyField) { // it is asked only where levels change
			c.Why = form.Get(choice.WhyField)
		}
		c.FillIn(rows)
	}
}

// The fields of a form: those of rows, with their number, and the plan that is shown.
const (
	sealField  = "plan"
	sameField  = "same-"
	levelField = "level-"
	clashField = "clash-"
)

// side is the side that a form names; none where it names no other.
func side(typed string) intake.Side {
	if s := intake.Side(typed); s == intake.TheFile || s == intake.TheRegister {
		return s
	}
	return ""
}

func rowOf(name, field string) (row int, ok bool) {
	rest, ok := strings.CutPrefix(name, field)
	if !ok {
		return 0, false
	}
	row, err := strconv.Atoi(rest)
	return row, err == nil && row >= 0
}

func (s *Screens) faultyRows(w http.ResponseWriter, r *http.Request) error {
	table, err := s.files.FaultyRows(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "register"))
	if err != nil {
		return err
	}
	return screen.ServeTable(w, table, "読めない行", sheet.CSV)
}

// uploadView is the page on which a register is handed in.
type uploadView struct {
	layout.Frame
	Sections []asset.Section
	Section  string
	Drafts   bool // whether they only draft
	Handed   []intake.Handed
	Problems []fault.Problem
}

// importView is the page that shows what a register would do.
type importView struct {
	layout.Frame
	intake.Import
	Shown    intake.Shown
	At       map[intake.List]int // pages
	Sections []asset.Section
	Steps    []asset.Level
	Refused  []fault.Problem // why it was not taken in just now
}

// counts says how much it does.
func (p importView) counts() string {
	return "登録 " + component.Thousands(p.Registered()) + "件、下書き " + component.Thousands(p.Fresh) + "件、変更 " + component.Thousands(p.Changed) + "件"
}

// changes heads what becomes of the assets that change, or has become of them.
func (p importView) changes() string {
	if p.open() {
		return "変わること"
	}
	return "変わったこと"
}

// headings says which heading is read as which column.
func (p importView) headings() string {
	var list []string
	for _, h := range p.Headings {
		if h.Text != h.Column { // those that read as their columns have nothing to be looked at
			list = append(list, "「"+h.Text+"」→ "+h.Column)
		}
	}
	if list == nil {
		return "どの見出しも、書いてあるとおりの項目として読みました。"
	}
	return strings.Join(list, "、")
}

// open tells whether it is not taken in yet.
func (p importView) open() bool { return p.AppliedAt.IsZero() }

// ready tells whether there is something to take in, and nothing open.
func (p importView) ready() bool { return p.Added+p.Changed > 0 && p.Open+p.Clashing == 0 }

// at is this page with another page of one list, the others as they are.
func (p importView) at(list intake.List, page int) string {
	u := address.AssetImport(p.Token)
	for _, one := range intake.Lists {
		n := p.At[one]
		if one == list {
			n = page
		}
		if n > 0 {
			u = address.With(u, string(one), strconv.Itoa(n))
		}
	}
	return u
}

// here is this page, as its forms send to it.
func (p importView) here() string { return p.at("", 0) }

func (p importView) caption(list intake.List) string {
	n, first := p.Of(list), p.At[list]*intake.OnPage+1
	last := min(n, first+intake.OnPage-1)
	if first == 1 && last == n {
		return component.Thousands(n) + "件"
	}
	return component.Thousands(n) + "件のうち、" + component.Thousands(first) + "件目から" + component.Thousands(last) + "件目"
}

// place is where in the file a row is.
func place(sheet string, line int) string {
	if sheet == "" {
		return fmt.Sprintf("%d行目", line)
	}
	return fmt.Sprintf("「%s」の%d行目", sheet, line)
}

func sectionChoices(sections []asset.Section) []component.Choice {
	list := []component.Choice{}
	for _, s := range sections {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

// levels are what a row with 機密性3 may be.
func (p importView) levels() []component.Choice {
	list := make([]component.Choice, 0, len(p.Steps)+1)
	for _, level := range p.Steps {
		list = append(list, component.Choice{Value: level.Key, Label: level.Title})
	}
	return append(list, component.Choice{Value: intake.Leave, Label: "決めずに下書きにする"})
}

// afterwards says what can be done once one choice has been filled in to all questions.
const afterwards = "入れた後に、1件ずつ選び直せます。"

// sides are the two changes of a field.
func sides(file, now string) []component.Choice {
	return []component.Choice{{Value: string(intake.TheFile), Label: "ファイル" + file}, {Value: string(intake.TheRegister), Label: "いまの台帳" + now}}
}

func candidates(q intake.AlikeQuestion) []component.Choice {
	list := make([]component.Choice, 0, len(q.Among)+1)
	for _, c := range q.Among {
		label := "同じもの：" + c.Name + "（" + c.Code + "）"
		if c.Ended != "" {
			label += "。台帳から外れている（" + c.Ended + "）ため、取り込まない"
		}
		list = append(list, component.Choice{Value: c.Code, Label: label})
	}
	if q.Reused {
		return append(list, component.Choice{Value: intake.Another, Label: "別の資産。ファイルの番号を変えるか空にして、選び直す"})
	}
	return append(list, component.Choice{Value: intake.Another, Label: "別の資産として登録"})
}
