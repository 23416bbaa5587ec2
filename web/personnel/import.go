package personnel

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/personnel"
	"kagami/internal/sheet"
	"kagami/web/layout"
	"kagami/web/screen"
)

// organizationLink is where a list of people begins.
var organizationLink = layout.Link{Label: "体制", Address: address.Organization}

// maxTable is the most that a form with a table may bring, in bytes: the file
// and what a form puts around it.
const maxTable = sheet.MaxSize + screen.MaxForm

func (s *Screens) showUpload(w http.ResponseWriter, r *http.Request) error {
	return screen.Show(w, r, uploadPage(uploadView{Frame: screen.Frame(r, "名簿を取り込む", organizationLink)}))
}

// template hands out a file with the headings and one row to be
// overwritten: its section is no real one, so it is refused where it is left.
func (s *Screens) template(w http.ResponseWriter, r *http.Request) error {
	today := screen.Today(r.Context())
	april := calendar.NewDate(today.Year(), time.April, 1)
	if april.Before(today) {
		april = april.AddYears(1)
	}
	table := sheet.Table{Columns: personnel.Columns(), Rows: [][]sheet.Cell{append(
		sheet.Texts("00123", "見本 太郎", "ミホン タロウ", "mihon@town.example", org.Regular.Title(), "", "見本課", "職員"),
		sheet.Day(april), sheet.Cell{}, sheet.Text("この行は見本です。消してから使ってください。"),
	)}}
	return screen.ServeTable(w, table, "職員名簿_ひな形", sheet.XLSX)
}

// upload takes a personnel file in and goes on to what it would do.
func (s *Screens) upload(w http.ResponseWriter, r *http.Request) error {
	// held in memory whole: people's names have no business in a temporary file
	if err := screen.ParseFiles(r, maxTable); err != nil {
		return err
	}
	choices := typedChoices(r)
	token, err := s.takeIn(r, choices)
	if problems := screen.Problems(err); problems != nil {
		for i := range problems {
			problems[i].Field = "file"
		}
		screen.Render(w, r, screen.Status(fault.KindOf(err)), uploadPage(uploadView{
			Frame: screen.Frame(r, "名簿を取り込む", organizationLink), Choices: choices, Problems: problems,
		}))
		return nil
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.PersonnelImport(token), "")
}

func typedChoices(r *http.Request) personnel.Choices {
	return personnel.Choices{Whole: r.PostForm.Get("whole") != ""}
}

// takeIn takes in the file of a form.
func (s *Screens) takeIn(r *http.Request, choices personnel.Choices) (string, error) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", fault.InvalidFields([]fault.Problem{{Field: "file", Message: "名簿のファイルを選んでください。"}})
	}
	if err != nil {
		return "", screen.BadForm(err)
	}
	defer file.Close() //nolint:errcheck // it was read only
	raw, err := io.ReadAll(file)
	if err != nil {
		return "", screen.BadForm(err)
	}
	return s.files.Start(r.Context(), screen.Actor(r.Context()), header.Filename, raw, choices)
}

func (s *Screens) showImport(w http.ResponseWriter, r *http.Request) error {
	return s.drawImport(w, r, http.StatusOK, nil)
}

// drawImport shows what a file would do, and why it was not applied.
func (s *Screens) drawImport(w http.ResponseWriter, r *http.Request, status int, refused []fault.Problem) error {
	at := personnel.Pages{
		Added: pageNumber(r, "added"), Changed: pageNumber(r, "changed"), Ended: pageNumber(r, "ended"), Problems: pageNumber(r, "problems"),
	}
	i, lists, err := s.files.Import(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"), at)
	if err != nil {
		return err
	}
	if i.Unsettled {
		return screen.GoOn(w, r, address.PersonnelHeadings(i.Token), "")
	}
	title := "名簿の取り込みを確かめる"
	var rest []step
	if !i.AppliedAt.IsZero() {
		title = "名簿の取り込みの結果"
		if rest, err = s.rest(r, i); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, importPage(importView{
		Frame:  screen.Frame(r, title, organizationLink, layout.Link{Label: "名簿を取り込む", Address: address.Personnel}),
		Import: i, Lists: lists, Pages: at, Refused: refused, Rest: rest,
	}))
	return nil
}

// step is something that is left to do, and where.
type step struct{ What, Act, URL string } // no URL: somebody else does it

// rest is what is left to do after a file was applied: what the file itself can't say.
func (s *Screens) rest(r *http.Request, i personnel.Import) ([]step, error) {
	ctx := r.Context()
	actor, day := screen.Actor(ctx), screen.Today(ctx)
	if i.From.After(day) {
		day = i.From
	}
	gaps, err := s.org.Gaps(ctx, actor, day)
	if err != nil {
		return nil, err
	}
	var list []step
	add := func(what, act, url string) { list = append(list, step{what, act, url}) }
	on := calendar.Wareki(day) + "の時点で、"
	if gaps.WithoutHeads > 0 {
		add(on+fmt.Sprintf("課長（情報セキュリティ管理者）が空席の課室が%d課室あります。その課室の人を、職に就けてください。", gaps.WithoutHeads), "その日の体制を見る", address.OrganizationOn(day.String()))
	}
	for _, role := range gaps.VacantRoles {
		add(on+role.Title()+"が空席です。その職に、人を就けてください。", "職と役割の表を見る", address.Roles)
	}
	switch {
	case i.NewPeople == 0:
	case actor.Reach(authz.ManageAccounts) == authz.All:
		add(fmt.Sprintf("新しい職員が%d人います。アカウントのない人は、最初の日の60日前から招待できます。", i.NewPeople), "アカウントのない人を見る", address.With(address.Accounts, "without", "yes"))
	default:
		add(fmt.Sprintf("新しい職員が%d人います。アカウントのない人の招待を、ポータル管理者に頼んでください。", i.NewPeople), "", "")
	}
	if i.Ended > 0 {
		add("終わる職で持っていた仕事（書いている下書きなど）は、引き継ぐまで、その人に残ります。氏名を選んで、確かめてください。", "終わる発令の人を見る", "#ended")
	}
	return list, nil
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

// workOnImport applies a file, or plans it anew with other choices.
func (s *Screens) workOnImport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor, token := screen.Actor(ctx), chi.URLParam(r, "token")
	var err error
	if r.PostForm.Get("act") == "apply" {
		_, err = s.files.Apply(ctx, actor, token, personnel.Agreed{NewPosts: r.PostForm.Get(personnel.NewPostsField) != ""})
	} else {
		err = s.files.Choose(ctx, actor, token, typedChoices(r))
	}
	if problems := screen.Problems(err); problems != nil {
		for i := range problems {
			if problems[i].Field != personnel.NewPostsField {
				problems[i].Field = "" // the form has no such field
			}
		}
		return s.drawImport(w, r, screen.Status(fault.KindOf(err)), problems)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.PersonnelImport(token), "")
}
