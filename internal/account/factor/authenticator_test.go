package factor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"kagami/internal/account/factor"
)

// authenticator is a passkey in software: one key for one site.
type authenticator struct {
	t        *testing.T
	origin   string
	id       []byte
	key      *ecdsa.PrivateKey
	handle   string // as the portal gave it
	count    uint32
	verified bool // whether it asks for a finger or a PIN
}

func newAuthenticator(t *testing.T) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &authenticator{t: t, origin: "http://localhost:8080", id: []byte(rand.Text()), key: key, verified: true}
}

// question is the part of a question that the authenticator needs.
type question struct {
	Challenge string `json:"challenge"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
}

func (a *authenticator) read(c factor.Ceremony) (q question) {
	a.t.Helper()
	if err := json.Unmarshal(a.json(c.Options), &q); err != nil {
		a.t.Fatal(err)
	}
	return q
}

func (a *authenticator) json(v any) []byte {
	a.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return b
}

func (a *authenticator) clientData(kind, challenge string) []byte {
	return a.json(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
}

// data is the authenticator's statement: whose site, how sure, and how often.
func (a *authenticator) data(attested []byte) []byte {
	site := sha256.Sum256([]byte("localhost"))
	flags := byte(0x01) // somebody is there
	if a.verified {
		flags |= 0x04
	}
	if attested != nil {
		flags |= 0x40
	}
	b := append(site[:], flags)
	b = binary.BigEndian.AppendUint32(b, a.count)
	return append(b, attested...)
}

// make answers a registration.
func (a *authenticator) make(c factor.Ceremony) []byte {
	a.t.Helper()
	q := a.read(c)
	a.handle = q.User.ID
	point, err := a.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		a.t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		a.t.Fatal(err)
	}
	attested := make([]byte, 16, 64) // the model: none
	attested = binary.BigEndian.AppendUint16(attested, uint16(len(a.id)))
	attested = append(append(attested, a.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": a.data(attested)})
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{
		"clientDataJSON": encode(a.clientData("webauthn.create", q.Challenge)), "attestationObject": encode(object),
	})
}

// prove answers a sign-in.
func (a *authenticator) prove(c factor.Ceremony) []byte {
	a.t.Helper()
	client := a.clientData("webauthn.get", a.read(c).Challenge)
	data := a.data(nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, sum[:])
	if err != nil {
		a.t.Fatal(err)
	}
	return a.answer(map[string]any{
		"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature), "userHandle": a.handle,
	})
}

func (a *authenticator) answer(response map[string]any) []byte {
	return a.json(map[string]any{"id": encode(a.id), "rawId": encode(a.id), "type": "public-key", "response": response})
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
