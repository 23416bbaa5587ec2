package draft

import (
	"context"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/handover"
	"kagami/internal/notice"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// Hangs are what somebody may hold of drafts: those that they write, what they have said
// of others, and what waits for their decision.
func (s *Service) Hangs() []handover.Kind {
	deciding := func() pgx.StrictNamedArgs {
		return pgx.StrictNamedArgs{
			"day": calendar.Day(s.now()), "publish_decided": authz.RolesWith(authz.PublishDecided, authz.All), "publish_minor": authz.RolesWith(authz.PublishMinor, authz.All),
		}
	}
	none := func() pgx.StrictNamedArgs { return nil }
	return []handover.Kind{
		{
			Name: "draft", Title: "書いている下書き", Takers: "下書きを書ける人（統括情報セキュリティ責任者、情報セキュリティ責任者、CSIRT担当者）が引き継げます。引き継いだ人は、その版を自分では公開できません。",
			Queue: queueHeld(`SELECT r.id, d.title || '（第' || r.number || '版）の下書き' AS title, d.code
				FROM revision r JOIN document d ON d.id = r.document_id
				WHERE r.drafted_by = @holder AND r.state IN ('draft', 'submitted', 'decided')`, none),
			Give: give,
		},
		{
			Name: "comment", Title: "済みになっていない意見", Takers: "引き継ぎは要りません。下書きを書ける人なら、だれでも済みにできます。",
			Queue: queueHeld(`SELECT c.id, d.title || '（第' || r.number || '版）の意見' || c.number AS title, d.code
				FROM draft_comment c JOIN revision r ON r.id = c.revision_id JOIN document d ON d.id = r.document_id
				WHERE c.written_by = @holder AND r.state IN ('draft', 'submitted', 'decided')
				  AND NOT EXISTS (SELECT FROM draft_comment_resolution e WHERE e.comment_id = c.id)`, none),
		},
		{
			Name: "approval", Title: "公開の判断を待っているもの", Takers: "同じ役割の人が判断できます。だれもいないときは、図 1.1 でその上の役割の人が代わって判断します。",
			Queue: queueHeld(`SELECT r.id, d.title || '（第' || r.number || '版）の公開' AS title, d.code
				FROM revision r JOIN document d ON d.id = r.document_id
				WHERE (r.state = 'submitted' AND r.scale = 'minor' OR r.state = 'decided') AND NOT @holder = ANY(r.drafters)
				  AND EXISTS (SELECT FROM holding h WHERE h.person_id = @holder AND h.period @> @day::date AND h.rule_period @> @day::date
				              AND h.role = ANY(CASE WHEN r.state = 'decided' THEN @publish_decided::text[] ELSE @publish_minor::text[] END))`, deciding),
		},
	}
}

// held is a thing as the statements find it.
type held struct {
	ID    int64
	Title string
	Code  string // of the document
}

// queueHeld asks for what a @holder has of drafts of documents d that the actor may
// read, to who works on drafts; more are the statement's own arguments.
func queueHeld(sql string, more func() pgx.StrictNamedArgs) func(*task.Batch, authz.Actor, int64, func([]handover.Thing)) {
	return func(b *task.Batch, actor authz.Actor, person int64, take func([]handover.Thing)) {
		if !MaySee(actor) {
			return
		}
		readable, args := policy.Readable(actor)
		args["holder"] = person
		maps.Copy(args, more())
		task.Rows(b, "looking what somebody holds of drafts", pgx.RowToStructByName[held], func(list []held) {
			var things []handover.Thing
			for _, h := range list {
				things = append(things, handover.Thing{ID: h.ID, Title: h.Title, URL: address.Draft(h.Code)})
			}
			take(things)
		}, sql+` AND `+readable+` ORDER BY 1`, args)
	}
}

// give makes somebody else the drafter of drafts: those who wrote on them stay among
// their drafters, who never publish them.
func give(ctx context.Context, tx *door.Tx, actor authz.Actor, g handover.Giving) ([]door.Effect, error) {
	by, err := tx.AllowAlso(authz.DraftRevision, authz.Matter{})
	if err != nil {
		return nil, fault.Wrap(err, fault.Forbidden, "下書きを引き継げるのは、下書きを書ける役割の担当者だけです。統括情報セキュリティ責任者に頼んでください。")
	}
	if g.To.Reach(authz.DraftRevision) != authz.All {
		return nil, fault.InvalidFields([]fault.Problem{{Field: "to", Message: g.To.Name + "さんには、下書きを書ける役割がありません。下書きを書ける人の職員番号を入力してください。"}})
	}
	type given struct {
		ID, Document int64
		Code, Title  string
		Number       int
	}
	list, err := postgres.List[given](ctx, tx, "handing drafts over", `
		WITH taken AS (
			UPDATE revision r SET drafted_by = @to, drafters = array_remove(r.drafters, @to) || @to::bigint
			FROM (SELECT id FROM revision WHERE id = ANY(@ids::bigint[]) ORDER BY id FOR UPDATE) l
			WHERE r.id = l.id AND r.drafted_by = @from AND r.state IN ('draft', 'submitted', 'decided')
			RETURNING r.id, r.document_id, r.number)
		SELECT t.id, d.id AS document, d.code, d.title, t.number FROM taken t JOIN document d ON d.id = t.document_id ORDER BY t.id`,
		pgx.StrictNamedArgs{"to": g.To.Person, "from": g.From, "ids": g.IDs})
	if err != nil {
		return nil, err
	}
	if len(list) != len(g.IDs) {
		return nil, fault.New(fault.Conflict, "選んだ下書きの中に、すでに公開・取り下げ・引き継ぎが済んだものがあります。画面を開き直して、いまの状態を確かめてください。")
	}
	var effects []door.Effect
	for _, one := range list {
		if err := addStep(ctx, tx, actor, one.ID, EventHandOver, g.To.Name+"さんが引き継ぎました"); err != nil {
			return nil, err
		}
		effects = append(effects, door.Effect{
			Subject: trail.Subject{Kind: "revision", ID: one.ID}, Fields: []string{"drafted_by"}, By: by,
			Refs: map[string]int64{"document": one.Document, "person": g.To.Person},
			Notices: []notice.Message{{To: []int64{g.To.Person}, Notice: notice.Notice{
				Topic: AboutDraft, TopicID: one.ID, Title: fmt.Sprintf("%s（第%d版）の下書きを引き継ぎました", one.Title, one.Number),
				Text: "これまでの経過と意見を確かめて、続きを書いてください。", URL: address.Draft(one.Code),
			}}},
		})
	}
	return effects, nil
}
