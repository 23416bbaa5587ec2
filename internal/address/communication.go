package address

// The pages of the register of communications between zones without parameters.
const (
	Communications   = "/communications"
	NewCommunication = Communications + "/new"
)

// NewAssetCommunication is where a communication is registered that belongs to an asset, by
// its 管理番号.
func NewAssetCommunication(asset string) string { return With(NewCommunication, "asset", asset) }

// Communication is a communication, by its number.
func Communication(code string) string { return under(Communications, code) }

// CommunicationEdit is where it is changed.
func CommunicationEdit(code string) string { return under(Communication(code), "edit") }

// CommunicationEnd is where it is said that it has ended.
func CommunicationEnd(code string) string { return under(Communication(code), "end") }
