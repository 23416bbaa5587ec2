package portal

import (
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showPolicies(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	readings, err := p.Policy.Readings(ctx, actor)
	if err != nil {
		return err
	}
	drafts, err := p.Draft.Drafts(ctx, actor)
	if err != nil {
		return err
	}
	abolished, err := p.Publish.Abolitions(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.PoliciesPage(page.Policies{
		Frame: screen.Frame(r, "ポリシー"), Readings: readings, Drafts: drafts, Abolished: abolished,
		MayImport: actor.Reach(authz.DraftRevision) == authz.All,
		MaySee:    actor.Reach(authz.SeeAcknowledgements) != authz.None,
	}))
}

func (p *Portal) showReading(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	code := chi.URLParam(r, "code")
	if on := r.URL.Query().Get("on"); on != "" {
		day, err := calendar.ParseDay(on)
		if err != nil {
			return fault.New(fault.Invalid, "日付は、2026-04-01 のように入力してください。")
		}
		reading, err := p.Policy.ReadOn(ctx, actor, code, day)
		if err != nil {
			return err
		}
		return p.showPast(w, r, reading, day)
	}
	reading, err := p.Policy.Read(ctx, actor, code)
	if err != nil {
		return err
	}
	text, err := p.drawn.of(ctx, p.Policy, p.Follow, reading)
	if err != nil {
		return err
	}
	today, publishes := screen.Today(r.Context()), actor.Reach(authz.PublishDecided) == authz.All
	return screen.Show(w, r, page.ReadingPage(page.Reading{
		Frame: screen.Frame(r, reading.Title, document.List), Reading: reading,
		InForce: reading.InForce(today), Today: today,
		Contents: text.contents, Body: text.body,
		MaySee:     actor.Reach(authz.SeeAcknowledgements) != authz.None,
		MayDraft:   actor.Reach(authz.DraftRevision) == authz.All,
		MayAddress: reading.Kind != policy.Basic && publishes,
		MayAbolish: publishes,
	}))
}

func (p *Portal) acknowledge(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "code")
	number, numberErr := strconv.Atoi(r.PostForm.Get("number"))
	hash, hashErr := hex.DecodeString(r.PostForm.Get("sha256"))
	if numberErr != nil || hashErr != nil || len(hash) == 0 {
		return fault.New(fault.Invalid, "どの版を確認したのかが送られていません。文書を開き直して、最後のボタンを押してください。")
	}
	err := p.Acknowledge.Acknowledge(r.Context(), screen.Actor(r.Context()), acknowledge.Shown{Code: code, Number: number, SHA256: hash})
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Policy(code), "acknowledged")
}

func (p *Portal) showAcknowledgements(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Acknowledge.Acknowledgements(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.AcknowledgementsPage(page.Acknowledgements{Frame: screen.Frame(r, "マイ記録"), List: list}))
}

func (p *Portal) showProof(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	proof, err := p.Acknowledge.Proof(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, "確認の証明書", layout.Link{Label: "マイ記録", Address: address.Acknowledgements})
	return screen.Show(w, r, page.ProofPage(page.Proof{Frame: frame, Acknowledgement: proof}))
}
