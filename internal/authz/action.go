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
	// ExcuseAcknowledgement is letting somebody off acknowledging a revision for
	// now, such as who is on leave.
	ExcuseAcknowledgement Action = "policy.excuse"
	// SeeExcuse is seeing why somebody was excused and by whom, which may say that
	// they are ill.
	SeeExcuse Action = "policy.see_excuse"
	// DraftRevision is reading a text into the portal and drafting from it.
	DraftRevision Action = "policy.draft"
	// CommentDraft is writing comments on the clauses of a draft, and reading them.
	CommentDraft Action = "policy.comment_draft"
	// PublishMinor is publishing a minor revision by a 通知 (基本方針 7(9)).
	PublishMinor Action = "policy.publish_minor"
	// RecordDecision is recording what the 本部会議 has decided (基本方針 7(9)).
	RecordDecision Action = "policy.record_decision"
	// PublishDecided is publishing what the 本部会議 has decided, and abolishing a
	// document on its decision (基本方針 7(9)).
	PublishDecided Action = "policy.publish_decided"
	// ReadAssets is reading the asset register.
	ReadAssets Action = "asset.read"
	// ChangeAssets is registering, changing and retiring assets (基本方針 7(2)).
	ChangeAssets Action = "asset.change"
	// DraftAssets is drafting what ConfirmAssets then makes part of the register: new
	// assets, and changes of those that are registered. Whoever may change may draft.
	DraftAssets Action = "asset.draft"
	// ConfirmAssets is confirming such drafts, or sending them back.
	ConfirmAssets Action = "asset.confirm"
	// NameKeepers is naming a section's 台帳担当者, and taking that back.
	NameKeepers Action = "asset.name_keepers"
	// ReviewAssets is confirming the yearly review of the register.
	ReviewAssets Action = "asset.review"
	// OpenStocktakings is opening a 棚卸し of the register, and closing it.
	OpenStocktakings Action = "stocktaking.open"
	// HandAssets is giving the assets of a section that is no more to another one.
	HandAssets Action = "asset.hand"
	// SetAssetRules is setting levels, zones and rules.
	SetAssetRules Action = "asset.set_rules"
	// KeepViews is keeping what one asks the list of the register again and again.
	KeepViews Action = "asset.keep_views"
	// DisposeAssets is asking to dispose of assets, withdrawing that, and recording what was
	// done (基本方針 7(3)).
	DisposeAssets Action = "asset.dispose"
	// ConfirmDisposals is confirming that assets were disposed of as the record says, or
	// sending the record back.
	ConfirmDisposals Action = "asset.confirm_disposal"
	// ReportMissing is saying that an asset can't be found.
	ReportMissing Action = "asset.report_missing"
	// SettleMissing is saying of such an asset that it was found.
	SettleMissing Action = "asset.settle_missing"
	// ReadExceptions is reading what need not be kept for a time.
	ReadExceptions Action = "exception.read"
	// AskExceptions is asking for an exception, withdrawing it, ending it early, and recording
	// what follows it.
	AskExceptions Action = "exception.ask"
	// PermitExceptions is permitting an exception or refusing it, looking at it again, and
	// revoking it.
	PermitExceptions Action = "exception.permit"
	// ReadLoans is reading what is taken out of the office or lent, and by whom.
	ReadLoans Action = "loan.read"
	// AskLoans is asking to take an asset out or to borrow one, withdrawing that, and
	// saying that one is lost.
	AskLoans Action = "loan.ask"
	// PermitLoans is permitting that or refusing it, revoking it, and saying what is lent to
	// other sections.
	PermitLoans Action = "loan.permit"
	// HandLoans is handing over what is permitted, and taking it back.
	HandLoans Action = "loan.hand"
	// ReportViolation is reporting a suspected violation.
	ReportViolation Action = "violation.report"
	// TakeReports is recording a report that came on paper, by telephone or without a name,
	// and giving whoever asks for it the answer.
	TakeReports Action = "violation.take_reports"
	// KeepReporters is opening who has reported a violation, and naming who else may
	// (公益通報対応業務従事者).
	KeepReporters Action = "violation.keep_reporters"
	// ConfirmViolation is confirming a violation: 6(2)① by the 統括, ② by a
	// 情報システム管理者.
	ConfirmViolation Action = "violation.confirm"
	// ConfirmOwnViolation is confirming one of somebody of the own section, ② too.
	ConfirmOwnViolation Action = "violation.confirm_own"
	// OverseeViolation is what the CISO does in a case: agreeing to a suspension where the
	// 統括 has found the violation themselves, seeing whether it is referred, and answering
	// reports that are made to them.
	OverseeViolation Action = "violation.oversee"
	// AnswerViolation is answering as the person concerned (弁明), and recording on paper what
	// they have answered.
	AnswerViolation Action = "violation.answer"
	// GiveGuidance is giving guidance (基本方針 6(2)③).
	GiveGuidance Action = "violation.guide"
	// ReadRights is reading which rights of use (利用権限) somebody has.
	ReadRights Action = "rights.read"
	// ReadSystemRights is reading who may use a system.
	ReadSystemRights Action = "rights.read_system"
	// AskRights is asking for a right, withdrawing that, and giving one up.
	AskRights Action = "rights.ask"
	// PermitRights is permitting a right to use a system, or refusing it, and saying what is
	// offered of the system.
	PermitRights Action = "rights.permit"
	// RecordRights is taking rights that people have already into the ledger.
	RecordRights Action = "rights.record"
	// ReviewRights is saying of people's rights whether they are still needed.
	ReviewRights Action = "rights.review"
	// OpenRightReviews is asking for that of all, and closing it.
	OpenRightReviews Action = "rights.open_review"
	// ReadBars is reading why rights are suspended, revoked or cut, and by whom.
	ReadBars Action = "rights.read_bars"
	// ConfirmCuts is confirming a cut for somebody's conduct.
	ConfirmCuts Action = "rights.confirm_cut"
	// ReadConnectors is seeing what the town's directories have taken over, and what not.
	ReadConnectors Action = "rights.read_connectors"
	// KeepConnectors is setting and switching on by what rights reach the town's directories.
	KeepConnectors Action = "rights.keep_connectors"
	// DoWorkOrders is saying that what a system has no connector for was done by hand.
	DoWorkOrders Action = "rights.do_orders"
	// DecideRights is suspending, revoking and reinstating rights (6(2)③).
	DecideRights Action = "rights.decide"
	// CutAccess is cutting access in an emergency.
	CutAccess Action = "rights.cut"
	// Refer is referring a case to the 職員懲戒審査委員会 (6(1)).
	Refer Action = "violation.refer"
	// ReadViolation is reading a violation; a 情報システム管理者 those that they
	// have confirmed.
	ReadViolation Action = "violation.read"
	// SeeOrganization is seeing the organization.
	SeeOrganization Action = "organization.see"
	// ChangeOrganization is changing sections, people, posts and appointments.
	ChangeOrganization Action = "organization.change"
	// ManageAccounts is giving people the means to sign in.
	ManageAccounts Action = "account.manage"
	// SeeSettings is seeing what the town has decided for itself, and when.
	SeeSettings Action = "setting.see"
	// ChangeSettings is deciding it, of what bears on security.
	ChangeSettings Action = "setting.change"
	// KeepEditions is reading in and starting what law and guidelines fix, such as
	// the holidays, and the town's own rows over it.
	KeepEditions Action = "edition.keep"
	// ReadTrail is reading the trail.
	ReadTrail Action = "trail.read"
)

// Three actions stand outside the table: two for pages that are not about a
// role, and one that no person does.
const (
	// Public is what anyone may do who reaches the portal, such as signing in.
	Public Action = "public"
	// SignedIn is what every signed-in person may do about themselves, such as
	// seeing their own tasks.
	SignedIn Action = "signed_in"
	// FallsDue is what the portal does by itself because its day has come, such
	// as asking people and reminding them.
	FallsDue Action = "falls_due"
)
