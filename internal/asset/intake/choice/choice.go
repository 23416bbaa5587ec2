// Package choice is what somebody settles of a register that is taken in: of the whole
// file, and of each row that asks.
package choice

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/fault"
)

// Choices are what somebody has settled of a file. Rows are numbered from 0 through the
// whole file.
type Choices struct {
	Section string         // of rows that name none, by its code; it goes before what their sheet says
	Last    string         // the same, where nothing else says it
	Blanks  bool           // a blank cell empties what is registered
	Levels  map[int]string // for rows with 機密性3: a level's key, or Leave
	Level   string         // for those of which nothing is chosen
	Same    map[int]string // for rows that may be an asset of the register: its 管理番号, or Another
	Others  bool           // those of which nothing is chosen are other assets

	Clashes map[string]Side // for fields that the file and the portal have changed otherwise, by FieldOf
	Clash   Side            // for those of which nothing is chosen

	Why string // why levels are changed, where the file does not say
}

const (
	// Leave leaves a row a draft.
	Leave = "-"
	// Another says that a row is an asset of its own.
	Another = "-"
)

// Text is the choices in words: those that are the same have the same, also where one of
// them has an empty list. What is done is the same whatever the reason.
func (c Choices) Text() string {
	c.Why = ""
	if len(c.Levels) == 0 {
		c.Levels = nil
	}
	if len(c.Same) == 0 {
		c.Same = nil
	}
	if len(c.Clashes) == 0 {
		c.Clashes = nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // they are plain values
	}
	return string(raw)
}

// FillIn puts what a form says of rows over the choices that it showed. What it says of all
// of them is then chosen of each, but of those of which it says something else than it showed.
func (c *Choices) FillIn(form Choices) {
	was := *c
	if form.Level != "" {
		c.Levels, c.Level = nil, form.Level
	}
	if form.Clash != "" {
		c.Clashes, c.Clash = nil, form.Clash
	}
	c.Others = form.Others
	c.Same = changed(c.Same, was.SameOf, form.Same)
	c.Levels = changed(c.Levels, was.LevelOf, form.Levels)
	c.Clashes = changed(c.Clashes, was.SideOf, form.Clashes)
}

// mostChosen is how long what is chosen of a row may be, in bytes: no level and no 管理番号 is
// as long.
const mostChosen = 100

// Within forgets what is chosen of rows that a file of so many rows does not have, and what
// can't be chosen: it is kept with the file, and would grow with each form.
func (c *Choices) Within(rows int) {
	not := func(row int, chosen string) bool { return row < 0 || row >= rows || len(chosen) > mostChosen }
	maps.DeleteFunc(c.Levels, not)
	maps.DeleteFunc(c.Same, not)
	maps.DeleteFunc(c.Clashes, func(field string, chosen Side) bool {
		text, _, _ := strings.Cut(field, "-")
		row, err := strconv.Atoi(text)
		return err != nil || not(row, string(chosen))
	})
}

// changed are the choices of rows with those that a form says otherwise than it showed them.
func changed[K comparable, V ~string](choices map[K]V, shown func(K) V, form map[K]V) map[K]V {
	after := map[K]V{}
	maps.Copy(after, choices)
	for of, chosen := range form {
		if chosen == shown(of) {
			continue
		}
		if delete(after, of); chosen != "" {
			after[of] = chosen
		}
	}
	return after
}

// Confidentiality is the level that is chosen for a row with 機密性3; empty for none.
func (c Choices) Confidentiality(row int) string {
	if key := c.LevelOf(row); key != Leave {
		return key
	}
	return ""
}

// LevelOf is what is chosen for a row with 機密性3, of it or of all.
func (c Choices) LevelOf(row int) string { return cmp.Or(c.Levels[row], c.Level) }

// SideOf is what is chosen for a field that both have changed, of it or of all.
func (c Choices) SideOf(field string) Side { return cmp.Or(c.Clashes[field], c.Clash) }

// SameOf is what is chosen for a row that may be an asset of the register, of it or of all.
func (c Choices) SameOf(row int) string {
	if chosen := c.Same[row]; chosen != "" || !c.Others {
		return chosen
	}
	return Another
}

// Side is which of two changes of a field holds.
type Side string

// The sides.
const (
	TheFile     Side = "file"
	TheRegister Side = "register"
)

// FieldOf names a field of a row among Choices.Clashes.
func FieldOf(row int, key string) string { return strconv.Itoa(row) + "-" + key }

// IsField tells whether a text is one that FieldOf gives.
func IsField(text string) bool {
	row, key, _ := strings.Cut(text, "-")
	n, err := strconv.Atoi(row)
	_, known := Field(key)
	return err == nil && n >= 0 && known && FieldOf(n, key) == text
}

// Field is the field of an asset with a key.
func Field(key string) (asset.Field, bool) {
	for _, f := range asset.Fields {
		if f.Key == key {
			return f, true
		}
	}
	return asset.Field{}, false
}

// WhyField is the field of a form in which somebody says why levels change.
const WhyField = "why"

// MostWhy is how long a reason may be, in characters.
var MostWhy = func() int {
	f, _ := Field("level_reason")
	return f.Most
}()

// CheckWhy asks for the reason where so many assets get another level without one.
func (c Choices) CheckWhy(unfounded int) []fault.Problem {
	why := strings.TrimSpace(c.Why)
	switch {
	case utf8.RuneCountInString(why) > MostWhy:
		return []fault.Problem{{Field: WhyField, Message: fmt.Sprintf("段階を変える理由が長すぎます。%d字までで書いてください。", MostWhy)}}
	case unfounded > 0 && why == "":
		return []fault.Problem{{Field: WhyField, Message: fmt.Sprintf(
			"登録済みの情報資産%d件の段階が変わりますが、ファイルに理由がありません。「この取り込みで段階を変える理由」を書いてください。", unfounded)}}
	}
	return nil
}
