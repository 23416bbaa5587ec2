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
	wanted := len(a.Roles) + len(a.Sections)
	if a.Everyone {
		wanted = 1
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO document_audience (document_id, kind, role, section_id)
		SELECT $1::bigint, 'all', NULL, NULL::bigint WHERE $2
		UNION SELECT $1, 'role', role, NULL FROM unnest($3::text[]) role
		UNION SELECT $1, 'section', NULL, id FROM section_shown WHERE code = ANY($4::text[])`, document, a.Everyone, a.Roles, a.Sections)
	if err != nil {
		return Explain(err)
	}
	if tag.RowsAffected() != int64(wanted) {
		return fault.InvalidFields([]fault.Problem{{Field: "audience", Message: "選んだ課室が見つかりません。対象を選び直してください。"}})
	}
	return nil
}

// reader is what an actor may read: the documents of some kinds whoever they
// are for, and of some kinds those that are for them.
type reader struct {
	unasked, addressed []Kind
	roles              []authz.Role // that they hold today
	sections           []int64      // where they have a post or a role today
}

// nobody is somebody without a role or a post who reads the documents of some
// kinds: none of them binds them.
func nobody(kinds ...Kind) reader {
	return reader{unasked: kinds, addressed: []Kind{}, roles: []authz.Role{}, sections: []int64{}}
}

// Readable is the SQL that holds for a document d that the actor may read, and its
// arguments, each named readable_…; the caller adds those of its own statement.
// Every list, search, count and export asks it: a document that one may not read
// does not exist for that person.
func Readable(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	r, args := readable(actor), pgx.StrictNamedArgs{}
	r.addReadable(args)
	return readableDocument, args
}

// readable is what an actor may read.
func readable(actor authz.Actor) reader {
	r := reader{unasked: []Kind{}, addressed: []Kind{}, roles: []authz.Role{}, sections: []int64{}}
	for _, kind := range Kinds() {
		switch actor.Reach(kind.ReadAction()) {
		case authz.All:
			r.unasked = append(r.unasked, kind)
		case authz.Audience:
			r.addressed = append(r.addressed, kind)
		case authz.None, authz.Self, authz.Own:
		}
	}
	for _, h := range actor.Holdings {
		if h.Capacity == authz.StandingIn {
			continue // whoever stands in for a vacant role does not hold it
		}
		r.roles = append(r.roles, h.Role)
		if h.Section != 0 {
			r.sections = append(r.sections, h.Section)
		}
	}
	return r
}

// readableDocument is the SQL that holds for a document d that may be read, with
// the arguments of addReadable.
const readableDocument = `(d.kind = ANY(@readable_whoever::text[]) OR d.kind = ANY(@readable_addressed::text[]) AND ` + addressedDocument + `)`

// addressedDocument is the SQL that tells whether document d is for somebody, with
// the arguments of addReadable.
const addressedDocument = `EXISTS (SELECT FROM document_audience u WHERE u.document_id = d.id
		AND (u.kind = 'all' OR u.role = ANY(@readable_roles::text[]) OR u.section_id = ANY(@readable_sections::bigint[])))`

// askingRevision is the SQL that tells whether revision r of document d asks
// somebody, with the arguments of addReadable: they have a post, the document is the
// 基本方針 or for them, and the revision asks all or those like them. bound asks the
// same of everybody.
const askingRevision = `'staff' = ANY(@readable_roles::text[]) AND (d.kind = 'basic' OR ` + addressedDocument + `)
		AND (NOT EXISTS (SELECT FROM campaign_audience c WHERE c.revision_id = r.id)
		     OR EXISTS (SELECT FROM campaign_audience c WHERE c.revision_id = r.id
		                AND (c.role = ANY(@readable_roles::text[]) OR c.section_id = ANY(@readable_sections::bigint[]))))`

// addReadable adds what somebody may read to the arguments of a statement.
func (r reader) addReadable(args pgx.StrictNamedArgs) {
	args["readable_whoever"], args["readable_addressed"] = r.unasked, r.addressed
	args["readable_roles"], args["readable_sections"] = r.roles, r.sections
}

// Group is whom a document is for, or whom a revision asks, as it is kept.
type Group struct {
	Everyone bool
	Roles    []authz.Role
	Sections []int64 // their ids
}

// mayRead is readableDocument for a document that is at hand with whom it is for.
func (r reader) mayRead(kind Kind, a Group) bool {
	return slices.Contains(r.unasked, kind) || slices.Contains(r.addressed, kind) && r.isAddressed(a)
}

// isAsked is askingRevision for a document and its revision that are at hand with whom
// they are for and ask.
func (r reader) isAsked(kind Kind, document, revision Group) bool {
	return slices.Contains(r.roles, authz.Staff) && (kind == Basic || r.isAddressed(document)) && r.isAddressed(revision)
}

func (r reader) isAddressed(a Group) bool {
	return a.Everyone ||
		slices.ContainsFunc(a.Roles, func(role authz.Role) bool { return slices.Contains(r.roles, role) }) ||
		slices.ContainsFunc(a.Sections, func(section int64) bool { return slices.Contains(r.sections, section) })
}

// loadAddress returns whom a document is for.
func loadAddress(ctx context.Context, db postgres.Querier, document int64) (Group, error) {
	var a Group
	err := db.QueryRow(ctx, `
		SELECT coalesce(bool_or(kind = 'all'), false), coalesce(array_agg(role) FILTER (WHERE kind = 'role'), '{}'),
		       coalesce(array_agg(section_id) FILTER (WHERE kind = 'section'), '{}')
		FROM document_audience WHERE document_id = $1`, document).Scan(&a.Everyone, &a.Roles, &a.Sections)
	if err != nil {
		return Group{}, fmt.Errorf("loading whom a document is for: %w", err)
	}
	return a, nil
}

// AudienceOf returns whom a document is for, for those who publish.
func (s *Service) AudienceOf(ctx context.Context, actor authz.Actor, code string) (Document, Audience, error) {
	d, err := FindDocument(ctx, s.pool, actor, code)
	if err != nil {
		return Document{}, Audience{}, err
	}
	a := Audience{Everyone: d.Kind == Basic}
	err = s.pool.QueryRow(ctx, `
		SELECT $2 OR coalesce(bool_or(u.kind = 'all'), false), coalesce(array_agg(u.role) FILTER (WHERE u.kind = 'role'), '{}'),
		       coalesce(array_agg(s.code) FILTER (WHERE u.kind = 'section'), '{}')
		FROM document_audience u LEFT JOIN section_shown s ON s.id = u.section_id WHERE u.document_id = $1`, d.ID, a.Everyone).
		Scan(&a.Everyone, &a.Roles, &a.Sections)
	return d, a, wrap("loading whom a document is for", err)
}

// ChangeAudience says anew whom a 対策基準 or 実施手順 is for, from now on. Whoever it
// is no longer for can't read it any more, and it no longer binds them.
func (s *Service) ChangeAudience(ctx context.Context, actor authz.Actor, code string, a Audience) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
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
	return wrap("changing whom a document is for", err)
}

// LoadAsked returns which of the people whom its document binds a revision asks.
func LoadAsked(ctx context.Context, db postgres.Querier, revision int64) (Group, error) {
	var a Group
	err := db.QueryRow(ctx, `
		SELECT count(*) = 0, coalesce(array_agg(role) FILTER (WHERE role IS NOT NULL), '{}'),
		       coalesce(array_agg(section_id) FILTER (WHERE section_id IS NOT NULL), '{}')
		FROM campaign_audience WHERE revision_id = $1`, revision).Scan(&a.Everyone, &a.Roles, &a.Sections)
	if err != nil {
		return Group{}, fmt.Errorf("loading whom a revision asks: %w", err)
	}
	return a, nil
}
