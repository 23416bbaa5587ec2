package portal

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

// showNewPost asks for a post of a section, or of none.
func (p *Portal) showNewPost(w http.ResponseWriter, r *http.Request) error {
	form, _, err := p.newPost(r)
	if err != nil {
		return err
	}
	form.Typed = page.PostFields{Position: "0"}
	return p.postForm(w, r, form, nil)
}

func (p *Portal) addPost(w http.ResponseWriter, r *http.Request) error {
	form, section, err := p.newPost(r)
	if err != nil {
		return err
	}
	form.Typed = typedPost(r)
	post, err := readPost(form.Typed)
	if err == nil {
		post.Section = section
		_, err = p.Org.AddPost(r.Context(), screen.Actor(r.Context()), post)
	}
	if err != nil {
		return p.postForm(w, r, form, err)
	}
	return screen.GoOn(w, r, form.Address, "post-added")
}

// newPost is the form for adding a post to the section in the address; to none
// where there is none in it.
func (p *Portal) newPost(r *http.Request) (page.PostForm, int64, error) {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section")
	form := page.PostForm{Frame: screen.Frame(r, "課室に属さない職", organizationLink), Address: address.Posts}
	var section org.Section
	var err error
	if code != "" {
		if section, err = p.Org.Section(ctx, actor, code); err != nil {
			return form, 0, err
		}
		form.Frame = screen.Frame(r, section.Name+"の職を加える", organizationLink, layout.Link{Label: section.Name, Address: address.Section(code)})
		form.Address = address.SectionPosts(code)
	}
	form.Posts, err = p.Org.PostsOf(ctx, actor, code)
	return form, section.ID, err
}

func (p *Portal) showPostEdit(w http.ResponseWriter, r *http.Request) error {
	post, err := p.Org.Post(r.Context(), screen.Actor(r.Context()), idIn(r))
	if err != nil {
		return err
	}
	return p.postForm(w, r, p.postEdit(r, post, postFields(post)), nil)
}

func (p *Portal) changePost(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	current, err := p.Org.Post(ctx, actor, idIn(r))
	if err != nil {
		return err
	}
	form := p.postEdit(r, current, typedPost(r))
	post, err := readPost(form.Typed)
	if err == nil {
		post.ID, post.Section = current.ID, current.Section
		err = p.Org.ChangePost(ctx, actor, post)
	}
	if err != nil {
		if now := postFields(current); now.Version != form.Typed.Version {
			form.Current, form.Typed.Version = &now, now.Version
		}
		return p.postForm(w, r, form, err)
	}
	if current.SectionCode == "" {
		return screen.GoOn(w, r, address.Posts, "changed")
	}
	return screen.GoOn(w, r, address.Section(current.SectionCode), "changed")
}

func (p *Portal) postEdit(r *http.Request, post org.Post, typed page.PostFields) page.PostForm {
	crumbs := []layout.Link{organizationLink}
	if post.SectionCode != "" {
		crumbs = append(crumbs, layout.Link{Label: post.SectionName, Address: address.Section(post.SectionCode)})
	}
	return page.PostForm{
		Frame: screen.Frame(r, post.Name()+"を変える", crumbs...), Address: address.Post(post.ID), Existing: true, Typed: typed,
	}
}

func (p *Portal) postForm(w http.ResponseWriter, r *http.Request, form page.PostForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, page.PostFormPage(form))
	return nil
}

// idIn is the number in the address; 0, which nothing has, where it is none.
func idIn(r *http.Request) int64 {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func typedPost(r *http.Request) page.PostFields {
	f := r.PostForm
	return page.PostFields{Title: f.Get("title"), SingleHolder: f.Get("single_holder"), Position: f.Get("position"), Version: f.Get("version")}
}

func postFields(p org.Post) page.PostFields {
	fields := page.PostFields{Title: p.Title, Position: strconv.Itoa(p.Position), Version: strconv.Itoa(p.Version)}
	if p.SingleHolder {
		fields.SingleHolder = "1"
	}
	return fields
}

func readPost(f page.PostFields) (org.Post, error) {
	var read screen.Form
	post := org.Post{
		Title: f.Title, SingleHolder: f.SingleHolder != "", Position: read.Number("position", f.Position), Version: read.Version(f.Version),
	}
	return post, read.Err()
}
