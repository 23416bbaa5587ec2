package violation

import (
	"context"
	"errors"

	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/violation/procedure"
)

// Files are what may hang on a step.
var Files = []attachment.Kind{attachment.Document, attachment.Picture}

// Next are the events that an actor can take in a case now.
func (s *Service) Next(ctx context.Context, actor authz.Actor, o Opened) ([]procedure.Event, error) {
	// what is shown of a case in parts is less than what its steps go by
	c, seats, _, err := load(ctx, s.pool, actor, o.Code, s.door.Now(), "")
	if err != nil {
		return nil, err
	}
	var next []procedure.Event
	for _, event := range procedure.Offered {
		t := turn{Case: c, event: event, seats: seats, today: s.today(), by: actor.Person}
		if t.may(ctx, s.pool, actor) != nil {
			continue
		}
		if t.to, err = procedure.Arrow(c.State, event); err != nil {
			continue
		}
		if t.ripe(Said{More: More{Repeated: true}}) == nil {
			next = append(next, event)
		}
	}
	return next, nil
}

// Hindrance is why a step that leads on from where a case stands can't be taken yet, as people read it;
// empty for nothing.
func (s *Service) Hindrance(ctx context.Context, actor authz.Actor, o Opened, event procedure.Event) (string, error) {
	c, seats, _, err := load(ctx, s.pool, actor, o.Code, s.door.Now(), "")
	if err != nil {
		return "", err
	}
	t := turn{Case: c, event: event, seats: seats, today: s.today(), by: actor.Person}
	if err := t.may(ctx, s.pool, actor); err != nil {
		return "", err
	}
	if t.to, err = procedure.Arrow(c.State, event); err != nil {
		return "", nil // there the state itself says it
	}
	hindered, ok := errors.AsType[*fault.Error](t.ripe(Said{More: More{Repeated: true}}))
	if !ok {
		return "", nil
	}
	return hindered.Message, nil
}

// may asks leave for a step without a change under way.
func (t *turn) may(ctx context.Context, db postgres.Querier, actor authz.Actor) error {
	if err := t.sit(ctx, db, actor); err != nil {
		return err
	}
	_, err := authz.Check(actor, procedure.Who(t.event).Action(actor, t.matter), t.matter)
	return err
}

// AskStep refuses who may not take a step of a case, whatever its state: what a form asks before
// it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code string, event procedure.Event) error {
	c, seats, _, err := load(ctx, s.pool, actor, code, s.door.Now(), "")
	if err != nil {
		return err
	}
	t := turn{Case: c, event: event, seats: seats, today: s.today(), by: actor.Person}
	return t.may(ctx, s.pool, actor)
}

// Talked is when what was told to the person of a case was handed over in a talk, by the version
// of the step: the first talk that was recorded after it.
func (o Opened) Talked(version int) calendar.Date {
	for _, h := range o.Steps {
		if h.Event == procedure.EventHand && h.Version > version {
			return h.More.On
		}
	}
	return calendar.Date{}
}
