package bulk

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Texts are the keys of the free texts that can be changed in many assets at once.
var Texts = []string{"owner", "place", "medium", "users", "keep_until", "disposal", "outsourced", "work"}

// Change is what is changed in each asset.
type Change struct {
	Texts       map[string]string // by the keys of Texts; an empty one empties the field
	Zone        string            // empty where it stays
	Levels      map[asset.Aspect]string
	Add, Remove []asset.Handling
	Checked     bool   // they were looked at today
	Why         string // for the histories, and as the reason of levels
}

// Field is the column of the register with that key.
func Field(key string) asset.Field {
	return asset.Fields[slices.IndexFunc(asset.Fields, func(f asset.Field) bool { return f.Key == key })]
}

// levels tells whether a level is changed.
func (c Change) levels() bool {
	return slices.ContainsFunc(asset.Aspects[:], func(a asset.Aspect) bool { return c.Levels[a] != "" })
}

const mostWhy = 500

// check finds what is wrong with a change by itself, whatever it is done to. Invalid.
func (c Change) check(scheme asset.Scheme) error {
	var problems []fault.Problem
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	if len(c.Texts)+len(c.Add)+len(c.Remove) == 0 && c.Zone == "" && !c.levels() && !c.Checked {
		wrong("owner", "変える項目がありません。変える項目に、新しい内容を入力するか、選んでください。")
	}
	for _, key := range Texts {
		if f := Field(key); utf8.RuneCountInString(strings.TrimSpace(c.Texts[key])) > f.Most {
			wrong(key, f.Title+"が長すぎます。"+strconv.Itoa(f.Most)+"字までで書いてください。")
		}
	}
	if _, there := scheme.Zone(c.Zone); c.Zone != "" && !there {
		wrong("zone", "領域を選び直してください。")
	}
	for _, aspect := range asset.Aspects {
		if _, there := scheme.Level(aspect, c.Levels[aspect]); c.Levels[aspect] != "" && !there {
			wrong(string(aspect), aspect.Title()+"を選び直してください。")
		}
	}
	for _, list := range [][]asset.Handling{c.Add, c.Remove} {
		for _, h := range list {
			if !slices.ContainsFunc(asset.Handlings, func(known asset.Choice[asset.Handling]) bool { return known.Value == h }) {
				wrong("add", "取扱制限を選び直してください。")
			}
		}
	}
	for _, h := range c.Add {
		if slices.Contains(c.Remove, h) {
			wrong("remove", "「"+h.Title()+"」を、加える方と外す方の両方で選んでいます。どちらかにしてください。")
		}
	}
	switch n := utf8.RuneCountInString(strings.TrimSpace(c.Why)); {
	case n > mostWhy:
		wrong("why", "変える理由が長すぎます。"+strconv.Itoa(mostWhy)+"字までで書いてください。")
	case n == 0 && c.levels():
		wrong("why", "分類の段階を変えるときは、その理由を書いてください。それぞれの資産の「分類の理由」になります。")
	}
	return fault.InvalidFields(problems)
}

// reason is that of the levels of what details become: where a level stays that somebody
// has chosen, why that one is so stays too.
func (c Change) reason(was, is asset.Details) string {
	why := strings.TrimSpace(c.Why)
	stays := slices.ContainsFunc(asset.Aspects[:], func(a asset.Aspect) bool { return was.Level(a) == is.Level(a) })
	both := was.LevelReason + "；" + why
	if !stays || !level.IsOwnReason(was.LevelReason) || was.LevelReason == why || utf8.RuneCountInString(both) > Field("level_reason").Most {
		return why
	}
	return both
}

// of is what the change makes of details.
func (c Change) of(was asset.Details, scheme asset.Scheme, today calendar.Date) asset.Details {
	d := was
	for _, key := range Texts {
		if text, chosen := c.Texts[key]; chosen {
			Field(key).Set(&d, text)
		}
	}
	if c.Zone != "" {
		d.Zone = c.Zone
	}
	if c.Checked {
		d.CheckedOn = today
	}
	d.Handling = slices.DeleteFunc(slices.Concat(was.Handling, c.Add), func(h asset.Handling) bool { return slices.Contains(c.Remove, h) })
	for aspect, level := range map[asset.Aspect]*string{asset.Confidentiality: &d.Confidentiality, asset.Integrity: &d.Integrity, asset.Availability: &d.Availability} {
		if c.Levels[aspect] != "" {
			*level = c.Levels[aspect]
		}
	}
	if d.Confidentiality != was.Confidentiality || d.Integrity != was.Integrity || d.Availability != was.Availability {
		d.LevelReason = c.reason(was, d)
		d = scheme.Settled(d) // no reason is kept where the levels are those of the answers
	}
	return d
}
