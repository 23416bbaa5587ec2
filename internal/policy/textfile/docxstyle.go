package textfile

import (
	"encoding/xml"
	"strings"
)

// styles are a document's paragraph styles by their ids.
type styles struct {
	byID     map[string]style
	ordinary string // of paragraphs that name none
}

type style struct {
	basedOn  string
	number   numberRef
	contents bool // it is for a table of contents
}

func newStyles() *styles { return &styles{byID: map[string]style{}} }

func (s *styles) read(x *part) error {
	return x.each(func(xml.StartElement) error {
		return x.each(func(e xml.StartElement) error {
			if name(e) != "style" {
				return x.skip()
			}
			id := attribute(e, "styleId")
			if attribute(e, "type") == "paragraph" && attribute(e, "default") != "" && switched(attribute(e, "default")) {
				s.ordinary = id
			}
			read, err := readStyle(x)
			s.byID[id] = read
			return err
		})
	})
}

func readStyle(x *part) (style, error) {
	var s style
	err := x.each(func(e xml.StartElement) error {
		switch name(e) {
		case "name":
			s.contents = strings.HasPrefix(strings.ToLower(attribute(e, "val")), "toc ")
		case "basedOn":
			s.basedOn = attribute(e, "val")
		case "pPr":
			return x.each(func(e xml.StartElement) error {
				if name(e) == "numPr" {
					return s.number.read(x)
				}
				return x.skip()
			})
		}
		return x.skip()
	})
	return s, err
}

// of is the style of an id, or the ordinary one.
func (s *styles) of(id string) style {
	if id == "" {
		id = s.ordinary
	}
	return s.byID[id]
}

// number is what a style and those that it is based on say of numbers. owner is
// the style that names the list.
func (s *styles) number(id string) (ref numberRef, owner string) {
	const longest = 20 // styles based on each other
	if id == "" {
		id = s.ordinary
	}
	for range longest {
		found, ok := s.byID[id]
		if !ok {
			break
		}
		if ref.level == "" {
			ref.level = found.number.level
		}
		if found.number.list != "" {
			ref.list = found.number.list
			return ref, id
		}
		id = found.basedOn
	}
	return ref, ""
}
