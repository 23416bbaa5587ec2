package disposal

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/screen"
)

func (s *Screens) showEntry(w http.ResponseWriter, r *http.Request) error {
	return s.drawEntry(w, r, entryView{}, nil)
}

// drawEntry shows a disposal with its record, and with a file that was refused.
func (s *Screens) drawEntry(w http.ResponseWriter, r *http.Request, view entryView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	d, err := s.disposal(r)
	if err != nil {
		return err
	}
	view.Frame, view.Disposal, view.Today, view.Problems = screen.Frame(r, disposal.Number(d.Code), listWay...), d, screen.Today(ctx), problems
	if view.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return err
	}
	if view.History, err = s.disposals.History(ctx, actor, d.Code); err != nil {
		return err
	}
	if view.Files, err = s.disposals.FilesOf(ctx, actor, d.Code); err != nil {
		return err
	}
	if view.Next, err = s.disposals.Next(ctx, actor, d); err != nil {
		return err
	}
	if d.State == disposal.Waiting && d.How == disposal.CarriedOut {
		rules, err := s.disposals.RulesForPortal(ctx)
		if err != nil {
			return err
		}
		view.Barred = strings.Join(rules.Barred(d.Medium, d.Ways), "」「")
		view.Short = view.Barred == "" && !rules.Suffice(d.Ways, rules.Strictest(d.Left()), d.Witness != "")
	}
	_, may := actor.May(authz.DisposeAssets, authz.Matter{OwnersSection: d.Section})
	view.MayAttach = may && d.How == disposal.CarriedOut && (d.State == disposal.Waiting || d.State == disposal.Done)
	screen.Render(w, r, status, entryPage(view))
	return nil
}

// sender is who the paper is of: the section, and who has confirmed it.
func (p entryView) sender() string {
	if p.ConfirmedBy == "" {
		return p.SectionName
	}
	return p.SectionName + "　確認者　" + p.ConfirmedBy
}

// can tells whether a step can be taken now.
func (p entryView) can(event disposal.Event) bool { return slices.Contains(p.Next, event) }

// turn says whose turn it is, to who only waits.
func (p entryView) turn() string {
	switch {
	case p.can(disposal.EventRecord) || p.can(disposal.EventConfirm):
		return ""
	case p.State == disposal.Waiting && p.How == disposal.CarriedOut:
		return "廃棄を待っています。廃棄したら、" + p.SectionName + "の情報セキュリティ管理者、情報システム管理者、台帳担当者のだれかが記録します。"
	case p.State == disposal.Waiting || p.State == disposal.Done:
		return p.SectionName + "の情報セキュリティ管理者の確認を待っています。実施した人と、記録や申請をした人は、確認できません。課室に確認できる人がいないときは、その上の役割の人（統括など）が確認します。"
	}
	return ""
}

// class is what an asset was when it was asked to dispose of it.
func (p entryView) class(i disposal.Item) string {
	level, _ := p.Scheme.Level(asset.Confidentiality, i.Confidentiality)
	zone, _ := p.Scheme.Zone(i.Zone)
	return level.Title + "、" + zone.Title
}

// attach takes a certificate or a picture in.
func (s *Screens) attach(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	d, err := s.disposal(r)
	if err == nil {
		_, err = authz.Check(actor, authz.DisposeAssets, authz.Matter{OwnersSection: d.Section}) // before a file is taken in
	}
	if err != nil {
		return err
	}
	var sent attachment.File
	err = screen.ReadStream(w, r, attachment.Field, func(name string, body io.Reader) (err error) {
		sent, err = s.attached.Upload(ctx, actor, name, body, disposal.Files...)
		return err
	})
	if before := r.PostForm.Get("sent"); err == nil && sent.Token == "" && before != "" {
		if sent, err = s.attached.Untied(ctx, actor, before); err != nil {
			err = screen.AtField(attachment.Field, err)
		}
	}
	kind := disposal.FileKind(r.PostForm.Get("kind"))
	if err == nil {
		err = s.disposals.Attach(ctx, actor, d.Code, kind, sent)
	}
	if err != nil {
		return s.drawEntry(w, r, entryView{Kind: string(kind), Sent: sent}, err)
	}
	return screen.GoOn(w, r, address.Disposal(d.Code), "disposal-file")
}

// showFile hands out a certificate or a picture.
func (s *Screens) showFile(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil || number < 1 || number > 1<<30 {
		return screen.ErrNotFound()
	}
	content, err := s.attached.Open(r.Context(), screen.Actor(r.Context()), func(ctx context.Context, actor authz.Actor) (int64, error) {
		return s.disposals.File(ctx, actor, chi.URLParam(r, "disposal"), number)
	})
	if err != nil {
		return err
	}
	return screen.ServeAttachment(w, r, content)
}

func fileKindChoices() []component.Choice {
	var list []component.Choice
	for _, k := range disposal.FileKinds {
		list = append(list, component.Choice{Value: string(k.Value), Label: k.Title})
	}
	return list
}
