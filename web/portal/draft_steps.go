package portal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/web/component/document"
	"kagami/web/component/revision"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) draftOf(r *http.Request) (draft.Draft, error) {
	return p.Draft.Draft(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
}

func (p *Portal) showSubmit(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draftOf(r)
	if err != nil {
		return err
	}
	typed := draft.Submission{Scale: d.Scale, Why: d.Why, WhyText: d.WhyText}
	if d.First() {
		typed.Scale = draft.Major
	}
	return p.submitForm(w, r, d, typed, nil)
}

func (p *Portal) submit(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draftOf(r)
	if err != nil {
		return err
	}
	typed := draft.Submission{
		Scale: draft.Scale(r.PostForm.Get("scale")), Why: policy.Why(r.PostForm.Get("why")),
		WhyText: strings.TrimSpace(r.PostForm.Get("why_text")), SHA256: revision.Hash(r.PostForm),
	}
	if err := p.Draft.Submit(r.Context(), screen.Actor(r.Context()), d.Code, typed); err != nil {
		return p.submitForm(w, r, d, typed, err)
	}
	return screen.GoOn(w, r, address.Draft(d.Code), "submitted")
}

func (p *Portal) submitForm(w http.ResponseWriter, r *http.Request, d draft.Draft, typed draft.Submission, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, page.SubmitPage(page.Submit{
		Frame: screen.Frame(r, d.Title+"を提出する", revision.Crumbs(d)...), Draft: d, Typed: typed, Problems: problems,
	}))
	return nil
}

// stepBack is a step that takes nothing but a reason.
type stepBack struct {
	step, title, what, act, done string
	do                           func(ctx context.Context, actor authz.Actor, code, reason string, sha256 []byte) error
}

func (p *Portal) sendBack() stepBack {
	return stepBack{
		"send-back", "を差し戻す", "この下書きを、理由を付けて差し戻します。公開はされません。", "差し戻す", "sent-back", p.Draft.SendBack,
	}
}

func (p *Portal) takeBack() stepBack {
	return stepBack{
		"take-back", "を下書きに引き戻す", "提出を取りやめ、下書きに戻します。本部会議の決定は記録に残りますが、公開にはもう一度の決定が要ります。", "引き戻す", "taken-back", p.Draft.TakeBack,
	}
}

func (p *Portal) withdraw() stepBack {
	return stepBack{
		"withdraw", "を取り下げる", "この下書きを捨てます。元には戻せません。捨てたことと理由は、記録に残ります。", "取り下げる", "draft-withdrawn", p.Draft.Withdraw,
	}
}

func (p *Portal) showStepBack(of func() stepBack) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return p.reasonForm(w, r, of(), nil) }
}

func (p *Portal) stepBack(of func() stepBack) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s, code := of(), chi.URLParam(r, "code")
		if err := s.do(r.Context(), screen.Actor(r.Context()), code, strings.TrimSpace(r.PostForm.Get("reason")), revision.Hash(r.PostForm)); err != nil {
			return p.reasonForm(w, r, s, err)
		}
		if s.done == "draft-withdrawn" {
			return screen.GoOn(w, r, address.Policies, s.done)
		}
		return screen.GoOn(w, r, address.Draft(code), s.done)
	}
}

func (p *Portal) reasonForm(w http.ResponseWriter, r *http.Request, s stepBack, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	draft, err := p.draftOf(r)
	if err != nil {
		return errors.Join(refusal, err)
	}
	screen.Render(w, r, status, revision.ReasonPage(revision.Reason{
		Frame: screen.Frame(r, draft.Title+s.title, revision.Crumbs(draft)...), Draft: draft, Step: s.step, What: s.what, Act: s.act, Final: s.step == "withdraw",
		Typed: r.PostForm.Get("reason"), Problems: problems,
	}))
	return nil
}

func (p *Portal) showNotice(w http.ResponseWriter, r *http.Request) error {
	draft, err := p.draftOf(r)
	if err != nil {
		return err
	}
	return p.noticeForm(w, r, draft, page.Notice{Typed: publish.CISONotice{Addressees: "各課室長"}}, nil)
}

func (p *Portal) notify(w http.ResponseWriter, r *http.Request) error {
	draft, err := p.draftOf(r)
	if err != nil {
		return err
	}
	typed := publish.CISONotice{
		Publication: publish.Publication{EffectiveOn: screen.DayField(r, "effective_on"), SHA256: revision.Hash(r.PostForm), Campaign: campaignField(r)},
		Addressees:  strings.TrimSpace(r.PostForm.Get("addressees")), Body: strings.TrimSpace(r.PostForm.Get("body")),
		Answer: strings.TrimSpace(r.PostForm.Get("answer")),
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if r.PostForm.Get("act") == "publish" {
		if err := p.Publish.PublishMinor(ctx, actor, draft.Code, typed); err != nil {
			return p.noticeForm(w, r, draft, page.Notice{Typed: typed}, err)
		}
		return screen.GoOn(w, r, address.Policy(draft.Code), "published")
	}
	if r.PostForm.Get("act") == "edit" {
		return p.noticeForm(w, r, draft, page.Notice{Typed: typed}, nil)
	}
	people := 0
	if err = p.Publish.CheckNotice(ctx, draft, typed); err == nil {
		people, err = p.Acknowledge.Bound(ctx, draft.Document, typed.Campaign.Of)
	}
	if err != nil {
		return p.noticeForm(w, r, draft, page.Notice{Typed: typed}, err)
	}
	return p.noticeForm(w, r, draft, page.Notice{Typed: typed, Confirm: &page.Confirm{Publication: typed.Publication, People: people}}, nil)
}

func (p *Portal) noticeForm(w http.ResponseWriter, r *http.Request, d draft.Draft, form page.Notice, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	before, err := p.Draft.Base(r.Context(), d)
	if err != nil {
		return err
	}
	if form.Campaign, err = p.campaignFields(r, d, problems); err != nil {
		return err
	}
	form.Frame, form.Draft, form.Problems = screen.Frame(r, d.Title+"を通知で公開する", revision.Crumbs(d)...), d, problems
	form.Touched, form.Comparison = publish.Weighty(before, d.Outline), revision.Compared(before, d)
	form.EffectiveOn, form.Today = r.PostForm.Get("effective_on"), screen.Today(r.Context())
	screen.Render(w, r, status, page.NoticePage(form))
	return nil
}

func (p *Portal) showDecision(w http.ResponseWriter, r *http.Request) error {
	draft, err := p.draftOf(r)
	if err != nil {
		return err
	}
	return p.decisionForm(w, r, draft, page.Decision{DecidedOn: screen.Today(r.Context()).String()}, nil)
}

func (p *Portal) decide(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, document.MaxForm); err != nil {
		return err
	}
	draft, err := p.draftOf(r)
	if err != nil {
		return err
	}
	form := page.Decision{DecidedOn: r.PostForm.Get("decided_on"), Others: r.PostForm.Get("others"), Typed: publish.Decision{
		On: screen.DayField(r, "decided_on"), Adopted: r.PostForm.Get("result") == "adopted", Rejected: r.PostForm.Get("result") == "rejected",
		Chair: r.PostForm.Get("chair"), Attendees: slices.Clone(r.PostForm["attendees"]), Minutes: strings.TrimSpace(r.PostForm.Get("minutes")), SHA256: revision.Hash(r.PostForm),
	}}
	if r.PostForm.Get("act") != "record" {
		return p.decisionForm(w, r, draft, form, nil)
	}
	decision := form.Typed
	for _, number := range strings.Fields(form.Others) {
		if !slices.Contains(decision.Attendees, number) {
			decision.Attendees = append(decision.Attendees, number)
		}
	}
	if decision.File, err = minutesField(r); err == nil {
		err = p.Publish.RecordDecision(r.Context(), screen.Actor(r.Context()), draft.Code, decision)
	}
	if err != nil {
		return p.decisionForm(w, r, draft, form, err)
	}
	return screen.GoOn(w, r, address.Draft(draft.Code), "decided")
}

func (p *Portal) decisionForm(w http.ResponseWriter, r *http.Request, d draft.Draft, form page.Decision, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	day := form.Typed.On
	if day.IsZero() {
		day = screen.Today(r.Context())
	}
	if form.People, err = p.Publish.Councillors(r.Context(), screen.Actor(r.Context()), day); err != nil {
		return err
	}
	form.Frame, form.Draft, form.Problems = screen.Frame(r, "本部会議の決定を記録する", revision.Crumbs(d)...), d, problems
	screen.Render(w, r, status, page.DecisionPage(form))
	return nil
}

// minutesField takes in the minutes of a form; nil where no file was chosen.
func minutesField(r *http.Request) (*publish.File, error) {
	file, header, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, screen.BadForm(err)
	}
	defer file.Close() //nolint:errcheck // it was read only
	body, err := io.ReadAll(io.LimitReader(file, publish.MaxFile+1))
	if err != nil {
		return nil, screen.BadForm(err)
	}
	return publish.NewFile(header.Filename, body)
}
