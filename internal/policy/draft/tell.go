package draft

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/policy"
)

// recipients finds whom to tell of what happened to a draft.
type recipients func(ctx context.Context, tx *door.Tx, d told) ([]int64, error)

// told is a revision as it is told of.
type told struct {
	document, revision int64
	code, title        string
	number             int
	authors            []int64 // those who wrote on it, and who handed it in
}

// telling is what people are told when something happens to a draft.
type telling struct {
	event Event
	scale Scale // empty for either
	to    recipients
	about string // AboutDraft or AboutDocument; it leads there
	what  string // what happened, after the document and the number of the revision
	then  string // what to do now
}

// tellings returns who is told of what. Nobody is told of what they do themselves.
func tellings() []telling {
	return []telling{
		{EventSubmit, Minor, whoDecidesMinor, AboutDraft, "の簡易な見直しが提出されました", "新旧対照表と見直しの理由を確かめて、通知で公開するか、差し戻してください。"},
		{EventSendBack, "", authors, AboutDraft, "の下書きが差し戻されました", "理由は、下書きの「これまでの経過」にあります。直してから、もう一度提出してください。"},
		{EventAdopt, "", authors, AboutDraft, "が本部会議で決定されました", "下書きを書いた人のほかの人（CISO または統括）が、公開します。"},
		{EventAdopt, "", whoPublishes, AboutDraft, "が本部会議で決定されました", "施行日と確認の依頼を決めて、公開してください。"},
		{EventReject, "", authors, AboutDraft, "が本部会議で否決されました", "下書きに戻りました。理由は、下書きの「これまでの経過」にあります。"},
		{EventPublishMinor, "", authors, policy.AboutDocument, "が通知で公開されました", "施行日から効力を持ちます。"},
		{EventPublishDecided, "", authors, policy.AboutDocument, "が公開されました", "施行日から効力を持ちます。"},
	}
}

// tell returns whom to tell of what has just happened to a revision.
func tell(ctx context.Context, tx *door.Tx, actor authz.Actor, event Event, revision int64) ([]notice.Message, error) {
	due := slices.DeleteFunc(tellings(), func(t telling) bool { return t.event != event })
	if len(due) == 0 {
		return nil, nil
	}
	d, scale, err := loadTold(ctx, tx, revision)
	if err != nil {
		return nil, err
	}
	var messages []notice.Message
	for _, t := range due {
		if t.scale != "" && t.scale != scale {
			continue
		}
		message, err := t.message(ctx, tx, actor, d)
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
	d, _, err := loadTold(ctx, tx, revision)
	if err != nil {
		return nil, err
	}
	t := telling{to: authors, about: AboutDraft, what: "の下書きに意見が書かれました", then: "下書きの「意見」を読んでください。直すところを直したら、「済みにする」を押してください。"}
	message, err := t.message(ctx, tx, actor, d)
	return []notice.Message{message}, err
}

// message is what is told, to all but the actor.
func (t telling) message(ctx context.Context, tx *door.Tx, actor authz.Actor, d told) (notice.Message, error) {
	to, err := t.to(ctx, tx, d)
	to = slices.DeleteFunc(to, func(person int64) bool { return person == actor.Person })
	return notice.Message{To: to, Notice: t.of(d)}, err
}

func loadTold(ctx context.Context, tx *door.Tx, revision int64) (d told, scale Scale, err error) {
	d.revision = revision
	err = tx.QueryRow(ctx, `
		SELECT d.id, d.code, d.title, r.number, coalesce(r.scale, ''), array_remove(r.drafters || r.submitted_by, NULL)
		FROM revision r JOIN document d ON d.id = r.document_id WHERE r.id = $1`, revision).
		Scan(&d.document, &d.code, &d.title, &d.number, &scale, &d.authors)
	if err != nil {
		return told{}, "", fmt.Errorf("loading what is told of: %w", err)
	}
	return d, scale, nil
}

func (t telling) of(d told) notice.Notice {
	n := notice.Notice{
		Topic: t.about, TopicID: d.document, Title: fmt.Sprintf("%s（第%d版）%s", d.title, d.number, t.what), Text: t.then, URL: address.Policy(d.code),
	}
	if t.about == AboutDraft {
		n.TopicID, n.URL = d.revision, address.Draft(d.code)
	}
	return n
}

func authors(_ context.Context, _ *door.Tx, d told) ([]int64, error) {
	return slices.Clone(d.authors), nil
}

// whoPublishes are those who publish what the 本部会議 has decided, and have not
// written on it.
func whoPublishes(ctx context.Context, tx *door.Tx, d told) ([]int64, error) {
	const town = 0 // no section's
	var people []int64
	for _, role := range authz.RolesWith(authz.PublishDecided, authz.All) {
		holders, err := org.Responsible(ctx, tx, role, []int64{town}, d.authors, tx.Today())
		if err != nil {
			return nil, err
		}
		people = append(people, holders[town]...)
	}
	return people, nil
}

// whoDecidesMinor are the holders of the CISO's role today, or of the role above
// while it is vacant.
func whoDecidesMinor(ctx context.Context, tx *door.Tx, _ told) ([]int64, error) {
	const town = 0 // no section's
	people, err := org.Responsible(ctx, tx, authz.CISO, []int64{town}, nil, tx.Today())
	return people[town], err
}
