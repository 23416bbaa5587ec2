package textfile

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// numberRef is what a paragraph or a style says of its number: the list that it
// counts in, and the level there; each empty where it does not say.
type numberRef struct{ list, level string }

func (n *numberRef) read(x *part) error {
	return x.each(func(e xml.StartElement) error {
		switch name(e) {
		case "numId":
			n.list = attribute(e, "val")
		case "ilvl":
			n.level = attribute(e, "val")
		}
		return x.skip()
	})
}

const levels = 9 // of a list, at most

// level is how a list counts at one depth.
type level struct {
	start   int
	format  string
	text    string // 第%1条
	style   string // the paragraph style that stands for it
	restart int    // it starts anew after a level less deep than this, from 1; 0: never
	plain   bool   // the numbers of the levels around are shown as digits
}

// counter counts in lists that share their numbers.
type counter struct {
	levels  [levels]level
	counts  [levels]int
	started [levels]bool
	link    string // the list style whose levels these are
	linked  string // the list style that these levels are for
}

// list is one use of a counter, perhaps with other starts and levels.
type list struct {
	counter string
	starts  map[int]int // by level, until they are used
	levels  map[int]level
}

// numbering counts the numbers that Word writes before paragraphs by itself.
type numbering struct {
	styles   *styles
	counters map[string]*counter
	lists    map[string]*list
}

func newNumbering(s *styles) *numbering {
	return &numbering{styles: s, counters: map[string]*counter{}, lists: map[string]*list{}}
}

func (n *numbering) read(x *part) error {
	err := x.each(func(xml.StartElement) error {
		return x.each(func(e xml.StartElement) error {
			switch name(e) {
			case "abstractNum":
				c, err := readCounter(x)
				n.counters[attribute(e, "abstractNumId")] = c
				return err
			case "num":
				l, err := readList(x)
				n.lists[attribute(e, "numId")] = l
				return err
			}
			return x.skip()
		})
	})
	if err != nil {
		return err
	}
	linked := map[string]*counter{}
	for _, c := range n.counters {
		if c.linked != "" {
			linked[c.linked] = c
		}
	}
	for _, c := range n.counters {
		if from := linked[c.link]; c.link != "" && from != nil {
			c.levels = from.levels
		}
	}
	return nil
}

func readCounter(x *part) (*counter, error) {
	c := &counter{}
	for i := range c.levels {
		c.levels[i] = level{start: 1, format: "decimal", restart: i}
	}
	err := x.each(func(e xml.StartElement) error {
		switch name(e) {
		case "styleLink":
			c.linked = attribute(e, "val")
		case "numStyleLink":
			c.link = attribute(e, "val")
		case "lvl":
			at := levelOf(attribute(e, "ilvl"))
			l, err := readLevel(x, at)
			c.levels[at] = l
			return err
		}
		return x.skip()
	})
	return c, err
}

func readList(x *part) (*list, error) {
	l := &list{starts: map[int]int{}, levels: map[int]level{}}
	err := x.each(func(e xml.StartElement) error {
		switch name(e) {
		case "abstractNumId":
			l.counter = attribute(e, "val")
		case "lvlOverride":
			at := levelOf(attribute(e, "ilvl"))
			return x.each(func(e xml.StartElement) error {
				switch name(e) {
				case "startOverride":
					l.starts[at] = count(attribute(e, "val"))
				case "lvl":
					changed, err := readLevel(x, at)
					l.levels[at] = changed
					return err
				}
				return x.skip()
			})
		}
		return x.skip()
	})
	return l, err
}

func readLevel(x *part, at int) (level, error) {
	l := level{start: 1, format: "decimal", restart: at}
	var visit func(xml.StartElement) error
	visit = func(e xml.StartElement) error {
		value := attribute(e, "val")
		switch name(e) {
		case "start":
			l.start = count(value)
		case "numFmt":
			l.format = value
		case "lvlText":
			l.text = value
		case "pStyle":
			l.style = value
		case "lvlRestart":
			l.restart = min(count(value), at)
		case "isLgl":
			l.plain = on(e)
		case "mc:AlternateContent":
			return x.alternatives(visit)
		}
		return x.skip()
	}
	return l, x.each(visit)
}

// levelOf is a level's place, from 0.
func levelOf(s string) int { return min(count(s), levels-1) }

// count reads a number that is not negative and not large.
func count(s string) int {
	const most = 32767 // as in Word
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return max(0, min(n, most))
}

// label is the number of the next paragraph, counted on; empty where it has
// none. own is what the paragraph itself says.
func (n *numbering) label(styleID string, own numberRef) string {
	ref, owner := n.styles.number(styleID)
	if own.list != "" {
		ref.list, owner = own.list, ""
	}
	used := n.lists[ref.list]
	if used == nil {
		return ""
	}
	c := n.counters[used.counter]
	if c == nil {
		return ""
	}
	at := levelOf(ref.level)
	if owner != "" {
		for i, l := range c.levels {
			if l.style == owner {
				at = i
			}
		}
	}
	if own.level != "" {
		at = levelOf(own.level)
	}
	return c.next(used, at)
}

// next counts at a level, and returns the label.
func (c *counter) next(used *list, at int) string {
	look := func(i int) level {
		if changed, ok := used.levels[i]; ok {
			return changed
		}
		return c.levels[i]
	}
	if start, ok := used.starts[at]; ok {
		c.counts[at], c.started[at] = start, true
		delete(used.starts, at)
	} else if c.started[at] {
		c.counts[at]++
	} else {
		c.counts[at], c.started[at] = look(at).start, true
	}
	for i := at + 1; i < levels; i++ {
		if look(i).restart > at {
			c.started[i] = false
		}
	}
	l := look(at)
	if l.format == "bullet" {
		return bullet(l.text)
	}
	label := l.text
	for i := range levels {
		place := "%" + strconv.Itoa(i+1)
		if !strings.Contains(label, place) {
			continue
		}
		around := look(i)
		number, format := c.counts[i], around.format
		if !c.started[i] {
			number = around.start
		}
		if l.plain && format != "none" {
			format = "decimal"
		}
		label = strings.ReplaceAll(label, place, numeral(format, number))
	}
	return label
}

// bullet is a list's sign; a point for one that only its font knows.
func bullet(text string) string {
	for _, r := range text {
		if r >= 0xe000 && r < 0xf900 || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return "・"
		}
	}
	return text
}
