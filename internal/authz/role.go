package authz

// Role is one of the security roles of 基本方針 7(1) 図 1.1, or one of those
// that the portal adds (RegisterKeeper, Auditor, Administrator).
type Role string

// The roles, from the top of 図 1.1 down.
const (
	CIO                    Role = "cio"                      // 最高情報統括責任者
	CISO                   Role = "ciso"                     // 最高情報セキュリティ責任者
	GeneralSecurityOfficer Role = "general_security_officer" // 統括情報セキュリティ責任者（CSIRT責任者）
	SecurityOfficer        Role = "security_officer"         // 情報セキュリティ責任者（CSIRT副責任者）
	CSIRTMember            Role = "csirt_member"             // CSIRT担当者
	SecurityManager        Role = "security_manager"         // 情報セキュリティ管理者 of a section
	SystemManager          Role = "system_manager"           // 情報システム管理者 of a section's systems
	SystemOperator         Role = "system_operator"          // 情報システム担当者; may do what 職員等 may
	RegisterKeeper         Role = "register_keeper"          // 台帳担当者 of a section, named by its 情報セキュリティ管理者
	Staff                  Role = "staff"                    // 職員等; held with any appointment
	Auditor                Role = "auditor"                  // 監査担当者
	Administrator          Role = "administrator"            // ポータル管理者
	Operator               Role = "operator"                 // whoever runs commands on the server itself
	Portal                 Role = "portal"                   // the portal itself, where a day has come
	Confined               Role = "confined"                 // whose right to use the portal is barred, in their own case
	Reporter               Role = "reporter"                 // who has reported a violation: what the trail says in the place of their name and roles
)

var titles = map[Role]string{
	CIO:                    "最高情報統括責任者（CIO）",
	CISO:                   "最高情報セキュリティ責任者（CISO）",
	GeneralSecurityOfficer: "統括情報セキュリティ責任者",
	SecurityOfficer:        "情報セキュリティ責任者",
	CSIRTMember:            "CSIRT担当者",
	SecurityManager:        "情報セキュリティ管理者",
	SystemManager:          "情報システム管理者",
	SystemOperator:         "情報システム担当者",
	RegisterKeeper:         "台帳担当者",
	Staff:                  "職員等",
	Auditor:                "監査担当者",
	Administrator:          "ポータル管理者",
	Operator:               "サーバー運用者",
	Portal:                 "ポータル（自動）",
	Confined:               "利用を止められている人",
	Reporter:               "報告者",
}

// Title is the role's name as 図 1.1 writes it.
func (r Role) Title() string { return titles[r] }

var shorts = map[Role]string{
	CIO: "CIO", CISO: "CISO", GeneralSecurityOfficer: "統括", SecurityOfficer: "責任者", CSIRTMember: "CSIRT",
	SecurityManager: "管理者", SystemManager: "システム管理者", SystemOperator: "システム担当者", RegisterKeeper: "台帳担当者", Staff: "職員等",
	Auditor: "監査", Administrator: "ポータル管理者", Operator: "運用者", Portal: "自動", Confined: "停止中の人", Reporter: "報告者",
}

// Short is the role's name where there is little room, as over a column.
func (r Role) Short() string { return shorts[r] }

// rank is a role's place in 図 1.1, from the top down.
func rank(r Role) int {
	for i, role := range order {
		if role == r {
			return i
		}
	}
	return len(order)
}

var order = [...]Role{
	Operator, CIO, CISO, GeneralSecurityOfficer, SecurityOfficer, CSIRTMember,
	SecurityManager, SystemManager, SystemOperator, Auditor, Administrator, Staff,
	RegisterKeeper, // what they may do as 職員等 too, they do as that
}

// OfSection tells whether a role is held for one section; the others are held
// for the whole town.
func (r Role) OfSection() bool {
	return r == SecurityManager || r == SystemManager || r == SystemOperator || r == RegisterKeeper
}

// above is 図 1.1 read upwards: who takes a role's matters while it is vacant, or
// where its holder is concerned. ポータル管理者, who is not in it, stands under the
// 統括.
var above = map[Role]Role{
	CISO:                   CIO,
	GeneralSecurityOfficer: CISO,
	SecurityOfficer:        GeneralSecurityOfficer,
	CSIRTMember:            SecurityOfficer,
	SecurityManager:        GeneralSecurityOfficer,
	SystemManager:          SecurityManager,
	Administrator:          GeneralSecurityOfficer,
}

// Above is the role that takes a role's matters while it is vacant, or where
// its holder is concerned: the next above that passed does not pass over; false
// for roles that nobody stands in for.
func (r Role) Above(passed func(Role) bool) (Role, bool) {
	up, ok := above[r]
	for ok && passed(up) {
		up, ok = above[up]
	}
	return up, ok
}

// Covered are the roles that the one above takes the matters of, those of a
// section or those of the whole town.
func Covered(ofSection bool) []Role {
	var covered []Role
	for _, role := range Given() {
		if _, ok := above[role]; ok && role.OfSection() == ofSection {
			covered = append(covered, role)
		}
	}
	return covered
}

// Covering are the roles that take the matters of one below them.
func Covering() []Role {
	var covering []Role
	for _, role := range Given() {
		for _, up := range above {
			if up == role {
				covering = append(covering, role)
				break
			}
		}
	}
	return covering
}

// Given are the roles that a town gives, by a post or directly, from the top of
// 図 1.1 down: all but 職員等, which comes with any post, and 台帳担当者, whom a section
// names itself.
func Given() []Role {
	return []Role{CIO, CISO, GeneralSecurityOfficer, SecurityOfficer, CSIRTMember, SecurityManager, SystemManager, SystemOperator, Auditor, Administrator}
}
