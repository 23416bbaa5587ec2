package policy

import (
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

var messages = map[string]string{
	"document_code_unique":         "この文書コードの文書は、すでにあります。別の文書コードにするか、すでにある文書を「ポリシー」の一覧で確かめてください。",
	"document_code_shape":          "文書コードは、半角の英小文字・数字・ハイフンで、40字までで入力してください。",
	"document_title_given":         "文書の名前を入力してください。本文からは読み取れませんでした。",
	"revision_one_draft":           "この文書には、進行中の下書きがすでにあります。その下書きを直すか、取り下げてから、始めてください。",
	"revision_newest":              "この下書きより新しい版が、すでに公開されています。いまの版から、下書きを作り直してください。",
	"revision_in_order":            "施行日は、前の版の施行日か、それより後の日にしてください。",
	"revision_as_adopted":          "本部会議で決定された本文と違うため、公開できません。もう一度、本部会議の決定を記録してください。",
	"ciso_notice_number_unique":    "同じ番号の通知が、同時に出されました。もう一度、公開してください。",
	"document_audience_once":       "対象が、同時に変えられました。画面を開き直して、いまの対象を確かめてください。",
	"decision_attendee_pkey":       "出席者に、同じ人が2回あります。出席者を選び直してください。",
	"acknowledgement_excuse_once":  "この職員は、すでに免除されています。画面を開き直して、いまの状態を確かめてください。",
	"ciso_notice_body_given":       "通知の本文を入力してください。",
	"ciso_notice_addressees_given": "通知の宛先を入力してください。",
	"document_abolition_once":      "この文書の廃止は、すでに決まっています。文書を開き直して、廃止日を確かめてください。",
	"document_abolition_no_draft":  "この文書には、進行中の下書きがあります。下書きを取り下げるか公開してから、廃止してください。",
	"document_abolition_in_order":  "廃止日は、最も新しい版の施行日か、それより後の日にしてください。",
	"document_abolished":           "この文書は廃止されるか、廃止されています。新しい版は作れません。必要なときは、新しい文書として取り込んでください。",
}

// Message is what is said where a rule of the database is broken, by its name.
func Message(constraint string) string { return messages[constraint] }

// Explain turns a rule of the database that was broken into a refusal.
func Explain(err error) error {
	constraint := postgres.Constraint(err)
	message, ok := messages[constraint]
	if !ok {
		return err
	}
	e := fault.Wrap(err, fault.Conflict, message)
	if constraint == "revision_in_order" {
		e.Problems = []fault.Problem{{Field: "effective_on", Message: message}}
	}
	return e
}

// NoDocument says the same whether a document does not exist or may not be
// read: who may not read it cannot tell.
func NoDocument() error {
	return fault.New(fault.NotFound, "この文書は見つかりません。「ポリシー」の一覧から選び直してください。")
}
