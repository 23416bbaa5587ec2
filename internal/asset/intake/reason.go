package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// WhyField is the field of a form in which somebody says why levels change.
const WhyField = "why"

// MostWhy is how long a reason may be, in characters.
var MostWhy = func() int {
	f, _ := fieldOf("level_reason")
	return f.Most
}()

// checkWhy asks for the reason where so many assets get another level without one.
func (c Choices) checkWhy(unfounded int) []fault.Problem {
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

// mostFileName is how much of a file's name stands in a reason, in characters.
const mostFileName = 100

// received is why something has its levels that came with a town's own register.
func received(file File, day calendar.Date) string {
	name := []rune(wording.OneLine(file.Name))
	return asset.ReceivedReason(string(name[:min(len(name), mostFileName)]), day)
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
