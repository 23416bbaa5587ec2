package draft

import (
	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/policy"
)

// AboutDraft is the topic of notices about a revision that is not published yet, by
// its id.
const AboutDraft = "draft"

// Topic is for those who work on drafts, or may have to, and may read the document, as long
// as the draft is under way: after that there is nothing to go to.
func Topic() notice.Topic {
	return notice.Topic{Kind: AboutDraft, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if !MaySee(actor) && !mayStandIn(actor) {
			return `false`, nil
		}
		readable, args := policy.Readable(actor)
		return `EXISTS (SELECT FROM revision r JOIN document d ON d.id = r.document_id
			WHERE r.id = n.topic_id AND r.state IN ('draft', 'submitted', 'decided') AND ` + readable + `)`, args
	}}
}
