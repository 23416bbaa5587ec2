package scim

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/client"
)

// pageSize is how many users are asked for at once: an answer is bounded.
const pageSize = 100

// ask asks for what is below the service's address.
func (s *Service) ask(ctx context.Context, method string, body []byte, query url.Values, parts ...string) ([]byte, error) {
	header := http.Header{"Authorization": {"Bearer " + s.token}, "Accept": {mediaType + ", application/json;q=0.9"}}
	if body != nil {
		header.Set("Content-Type", mediaType)
	}
	answer, err := s.client.Do(ctx, client.Request{Method: method, Path: parts, Query: query, Header: header, Body: body})
	if err != nil {
		return nil, err
	}
	return answer.Body, answer.Failed()
}

// wanted has the service leave out what is not asked for. One of an extension is not asked
// for by its name: services differ in how they read that, and give everything then.
func (s *Service) wanted(query url.Values) url.Values {
	if s.number.extension != "" {
		return query
	}
	list := []string{"userName", "displayName", "name", "active", s.number.name}
	if len(s.groups) > 0 {
		list = append(list, "groups")
	}
	query.Set("attributes", strings.Join(list, ","))
	return query
}

// Find gives all accounts that have a staff number now.
func (s *Service) Find(ctx context.Context, number string) ([]peer.Account, error) {
	if number == "" {
		return nil, peer.NoNumber()
	}
	if !plain(number) {
		return nil, fault.New(fault.Invalid, "職員番号に、引用符（\"）や円記号（\\）は使えません。職員番号を確かめてください。")
	}
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	var accounts []peer.Account
	var progress peer.Progress
	in := memberships{service: s}
	for {
		page, total, err := s.page(ctx, len(accounts)+1, s.number.written+" eq "+quote(number), &in)
		if err != nil {
			return nil, err
		}
		if err := progress.Page(page); err != nil {
			return nil, err
		}
		for _, a := range page {
			if !strings.EqualFold(a.Number, peer.Text(number)) { // a service that takes no filter answers with everybody
				return nil, peer.Nonsense(errors.New("an account comes that has another number"))
			}
		}
		accounts = append(accounts, page...)
		switch {
		case int64(len(accounts)) >= total:
			return accounts, nil
		case len(page) == 0:
			return nil, peer.Nonsense(errors.New("the service says that there are more accounts, and gives none"))
		case len(accounts) > peer.MostEntries:
			return nil, peer.Endless(errors.New("too many accounts have one number"))
		}
	}
}

// Get gives the account with an ID.
func (s *Service) Get(ctx context.Context, id string) (peer.Account, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	return s.get(ctx, id)
}

func (s *Service) get(ctx context.Context, id string) (peer.Account, error) {
	a, u, err := s.bare(ctx, id)
	if err != nil {
		return peer.Account{}, err
	}
	in := memberships{service: s}
	a.Groups, err = in.of(ctx, u)
	return a, err
}

// bare gives an account without its groups.
func (s *Service) bare(ctx context.Context, id string) (peer.Account, user, error) {
	if !isID(id) {
		return peer.Account{}, user{}, peer.Gone(errors.New("no such ID can be"))
	}
	body, err := s.ask(ctx, http.MethodGet, nil, s.wanted(url.Values{}), "Users", id)
	if err != nil {
		return peer.Account{}, user{}, err
	}
	a, u, err := s.read(body)
	if err == nil && a.ID != id {
		err = peer.Nonsense(errors.New("a user comes that has another id"))
	}
	return a, u, err
}

// Enable enables or disables the account with an ID.
func (s *Service) Enable(ctx context.Context, id string, on bool) error {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	a, u, err := s.bare(ctx, id)
	if err != nil {
		return err
	}
	if a.Enabled == on && u.Active.value != nil {
		return nil
	}
	body, err := patch(operation{Op: "replace", Path: "active", Value: on})
	if err != nil {
		return err
	}
	if _, err := s.ask(ctx, http.MethodPatch, body, nil, "Users", id); err != nil {
		return err
	}
	switch a, _, err := s.bare(ctx, id); {
	case err != nil:
		return err
	case a.Enabled != on:
		return peer.Unchanged(errors.New("the service answers success and the user is as before"))
	}
	return nil
}

// Join puts the account with an ID into a named group, or takes it out.
func (s *Service) Join(ctx context.Context, id, groupID string, in bool) error {
	if !slices.Contains(s.groups, groupID) {
		return peer.NotNamed()
	}
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	_, u, err := s.bare(ctx, id)
	if err != nil {
		return err
	}
	was, sure, err := s.isMember(ctx, u, groupID)
	if err != nil {
		return err
	}
	if was == in && sure {
		return nil
	}
	o := operation{Op: "add", Path: "members", Value: []map[string]string{{"value": id}}}
	if !in {
		o = operation{Op: "remove", Path: "members[value eq " + quote(id) + "]"}
	}
	body, err := patch(o)
	if err != nil {
		return err
	}
	if _, err := s.ask(ctx, http.MethodPatch, body, nil, "Groups", groupID); err != nil {
		return groupless(err)
	}
	if _, u, err = s.bare(ctx, id); err != nil {
		return err
	}
	switch is, _, err := s.isMember(ctx, u, groupID); {
	case err != nil:
		return err
	case is != in:
		return peer.Unchanged(errors.New("the service answers success and the group is as before"))
	}
	return nil
}

// isMember tells whether a user is in a group, and whether that is sure: a group whose
// members may not be read looks as if it had none.
func (s *Service) isMember(ctx context.Context, u user, groupID string) (is, sure bool, err error) {
	if u.Groups != nil {
		return slices.Contains(*u.Groups, reference{groupID}), true, nil
	}
	members, err := s.membersOf(ctx, groupID)
	return members[u.ID], members != nil, err
}

// groupless says of what is not there that it is a group.
func groupless(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return peer.NoGroup(errors.New("a named group is not there"))
	}
	return err
}

// List gives all accounts to yield, a page at a time.
func (s *Service) List(ctx context.Context, yield func(peer.Account) error) error {
	var progress peer.Progress
	in := memberships{service: s}
	given := 0
	for {
		page, total, err := s.timely(ctx, given+1, &in)
		if err != nil {
			return err
		}
		if err := progress.Page(page); err != nil {
			return err
		}
		for _, a := range page {
			if err := yield(a); err != nil {
				return err
			}
		}
		given += len(page)
		switch {
		case int64(given) >= total:
			return progress.End()
		case len(page) == 0:
			return peer.Nonsense(errors.New("the service says that there are more accounts, and gives none"))
		}
	}
}

// timely gives a page within the deadline.
func (s *Service) timely(ctx context.Context, from int, in *memberships) ([]peer.Account, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	return s.page(ctx, from, "", in)
}

// page gives the accounts from a place on, which is counted from one, and how many the
// service says that there are.
func (s *Service) page(ctx context.Context, from int, filter string, in *memberships) ([]peer.Account, int64, error) {
	query := s.wanted(url.Values{"startIndex": {strconv.Itoa(from)}, "count": {strconv.Itoa(pageSize)}})
	if filter != "" {
		query.Set("filter", filter)
	}
	body, err := s.ask(ctx, http.MethodGet, nil, query, "Users")
	if fault.KindOf(err) == fault.NotFound {
		err = fault.Wrap(err, fault.NotFound, "接続先に、SCIM の窓口（Users）がありません。URL を確かめてください。")
	}
	if err != nil {
		return nil, 0, err
	}
	l, err := decode[list](body)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case len(l.Resources) > peer.MostEntries:
		return nil, 0, peer.Endless(errors.New("the service gives too many users at once"))
	case l.TotalResults == nil, *l.TotalResults < int64(len(l.Resources)):
		return nil, 0, peer.Nonsense(errors.New("a list does not say how many there are"))
	}
	accounts := make([]peer.Account, 0, len(l.Resources))
	for _, resource := range l.Resources {
		a, u, err := s.read(resource)
		if err != nil {
			return nil, 0, err
		}
		if a.Groups, err = in.of(ctx, u); err != nil {
			return nil, 0, err
		}
		accounts = append(accounts, a)
	}
	return accounts, *l.TotalResults, nil
}

// memberships is who is in the named groups, of a service whose users do not say it. Each
// group is asked for once.
type memberships struct {
	service *Service
	members map[string]map[string]bool // by group
}

// of gives the named groups that a user is in.
func (m *memberships) of(ctx context.Context, u user) ([]string, error) {
	var groups []string
	if u.Groups != nil {
		for _, g := range m.service.groups {
			if slices.Contains(*u.Groups, reference{g}) {
				groups = append(groups, g)
			}
		}
		return groups, nil
	}
	if m.members == nil {
		members := map[string]map[string]bool{}
		for _, g := range m.service.groups {
			in, err := m.service.membersOf(ctx, g)
			if err != nil {
				return nil, err
			}
			members[g] = in
		}
		m.members = members
	}
	for _, g := range m.service.groups {
		if m.members[g][u.ID] {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

// membersOf gives who is in a group; nil if the service does not say.
func (s *Service) membersOf(ctx context.Context, id string) (map[string]bool, error) {
	body, err := s.ask(ctx, http.MethodGet, nil, url.Values{"attributes": {"members"}}, "Groups", id)
	if err != nil {
		return nil, groupless(err)
	}
	g, err := decode[group](body)
	if err != nil {
		return nil, err
	}
	if g.ID != id {
		return nil, peer.Nonsense(errors.New("a group comes that has another id"))
	}
	if g.Members == nil {
		return nil, nil
	}
	members := make(map[string]bool, len(*g.Members))
	for _, m := range *g.Members {
		members[m.Value] = true
	}
	return members, nil
}

// Check signs in, and looks whether the service takes changes, has users that have a
// staff number, and the named groups. Whether it lets the portal change them, a service
// does not say beforehand.
func (s *Service) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	body, err := s.ask(ctx, http.MethodGet, nil, nil, "ServiceProviderConfig")
	switch {
	case fault.KindOf(err) == fault.NotFound: // many services leave it out
	case err != nil:
		return err
	default:
		can, err := decode[features](body)
		if err != nil {
			return err
		}
		if can.Patch.missing() || can.Filter.missing() {
			return fault.New(fault.Forbidden, "この接続先は、アカウントを探して一か所だけを変えること（SCIM の filter と patch）ができません。作業依頼で行ってください。")
		}
	}
	in := memberships{service: s}
	accounts, _, err := s.page(ctx, 1, "", &in)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(accounts, func(a peer.Account) bool { return a.Number != "" }) {
		return fault.New(fault.NotFound, "職員番号の入ったアカウントが見つかりません。職員番号の属性と、トークンで見えるアカウントを確かめてください。")
	}
	for _, g := range s.groups {
		if _, err := s.membersOf(ctx, g); err != nil {
			return err
		}
	}
	return nil
}
