package policy

import (
	"kagami/internal/authz"
	"kagami/internal/notice"
)

// What the policy's notices are about.
const (
	AboutDocument = "document" // a document, by its id
	AboutDraft    = "draft"    // a revision that is not published yet, by its id
	AboutRequest  = "request"  // what a revision asks of somebody, by the revision's id
)

// Topics say which of the policy's notices somebody may see.
func Topics() []notice.Topic { return []notice.Topic{documentTopic(), draftTopic(), requestTopic()} }

// documentTopic is for those who may read the document.
func documentTopic() notice.Topic {
	return notice.Topic{Kind: AboutDocument, Shown: func(actor authz.Actor, args []any) (string, []any) {
		readable, args := readable(actor).condition(args)
		return `EXISTS (SELECT FROM document d WHERE d.id = n.topic_id AND ` + readable + `)`, args
	}}
}

// draftTopic is for those who work on drafts and may read the document, as long
// as the draft is under way: after that there is nothing to go to.
func draftTopic() notice.Topic {
	return notice.Topic{Kind: AboutDraft, Shown: func(actor authz.Actor, args []any) (string, []any) {
		if !seesDrafts(actor) {
			return `false`, args
		}
		readable, args := readable(actor).condition(args)
		return `EXISTS (SELECT FROM revision r JOIN document d ON d.id = r.document_id
			WHERE r.id = n.topic_id AND r.state IN ('draft', 'submitted', 'decided') AND ` + readable + `)`, args
	}}
}

// requestTopic is for those who may read the document and have still to
// acknowledge what they were asked: who has done it need not be told again.
func requestTopic() notice.Topic {
	return notice.Topic{Kind: AboutRequest, Shown: func(actor authz.Actor, args []any) (string, []any) {
		readable, args := readable(actor).condition(args)
		return `EXISTS (SELECT FROM revision r JOIN document d ON d.id = r.document_id
			WHERE r.id = n.topic_id AND ` + readable + ` AND NOT EXISTS (
				SELECT FROM acknowledgement k JOIN revision done ON done.id = k.revision_id
				WHERE k.person_id = n.person_id AND done.document_id = d.id AND done.number >= r.counts_from))`, args
	}}
}
