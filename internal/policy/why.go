package policy

// Why is why a text is revised (基本方針 8, 9).
type Why string

// The reasons.
const (
	AfterAudit     Why = "audit"
	AfterSituation Why = "situation"
	AfterLaw       Why = "law"
	AfterOther     Why = "other"
)

// Whys are all reasons, in the order in which they are asked.
func Whys() []Why { return []Why{AfterAudit, AfterSituation, AfterLaw, AfterOther} }

var whyTitles = map[Why]string{
	AfterAudit: "監査・自己点検の結果", AfterSituation: "情報セキュリティに関する状況の変化", AfterLaw: "法令等の改正", AfterOther: "その他",
}

// Title is the reason's name on screen.
func (w Why) Title() string { return whyTitles[w] }
