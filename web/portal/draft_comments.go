package portal

import (
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showCommentForm(w http.ResponseWriter, r *http.Request) error {
	draft, err := p.draftOf(r)
	if err != nil {
		return err
	}
	return p.commentForm(w, r, draft, policy.NewComment{Anchor: r.URL.Query().Get("clause")}, nil)
}

// comment writes a comment on a clause of a draft, or resolves one.
func (p *Portal) comment(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	draft, err := p.draftOf(r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "resolve" {
		number, err := strconv.Atoi(r.PostForm.Get("number"))
		if err != nil {
			number = 0 // no comment's
		}
		if err := p.Policy.ResolveComment(ctx, actor, draft.Code, number); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.Draft(draft.Code), "comment-resolved")
	}
	typed := policy.NewComment{Anchor: r.PostForm.Get("clause"), Text: strings.TrimSpace(r.PostForm.Get("text")), SHA256: hashField(r)}
	if err := p.Policy.WriteComment(ctx, actor, draft.Code, typed); err != nil {
		return p.commentForm(w, r, draft, typed, err)
	}
	return screen.GoOn(w, r, address.Draft(draft.Code), "commented")
}

func (p *Portal) commentForm(w http.ResponseWriter, r *http.Request, draft policy.Draft, typed policy.NewComment, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, page.CommentFormPage(page.CommentForm{
		Frame: p.draftFrame(r, draft.Title+"に意見を書く", draft), Draft: draft, Typed: typed, Problems: problems,
	}))
	return nil
}
