package asset

import (
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Open are the fields that are still to be settled before a draft is registered: what a
// register of three steps, or without a column for it, does not say.
func (d Details) Open() []string {
	var keys []string
	for _, aspect := range Aspects {
		if level := d.Level(aspect); level == "" || aspect == Confidentiality && level == Unsettled {
			keys = append(keys, string(aspect))
		}
	}
	if d.Personal == MyNumberBorne && d.NumberWork == NoNumberWork {
		keys = append(keys, "number_work")
	}
	if d.Zone == "" {
		keys = append(keys, "zone")
	}
	return keys
}

// Problems are what is wrong with details, by their fields. What a draft leaves open is
// nothing wrong with it.
func (s Scheme) Problems(d Details, today calendar.Date, draft bool) []fault.Problem {
	d = d.Tidy()
	problems := d.check(s, today)
	if !draft || len(problems) == 0 {
		return problems
	}
	open := d.Open()
	value := map[string]string{"confidentiality": d.Confidentiality, "integrity": d.Integrity, "availability": d.Availability, "zone": d.Zone, "number_work": string(d.NumberWork)}
	return slices.DeleteFunc(problems, func(p fault.Problem) bool { return slices.Contains(open, p.Field) && value[p.Field] == "" })
}

// Differing are the fields in which details would be kept otherwise.
func Differing(was, is Details) []string {
	keys, _, _ := Compared(was.Tidy(), is.Tidy())
	return keys
}
