package loan

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/handover"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// Hangs are what somebody has out, or is permitted to take out.
func (s *Service) Hangs() []handover.Kind {
	return []handover.Kind{{
		Name: "loan", Title: "持出し・貸出しのもの", Takers: "引き継げません。異動や退職の前に、返してもらってください。続けて使うときは、後任が改めて申請します。返らないままのときは、課長（情報セキュリティ管理者）の「やること」に出ます。",
		Queue: s.queueHanging,
	}}
}

func (s *Service) queueHanging(b *task.Batch, actor authz.Actor, person int64, take func([]handover.Thing)) {
	condition, args := seen(actor)
	args["person"], args["today"] = person, s.today()
	task.Rows(b, "looking what somebody has out", pgx.RowToStructByName[hanging], func(list []hanging) {
		var things []handover.Thing
		for _, l := range list {
			things = append(things, handover.Thing{
				ID: l.ID, Title: fmt.Sprintf("%s（%s、%sまで、%s）", l.AssetName, Number(l.Code), calendar.Wareki(l.Until), l.State.Title()), URL: address.Loan(l.Code),
			})
		}
		take(things)
	}, `
		SELECT l.id, l.code, l.asset_name, l.until_on AS until, l.state FROM loan l
		WHERE l.taker_id = @person AND (l.state = 'handed' OR l.state IN ('asked', 'permitted') AND l.until_on >= @today) AND `+condition+` ORDER BY l.id`, args)
}

// hanging is a loan that hangs on somebody.
type hanging struct {
	ID              int64
	Code, AssetName string
	Until           calendar.Date
	State           State
}

// Bereft tells those who are promised assets, or have asked for them, in a change that has
// allowed it, why these are not to be had any more: once of what was asked for together.
func Bereft(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64, why string) ([]notice.Message, error) {
	type promise struct {
		ID              int64
		Code, AssetName string
		People          []int64
	}
	list, err := postgres.List[promise](ctx, tx, "looking for who is promised an asset", `
		SELECT DISTINCT ON (coalesce(nullif(l.series, ''), l.code)) l.id, l.code, l.asset_name, ARRAY[l.taker_id, l.asked_by] AS people FROM loan l
		WHERE l.asset_id = ANY(@assets) AND l.state IN ('asked', 'permitted') AND l.until_on >= @today::date
		ORDER BY coalesce(nullif(l.series, ''), l.code), l.id`,
		pgx.StrictNamedArgs{"assets": assets, "today": tx.Today()})
	var messages []notice.Message
	for _, p := range list {
		slices.Sort(p.People)
		to := slices.DeleteFunc(slices.Compact(p.People), func(person int64) bool { return person == actor.Person })
		if len(to) > 0 {
			messages = append(messages, tell(to, p.ID, p.Code, p.AssetName+"は、借りられなくなりました", Number(p.Code)+"で使う予定のものです。"+why+"ほかのものが要るときは、改めて申請してください。")...)
		}
	}
	return messages, err
}

// Belongs counts what a section, by its code, has out, or has lent; 0 where the actor may not
// see it.
func (s *Service) Belongs(ctx context.Context, actor authz.Actor, section string) (int, error) {
	condition, args := seen(actor)
	args["section"] = section
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting what a section has out", `
		SELECT count(*) AS count FROM loan l JOIN asset a ON a.id = l.asset_id
		WHERE l.state = 'handed' AND (SELECT id FROM section_shown WHERE code = @section) IN (l.section_id, a.section_id) AND `+condition, args)
	return found.Count, err
}
