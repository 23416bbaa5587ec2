package loan

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Asking is what is asked for: an asset, by its 管理番号, for a section, by its code.
type Asking struct {
	Details
	Asset   string
	Section string
	Taker   string        // the 職員番号 of who takes it; empty for who asks
	Every   calendar.Date // until when it is asked for every week; zero for once
}

// Reply is what becomes of what is asked for: its code, of several the first's, and the rules
// that bar it; none where it waits to be decided.
type Reply struct {
	Code string
	Bars []Bar
}

// Ask asks for an asset. Where a rule bars it, it is refused at once: that is kept with the
// rules, and returned. Otherwise who permits is told. Invalid where something is missing or
// wrong, or the asset is promised to somebody else for these days.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, a Asking) (reply Reply, err error) {
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		scheme, err := schemeOn(ctx, tx, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		a.Details = a.tidy(scheme.Safeguards)
		section, problems, err := sectionOf(ctx, tx, a.Section)
		if err != nil {
			return door.Unchanged(), err
		}
		if section != 0 {
			if err := tx.Allow(authz.AskLoans, authz.Matter{OwnersSection: section}); err != nil {
				return door.Unchanged(), err
			}
		}
		problems = append(problems, a.check(a.Every, limits{scheme.Days, scheme.Weeks}, tx.Today())...)
		thing, noThing, err := asked(ctx, tx, actor, a.Asset, section)
		if err != nil {
			return door.Unchanged(), err
		}
		taker, noTaker, err := takerOf(ctx, tx, actor, a.Taker, section)
		if err != nil {
			return door.Unchanged(), err
		}
		spans := a.weekly(a.Every)
		if problems = append(append(noThing, problems...), noTaker...); len(problems) == 0 {
			taken, err := promised(ctx, tx, thing.ID, spans, nil)
			if err != nil {
				return door.Unchanged(), err
			}
			if taken != "" {
				problems = append(problems, fault.Problem{Field: "from_on", Message: taken + "ほかの日にしてください。"})
			}
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		exception, err := excepted(ctx, tx, thing, spans)
		if err != nil {
			return door.Unchanged(), err
		}
		asking := inserted{Asking: a, thing: thing, section: section, taker: taker, spans: spans, state: Asked, exception: exception}
		if reply.Bars = barred(thing, a.Safeguards, scheme.Safeguards, scheme.mynumber, exception); len(reply.Bars) > 0 {
			asking.state, asking.spans, asking.bars = Barred, spans[:1], reply.Bars
		}
		made, err := asking.insert(ctx, tx, actor)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := asking.once(ctx, tx, made); err != nil {
			return door.Unchanged(), err
		}
		reply.Code = made[0].Code
		effects := make([]door.Effect, len(made))
		for i, m := range made {
			effects[i] = door.Effect{
				Subject: trail.Subject{Kind: "loan", ID: m.ID}, Refs: map[string]int64{"asset": thing.ID, "section": section, "person": taker},
				Fields: []string{"purpose", "place", "from_on", "until_on", "safeguards", "state"},
			}
		}
		effects[0].Also = effects[1:]
		if asking.state == Asked {
			effects[0].Notices, err = tellAsked(ctx, tx, actor, thing, taker, made[0].ID, made[0].Code, len(made))
		}
		return effects[0], err
	})
	return reply, err
}

func sectionOf(ctx context.Context, tx *door.Tx, code string) (id int64, problems []fault.Problem, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM section_shown WHERE code = @code AND (abolished_on IS NULL OR abolished_on > @today::date)`,
		pgx.StrictNamedArgs{"code": code, "today": tx.Today()}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, []fault.Problem{{Field: "section", Message: "どの課室で使うかを選んでください。"}}, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("finding a section: %w", err)
	}
	return id, nil, nil
}

// asked is the asset that is asked for by a section: its own, or one that another lends.
func asked(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, section int64) (Thing, []fault.Problem, error) {
	t, err := findThing(ctx, tx, actor, strings.TrimSpace(code))
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return t, []fault.Problem{{Field: "asset", Message: "この管理番号の、借りられる情報資産は、見つかりません。番号を確かめてください。"}}, nil
	case err != nil:
		return t, nil, err
	case section != 0 && t.Section != section && !t.Offered:
		return t, []fault.Problem{{Field: "section", Message: "この情報資産は、" + t.SectionName + "のもので、ほかの課室に貸すものになっていません。" + t.SectionName + "の課長（情報セキュリティ管理者）に相談してください。"}}, nil
	}
	return t, nil, nil
}

// takerOf is who takes it, by a 職員番号, the empty one of who asks: somebody who works in
// the section today.
func takerOf(ctx context.Context, tx *door.Tx, actor authz.Actor, number string, section int64) (id int64, problems []fault.Problem, err error) {
	if section == 0 {
		return 0, nil, nil
	}
	err = tx.QueryRow(ctx, `
		SELECT p.id FROM person_shown p
		WHERE CASE WHEN @number = '' THEN p.id = @actor ELSE lower(p.staff_number) = lower(@number) END
		  AND EXISTS (SELECT FROM standing w WHERE w.person_id = p.id AND w.section_id = @section AND w.period @> @today::date)`,
		pgx.StrictNamedArgs{"number": strings.TrimSpace(number), "actor": actor.Person, "section": section, "today": tx.Today()}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, []fault.Problem{{Field: "taker", Message: "持ち出す人を、使う課室で働いている職員から選んでください。"}}, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("finding who takes it: %w", err)
	}
	return id, nil, nil
}

// promised says which days of some an asset is promised for to somebody else already, but
// for some loans; empty for none. It says no more of them: they may be another section's.
func promised(ctx context.Context, db postgres.Querier, thing int64, spans []span, but []int64) (string, error) {
	froms, untils := parted(spans)
	taken, err := postgres.List[span](ctx, db, "looking for what is promised already", `
		SELECT o.from_on AS from, o.until_on AS until FROM loan o
		WHERE o.asset_id = @asset AND o.state IN ('permitted', 'handed') AND o.id <> ALL(@but::bigint[])
		  AND EXISTS (SELECT FROM unnest(@froms::date[], @untils::date[]) AS d(from_on, until_on) WHERE d.from_on <= o.until_on AND d.until_on >= o.from_on)
		ORDER BY o.from_on LIMIT 3`, pgx.StrictNamedArgs{"asset": thing, "froms": froms, "untils": untils, "but": append([]int64{}, but...)})
	if err != nil || len(taken) == 0 {
		return "", err
	}
	var days []string
	for _, t := range taken {
		days = append(days, t.words())
	}
	return strings.Join(days, "、") + "は、ほかの持出し・貸出しが決まっています。", nil
}

// words are the days in words.
func (s span) words() string {
	if s.From == s.Until {
		return calendar.Wareki(s.From)
	}
	return calendar.Wareki(s.From) + "から" + calendar.Wareki(s.Until) + "まで"
}

func parted(spans []span) (froms, untils []calendar.Date) {
	for _, s := range spans {
		froms, untils = append(froms, s.From), append(untils, s.Until)
	}
	return froms, untils
}

// excepted is the code of an exception of 7(3) for an asset that is in force for all of some
// days, and not of a rule of the register only; empty for none. The clause is as somebody has
// typed or chosen it: 基本方針7(3)①, ７（３）; 7(3)② is another.
func excepted(ctx context.Context, db postgres.Querier, thing Thing, spans []span) (code string, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce(max(code), '') FROM exception_asset WHERE asset_id = @asset AND rule = '' AND normalize(clause, NFKC) ~ '7\(3\)(1?[^0-9]|1?$)' AND from_on <= @from AND until_on >= @until`,
		pgx.StrictNamedArgs{"asset": thing.ID, "from": spans[0].From, "until": spans[len(spans)-1].Until}).Scan(&code)
	if err != nil {
		return "", fmt.Errorf("looking for an exception: %w", err)
	}
	return code, nil
}

// inserted is what is written of what was asked for.
type inserted struct {
	Asking
	thing          Thing
	section, taker int64
	spans          []span
	state          State
	exception      string
	bars           []Bar
}

// made is a loan that was written.
type made struct {
	ID   int64
	Code string
}

// insert writes what is asked for, each loan with a number of the fiscal year.
func (i inserted) insert(ctx context.Context, tx *door.Tx, actor authz.Actor) ([]made, error) {
	const code = `n.year || '-' || CASE WHEN n.before + <number> < 10000 THEN lpad((n.before + <number>)::text, 4, '0') ELSE (n.before + <number>)::text END`
	event := EventAsk
	if i.state == Barred {
		event = EventBar
	}
	rules, clauses, sentences := []string{}, []string{}, []string{}
	for _, b := range i.bars {
		rules, clauses, sentences = append(rules, b.Rule), append(clauses, b.Clause), append(sentences, b.Sentence)
	}
	froms, untils := parted(i.spans)
	list, err := postgres.List[made](ctx, tx, "asking for a loan", `
		WITH number AS (
			INSERT INTO loan_number AS n (year, last) VALUES (@year, @count) ON CONFLICT (year) DO UPDATE SET last = n.last + @count RETURNING year, last - @count AS before),
		made AS (
			INSERT INTO loan (code, asset_id, asset_name, section_id, holder_id, asked_by, asked_at, taker_id, series, purpose, place, from_on, until_on, safeguards, excepted_by, state)
			SELECT `+strings.ReplaceAll(code, "<number>", "d.number")+`, @asset, @name, @section, @holder, @by, @now, @taker,
			       CASE WHEN @count > 1 THEN `+strings.ReplaceAll(code, "<number>", "1")+` ELSE '' END,
			       @purpose, @place, d.from_on, d.until_on, @safeguards, @exception, @state
			FROM number n, unnest(@froms::date[], @untils::date[]) WITH ORDINALITY AS d(from_on, until_on, number) RETURNING id, code),
		barred AS (
			INSERT INTO loan_bar (loan_id, rule, clause, sentence)
			SELECT m.id, b.rule, b.clause, b.sentence FROM made m, unnest(@rules::text[], @clauses::text[], @sentences::text[]) AS b(rule, clause, sentence)),
		step AS (
			INSERT INTO loan_step (loan_id, version, at, by, event) SELECT id, 1, @now, @by, @event FROM made)
		SELECT id, code FROM made ORDER BY id`,
		pgx.StrictNamedArgs{
			"year": calendar.ReiwaYear(tx.Today()), "count": len(i.spans), "asset": i.thing.ID, "name": i.thing.Name, "section": i.section, "holder": i.thing.Section, "by": actor.Person, "now": tx.Now,
			"taker": i.taker, "purpose": i.Purpose, "place": i.Place, "safeguards": i.Safeguards, "exception": i.exception, "state": string(i.state), "froms": froms, "untils": untils,
			"rules": rules, "clauses": clauses, "sentences": sentences, "event": string(event),
		})
	if err != nil {
		return nil, fmt.Errorf("asking for a loan: %w", err)
	}
	return list, nil
}

// once refuses what the same person is asked for once more for the same days, as by a button
// that was pressed twice: who comes second has waited for the number of the first, and sees it.
func (i inserted) once(ctx context.Context, tx *door.Tx, list []made) error {
	ids := make([]int64, len(list))
	for n, m := range list {
		ids[n] = m.ID
	}
	var before string
	err := tx.QueryRow(ctx, `
		SELECT coalesce(min(o.code), '') FROM loan l JOIN loan o ON o.asset_id = l.asset_id AND o.taker_id = l.taker_id AND o.section_id = l.section_id AND o.from_on = l.from_on AND o.until_on = l.until_on
		WHERE l.id = ANY(@ids) AND l.state = 'asked' AND o.state = 'asked' AND o.id <> ALL(@ids)`, pgx.StrictNamedArgs{"ids": ids}).Scan(&before)
	if err != nil {
		return fmt.Errorf("looking for what was asked for already: %w", err)
	}
	if before == "" {
		return nil
	}
	return fault.InvalidFields([]fault.Problem{{Field: "from_on", Message: "同じ人の、同じ日の申請が、もう出ています（" + Number(before) + "）。内容を変えるときは、その申請を取り下げてから、申請し直してください。"}})
}

// about is what notices of loans are about, as it is stored.
const about = "loan"

// Topic is who may see a notice of a loan: who may see the loan.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		condition, args := seen(actor)
		return `EXISTS (SELECT FROM loan l WHERE l.id = n.topic_id AND ` + condition + `)`, args
	}}
}

// tellAsked tells who permits that somebody has asked.
func tellAsked(ctx context.Context, tx *door.Tx, actor authz.Actor, thing Thing, taker, id int64, code string, count int) ([]notice.Message, error) {
	holders, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{thing.Section}, []int64{actor.Person, taker}, tx.Today())
	if err != nil {
		return nil, err
	}
	what := Number(code) + "（" + thing.Name + "）"
	if count > 1 {
		what += fmt.Sprintf("ほか、毎週%d回分", count)
	}
	return tell(holders[thing.Section], id, code, "持出し・貸出しの申請があります", what+"を見て、許可するかどうかを決めてください。"), nil
}

func tell(to []int64, id int64, code, title, text string) []notice.Message {
	return []notice.Message{{To: to, Notice: notice.Notice{Topic: about, TopicID: id, Title: title, Text: text, URL: address.Loan(code)}}}
}
