package find

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
)

// Definition is a word with what a document says that it means.
type Definition struct {
	policy.Document
	outline.Term
}

// Threat is one of the threats that a policy is made against (基本方針 3).
type Threat struct {
	policy.Document
	Anchor   string
	Citation string // 3(1)
	Text     string
}

// Key names the threat for what points at it: the same in every revision in
// which the clause keeps its number.
func (t Threat) Key() string { return t.Code + "#" + t.Anchor }

// vocabulary is what a revision defines, and by what its clauses are cited.
type vocabulary struct {
	terms   []outline.Term
	threats []outline.Anchored
	clauses []Cited
}

// cachedVocabularies is of how many revisions the cache has it.
const cachedVocabularies = 1_000

// Glossary lists what the current texts that the actor may read define, sorted
// by the words: Latin letters, then kana in the order of 五十音, then kanji in the
// order of their codes, since a text does not tell how they are read.
func (s *Service) Glossary(ctx context.Context, actor authz.Actor) ([]Definition, error) {
	var list []Definition
	err := s.eachVocabulary(ctx, actor, func(r policy.Listed, v vocabulary) {
		for _, term := range v.terms {
			list = append(list, Definition{r.Document, term})
		}
	})
	slices.SortStableFunc(list, func(a, b Definition) int { return compareWords(a.Name, b.Name) })
	return list, err
}

// Threats lists the threats of the current texts that the actor may read, in the
// order of the documents and of their texts.
func (s *Service) Threats(ctx context.Context, actor authz.Actor) ([]Threat, error) {
	var list []Threat
	err := s.eachVocabulary(ctx, actor, func(r policy.Listed, v vocabulary) {
		for _, a := range v.threats {
			list = append(list, Threat{Document: r.Document, Anchor: a.Anchor, Citation: a.Citation, Text: strings.TrimSpace(a.Heading + "\n" + a.Text)})
		}
	})
	return list, err
}

// eachVocabulary visits what each document that the actor may read defines, by its current
// revision. What a revision defines never changes, and is cached.
func (s *Service) eachVocabulary(ctx context.Context, actor authz.Actor, visit func(policy.Listed, vocabulary)) error {
	readings, err := s.policy.Readings(ctx, actor)
	if err != nil {
		return err
	}
	for _, r := range readings {
		v, err := s.vocabulary.Get(r.Revision.ID, func() (vocabulary, error) {
			o, err := policy.LoadOutline(ctx, s.pool, r.Revision.ID)
			if err != nil {
				return vocabulary{}, err
			}
			return vocabulary{o.Terms(), o.Threats(), cited(o)}, nil
		})
		if err != nil {
			return err
		}
		visit(r, v)
	}
	return nil
}

// sortKey makes hiragana and katakana one. The codes of kana, 濁点 and small ones
// beside the plain, are in the order of 五十音, but for ヴ, which is last.
func sortKey(word string) string {
	const toKatakana = 'ア' - 'あ'
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゔ' {
			r += toKatakana
		}
		if r == 'ヴ' {
			r = 'ウ'
		}
		return r
	}, fold(word))
}

// groups are the headings of the glossary in their order, each row of 五十音 with
// the first code that belongs to it.
func groups() []struct {
	name  string
	first rune
} {
	return []struct {
		name  string
		first rune
	}{
		{"英数字", 0}, {"あ行", 'ァ'}, {"か行", 'カ'}, {"さ行", 'サ'}, {"た行", 'タ'}, {"な行", 'ナ'},
		{"は行", 'ハ'}, {"ま行", 'マ'}, {"や行", 'ャ'}, {"ら行", 'ラ'}, {"わ行", 'ヮ'}, {"漢字", 0},
	}
}

// groupOf is the index of the group of a word with that key.
func groupOf(key string) int {
	all := groups()
	r, _ := utf8.DecodeRuneInString(key)
	switch {
	case unicode.Is(unicode.Han, r):
		return len(all) - 1
	case !unicode.Is(unicode.Katakana, r):
		return 0
	}
	for i := len(all) - 2; i > 0; i-- {
		if r >= all[i].first {
			return i
		}
	}
	return 0
}

// Group is the heading under which a word stands in the glossary: 英数字 (and what
// is neither kana nor kanji), the row of 五十音, or 漢字.
func (d Definition) Group() string { return groups()[groupOf(sortKey(d.Name))].name }

// compareWords orders words for people who look one up.
func compareWords(a, b string) int {
	keyA, keyB := sortKey(a), sortKey(b)
	return cmp.Or(cmp.Compare(groupOf(keyA), groupOf(keyB)), cmp.Compare(keyA, keyB))
}
