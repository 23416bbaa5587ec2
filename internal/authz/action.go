package authz

// Action is something a person may or may not do. Every route names one, and
// every operation checks one again, with the matter it is about.
type Action string

// The actions, in the order of the table.
const (
	// ReadBasic is reading a published 基本方針.
	ReadBasic Action = "policy.read_basic"
	// ReadRestricted is reading a published 対策基準 or 実施手順, which are not
	// public (基本方針 10).
	ReadRestricted Action = "policy.read_restricted"
	// Acknowledge is saying of a published revision that one has read it and
	// will keep to it (基本方針 5).
	Acknowledge Action = "policy.acknowledge"
	// SeeAcknowledgements is seeing who has read and who has not.
	SeeAcknowledgements Action = "policy.see_acknowledgements"
	// DraftRevision is reading a text into the portal and drafting from it.
	DraftRevision Action = "policy.draft"
	// PublishDecided is publishing what the 本部会議 has decided (基本方針 7(9)).
	PublishDecided Action = "policy.publish_decided"
	// ManageAccounts is giving people the means to sign in.
	ManageAccounts Action = "account.manage"
	// ChangeOrganization is changing sections, people, posts and appointments.
	ChangeOrganization Action = "organization.change"
)

// Two actions stand outside the table, for pages that are not about a role.
const (
	// Public is what anyone may do who reaches the portal, such as signing in.
	Public Action = "public"
	// SignedIn is what every signed-in person may do about themselves, such as
	// seeing their own tasks.
	SignedIn Action = "signed_in"
)
