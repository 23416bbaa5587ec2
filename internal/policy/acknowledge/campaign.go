package acknowledge

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/postgres"
)

// Anew tells whether a revision asks everyone for a new acknowledgement.
type Anew string

// What a revision may ask.
const (
	AskAnew Anew = "anew" // everyone, whatever they have acknowledged before
	AskRest Anew = "rest" // only those whose last acknowledgement counted no more
)

// Title is the answer on screen.
func (a Anew) Title() string {
	switch a {
	case AskAnew:
		return "全員に、新しい確認を求める"
	case AskRest:
		return "前の版を確認した人には求めない（まだの人と、新しく加わる人だけに求める）"
	}
	return ""
}

// Campaign is what publishing a revision asks of the people whom its document is
// for (基本方針 5).
type Campaign struct {
	Anew  Anew
	Of    policy.Audience // which of them; Everyone for all
	DueOn calendar.Date   // the last day on which an acknowledgement is in time
}

// longestCampaign is how many days people may be given at most.
const longestCampaign = 366

// Check tells what is wrong with what a revision of a number asks that is
// published today to be in force from a day on.
func (c Campaign) Check(number int, effective, today calendar.Date) []fault.Problem {
	var problems []fault.Problem
	from, latest := askedFrom(number, effective, today), today
	if effective.After(today) {
		latest = effective
	}
	switch {
	case c.Anew != AskAnew && c.Anew != AskRest:
		problems = append(problems, fault.Problem{Field: "anew", Message: "新しい確認を求めるかどうかを選んでください。"})
	case c.Anew == AskRest && number == 1:
		problems = append(problems, fault.Problem{Field: "anew", Message: "はじめての版は、全員に確認を求めてください。"})
	}
	switch {
	case c.DueOn.IsZero():
		problems = append(problems, fault.Problem{Field: "due_on", Message: "確認の期限を入力してください。"})
	case c.DueOn.Before(from):
		problems = append(problems, fault.Problem{Field: "due_on", Message: "確認の期限は、確認を求め始める日（第1版は公開の日、ほかの版は施行日）か、それより後の日にしてください。"})
	case c.DueOn.After(latest.AddDays(longestCampaign)):
		problems = append(problems, fault.Problem{Field: "due_on", Message: "確認の期限は、施行日と今日の遅いほうから1年以内の日にしてください。"})
	}
	if c.Of.Empty() {
		problems = append(problems, fault.Problem{Field: "asked", Message: "だれに確認を求めるかを選んでください。"})
	}
	return problems
}

// askedFrom is the first day on which people are asked to acknowledge a revision
// that is published on a day: when it is in force. The first revision of a
// document may be acknowledged before it is.
func askedFrom(number int, effective, today calendar.Date) calendar.Date {
	if number == 1 || effective.Before(today) {
		return today
	}
	return effective
}

// Revision is one that is to ask people, as it is published.
type Revision struct {
	Document, ID int64
	Number       int
}

// Ask writes down whom a revision asks, lets the portal ask them when the day has
// come, and returns the columns of the revision's row that say since when, until
// when, and whose acknowledgement counts.
func Ask(ctx context.Context, tx *door.Tx, r Revision, effective calendar.Date, c Campaign) (map[string]any, error) {
	from, countsFrom := askedFrom(r.Number, effective, tx.Today()), r.Number
	of, err := resolve(ctx, tx, c.Of)
	if err != nil {
		return nil, err
	}
	if c.Anew == AskRest {
		err := tx.QueryRow(ctx, `
			SELECT counts_from FROM revision WHERE document_id = $1 AND state = 'published' ORDER BY number DESC LIMIT 1`, r.Document).Scan(&countsFrom)
		if err != nil {
			return nil, fmt.Errorf("looking for what counts: %w", err)
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO campaign_audience (revision_id, role, section_id)
		SELECT $1::bigint, role, NULL::bigint FROM unnest($2::text[]) role
		UNION SELECT $1, NULL, section FROM unnest($3::bigint[]) section`, r.ID, of.Roles, of.Sections)
	if err != nil {
		return nil, err
	}
	return map[string]any{"asked_from": from, "due_on": c.DueOn, "counts_from": countsFrom}, tendLater(ctx, tx, r.ID, from, c.DueOn)
}

// resolve finds the sections of an audience; of everyone it has none, nor roles.
func resolve(ctx context.Context, db postgres.Querier, a policy.Audience) (policy.Group, error) {
	of := policy.Group{Everyone: a.Everyone, Roles: []authz.Role{}, Sections: []int64{}}
	if a.Everyone {
		return of, nil
	}
	for _, role := range a.Roles {
		if !slices.Contains(authz.Given(), role) {
			return of, fault.InvalidFields([]fault.Problem{{Field: "asked", Message: "選んだ役割はありません。選び直してください。"}})
		}
	}
	of.Roles = append(of.Roles, a.Roles...)
	err := db.QueryRow(ctx, `SELECT coalesce(array_agg(id), '{}') FROM section_shown WHERE code = ANY($1::text[])`, a.Sections).Scan(&of.Sections)
	if err != nil {
		return of, fmt.Errorf("finding sections: %w", err)
	}
	if len(of.Sections) != len(a.Sections) {
		return of, fault.InvalidFields([]fault.Problem{{Field: "asked", Message: "選んだ課室が見つかりません。選び直してください。"}})
	}
	return of, nil
}
