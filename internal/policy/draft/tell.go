package draft

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/policy"
	"kagami/internal/postgres"
)

// subject is the revision that a notice is about.
type subject struct {
	Document, Revision int64
	Code, Title        string
	Number             int
	Scale              Scale   // empty until it has been submitted
	Authors            []int64 // those who wrote on it, and who handed it in
}

// recipients finds whom to tell of what happened to a draft.
type recipients func(ctx context.Context, tx *door.Tx, d subject) ([]int64, error)

// announcement is what people are told when something happens to a draft.
type announcement struct {
	event Event
	scale Scale // empty for either
	to    recipients
	about string // AboutDraft or AboutDocument; it leads there
	title string // what happened, after the document and the number of the revision
	text  string // what to do now
}

// announcements returns who is told of what. Nobody is told of what they do
// themselves.
func announcements() []announcement {
	return []announcement{
		{
			event: EventSubmit, scale: Minor, to: whoDecidesMinor, about: AboutDraft,
			title: "の簡易な見直しが提出されました", text: "新旧対照表と見直しの理由を確かめて、通知で公開するか、差し戻してください。",
		},
		{
			event: EventSendBack, to: authors, about: AboutDraft,
			title: "の下書きが差し戻されました", text: "理由は、下書きの「これまでの経過」にあります。直してから、もう一度提出してください。",
		},
		{
			event: EventAdopt, to: authors, about: AboutDraft,
			title: "が本部会議で決定されました", text: "下書きを書いた人のほかの人（CISO または統括）が、公開します。",
		},
		{
			event: EventAdopt, to: whoPublishes, about: AboutDraft,
			title: "が本部会議で決定されました", text: "施行日と確認の依頼を決めて、公開してください。",
		},
		{
			event: EventReject, to: authors, about: AboutDraft,
			title: "が本部会議で否決されました", text: "下書きに戻りました。理由は、下書きの「これまでの経過」にあります。",
		},
		{
			event: EventPublishMinor, to: authors, about: policy.AboutDocument,
			title: "が通知で公開されました", text: "施行日から効力を持ちます。",
		},
		{
			event: EventPublishDecided, to: authors, about: policy.AboutDocument,
			title: "が公開されました", text: "施行日から効力を持ちます。",
		},
	}
}

// tell returns whom to tell of what has just happened to a revision.
func tell(ctx context.Context, tx *door.Tx, actor authz.Actor, event Event, revision int64) ([]notice.Message, error) {
	due := slices.DeleteFunc(announcements(), func(a announcement) bool { return a.event != event })
	if len(due) == 0 {
		return nil, nil
	}
	d, err := loadSubject(ctx, tx, revision)
	if err != nil {
		return nil, err
	}
	var messages []notice.Message
	for _, a := range due {
		if a.scale != "" && a.scale != d.Scale {
			continue
		}
		message, err := a.message(ctx, tx, actor, d)
		if err != nil {
			return nil, err
		}
		messages = append(messages, message)
	}
	return messages, nil
}

// tellOfComment returns whom to tell that the actor has commented on a draft. It
// says no word of the comment, which is read where it stands.
func tellOfComment(ctx context.Context, tx *door.Tx, actor authz.Actor, revision int64) ([]notice.Message, error) {
	d, err := loadSubject(ctx, tx, revision)
	if err != nil {
		return nil, err
	}
	message, err := announcement{
		to: authors, about: AboutDraft,
		title: "の下書きに意見が書かれました", text: "下書きの「意見」を読んでください。直すところを直したら、「済みにする」を押してください。",
	}.message(ctx, tx, actor, d)
	return []notice.Message{message}, err
}

// message is what is told, to all but the actor.
func (a announcement) message(ctx context.Context, tx *door.Tx, actor authz.Actor, d subject) (notice.Message, error) {
	to, err := a.to(ctx, tx, d)
	to = slices.DeleteFunc(to, func(person int64) bool { return person == actor.Person })
	return notice.Message{To: to, Notice: a.notice(d)}, err
}

func (a announcement) notice(d subject) notice.Notice {
	n := notice.Notice{
		Topic: a.about, TopicID: d.Document, Title: fmt.Sprintf("%s（第%d版）%s", d.Title, d.Number, a.title), Text: a.text, URL: address.Policy(d.Code),
	}
	if a.about == AboutDraft {
		n.TopicID, n.URL = d.Revision, address.Draft(d.Code)
	}
	return n
}

func loadSubject(ctx context.Context, tx *door.Tx, revision int64) (subject, error) {
	return postgres.One[subject](ctx, tx, "loading what a notice is about", `
		SELECT d.id AS document, r.id AS revision, d.code, d.title, r.number, coalesce(r.scale, '') AS scale,
		       array_remove(r.drafters || r.submitted_by, NULL) AS authors
		FROM revision r JOIN document d ON d.id = r.document_id WHERE r.id = $1`, revision)
}

func authors(_ context.Context, _ *door.Tx, d subject) ([]int64, error) {
	return slices.Clone(d.Authors), nil
}

// whoPublishes are those who publish what the 本部会議 has decided, and have not
// written on it.
func whoPublishes(ctx context.Context, tx *door.Tx, d subject) ([]int64, error) {
	const town = 0 // no section's
	var people []int64
	for _, role := range authz.RolesWith(authz.PublishDecided, authz.All) {
		holders, err := responsible.Of(ctx, tx, role, []int64{town}, d.Authors, tx.Today())
		if err != nil {
			return nil, err
		}
		people = append(people, holders[town]...)
	}
	return people, nil
}

// whoDecidesMinor are the holders of the CISO's role today, or of the role above
// while it is vacant.
func whoDecidesMinor(ctx context.Context, tx *door.Tx, _ subject) ([]int64, error) {
	const town = 0 // no section's
	people, err := responsible.Of(ctx, tx, authz.CISO, []int64{town}, nil, tx.Today())
	return people[town], err
}
