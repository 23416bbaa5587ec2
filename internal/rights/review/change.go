package review

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/trail"
)

// Wish is that a right is to be changed, and was not yet.
type Wish struct {
	Review              string // its code
	Code                string
	PersonName, Section string
	SystemName          string
	Kind                rights.Kind
	Grade               string
	Words, By           string
	At                  time.Time
	Version             int
	Own                 bool // it is the actor's
}

// Lets are what it lets do now, in words.
func (w Wish) Lets() string { return rights.Details{Kind: w.Kind, Grade: w.Grade}.Words() }

// wishes are the rights that are to be changed, and were not yet, of systems of @systems.
const wishes = items + ` JOIN system_shown y ON y.id = r.asset_id WHERE i.answer = 'change' AND y.section_id = ANY(@systems) AND NOT ` + settled

// Wishes lists what is to be changed of systems that the actor answers for, the oldest first.
func (s *Service) Wishes(ctx context.Context, actor authz.Actor) ([]Wish, error) {
	return postgres.List[Wish](ctx, s.pool, "listing rights that are to be changed", `
		SELECT w.review, w.code, w.system_name, w.kind, w.grade, w.words, w.at, w.version, p.name AS person_name, x.name AS section, b.name AS by, w.person = @actor AS own
		FROM (SELECT v.code AS review, r.code, i.person_id AS person, `+place+` AS place, y.name AS system_name, r.kind, r.grade, i.words, i.answered_by, i.answered_at AS at, i.version FROM `+wishes+`) w
		JOIN person_shown p ON p.id = w.person JOIN section_shown x ON x.id = w.place JOIN person_shown b ON b.id = w.answered_by ORDER BY w.at, w.code`,
		pgx.StrictNamedArgs{"systems": actor.Sections(authz.PermitRights), "today": s.today(), "actor": actor.Person})
}

// Settle records that a right, by its code, was changed as the answer of a version asked for, by
// who answers for its system. Conflict where that was said already, or asks for it no more.
func (s *Service) Settle(ctx context.Context, actor authz.Actor, review, code string, version int, note string) error {
	note = strings.TrimSpace(note)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		w, err := postgres.One[struct {
			ReviewID, ID, Person, SystemSection int64
			Answered                            bool
			Version                             int
		}](ctx, tx, "finding a right that is to be changed", `
			SELECT i.review_id, r.id, r.person_id AS person, y.section_id AS system_section, i.answer IS NOT DISTINCT FROM 'change' AS answered, i.version
			FROM right_review v JOIN right_review_item i ON i.review_id = v.id JOIN access_right r ON r.id = i.right_id JOIN system_shown y ON y.id = r.asset_id
			WHERE v.code = @review AND r.code = @code FOR NO KEY UPDATE OF i`, pgx.StrictNamedArgs{"review": review, "code": code})
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), err
		}
		if _, may := actor.May(authz.ReadSystemRights, authz.Matter{SystemsSection: w.SystemSection}); !may || err != nil {
			return door.Unchanged(), errNone()
		}
		matter, err := org.Concerning(ctx, tx, w.Person, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		matter.SystemsSection = w.SystemSection
		if err := tx.Allow(settling.Action(actor, matter), matter); err != nil {
			return door.Unchanged(), err
		}
		if utf8.RuneCountInString(note) > MaxWords {
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "note", Message: "長すぎます。500字までで書いてください。"}})
		}
		if !w.Answered || w.Version != version {
			return door.Unchanged(), fault.New(fault.Conflict, rights.Number(code)+"は、開いている間に、答えが変わりました。いまの内容を確かめてください。")
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO right_review_settlement (review_id, right_id, at, by, note, version) VALUES (@review, @right, @now, @by, @note, @version) ON CONFLICT DO NOTHING`,
			pgx.StrictNamedArgs{"review": w.ReviewID, "right": w.ID, "now": tx.Now, "by": actor.Person, "note": note, "version": version})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("settling a right that was to be changed: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, rights.Number(code)+"は、ほかの人が、もう記録しました。")
		}
		return door.Effect{Subject: trail.Subject{Kind: subject, ID: w.ReviewID}, Fields: []string{string(EventSettle)}, Refs: map[string]int64{"right": w.ID}}, nil
	})
}
