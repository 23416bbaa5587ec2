package organization

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/screen"
)

// showNewPost asks for a post of a section, or of none.
func (s *Screens) showNewPost(w http.ResponseWriter, r *http.Request) error {
	form, _, err := s.newPost(r)
	if err != nil {
		return err
	}
	form.Typed = postFields{Position: "0"}
	return s.drawPostForm(w, r, form, nil)
}

func (s *Screens) addPost(w http.ResponseWriter, r *http.Request) error {
	form, section, err := s.newPost(r)
	if err != nil {
		return err
	}
	form.Typed = typedPost(r)
	post, err := readPost(form.Typed)
	if err == nil {
		post.Section = section
		_, err = s.org.AddPost(r.Context(), screen.Actor(r.Context()), post)
	}
	if err != nil {
		return s.drawPostForm(w, r, form, err)
	}
	return screen.GoOn(w, r, form.Address, "post-added")
}

// newPost is the form for adding a post to the section in the address; to none
// where there is none in it.
func (s *Screens) newPost(r *http.Request) (postForm, int64, error) {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section")
	form := postForm{Frame: screen.Frame(r, "課室に属さない職", organizationLink), Address: address.Posts}
	var section org.Section
	var err error
	if code != "" {
		if section, err = s.org.Section(ctx, actor, code); err != nil {
			return form, 0, err
		}
		form.Frame = screen.Frame(r, section.Name+"の職を加える", organizationLink, layout.Link{Label: section.Name, Address: address.Section(code)})
		form.Address = address.SectionPosts(code)
	}
	form.Posts, err = s.org.PostsOf(ctx, actor, code)
	return form, section.ID, err
}

func (s *Screens) showPostEdit(w http.ResponseWriter, r *http.Request) error {
	post, err := s.org.Post(r.Context(), screen.Actor(r.Context()), idIn(r))
	if err != nil {
		return err
	}
	return s.drawPostForm(w, r, s.postEdit(r, post, fieldsOfPost(post)), nil)
}

func (s *Screens) changePost(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	current, err := s.org.Post(ctx, actor, idIn(r))
	if err != nil {
		return err
	}
	form := s.postEdit(r, current, typedPost(r))
	post, err := readPost(form.Typed)
	if err == nil {
		post.ID, post.Section = current.ID, current.Section
		err = s.org.ChangePost(ctx, actor, post)
	}
	if err != nil {
		if now := fieldsOfPost(current); now.Version != form.Typed.Version {
			form.Current, form.Typed.Version = &now, now.Version
		}
		return s.drawPostForm(w, r, form, err)
	}
	if current.SectionCode == "" {
		return screen.GoOn(w, r, address.Posts, "changed")
	}
	return screen.GoOn(w, r, address.Section(current.SectionCode), "changed")
}

func (s *Screens) postEdit(r *http.Request, post org.Post, typed postFields) postForm {
	crumbs := []layout.Link{organizationLink}
	if post.SectionCode != "" {
		crumbs = append(crumbs, layout.Link{Label: post.SectionName, Address: address.Section(post.SectionCode)})
	}
	return postForm{
		Frame: screen.Frame(r, post.Name()+"を変える", crumbs...), Address: address.Post(post.ID), Existing: true, Typed: typed,
	}
}

func (s *Screens) drawPostForm(w http.ResponseWriter, r *http.Request, form postForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, postFormPage(form))
	return nil
}

func typedPost(r *http.Request) postFields {
	f := r.PostForm
	return postFields{Title: f.Get("title"), SingleHolder: f.Get("single_holder"), Position: f.Get("position"), Version: f.Get("version")}
}

func fieldsOfPost(p org.Post) postFields {
	fields := postFields{Title: p.Title, Position: strconv.Itoa(p.Position), Version: strconv.Itoa(p.Version)}
	if p.SingleHolder {
		fields.SingleHolder = "1"
	}
	return fields
}

func readPost(f postFields) (org.Post, error) {
	var read screen.Form
	post := org.Post{
		Title: f.Title, SingleHolder: f.SingleHolder != "", Position: read.Number("position", f.Position), Version: read.Version(f.Version),
	}
	return post, read.Err()
}
