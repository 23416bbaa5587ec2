package lifecycle

import (
	"slices"
	"strings"

	"kagami/internal/authz"
)

// Document is a life as people read it in docs/. A test keeps the file and the table
// the same.
type Document struct {
	Title   string   // 版の状態
	Sources []string // the files that hold the tables: internal/policy/draft/life.go
	// Condition heads the column of the condition, and Any stands there for an arrow
	// of all conditions; both empty for a table that has none.
	Condition, Any string
	Rows           []Row
}

// Row is a line of the document, in Japanese. One without Who is not of the table: a
// day that comes decides it, such as the 施行日.
type Row struct{ From, What, When, To, Who, Asks string }

// Rows are the lines of the table, in its order.
func (t *Table[S, E, C]) Rows() []Row {
	var rows []Row
	for _, a := range t.Arrows {
		row := Row{What: a.Title, To: a.To.Title(), Who: a.By.String(), Asks: a.asks()}
		if a.From != "" {
			row.From = a.From.Title()
		}
		if a.When != "" {
			row.When = a.When.Title()
		}
		rows = append(rows, row)
	}
	return rows
}

// Markdown writes the document out.
func (d Document) Markdown() string {
	var b strings.Builder
	b.WriteString("# " + d.Title + "\n\n")
	b.WriteString("`" + strings.Join(d.Sources, "` と `") + "` から作られています。変えるときは表を変え、`make generate` を実行してください。\n\n")
	line := func(cells ...string) {
		if d.Condition == "" {
			cells = slices.Delete(cells, 2, 3)
		}
		for n, cell := range cells {
			if cell == "" {
				cells[n] = "―"
			}
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line("いまの状態", "すること", d.Condition, "次の状態", "できる人", "入力するもの")
	line("---", "---", "---", "---", "---", "---")
	for _, row := range d.Rows {
		if row.When == "" {
			row.When = d.Any
		}
		if row.Who == "" {
			row.Who = "（日付から決まる）"
		}
		line(row.From, row.What, row.When, row.To, row.Who, row.Asks)
	}
	return b.String()
}

// String names the roles that may, from the top of 図 1.1 down, with how far where
// that is not everywhere: 統括・管理者（自課）.
func (w Who) String() string {
	var roles []string
	for _, role := range append(authz.Columns(), authz.Portal) {
		reach := authz.None
		for _, action := range w.May {
			reach = max(reach, authz.ReachOf(role, action))
		}
		switch reach {
		case authz.None:
		case authz.All:
			roles = append(roles, role.Short())
		case authz.Own, authz.Audience, authz.Self:
			roles = append(roles, role.Short()+"（"+reach.Title()+"）")
		}
	}
	who := strings.Join(roles, "・")
	if w.Except != "" {
		who += "（" + w.Except + "を除く）"
	}
	return who
}
