package acknowledge

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/handover"
	"kagami/internal/policy"
	"kagami/internal/task"
)

// Hangs are the requests to acknowledge that somebody has not answered.
func (s *Service) Hangs() []handover.Kind {
	return []handover.Kind{{
		Name: "request", Title: "まだの閲読の確認", Takers: "引き継げません。確認できるのは本人だけです。休業の間は催促せず、戻った日から新しい期限になります。職を離れた人には求めません。",
		Queue: s.queueRequests,
	}}
}

func (s *Service) queueRequests(b *task.Batch, actor authz.Actor, person int64, take func([]handover.Thing)) {
	type request struct {
		ID          int64
		Code, Title string
		Number      int
	}
	readable, args := policy.Readable(actor)
	args["asked_person"], args["day"] = person, s.today()
	task.Rows(b, "looking what somebody has not acknowledged", pgx.RowToStructByName[request], func(list []request) {
		var things []handover.Thing
		for _, r := range list {
			things = append(things, handover.Thing{ID: r.ID, Title: fmt.Sprintf("%s（第%d版）の確認", r.Title, r.Number), URL: address.Policy(r.Code)})
		}
		take(things)
	}, `
		SELECT r.id, d.code, d.title, r.number FROM document d CROSS JOIN LATERAL (`+policy.CurrentRevision+`) r
		WHERE `+readable+` AND `+policy.NotAbolished("@day")+`
		  AND EXISTS (SELECT FROM acknowledgement_request q WHERE q.revision_id = r.id AND q.person_id = @asked_person)
		  AND NOT EXISTS (SELECT FROM acknowledgement_excuse e WHERE e.revision_id = r.id AND e.person_id = @asked_person AND e.ended_at IS NULL)
		  AND NOT EXISTS (SELECT FROM acknowledgement k JOIN revision kr ON kr.id = k.revision_id
		                  WHERE k.person_id = @asked_person AND kr.document_id = d.id AND kr.number BETWEEN r.counts_from AND r.number)
		ORDER BY d.code`, args)
}
