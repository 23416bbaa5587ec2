package outcome

import (
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/rights/connector"
)

// OnPage is how many lines a page of a list has.
const OnPage = 50

// Search is what somebody looks for. What is empty leaves out nothing.
type Search struct {
	Connector string // its code
	System    string // a 管理番号
	Person    string // a 職員番号
	State     connector.State
	After     int64 // 0, or Next of the page before
}

// Page is a page of a list.
type Page[T any] struct {
	Lines []T
	Count int
	Next  int64 // 0 on the last page
}

// cut keeps a page of lines of which one more was asked for, and tells after which the next begins.
func (p *Page[T]) cut(id func(line T) int64) {
	if len(p.Lines) > OnPage {
		p.Lines = p.Lines[:OnPage]
		p.Next = id(p.Lines[OnPage-1])
	}
}

// where is what a row of somebody p and a system y must be like; code is where in the row the
// code of its connector stands, empty where it has none.
func (q Search) where(actor authz.Actor, code string) (string, pgx.StrictNamedArgs) {
	condition, args := connector.Seen(actor)
	conditions := []string{condition}
	must := func(condition, name, value string) {
		if value = strings.TrimSpace(value); value != "" {
			conditions = append(conditions, condition)
			args[name] = value
		}
	}
	must("y.code = @system", "system", q.System)
	must("lower(p.staff_number) = lower(@number)", "number", q.Person)
	if code != "" {
		must(code+" = @connector", "connector", q.Connector)
	}
	return strings.Join(conditions, " AND "), args
}
