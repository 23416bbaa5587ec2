package asset

import (
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
)

// State is where an asset stands in its life, which is package life's.
type State = life.State

// The states.
const (
	Draft      = life.Draft
	Registered = life.Registered
	Retired    = life.Retired
	Mistaken   = life.Mistaken
	Merged     = life.Merged
)

// After is the state to which a step leads the asset. Conflict where it leads nowhere from
// where the asset stands.
func (a Asset) After(step life.Step) (State, error) {
	state, err := a.State.After(step)
	if err != nil {
		return a.State, a.errFixed()
	}
	return state, nil
}

// errFixed is what somebody reads who takes a step with an asset that leads nowhere.
func (a Asset) errFixed() error {
	return fault.New(fault.Conflict, "この情報資産は「"+a.State.Title()+"」のため、変えられません。"+wayOn[a.State])
}

// wayOn is what has to be done first, in a state that an asset can leave.
var wayOn = map[State]string{
	life.Disposing: "廃棄を取りやめるときは、先に、廃棄の申請を取り下げてください。",
	life.Missing:   "見つかったときは、先に、見つかったことを記録してください。",
}

// Ask tells why the actor can't take a step with the asset: Forbidden who may not, Conflict
// where it leads nowhere from where the asset stands; nil where they can. Who is excepted
// from the step is not asked.
func (a Asset) Ask(actor authz.Actor, step life.Step) error {
	if _, err := authz.Check(actor, life.Who(step).Action(actor, a.matter()), a.matter()); err != nil {
		return err
	}
	_, err := a.After(step)
	return err
}

// AllowStep allows a step with an asset that Lock has locked, of what nobody is excepted from.
func AllowStep(tx *door.Tx, actor authz.Actor, a Asset, step life.Step) error {
	return tx.Allow(life.Who(step).Action(actor, a.matter()), a.matter())
}
