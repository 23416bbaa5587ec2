package violation

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/violation"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
	"kagami/web/component"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an address. A
// name is no part of an address.
var questions = []string{"state", "section", "clause"}

// url is the list that the same is asked of.
func (a asked) url() string {
	u := address.Violations
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Violations }

// The states that are asked for, which no case has.
const (
	isOpen = "open"
	isLate = "late"
)

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	after := r.URL.Query().Get("after")
	q := find.Search{Section: a["section"], Clause: a["clause"], After: after}
	switch a["state"] {
	case isOpen:
		q.Open = true
	case isLate:
		q.Late = true
	default:
		q.State = procedure.State(a["state"])
	}
	page, err := s.lists.List(ctx, actor, q)
	if err != nil {
		return err
	}
	view := listView{Frame: screen.Frame(r, "違反"), Page: page, Asked: a, Later: after != "", Today: screen.Today(ctx)}
	view.MayReport = actor.Reach(authz.ReportViolation) != authz.None
	view.MayConfirm = actor.Reach(authz.ConfirmViolation) >= authz.Own
	for _, of := range []string{"general", "chief"} {
		stands, err := s.lists.StandsFor(ctx, actor, above[of])
		if err != nil {
			return err
		}
		if stands && !view.MayConfirm {
			view.Of = append(view.Of, of)
		}
	}
	// of their own 課室 the CISO guides, and what the 統括 confirms is ① wherever it happened
	view.MayConfirmOwn = actor.Reach(authz.ConfirmOwnViolation) >= authz.Own && !actor.Has(authz.GeneralSecurityOfficer)
	view.ReadsTown, view.Leads = find.ReadsTown(actor), violation.MayLead(actor)
	view.Narrows = actor.Reach(authz.ReadViolation) >= authz.Own
	if view.Narrows {
		if view.Sections, err = s.lists.Sections(ctx, actor); err != nil {
			return err
		}
	}
	return screen.Show(w, r, listPage(view))
}

func stateChoices() []component.Choice {
	list := []component.Choice{{Value: isOpen, Label: "終わっていないもの"}, {Value: isLate, Label: "期限を過ぎたもの"}}
	for _, state := range procedure.States() {
		list = append(list, component.Choice{Value: string(state), Label: state.Title()})
	}
	return list
}

func sectionChoices(sections []find.Section) []component.Choice {
	list := make([]component.Choice, len(sections))
	for i, section := range sections {
		list[i] = component.Choice{Value: section.Code, Label: section.Name}
	}
	return list
}

// standing is where a case of the list stands, in words.
func standing(l find.Line) string {
	if l.Outcome != "" && l.Outcome.Title() != l.State.Title() {
		return l.State.Title() + "（" + l.Outcome.Title() + "）"
	}
	return l.State.Title()
}

// toAnswer tells whether the day of a case is that until which its person may answer: whoever is to act
// then is not late.
func toAnswer(l find.Line) bool { return l.State == procedure.NotImproved }

// over says that the day of a case is over.
func over(l find.Line) string {
	if toAnswer(l) {
		return "過ぎました"
	}
	return "期限を過ぎています"
}

// since is for how long a case has stood so, in words.
func since(l find.Line, today calendar.Date) string {
	if days := today.Sub(calendar.Day(l.StateAt)); days > 0 {
		return strconv.Itoa(days) + "日前から"
	}
	return "今日から"
}

// inParts tells whether the list is only of what was addressed to the viewer.
func inParts(list []find.Line) bool {
	for _, l := range list {
		if l.Reading != violation.Parts {
			return false
		}
	}
	return true
}
