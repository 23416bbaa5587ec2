package policy

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kagami/internal/authz"
	"kagami/internal/policy/outline"
)

// Definition is a word with what a document says that it means.
type Definition struct {
	Document
	outline.Term
}

// Threat is one of the threats that a policy is made against (基本方針 3).
type Threat struct {
	Document
	Anchor   string
	Citation string // 3(1)
	Text     string
}

// Key names the threat for what points at it: the same in every revision in
// which the clause keeps its number.
func (t Threat) Key() string { return t.Code + "#" + t.Anchor }

// vocabulary is what a revision defines.
type vocabulary struct {
	terms   []outline.Term
	threats []outline.Anchored
}

// Glossary lists what the current texts that the actor may read define, sorted
// by the words: Latin letters, then kana in the order of 五十音, then kanji in the
// order of their codes, since a text does not tell how they are read.
func (s *Service) Glossary(ctx context.Context, actor authz.Actor) ([]Definition, error) {
	var list []Definition
	err := s.eachVocabulary(ctx, actor, func(d Document, v vocabulary) {
		for _, term := range v.terms {
			list = append(list, Definition{d, term})
		}
	})
	slices.SortStableFunc(list, func(a, b Definition) int { return compareWords(a.Name, b.Name) })
	return list, err
}

// Threats lists the threats of the current texts that the actor may read, in the
// order of the documents and of their texts.
func (s *Service) Threats(ctx context.Context, actor authz.Actor) ([]Threat, error) {
	var list []Threat
	err := s.eachVocabulary(ctx, actor, func(d Document, v vocabulary) {
		for _, a := range v.threats {
			list = append(list, Threat{Document: d, Anchor: a.Anchor, Citation: a.Citation, Text: strings.TrimSpace(a.Heading + "\n" + a.Text)})
		}
	})
	return list, err
}

// eachVocabulary visits what each document that the actor may read defines. What
// a revision defines never changes, and is kept.
func (s *Service) eachVocabulary(ctx context.Context, actor authz.Actor, visit func(Document, vocabulary)) error {
	readings, err := s.Readings(ctx, actor)
	if err != nil {
		return err
	}
	for _, r := range readings {
		v, err := s.kept.vocabulary.Get(r.Revision.ID, func() (vocabulary, error) {
			o, err := loadOutline(ctx, s.pool, r.Revision.ID)
			if err != nil {
				return vocabulary{}, err
			}
			return vocabulary{o.Terms(), o.Threats()}, nil
		})
		if err != nil {
			return err
		}
		visit(r.Document, v)
	}
	return nil
}

// compareWords orders words for people who look one up.
func compareWords(a, b string) int { return cmp.Compare(sortKey(a), sortKey(b)) }

// sortKey makes hiragana and katakana one. The codes of kana, 濁点 and small ones
// beside the plain, are in the order of 五十音, behind the Latin letters and
// before the kanji.
func sortKey(word string) string {
	const toKatakana = 'ア' - 'あ'
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Hiragana, r) && r >= 'ぁ' && r <= 'ゖ' {
			return r + toKatakana
		}
		return r
	}, fold(word))
}

// Group is the heading under which a word stands in the glossary: the row of 五十音,
// 漢字, or 英数字 for all else.
func (d Definition) Group() string {
	r, _ := utf8.DecodeRuneInString(sortKey(d.Name))
	if unicode.Is(unicode.Han, r) {
		return "漢字"
	}
	rows := []struct {
		first rune // the first code of the row
		name  string
	}{
		{'ヮ', "わ行"}, {'ラ', "ら行"}, {'ャ', "や行"}, {'マ', "ま行"}, {'ハ', "は行"},
		{'ナ', "な行"}, {'タ', "た行"}, {'サ', "さ行"}, {'カ', "か行"}, {'ァ', "あ行"},
	}
	for _, row := range rows {
		if r >= row.first && unicode.Is(unicode.Katakana, r) {
			return row.name
		}
	}
	return "英数字"
}
