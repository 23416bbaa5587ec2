// Package name takes the names of people out of texts. It knows no database.
package name

import (
	"fmt"
	"strings"
)

// Mask puts a number in the place of each person's name, in the order in which they come.
type Mask struct {
	numbers map[int64]string
	words   []string // names, and what stands in their place, by turns
}

// NewMask is one that knows nobody yet.
func NewMask() *Mask { return &Mask{numbers: map[int64]string{}} }

// Let lets the name of somebody stand, if they are the one whose own it is: but for the family name
// alone, which may be another's.
func (m *Mask) Let(person, own int64, called string) {
	if own == 0 || person != own || m.numbers[own] != "" {
		return
	}
	m.numbers[own] = called
	as := spelled(called)
	for _, way := range as[:max(len(as)-1, min(len(as), 1))] {
		m.words = append(m.words, way, way)
	}
}

// Of is what stands in the place of somebody's name; the name of nobody stands.
func (m *Mask) Of(person int64, called string) string {
	if person == 0 {
		return called
	}
	if _, known := m.numbers[person]; !known {
		m.numbers[person] = fmt.Sprintf("職員%d", len(m.numbers)+1)
		for _, as := range spelled(called) {
			m.words = append(m.words, as, m.numbers[person])
		}
	}
	return m.numbers[person]
}

// Outsider is what stands in the place of the name of a vendor's staff.
func (m *Mask) Outsider(called string) string {
	const outside = "外部の人"
	m.words = append(m.words, called, outside)
	return outside
}

// Replace puts what stands in their place for all names in a text.
func (m *Mask) Replace(text string) string { return strings.NewReplacer(m.words...).Replace(text) }

// Hide takes names out of a text, as they may be spelled.
func Hide(text string, names []string) string {
	var words []string
	for _, called := range names {
		for _, as := range spelled(called) {
			words = append(words, as, "〇〇")
		}
	}
	return strings.NewReplacer(words...).Replace(text)
}

// spelled is how a name may stand in a text: with a blank of either width, without one, and the
// family name alone. 見本 竹子 is also 見本竹子 and 見本.
func spelled(called string) []string {
	parts := strings.FieldsFunc(called, func(r rune) bool { return r == ' ' || r == '　' })
	if len(parts) < 2 {
		return parts
	}
	return []string{strings.Join(parts, " "), strings.Join(parts, "　"), strings.Join(parts, ""), parts[0]}
}
