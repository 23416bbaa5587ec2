package server

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/layout"
	"kagami/web/screen"
)

// log writes one line a request: what was asked, by its route rather than its
// address (addresses can name what is not public), and how it ended.
func (p *Portal) log(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		visit := &screen.Visit{Portal: p.shared, ID: p.ids.next()}
		r = r.WithContext(screen.With(r.Context(), visit))
		answer := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(answer, r)
		// made by hand: LogAttrs walks the stack for a place in the source, which
		// is the same for every request
		line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
		line.AddAttrs(
			slog.String("id", visit.ID),
			slog.String("method", r.Method),
			slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", max(answer.Status(), http.StatusOK)),
			slog.Float64("took_ms", float64(time.Since(begun).Microseconds())/1000))
		if out := p.Log.Handler(); out.Enabled(r.Context(), line.Level) {
			_ = out.Handle(r.Context(), line) // as the logger does
		}
	})
}

// recover turns a panic into the page for what nobody foresaw.
func (p *Portal) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			p.failAtLeast(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}()
		next.ServeHTTP(w, r)
	})
}

// failAtLeast is fail, and a page without a frame where drawing that one fails too.
func (p *Portal) failAtLeast(w http.ResponseWriter, r *http.Request, err error) {
	defer func() {
		if v := recover(); v != nil {
			screen.Note(r, fmt.Errorf("panic while drawing a failure: %v\n%s", v, debug.Stack()))
			http.Error(w, screen.FailureOf(fault.Internal).Message, http.StatusInternalServerError)
		}
	}()
	p.fail(w, r, err)
}

// policyOfContent lets a page take nothing from anywhere but the portal.
const policyOfContent = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// headers are the same for every page; only the static files say otherwise.
func (p *Portal) headers(next http.Handler) http.Handler {
	same := http.Header{
		"Content-Security-Policy": {policyOfContent},
		"X-Content-Type-Options":  {"nosniff"},
		"Referrer-Policy":         {"no-referrer"},
		"Cache-Control":           {"no-store"},
	}
	if p.secure() {
		same["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), same)
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses forms that another site sends in a person's name.
func (p *Portal) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(p.page(func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.Forbidden, "ほかのサイトから送られた操作は受け付けません。このポータルの画面を開き直してから、もう一度行ってください。")
	}))
	return protection.Handler(next)
}

// overTLS keeps passwords and cookies off networks that others can listen on:
// without TLS people are served on this machine only, for trying. Who opens it by
// a number is led to its name, which passkeys need.
func (p *Portal) overTLS(next http.Handler) http.Handler {
	if p.secure() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			p.fail(w, r, fault.New(fault.Forbidden, "暗号化されていない接続では使えません。https:// で始まるアドレスを開いてください。"))
			return
		}
		if named := p.byName(r); named != "" {
			http.Redirect(w, r, named, http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// byName is the address, by the name localhost, of a page that was asked for by
// this machine's number; empty where there is none other.
func (p *Portal) byName(r *http.Request) string {
	if r.Method != http.MethodGet || p.PublicURL.Hostname() != "localhost" {
		return ""
	}
	asked := url.URL{Host: r.Host}
	if asked.Hostname() == "localhost" {
		return ""
	}
	named := "http://localhost"
	if port := asked.Port(); port != "" {
		named += ":" + port
	}
	return named + r.URL.RequestURI()
}

// identify finds who acts: the session's person, with the roles of today. One
// whose posts have ended is nobody.
func (p *Portal) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		current := p.Sessions.Current(r.Context())
		if current.Person == 0 {
			next.ServeHTTP(w, r)
			return
		}
		actor, err := p.Org.ActorInState(r.Context(), current.Person, screen.Today(r.Context()), current.State)
		if fault.KindOf(err) == fault.Unauthenticated {
			next.ServeHTTP(w, r)
			return
		}
		if err != nil {
			p.fail(w, r, err)
			return
		}
		if current.Confined {
			actor = actor.Confine()
		}
		screen.VisitOf(r.Context()).Actor = actor
		next.ServeHTTP(w, r)
	})
}

// confine answers who is confined to their own case, but where a route is open to them: one page,
// whatever they have asked for and whether it is there.
func (p *Portal) confine(route screen.Route) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if screen.Actor(r.Context()).IsConfined() && !route.ForConfined {
				view := confinedView{screen.Frame(r, confinedTitle), p.shared.Confinement.Links}
				view.Done, view.Nav = nil, layout.Navigation(view.Links, nil) // wherever they are
				screen.Render(w, r, http.StatusForbidden, confinedPage(view))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// gate lets through who may do a route's action at all, has proved who they are
// as well as the route asks, and brings no more than the route's size.
func (p *Portal) gate(route screen.Route) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			actor := screen.Actor(r.Context())
			switch {
			case route.Action == authz.Public:
			case actor.Person == 0:
				p.fail(w, r, errSignIn())
				return
			case route.Action == authz.SignedIn:
			case !mayEnter(actor, route):
				p.fail(w, r, refusal(actor, route))
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, route.MaxBody)
			// once, for all who handle it; files are read by who expects them
			if err := r.ParseForm(); err != nil {
				p.fail(w, r, screen.BadForm(err))
				return
			}
			if route.Action != authz.Public {
				proved, err := p.signIn.Proved(w, r, route)
				if err != nil {
					p.fail(w, r, err)
				}
				if err != nil || !proved {
					return
				}
			}
			if err := ask(r, actor, route); err != nil {
				p.fail(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// mayEnter tells whether somebody could do a route's action: in some matter, where
// the route asks with its own.
func mayEnter(actor authz.Actor, route screen.Route) bool {
	if route.Ask == nil {
		return actor.Reach(route.Action) != authz.None
	}
	return actor.Might(route.Action, authz.Self)
}

// ask asks with the matter of a request. Who could act only in the place of somebody
// below them, and does not, learns no more than who could not at all.
func ask(r *http.Request, actor authz.Actor, route screen.Route) error {
	if route.Ask == nil {
		return nil
	}
	err := route.Ask(r)
	if kind := fault.KindOf(err); (kind == fault.NotFound || kind == fault.Conflict) && actor.Reach(route.Action) == authz.None {
		return refusal(actor, route)
	}
	return err
}

// refusal is what who may not do a route's action is told.
func refusal(actor authz.Actor, route screen.Route) error {
	_, err := authz.Check(actor, route.Action, authz.Matter{})
	return err
}

func errSignIn() error {
	return fault.New(fault.Unauthenticated, "")
}
