package review

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/trail"
)

// Reply is what somebody says of a right, by its code.
type Reply struct {
	Right  string
	Answer Answer // Unanswered takes back what was said
	Words  string // what is to be changed
	// Seen is the version of the answer that they have seen; 0 for none.
	Seen int
	// Rest says that an answer which it has meanwhile stays: it is one of a whole page.
	Rest bool
}

const (
	// MaxWords is the most characters of what is to be changed.
	MaxWords = 500
	// mostAtOnce is how many replies are given at once: far more than a page shows.
	mostAtOnce = 2000
	// because is the reason for which a right ends that is not needed.
	because = "利用権限の確認で不要とした"
)

// judge tells of whose rights in a section the actor may answer: of all but their own, or where
// they stand above who leads it alone, of theirs.
type judge struct {
	actor   authz.Actor
	section int64
	heads   map[int64]authz.Matter // of those who lead it
}

func judgeOf(ctx context.Context, db postgres.Querier, actor authz.Actor, section int64, day calendar.Date) (judge, error) {
	j := judge{actor, section, map[int64]authz.Matter{}}
	list, err := postgres.List[struct{ PersonID int64 }](ctx, db, "listing who leads a section", `
		SELECT DISTINCT h.person_id FROM holding h WHERE h.section_id = @section AND h.role = ANY(@roles) AND h.period @> @day::date AND h.rule_period @> @day::date`,
		pgx.StrictNamedArgs{"section": section, "roles": authz.RolesWith(authz.ReviewRights, authz.Own), "day": day})
	if err != nil {
		return j, err
	}
	for _, head := range list {
		m, err := org.Concerning(ctx, db, head.PersonID, day)
		if err != nil {
			return j, err
		}
		m.PersonsSection = section
		j.heads[head.PersonID] = m
	}
	return j, nil
}

// matter is what a right of somebody is about.
func (j judge) matter(person int64) authz.Matter {
	if m, leads := j.heads[person]; leads {
		return m
	}
	return authz.Matter{PersonsSection: j.section, Person: person, Decision: true}
}

func (j judge) may(person int64) bool {
	_, may := j.actor.May(answering.Action(j.actor, j.matter(person)), j.matter(person))
	return may
}

// some is the matter of somebody of whose rights the actor may answer, where there is one.
func (j judge) some() authz.Matter {
	for person := range j.heads {
		if j.may(person) {
			return j.matter(person)
		}
	}
	return authz.Matter{PersonsSection: j.section}
}

// AskAnswer refuses who may answer of nobody's rights in a section, wherever it stands: what a
// form asks before it is read, and the operation once more.
func (s *Service) AskAnswer(ctx context.Context, actor authz.Actor, code, section string) error {
	p, err := s.FindSection(ctx, actor, code, section)
	if err != nil {
		return err
	}
	j, err := judgeOf(ctx, s.pool, actor, p.Section, s.today())
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, authz.ReviewRights, j.some())
	return err
}

// item is a right that is asked for, as it stands when somebody answers.
type item struct {
	ID            int64
	Code          string
	Person        int64
	PersonName    string
	System        int64
	SystemName    string
	SystemSection int64
	Place         int64
	Standing      rights.Standing
	Elsewhere     bool // its person works in other sections than the one for whose work it is
	Stands        Answer
	Version       int
	By            string
}

// said is a reply that is written.
type said struct {
	Reply
	item
}

// Answer says of rights whether they are still needed: of one, or of many at once. A right that
// is needed is confirmed in the ledger, and one that is not ends. Invalid where something is
// missing or wrong; Conflict where one is not asked for there (any more), somebody else has
// answered otherwise meanwhile, or the section is handed in already.
func (s *Service) Answer(ctx context.Context, actor authz.Actor, code, section string, replies ...Reply) error {
	if len(replies) > mostAtOnce {
		return fault.New(fault.TooLarge, fmt.Sprintf("一度に答えられるのは、%d件までです。", mostAtOnce))
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		p, err := s.lockSection(ctx, tx, actor, code, section)
		if err != nil {
			return door.Unchanged(), err
		}
		j, err := judgeOf(ctx, tx, actor, p.Section, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ReviewRights, j.some()); err != nil {
			return door.Unchanged(), err
		}
		to, err := p.follow(EventBegin)
		if err != nil {
			return door.Unchanged(), err
		}
		list, err := p.settle(ctx, tx, j, replies)
		if err != nil || len(list) == 0 {
			return door.Unchanged(), err
		}
		effect, err := s.carryOut(ctx, tx, actor, p, list)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := p.answer(ctx, tx, actor, list); err != nil {
			return door.Unchanged(), err
		}
		if to != p.Stage {
			if err := p.write(ctx, tx, actor, EventBegin, to, ""); err != nil {
				return door.Unchanged(), err
			}
		}
		effect.Notices, err = p.notices(ctx, tx, actor, list)
		return effect, err
	})
}

// settle locks the rights of replies, and tells which are to be written: not those that are
// answered so already, nor of a whole page those that are answered.
func (p Place) settle(ctx context.Context, tx *door.Tx, j judge, replies []Reply) (list []said, err error) {
	codes := make([]string, len(replies))
	for i, r := range replies {
		codes[i] = r.Right
	}
	args := with(rights.Instant(tx.Now), pgx.StrictNamedArgs{"id": p.ID, "codes": codes})
	if _, err := tx.Exec(ctx, `
		SELECT FROM right_review_item i JOIN access_right r ON r.id = i.right_id WHERE i.review_id = @id AND r.code = ANY(@codes) ORDER BY r.id FOR UPDATE OF r, i`,
		pgx.StrictNamedArgs{"id": p.ID, "codes": codes}); err != nil {
		return nil, fmt.Errorf("locking rights that are confirmed: %w", err)
	}
	found, err := postgres.List[item](ctx, tx, "finding rights that are confirmed", `
		SELECT r.id, r.code, r.person_id AS person, n.name AS person_name, y.id AS system, y.name AS system_name, y.section_id AS system_section, `+place+` AS place,
		       `+rights.StandingOf+` AS standing, `+rights.Elsewhere+` AS elsewhere, `+stands+` AS stands, i.version, coalesce(b.name, '') AS by
		FROM `+items+` JOIN person_shown n ON n.id = r.person_id JOIN system_shown y ON y.id = r.asset_id LEFT JOIN person_shown b ON b.id = i.answered_by
		WHERE v.id = @id AND r.code = ANY(@codes)`, args)
	if err != nil {
		return nil, err
	}
	var problems []fault.Problem
	for _, r := range replies {
		at := slices.IndexFunc(found, func(f item) bool { return f.Code == r.Right && f.Place == p.Section })
		if at < 0 {
			if r.Rest {
				continue
			}
			return nil, fault.New(fault.Conflict, rights.Number(r.Right)+"は、この課室で確かめるものではありません。使う人が異動して、ほかの課室に移りました。画面を開き直してください。")
		}
		f := found[at]
		if err := tx.Allow(answering.Action(j.actor, j.matter(f.Person)), j.matter(f.Person)); err != nil {
			return nil, err
		}
		if f.Stands == r.Answer && r.Answer != Change || r.Rest && f.Stands != Unanswered {
			continue
		}
		if err := f.refuse(r); err != nil {
			return nil, err
		}
		r.Words = strings.TrimSpace(r.Words)
		problems = append(problems, r.check()...)
		list = append(list, said{r, f})
	}
	return list, fault.InvalidFields(problems)
}

// check finds what is wrong with a reply, and drops words that belong to another answer.
func (r *Reply) check() []fault.Problem {
	if r.Answer != Change {
		r.Words = ""
		return nil
	}
	switch n := utf8.RuneCountInString(r.Words); {
	case n == 0:
		return []fault.Problem{{Field: "words", Message: "何をどう変えるかを入力してください。"}}
	case n > MaxWords:
		return []fault.Problem{{Field: "words", Message: "長すぎます。" + strconv.Itoa(MaxWords) + "字までで書いてください。"}}
	}
	return nil
}

// event is what a reply does.
func (r Reply) event() Event {
	if r.Answer == Unanswered {
		return EventUndo
	}
	return Event(r.Answer)
}

// refuse refuses a reply to a right that can't have it.
func (f item) refuse(r Reply) error {
	name := f.PersonName + "さんの「" + f.SystemName + "」（" + rights.Number(f.Code) + "）"
	conflict := func(text string) error { return fault.New(fault.Conflict, name+text) }
	switch {
	case f.Stands == Ended:
		return conflict("は、もう終わっているため、答えは要りません。画面を開き直してください。")
	case f.Stands == Unneeded:
		return conflict("は、「要らない」と答えて終わりました。元には戻せません。まだ要るときは、改めて申請してください。")
	case f.Version != r.Seen && f.Stands == Unanswered:
		return conflict("は、開いている間に、ほかの人が答えを取り消しました。画面を開き直して、もう一度選んでください。")
	case f.Version != r.Seen:
		return conflict("には、開いている間に、" + f.By + "さんが「" + f.Stands.Title() + "」と答えました。いまの答えを確かめて、もう一度選んでください。")
	case r.Answer == Needed && f.Standing == rights.Left:
		return conflict("は、使う人がいま、どこにも勤めていないため、「要る」にできません。「要らない」か「後で」を選んでください。")
	case r.Answer == Unneeded && f.Standing.Barred():
		return conflict("は、いま停止されているため、ここでは終えられません。「変える」を選んで、不要なことを書いてください。")
	}
	if _, err := ofRight.Arrow(f.Stands, r.event(), ""); err != nil {
		return fault.Wrap(err, fault.Invalid, "要る・要らない・変える・後でから選んでください。")
	}
	return nil
}

// carryOut does in the ledger what replies say, and tells for the trail what was said.
func (s *Service) carryOut(ctx context.Context, tx *door.Tx, actor authz.Actor, p Place, list []said) (door.Effect, error) {
	var confirmed, kept, ended []int64
	var done []door.Effect
	for _, a := range list {
		switch {
		case a.Answer == Needed && a.Elsewhere: // also what is barred, or has not begun
			kept = append(kept, a.ID)
		case a.Answer == Needed && a.Standing == rights.InForce:
			confirmed = append(confirmed, a.ID)
		case a.Answer == Unneeded:
			ended = append(ended, a.ID)
		}
		done = append(done, door.Effect{
			Subject: trail.Subject{Kind: subject, ID: p.ID}, Fields: []string{string(a.event())}, Refs: map[string]int64{"section": p.Section, "right": a.ID},
		})
	}
	add := func(effects []door.Effect, err error) error {
		done = append(done, effects...)
		return err
	}
	if len(confirmed) > 0 {
		if err := add(s.rights.Confirm(ctx, tx, actor, confirmed)); err != nil {
			return door.Unchanged(), err
		}
	}
	if len(kept) > 0 {
		if err := add(s.rights.Keep(ctx, tx, actor, kept, p.Section)); err != nil {
			return door.Unchanged(), err
		}
	}
	if len(ended) > 0 {
		if err := add(s.rights.End(ctx, tx, actor, ended, because)); err != nil {
			return door.Unchanged(), err
		}
	}
	done[0].Also = done[1:]
	return done[0], nil
}

// answer writes answers, and each into its history.
func (p Place) answer(ctx context.Context, tx *door.Tx, actor authz.Actor, list []said) error {
	ids, answers, words := make([]int64, len(list)), make([]string, len(list)), make([]string, len(list))
	for i, a := range list {
		ids[i], answers[i], words[i] = a.ID, string(a.event()), a.Words
	}
	_, err := tx.Exec(ctx, `
		WITH put AS (
			UPDATE right_review_item i SET answer = nullif(s.answer, 'undo'), words = s.words, answered_by = CASE WHEN s.answer <> 'undo' THEN @by::bigint END,
			       answered_at = CASE WHEN s.answer <> 'undo' THEN @now::timestamptz END, version = i.version + 1
			FROM unnest(@rights::bigint[], @answers::text[], @words::text[]) AS s(right_id, answer, words)
			WHERE i.review_id = @id AND i.right_id = s.right_id RETURNING i.right_id, i.version, s.answer, s.words)
		INSERT INTO right_review_answer (review_id, right_id, version, at, by, answer, words) SELECT @id, right_id, version, @now, @by, answer, words FROM put`,
		pgx.StrictNamedArgs{"id": p.ID, "rights": ids, "answers": answers, "words": words, "by": actor.Person, "now": tx.Now})
	if err != nil {
		return fmt.Errorf("answering in a confirmation of rights: %w", err)
	}
	return nil
}

// notices are whom answers are told: of what is to be changed who answers for its system, and of
// a right that has ended its person.
func (p Place) notices(ctx context.Context, tx *door.Tx, actor authz.Actor, list []said) (messages []notice.Message, err error) {
	for _, a := range list {
		switch a.Answer {
		case Change:
			managers, err := responsible.Of(ctx, tx, authz.SystemManager, []int64{a.SystemSection}, []int64{actor.Person}, tx.Today())
			if err != nil {
				return nil, err
			}
			messages = append(messages, notice.Message{To: managers[a.SystemSection], Notice: notice.Notice{
				Topic: subject, TopicID: p.ID, Title: a.SystemName + "の利用権限を変えてください", URL: address.RightReviewChanges,
				Text: a.PersonName + "さん（" + p.SectionName + "）の利用権限（" + rights.Number(a.Code) + "）について、利用権限の確認で「変える」と答えがありました。内容を見て、変えたら、記録してください。",
			}})
		case Unneeded:
			if a.Person != actor.Person {
				messages = append(messages, rights.TellUnneeded(a.Person, a.ID, a.Code, a.SystemName)...)
			}
		}
	}
	return messages, nil
}

// write writes a step of a section, with its place in the history.
func (p Place) write(ctx context.Context, tx *door.Tx, actor authz.Actor, event Event, to Stage, note string) error {
	_, err := tx.Exec(ctx, `
		WITH step AS (INSERT INTO right_review_step (review_id, section_id, at, by, event, note) VALUES (@id, @section, @now, @by, @event, @note))
		UPDATE right_review_section SET state = @to, version = version + 1,
		       handed_by = CASE WHEN @to = 'handed_in' THEN @by END, handed_at = CASE WHEN @to = 'handed_in' THEN @now::timestamptz END
		WHERE review_id = @id AND section_id = @section`,
		pgx.StrictNamedArgs{"id": p.ID, "section": p.Section, "to": to, "event": event, "by": actor.Person, "now": tx.Now, "note": note})
	if err != nil {
		return fmt.Errorf("taking a step of a section of a confirmation of rights: %w", err)
	}
	return nil
}
