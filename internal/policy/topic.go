package policy

import (
	"kagami/internal/authz"
	"kagami/internal/notice"
)

// AboutDocument is the topic of notices about a document, by its id.
const AboutDocument = "document"

// Topic is for those who may read the document.
func Topic() notice.Topic {
	return notice.Topic{Kind: AboutDocument, Shown: func(actor authz.Actor, args []any) (string, []any) {
		readable, args := Readable(actor, args)
		return `EXISTS (SELECT FROM document d WHERE d.id = n.topic_id AND ` + readable + `)`, args
	}}
}
