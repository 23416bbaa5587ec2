package export

import (
	"context"
	"sync"
)

// mostAtOnce is how many are written at once, so that the database is there for everybody
// else too.
const mostAtOnce = 2

// places are where exports are written: a few at once, and one for a person, so that who
// asks for many, or reads slowly, leaves the others theirs.
type places struct {
	all  chan struct{}
	lock sync.Mutex
	own  map[int64]*own // by person
}

// own is a person's place, with how many of their exports are written or wait for it.
type own struct {
	place chan struct{}
	asked int
}

func newPlaces() *places {
	return &places{all: make(chan struct{}, mostAtOnce), own: map[int64]*own{}}
}

// take waits for a place; leave gives it back. The context's cause where that ends before.
func (p *places) take(ctx context.Context, person int64) (leave func(), err error) {
	p.lock.Lock()
	mine := p.own[person]
	if mine == nil {
		mine = &own{place: make(chan struct{}, 1)}
		p.own[person] = mine
	}
	mine.asked++
	p.lock.Unlock()
	forget := func() {
		p.lock.Lock()
		defer p.lock.Unlock()
		if mine.asked--; mine.asked == 0 {
			delete(p.own, person)
		}
	}
	select {
	case mine.place <- struct{}{}:
	case <-ctx.Done():
		forget()
		return nil, context.Cause(ctx)
	}
	select {
	case p.all <- struct{}{}:
		return func() {
			<-p.all
			<-mine.place
			forget()
		}, nil
	case <-ctx.Done():
		<-mine.place
		forget()
		return nil, context.Cause(ctx)
	}
}
