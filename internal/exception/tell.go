package exception

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
)

// about is what notices of exceptions are about, as it is stored.
const about = "exception"

// Topic is who may see a notice of an exception: who may see the exception.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadExceptions) == authz.All {
			return `true`, nil
		}
		return `EXISTS (SELECT FROM exception e WHERE e.id = n.topic_id AND ` + readable + `)`,
			pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadExceptions)}
	}}
}

// tell tells who permits that somebody has asked, and of what is done already the 統括 too,
// where they are not among them.
func (i inserted) tell(ctx context.Context, tx *door.Tx, actor authz.Actor, id int64, code string) ([]notice.Message, error) {
	title := "例外措置の申請があります"
	if !i.DoneSince.IsZero() {
		title = "緊急のため、すでに行った例外措置の報告があります"
	}
	concerned := concerned(actor.Person, i.person)
	may, err := permitters(ctx, tx, concerned, tx.Today())
	if err != nil {
		return nil, err
	}
	named := Number(code) + "（" + i.inWords() + "）を見て"
	messages := tell(idsOf(may), id, code, title, named+"、許可するかどうかを決めてください。")
	if i.DoneSince.IsZero() {
		return messages, nil
	}
	const town = 0
	general, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{town}, concerned, tx.Today())
	others := slices.DeleteFunc(general[town], func(person int64) bool { return slices.Contains(idsOf(may), person) })
	return append(messages, tell(others, id, code, title, named+"ください。許可するかどうかは、CISO か、町で決めた人が決めます。")...), err
}

// tellStep tells of a step those who answer for the exception, but for who has taken it, and
// that it is settled those who decide on it.
func (e Exception) tellStep(ctx context.Context, tx *door.Tx, actor authz.Actor, event Event) ([]notice.Message, error) {
	to, err := e.answering(ctx, tx, tx.Today())
	if err != nil {
		return nil, err
	}
	others := func(person int64) bool { return person == actor.Person }
	title, text := "例外措置 "+Number(e.Code)+"："+event.Title(), "内容を見て、必要な対応をしてください。"
	switch {
	case event == EventSettle:
		may, err := permitters(ctx, tx, e.concerned(), tx.Today())
		return tell(slices.DeleteFunc(append(to, idsOf(may)...), others), e.ID, e.Code, title, e.Clause+"を守るように戻したことが、記録されました。"), err
	case !e.SettleBy.IsZero() && event != EventPermit && event != EventReview:
		text = e.Clause + "を守れるようにし、" + e.settleWords()
	}
	return tell(slices.DeleteFunc(to, others), e.ID, e.Code, title, text), nil
}

// settleWords say what to record of what is over, and by when.
func (e Exception) settleWords() string {
	return "行ったことと、守るように戻した日を、" + calendar.Wareki(e.SettleBy) + "までに「後始末」に書いてください。"
}

// answering are those who answer for an exception on a day: who has asked for it, the 管理者
// of the sections to which its assets have gone, and where who asked does not ask for this
// section any more, its 管理者.
func (e Exception) answering(ctx context.Context, db postgres.Querier, day calendar.Date) ([]int64, error) {
	sections, people := slices.Clone(e.Held), []int64{}
	still, err := asks(ctx, db, e.AskedByID, e, day)
	if err != nil {
		return nil, err
	}
	if still {
		people = append(people, e.AskedByID)
	} else {
		sections = append(sections, e.Section)
	}
	managers, err := managers(ctx, db, sections, day)
	return append(people, managers...), err
}

// managers are the 管理者 of sections on a day, or who stands above them.
func managers(ctx context.Context, db postgres.Querier, sections []int64, day calendar.Date) (people []int64, err error) {
	if len(sections) == 0 {
		return nil, nil
	}
	found, err := responsible.Of(ctx, db, authz.SecurityManager, sections, nil, day)
	for _, section := range sections {
		people = append(people, found[section]...)
	}
	return people, err
}

// tell is a notice to each of some people, once.
func tell(to []int64, id int64, code, title, text string) []notice.Message {
	to = slices.Compact(slices.Sorted(slices.Values(to)))
	if len(to) == 0 {
		return nil
	}
	return []notice.Message{{To: to, Notice: notice.Notice{Topic: about, TopicID: id, Title: title, Text: text, URL: address.Exception(code)}}}
}
