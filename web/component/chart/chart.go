// Package chart draws the 体制図 of a day.
package chart

import (
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/org"
)

// picture is the 体制図 laid out: boxes and the wires between them, in px.
type picture struct {
	Width, Height int
	Boxes         []box
	Wires         []wire
}

// box is a role or a section with who holds it.
type box struct {
	X, Y, W, H int
	Heading    string
	Lines      []string
	Vacant     bool
}

type wire struct{ X1, Y1, X2, Y2 int }

// The measures of the 体制図.
const (
	chartWidth   = 1000
	chartGap     = 24
	headWidth    = 400
	lineHeight   = 22
	boxPadding   = 12
	sectionsWide = 4
	// namesInBox is how many people a box names; the table below names all.
	namesInBox = 2
)

// drawOrganization lays out the organization in the shape of 図 1.1: CIO over
// CISO over 統括, beside whom stands the CSIRT, and below them the sections with
// their 情報セキュリティ管理者 and 情報システム管理者.
func drawOrganization(o org.Overview) picture {
	p := picture{Width: chartWidth}
	y := p.column((chartWidth-headWidth)/2, 0, headWidth, roleBoxes(o, authz.CIO, authz.CISO, authz.GeneralSecurityOfficer))
	trunk := chartWidth / 2
	csirt := p.row(trunk, y, roleBoxes(o, authz.SecurityOfficer, authz.CSIRTMember))
	p.sections(trunk, csirt, o.Sections)
	return p
}

// roleBoxes makes a box for each role.
func roleBoxes(o org.Overview, roles ...authz.Role) []box {
	boxes := make([]box, len(roles))
	for i, role := range roles {
		b := box{Heading: role.Title(), Vacant: true}
		for _, seat := range o.Seats {
			if seat.Role != role {
				continue
			}
			line := names(seat.Holders)
			if seat.Post != "" {
				line = "【" + seat.Post + "】" + line
			}
			b.Lines = append(b.Lines, line)
			b.Vacant = b.Vacant && len(seat.Holders) == 0
		}
		boxes[i] = b
	}
	return boxes
}

func (b box) height() int { return 2*boxPadding + lineHeight*(1+len(b.Lines)) }

// column puts boxes one under another, wired, and returns where the last ends.
func (p *picture) column(x, y, w int, boxes []box) int {
	for i, b := range boxes {
		if i > 0 {
			p.Wires = append(p.Wires, wire{x + w/2, y, x + w/2, y + chartGap})
			y += chartGap
		}
		b.X, b.Y, b.W, b.H = x, y, w, b.height()
		y += b.H
		p.Boxes = append(p.Boxes, b)
	}
	return y
}

// row puts two boxes on either side of the trunk, one after another from the
// left, and leads the trunk past them; it returns where the row ends.
func (p *picture) row(trunk, y int, boxes []box) int {
	w := (chartWidth - 3*chartGap) / 2
	height := 0
	for _, b := range boxes {
		height = max(height, b.height())
	}
	middle := y + chartGap + height/2
	for i, b := range boxes {
		b.X, b.Y, b.W, b.H = i*(w+3*chartGap), y+chartGap, w, height
		p.Boxes = append(p.Boxes, b)
	}
	end := y + 2*chartGap + height
	p.Wires = append(p.Wires, wire{trunk, y, trunk, end}, wire{w, middle, w + 3*chartGap, middle})
	return end
}

// sections puts the sections in a grid below the trunk.
func (p *picture) sections(trunk, y int, sections []org.SectionLine) {
	w := (chartWidth - (sectionsWide-1)*chartGap) / sectionsWide
	p.Height = y
	bus := y // where the trunk has come to; it goes on between the middle columns
	for from := 0; from < len(sections); from += sectionsWide {
		line := sections[from:min(from+sectionsWide, len(sections))]
		height := 0
		boxes := make([]box, len(line))
		for i, s := range line {
			boxes[i] = sectionBox(s)
			height = max(height, boxes[i].height())
		}
		p.Wires = append(p.Wires, wire{trunk, bus, trunk, y + chartGap/2},
			wire{w / 2, y + chartGap/2, max(trunk, w/2+(len(line)-1)*(w+chartGap)), y + chartGap/2})
		bus = y + chartGap/2
		for i, b := range boxes {
			b.X, b.Y, b.W, b.H = i*(w+chartGap), y+chartGap, w, height
			p.Wires = append(p.Wires, wire{b.X + w/2, y + chartGap/2, b.X + w/2, b.Y})
			p.Boxes = append(p.Boxes, b)
		}
		y += chartGap + height
		p.Height = y
	}
}

func sectionBox(s org.SectionLine) box {
	b := box{Heading: s.Name, Vacant: len(s.Managers) == 0, Lines: []string{"管理者 " + names(s.Managers)}}
	if len(s.SystemManagers) > 0 {
		b.Lines = append(b.Lines, "システム "+names(s.SystemManagers))
	}
	b.Lines = append(b.Lines, fmt.Sprintf("職員等 %d人", s.People))
	return b
}

// names are the first of some holders, and how many there are besides.
func names(holders []org.Holder) string {
	if len(holders) == 0 {
		return "空席"
	}
	text := ""
	for i, h := range holders[:min(len(holders), namesInBox)] {
		if i > 0 {
			text += "、"
		}
		text += h.Name
		if h.Acting {
			text += "(代)"
		}
		if h.Away != "" {
			text += "(休)"
		}
	}
	if more := len(holders) - namesInBox; more > 0 {
		text += fmt.Sprintf(" ほか%d人", more)
	}
	return text
}
