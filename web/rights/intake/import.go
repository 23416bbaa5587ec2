package intake

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/rights"
	ledger "kagami/internal/rights/intake"
	"kagami/internal/sheet"
	"kagami/web/component/intake"
	"kagami/web/screen"
)

// maxTable is the most that a form with a table may bring, in bytes: the file and what a form
// puts around it.
const maxTable = sheet.MaxSize + screen.MaxForm

const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Screens) showUpload(w http.ResponseWriter, r *http.Request) error {
	return s.drawUpload(w, r, http.StatusOK, nil)
}

func (s *Screens) drawUpload(w http.ResponseWriter, r *http.Request, status int, problems []fault.Problem) error {
	screen.Render(w, r, status, uploadPage(uploadView{Frame: screen.Frame(r, "アカウント管理台帳を取り込む", listWay...), Problems: problems, Directory: s.files.KnowsAccounts()}))
	return nil
}

// template hands out the form with nothing in it.
func (s *Screens) template(w http.ResponseWriter, _ *http.Request) error {
	return screen.ServeMade(w, "アカウント管理台帳_ひな形.xlsx", workbook, s.files.Template)
}

// upload takes a file in and goes on to what it would do.
func (s *Screens) upload(w http.ResponseWriter, r *http.Request) error {
	// held in memory whole: who may use what has no business in a temporary file
	if err := screen.ParseFiles(r, maxTable); err != nil {
		return err
	}
	token, err := s.takeIn(r)
	if problems := screen.Problems(err); problems != nil {
		for i := range problems {
			problems[i].Field = "file"
		}
		return s.drawUpload(w, r, screen.Status(fault.KindOf(err)), problems)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.RightImportOf(token), "")
}

// takeIn takes in the file of a form.
func (s *Screens) takeIn(r *http.Request) (string, error) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", fault.InvalidFields([]fault.Problem{{Field: "file", Message: "台帳のファイルを選んでください。"}})
	}
	if err != nil {
		return "", screen.BadForm(err)
	}
	defer file.Close() //nolint:errcheck // it was read only
	raw, err := io.ReadAll(file)
	if err != nil {
		return "", screen.BadForm(err)
	}
	return s.files.Start(r.Context(), screen.Actor(r.Context()), header.Filename, raw)
}

func (s *Screens) showImport(w http.ResponseWriter, r *http.Request) error {
	return s.drawImport(w, r, http.StatusOK, nil)
}

// drawImport shows what a file would do, and why it was not taken in.
func (s *Screens) drawImport(w http.ResponseWriter, r *http.Request, status int, refused []fault.Problem) error {
	at := ledger.Pages{
		New: pageNumber(r, "new"), Left: pageNumber(r, "left"), Only: pageNumber(r, "only"), Clashing: pageNumber(r, "clashing"), Problems: pageNumber(r, "problems"),
	}
	i, lists, err := s.files.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"), at)
	if err != nil {
		return err
	}
	if i.Unsettled {
		return screen.GoOn(w, r, address.RightImportHeadings(i.Token), "")
	}
	title := "台帳の取り込みを確かめる"
	if !i.AppliedAt.IsZero() {
		title = "台帳の取り込みの結果"
	}
	screen.Render(w, r, status, importPage(importView{Frame: screen.Frame(r, title, importWay...), Import: i, Lists: lists, Pages: at, Refused: refused}))
	return nil
}

// pageNumber is which page of a list is asked for, from 0.
func pageNumber(r *http.Request, list string) int {
	const most = 1 << 20 // beyond any list
	n, err := strconv.Atoi(r.URL.Query().Get(list))
	if err != nil || n < 0 || n > most {
		return 0
	}
	return n
}

func (s *Screens) apply(w http.ResponseWriter, r *http.Request) error {
	token := chi.URLParam(r, "token")
	err := s.files.Apply(r.Context(), screen.Actor(r.Context()), token)
	if problems := screen.Problems(err); problems != nil {
		return s.drawImport(w, r, screen.Status(fault.KindOf(err)), problems)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.RightImportOf(token), "")
}

func (s *Screens) showHeadings(w http.ResponseWriter, r *http.Request) error {
	i, err := s.files.Headings(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	return s.drawHeadings(w, r, http.StatusOK, i, intake.Fields{Reading: i.Headings})
}

// settleHeadings reads a file as somebody has chosen, and goes on to what it would do.
func (s *Screens) settleHeadings(w http.ResponseWriter, r *http.Request) error {
	ctx, token := r.Context(), chi.URLParam(r, "token")
	err := s.files.Settle(ctx, screen.Actor(ctx), token, r.PostForm.Get)
	if err == nil {
		return screen.GoOn(w, r, address.RightImportOf(token), "")
	}
	problems := screen.Problems(err)
	if problems == nil {
		return err
	}
	i, loadErr := s.files.Headings(ctx, screen.Actor(ctx), token)
	if loadErr != nil {
		return err // there is nothing to settle any more
	}
	return s.drawHeadings(w, r, screen.Status(fault.KindOf(err)), i, intake.Fields{Reading: i.Headings, Typed: r.PostForm.Get, Problems: problems})
}

func (s *Screens) drawHeadings(w http.ResponseWriter, r *http.Request, status int, i ledger.Import, fields intake.Fields) error {
	screen.Render(w, r, status, headingsPage(headingsView{Frame: screen.Frame(r, "見出しの読み方を決める", importWay...), Import: i, Fields: fields}))
	return nil
}

func (s *Screens) showExport(w http.ResponseWriter, r *http.Request) error {
	systems, err := s.rights.SystemNames(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, exportPage(exportView{
		Frame: screen.Frame(r, "アカウント管理台帳を書き出す", listWay...), Systems: systems, System: r.URL.Query().Get("system"), Person: r.URL.Query().Get("person"),
	}))
}

// export hands the ledger out: of a system, a person, or all that the actor may see.
func (s *Screens) export(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	name := "アカウント管理台帳_" + screen.Today(ctx).Format("20060102") + ".xlsx"
	return screen.ServeMade(w, name, workbook, func(to io.Writer) error {
		return s.files.Ledger(ctx, screen.Actor(ctx), rights.Search{System: q.Get("system"), Person: q.Get("person"), Section: q.Get("section")}, to)
	})
}
