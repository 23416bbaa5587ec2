// Package acknowledging is the screens on which people acknowledge what they have
// read, and on which those who answer for them see who has.
package acknowledging

import (
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct{ acknowledging *acknowledge.Service }

// New makes the screens.
func New(acknowledging *acknowledge.Service) *Screens { return &Screens{acknowledging} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Post("/policies/{code}", authz.Acknowledge, s.acknowledge),
			screen.Get("/policies/{code}/readers", authz.SeeAcknowledgements, s.showReaders),
			screen.Get("/policies/{code}/readers/{number}", authz.SeeAcknowledgements, s.showAsked),
			screen.Post("/policies/{code}/readers/{number}", authz.ExcuseAcknowledgement, s.excuse).Asking(s.askExcuse),
			screen.Get("/policies/{code}/readers.csv", authz.SeeAcknowledgements, s.readersCSV),
			screen.Get("/policies/{code}/readers.xlsx", authz.SeeAcknowledgements, s.readersXLSX),
			screen.Get("/policies/{code}/revisions/{number}/readers.csv", authz.SeeAcknowledgements, s.evidenceCSV),
			screen.Get("/policies/{code}/revisions/{number}/readers.xlsx", authz.SeeAcknowledgements, s.evidenceXLSX),
			screen.Get("/acknowledgements", authz.SignedIn, s.showAcknowledgements),
			screen.Get("/acknowledgements/{code}/{number}", authz.SignedIn, s.showProof),
		},
		Nav: []screen.Entry{{Label: "マイ記録", URL: address.Acknowledgements, Place: 3}},
		Flashes: map[string]layout.Done{
			"acknowledged": {Heading: "確認を記録しました", Text: "確認の証明書は、「マイ記録」からいつでも印刷できます。"},
			"excused":      {Heading: "確認を免除しました", Text: "本人の「やること」には、この文書の確認は出ません。仕事に戻ったら、免除を終わらせてください。"},
			"excuse-ended": {Heading: "免除を終わらせました", Text: "本人の「やること」に、この文書の確認がまた出ます。"},
		},
		Tasks:  s.tasks,
		Panels: s.panels,
		Hangs:  s.acknowledging.Hangs(),
		Topics: []notice.Topic{acknowledge.Topic()},
		Subjects: []trail.Named{
			{Kind: "acknowledgement", Title: "閲読の確認"}, {Kind: "acknowledgement_excuse", Title: "閲読の確認の免除"}, {Kind: "campaign", Title: "閲読の確認の期間"},
		},
		Settings: acknowledge.Reminders.Settings(),
		Jobs:     s.acknowledging.RegisterJobs,
	}
}
