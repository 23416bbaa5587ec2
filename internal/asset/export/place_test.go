package export

import (
	"context"
	"errors"
	"testing"
)

func TestWhoAsksForManyExportsLeavesOthersAPlace(t *testing.T) {
	t.Parallel()
	p := newPlaces()
	leave, err := p.take(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancelCause(t.Context())
	waited := make(chan error)
	for range 20 {
		go func() {
			_, err := p.take(gone, 1)
			waited <- err
		}()
	}
	other, err := p.take(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	other()
	away := errors.New("went away")
	cancel(away)
	for range 20 {
		if err := <-waited; !errors.Is(err, away) {
			t.Errorf("a second export of theirs: %v", err)
		}
	}
	leave()
	if len(p.own) != 0 || len(p.all) != 0 {
		t.Errorf("%d people and %d places are left", len(p.own), len(p.all))
	}
	if leave, err = p.take(t.Context(), 1); err != nil {
		t.Error(err)
	}
	leave()
}
