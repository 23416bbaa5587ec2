package drafting_test

import (
	"net/url"
	"os"
	"testing"

	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/web/acknowledging"
	"kagami/web/drafting"
	"kagami/web/publishing"
	"kagami/web/reading"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	texts, err := reading.New(reading.Needs{
		Policy: rooms.Policy, Find: rooms.Find, Follow: rooms.Follow, Draft: rooms.Draft, Publish: rooms.Publish, HidePublic: g.HidePublic,
	})
	if err != nil {
		return nil, err
	}
	return []screen.Part{
		texts.Part(), acknowledging.New(rooms.Acknowledge).Part(),
		drafting.New(rooms.Draft, rooms.Publish).Part(),
		publishing.New(rooms.Policy, rooms.Draft, rooms.Publish, rooms.Acknowledge, g.Org, g.Attachments).Part(),
	}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// texts are the documents of a portal.
func texts(p *servertest.Portal) policytest.Rooms { return policytest.NewRooms(p.Pool, p.Door, p.Now) }

// carried are the hidden fields of a page's form, with what else is typed.
func carried(page string, typed ...string) url.Values {
	form := servertest.Hidden(page)
	for i := 0; i < len(typed); i += 2 {
		form.Add(typed[i], typed[i+1])
	}
	return form
}

func nameOf(t *testing.T, portal *servertest.Portal, a sample.Account) (name string) {
	t.Helper()
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT name FROM person WHERE id = $1`, a.Person).Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}
