package portal

import (
	"bytes"
	"context"

	"github.com/a-h/templ"
	lru "github.com/hashicorp/golang-lru/v2"

	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/web/page"
)

// drawnTexts keeps the texts of published revisions as they are drawn. A
// published revision never changes, so what is drawn of it is kept by its id.
type drawnTexts struct {
	kept *lru.Cache[int64, drawnText]
}

type drawnText struct {
	contents, body templ.Component
}

// keptTexts is how many texts are kept; a town has fewer documents.
const keptTexts = 64

func newDrawnTexts() (*drawnTexts, error) {
	kept, err := lru.New[int64, drawnText](keptTexts)
	if err != nil {
		return nil, err
	}
	return &drawnTexts{kept}, nil
}

// of draws the text of a revision that may be read, or takes it as it was drawn
// before.
func (d *drawnTexts) of(ctx context.Context, service *policy.Service, reading policy.Reading) (drawnText, error) {
	if text, ok := d.kept.Get(reading.Revision.ID); ok {
		return text, nil
	}
	o, err := service.Outline(ctx, reading)
	if err != nil {
		return drawnText{}, err
	}
	text, err := draw(ctx, o)
	if err != nil {
		return drawnText{}, err
	}
	d.kept.Add(reading.Revision.ID, text)
	return text, nil
}

// draw makes a text's HTML.
func draw(ctx context.Context, o *outline.Outline) (drawnText, error) {
	text := page.NewText(o)
	var contents, body bytes.Buffer
	if err := page.Contents(text).Render(ctx, &contents); err != nil {
		return drawnText{}, err
	}
	if err := page.Body(text).Render(ctx, &body); err != nil {
		return drawnText{}, err
	}
	return drawnText{templ.Raw(contents.String()), templ.Raw(body.String())}, nil
}
