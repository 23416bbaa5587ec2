// Package life is the life of an asset: its states, what is done to it, who may, and where
// that leads (7(2)). It knows no database: what an operation writes stands with the asset.
package life

import (
	"slices"

	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// State is where an asset stands in its life.
type State string

// The states. The last three are ends.
const (
	Draft      State = "draft" // something is still to be settled, or somebody has to confirm it
	Registered State = "registered"
	Disposing  State = "disposing" // somebody has asked to dispose of it; it is there until that is confirmed
	Missing    State = "missing"   // nobody knows where it is; it counts until it is found, or written off
	Retired    State = "retired"
	Mistaken   State = "mistaken" // should never have been registered
	Merged     State = "merged"   // it is another entry's asset
)

var stateTitles = map[State]string{Draft: "下書き", Registered: "登録", Disposing: "廃棄の手続き中", Missing: "所在不明", Retired: "廃棄済み", Mistaken: "登録の誤り", Merged: "ほかの資産に統合"}

// Title is what the state is called.
func (s State) Title() string { return stateTitles[s] }

// Counts and Ends say in SQL of a state that it counts in the register, or is an end:
// a.state `+life.Counts+`. The indexes of the register hold what counts, or what has ended:
// another state takes its place here, and makes these indexes anew in its migration.
const (
	Counts = `IN ('` + string(Draft) + `', '` + string(Registered) + `', '` + string(Disposing) + `', '` + string(Missing) + `')`
	Ends   = `IN ('` + string(Retired) + `', '` + string(Mistaken) + `', '` + string(Merged) + `')`
)

// States are all of them, in the order of a life.
func States() []State { return slices.Clone(table.States) }

// Ended tells whether it is read only.
func (s State) Ended() bool { return slices.Contains(table.Ends, s) }

// Step is something that is done to an asset.
type Step string

// The steps. Those of a draft are its own where others may take them than of what is
// registered.
const (
	Register Step = "register" // makes the asset, and so leads from no state
	Begin    Step = "begin"    // makes a draft
	Mend     Step = "mend"     // changes a draft, by who may only draft
	Settle   Step = "settle"   // changes a draft in which nothing is open any more, and which nobody confirms
	Unsettle Step = "unsettle" // takes back a change in bulk that has settled a draft
	SendBack Step = "send_back"
	Confirm  Step = "confirm"
	Withdraw Step = "withdraw" // ends a draft, by who has begun it
	Change   Step = "change"
	Propose  Step = "propose" // asks for a change, by who may only draft
	LookAt   Step = "look_at" // says that all of it is still so
	HandOver Step = "hand_over"
	Mistake  Step = "mistake"
	Merge    Step = "merge"   // into another one
	Dispose  Step = "dispose" // asks to dispose of it, or to write off what is missing
	Spare    Step = "spare"   // takes that back
	Retire   Step = "retire"  // confirms that it was disposed of
	Lose     Step = "lose"    // says that it can't be found
	Find     Step = "find"
)

// Who may take a step. Nobody confirms what they have written themselves (職務分離).
var (
	changing   = lifecycle.Who{May: []authz.Action{authz.ChangeAssets}}
	drafting   = lifecycle.Who{May: []authz.Action{authz.DraftAssets}}
	confirming = lifecycle.Who{May: []authz.Action{authz.ConfirmAssets}, Except: "下書きに書いた人"}
	handing    = lifecycle.Who{May: []authz.Action{authz.HandAssets}}
	disposing  = lifecycle.Who{May: []authz.Action{authz.DisposeAssets}}
	retiring   = lifecycle.Who{May: []authz.Action{authz.ConfirmDisposals}, Except: "廃棄を実施した人と、その記録を書いた人"}
	losing     = lifecycle.Who{May: []authz.Action{authz.ReportMissing}}
	finding    = lifecycle.Who{May: []authz.Action{authz.SettleMissing}}
)

type arrow = lifecycle.Arrow[State, Step, lifecycle.Always]

// withWhy is what is given where an asset ends.
var withWhy = []lifecycle.Field{{Name: "why", Title: "理由"}}

// What the ways of disposal and of loss ask for, whatever the state.
const (
	toDispose  = "媒体、方法、立会者、理由（所在不明のものは、探した範囲と理由）"
	disposed   = "廃棄の記録"
	toldOfLoss = "気づいた日時と人、わかっていること"
	toldOfFind = "見つかった場所、日、人"
)

// table is that life: what is not here can't be done.
var table = lifecycle.Table[State, Step, lifecycle.Always]{
	Thing:  "情報資産",
	States: []State{Draft, Registered, Disposing, Missing, Retired, Mistaken, Merged},
	Ends:   []State{Retired, Mistaken, Merged},
	Arrows: []arrow{
		{Event: Register, To: Registered, By: changing, Title: "登録", Asks: "情報資産の項目"},
		{Event: Begin, To: Draft, By: drafting, Title: "下書きの作成", Asks: "情報資産の項目（決まっていないものがあってもよい）"},
		{From: Draft, Event: Mend, To: Draft, By: drafting, Title: "下書きの変更", Asks: "変える項目"},
		{From: Draft, Event: Change, To: Draft, By: changing, Title: "変更", Asks: "変える項目"},
		{From: Draft, Event: Settle, To: Registered, By: changing, Title: "決めて登録（確認を待つ下書きを除く）", Asks: "決まっていなかった項目"},
		{From: Draft, Event: SendBack, To: Draft, By: confirming, Title: "差し戻し", Asks: "直すところ"},
		{From: Draft, Event: Confirm, To: Registered, By: confirming, Title: "下書きを確認して登録"},
		{From: Draft, Event: Withdraw, To: Mistaken, By: drafting, Title: "下書きの取り下げ（始めた人に限る）"},
		{From: Draft, Event: LookAt, To: Draft, By: changing, Title: "内容を確かめる（変更なし）"},
		{From: Draft, Event: HandOver, To: Draft, By: handing, Title: "廃止した課室からの引き継ぎ", Asks: "引き継ぐ課室"},
		{From: Draft, Event: Mistake, To: Mistaken, By: changing, Title: "登録の誤りとして終える", Needs: withWhy},
		{From: Draft, Event: Merge, To: Merged, By: changing, Title: "ほかの資産への統合", Asks: "残す資産"},
		{From: Draft, Event: Lose, To: Draft, By: losing, Title: "所在不明の届け", Asks: toldOfLoss},
		{From: Draft, Event: Find, To: Draft, By: finding, Title: "見つかったことの記録", Asks: toldOfFind},
		{From: Registered, Event: Change, To: Registered, By: changing, Title: "変更", Asks: "変える項目"},
		{From: Registered, Event: Unsettle, To: Draft, By: changing, Title: "まとめて変更で登録した下書きを、元に戻す"},
		{From: Registered, Event: Propose, To: Registered, By: drafting, Title: "変更の提案", Asks: "変える項目"},
		{From: Registered, Event: LookAt, To: Registered, By: changing, Title: "内容を確かめる（変更なし）"},
		{From: Registered, Event: HandOver, To: Registered, By: handing, Title: "廃止した課室からの引き継ぎ", Asks: "引き継ぐ課室"},
		{From: Registered, Event: Mistake, To: Mistaken, By: changing, Title: "登録の誤りとして終える", Needs: withWhy},
		{From: Registered, Event: Merge, To: Merged, By: changing, Title: "ほかの資産への統合", Asks: "残す資産"},
		{From: Registered, Event: Dispose, To: Disposing, By: disposing, Title: "廃棄の申請", Asks: toDispose},
		{From: Registered, Event: Lose, To: Missing, By: losing, Title: "所在不明の届け", Asks: toldOfLoss},
		{From: Disposing, Event: LookAt, To: Disposing, By: changing, Title: "内容を確かめる（変更なし）"},
		{From: Disposing, Event: HandOver, To: Disposing, By: handing, Title: "廃止した課室からの引き継ぎ", Asks: "引き継ぐ課室"},
		{From: Disposing, Event: Spare, To: Registered, By: disposing, Title: "廃棄の申請の取り下げ"},
		{From: Disposing, Event: Retire, To: Retired, By: retiring, Title: "廃棄の確認", Asks: disposed},
		{From: Disposing, Event: Lose, To: Missing, By: losing, Title: "所在不明の届け", Asks: toldOfLoss},
		{From: Missing, Event: Find, To: Registered, By: finding, Title: "見つかったことの記録", Asks: toldOfFind},
		{From: Missing, Event: HandOver, To: Missing, By: handing, Title: "廃止した課室からの引き継ぎ", Asks: "引き継ぐ課室"},
		{From: Missing, Event: Dispose, To: Missing, By: disposing, Title: "廃棄の申請", Asks: toDispose},
		{From: Missing, Event: Spare, To: Missing, By: disposing, Title: "廃棄の申請の取り下げ"},
		{From: Missing, Event: Retire, To: Retired, By: retiring, Title: "廃棄の確認", Asks: disposed},
	},
}

// Document is the life of an asset as docs/asset-states.md holds it; a test keeps the
// two the same. It returns an error where the table is wrong.
func Document() (string, error) {
	return lifecycle.Document{Title: "情報資産の状態", Sources: []string{"internal/asset/life/life.go"}, Rows: table.Rows()}.Markdown(), table.Check()
}

// After is the state to which a step leads from this one, the empty one for an asset that is
// yet to be made. Conflict where it leads nowhere.
func (s State) After(step Step) (State, error) {
	a, err := table.Arrow(s, step, "")
	return a.To, err
}

// Allows tells whether a step leads on from the state.
func (s State) Allows(step Step) bool {
	_, err := s.After(step)
	return err == nil
}

// Changeable tells whether what stands in the register can be changed in the state.
func (s State) Changeable() bool { return s.Allows(Change) }

// Who may take a step.
func Who(step Step) lifecycle.Who { return table.Who(step) }
