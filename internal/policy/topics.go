package policy

import (
	"kagami/internal/authz"
	"kagami/internal/notice"
)

// Topics say which of the policy's notices somebody may see.
func Topics() []notice.Topic { return []notice.Topic{documentTopic(), draftTopic(), requestTopic()} }

// AboutDocument is the topic of notices about a document, by its id.
const AboutDocument = "document"

// documentTopic is for those who may read the document.
func documentTopic() notice.Topic {
	return notice.Topic{Kind: AboutDocument, Shown: func(actor authz.Actor, args []any) (string, []any) {
		readable, args := Readable(actor, args)
		return `EXISTS (SELECT FROM document d WHERE d.id = n.topic_id AND ` + readable + `)`, args
	}}
}

// AboutDraft is the topic of notices about a revision that is not published yet, by
// its id.
const AboutDraft = "draft"

// draftTopic is for those who work on drafts and may read the document, as long
// as the draft is under way: after that there is nothing to go to.
func draftTopic() notice.Topic {
	return notice.Topic{Kind: AboutDraft, Shown: func(actor authz.Actor, args []any) (string, []any) {
		if !seesDrafts(actor) {
			return `false`, args
		}
		readable, args := Readable(actor, args)
		return `EXISTS (SELECT FROM revision r JOIN document d ON d.id = r.document_id
			WHERE r.id = n.topic_id AND r.state IN ('draft', 'submitted', 'decided') AND ` + readable + `)`, args
	}}
}

// AboutRequest is the topic of notices about what a revision asks of somebody, by
// the revision's id.
const AboutRequest = "request"

// requestTopic is for those who may read the document and have still to
// acknowledge what they were asked: who has done it need not be told again.
func requestTopic() notice.Topic {
	return notice.Topic{Kind: AboutRequest, Shown: func(actor authz.Actor, args []any) (string, []any) {
		readable, args := Readable(actor, args)
		return `EXISTS (SELECT FROM revision r JOIN document d ON d.id = r.document_id
			WHERE r.id = n.topic_id AND ` + readable + ` AND NOT EXISTS (
				SELECT FROM acknowledgement k JOIN revision done ON done.id = k.revision_id
				WHERE k.person_id = n.person_id AND done.document_id = d.id AND done.number >= r.counts_from))`, args
	}}
}
