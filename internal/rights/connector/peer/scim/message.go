package scim

import (
	"encoding/json"
	"errors"
	"strings"

	"kagami/internal/rights/connector/peer"
)

const (
	patchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	mediaType   = "application/scim+json"
)

// user is a user as the service gives it.
type user struct {
	ID          string       `json:"id"`
	UserName    string       `json:"userName"`
	DisplayName string       `json:"displayName"`
	Name        name         `json:"name"`
	Active      flag         `json:"active"`
	Groups      *[]reference `json:"groups"` // nil: the service says nothing of it
}

type name struct {
	Formatted string `json:"formatted"`
}

type reference struct {
	Value string `json:"value"`
}

// flag is true, false or not said; some services write it as a string.
type flag struct{ value *bool }

func (f *flag) UnmarshalJSON(b []byte) error {
	var value bool
	switch strings.ToLower(string(b)) {
	case "null":
		return nil
	case "true", `"true"`:
		value = true
	case "false", `"false"`:
	default:
		return errors.New("active is neither true nor false")
	}
	f.value = &value
	return nil
}

// group is a group with those who are in it.
type group struct {
	ID      string       `json:"id"`
	Members *[]reference `json:"members"` // nil: there are none, or the service does not say
}

// list is a page of what was asked for.
type list struct {
	TotalResults *int64            `json:"totalResults"`
	Resources    []json.RawMessage `json:"Resources"`
}

// features is what the service says that it can do.
type features struct {
	Patch  feature `json:"patch"`
	Filter feature `json:"filter"`
}

type feature struct {
	Supported *bool `json:"supported"`
}

func (f feature) missing() bool { return f.Supported != nil && !*f.Supported }

// decode reads an answer. What is wrong with it is not said to the log, which would repeat it.
func decode[T any](body []byte) (T, error) {
	var value T
	if err := json.Unmarshal(body, &value); err != nil {
		return value, peer.Nonsense(errors.New("the answer is not what SCIM says"))
	}
	return value, nil
}

// read makes an account of a user, without the groups that it is in.
func (s *Service) read(body []byte) (peer.Account, user, error) {
	u, err := decode[user](body)
	if err != nil {
		return peer.Account{}, user{}, err
	}
	number, err := s.number.in(body)
	if err != nil {
		return peer.Account{}, user{}, err
	}
	if !isID(u.ID) {
		return peer.Account{}, user{}, peer.Nonsense(errors.New("a user without an id"))
	}
	a := peer.Account{ID: u.ID, Login: peer.Text(u.UserName), Number: peer.Text(number), Name: peer.Text(u.DisplayName)}
	if a.Name == "" {
		a.Name = peer.Text(u.Name.Formatted)
	}
	a.Enabled = u.Active.value == nil || *u.Active.value // one that can't be disabled is enabled
	return a, u, nil
}

// in is the attribute's value in a user, if it is a text or a number there.
func (p path) in(body []byte) (string, error) {
	attributes, err := decode[map[string]json.RawMessage](body)
	if err != nil {
		return "", err
	}
	if p.extension != "" {
		inner, ok := get(attributes, p.extension)
		if !ok {
			return "", nil
		}
		if attributes, err = decode[map[string]json.RawMessage](inner); err != nil {
			return "", err
		}
	}
	value, ok := get(attributes, p.name)
	if !ok || string(value) == "null" {
		return "", nil
	}
	if text, err := decode[string](value); err == nil {
		return text, nil
	}
	number, err := decode[json.Number](value)
	return number.String(), err
}

// get finds an attribute, whose name may be written in letters of any case.
func get(attributes map[string]json.RawMessage, name string) (json.RawMessage, bool) {
	if value, ok := attributes[name]; ok {
		return value, true
	}
	for key, value := range attributes {
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return nil, false
}

// quote writes a value as a filter does; it is a plain one.
func quote(s string) string { return `"` + s + `"` }

// operation is one change of a user or a group.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

func patch(o operation) ([]byte, error) {
	return json.Marshal(struct {
		Schemas    []string    `json:"schemas"`
		Operations []operation `json:"Operations"`
	}{[]string{patchSchema}, []operation{o}})
}
