package exception

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/internal/sheet"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an
// address.
var questions = []string{"state", "section", "within", "until", "clause", "asset"}

// url is the list that the same is asked of.
func (a asked) url() string { return a.at(address.Exceptions) }

// at is an address at which the same is asked.
func (a asked) at(u string) string {
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Exceptions }

func readAsked(r *http.Request) asked {
	a := asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	return a
}

// search is what is looked for; an error says what of it can't be read.
func (a asked) search() (exception.Search, error) {
	var read screen.Form
	q := exception.Search{
		Kind: a["state"], Section: a["section"], Within: read.Number("within", a["within"]), Until: read.Day("until", a["until"]), Clause: a["clause"], Asset: a["asset"],
	}
	return q, read.Err()
}

// register hands out the register as it is listed, all pages of it.
func (s *Screens) register(w http.ResponseWriter, r *http.Request) error {
	q, err := readAsked(r).search()
	if err != nil {
		return err
	}
	table, err := s.exceptions.Register(r.Context(), screen.Actor(r.Context()), q)
	if err != nil {
		return err
	}
	return screen.ServeTable(w, table, "例外措置の台帳_"+screen.Today(r.Context()).Format("20060102"), sheet.XLSX)
}

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), readAsked(r)
	q, refusal := a.search()
	after := r.URL.Query().Get("after")
	q.After = after
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	view := listView{
		Frame: screen.Frame(r, "例外措置", register.Link), Asked: a, Later: after != "", MayAsk: actor.Reach(authz.AskExceptions) != authz.None, Today: screen.Today(ctx), Problems: problems,
	}
	if view.Page, err = s.exceptions.List(ctx, actor, q); err != nil {
		return err
	}
	if view.Numbers, err = s.exceptions.Numbers(ctx, actor); err != nil {
		return err
	}
	if view.Sections, err = s.exceptions.SectionsRead(ctx, actor); err != nil {
		return err
	}
	screen.Render(w, r, status, listPage(view))
	return nil
}

// withinChoices are within how many days what is listed ends.
func withinChoices() []component.Choice {
	var list []component.Choice
	for _, days := range []string{"30", "60", "90"} {
		list = append(list, component.Choice{Value: days, Label: days + "日以内"})
	}
	return list
}

// number is a number with the list behind it.
type number struct {
	Kind, Title string
	Count       int
}

// numbers are what is counted of the exceptions that the viewer sees, whatever is asked for.
func (p listView) numbers() []number {
	return []number{
		{"in_force", "有効な例外措置", p.Numbers.InForce}, {"ends_soon", "30日以内に期限", p.Numbers.EndsSoon},
		{"to_review", "見直し日が来たもの", p.Numbers.ToReview}, {"asked", "申請中", p.Numbers.Asked}, {"unsettled", "後始末が未了", p.Numbers.Unsettled},
	}
}

// kinds are the choices by where exceptions stand; who records nothing is not asked for theirs.
func (p listView) kinds() []component.Choice {
	var list []component.Choice
	for _, k := range exception.Kinds {
		if k.Key == exception.ToSettle && !p.MayAsk {
			continue
		}
		list = append(list, component.Choice{Value: k.Key, Label: k.Title})
	}
	return list
}
