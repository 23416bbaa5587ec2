package drafting

import "kagami/internal/policy/draft"

// whileItWaits is what becomes of it while a draft waits to be published.
func whileItWaits(d draft.Draft) string {
	if d.State == draft.InDraft {
		return ""
	}
	return "下書きに戻れば、続きから直せます。公開されるか、取り下げられると、なくなります。"
}

const (
	beforeItIsHandedIn = "下書きに入れるときは、提出する前に保存してください。"
	besideTheClauses   = "ここで直したことは、その本文には入りません。その本文を保存するときに、両方を見比べることになります。"
)

// changer says who changed a draft last.
func changer(d draft.Draft) string {
	switch {
	case d.Mine:
		return "ほかの画面で、あなたが"
	case d.DraftedBy == "":
		return "サーバー運用者が"
	}
	return d.DraftedBy + "さんが"
}
