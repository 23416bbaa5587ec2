package telling

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/notice"
	"kagami/internal/postgres"
)

// aboutRole is the topic of notices about a role that was given directly, by its id.
const aboutRole = "role_grant"

// Topic is for whom the role was given to, as long as it is not taken back.
func Topic() notice.Topic {
	return notice.Topic{Kind: aboutRole, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		return `EXISTS (SELECT FROM role_grant g WHERE g.id = n.topic_id AND g.person_id = @person)`, pgx.StrictNamedArgs{"person": actor.Person}
	}}
}

// RoleGiven tells somebody that they have been given a role directly. Why they were is
// on their own page.
func RoleGiven(ctx context.Context, db postgres.Querier, grant int64) ([]notice.Message, error) {
	type given struct {
		Person      int64
		StaffNumber string
		Role        authz.Role
		Section     string
		First, Last calendar.Date
	}
	g, err := postgres.One[given](ctx, db, "looking what role was given", `
		SELECT g.person_id AS person, p.staff_number, g.role, coalesce(s.name, '') AS section, lower(g.period) AS first, upper(g.period) - 1 AS last
		FROM role_grant g JOIN person p ON p.id = g.person_id LEFT JOIN section s ON s.id = g.section_id WHERE g.id = $1`, grant)
	if err != nil {
		return nil, err
	}
	role := g.Role.Title()
	if g.Section != "" {
		role = g.Section + "の" + role
	}
	days := calendar.Wareki(g.First) + "から"
	if !g.Last.IsZero() {
		days += calendar.Wareki(g.Last) + "まで"
	}
	return []notice.Message{{To: []int64{g.Person}, Notice: notice.Notice{
		Topic: aboutRole, TopicID: grant, Title: role + "の役割が与えられました",
		Text: days + "の役割です。あなたの画面で、役割と理由を確かめてください。覚えがないときは、総務課に連絡してください。", URL: address.Person(g.StaffNumber),
	}}}, nil
}
