package address

// The pages of who may use which system, without parameters.
const (
	Rights      = "/rights"
	NewRight    = Rights + "/new"
	OwnRights   = Rights + "/own"   // the actor's own
	MovedRights = Rights + "/moved" // those of who has come by a transfer
)

// MovedRightsOf are those of one person, by their 職員番号.
func MovedRightsOf(number string) string { return under(MovedRights, number) }

// RightSystems are the systems with who may use them.
const RightSystems = Rights + "/systems"

// Right is a right, by its code.
func Right(code string) string { return under(Rights+"/of", code) }

// RightStep is where a step of it is taken: permit, refuse, withdraw, confirm, keep, give_up, end.
func RightStep(code, step string) string { return under(Right(code), step) }

// PersonRights is what somebody may use, by their 職員番号.
func PersonRights(number string) string { return under(Rights+"/people", number) }

// NewBar is where rights of somebody are suspended, revoked or cut: suspend, revoke,
// cut_conduct, cut_account.
func NewBar(number, event string) string { return under(PersonRights(number), event) }

// Bar is what bars rights of somebody, by its code.
func Bar(code string) string { return under(Rights+"/bars", code) }

// BarStep is where a step of it is taken: confirm_cut, reinstate, leave_revoked.
func BarStep(code, step string) string { return under(Bar(code), step) }

// BarLetter is what its person is handed on paper.
func BarLetter(code string) string { return under(Bar(code), "letter") }

// SystemRights is who may use a system, by its 管理番号.
func SystemRights(code string) string { return under(RightSystems, code) }

// SystemRightsSettings is what is said of it in the ledger.
func SystemRightsSettings(code string) string { return under(SystemRights(code), "settings") }
