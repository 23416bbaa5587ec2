package portal

import (
	"fmt"
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

var rolesLink = layout.Link{Label: "職と役割の表", Address: address.Roles}

func (p *Portal) showRoles(w http.ResponseWriter, r *http.Request) error {
	return p.rolesPage(w, r, page.RuleFields{}, nil)
}

func (p *Portal) addRule(w http.ResponseWriter, r *http.Request) error {
	f := r.PostForm
	typed := page.RuleFields{Title: f.Get("title"), Section: f.Get("section"), Role: f.Get("role"), First: f.Get("first")}
	var read screen.Form
	rule := org.Rule{Title: typed.Title, Section: typed.Section, Role: authz.Role(typed.Role), First: read.Day("first", typed.First)}
	if typed.First == "" {
		read.Wrong("first", "最初の日を入力してください。")
	}
	err := read.Err()
	if err == nil {
		err = p.Org.AddRule(r.Context(), screen.Actor(r.Context()), rule)
	}
	if err != nil {
		return p.rolesPage(w, r, typed, err)
	}
	return screen.GoOn(w, r, address.Roles, "rule-added")
}

func (p *Portal) rolesPage(w http.ResponseWriter, r *http.Request, typed page.RuleFields, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	actor, today := screen.Actor(r.Context()), screen.Today(r.Context())
	v := page.Roles{
		Frame: screen.Frame(r, "職と役割の表", organizationLink), Today: today, MayChange: mayChangeOrganization(actor), Typed: typed, Problems: problems,
	}
	if v.Rules, err = p.Org.Rules(r.Context(), actor, today); err != nil {
		return err
	}
	if v.MayChange {
		if v.Sections, err = p.sections(r); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, page.RolesPage(v))
	return nil
}

func (p *Portal) showRule(w http.ResponseWriter, r *http.Request) error {
	rule, err := p.Org.Rule(r.Context(), screen.Actor(r.Context()), idIn(r), screen.Today(r.Context()))
	if err != nil {
		return err
	}
	return p.rulePeriod(w, r, rule, rule.Last.String(), nil)
}

// endRule ends a line of the role table, or takes it back before it begins.
func (p *Portal) endRule(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	rule, err := p.Org.Rule(ctx, actor, idIn(r), today)
	if err != nil {
		return err
	}
	done, typed := "ended", r.PostForm.Get("last")
	if r.PostForm.Get("act") == "withdraw" {
		done, err = "withdrawn", p.Org.WithdrawRule(ctx, actor, rule.ID)
	} else {
		var read screen.Form
		last := read.Day("last", typed)
		if err = read.Err(); err == nil {
			err = p.Org.EndRule(ctx, actor, rule.ID, last)
		}
	}
	if err != nil {
		return p.rulePeriod(w, r, rule, typed, err)
	}
	return screen.GoOn(w, r, address.Roles, done)
}

func (p *Portal) rulePeriod(w http.ResponseWriter, r *http.Request, rule org.Rule, last string, refusal error) error {
	today := screen.Today(r.Context())
	return p.period(w, r, page.Period{
		Frame:   screen.Frame(r, authz.PostName(rule.SectionName, rule.Title)+"の役割", organizationLink, rolesLink),
		Address: address.Rule(rule.ID),
		Facts:   []component.Fact{{Name: "役割", Value: rule.Role.Title()}, {Name: "今日の人数", Value: fmt.Sprintf("%d人", rule.Holders)}},
		Last:    last, Yesterday: today.AddDays(-1), Prepared: rule.First.After(today), Withdraw: "この行を取り消す",
	}, refusal)
}
