package exception

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/handover"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// open is the condition in SQL that an exception e is under way on the day @today: asked for,
// or permitted and not yet over.
const open = `(e.state = 'asked' OR e.state = 'permitted' AND e.until_on >= @today::date)`

// Hangs are the exceptions that somebody has asked for and that are under way, or over and not
// settled. They belong to the section and need not be handed over.
func (s *Service) Hangs() []handover.Kind {
	return []handover.Kind{{
		Name: "exception", Title: "申請した例外措置",
		Takers: "引き継ぎは要りません。例外措置は課室のもので、課室の情報セキュリティ管理者と情報システム管理者が、取り下げ、終了、続きの申請、後始末の記録をできます。お知らせも、その人たちに届きます。",
		Queue:  s.queueAsked,
	}}
}

func (s *Service) queueAsked(b *task.Batch, actor authz.Actor, person int64, take func([]handover.Thing)) {
	if actor.Reach(authz.ReadExceptions) == authz.None {
		return
	}
	args := pgx.StrictNamedArgs{"person": person, "today": calendar.Day(s.door.Now())}
	which := `(` + open + ` OR ` + unsettled + `)`
	if actor.Reach(authz.ReadExceptions) != authz.All {
		which += ` AND ` + readable
		args["sections"] = actor.Sections(authz.ReadExceptions)
	}
	type row struct {
		ID           int64
		Code, Clause string
	}
	task.Rows(b, "looking what exceptions somebody has asked for", pgx.RowToStructByName[row], func(rows []row) {
		var things []handover.Thing
		for _, r := range rows {
			things = append(things, handover.Thing{ID: r.ID, Title: Number(r.Code) + "（" + r.Clause + "）", URL: address.Exception(r.Code)})
		}
		take(things)
	}, `SELECT e.id, e.code, e.clause FROM exception e WHERE e.asked_by = @person AND `+which+` ORDER BY e.id`, args)
}

// Belongs is what a section, by its code, has that is under way, and would be left when it is
// no more: those whose assets have gone to another section go on there, the others are ended
// by who asks for all sections.
func (s *Service) Belongs(ctx context.Context, actor authz.Actor, section string) (handover.Belonging, error) {
	if actor.Reach(authz.ReadExceptions) == authz.None {
		return handover.Belonging{}, nil
	}
	args := pgx.StrictNamedArgs{"section": section, "today": calendar.Day(s.door.Now())}
	which := open
	if actor.Reach(authz.ReadExceptions) != authz.All {
		which += ` AND ` + readable
		args["sections"] = actor.Sections(authz.ReadExceptions)
	}
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting the exceptions of a section", `
		SELECT count(*) AS count FROM exception e JOIN section_shown s ON s.id = e.section_id WHERE s.code = @section AND `+which+`
		  AND NOT EXISTS (SELECT FROM exception_elsewhere h WHERE h.exception_id = e.id)`, args)
	if err != nil || found.Count == 0 {
		return handover.Belonging{}, err
	}
	b := handover.Belonging{What: "例外措置" + strconv.Itoa(found.Count) + "件", Ends: true}
	if actor.Reach(authz.AskExceptions) == authz.All {
		b.URL = address.With(address.Exceptions, "section", section)
	}
	return b, nil
}
