package policy

import (
	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/notice"
)

// AboutDocument is the topic of notices about a document, by its id.
const AboutDocument = "document"

// Topic is for those who may read the document.
func Topic() notice.Topic {
	return notice.Topic{Kind: AboutDocument, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		readable, args := Readable(actor)
		return `EXISTS (SELECT FROM document d WHERE d.id = n.topic_id AND ` + readable + `)`, args
	}}
}
