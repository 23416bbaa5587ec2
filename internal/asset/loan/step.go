package loan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

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

// Step is what is said with a step of a loan.
type Step struct {
	Version int    // that the actor has seen
	Note    string // the reason, or what was found
	Return         // of a return
	Loss           // of a loss: when it was noticed and by whom, and when it was seen last
}

// Loss is that something is lost.
type Loss struct {
	AssetID   int64
	From      string        // by what it was found: 持-8-0001
	LastSeen  calendar.Date // zero where nobody knows
	NoticedAt time.Time
	NoticedBy string
	Words     string
}

const (
	maxNote     = 2000
	maxNoticer  = 100
	overtaken   = "開いている間に、ほかの人がこの持出し・貸出しを進めました。いまの内容を確かめて、もう一度行ってください。"
	alreadyOnce = "この情報資産は、同じ日に、ほかの持出し・貸出しが決まりました。カレンダーで、空いている日を確かめてください。"
	stillOut    = "この情報資産は、前の持出し・貸出しから、まだ返っていません。返却を確かめてから、渡してください。"
)

// Do takes a step with a loan: withdraws it, permits, refuses or revokes it, hands it over,
// takes it back, or says that it is lost. What was asked for together is permitted or refused
// together. Forbidden who may not, who asked or takes it where they would decide, and who
// takes it where they would hand it over; Conflict where somebody else has taken a step
// meanwhile, its state or the day does not let it, a rule bars it by now, or the asset is
// promised to somebody else.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code string, event Event, step Step) error {
	step.Note, step.NoticedBy = strings.TrimSpace(step.Note), strings.TrimSpace(step.NoticedBy)
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		together, err := lockTogether(ctx, tx, code, event)
		if err != nil {
			return door.Unchanged(), err
		}
		l, err := find(ctx, tx, actor, code, tx.Today(), "FOR UPDATE OF l")
		if err != nil {
			return door.Unchanged(), err
		}
		matter, err := l.matter(ctx, tx, actor, event, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := l.ask(actor, event, matter, func(action authz.Action) error { return tx.Allow(action, matter) }); err != nil {
			return door.Unchanged(), err
		}
		to, err := l.follow(event, step, tx.Now)
		if err != nil {
			return door.Unchanged(), err
		}
		ids := []int64{l.ID}
		if l.State == Asked && len(together) > 0 {
			ids = together
		}
		if err := l.stillPossible(ctx, tx, event, ids); err != nil {
			return door.Unchanged(), err
		}
		if err := write(ctx, tx, actor, ids, event, to, step); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "loan", ID: l.ID}, Fields: []string{string(event)}, Refs: map[string]int64{"asset": l.AssetID}}
		for _, id := range ids {
			if id != l.ID {
				effect.Also = append(effect.Also, door.Effect{Subject: trail.Subject{Kind: "loan", ID: id}, Fields: []string{string(event)}, Refs: map[string]int64{"asset": l.AssetID}})
			}
		}
		if event == EventLose {
			if effect.Also, err = s.lose(ctx, tx, actor, l, step); err != nil {
				return door.Unchanged(), err
			}
		}
		effect.Notices, err = s.tellStep(ctx, tx, actor, l, event, len(ids))
		return effect, err
	})
	switch postgres.Constraint(err) {
	case "loan_once":
		return fault.Wrap(err, fault.Conflict, alreadyOnce)
	case "loan_out":
		return fault.Wrap(err, fault.Conflict, stillOut)
	}
	return err
}

// lockTogether locks what was asked for together with a loan and waits to be decided with
// it, in one order, and returns their ids; none of one alone.
func lockTogether(ctx context.Context, tx *door.Tx, code string, event Event) ([]int64, error) {
	if event != EventPermit && event != EventRefuse {
		return nil, nil
	}
	rows, err := tx.Query(ctx, `
		SELECT o.id FROM loan o
		WHERE o.series = (SELECT series FROM loan WHERE code = @code AND series <> '') AND o.state = 'asked' AND (@event = 'refuse' OR o.until_on >= @today)
		ORDER BY o.id FOR UPDATE`, pgx.StrictNamedArgs{"code": code, "event": string(event), "today": tx.Today()})
	if err != nil {
		return nil, fmt.Errorf("locking what was asked for together: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("locking what was asked for together: %w", err)
	}
	return ids, nil
}

// untimely says why an event is not for a day, or for who takes it by then; empty where it is.
func (l Loan) untimely(event Event, today calendar.Date) string {
	switch {
	case event == EventPermit && today.After(l.Until):
		return "返す日を過ぎた申請は、許可できません。要るときは、改めて申請してもらってください。"
	case event == EventHand && today.Before(l.From):
		return "渡せるのは、" + calendar.Wareki(l.From) + "からです。早く要るときは、改めて申請してもらってください。"
	case event == EventHand && today.After(l.Until):
		return "返す日を過ぎているため、渡せません。要るときは、改めて申請してもらってください。"
	case (event == EventPermit || event == EventHand) && l.Gone:
		return l.Taker + "さんは、異動か退職で、もう" + l.SectionName + "にいません。要るときは、いまいる人が持ち出す人になって、改めて申請してもらってください。"
	}
	return ""
}

// follow is the state that a step leads to; Conflict or Invalid where it can't be taken.
func (l Loan) follow(event Event, step Step, now time.Time) (State, error) {
	a, err := course.Arrow(l.State, event, "")
	if err != nil {
		return "", err
	}
	if l.Version != step.Version {
		return "", fault.New(fault.Conflict, overtaken)
	}
	if untimely := l.untimely(event, calendar.Day(now)); untimely != "" {
		return "", fault.New(fault.Conflict, untimely)
	}
	if event == EventClose && l.AssetState == life.Missing { // else it is back here, and missing in the register
		return "", fault.New(fault.Conflict, "この情報資産には、所在不明の届けが出ています。先に、情報資産の所在不明の画面で、見つかったことを記録してください。")
	}
	problems := a.Missing(map[string]bool{"note": step.Note != ""})
	if utf8.RuneCountInString(step.Note) > maxNote {
		problems = append(problems, fault.Problem{Field: "note", Message: "長すぎます。2000字までで書いてください。"})
	}
	switch event {
	case EventClose:
		problems = append(step.Return.check(step.Note), problems...)
	case EventLose:
		problems = append(step.Loss.check(l, now), problems...)
	}
	return a.To, fault.InvalidFields(problems)
}

// check finds what is wrong with what is said of the loss of a loan.
func (s Loss) check(l Loan, now time.Time) (problems []fault.Problem) {
	wrong := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch {
	case s.NoticedAt.IsZero():
		wrong("noticed_on", "いつ気づいたかを入力してください。")
	case s.NoticedAt.After(now):
		wrong("noticed_on", "いつ気づいたかは、いままでの日時にしてください。")
	case l.HandedAt != nil && calendar.Day(s.NoticedAt).Before(calendar.Day(*l.HandedAt)):
		wrong("noticed_on", "いつ気づいたかは、渡した日より前にできません。")
	}
	switch n := utf8.RuneCountInString(s.NoticedBy); {
	case n == 0:
		wrong("noticed_by", "だれが気づいたかを入力してください。")
	case n > maxNoticer:
		wrong("noticed_by", "長すぎます。100字までで書いてください。")
	}
	if s.LastSeen.After(calendar.Day(now)) {
		wrong("last_seen", "最後に見た日は、今日までの日にしてください。分からないときは、空のままにします。")
	}
	return problems
}

// stillPossible refuses what was possible when it was asked for, and is so no more: a rule
// bars it by now, the asset is promised to somebody else, or is not back yet. Nobody asks to
// dispose of it, or ends it, before the step is taken.
func (l Loan) stillPossible(ctx context.Context, tx *door.Tx, event Event, ids []int64) error {
	if event != EventPermit && event != EventHand {
		return nil
	}
	// who asks to dispose of it meanwhile waits, or is waited for: either sees what the other has done
	if _, err := asset.LockID(ctx, tx, l.AssetID); err != nil {
		return err
	}
	t, err := postgres.One[Thing](ctx, tx, "looking at what is lent", selectThing+` WHERE a.id = @id`, pgx.StrictNamedArgs{"id": l.AssetID})
	if err != nil {
		return err
	}
	scheme, err := schemeOn(ctx, tx, tx.Today())
	if err != nil {
		return err
	}
	spans, err := postgres.List[span](ctx, tx, "looking at the days of what is permitted", `SELECT from_on AS from, until_on AS until FROM loan WHERE id = ANY(@ids) ORDER BY from_on`,
		pgx.StrictNamedArgs{"ids": ids})
	if err != nil {
		return err
	}
	exception, err := excepted(ctx, tx, t, spans)
	if err != nil {
		return err
	}
	if bars := barred(t, l.Safeguards, scheme.Safeguards, scheme.mynumber, exception); len(bars) > 0 {
		return fault.New(fault.Conflict, "申請の後で、基準に合わなくなりました。"+bars[0].Sentence+"（基本方針"+bars[0].Clause+"）")
	}
	if event == EventPermit {
		taken, err := promised(ctx, tx, l.AssetID, spans, ids)
		if err == nil && taken != "" {
			err = fault.New(fault.Conflict, taken+"許可しないときは、その理由を書いて、不許可にしてください。")
		}
		return err
	}
	return nil
}

// write writes a step of loans that leads to a state, with its place in their histories.
func write(ctx context.Context, tx *door.Tx, actor authz.Actor, ids []int64, event Event, to State, step Step) error {
	args := pgx.StrictNamedArgs{
		"ids": ids, "to": string(to), "event": string(event), "by": actor.Person, "now": tx.Now, "today": tx.Today(), "note": step.Note,
		"decides": slices.Contains([]Event{EventPermit, EventRefuse}, event), "sound": step.Sound == Yes, "erased": string(step.Erased),
	}
	_, err := tx.Exec(ctx, `
		WITH now AS (
			UPDATE loan SET state = @to, version = version + 1,
			       decided_by = CASE WHEN @decides THEN @by ELSE decided_by END, decided_on = CASE WHEN @decides THEN @today ELSE decided_on END,
			       handed_by = CASE WHEN @event = 'hand' THEN @by ELSE handed_by END, handed_at = CASE WHEN @event = 'hand' THEN @now ELSE handed_at END,
			       taken_back_by = CASE WHEN @event = 'close' THEN @by ELSE taken_back_by END, returned_at = CASE WHEN @event = 'close' THEN @now ELSE returned_at END,
			       sound = CASE WHEN @event = 'close' THEN @sound ELSE sound END, erased = CASE WHEN @event = 'close' THEN @erased ELSE erased END
			WHERE id = ANY(@ids) RETURNING id, version)
		INSERT INTO loan_step (loan_id, version, at, by, event, note) SELECT id, version, @now, @by, @event, @note FROM now`, args)
	if err != nil {
		return fmt.Errorf("taking a step of a loan: %w", err)
	}
	return nil
}

// lose keeps who has noticed that it is lost, and starts what is done about that: it returns
// what the trail is to say of it.
func (s *Service) lose(ctx context.Context, tx *door.Tx, actor authz.Actor, l Loan, step Step) ([]door.Effect, error) {
	loss := step.Loss
	loss.AssetID, loss.From, loss.Words = l.AssetID, Number(l.Code), step.Note
	_, err := tx.Exec(ctx, `INSERT INTO loan_loss (loan_id, last_seen_on, noticed_at, noticed_by) VALUES (@loan, @seen, @at, @by)`,
		pgx.StrictNamedArgs{"loan": l.ID, "seen": loss.LastSeen, "at": loss.NoticedAt, "by": loss.NoticedBy})
	if err != nil {
		return nil, fmt.Errorf("keeping a loss: %w", err)
	}
	if !s.reports(l) {
		return nil, nil
	}
	return s.ties.Missing(ctx, tx, actor, loss)
}

// reports tells whether the loss of a loan is kept elsewhere: not of what has ended in the
// register while it was out, where nothing can be missing any more.
func (s *Service) reports(l Loan) bool { return s.ties.Missing != nil && !l.AssetState.Ended() }

// tellStep tells those whom a step concerns, but for who has taken it.
func (s *Service) tellStep(ctx context.Context, tx *door.Tx, actor authz.Actor, l Loan, event Event, count int) ([]notice.Message, error) {
	title, text := l.AssetName+"の"+l.Word()+"："+event.Title(), l.said(event, count)
	to := []int64{l.AskedByID, l.TakerID}
	switch event {
	case EventWithdraw, EventLose:
		heads, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{l.Holder, l.Section}, nil, tx.Today())
		if err != nil {
			return nil, err
		}
		to = append(append(to, heads[l.Holder]...), heads[l.Section]...)
	}
	if event == EventLose {
		title, text = l.AssetName+"が見つかりません", Number(l.Code)+"で持ち出したものです。届け出の内容を見て、すぐに対応してください。"
		if !s.reports(l) {
			for _, role := range []authz.Role{authz.GeneralSecurityOfficer, authz.CSIRTMember} {
				holders, err := responsible.Of(ctx, tx, role, []int64{0}, nil, tx.Today())
				if err != nil {
					return nil, err
				}
				to = append(to, holders[0]...)
			}
		}
	}
	slices.Sort(to)
	to = slices.DeleteFunc(slices.Compact(to), func(person int64) bool { return person == actor.Person })
	if len(to) == 0 {
		return nil, nil
	}
	return tell(to, l.ID, l.Code, title, text), nil
}

// said is what a step means for those who are told of it; of so many that were decided
// together.
func (l Loan) said(event Event, count int) string {
	days := span{l.From, l.Until}.words()
	if count > 1 {
		days = fmt.Sprintf("%sからの、毎週%d回分", calendar.Wareki(l.From), count)
	}
	switch event {
	case EventPermit:
		return Number(l.Code) + "（" + days + "）が許可されました。使う日に、" + l.HolderName + "で受け取ってください。"
	case EventRefuse, EventRevoke:
		return Number(l.Code) + "（" + days + "）は、使えません。理由を見てください。"
	case EventHand:
		return Number(l.Code) + "を渡しました。返す日は、" + calendar.Wareki(l.Until) + "です。"
	case EventPart:
		return Number(l.Code) + "の一部が返りました。残りは、" + calendar.Wareki(l.Until) + "までに返してください。"
	case EventClose:
		return Number(l.Code) + "の返却を確かめました。これで終わりです。"
	}
	return Number(l.Code) + "（" + days + "）の内容を見てください。"
}

// Taken is a step that somebody has taken.
type Taken struct {
	At    time.Time
	By    string
	Event Event
	Note  string
}

// History lists the steps of a loan, by its code, the newest first. NotFound where there is
// none that the actor may see.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Taken, error) {
	l, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of a loan", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.note FROM loan_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.loan_id = @id ORDER BY h.version DESC`, pgx.StrictNamedArgs{"id": l.ID})
}

// Lost is what was said when a loan was lost; the zero value of one that was not.
func (s *Service) Lost(ctx context.Context, actor authz.Actor, code string) (Loss, error) {
	l, err := s.Find(ctx, actor, code)
	if err != nil || l.State != Lost {
		return Loss{}, err
	}
	return postgres.One[Loss](ctx, s.pool, "looking for a loss", `
		SELECT @asset::bigint AS asset_id, '' AS "from", last_seen_on AS last_seen, noticed_at, noticed_by, '' AS words FROM loan_loss WHERE loan_id = @id`,
		pgx.StrictNamedArgs{"id": l.ID, "asset": l.AssetID})
}
