package acknowledge

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org/reach"
	"kagami/internal/org/responsible"
	"kagami/internal/policy"
)

// messages are the notices for those whose earlier acknowledgement counts, and for
// those who were asked and reminded today.
func (c campaign) messages(ctx context.Context, tx *door.Tx, counted, asked []int64, list []reminded) ([]notice.Message, error) {
	var messages []notice.Message
	if len(counted) > 0 {
		messages = append(messages, notice.Message{To: counted, Notice: c.notice(
			c.name()+"が施行されました", "前の版の確認が有効なので、新しい確認は要りません。変わったところを読んでください。", address.Changes(c.Code))})
	}
	if len(asked) > 0 {
		messages = append(messages, notice.Message{To: asked, Notice: c.request(
			c.name()+"を読んで、確認してください", "確認の期限は"+calendar.Wareki(c.dueFrom(tx.Today()))+"です。")})
	}
	type group struct {
		due  calendar.Date
		days int
	}
	people := map[group][]int64{}
	sections, over := map[int64][]int64{}, map[int64]bool{}
	var town []int64
	for _, r := range list {
		switch r.Recipient {
		case deadline.Person:
			people[group{r.DueOn, r.Days}] = append(people[group{r.DueOn, r.Days}], r.PersonID)
		case deadline.Manager:
			sections[r.SectionID] = append(sections[r.SectionID], r.PersonID)
			over[r.SectionID] = over[r.SectionID] || r.DueOn.Before(tx.Today())
		case deadline.General:
			town = append(town, r.PersonID)
		}
	}
	for g, to := range people {
		title, text := c.name()+"の確認の期限が近づいています", "期限は"+calendar.Wareki(g.due)+"です。読んで、確認してください。"
		switch {
		case g.days == 0:
			title, text = c.name()+"の確認は、きょうまでです", "読んで、確認してください。"
		case g.days > 0:
			title, text = c.name()+"の確認の期限を過ぎています", "期限は"+calendar.Wareki(g.due)+"でした。すぐに読んで、確認してください。"
		}
		messages = append(messages, notice.Message{To: to, Notice: c.request(title, text)})
	}
	heads, err := c.heads(ctx, tx, sections, over)
	if err != nil {
		return nil, err
	}
	general, err := c.general(ctx, tx, town)
	return append(append(messages, heads...), general...), err
}

// general tells the 統括 of all those who have not acknowledged it.
func (c campaign) general(ctx context.Context, tx *door.Tx, late []int64) ([]notice.Message, error) {
	if len(late) == 0 {
		return nil, nil
	}
	const town = 0
	answer, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{town}, nil, tx.Today())
	if err != nil {
		return nil, err
	}
	return []notice.Message{{To: answer[town], Notice: c.notice(
		fmt.Sprintf("%sを確認していない職員が、全体で%d人います", c.name(), len(late)), "課室ごとの人数は「確認の状況」で見られます。", address.Readers(c.Code))}}, nil
}

// heads tells the 管理者 of sections of those who have not acknowledged it there, or
// whoever stands above one who is away;
// over are the sections where somebody's last day is over.
func (c campaign) heads(ctx context.Context, tx *door.Tx, sections map[int64][]int64, over map[int64]bool) ([]notice.Message, error) {
	if len(sections) == 0 {
		return nil, nil
	}
	var where, late []int64
	for section, people := range sections {
		where, late = append(where, section), append(late, people...)
	}
	slices.Sort(where)
	unknowing, err := c.managersWithoutIt(ctx, tx)
	if err != nil {
		return nil, err
	}
	absent, err := listPeople(ctx, tx, "looking for who is away", policy.AwayOn("@day"), pgx.StrictNamedArgs{"day": tx.Today()})
	if err != nil {
		return nil, err
	}
	outer, err := reach.ToldOf(ctx, tx, where)
	if err != nil {
		return nil, err
	}
	asked := slices.Clone(where)
	for _, sections := range outer {
		asked = append(asked, sections...)
	}
	heads, err := responsible.Of(ctx, tx, authz.SecurityManager, asked, slices.Concat(late, unknowing, absent), tx.Today())
	if err != nil {
		return nil, err
	}
	var messages []notice.Message
	for _, section := range where {
		when := "確認の期限が近づいています。"
		if over[section] {
			when = "確認の期限を過ぎています。"
		}
		to := slices.Clone(heads[section])
		for _, o := range outer[section] {
			to = append(to, heads[o]...)
		}
		slices.Sort(to)
		messages = append(messages, notice.Message{To: slices.Compact(to), Notice: c.notice(
			fmt.Sprintf("%sを確認していない職員が%d人います", c.name(), len(sections[section])),
			when+"一覧を見て、本人に確認を促してください。長く休む人は、総務課に休業の登録を頼むか、理由を付けて免除してください。", address.Readers(c.Code))})
	}
	return messages, nil
}

// managersWithoutIt are the 管理者 who may not read the document, whom it does not
// exist for: whoever stands above them is told instead.
func (c campaign) managersWithoutIt(ctx context.Context, tx *door.Tx) ([]int64, error) {
	if c.Kind == policy.Basic {
		return nil, nil
	}
	return listPeople(ctx, tx, "looking for who may not know of a document", `
		WITH `+addressed+`
		SELECT DISTINCT h.person_id FROM holding h
		WHERE h.role = @role AND h.period @> @day::date AND h.rule_period @> @day::date
		  AND NOT EXISTS (SELECT FROM document_audience WHERE document_id = @document AND kind = 'all')
		  AND h.person_id NOT IN (SELECT person_id FROM addressed)
		  AND NOT EXISTS (SELECT FROM holding w WHERE w.person_id = h.person_id AND w.role = ANY(@readers::text[])
		                  AND w.period @> @day::date AND w.rule_period @> @day::date)`,
		pgx.StrictNamedArgs{
			"day": tx.Today(), "document": c.ID, "role": authz.SecurityManager, "readers": authz.RolesWith(c.Kind.ReadAction(), authz.All),
		})
}

func (c campaign) name() string { return fmt.Sprintf("%s（第%d版）", c.Title, c.Number) }

// request is a notice of what somebody is asked to do. It leads to what has
// changed; whoever has nothing to compare is led on from there to the whole.
func (c campaign) request(title, text string) notice.Notice {
	n := c.notice(title, text, address.Changes(c.Code))
	n.Topic, n.TopicID = AboutRequest, c.RevisionID
	return n
}

// notice is one about the campaign's document, that leads to one of its pages.
func (c campaign) notice(title, text, to string) notice.Notice {
	return notice.Notice{Topic: policy.AboutDocument, TopicID: c.ID, Title: title, Text: text, URL: to}
}
