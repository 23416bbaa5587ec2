package connector

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/outcome"
	"kagami/web/component"
	"kagami/web/screen"
)

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	list, err := s.connectors.List(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{Frame: screen.Frame(r, "連携と反映", rightsWay...), Connectors: list, MayKeep: keeps(actor), Today: screen.Today(ctx)}))
}

// keeps tells whether the actor sets connectors.
func keeps(actor authz.Actor) bool { return actor.Reach(authz.KeepConnectors) == authz.All }

// asked is what the address of a list asks for.
type asked struct {
	base   string
	values map[string]string
	names  []string
}

func readAsked(r *http.Request, base string, names ...string) asked {
	a := asked{base, map[string]string{}, names}
	for _, name := range names {
		a.values[name] = r.URL.Query().Get(name)
	}
	return a
}

// url is the list that the same is asked of.
func (a asked) url() string {
	u := a.base
	for _, name := range a.names {
		if a.values[name] != "" {
			u = address.With(u, name, a.values[name])
		}
	}
	return u
}

func (a asked) narrowed() bool { return a.url() != a.base }

// search is that as the operation takes it.
func (a asked) search(r *http.Request) outcome.Search {
	var form screen.Form
	return outcome.Search{
		Connector: a.values["connector"], System: a.values["system"], Person: a.values["person"], State: connector.State(a.values["state"]), After: form.ID(r.URL.Query().Get("after")),
	}
}

func id(r *http.Request, name string) int64 {
	var form screen.Form
	return form.ID(chi.URLParam(r, name))
}

func stateChoices() []component.Choice {
	var list []component.Choice
	for _, s := range connector.States() {
		list = append(list, component.Choice{Value: string(s), Label: s.Title()})
	}
	return list
}

func orderChoices() []component.Choice {
	var list []component.Choice
	for _, k := range outcome.OrderKinds() {
		list = append(list, component.Choice{Value: string(k), Label: k.Title()})
	}
	return list
}

func (s *Screens) showTargets(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	a := readAsked(r, address.RightTargets, "state", "connector", "system", "person")
	q := a.search(r)
	page, err := s.outcomes.Targets(ctx, actor, q)
	if err != nil {
		return err
	}
	choices, err := s.connectorChoices(r)
	if err != nil {
		return err
	}
	may := map[int64]bool{}
	for _, t := range page.Lines {
		_, may[t.ID] = actor.May(authz.DoWorkOrders, authz.Matter{SystemsSection: t.Section, Person: t.PersonID, Decision: true})
	}
	return screen.Show(w, r, targetsPage(targetsView{
		Frame: screen.Frame(r, "反映の状態", connectorsWay...), Page: page, Asked: a, Connectors: choices, MayKeep: keeps(actor), May: may, Later: q.After > 0,
	}))
}

// connectorChoices are the connectors to choose from.
func (s *Screens) connectorChoices(r *http.Request) ([]component.Choice, error) {
	list, err := s.connectors.List(r.Context(), screen.Actor(r.Context()))
	var choices []component.Choice
	for _, c := range list {
		choices = append(choices, component.Choice{Value: c.Code, Label: c.Name})
	}
	return choices, err
}

func (s *Screens) asksByHand(r *http.Request) error {
	return s.connectors.AskByHand(r.Context(), screen.Actor(r.Context()), id(r, "target"))
}

func (s *Screens) byHand(w http.ResponseWriter, r *http.Request) error {
	if err := s.connectors.ByHand(r.Context(), screen.Actor(r.Context()), id(r, "target")); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.With(address.RightTargets, "state", string(connector.Failed)), "right-by-hand")
}

func (s *Screens) showOrders(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	a := readAsked(r, address.RightOrders, "kind", "system", "person")
	kind := outcome.OrderKind(a.values["kind"])
	if kind.Title() == "" {
		kind = outcome.OrdersOpen
	}
	q := a.search(r)
	page, err := s.outcomes.Orders(ctx, actor, kind, q)
	if err != nil {
		return err
	}
	may, err := s.outcomes.MayComplete(ctx, actor, page.Lines)
	if err != nil {
		return err
	}
	return screen.Show(w, r, ordersPage(ordersView{Frame: screen.Frame(r, "作業依頼", rightsWay...), Page: page, Asked: a, Kind: kind, May: may, Later: q.After > 0}))
}

func (s *Screens) asksComplete(r *http.Request) error {
	return s.connectors.AskComplete(r.Context(), screen.Actor(r.Context()), id(r, "order"))
}

func (s *Screens) complete(w http.ResponseWriter, r *http.Request) error {
	if err := s.connectors.Complete(r.Context(), screen.Actor(r.Context()), id(r, "order")); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.RightOrders, "order-done")
}

func (s *Screens) showDrift(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	a := readAsked(r, address.RightDrift, "connector", "system", "person")
	q := a.search(r)
	page, err := s.outcomes.Drifts(ctx, actor, q)
	if err != nil {
		return err
	}
	choices, err := s.connectorChoices(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, driftPage(driftView{
		Frame: screen.Frame(r, "食い違い", connectorsWay...), Page: page, Asked: a, Connectors: choices, MayKeep: keeps(actor), MayRecord: actor.Reach(authz.RecordRights) != authz.None, Today: screen.Today(ctx), Later: q.After > 0,
	}))
}

func (s *Screens) reapply(w http.ResponseWriter, r *http.Request) error {
	if err := s.connectors.Reapply(r.Context(), screen.Actor(r.Context()), id(r, "drift")); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.RightDrift, "drift-apply")
}

func next(a asked, id int64) string { return address.With(a.url(), "after", strconv.FormatInt(id, 10)) }
