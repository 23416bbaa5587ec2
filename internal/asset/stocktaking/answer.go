package stocktaking

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// MostAtOnce is how many findings are said at once: those of a page.
const MostAtOnce = OnPage

// asked is an asset of a section that is asked for, with its answer.
type asked struct {
	ID         int64
	Code, Name string
	State      life.State
	Result     Result // empty for no answer yet
	Version    int    // of the answer; 0 for none
	By         string
}

// Answer says what was found of assets of a section: of one, or of many at once. Invalid where
// something is missing or wrong; Conflict where one is not asked for there (any more), somebody
// else has answered otherwise meanwhile, or the section is handed in already.
func (s *Service) Answer(ctx context.Context, actor authz.Actor, code, section string, findings ...Finding) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		p, err := s.lock(ctx, tx, actor, code, section, EventAnswer)
		if err != nil {
			return door.Unchanged(), err
		}
		to, err := p.follow(EventAnswer)
		if err != nil {
			return door.Unchanged(), err
		}
		said, err := p.settle(ctx, tx, findings)
		if err != nil || len(said) == 0 {
			return door.Unchanged(), err
		}
		if err := p.answer(ctx, tx, actor, said); err != nil {
			return door.Unchanged(), err
		}
		if to != p.Stage {
			if err := p.write(ctx, tx, actor, EventAnswer, to, ""); err != nil {
				return door.Unchanged(), err
			}
		}
		return s.tell(ctx, tx, actor, p, said)
	})
}

// lock finds a section, allows somebody a step of it and locks it. Conflict where the whole of
// it is closed.
func (s *Service) lock(ctx context.Context, tx *door.Tx, actor authz.Actor, code, section string, event Event) (Place, error) {
	p, err := findPlace(ctx, tx, actor, code, section, " FOR NO KEY UPDATE OF n")
	if err != nil {
		return p, err
	}
	matter := authz.Matter{OwnersSection: p.Section}
	if err := tx.Allow(ofSection.Who(event).Action(actor, matter), matter); err != nil {
		return p, err
	}
	if !p.Going {
		return p, fault.New(fault.Conflict, "この棚卸しは、締められました。答えは、もう変えられません。")
	}
	return p, nil
}

// follow is the stage that a step leads to.
func (p Place) follow(event Event) (Stage, error) {
	a, err := ofSection.Arrow(p.Stage, event, "")
	if err != nil {
		return p.Stage, fault.Wrap(err, fault.Conflict, p.SectionName+"の棚卸しは「"+p.Stage.Title()+"」のため、"+event.Title()+"は行えません。画面を開き直して、いまの状態を確かめてください。")
	}
	return a.To, nil
}

// unfound tells whether it is known as missing to all but who answers otherwise: that it
// was found is recorded where it was reported, else the two would contradict each other.
func (a asked) unfound(r Result) bool {
	return a.State == life.Missing && r != Missing
}

// said is a finding of an asset that is written.
type said struct {
	Finding
	asset asked
}

// settle finds the assets of findings, and tells which are to be written: not those that are
// answered so already, nor of a whole page those that are answered, or that nobody finds. Of
// these no other answer is taken.
func (p Place) settle(ctx context.Context, tx *door.Tx, findings []Finding) (list []said, err error) {
	if len(findings) > MostAtOnce {
		return nil, fault.New(fault.TooLarge, fmt.Sprintf("一度に答えられるのは、%d件までです。", MostAtOnce))
	}
	codes := make([]string, len(findings))
	for i, f := range findings {
		codes[i] = f.Code
	}
	found, err := postgres.List[asked](ctx, tx, "finding what is asked for", `
		SELECT a.id, a.code, a.name, a.state, coalesce(w.result, '') AS result, coalesce(w.version, 0) AS version, coalesce(q.name, '') AS by
		FROM stocktaking t JOIN asset a ON a.section_id = @section AND a.state `+life.Counts+` AND `+within+`
		LEFT JOIN stocktaking_answer w ON w.stocktaking_id = t.id AND w.asset_id = a.id LEFT JOIN person_shown q ON q.id = w.answered_by
		WHERE t.id = @id AND a.code = ANY(@codes)`, pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "codes": codes})
	if err != nil {
		return nil, err
	}
	var problems []fault.Problem
	for _, f := range findings {
		at := slices.IndexFunc(found, func(a asked) bool { return a.Code == f.Code })
		if at < 0 {
			if f.Rest {
				continue
			}
			return nil, fault.New(fault.Conflict, f.Code+"は、この課室の棚卸しの対象ではありません。ほかの課室に移ったか、台帳から外れました。画面を開き直してください。")
		}
		f, a := f.tidy(tx.Today()), found[at]
		if a.Version != f.Seen {
			if f.Rest || a.Result == f.Result {
				continue
			}
			return nil, fault.New(fault.Conflict, fmt.Sprintf("%s（%s）には、開いている間に、%sさんが「%s」と答えました。いまの答えを確かめて、もう一度選んでください。", a.Name, a.Code, a.By, a.Result.Title()))
		}
		if f.Rest && (a.Version > 0 || a.unfound(f.Result)) {
			continue
		}
		wrong := f.check(p.OpenedOn, tx.Today())
		if a.unfound(f.Result) {
			wrong = append(wrong, fault.Problem{Field: "result", Message: a.Name + "（" + a.Code + "）は、所在不明の届けが出ています。「所在不明」を選んでください。見つかったときは、先に、この情報資産の所在不明の画面で、見つかったことを記録してください。"})
		}
		if len(findings) > 1 {
			wrong = ofRow(f.Code, wrong)
		}
		problems = append(problems, wrong...)
		list = append(list, said{f, a})
	}
	return list, fault.InvalidFields(problems)
}

// ofRow says of what is wrong in a list in which row it is; what is said once for all rows is
// wrong in none of them.
func ofRow(code string, problems []fault.Problem) []fault.Problem {
	for i, wrong := range problems {
		if wrong.Field == "result" || wrong.Field == "note" {
			problems[i] = fault.Problem{Field: wrong.Field + "-" + code, Message: code + "：" + wrong.Message}
		}
	}
	return problems
}

// answer writes findings, with their places in the history.
func (p Place) answer(ctx context.Context, tx *door.Tx, actor authz.Actor, list []said) error {
	rows := make([]map[string]any, len(list))
	for i, f := range list {
		rows[i] = map[string]any{
			"asset_id": f.asset.ID, "result": f.Result, "answered_on": dayOf(f.On), "looked_by": f.LookedBy, "note": f.Note,
			"noticed_on": dayOf(f.NoticedOn), "noticed_by": f.NoticedBy, "last_seen_on": dayOf(f.LastSeenOn),
		}
	}
	_, err := tx.Exec(ctx, `
		WITH put AS (
			INSERT INTO stocktaking_answer AS w (stocktaking_id, asset_id, section_id, result, answered_on, answered_by, answered_at, looked_by, note, noticed_on, noticed_by, last_seen_on)
			SELECT @id, r.asset_id, @section, r.result, r.answered_on, @by, @now, r.looked_by, r.note, r.noticed_on, r.noticed_by, r.last_seen_on
			FROM jsonb_to_recordset(@rows) AS r(asset_id bigint, result text, answered_on date, looked_by text, note text, noticed_on date, noticed_by text, last_seen_on date)
			ON CONFLICT (stocktaking_id, asset_id) DO UPDATE SET section_id = excluded.section_id, result = excluded.result, answered_on = excluded.answered_on,
				answered_by = excluded.answered_by, answered_at = excluded.answered_at, looked_by = excluded.looked_by, note = excluded.note,
				noticed_on = excluded.noticed_on, noticed_by = excluded.noticed_by, last_seen_on = excluded.last_seen_on, version = w.version + 1
			RETURNING w.*)
		INSERT INTO stocktaking_answer_change (stocktaking_id, asset_id, version, section_id, result, answered_on, answered_by, answered_at, looked_by, note, noticed_on, noticed_by, last_seen_on)
		SELECT stocktaking_id, asset_id, version, section_id, result, answered_on, answered_by, answered_at, looked_by, note, noticed_on, noticed_by, last_seen_on FROM put`,
		pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "by": actor.Person, "now": tx.Now, "rows": rows})
	if err != nil {
		return fmt.Errorf("answering in a 棚卸し: %w", err)
	}
	return nil
}

// dayOf is a day for JSON; nil for none.
func dayOf(d calendar.Date) *string {
	if d.IsZero() {
		return nil
	}
	text := d.String()
	return &text
}

// tell is what answers are for the trail, with what is said elsewhere of those that are missing.
func (s *Service) tell(ctx context.Context, tx *door.Tx, actor authz.Actor, p Place, list []said) (door.Effect, error) {
	var done []door.Effect
	for _, f := range list {
		done = append(done, door.Effect{
			Subject: trail.Subject{Kind: subject, ID: p.ID}, Fields: []string{string(f.Result)}, Refs: map[string]int64{"section": p.Section, "asset": f.asset.ID},
		})
		if f.Result != Missing || f.asset.State == life.Missing || s.ties.Missing == nil { // it is reported once, until it is found
			continue
		}
		told, err := s.ties.Missing(ctx, tx, actor, Lost{
			AssetID: f.asset.ID, From: p.Number(), LastSeen: f.LastSeenOn, NoticedAt: f.NoticedOn.Start(), NoticedBy: f.NoticedBy, Words: f.Note,
		})
		if err != nil {
			return door.Unchanged(), err
		}
		done = append(done, told...)
	}
	done[0].Also = done[1:]
	return done[0], nil
}
