package asset

import (
	"net/http"

	"kagami/internal/asset/find"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// twin is that an asset of the section has the name that is typed for a new one.
type twin struct {
	find.Same
	Another bool // somebody has said that the new one is another
}

// askTwin looks for it, and asks once whether the new one is another: an answer about one
// twin is none about the next.
func (s *Screens) askTwin(r *http.Request, t *typed) (refusal, failure error) {
	same, err := s.finding.Same(r.Context(), screen.Actor(r.Context()), t.Section, t.Name)
	if err != nil || same.Code == "" {
		return nil, err
	}
	t.Twin = twin{same, r.PostForm.Get("another") != "" && r.PostForm.Get("twin") == same.Code}
	if t.Twin.Another {
		return nil, nil
	}
	return fault.InvalidFields([]fault.Problem{{Field: "another", Message: "同じ課に同じ名前の情報資産があります。別のものなら、「別の情報資産として登録する」に印を付けてください。"}}), nil
}
