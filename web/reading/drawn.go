package reading

import (
	"bytes"
	"context"
	"fmt"

	"github.com/a-h/templ"
	lru "github.com/hashicorp/golang-lru/v2"

	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/comparison"
	"kagami/internal/policy/follow"
	"kagami/web/component/document"
)

// drawnTexts is the cache of the texts of published revisions as they are drawn. A
// published revision never changes, so its id is the key.
type drawnTexts struct {
	texts    *lru.Cache[drawnKey, drawnText]
	compared *lru.Cache[pair, templ.Component]
}

// pair is two revisions of a document.
type pair struct {
	document int64
	old, new int // their numbers
}

// drawnKey names a text as it is drawn: the links in it are not the same for
// those who sign in and for everybody.
type drawnKey struct {
	revision int64
	public   bool
}

type drawnText struct {
	contents, body templ.Component
	citations      []string
}

// cachedTexts is how many texts it holds; a town has fewer documents.
const cachedTexts = 64

func newDrawnTexts() (*drawnTexts, error) {
	texts, err := lru.New[drawnKey, drawnText](cachedTexts)
	if err != nil {
		return nil, err
	}
	compared, err := lru.New[pair, templ.Component](cachedTexts)
	if err != nil {
		return nil, err
	}
	return &drawnTexts{texts, compared}, nil
}

// changes draws what has changed in a document since the revision that somebody
// who may read it acknowledged last, or takes it as it was drawn before.
func (d *drawnTexts) changes(ctx context.Context, service *policy.Service, actor authz.Actor, reading policy.Reading) (templ.Component, error) {
	key := pair{reading.Document.ID, reading.Last, reading.Number}
	if table, ok := d.compared.Get(key); ok {
		return table, nil
	}
	before, err := service.RevisionOutline(ctx, actor, reading.Code, reading.Last)
	if err != nil {
		return nil, err
	}
	after, err := service.Outline(ctx, actor, reading)
	if err != nil {
		return nil, err
	}
	var table bytes.Buffer
	compared := document.ComparisonTable(comparison.Compare(before, after), fmt.Sprintf("第%d版", reading.Last), fmt.Sprintf("第%d版", reading.Number))
	if err := compared.Render(ctx, &table); err != nil {
		return nil, fmt.Errorf("drawing a comparison: %w", err)
	}
	drawn := templ.Raw(table.String())
	d.compared.Add(key, drawn)
	return drawn, nil
}

// of draws the text of a revision that the actor may read, or takes it as it was
// drawn before.
func (d *drawnTexts) of(ctx context.Context, policies *policy.Service, links *follow.Service, actor authz.Actor, reading policy.Reading) (drawnText, error) {
	return d.get(drawnKey{revision: reading.Revision.ID}, func() (drawnText, error) {
		o, err := policies.Outline(ctx, actor, reading)
		if err != nil {
			return drawnText{}, err
		}
		formers, err := links.Formers(ctx, actor, reading)
		if err != nil {
			return drawnText{}, err
		}
		text, err := draw(ctx, reading, document.NewText(o).Lasting(reading, formers))
		for _, a := range o.Anchors() {
			text.citations = append(text.citations, a.Citation)
		}
		return text, err
	})
}

// forPublic is of for the page that is public.
func (d *drawnTexts) forPublic(ctx context.Context, policies *policy.Service, links *follow.Service, reading policy.Reading) (drawnText, error) {
	return d.get(drawnKey{revision: reading.Revision.ID, public: true}, func() (drawnText, error) {
		o, err := policies.OutlineForPublic(ctx, reading)
		if err != nil {
			return drawnText{}, err
		}
		formers, err := links.FormersForPublic(ctx, reading)
		if err != nil {
			return drawnText{}, err
		}
		return draw(ctx, reading, document.NewText(o).LastingPublic(reading, formers))
	})
}

// get takes a text from the cache, or draws it.
func (d *drawnTexts) get(key drawnKey, draw func() (drawnText, error)) (drawnText, error) {
	if text, ok := d.texts.Get(key); ok {
		return text, nil
	}
	text, err := draw()
	if err != nil {
		return drawnText{}, err
	}
	d.texts.Add(key, text)
	return text, nil
}

// draw makes the HTML of a text and of what stands beside it.
func draw(ctx context.Context, reading policy.Reading, t document.Text) (drawnText, error) {
	var beside, text bytes.Buffer
	if err := readingContents(reading, t).Render(ctx, &beside); err != nil {
		return drawnText{}, fmt.Errorf("drawing the contents: %w", err)
	}
	if err := templ.Join(document.Body(t), document.Formers(t)).Render(ctx, &text); err != nil {
		return drawnText{}, fmt.Errorf("drawing a text: %w", err)
	}
	return drawnText{contents: templ.Raw(beside.String()), body: templ.Raw(text.String())}, nil
}
