package outline

// Kind is what sort of clause it is.
type Kind string

// The kinds, from the outermost in.
const (
	Chapter    Kind = "chapter"    // 第1章
	Section    Kind = "section"    // 第1節
	Article    Kind = "article"    // 第1条, 第5条の2, or the top numbers 1. of texts without 条
	Paragraph  Kind = "paragraph"  // a numbered 項; without a label, a text before the first clause
	Item       Kind = "item"       // (1), （１）, 一
	Subitem    Kind = "subitem"    // ①, ア, (ア), a
	Figure     Kind = "figure"     // a figure or a table, with what is written in it
	Supplement Kind = "supplement" // 附則
)

// Clause is one numbered part of the text, with the parts inside it.
type Clause struct {
	Kind Kind `json:"kind"`
	// Label is the number, folded (NFKC) and without brackets or dots: 第1章,
	// 1, 第5条の2, ①, ア.
	Label string `json:"label"`
	// Heading is the clause's title; empty where the clause is itself the
	// sentence.
	Heading string `json:"heading"`
	// Text is the wording: paragraphs, parted by "\n", without the page's line
	// breaks. In a figure, the labels as they stood, a line each.
	Text     string   `json:"text"`
	Children []Clause `json:"children"`
}

// Outline is a text as its clauses.
type Outline struct {
	Title     string     `json:"title"`
	Clauses   []Clause   `json:"clauses"`
	Questions []Question `json:"questions"`
}

// Unsettled lists the questions that nobody has answered yet.
func (o *Outline) Unsettled() []Question {
	var unsettled []Question
	for _, q := range o.Questions {
		if !q.Settled {
			unsettled = append(unsettled, q)
		}
	}
	return unsettled
}

// Walk visits every clause, outer before inner, in the order of the text.
// parents are the clauses around it, the outermost first.
func (o *Outline) Walk(visit func(c *Clause, parents []*Clause)) {
	var walk func(list []Clause, parents []*Clause)
	walk = func(list []Clause, parents []*Clause) {
		for i := range list {
			visit(&list[i], parents)
			walk(list[i].Children, append(parents, &list[i]))
		}
	}
	walk(o.Clauses, nil)
}
