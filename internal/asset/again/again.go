// Package again is which assets are to be looked at again (見直しが要る): those classified by a
// level, or standing in a zone, of which an edition or the town has changed the row since
// somebody looked at them.
package again

import (
	"context"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/postgres"
)

// Turned is a level or a zone of which an edition, or the town, has changed or struck the
// row: what is classified by it is to be looked at again (見直しが要る).
type Turned struct {
	Field   string // confidentiality, integrity, availability or zone
	Key     string
	Title   string // what it was called before
	Gone    bool   // the row is there no more
	Day     calendar.Date
	Edition string // the name of the edition that began on the day; empty where the town has said so
}

// TurnedKinds are those whose editions say so.
func TurnedKinds() []edition.Kind { return []edition.Kind{level.Levels.Kind, level.Zones.Kind} }

// TurnedBy are the levels and zones whose rows have turned, each as it has turned last. That
// a zone stands elsewhere in its list is no reason to look at anything again.
func TurnedBy(levels, zones []edition.Turn) []Turned {
	var list []Turned
	put := func(t Turned, turn edition.Turn) {
		list = slices.DeleteFunc(list, func(o Turned) bool { return o.Field == t.Field && o.Key == t.Key })
		t.Gone, t.Day, t.Edition = turn.After == nil, turn.Day, turn.Edition
		list = append(list, t)
	}
	for _, turn := range levels {
		if turn.Before != nil {
			was := level.ReadLevel(turn.Before)
			put(Turned{Field: string(was.Aspect), Key: was.Key, Title: was.Title}, turn)
		}
	}
	for _, turn := range zones {
		if turn.Before == nil {
			continue
		}
		was := level.ReadZone(turn.Before)
		if turn.After != nil {
			if is := level.ReadZone(turn.After); is.Title == was.Title && is.Meaning == was.Meaning {
				continue
			}
		}
		put(Turned{Field: "zone", Key: was.Key, Title: was.Title}, turn)
	}
	return list
}

// lookedAt is the day on which somebody last looked at the whole of an asset.
func lookedAt(d asset.Details) calendar.Date {
	if d.CheckedOn.IsZero() {
		return d.RegisteredOn
	}
	return d.CheckedOn
}

// Of are those of the levels and zones that have turned by which an asset is classified, and
// since when nobody has looked at it.
func Of(d asset.Details, turned []Turned) []Turned {
	var list []Turned
	for _, t := range turned {
		if key(d, t.Field) == t.Key && lookedAt(d).Before(t.Day) {
			list = append(list, t)
		}
	}
	return list
}

// key is what stands in a field by which Turned go.
func key(d asset.Details, field string) string {
	if field == "zone" {
		return d.Zone
	}
	return d.Level(level.Aspect(field))
}

// TurnedIn are those of a day.
func TurnedIn(ctx context.Context, db postgres.Querier, day calendar.Date) ([]Turned, error) {
	values, err := edition.LoadHistory(ctx, db, TurnedKinds()...)
	if err != nil {
		return nil, err
	}
	return TurnedBy(values.Turns(level.Levels.Kind, day), values.Turns(level.Zones.Kind, day)), nil
}

// TurnedKey reads the key of a row of one of TurnedKinds as the field in which assets have
// it, and what stands there.
func TurnedKey(kind, row string) (field, key string) {
	if kind == level.Zones.Name {
		return "zone", row
	}
	title, key, _ := strings.Cut(row, " ")
	for _, aspect := range level.Aspects {
		if aspect.Title() == title {
			return string(aspect), key
		}
	}
	return "", ""
}
