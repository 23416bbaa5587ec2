package archtest

import (
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
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
		for _, f := range readsForNobody(p) {
			if read := room(p) + " " + f.Name(); before[read] {
				taken[read] = true
			} else {
				without[wing(room(p))+" "+f.Name()] = place(t, p, f.Pos()) + ": it reads for nobody: let it take the authz.Actor and ask what they may see, or end its name in ForPortal or ForPublic"
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

// readsForNobody are the exported reads of a package that take no actor, or do not
// look at the one that they take, and do not say for whom they are. What is exported
// of a type that is not is one too: somebody may hold a value of it.
func readsForNobody(p *packages.Package) []types.Object {
	var list []types.Object
	add := func(object types.Object, s *types.Signature) {
		name := object.Name()
		if object.Exported() && isRead(s) && !takesDatabase(s) && !looksAtActor(p.TypesInfo, s) &&
			!strings.HasSuffix(name, "ForPortal") && !strings.HasSuffix(name, "ForPublic") {
			list = append(list, object)
		}
	}
	for _, name := range p.Types.Scope().Names() {
		switch object := p.Types.Scope().Lookup(name).(type) {
		case *types.Func:
			add(object, object.Signature())
		case *types.Var:
			if s, ok := object.Type().Underlying().(*types.Signature); ok {
				add(object, s)
			}
		case *types.TypeName:
			if named, ok := object.Type().(*types.Named); ok && !object.IsAlias() {
				for method := range named.Methods() {
					add(method, method.Signature())
				}
			}
		}
	}
	return list
}

// isRead tells whether a function asks the database, now or in a batch, and hands on
// what comes: as a result, or to a function or a channel that takes it.
func isRead(s *types.Signature) bool {
	if takes(s, "task", "Batch") || takes(s, "pgx", "Batch") {
		return true
	}
	return takes(s, "context", "Context") && (returnsData(s) || handsOn(s))
}

// handsOn tells whether a function has a parameter that takes rows: func([]Document)
// or chan<- Document.
func handsOn(s *types.Signature) bool {
	for parameter := range s.Params().Variables() {
		switch to := parameter.Type().Underlying().(type) {
		case *types.Signature:
			if to.Params().Len() > 0 {
				return true
			}
		case *types.Chan:
			return true
		}
	}
	return false
}

// looksAtActor tells whether a function takes the actor and uses them, so that they
// have a name: not _ authz.Actor.
func looksAtActor(info *types.Info, s *types.Signature) bool {
	for parameter := range s.Params().Variables() {
		if isOf(parameter.Type(), "authz", "Actor") {
			for _, used := range info.Uses {
				if used == parameter {
					return true
				}
			}
		}
	}
	return false
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
		if isOf(parameter.Type(), pkg, name) {
			return true
		}
	}
	return false
}

// isOf tells whether a type is the one with that name, or a pointer to it.
func isOf(t types.Type, pkg, name string) bool {
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	n := nameOf(t)
	return n != nil && n.Name() == name && n.Pkg() != nil && n.Pkg().Name() == pkg
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

func TestReadsForNobodyAreFound(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		`func (s *Service) Documents(ctx context.Context) ([]int, error) { return nil, nil }`:                    true,
		`func (s *Service) Documents(ctx context.Context, a authz.Actor) (int, error) { return a.Reach(), nil }`: false,
		`func (s *Service) Documents(ctx context.Context, _ authz.Actor) ([]int, error) { return nil, nil }`:     true,
		`func (s *Service) Documents(context.Context, authz.Actor) ([]int, error) { return nil, nil }`:           true,
		`func (s *Service) Documents(ctx context.Context, a authz.Actor) ([]int, error) { return nil, nil }`:     true,
		`func (s *Service) QueueDocuments(b *task.Batch, take func([]int)) {}`:                                   true,
		`func (s *Service) QueueDocuments(b *task.Batch, a authz.Actor, take func([]int)) { a.Reach() }`:         false,
		`func (s *Service) QueueDocuments(b *task.Batch, _ authz.Actor, take func([]int)) {}`:                    true,
		`func (s *Service) EachDocument(ctx context.Context, each func(int) error) error { return nil }`:         true,
		`func (s *Service) EachDocument(ctx context.Context, to chan<- int) error { return nil }`:                true,
		`func (s *Service) Change(ctx context.Context, name string) error { return nil }`:                        false,
		`func (s *Service) DocumentsForPortal(ctx context.Context) ([]int, error) { return nil, nil }`:           false,
		`func (s *Service) documents(ctx context.Context) ([]int, error) { return nil, nil }`:                    false,
		`func Documents(ctx context.Context, tx pgx.Tx) ([]int, error) { return nil, nil }`:                      false,
		`type hidden struct{}; func (hidden) Documents(ctx context.Context) ([]int, error) { return nil, nil }`:  true,
		`var Documents = func(ctx context.Context) ([]int, error) { return nil, nil }`:                           true,
	} {
		p := compile(t, `package x
			import ("authz"; "context"; "task"; "github.com/jackc/pgx/v5")
			type Service struct{}
			type every struct { context.Context; authz.Actor; task.Batch; pgx.Tx }
			`+code)
		if got := len(readsForNobody(p)) > 0; got != want {
			t.Errorf("%s: %t, want %t", code, got, want)
		}
	}
}
