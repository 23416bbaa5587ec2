package authz

import "slices"

// Reach is how far a role's permission goes.
type Reach int

// The reaches, each wider than the one before.
const (
	None      Reach = iota
	Self            // about oneself
	Audience        // what is addressed to one
	Confirmed       // what one has confirmed oneself, wherever it is now
	Own             // one's own section or sections
	All             // everywhere
)

// Relation is how a matter is related to the section that 自課 asks for.
type Relation int

// The relations.
const (
	NoSection      Relation = iota // the row has no 自課
	OwnersSection                  // that to which the matter itself belongs, such as an asset
	PersonsSection                 // that of the person whom the matter is about
	SystemsSection                 // that which answers for the system
)

// kind is what becomes of an action where somebody is concerned.
type kind int

const (
	// reads is looking at what is no secret among those who may.
	reads kind = iota
	// confides is looking at what is confided to those who deal with it. Whoever it
	// is about sees of it what 本人 reaches, whatever role they hold.
	confides
	// decides is doing something. Who is concerned does not, and where they alone
	// hold the role that would, the role above it does.
	decides
)

// columns are the roles in the order of the table's cells. 情報システム担当者 has
// no column: it may do what 職員等 may, which everyone with an appointment is.
var columns = [...]Role{
	CIO, CISO, GeneralSecurityOfficer, SecurityOfficer, CSIRTMember,
	SecurityManager, SystemManager, RegisterKeeper, Staff, Auditor, Administrator,
}

type row struct {
	action Action
	title  string // as the town calls it
	kind   kind
	whose  Relation // whose section the 自課 of its cells is
	cells  [len(columns)]Reach
}

const (
	no       = None
	self     = Self
	audience = Audience
	mine     = Confirmed
	own      = Own
	all      = All
)

// table is the permission table of the town. An action without a row is
// allowed to nobody. 職員等 are everyone with a post, so what they may do, all may.
var table = [...]row{
	// columns:                                                     CIO CISO 統括 責任者 CSIRT 管理者 システム管理者 台帳担当者 職員等 監査 ポータル管理者
	{ReadBasic, "基本方針を読む", reads, NoSection, [...]Reach{all, all, all, all, all, all, all, all, all, all, all}},
	{ReadRestricted, "対策基準・実施手順を読む", reads, NoSection, [...]Reach{all, all, all, all, all, audience, audience, audience, audience, all, no}},
	{Acknowledge, "読んだ版を確認する", decides, NoSection, [...]Reach{self, self, self, self, self, self, self, self, self, self, self}},
	{SeeAcknowledgements, "だれが確認したかを見る", reads, PersonsSection, [...]Reach{all, all, all, all, all, own, no, no, no, all, no}},
	{ExcuseAcknowledgement, "確認を免除する", decides, PersonsSection, [...]Reach{no, no, all, all, no, own, no, no, no, no, no}},
	{SeeExcuse, "免除の理由と免除した人を見る", confides, PersonsSection, [...]Reach{no, no, all, all, no, own, no, no, no, all, no}},
	{DraftRevision, "版の下書きを作る", decides, NoSection, [...]Reach{no, no, all, all, all, no, no, no, no, no, no}},
	{CommentDraft, "下書きに意見を書く", decides, NoSection, [...]Reach{no, all, all, all, all, no, no, no, no, no, no}},
	{PublishMinor, "簡易な見直しを通知で公開する", decides, NoSection, [...]Reach{no, all, no, no, no, no, no, no, no, no, no}},
	{RecordDecision, "本部会議の決定を記録する", decides, NoSection, [...]Reach{no, no, all, all, no, no, no, no, no, no, no}},
	{PublishDecided, "決定された見直しを公開する・文書を廃止する", decides, NoSection, [...]Reach{no, all, all, no, no, no, no, no, no, no, no}},
	{ReadAssets, "情報資産を見る", reads, OwnersSection, [...]Reach{all, all, all, all, all, own, own, own, own, all, no}},
	{ChangeAssets, "情報資産を登録・変更・廃止する", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, own, no, no, no, no}},
	{DraftAssets, "情報資産の下書きを作る・変更を提案する", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, own, own, no, no, no}},
	{ConfirmAssets, "情報資産の下書きと変更の提案を確認する", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{NameKeepers, "台帳担当者を決める", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{ReviewAssets, "年次の棚卸しを確定する", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{OpenStocktakings, "棚卸しを始める・締める", decides, NoSection, [...]Reach{no, no, all, all, no, no, no, no, no, no, no}},
	{HandAssets, "廃止した課室の情報資産を、ほかの課室に引き継がせる", decides, NoSection, [...]Reach{no, no, all, all, no, no, no, no, no, no, no}},
	{SetAssetRules, "分類・領域・取扱制限を定める", decides, NoSection, [...]Reach{no, no, all, all, no, no, no, no, no, no, no}},
	{KeepViews, "情報資産台帳の絞り込みの条件を、自分のために保存する", decides, NoSection, [...]Reach{self, self, self, self, self, self, self, self, self, self, no}},
	{DisposeAssets, "情報資産の廃棄を申請する・取り下げる・記録する", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, own, own, no, no, no}},
	{ConfirmDisposals, "廃棄の記録を確認する・差し戻す", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{ReportMissing, "情報資産の所在不明を届け出る", decides, OwnersSection, [...]Reach{no, no, all, all, all, own, own, own, own, no, no}},
	{SettleMissing, "所在不明の情報資産が見つかったことを記録する", decides, OwnersSection, [...]Reach{no, no, all, all, all, own, own, no, no, no, no}},
	{ReadExceptions, "例外措置を見る", reads, OwnersSection, [...]Reach{all, all, all, all, all, own, own, own, own, all, no}},
	{AskExceptions, "例外措置を申請する・取り下げる・終える・後始末を記録する", decides, OwnersSection, [...]Reach{no, no, all, all, no, own, own, no, no, no, no}},
	{PermitExceptions, "例外措置を許可する・見直す・取り消す", decides, NoSection, [...]Reach{no, all, no, no, no, no, no, no, no, no, no}},
	{ReadLoans, "持出し・貸出しを見る", reads, OwnersSection, [...]Reach{all, all, all, all, all, own, own, own, own, all, no}},
	{AskLoans, "持出し・貸出しを申請する・取り下げる、紛失を届け出る", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, own, own, own, no, no}},
	{PermitLoans, "持出し・貸出しを許可する・取り消す、ほかの課室に貸すものを決める", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{HandLoans, "持出し・貸出しのものを渡す・返却を確かめる", decides, OwnersSection, [...]Reach{no, no, no, no, no, own, own, own, no, no, no}},
	{ReportViolation, "違反の疑いを報告する", decides, NoSection, [...]Reach{all, all, all, all, all, all, all, all, all, all, no}},
	{TakeReports, "書面・電話・匿名の報告を受けて記録する、回答を伝える", decides, NoSection, [...]Reach{no, all, all, all, no, all, no, no, no, no, no}},
	{KeepReporters, "報告者の氏名を開く、公益通報対応業務従事者を決める（氏名は、従事者も開けます）", decides, NoSection, [...]Reach{no, no, all, no, no, no, no, no, no, no, no}},
	{ConfirmViolation, "違反を確認する", decides, SystemsSection, [...]Reach{no, no, all, no, no, no, own, no, no, no, no}},
	{ConfirmOwnViolation, "自課の職員の違反を確認する", decides, PersonsSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{OverseeViolation, "停止・剥奪に同意する、懲戒審査に付するかどうかを見る、CISOあての報告に答える", decides, NoSection, [...]Reach{no, all, no, no, no, no, no, no, no, no, no}},
	{AnswerViolation, "弁明する、書面などの弁明を記録する", decides, PersonsSection, [...]Reach{no, no, all, no, no, own, no, no, self, no, no}},
	{GiveGuidance, "指導する", decides, PersonsSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{ReadRights, "職員の利用権限を見る", reads, PersonsSection, [...]Reach{all, all, all, all, all, own, no, no, self, all, no}},
	{ReadSystemRights, "システムを使える人を見る", reads, SystemsSection, [...]Reach{all, all, all, all, all, own, own, no, no, all, no}},
	{AskRights, "利用権限を申請する・取り下げる・返す", decides, PersonsSection, [...]Reach{no, no, no, no, no, own, no, no, self, no, no}},
	{PermitRights, "利用権限を許可する、システムごとの権限の決め方を変える", decides, SystemsSection, [...]Reach{no, no, no, no, no, own, own, no, no, no, no}},
	{RecordRights, "いまある利用権限を、アカウント管理台帳に取り込む", decides, SystemsSection, [...]Reach{no, no, all, all, no, own, own, no, no, no, no}},
	{ReviewRights, "利用権限がまだ要るかを確かめる", decides, PersonsSection, [...]Reach{no, no, no, no, no, own, no, no, no, no, no}},
	{OpenRightReviews, "利用権限の確認を始める・締める", decides, NoSection, [...]Reach{no, no, all, all, no, no, no, no, no, no, no}},
	{ReadBars, "利用権限の停止・剥奪・緊急停止の理由を見る", confides, PersonsSection, [...]Reach{all, all, all, all, all, own, no, no, self, all, no}},
	{ConfirmCuts, "本人の行為による緊急停止を認める", decides, NoSection, [...]Reach{no, all, no, no, no, no, no, no, no, no, no}},
	{ReadConnectors, "利用権限の反映の状態を見る", reads, SystemsSection, [...]Reach{no, all, all, all, all, own, own, no, no, all, all}},
	{KeepConnectors, "利用権限を反映する連携を設定する", decides, NoSection, [...]Reach{no, no, all, no, no, no, no, no, no, no, all}},
	{DoWorkOrders, "利用権限の作業依頼を完了する", decides, SystemsSection, [...]Reach{no, no, no, no, no, own, own, no, no, no, no}},
	{DecideRights, "利用権限を停止・剥奪する、停止を解除する", decides, NoSection, [...]Reach{no, no, all, no, no, no, no, no, no, no, no}},
	{CutAccess, "緊急に利用を止める", decides, NoSection, [...]Reach{no, all, all, all, all, no, no, no, no, no, no}},
	{Refer, "懲戒審査委員会に委任する", decides, NoSection, [...]Reach{no, no, all, no, no, no, no, no, no, no, no}},
	{ReadViolation, "違反の記録を見る", confides, PersonsSection, [...]Reach{all, all, all, all, no, own, mine, self, self, all, no}},
	{SeeOrganization, "体制を見る", reads, NoSection, [...]Reach{all, all, all, all, all, all, all, all, all, all, all}},
	{ChangeOrganization, "課室・職員・職・発令を変える", decides, NoSection, [...]Reach{no, no, all, all, no, no, no, no, no, no, all}},
	{ManageAccounts, "アカウント・二要素認証・サインインを管理する", decides, NoSection, [...]Reach{no, no, no, no, no, no, no, self, self, no, all}},
	{SeeSettings, "町の設定を見る", reads, NoSection, [...]Reach{all, all, all, all, all, no, no, no, no, all, all}},
	{ChangeSettings, "町の設定を変える", decides, NoSection, [...]Reach{no, no, all, no, no, no, no, no, no, no, no}},
	{KeepEditions, "法令・国の基準を読み込み、使い始める", decides, NoSection, [...]Reach{no, no, all, no, no, no, no, no, no, no, all}},
	{ReadTrail, "監査証跡を見る", reads, NoSection, [...]Reach{no, all, all, no, no, no, no, no, no, all, no}},
}

// Choice is a cell of the table that each town decides for itself (町で決める).
type Choice struct {
	// Name is what its setting is stored under.
	Name   string
	Action Action
	Role   Role
	// Allowed are the reaches that it may have, that of the table first.
	Allowed []Reach
}

// Title is what the town calls what is chosen: who may what.
func (c Choice) Title() string { return c.Role.Title() + "：" + rowOf(c.Action).title }

// Choices are those cells, in the order of the table.
func Choices() []Choice {
	return []Choice{
		{"permission.see_acknowledgements.system_manager", SeeAcknowledgements, SystemManager, []Reach{None, Own}},
		{"permission.excuse.security_manager", ExcuseAcknowledgement, SecurityManager, []Reach{Own, None}},
		{"permission.permit_exceptions.general_security_officer", PermitExceptions, GeneralSecurityOfficer, []Reach{None, All}},
		{"permission.permit_exceptions.security_officer", PermitExceptions, SecurityOfficer, []Reach{None, All}},
		{"permission.confirm_violation.security_officer", ConfirmViolation, SecurityOfficer, []Reach{None, All}},
		{"permission.confirm_violation.csirt_member", ConfirmViolation, CSIRTMember, []Reach{None, All}},
		{"permission.see_settings.staff", SeeSettings, Staff, []Reach{None, All}},
	}
}

func isChoice(role Role, action Action) bool {
	return slices.ContainsFunc(Choices(), func(c Choice) bool { return c.Role == role && c.Action == action })
}

// Table is the permission table in effect in a town on a day. nil is the one that a
// town starts with.
type Table struct {
	chosen map[cell]Reach
}

type cell struct {
	role   Role
	action Action
}

// Choose is the table in which a choice has a reach; one that is not allowed, it
// leaves as it is.
func (t *Table) Choose(c Choice, reach Reach) *Table {
	if !slices.Contains(c.Allowed, reach) || reach == t.ReachOf(c.Role, c.Action) {
		return t
	}
	chosen := Table{chosen: map[cell]Reach{{c.Role, c.Action}: reach}}
	if t != nil {
		for at, was := range t.chosen {
			if at != (cell{c.Role, c.Action}) {
				chosen.chosen[at] = was
			}
		}
	}
	return &chosen
}

// ReachOf tells how far a role's permission for an action goes.
func (t *Table) ReachOf(role Role, action Action) Reach {
	if t != nil {
		if reach, ok := t.chosen[cell{role, action}]; ok {
			return reach
		}
	}
	return ReachOf(role, action)
}

// ReachOf tells how far a role's permission for an action goes in the table that a
// town starts with.
func ReachOf(role Role, action Action) Reach {
	switch {
	case role == Operator, role == Portal && action == FallsDue:
		return All
	case role == Portal, role == Confined && !slices.Contains(confined[:], action):
		return None
	case role == Confined:
		return Self
	}
	if action == SignedIn {
		return Self
	}
	for i, column := range columns {
		if column == role {
			return rowOf(action).cells[i]
		}
	}
	return None
}

// confined is what somebody Confined does in a matter of their own: not even what everybody who is
// signed in does.
var confined = [...]Action{ReadViolation, AnswerViolation}

// rowOf is an action's row; an empty one, by which nobody may, where it has none.
func rowOf(action Action) *row {
	for n := range table {
		if table[n].action == action {
			return &table[n] // not a copy: every request looks some of them up
		}
	}
	return &withoutRow
}

// withoutRow is the row of an action that has none.
var withoutRow row

// RolesWith lists the roles whose permission for an action reaches at least
// that far, for reads that ask the database who may. It is for actions whose row no
// town changes.
func RolesWith(action Action, least Reach) []Role {
	var roles []Role
	for _, role := range columns {
		if ReachOf(role, action) >= least {
			roles = append(roles, role)
		}
	}
	return roles
}

// Row is a line of the table as people read it.
type Row struct {
	Title string // what is done
	Cells []Cell // of each role of Columns
}

// Cell is how far a role reaches.
type Cell struct {
	Reach  Reach
	Choice bool // each town decides it for itself
}

// Title is a cell as the table shows it.
func (c Cell) Title() string {
	if c.Choice {
		return c.Reach.Title() + "※"
	}
	return c.Reach.Title()
}

// Columns are the roles of the table, in its order.
func Columns() []Role { return columns[:] }

// Rows are the lines of the table, in its order.
func (t *Table) Rows() []Row {
	rows := make([]Row, len(table))
	for i, row := range table {
		rows[i].Title = row.title
		for _, role := range columns {
			rows[i].Cells = append(rows[i].Cells, Cell{t.ReachOf(role, row.action), isChoice(role, row.action)})
		}
	}
	return rows
}

// Title is a reach as the table shows it.
func (r Reach) Title() string {
	switch r {
	case All:
		return "全体"
	case Own:
		return "自課"
	case Confirmed:
		return "確認した人"
	case Audience:
		return "対象"
	case Self:
		return "本人"
	case None:
	}
	return "―"
}
