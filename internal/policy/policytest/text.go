package policytest

import (
	"strings"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
)

// Text is a text of two clauses.
const Text = "第1条　この方針は、見本である。\n第2条　職員等は、これを守る。\n"

// Published puts a text in force and returns what a reader of it was shown.
func (o Office) Published(kind policy.Kind, code string) acknowledge.Shown {
	o.T.Helper()
	return o.PublishedFor(kind, code, policy.Audience{Roles: []authz.Role{authz.CISO, authz.SecurityOfficer}})
}

// PublishedFor is Published for an audience.
func (o Office) PublishedFor(kind policy.Kind, code string, audience policy.Audience) acknowledge.Shown {
	o.T.Helper()
	ctx := o.T.Context()
	_, err := o.Draft.DraftText(ctx, o.Officer, draft.Text{Kind: kind, Audience: audience, Title: "見本の文書", Code: code, Source: Text})
	must(o.T, err)
	draft, err := Publish(ctx, o.Rooms, o.Officer, o.CISO, code, o.Chair, calendar.Day(Now))
	must(o.T, err)
	return acknowledge.Shown{Code: code, Number: 1, SHA256: draft.SHA256}
}

// Unsure is a text on which the reader has a question, at line 2.
const Unsure = "第1条　見本である。\n図1 体制\n課長\n職員\n第2条　守る。\n"

// Defining is a text that defines words, and lists threats.
const Defining = `第1条（定義）　この文書の用語は、次による。
（1）　機密性　認められた者だけが使えること。
（2）　ログ　記録をいう。
（3）　ＵＳＢメモリ　持ち運ぶ記録媒体をいう。
（4）　あて先　送る相手をいう。
第2条（対象とする脅威）　次の脅威に備える。
（1）　地震、落雷等
（2）　不正アクセス等
`

// DefiningText is Defining as the portal writes it, so that its items have
// headings.
func DefiningText() string {
	o := outline.Read(Defining, nil)
	for i := range o.Clauses[0].Children {
		c := &o.Clauses[0].Children[i]
		if c.Heading == "" {
			c.Heading, c.Text, _ = strings.Cut(c.Text, "　")
		}
	}
	return outline.Write(o)
}

// PublishedText puts a text in force for an audience.
func (o Office) PublishedText(kind policy.Kind, code, source string, audience policy.Audience) {
	o.T.Helper()
	ctx := o.T.Context()
	_, err := o.Draft.DraftText(ctx, o.Officer, draft.Text{Kind: kind, Title: "見本の文書 " + code, Code: code, Source: source, Audience: audience})
	must(o.T, err)
	_, err = Publish(ctx, o.Rooms, o.Officer, o.CISO, code, o.Chair, calendar.Day(Now))
	must(o.T, err)
}

// Asks tells whether a document's page asks its reader to acknowledge it.
func Asks(r policy.Reading) bool { return r.Asked && r.AcknowledgedAt == nil }
