package organization

import (
	"fmt"
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/web/component"
	"kagami/web/component/period"
	"kagami/web/layout"
	"kagami/web/screen"
)

var rolesLink = layout.Link{Label: "職と役割の表", Address: address.Roles}

func (s *Screens) showRoles(w http.ResponseWriter, r *http.Request) error {
	return s.drawRoles(w, r, ruleFields{}, nil)
}

func (s *Screens) addRule(w http.ResponseWriter, r *http.Request) error {
	f := r.PostForm
	typed := ruleFields{Title: f.Get("title"), Section: f.Get("section"), Role: f.Get("role"), First: f.Get("first")}
	var read screen.Form
	rule := org.Rule{Title: typed.Title, Section: typed.Section, Role: authz.Role(typed.Role), First: read.Day("first", typed.First)}
	if typed.First == "" {
		read.Wrong("first", "最初の日を入力してください。")
	}
	err := read.Err()
	if err == nil {
		err = s.org.AddRule(r.Context(), screen.Actor(r.Context()), rule)
	}
	if err != nil {
		return s.drawRoles(w, r, typed, err)
	}
	return screen.GoOn(w, r, address.Roles, "rule-added")
}

func (s *Screens) drawRoles(w http.ResponseWriter, r *http.Request, typed ruleFields, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	actor, today := screen.Actor(r.Context()), screen.Today(r.Context())
	v := rolesView{
		Frame: screen.Frame(r, "職と役割の表", organizationLink), Today: today, MayChange: mayChangeOrganization(actor), Typed: typed, Problems: problems,
	}
	if v.Rules, err = s.org.Rules(r.Context(), actor, today); err != nil {
		return err
	}
	if v.MayChange {
		if v.Sections, err = s.sections(r); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, rolesPage(v))
	return nil
}

func (s *Screens) showRule(w http.ResponseWriter, r *http.Request) error {
	rule, err := s.org.Rule(r.Context(), screen.Actor(r.Context()), idIn(r), screen.Today(r.Context()))
	if err != nil {
		return err
	}
	return s.drawRulePeriod(w, r, rule, rule.Last.String(), nil)
}

// endRule ends a line of the role table, or takes it back before it begins.
func (s *Screens) endRule(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	rule, err := s.org.Rule(ctx, actor, idIn(r), today)
	if err != nil {
		return err
	}
	done, typed := "ended", r.PostForm.Get("last")
	if r.PostForm.Get("act") == "withdraw" {
		done, err = "withdrawn", s.org.WithdrawRule(ctx, actor, rule.ID)
	} else {
		var read screen.Form
		last := read.Day("last", typed)
		if err = read.Err(); err == nil {
			err = s.org.EndRule(ctx, actor, rule.ID, last)
		}
	}
	if err != nil {
		return s.drawRulePeriod(w, r, rule, typed, err)
	}
	return screen.GoOn(w, r, address.Roles, done)
}

func (s *Screens) drawRulePeriod(w http.ResponseWriter, r *http.Request, rule org.Rule, last string, refusal error) error {
	today := screen.Today(r.Context())
	return s.drawPeriod(w, r, period.View{
		Frame:   screen.Frame(r, authz.PostName(rule.SectionName, rule.Title)+"の役割", organizationLink, rolesLink),
		Address: address.Rule(rule.ID),
		Facts:   []component.Fact{{Name: "役割", Value: rule.Role.Title()}, {Name: "今日の人数", Value: fmt.Sprintf("%d人", rule.Holders)}},
		Last:    last, Yesterday: today.AddDays(-1), Prepared: rule.First.After(today), Withdraw: "この行を取り消す",
	}, refusal)
}
