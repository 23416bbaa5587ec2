package trail

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"kagami/internal/authz"
)

// Subject is the thing that was changed.
type Subject struct {
	Kind string // the table's noun: "revision", "account", …
	ID   int64
}

// Named is a kind of subject as people call it.
type Named struct {
	Kind  string // as entries have it
	Title string // 版, アカウント
}

// Entry is one change.
type Entry struct {
	At     time.Time // UTC, to the microsecond, as PostgreSQL keeps it
	Person int64     // who; 0 for the operator
	Role   authz.Role
	// Capacity is how they came to act in the role: as its holder, as 職務代理, …
	Capacity authz.Capacity
	Action   authz.Action
	Subject  Subject
	// Fields names what was changed, never the values.
	Fields []string
	// Refs are ids of other things the change is about, by their nouns:
	// {"document": 3}. Nothing personal beyond ids stands here.
	Refs map[string]int64
	// Confidential are the values that may have to be removed one day.
	Confidential map[string]any
}

// saltSize is the length of the salt before the confidential part, in bytes.
const saltSize = 16

// sealed is an entry with what binds its parts together.
type sealed struct {
	Entry
	salt             []byte // nil without a confidential part
	part             []byte // the confidential part as JSON
	confidentialHash []byte // SHA-256 of salt and part
	hash             []byte // SHA-256 of the open part, confidentialHash included
}

// seal computes the hashes that prove an entry.
func seal(e Entry) (sealed, error) {
	s := sealed{Entry: e}
	if len(e.Confidential) > 0 {
		part, err := json.Marshal(e.Confidential)
		if err != nil {
			return sealed{}, fmt.Errorf("writing the confidential part: %w", err)
		}
		s.part = part
		s.salt = make([]byte, saltSize)
		if _, err := rand.Read(s.salt); err != nil {
			return sealed{}, fmt.Errorf("making a salt: %w", err)
		}
		s.confidentialHash = confidentialHash(s.salt, part)
	}
	hash, err := openHash(e, s.confidentialHash)
	if err != nil {
		return sealed{}, err
	}
	s.hash = hash
	return s, nil
}

func confidentialHash(salt, part []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(part)
	return h.Sum(nil)
}

// openHash is the SHA-256 of the open part: a JSON object whose keys stand in
// this order, so that the same entry always gives the same bytes.
func openHash(e Entry, confidential []byte) ([]byte, error) {
	open, err := json.Marshal(struct {
		At           string           `json:"at"`
		Person       int64            `json:"person"`
		Role         authz.Role       `json:"role"`
		Capacity     authz.Capacity   `json:"capacity,omitempty"`
		Action       authz.Action     `json:"action"`
		Kind         string           `json:"kind"`
		ID           int64            `json:"id"`
		Fields       []string         `json:"fields"`
		Refs         map[string]int64 `json:"refs"`
		Confidential []byte           `json:"confidential"`
	}{
		e.At.UTC().Format("2006-01-02T15:04:05.000000Z"), e.Person, e.Role, e.Capacity, e.Action,
		e.Subject.Kind, e.Subject.ID, e.Fields, e.Refs, confidential,
	})
	if err != nil {
		return nil, fmt.Errorf("writing the open part: %w", err)
	}
	sum := sha256.Sum256(open)
	return sum[:], nil
}
