package factor

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// handleSize is the length of what authenticators know a person by, in bytes.
const handleSize = 32

// Passkey is a passkey as its owner sees it.
type Passkey struct {
	Token  string // names it in URLs
	Name   string // given by its owner
	MadeAt time.Time
	UsedAt *time.Time // nil before its first use
}

// Ceremony is a question to an authenticator.
type Ceremony struct {
	Options any             // for the browser, as JSON
	State   json.RawMessage // for the answer to be held against; it stays at the portal
}

// relyingParty is the portal as authenticators know it, by the name that people
// reach it by; nil if it has none. A portal on loopback, or on every IP address
// of its machine, is localhost.
func relyingParty(town string, public *url.URL) (*webauthn.WebAuthn, error) {
	name, port := public.Hostname(), public.Port()
	switch ip := net.ParseIP(name); {
	case name == "", ip.IsLoopback(), ip.IsUnspecified():
		name = "localhost"
	case ip != nil:
		return nil, nil
	}
	origin := public.Scheme + "://" + name
	if port != "" {
		origin += ":" + port
	}
	return webauthn.New(&webauthn.Config{
		RPID: name, RPDisplayName: town + " 情報セキュリティポータル", RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired,
		},
	})
}

// Passkeys tells whether the portal can be reached by a name, which passkeys
// need.
func (s *Service) Passkeys() bool { return s.relying != nil }

func (s *Service) party() (*webauthn.WebAuthn, error) {
	if s.relying == nil {
		return nil, fault.New(fault.Unavailable, "数字のアドレス（IPアドレス）で開かれているため、パスキーは使えません。ほかの方法を使ってください。")
	}
	return s.relying, nil
}

// keyHolder is a person as the library knows them.
type keyHolder struct {
	person int64
	handle []byte
	name   string // shown by an authenticator that makes a passkey; empty otherwise
	keys   []webauthn.Credential
}

func (h keyHolder) WebAuthnID() []byte                         { return h.handle }
func (h keyHolder) WebAuthnName() string                       { return h.name }
func (h keyHolder) WebAuthnDisplayName() string                { return h.name }
func (h keyHolder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// holderOf finds a person with their passkeys; NotFound for one without a handle.
func holderOf(ctx context.Context, db querier, person int64) (keyHolder, error) {
	return holderWhere(ctx, db, `person_id = $1`, person)
}

// holderOfHandle finds a person by what authenticators know them by; NotFound
// for nobody.
func holderOfHandle(ctx context.Context, db querier, handle []byte) (keyHolder, error) {
	return holderWhere(ctx, db, `handle = $1`, handle)
}

func holderWhere(ctx context.Context, db querier, condition string, value any) (keyHolder, error) {
	var h keyHolder
	err := db.QueryRow(ctx, `SELECT person_id, handle FROM passkey_user WHERE `+condition, value).Scan(&h.person, &h.handle)
	if errors.Is(err, pgx.ErrNoRows) {
		return keyHolder{}, fault.New(fault.NotFound, "登録されているパスキーがありません。")
	}
	if err != nil {
		return keyHolder{}, fmt.Errorf("looking up whose a passkey is: %w", err)
	}
	rows, err := db.Query(ctx, `SELECT credential, sign_count FROM passkey WHERE person_id = $1 ORDER BY id`, h.person)
	if err != nil {
		return keyHolder{}, fmt.Errorf("looking up passkeys: %w", err)
	}
	h.keys, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (webauthn.Credential, error) {
		var c webauthn.Credential
		return c, row.Scan(&c, &c.Authenticator.SignCount)
	})
	if err != nil {
		return keyHolder{}, fmt.Errorf("looking up passkeys: %w", err)
	}
	return h, nil
}

// BeginPasskey asks the actor's authenticator for a new passkey.
func (s *Service) BeginPasskey(ctx context.Context, actor authz.Actor) (Ceremony, error) {
	party, err := s.party()
	if err != nil {
		return Ceremony{}, err
	}
	holder, err := holderOf(ctx, s.Pool, actor.Person)
	if fault.KindOf(err) == fault.NotFound {
		// a handle comes with the first passkey
		holder = keyHolder{person: actor.Person, handle: make([]byte, handleSize)}
		_, err = rand.Read(holder.handle)
	}
	if err != nil {
		return Ceremony{}, err
	}
	holder.name = actor.Name
	options, state, err := party.BeginRegistration(holder, webauthn.WithExclusions(webauthn.Credentials(holder.keys).CredentialDescriptors()))
	if err != nil {
		return Ceremony{}, fmt.Errorf("beginning with a passkey: %w", err)
	}
	return ceremony(options.Response, state)
}

func ceremony(options any, state *webauthn.SessionData) (Ceremony, error) {
	text, err := json.Marshal(state)
	if err != nil {
		return Ceremony{}, fmt.Errorf("writing a challenge: %w", err)
	}
	return Ceremony{Options: options, State: text}, nil
}

// AddPasskey adds the passkey with which the authenticator has answered
// BeginPasskey, under a name for its owner. Invalid without a name, or for an
// answer that proves nothing.
func (s *Service) AddPasskey(ctx context.Context, actor authz.Actor, name string, state json.RawMessage, answer []byte) error {
	party, err := s.party()
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" {
		return errPasskeyName()
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return fmt.Errorf("reading a challenge: %w", err)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return errNotAdded(err)
	}
	err = s.own(ctx, actor, func(tx *door.Tx, _ Factors) ([]string, error) {
		_, err := tx.Exec(ctx, `INSERT INTO passkey_user (person_id, handle) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING`, actor.Person, session.UserID)
		if err != nil {
			return nil, err
		}
		holder, err := holderOf(ctx, tx, actor.Person)
		if err != nil {
			return nil, err
		}
		key, err := party.CreateCredential(holder, session, parsed)
		if err != nil {
			return nil, errNotAdded(err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO passkey (token, person_id, credential_id, name, credential, sign_count, made_at)
			VALUES (@token, @person, @credential_id, @name, @credential, @sign_count, @now)`,
			pgx.StrictNamedArgs{
				"token": rand.Text(), "person": actor.Person, "credential_id": key.ID, "name": name,
				"credential": key, "sign_count": key.Authenticator.SignCount, "now": tx.Now,
			})
		switch postgres.Constraint(err) {
		case "passkey_name_shape":
			return nil, errPasskeyName()
		case "passkey_credential_unique":
			return nil, fault.New(fault.Conflict, "このパスキーは、すでに登録されています。")
		}
		return []string{"passkeys"}, err
	})
	if err != nil {
		return fmt.Errorf("adding a passkey: %w", err)
	}
	return nil
}

func errPasskeyName() error {
	return fault.InvalidFields([]fault.Problem{{Field: "name", Message: "どの端末のパスキーか分かる名前を、40字までで入力してください。"}})
}

func errNotAdded(err error) error {
	return fault.Wrap(cause(err), fault.Invalid, "パスキーを登録できませんでした。「パスキーを登録する」を、もう一度押してください。")
}

// cause is what the library says to developers; nothing that it was handed.
func cause(err error) error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return errors.New(e.Type + ": " + e.Details)
	}
	return errors.New("an answer that is none")
}

// RemovePasskey removes one of the actor's passkeys. Conflict if it is their
// last second factor and their role demands one.
func (s *Service) RemovePasskey(ctx context.Context, actor authz.Actor, token string) error {
	err := s.own(ctx, actor, func(tx *door.Tx, had Factors) ([]string, error) {
		tag, err := tx.Exec(ctx, `DELETE FROM passkey WHERE person_id = $1 AND token = $2`, actor.Person, token)
		if err == nil && tag.RowsAffected() == 0 {
			err = errNoFactor()
		}
		if err != nil {
			return nil, err
		}
		return []string{"passkeys"}, s.afterRemoval(ctx, tx, actor, had)
	})
	if err != nil {
		return fmt.Errorf("removing a passkey: %w", err)
	}
	return nil
}

// AskPasskey asks for one of a person's passkeys; NotFound if they have none.
func (s *Service) AskPasskey(ctx context.Context, person int64) (Ceremony, error) {
	party, err := s.party()
	if err != nil {
		return Ceremony{}, err
	}
	holder, err := holderOf(ctx, s.Pool, person)
	if err != nil {
		return Ceremony{}, err
	}
	if len(holder.keys) == 0 {
		return Ceremony{}, fault.New(fault.NotFound, "登録されているパスキーがありません。")
	}
	options, state, err := party.BeginLogin(holder, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	return ceremony(options.Response, state)
}

// AskAnyPasskey asks whoever sits at a browser for a passkey, which will say
// who they are.
func (s *Service) AskAnyPasskey() (Ceremony, error) {
	party, err := s.party()
	if err != nil {
		return Ceremony{}, err
	}
	options, state, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	return ceremony(options.Response, state)
}

// CheckPasskey holds the answer of an authenticator against the question that
// was put, and returns whose passkey it is. Unauthenticated if it is nobody's,
// if their account is suspended, or if the passkey seems to have been copied:
// its count has gone back.
func (s *Service) CheckPasskey(ctx context.Context, state json.RawMessage, answer []byte) (int64, error) {
	party, err := s.party()
	if err != nil {
		return 0, err
	}
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return 0, fmt.Errorf("reading a challenge: %w", err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return 0, errNoPasskey(err)
	}
	handle := session.UserID
	if len(handle) == 0 {
		handle = parsed.Response.UserHandle
	}
	holder, err := holderOfHandle(ctx, s.Pool, handle)
	if fault.KindOf(err) == fault.NotFound {
		return 0, errNoPasskey(err)
	}
	if err != nil {
		return 0, err
	}
	key, err := validate(party, holder, session, parsed)
	if err != nil {
		return 0, errNoPasskey(err)
	}
	if err := s.used(ctx, key); err != nil {
		return 0, err
	}
	return holder.person, s.Accounts.CheckUsable(ctx, holder.person)
}

// validate holds an answer against a question to a person, or to whoever it
// finds.
func validate(party *webauthn.WebAuthn, holder keyHolder, session webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	if len(session.UserID) != 0 {
		return party.ValidateLogin(holder, session, answer)
	}
	return party.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		if !bytes.Equal(handle, holder.handle) {
			return nil, errors.New("another handle")
		}
		return holder, nil
	}, session, answer)
}

// used writes down a passkey's use, unless its count shows that there is
// another with the same key.
func (s *Service) used(ctx context.Context, key *webauthn.Credential) error {
	tag, err := s.Pool.Exec(ctx, `
		UPDATE passkey SET credential = @credential, sign_count = @sign_count, used_at = @now
		WHERE credential_id = @credential_id AND (sign_count < @sign_count OR sign_count = 0 AND @sign_count = 0)`,
		pgx.StrictNamedArgs{"credential": key, "sign_count": key.Authenticator.SignCount, "now": s.Now(), "credential_id": key.ID})
	if err != nil {
		return fmt.Errorf("writing down a passkey's use: %w", err)
	}
	if key.Authenticator.CloneWarning || tag.RowsAffected() == 0 {
		return fault.Wrap(errors.New("a passkey's count went back"), fault.Unauthenticated,
			"このパスキーは、複製されたおそれがあるため使えません。ほかの方法でサインインしてこのパスキーを取り外し、総務課（情報政策担当）に連絡してください。")
	}
	return nil
}

func errNoPasskey(err error) error {
	return fault.Wrap(cause(err), fault.Unauthenticated, "このパスキーは、このポータルに登録されていないか、確かめられませんでした。もう一度行うか、ほかの方法でサインインしてください。")
}
