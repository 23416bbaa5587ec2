package connector

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/reach"
	"kagami/web/component"
	"kagami/web/screen"
)

func (s *Screens) connector(r *http.Request) (connector.Connector, error) {
	return s.connectors.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "connector"))
}

func (s *Screens) showEntry(w http.ResponseWriter, r *http.Request) error {
	return s.drawEntry(w, r, nil, "")
}

// drawEntry shows a connector, with why something could not be done, or what a check has found.
func (s *Screens) drawEntry(w http.ResponseWriter, r *http.Request, refusal error, checked string) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	history, err := s.connectors.History(ctx, actor, c.Code)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, entryPage(entryView{
		Frame: screen.Frame(r, c.Name, connectorsWay...), Connector: c, History: history, MayKeep: keeps(actor), Problems: problems, Checked: checked, Today: screen.Today(ctx),
	}))
	return nil
}

func (s *Screens) check(w http.ResponseWriter, r *http.Request) error {
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	err = s.connectors.Check(r.Context(), screen.Actor(r.Context()), c.Code)
	if message := screen.Message(err); message != "" {
		return s.drawEntry(w, r, nil, message)
	}
	if err != nil {
		return err
	}
	if c.Kind == reach.Webhook {
		return s.drawEntry(w, r, nil, "設定の形は正しいです。通知は、実際に変更があるときに送ります。")
	}
	return s.drawEntry(w, r, nil, "接続し、サインインし、アカウントを調べ、変える権限があることを確かめました。何も変えていません。")
}

// act does something with a connector and shows it again.
func (s *Screens) act(w http.ResponseWriter, r *http.Request, do func(c connector.Connector) error, done, to string) error {
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	if err := do(c); err != nil {
		return s.drawEntry(w, r, err, "")
	}
	if to == "" {
		return screen.GoOn(w, r, address.Connector(c.Code), done)
	}
	return screen.GoOn(w, r, address.ConnectorAct(c.Code, to), done)
}

func (s *Screens) try(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(c connector.Connector) error {
		return s.connectors.Try(r.Context(), screen.Actor(r.Context()), c.Code)
	}, "connector-try", "plan")
}

func (s *Screens) switchOn(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(c connector.Connector) error {
		var form screen.Form
		return s.connectors.SwitchOn(r.Context(), screen.Actor(r.Context()), c.Code, form.Version(r.PostForm.Get("version")))
	}, "connector-on", "")
}

func (s *Screens) switchOff(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(c connector.Connector) error {
		return s.connectors.SwitchOff(r.Context(), screen.Actor(r.Context()), c.Code)
	}, "connector-off", "")
}

func (s *Screens) again(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(c connector.Connector) error {
		var form screen.Form
		return s.connectors.Retry(r.Context(), screen.Actor(r.Context()), c.Code, form.ID(r.PostForm.Get("target")))
	}, "connector-again", "")
}

func (s *Screens) showPlan(w http.ResponseWriter, r *http.Request) error {
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	plan, count, err := s.connectors.Plan(r.Context(), screen.Actor(r.Context()), c.Code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, planPage(planView{Frame: screen.Frame(r, "試しに動かした結果", way(c)...), Connector: c, Plan: plan, Count: count}))
}

// form is what somebody has typed of a connector.
func readForm(r *http.Request, kind reach.Kind) connector.Details {
	d := connector.Details{Name: r.PostForm.Get("name"), Kind: kind, Typed: map[string]string{}, Secret: r.PostForm.Get("secret")}
	for _, f := range reach.Fields(kind) {
		d.Typed[f.Key] = strings.ReplaceAll(r.PostForm.Get(f.Key), "\r\n", "\n")
	}
	return d
}

func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	kind := reach.Kind(r.URL.Query().Get("kind"))
	if kind.Title() == "" {
		return screen.Show(w, r, kindsPage(screen.Frame(r, "連携を作る", connectorsWay...)))
	}
	return s.drawForm(w, r, connector.Connector{}, connector.Details{Kind: kind}, nil)
}

func (s *Screens) make(w http.ResponseWriter, r *http.Request) error {
	d := readForm(r, reach.Kind(r.PostForm.Get("connector_kind")))
	if d.Kind.Title() == "" {
		return screen.ErrNoAct()
	}
	code, err := s.connectors.Make(r.Context(), screen.Actor(r.Context()), d)
	if err != nil {
		return s.drawForm(w, r, connector.Connector{}, d, err)
	}
	return screen.GoOn(w, r, address.ConnectorAct(code, "systems"), "connector-make")
}

func (s *Screens) showSettings(w http.ResponseWriter, r *http.Request) error {
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	d, err := s.connectors.Settings(r.Context(), screen.Actor(r.Context()), c.Code)
	if err != nil {
		return err
	}
	return s.drawForm(w, r, c, d, nil)
}

func (s *Screens) set(w http.ResponseWriter, r *http.Request) error {
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	var form screen.Form
	d := readForm(r, c.Kind)
	if err := s.connectors.Set(r.Context(), screen.Actor(r.Context()), c.Code, form.Version(r.PostForm.Get("version")), d); err != nil {
		return s.drawForm(w, r, c, d, err)
	}
	return screen.GoOn(w, r, address.Connector(c.Code), "connector-set")
}

func (s *Screens) drawForm(w http.ResponseWriter, r *http.Request, c connector.Connector, d connector.Details, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, "連携を作る", connectorsWay...)
	if c.Code != "" {
		frame = screen.Frame(r, "設定を変える", way(c)...)
	}
	screen.Render(w, r, status, formPage(formView{Frame: frame, Connector: c, Details: d, Problems: problems}))
	return nil
}

func (s *Screens) showSystems(w http.ResponseWriter, r *http.Request) error {
	return s.drawSystems(w, r, connector.Assignment{}, nil)
}

func (s *Screens) assign(w http.ResponseWriter, r *http.Request) error {
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	var form screen.Form
	a := connector.Assignment{
		System: r.PostForm.Get("system"), What: connector.What(r.PostForm.Get("what")), Groups: strings.Split(strings.ReplaceAll(r.PostForm.Get("groups"), "\r\n", "\n"), "\n"),
	}
	if err := s.connectors.Assign(r.Context(), screen.Actor(r.Context()), c.Code, form.Version(r.PostForm.Get("version")), a); err != nil {
		return s.drawSystems(w, r, a, err)
	}
	return screen.GoOn(w, r, address.Connector(c.Code), "connector-assign")
}

func (s *Screens) drop(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, func(c connector.Connector) error {
		var form screen.Form
		return s.connectors.Unassign(r.Context(), screen.Actor(r.Context()), c.Code, form.Version(r.PostForm.Get("version")), r.PostForm.Get("system"))
	}, "connector-drop", "")
}

func (s *Screens) drawSystems(w http.ResponseWriter, r *http.Request, a connector.Assignment, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	c, err := s.connector(r)
	if err != nil {
		return err
	}
	free, err := s.connectors.Free(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	var choices []component.Choice
	for _, y := range free {
		choices = append(choices, component.Choice{Value: y.Code, Label: y.Name + "（" + y.Code + "）"})
	}
	screen.Render(w, r, status, systemsPage(systemsView{Frame: screen.Frame(r, "連携するシステム", way(c)...), Connector: c, Free: choices, Typed: a, Problems: problems}))
	return nil
}

// field is a field of the form, with what was typed.
func (p formView) field(f reach.Field) component.Input {
	return component.Input{Name: f.Key, Label: f.Label, Hint: f.Hint, Value: p.Typed[f.Key], Required: f.Needed, Problems: p.Problems}
}

func optionChoices(f reach.Field) []component.Choice {
	var list []component.Choice
	for _, o := range f.Choices {
		list = append(list, component.Choice{Value: o.Value, Label: o.Label})
	}
	return list
}

func whatChoices() []component.Choice {
	return []component.Choice{
		{Value: string(connector.WholeAccount), Label: connector.WholeAccount.Title() + "（その人は、接続先につながるもの全部を使えなくなります。1つの連携に1つのシステムだけです）"},
		{Value: string(connector.NamedGroups), Label: connector.NamedGroups.Title() + "（そのシステムだけを使えなくします）"},
	}
}
