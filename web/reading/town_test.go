package reading_test

import (
	"context"
	"os"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/acknowledging"
	"kagami/web/reading"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	screens, err := reading.New(reading.Needs{
		Policy: rooms.Policy, Find: rooms.Find, Follow: rooms.Follow, Draft: rooms.Draft, Publish: rooms.Publish, HidePublic: g.HidePublic,
	})
	if err != nil {
		return nil, err
	}
	return []screen.Part{screens.Part(), acknowledging.New(rooms.Acknowledge).Part(), {Sample: func(ctx context.Context, t *sample.Town) error {
		return policies.Fill(ctx, rooms.Draft, rooms.Publish, rooms.Acknowledge, *t)
	}}}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// texts are the documents of a portal.
func texts(p *servertest.Portal) policytest.Rooms { return policytest.NewRooms(p.Pool, p.Door, p.Now) }

// revise publishes a document's next revision today, with words exchanged.
func revise(t *testing.T, p *servertest.Portal, code string, words ...string) {
	t.Helper()
	policytest.Revise(t, texts(p), p.Org, p.Pool, calendar.Day(p.Now()), code, words...)
}

// enact puts a text in force today.
func enact(t *testing.T, p *servertest.Portal, text draft.Text) {
	t.Helper()
	policytest.Enact(t, texts(p), p.Org, p.Pool, calendar.Day(p.Now()), text)
}

// hiddenProcedure is for one section only.
var hiddenProcedure = draft.Text{
	Kind: policy.Procedure, Title: "見えない手順", Code: "tejun", Audience: policy.Audience{Sections: []string{"kaikei"}},
	Source: "【文書】見えない手順\n1．　定義\n　（1）　金庫番\n　　鍵を持つ者をいう。情報資産を守る。\n2．　対象とする脅威\n　（1）　鍵の紛失\n",
}
