package policy

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Audience is whom a 対策基準 or 実施手順 is for: everyone, or those who hold one of
// the roles or have a post in one of the sections on the day that it is asked.
// The 基本方針 is for everyone and has none.
type Audience struct {
	Everyone bool         `json:"everyone"`
	Roles    []authz.Role `json:"roles"`
	Sections []string     `json:"sections"` // codes
}

// Empty tells whether it is nobody.
func (a Audience) Empty() bool { return !a.Everyone && len(a.Roles) == 0 && len(a.Sections) == 0 }

// Check tells what is wrong with the audience of a document of a kind.
func (a Audience) Check(kind Kind) []fault.Problem {
	if kind != Basic && a.Empty() {
		return []fault.Problem{{Field: "audience", Message: "だれのための文書かを選んでください。選ばれた人が読み、確認します。"}}
	}
	for _, role := range a.Roles {
		if !slices.Contains(authz.Given(), role) {
			return []fault.Problem{{Field: "audience", Message: "選んだ役割はありません。対象を選び直してください。"}}
		}
	}
	return nil
}

// AddressDocument writes down whom a document is for.
func AddressDocument(ctx context.Context, tx *door.Tx, document int64, a Audience) error {
	if a.Everyone {
		a.Roles, a.Sections = nil, nil
	}
	rows := len(a.Roles) + len(a.Sections)
	if a.Everyone {
		rows = 1
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO document_audience (document_id, kind, role, section_id)
		SELECT @document::bigint, 'all', NULL, NULL::bigint WHERE @everyone
		UNION SELECT @document, 'role', role, NULL FROM unnest(@roles::text[]) role
		UNION SELECT @document, 'section', NULL, id FROM section_shown WHERE code = ANY(@sections::text[])`,
		pgx.StrictNamedArgs{"document": document, "everyone": a.Everyone, "roles": a.Roles, "sections": a.Sections})
	if err != nil {
		return Explain(err)
	}
	if tag.RowsAffected() != int64(rows) {
		return fault.InvalidFields([]fault.Problem{{Field: "audience", Message: "選んだ課室が見つかりません。対象を選び直してください。"}})
	}
	return nil
}

// scope is what an actor may read: the documents of some kinds whoever they are
// for, and of some kinds those that are addressed to them.
type scope struct {
	whoever, addressed []Kind
	roles              []authz.Role // that they hold today
	sections           []int64      // where they have a post or a role today
}

// withoutPost is the scope of somebody without a role or a post who reads the
// documents of some kinds: none is addressed to them, and none asks them.
func withoutPost(kinds ...Kind) scope {
	return scope{whoever: kinds, addressed: []Kind{}, roles: []authz.Role{}, sections: []int64{}}
}

// Readable is the SQL that holds for a document d that the actor may read, and its
// arguments, each named readable_…; the caller adds those of its own statement.
// Every list, search, count and export asks it: a document that one may not read
// does not exist for that person.
func Readable(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	return readableDocument, scopeOf(actor).arguments()
}

// ReadableForPublic is Readable for everybody, without an actor: the 基本方針.
func ReadableForPublic() (condition string, args pgx.StrictNamedArgs) {
	return readableDocument, public().arguments()
}

// scopeOf is what an actor may read.
func scopeOf(actor authz.Actor) scope {
	s := withoutPost()
	s.whoever = []Kind{}
	for _, kind := range Kinds() {
		switch actor.Reach(kind.ReadAction()) {
		case authz.All:
			s.whoever = append(s.whoever, kind)
		case authz.Audience:
			s.addressed = append(s.addressed, kind)
		case authz.None, authz.Self, authz.Own:
		}
	}
	for _, h := range actor.Holdings {
		if h.Capacity == authz.StandingIn {
			continue // whoever stands in for a vacant role does not hold it
		}
		s.roles = append(s.roles, h.Role)
		if h.Section != 0 {
			s.sections = append(s.sections, h.Section)
		}
	}
	return s
}

// arguments are the scope as readableDocument and askingRevision are given it.
func (s scope) arguments() pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"readable_whoever": s.whoever, "readable_addressed": s.addressed, "readable_roles": s.roles, "readable_sections": s.sections,
	}
}

// readableDocument is the SQL that holds for a document d that may be read in a
// scope.
const readableDocument = `(d.kind = ANY(@readable_whoever::text[]) OR d.kind = ANY(@readable_addressed::text[]) AND ` + addressedDocument + `)`

// addressedDocument is the SQL that tells whether document d is addressed to
// somebody by their scope.
const addressedDocument = `EXISTS (SELECT FROM document_audience u WHERE u.document_id = d.id
		AND (u.kind = 'all' OR u.role = ANY(@readable_roles::text[]) OR u.section_id = ANY(@readable_sections::bigint[])))`

// askingRevision is the SQL that tells whether revision r of document d asks
// somebody by their scope: they have a post, the document is the 基本方針 or addressed
// to them, and the revision asks all or those like them. Whom it asks of all people
// acknowledge says, in one statement.
const askingRevision = `'staff' = ANY(@readable_roles::text[]) AND (d.kind = 'basic' OR ` + addressedDocument + `)
		AND (NOT EXISTS (SELECT FROM campaign_audience c WHERE c.revision_id = r.id)
		     OR EXISTS (SELECT FROM campaign_audience c WHERE c.revision_id = r.id
		                AND (c.role = ANY(@readable_roles::text[]) OR c.section_id = ANY(@readable_sections::bigint[]))))`

// Group is whom a document is for, or whom a revision asks: everyone, or those with
// one of the roles or in one of the sections; the zero Group is nobody.
type Group struct {
	Everyone bool
	Roles    []authz.Role
	Sections []int64 // their ids
}

// reads is readableDocument for a document that is at hand with whom it is for.
func (s scope) reads(kind Kind, audience Group) bool {
	return slices.Contains(s.whoever, kind) || slices.Contains(s.addressed, kind) && s.isIn(audience)
}

// isAsked is askingRevision for a document that is at hand with whom it is for and
// whom its revision asks.
func (s scope) isAsked(kind Kind, audience, asked Group) bool {
	return slices.Contains(s.roles, authz.Staff) && (kind == Basic || s.isIn(audience)) && s.isIn(asked)
}

func (s scope) isIn(g Group) bool {
	return g.Everyone ||
		slices.ContainsFunc(g.Roles, func(role authz.Role) bool { return slices.Contains(s.roles, role) }) ||
		slices.ContainsFunc(g.Sections, func(section int64) bool { return slices.Contains(s.sections, section) })
}

// loadAudience returns whom a document is for.
func loadAudience(ctx context.Context, db postgres.Querier, document int64) (Group, error) {
	return postgres.One[Group](ctx, db, "loading whom a document is for", `
		SELECT coalesce(bool_or(kind = 'all'), false) AS everyone, coalesce(array_agg(role) FILTER (WHERE kind = 'role'), '{}') AS roles,
		       coalesce(array_agg(section_id) FILTER (WHERE kind = 'section'), '{}') AS sections
		FROM document_audience WHERE document_id = $1`, document)
}

// AudienceOf returns whom a document is for, for those who publish.
func (s *Service) AudienceOf(ctx context.Context, actor authz.Actor, code string) (Document, Audience, error) {
	d, err := FindDocument(ctx, s.pool, actor, code)
	if err != nil {
		return Document{}, Audience{}, err
	}
	a, err := postgres.One[Audience](ctx, s.pool, "loading whom a document is for", `
		SELECT coalesce(bool_or(u.kind = 'all'), false) AS everyone, coalesce(array_agg(u.role) FILTER (WHERE u.kind = 'role'), '{}') AS roles,
		       coalesce(array_agg(s.code) FILTER (WHERE u.kind = 'section'), '{}') AS sections
		FROM document_audience u LEFT JOIN section_shown s ON s.id = u.section_id WHERE u.document_id = $1`, d.ID)
	a.Everyone = a.Everyone || d.Kind == Basic
	return d, a, err
}

// ChangeAudience says anew whom a 対策基準 or 実施手順 is for, from now on. Whoever it
// is no longer for can't read it any more, and is no longer asked.
func (s *Service) ChangeAudience(ctx context.Context, actor authz.Actor, code string, a Audience) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		d, err := FindDocument(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.PublishDecided, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if d.Kind == Basic {
			return door.Unchanged(), fault.New(fault.Conflict, "基本方針は全員のための文書なので、対象は変えられません。")
		}
		if err := fault.InvalidFields(a.Check(d.Kind)); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM document_audience WHERE document_id = $1`, d.ID); err != nil {
			return door.Unchanged(), err
		}
		if err := AddressDocument(ctx, tx, d.ID, a); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "document", ID: d.ID}, Fields: []string{"audience"}}, nil
	})
	if err != nil {
		return fmt.Errorf("changing whom a document is for: %w", err)
	}
	return nil
}

// LoadAsked returns whom a revision asks among those whom its document is for.
func LoadAsked(ctx context.Context, db postgres.Querier, revision int64) (Group, error) {
	return postgres.One[Group](ctx, db, "loading whom a revision asks", `
		SELECT count(*) = 0 AS everyone, coalesce(array_agg(role) FILTER (WHERE role IS NOT NULL), '{}') AS roles,
		       coalesce(array_agg(section_id) FILTER (WHERE section_id IS NOT NULL), '{}') AS sections
		FROM campaign_audience WHERE revision_id = $1`, revision)
}
