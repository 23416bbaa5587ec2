package authz

// Reach is how far a role's permission goes.
type Reach int

// The reaches, each wider than the one before.
const (
	None     Reach = iota
	Self           // about oneself
	Audience       // what is addressed to one
	Own            // one's own section or sections
	All            // everywhere
)

// columns are the roles in the order of the table's cells. 情報システム担当者 has
// no column: it may do what 職員等 may, which everyone with an appointment is.
var columns = [...]Role{
	CIO, CISO, GeneralSecurityOfficer, SecurityOfficer, CSIRTMember,
	SecurityManager, SystemManager, Staff, Auditor, Administrator,
}

type row struct {
	action Action
	cells  [len(columns)]Reach
}

const (
	no       = None
	self     = Self
	audience = Audience
	own      = Own
	all      = All
)

// table is the permission table of the town. An action without a row is
// allowed to nobody.
var table = [...]row{
	//                      CIO   CISO  統括   責任者 CSIRT 管理者     シ管理者   職員等     監査  ポ管理者
	{ReadBasic, [...]Reach{all, all, all, all, all, all, all, all, all, all}},
	{ReadRestricted, [...]Reach{all, all, all, all, all, audience, audience, audience, all, no}},
	{Acknowledge, [...]Reach{self, self, self, self, self, self, self, self, self, self}},
	{SeeAcknowledgements, [...]Reach{all, all, all, all, all, own, no, no, all, no}},
	{DraftRevision, [...]Reach{no, no, all, all, all, no, no, no, no, no}},
	{PublishDecided, [...]Reach{no, all, all, no, no, no, no, no, no, no}},
	{ManageAccounts, [...]Reach{no, no, no, no, no, no, no, self, no, all}},
	{ChangeOrganization, [...]Reach{no, no, all, all, no, no, no, no, no, all}},
}

// ReachOf tells how far a role's permission for an action goes.
func ReachOf(role Role, action Action) Reach {
	if role == Operator {
		return All
	}
	for _, row := range table {
		if row.action != action {
			continue
		}
		for i, column := range columns {
			if column == role {
				return row.cells[i]
			}
		}
	}
	return None
}

// RolesWith lists the roles whose permission for an action reaches at least
// that far, for reads that ask the database who may.
func RolesWith(action Action, least Reach) []Role {
	var roles []Role
	for _, role := range columns {
		if ReachOf(role, action) >= least {
			roles = append(roles, role)
		}
	}
	return roles
}
