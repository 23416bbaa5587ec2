package asset

import (
	"slices"

	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

// What assets are classified by, and where they stand, is package level's.
type (
	// Aspect is one of the three by which an asset is classified.
	Aspect = level.Aspect
	// Level is one step of an aspect.
	Level = level.Level
	// Zone is a part of the town's networks, or what stands on none.
	Zone = level.Zone
)

// The aspects, and the levels and zones that rules name.
const (
	Confidentiality = level.Confidentiality
	Integrity       = level.Integrity
	Availability    = level.Availability
	Unsettled       = level.Unsettled
	MyNumberZone    = level.MyNumberZone
	LGWANZone       = level.LGWANZone
	InternetZone    = level.InternetZone
	OfflineZone     = level.OfflineZone
	OutsideZone     = level.OutsideZone
)

// Aspects are the three, in the order of the register's columns.
var Aspects = level.Aspects

// Scheme is the levels and zones in effect on a day, and what may stand where.
type Scheme struct {
	Levels []Level // of each aspect the highest first
	Zones  []Zone  // in the order of the edition
	Rules  Rules
	// Judged tells the levels that answers to the questions come to, of each aspect that they
	// settle; nil where nobody asks them.
	Judged func(answers string) map[Aspect]string
}

// SchemeOn is what holds on a day.
func SchemeOn(values edition.Values, day calendar.Date) Scheme {
	s := Scheme{Levels: level.Levels.On(values, day), Zones: level.Zones.On(values, day), Rules: RulesOn(values, day)}
	slices.SortStableFunc(s.Levels, func(x, y Level) int { return y.Rank - x.Rank })
	slices.SortStableFunc(s.Zones, func(x, y Zone) int { return x.Position - y.Position })
	return s
}

// Of are the levels of an aspect, the highest first.
func (s Scheme) Of(aspect Aspect) []Level {
	return slices.DeleteFunc(slices.Clone(s.Levels), func(l Level) bool { return l.Aspect != aspect })
}

// Level is the one of an aspect that is stored as key; false where the scheme has none
// such.
func (s Scheme) Level(aspect Aspect, key string) (Level, bool) {
	i := slices.IndexFunc(s.Levels, func(l Level) bool { return l.Aspect == aspect && l.Key == key })
	if i < 0 {
		return Level{Aspect: aspect, Key: key, Title: key}, false
	}
	return s.Levels[i], true
}

// Zone is the one stored as key; false where the scheme has none such.
func (s Scheme) Zone(key string) (Zone, bool) {
	i := slices.IndexFunc(s.Zones, func(z Zone) bool { return z.Key == key })
	if i < 0 {
		return Zone{Key: key, Title: key}, false
	}
	return s.Zones[i], true
}

// EditionKinds are what the register goes by that law or guideline fixes.
func EditionKinds() []edition.Kind {
	return []edition.Kind{level.Levels.Kind, level.Zones.Kind, ZoneRules.Kind}
}
