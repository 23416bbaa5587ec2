package policy

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// Kind is what sort of document it is, which decides who may read it.
type Kind string

// The kinds of 基本方針 2(4) and 10.
const (
	Basic     Kind = "basic"     // 基本方針: public
	Standard  Kind = "standard"  // 対策基準: not public
	Procedure Kind = "procedure" // 実施手順: not public
)

// Kinds are all kinds, from the top of the policy down.
func Kinds() []Kind { return []Kind{Basic, Standard, Procedure} }

// Title is the kind's name on screen.
func (k Kind) Title() string {
	switch k {
	case Basic:
		return "基本方針"
	case Standard:
		return "対策基準"
	case Procedure:
		return "実施手順"
	}
	return ""
}

// ReadAction is the action of reading a document of the kind.
func (k Kind) ReadAction() authz.Action {
	if k == Basic {
		return authz.ReadBasic
	}
	return authz.ReadRestricted
}

// Document is one text with its life: it has revisions.
type Document struct {
	ID    int64
	Code  string // its name in addresses, such as kihon
	Kind  Kind
	Title string
}

// Revision is one published state of a document's text. It never changes.
type Revision struct {
	ID          int64         `db:"revision_id"`
	Number      int           // 第1版, 第2版, …
	EffectiveOn calendar.Date // 施行日
	DecidedOn   calendar.Date // the 本部会議's decision, 7(9); zero where the CISO's 通知 published it
	PublishedAt time.Time
	SHA256      []byte // of the text as the portal writes it out
}

// InForce tells whether the revision's 施行日 has come on a day.
func (r Revision) InForce(day calendar.Date) bool { return !r.EffectiveOn.After(day) }

// Reading is a document's current revision as one person sees it: the one in
// force, or before any is, the first that will be.
type Reading struct {
	Document
	Revision
	Asked bool // whether it asks this person to acknowledge it
	// AcknowledgedAt is when this person acknowledged it, or an earlier revision
	// that counts for it; nil until then.
	AcknowledgedAt *time.Time
	Last           int           // the number of the newest revision that they have acknowledged; 0 for none
	Closes         calendar.Date // the last day in time of those who were asked first; zero for none
	CountsFrom     int           // the number of the oldest revision whose acknowledgement counts
	AbolishedOn    calendar.Date // 廃止日, from which the document is in force no more; zero for none
}

// Abolished tells whether the document is in force no more on a day.
func (r Reading) Abolished(day calendar.Date) bool {
	return !r.AbolishedOn.IsZero() && !r.AbolishedOn.After(day)
}

// Listed is a document's current revision as it stands in one person's list.
type Listed struct {
	Reading
	DueOn   calendar.Date // the last day on which their acknowledgement is in time; zero for none
	Excused bool          // whether they need not acknowledge it for now
	Absent  bool          // whether they are away from work, and so need not either
}

// Outstanding tells whether this person has still to acknowledge it.
func (l Listed) Outstanding() bool {
	return l.Asked && l.AcknowledgedAt == nil && !l.Excused && !l.Absent
}

// FindDocument returns a document that the actor may read, with or without
// revisions; NotFound otherwise.
func FindDocument(ctx context.Context, db postgres.Querier, actor authz.Actor, code string) (Document, error) {
	readable, args := Readable(actor)
	args["code"] = code
	d, err := postgres.One[Document](ctx, db, "loading a document", `SELECT d.id, d.code, d.kind, d.title FROM document d WHERE d.code = @code AND `+readable, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return Document{}, NoDocument()
	}
	return d, err
}
