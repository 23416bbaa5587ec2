package acknowledge

import (
	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/policy"
)

// AboutRequest is the topic of notices about what a revision asks of somebody, by
// the revision's id.
const AboutRequest = "request"

// Topic is for those who may read the document and have still to
// acknowledge what they were asked: who has done it need not be told again.
func Topic() notice.Topic {
	return notice.Topic{Kind: AboutRequest, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		readable, args := policy.Readable(actor)
		return `EXISTS (SELECT FROM revision r JOIN document d ON d.id = r.document_id
			WHERE r.id = n.topic_id AND ` + readable + ` AND NOT EXISTS (
				SELECT FROM acknowledgement k JOIN revision done ON done.id = k.revision_id
				WHERE k.person_id = n.person_id AND done.document_id = d.id AND done.number >= r.counts_from))`, args
	}}
}
