package intake

import (
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
)

// mostFileName is how much of a file's name stands in a reason, in characters.
const mostFileName = 100

// received is why something has its levels that came with a town's own register.
func received(file File, day calendar.Date) string {
	name := []rune(wording.OneLine(file.Name))
	return level.ReceivedReason(string(name[:min(len(name), mostFileName)]), day)
}

// reason gives an entry the reason of its levels, where its answers don't come to them, as a
// form asks for it: of what is new, that it came with a register, unless that says another;
// of a level that was settled and changes, what somebody says of all. It tells whether that
// is needed.
func (p *planner) reason(e *asset.Entry) (unfounded bool) {
	if p.found.Scheme.Judged == nil {
		return false
	}
	differing := asset.Differing(e.Was.Details, e.Is)
	levelled, settled := false, false
	for _, aspect := range asset.Aspects {
		if slices.Contains(differing, string(aspect)) {
			levelled = true
			settled = settled || e.Was.Level(aspect) != "" && e.Was.Level(aspect) != asset.Unsettled
		}
	}
	says := slices.Contains(differing, "level_reason")
	if !levelled && !says {
		return false
	}
	byHand := e.Is
	byHand.LevelReason = "-"
	if p.found.Scheme.Settled(byHand).LevelReason == "" { // the answers come to them
		e.Is.LevelReason = ""
		return false
	}
	switch {
	case settled && !says:
		if why := strings.TrimSpace(p.choices.Why); why != "" {
			e.Is.LevelReason = why
		}
		return true
	case e.Is.LevelReason == "":
		e.Is.LevelReason = received(p.file, p.found.Today)
	}
	return false
}
