package outline

import "strings"

// threatsHeading names the article on threats (基本方針 3).
const threatsHeading = "対象とする脅威"

// Threats lists the items of the article on the threats that the policy is made
// against.
func (o *Outline) Threats() []Anchored {
	var (
		threats []Anchored
		depth   = -1 // of that article, while in it
	)
	for _, a := range o.Anchors() {
		if depth >= 0 && a.Depth <= depth {
			depth = -1
		}
		if a.Kind == Article && strings.Contains(a.Heading, threatsHeading) {
			depth = a.Depth
			continue
		}
		if depth >= 0 && a.Kind == Item {
			threats = append(threats, a)
		}
	}
	return threats
}
