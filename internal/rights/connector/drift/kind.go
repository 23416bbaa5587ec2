// Package drift is how what a connector leads to may differ from what the ledger wants. It
// changes nothing.
package drift

// Kind is how what a connector leads to differs from what is wanted.
type Kind string

// The kinds.
const (
	EnabledByHand  Kind = "enabled"
	DisabledByHand Kind = "disabled"
	JoinedByHand   Kind = "joined"
	PartedByHand   Kind = "parted"
	UnknownAccount Kind = "unknown"
	MissingAccount Kind = "missing"
	NumberChanged  Kind = "renamed"
)

// Title is what is found.
func (k Kind) Title() string {
	switch k {
	case EnabledByHand:
		return "台帳では使えないのに、アカウントが使える"
	case DisabledByHand:
		return "台帳では使えるのに、アカウントが止まっている"
	case JoinedByHand:
		return "台帳では使えないのに、グループに入っている"
	case PartedByHand:
		return "台帳では使えるのに、グループに入っていない"
	case UnknownAccount:
		return "台帳にないアカウントがある"
	case MissingAccount:
		return "台帳では使えるのに、アカウントがない"
	case NumberChanged:
		return "アカウントの職員番号が変わっている"
	}
	return ""
}

// Act is what is done to make it as the ledger says.
func (k Kind) Act() string {
	switch k {
	case EnabledByHand:
		return "アカウントを停止する"
	case DisabledByHand:
		return "アカウントを使えるようにする"
	case JoinedByHand:
		return "グループから外す"
	case PartedByHand:
		return "グループに入れる"
	case UnknownAccount, MissingAccount, NumberChanged:
	}
	return ""
}
