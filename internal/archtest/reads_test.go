package archtest

import (
	"go/types"
	"slices"
	"strings"
	"testing"
)

// A read takes the actor, so that it can leave out what they may not see, or says
// in its name that it is for the portal itself (…ForPortal) or for everybody
// (…ForPublic). A part of a read or of
// a change takes the database or the transaction, which no screen has: who calls
// it has asked. Where somebody signs in there is no actor yet: those reads are
// listed, each with for whom it is.
func TestEachReadTakesAnActor(t *testing.T) {
	without, before := map[string]string{}, readBeforeActor(t)
	taken := map[string]bool{}
	for _, p := range loadHouse(t) {
		if !isDomain(p) {
			continue
		}
		for _, name := range p.Types.Scope().Names() {
			object := p.Types.Scope().Lookup(name)
			if !object.Exported() {
				continue
			}
			functions := []*types.Func{}
			switch object := object.(type) {
			case *types.Func:
				functions = append(functions, object)
			case *types.TypeName:
				if named, ok := object.Type().(*types.Named); ok && !object.IsAlias() {
					functions = slices.AppendSeq(functions, named.Methods())
				}
			}
			for _, f := range functions {
				if !f.Exported() || !returnsData(f.Signature()) || !takes(f.Signature(), "context", "Context") ||
					takes(f.Signature(), "authz", "Actor") || takesDatabase(f.Signature()) || strings.HasSuffix(f.Name(), "ForPortal") || strings.HasSuffix(f.Name(), "ForPublic") {
					continue
				}
				if read := room(p) + " " + f.Name(); before[read] {
					taken[read] = true
				} else {
					without[wing(room(p))+" "+f.Name()] = place(t, p, f.Pos()) + ": it reads for nobody: let it take the authz.Actor, or end its name in ForPortal or ForPublic"
				}
			}
		}
	}
	for read := range before {
		if !taken[read] {
			t.Errorf("%s does not read without an actor: take its line out of testdata/%s", read, readsBeforeActor)
		}
	}
	shrinks(t, "reads-without-actor.txt", without)
}

const readsBeforeActor = "reads-before-actor.txt"

// readBeforeActor returns the reads for which there is no actor yet, such as
// account/session Find; each must say for whom it is.
func readBeforeActor(t *testing.T) map[string]bool {
	t.Helper()
	reads := map[string]bool{}
	for _, line := range readList(t, readsBeforeActor) {
		read, whom, _ := strings.Cut(line, ": ")
		if whom == "" {
			t.Errorf("testdata/%s: %q does not say for whom", readsBeforeActor, line)
		}
		reads[read] = true
	}
	return reads
}

// returnsData tells whether a function returns anything but an error.
func returnsData(s *types.Signature) bool {
	for result := range s.Results().Variables() {
		if result.Type().String() != "error" {
			return true
		}
	}
	return false
}

// takes tells whether a function has a parameter of a type, or a pointer to it.
func takes(s *types.Signature, pkg, name string) bool {
	for parameter := range s.Params().Variables() {
		t := parameter.Type()
		if pointer, ok := t.(*types.Pointer); ok {
			t = pointer.Elem()
		}
		if n := nameOf(t); n != nil && n.Name() == name && n.Pkg() != nil && n.Pkg().Name() == pkg {
			return true
		}
	}
	return false
}

// takesDatabase tells whether a function has a parameter that asks the database:
// a transaction, a pool, or the part of them that reads.
func takesDatabase(s *types.Signature) bool {
	for parameter := range s.Params().Variables() {
		for _, name := range []string{"Query", "QueryRow"} {
			if method, _, _ := types.LookupFieldOrMethod(parameter.Type(), true, parameter.Pkg(), name); method != nil {
				return true
			}
		}
	}
	return false
}
