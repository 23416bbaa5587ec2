package drafting

import (
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/policy/draft"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

func (s *Screens) showCommentForm(w http.ResponseWriter, r *http.Request) error {
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	return s.commentForm(w, r, d, draft.NewComment{Anchor: r.URL.Query().Get("clause")}, nil)
}

// comment writes a comment on a clause of a draft, or resolves one.
func (s *Screens) comment(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "resolve" {
		number, err := strconv.Atoi(r.PostForm.Get("number"))
		if err != nil {
			number = 0 // no comment's
		}
		if err := s.drafts.ResolveComment(ctx, actor, d.Code, number); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.Draft(d.Code), "comment-resolved")
	}
	typed := draft.NewComment{Anchor: r.PostForm.Get("clause"), Text: strings.TrimSpace(r.PostForm.Get("text")), SHA256: revision.Hash(r.PostForm)}
	if err := s.drafts.WriteComment(ctx, actor, d.Code, typed); err != nil {
		return s.commentForm(w, r, d, typed, err)
	}
	return screen.GoOn(w, r, address.Draft(d.Code), "commented")
}

func (s *Screens) commentForm(w http.ResponseWriter, r *http.Request, d draft.Draft, typed draft.NewComment, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, commentPage(commentView{
		Frame: screen.Frame(r, d.Title+"に意見を書く", revision.Crumbs(d)...), Draft: d, Typed: typed, Problems: problems,
	}))
	return nil
}
