// Package merge makes one asset of two that stand in the register for the same thing: one
// of them stays, with what is right of both; the other ends, and leads to it (4(2)).
package merge

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/filebook"
	"kagami/internal/asset/life"
	"kagami/internal/asset/loan"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Unit is what is chosen as one: a column, or columns that belong together.
type Unit struct {
	Key    string
	Title  string
	Fields []asset.Field
}

// together are the columns that are chosen as one, by the first of them.
var together = map[string]struct {
	title string
	keys  []string
}{
	"confidentiality": {"分類", []string{"confidentiality", "integrity", "availability", "answers", "level_reason"}},
	"personal":        {"個人情報", []string{"personal", "number_work"}},
}

// units are all that is chosen, in the order of the columns.
var units = func() (list []Unit) {
	taken := map[string]bool{}
	for _, f := range asset.Fields {
		group, first := together[f.Key]
		switch {
		case first:
			u := Unit{Key: f.Key, Title: group.title}
			for _, other := range asset.Fields {
				if slices.Contains(group.keys, other.Key) {
					u.Fields, taken[other.Key] = append(u.Fields, other), true
				}
			}
			list = append(list, u)
		case !taken[f.Key]:
			list = append(list, Unit{f.Key, f.Title, []asset.Field{f}})
		}
	}
	return list
}()

// Blank tells whether nothing of it stands in details.
func (u Unit) Blank(d asset.Details) bool {
	return !slices.ContainsFunc(u.Fields, func(f asset.Field) bool { return f.Text(d) != "" })
}

// Differing are the units in which two assets differ.
func Differing(gone, kept asset.Details) []Unit {
	keys := asset.Differing(gone, kept)
	return slices.DeleteFunc(slices.Clone(units), func(u Unit) bool {
		return !slices.ContainsFunc(u.Fields, func(f asset.Field) bool { return slices.Contains(keys, f.Key) })
	})
}

// Combined are the details of the one that stays, but for the units, by their keys, that it
// takes from the one that ends.
func Combined(gone, kept asset.Details, takes map[string]bool) asset.Details {
	for _, u := range Differing(gone, kept) {
		if takes[u.Key] {
			for _, f := range u.Fields {
				f.Put(&kept, f.Text(gone))
			}
		}
	}
	return kept
}

// Service merges assets in a database.
type Service struct {
	pool      *pgxpool.Pool
	door      *door.Door
	register  *asset.Service
	relations *relation.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, register *asset.Service) *Service {
	return &Service{pool, d, register, relation.New(pool, d, register)}
}

// Pair are two assets to be merged.
type Pair struct {
	Gone, Kept  asset.Asset
	Moved, Left int // relations that move to the one that stays, and that can't
	Files       filebook.Kept
}

func wrong(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "into", Message: message}})
}

// Look is an asset beside the one into which it would be merged, by their 管理番号. NotFound
// where the actor may not see it, Forbidden where they may not change it, Conflict where it
// has ended; Invalid where the other is none that it can be merged into.
func (s *Service) Look(ctx context.Context, actor authz.Actor, code, into string) (Pair, error) {
	gone, err := s.register.Find(ctx, actor, code)
	if err == nil {
		err = gone.Ask(actor, life.Merge)
	}
	if err != nil {
		return Pair{}, err
	}
	into = strings.TrimSpace(norm.NFKC.String(into)) // a number that was typed in full width is one too
	kept, err := s.register.Find(ctx, actor, into)
	if fault.KindOf(err) == fault.NotFound {
		kept, err = s.register.Find(ctx, actor, strings.ToLower(into))
	}
	if err = fits(gone, kept, err); err != nil {
		return Pair{Gone: gone}, err
	}
	if err := back(ctx, s.pool, gone); err != nil {
		return Pair{Gone: gone}, err
	}
	p := Pair{Gone: gone, Kept: kept}
	if p.Moved, p.Left, err = s.relations.Movable(ctx, actor, gone, kept); err != nil {
		return p, err
	}
	p.Files, err = filebook.KeptOf(ctx, s.pool, actor, gone, kept)
	return p, err
}

// fits tells why one asset can't be merged into the other; failure is that of finding it.
func fits(gone, kept asset.Asset, failure error) error {
	switch {
	case fault.KindOf(failure) == fault.NotFound:
		return wrong("この管理番号の情報資産は、見つかりません。番号を確かめてください。")
	case failure != nil:
		return failure
	case gone.ID == kept.ID:
		return wrong("同じ情報資産です。残す方の、別の資産の管理番号を入力してください。")
	case gone.Section != kept.Section:
		return wrong("「" + kept.Code + "」は、ほかの課室の情報資産です。同じ課室のものにだけ、統合できます。")
	case !kept.State.Allows(life.Change):
		return wrong("「" + kept.Code + "」は「" + kept.State.Title() + "」のため、統合先にできません。")
	case gone.State == asset.Registered && kept.State == asset.Draft:
		return wrong("「" + kept.Code + "」は下書きのため、登録済みの「" + gone.Code + "」を統合できません。先に「" + kept.Code + "」を登録するか、残す方と終える方を入れ替えて統合してください。")
	}
	return nil
}

// back refuses to merge what is out: by its other number it would be there to be lent, or to
// be disposed of, while somebody has it, and nobody could say that it is lost.
func back(ctx context.Context, db postgres.Querier, gone asset.Asset) error {
	where, err := loan.Out(ctx, db, gone.ID)
	if err == nil && where != "" {
		err = wrong("「" + gone.Code + "」は、" + where + "のため、統合できません。返却を記録してから統合するか、残す方と終える方を入れ替えてください。")
	}
	return err
}

// Seen is an asset on the version that somebody has seen.
type Seen struct {
	Code    string
	Version int
}

const mostWhy = 500

// Merge merges one asset into another, on the versions that the actor has seen: the other
// takes units of it, by their keys, and its relations; the one ends. Conflict where either
// has been changed since, or has ended; otherwise as Look, and as a change of the other.
func (s *Service) Merge(ctx context.Context, actor authz.Actor, gone, kept Seen, takes map[string]bool, why string) error {
	if utf8.RuneCountInString(strings.TrimSpace(why)) > mostWhy {
		return fault.InvalidFields([]fault.Problem{{Field: "why", Message: "理由が長すぎます。" + strconv.Itoa(mostWhy) + "字までで書いてください。"}})
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := relation.Hold(ctx, tx); err != nil {
			return door.Unchanged(), err
		}
		found := map[string]asset.Asset{}
		both := []Seen{gone, kept}
		slices.SortFunc(both, func(x, y Seen) int { return strings.Compare(x.Code, y.Code) }) // so that two of these don't wait for each other
		for _, seen := range both {
			a, err := asset.Lock(ctx, tx, actor, seen.Code, seen.Version)
			if err != nil {
				return door.Unchanged(), err
			}
			step := life.Change
			if seen == gone {
				step = life.Merge
			}
			if err := asset.AllowStep(tx, actor, a, step); err != nil {
				return door.Unchanged(), err
			}
			found[seen.Code] = a
		}
		from, to := found[gone.Code], found[kept.Code]
		if err := fits(from, to, nil); err != nil {
			return door.Unchanged(), err
		}
		if err := back(ctx, tx, from); err != nil {
			return door.Unchanged(), err
		}
		effect, err := s.register.MergeIn(ctx, tx, actor, from, to, Combined(from.Details, to.Details, takes), why)
		if err != nil {
			return door.Unchanged(), err
		}
		moved, err := relation.Move(ctx, tx, actor, from, to)
		if err != nil {
			return door.Unchanged(), err
		}
		files, err := filebook.Move(ctx, tx, actor, from, to)
		effect.Also = append(effect.Also, slices.Concat(moved, files)...)
		return effect, err
	})
	if err != nil {
		return fmt.Errorf("merging assets: %w", err)
	}
	return nil
}
