package stocktaking

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Step is what is said with a step of a section.
type Step struct {
	Version int // that the actor has seen
	Note    string
}

const maxWords = 2000

// Do takes a step with a section: hands it in, confirms it, sends it back, or takes a
// confirmation back. Conflict where somebody else has taken one meanwhile, its stage does not
// let it, or an asset has no answer yet. On confirmation the assets that are still there are
// looked at on the day on which each was.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code, section string, event Event, step Step) error {
	step.Note = strings.TrimSpace(step.Note)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		p, err := s.lock(ctx, tx, actor, code, section, event)
		if err != nil {
			return door.Unchanged(), err
		}
		to, err := p.take(event, step)
		if err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: subject, ID: p.ID}, Fields: []string{string(event)}, Refs: map[string]int64{"section": p.Section}}
		if event == EventHandIn || event == EventConfirm {
			c, err := count(ctx, tx, p)
			if err != nil {
				return door.Unchanged(), err
			}
			if c.Left() > 0 {
				return door.Unchanged(), fault.New(fault.Conflict, fmt.Sprintf("まだ確かめていない情報資産が%d件あります。「まだのものだけ」を開いて、すべて確かめてください。", c.Left()))
			}
			if err := p.noneMissing(ctx, tx); err != nil {
				return door.Unchanged(), err
			}
		}
		if event == EventConfirm {
			if effect.Also, err = p.looked(ctx, tx, actor); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := p.write(ctx, tx, actor, event, to, step.Note); err != nil {
			return door.Unchanged(), err
		}
		effect.Notices, err = p.notices(ctx, tx, event)
		return effect, err
	})
}

// take is the stage that a step leads to; Conflict or Invalid where it can't be taken.
func (p Place) take(event Event, step Step) (Stage, error) {
	to, err := p.follow(event)
	if err != nil {
		return to, err
	}
	if p.Version != step.Version {
		return to, fault.New(fault.Conflict, "開いている間に、ほかの人がこの課室の棚卸しを進めました。いまの状態を確かめて、もう一度行ってください。")
	}
	a, err := ofSection.Arrow(p.Stage, event, "")
	if err != nil {
		return to, err
	}
	return to, fault.InvalidFields(append(a.Missing(map[string]bool{"note": step.Note != ""}), longNote(step.Note)...))
}

func longNote(note string) []fault.Problem {
	if utf8.RuneCountInString(note) > maxWords {
		return []fault.Problem{{Field: "note", Message: "長すぎます。2000字までで書いてください。"}}
	}
	return nil
}

// noneMissing refuses answers by which something is there, or gone, that is reported missing
// still: it was found, which is to be recorded, or the answer is wrong.
func (p Place) noneMissing(ctx context.Context, tx *door.Tx) error {
	list, err := postgres.List[struct{ Code string }](ctx, tx, "looking what is missing still", `
		SELECT a.code FROM stocktaking t JOIN asset a ON a.section_id = @section AND a.state = @missing AND `+within+`
		JOIN stocktaking_answer w ON w.stocktaking_id = t.id AND w.asset_id = a.id
		WHERE t.id = @id AND w.result <> 'missing' ORDER BY a.code`, pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "missing": life.Missing})
	if err != nil || len(list) == 0 {
		return err
	}
	var codes []string
	for _, a := range list[:min(named, len(list))] {
		codes = append(codes, a.Code)
	}
	text := strings.Join(codes, "、")
	if more := len(list) - named; more > 0 {
		text += "ほか" + strconv.Itoa(more) + "件"
	}
	return fault.New(fault.Conflict, text+"は、所在不明の届けが出たままです。見つかったときは、その情報資産の「所在不明」の画面で、見つかったことを記録してください。見つかっていないときは、答えを「所在不明」に直してください。")
}

// looked says in the register that what is still there was looked at.
func (p Place) looked(ctx context.Context, tx *door.Tx, actor authz.Actor) ([]door.Effect, error) {
	list, err := postgres.List[struct {
		ID  int64
		Day calendar.Date
	}](ctx, tx, "listing what was looked at", `
		SELECT a.id, w.answered_on AS day FROM stocktaking t JOIN asset a ON a.section_id = @section AND a.state `+life.Counts+` AND `+within+`
		JOIN stocktaking_answer w ON w.stocktaking_id = t.id AND w.asset_id = a.id
		WHERE t.id = @id AND w.result IN ('same', 'changed') ORDER BY a.id`, pgx.StrictNamedArgs{"id": p.ID, "section": p.Section})
	if err != nil {
		return nil, err
	}
	assets, days := make([]int64, len(list)), make([]calendar.Date, len(list))
	for i, a := range list {
		assets[i], days[i] = a.ID, a.Day
	}
	return asset.LookedAtIn(ctx, tx, actor, assets, days, p.Number()+"で確かめた")
}

// write writes a step of a section, with its place in the history.
func (p Place) write(ctx context.Context, tx *door.Tx, actor authz.Actor, event Event, to Stage, note string) error {
	_, err := tx.Exec(ctx, `
		WITH step AS (INSERT INTO stocktaking_step (stocktaking_id, section_id, at, by, event, note) VALUES (@id, @section, @now, @by, @event, @note))
		UPDATE stocktaking_section SET state = @to, version = version + 1,
		       handed_by = CASE WHEN @event = 'hand_in' THEN @by WHEN @to = 'under_way' THEN NULL ELSE handed_by END,
		       handed_at = CASE WHEN @event = 'hand_in' THEN @now WHEN @to = 'under_way' THEN NULL ELSE handed_at END,
		       confirmed_by = CASE WHEN @event = 'confirm' THEN @by END, confirmed_at = CASE WHEN @event = 'confirm' THEN @now::timestamptz END,
		       words = CASE WHEN @event = 'send_back' THEN @note WHEN @event = 'answer' THEN words ELSE '' END
		WHERE stocktaking_id = @id AND section_id = @section`,
		pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "to": to, "event": event, "by": actor.Person, "now": tx.Now, "note": note})
	if err != nil {
		return fmt.Errorf("taking a step of a section of a 棚卸し: %w", err)
	}
	return nil
}

// notices are whom a step is told: who confirms, who handed in, and who has opened it.
func (p Place) notices(ctx context.Context, tx *door.Tx, event Event) ([]notice.Message, error) {
	of := func(to []int64, title, text, url string) []notice.Message {
		return []notice.Message{{To: to, Notice: notice.Notice{Topic: subject, TopicID: p.ID, Title: title, Text: text, URL: url}}}
	}
	here := address.StocktakingSection(p.Code, p.SectionCode)
	switch event {
	case EventHandIn:
		managers, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{p.Section}, nil, tx.Today()) // who has handed in may confirm it, too
		return of(managers[p.Section], p.SectionName+"の棚卸しを確認してください", p.Number()+"が提出されました。内容を見て、確認するか、差し戻してください。", here), err
	case EventSendBack:
		return of([]int64{p.HandedByID}, p.SectionName+"の棚卸しが差し戻されました", p.Number()+"の直すところを見て、直してから、もう一度提出してください。", here), nil
	case EventConfirm:
		done, err := postgres.One[struct{ Whole bool }](ctx, tx, "looking whether all is confirmed", `
			SELECT NOT EXISTS (SELECT FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id
				WHERE t.id = @id AND n.state <> 'confirmed' AND n.section_id <> @section AND `+holdsAny+`) AS whole`,
			pgx.StrictNamedArgs{"id": p.ID, "section": p.Section})
		if err != nil || !done.Whole {
			return nil, err
		}
		return of([]int64{p.OpenedByID}, p.Number()+"は、すべての課室で確認が済みました", "締めると、年度の記録になります。", address.Stocktaking(p.Code)), nil
	}
	return nil, nil
}
