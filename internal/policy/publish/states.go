package publish

import (
	"errors"
	"slices"

	"kagami/internal/lifecycle"
	"kagami/internal/policy/draft"
)

// StatesDocument is the life of a revision and of its document as
// docs/policy-states.md holds it; a test keeps the two the same. It returns an error
// where a table is wrong.
func StatesDocument() (string, error) {
	rows, err := draft.Rows()
	if err := errors.Join(err, abolition.Check()); err != nil {
		return "", err
	}
	return lifecycle.Document{
		Title: "版の状態", Sources: []string{"internal/policy/draft/life.go", "internal/policy/publish/abolish.go"}, Condition: "見直しの種類", Any: "どちらも",
		Rows: slices.Concat(rows, abolition.Rows(), []lifecycle.Row{
			{From: "公開", What: "施行日が来る", To: "施行中"},
			{From: "施行中", What: "次の版の施行日が来る", To: "旧版"},
			{From: "施行中", What: "文書の廃止日が来る", To: "廃止"},
		}),
	}.Markdown(), nil
}
