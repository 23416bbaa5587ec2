package server

import (
	"context"
	"fmt"
	"net/http"

	"kagami/internal/fault"
	"kagami/internal/job"
	"kagami/internal/notice"
	"kagami/internal/state"
	"kagami/web/layout"
	"kagami/web/screen"
	"kagami/web/static"
)

// Portal serves the pages.
type Portal struct {
	Ground
	parts   []screen.Part
	shared  *screen.Portal
	notices *notice.Service
	signIn  screen.SignIn
	files   *static.Files
	ids     *requestIDs
	handler http.Handler
	// patience is how long requests may take, lookout what was last seen of the database.
	patience patience
	lookout  lookout
	// compress makes what a handler answers smaller, where the browser takes it.
	compress func(http.Handler) http.HandlerFunc
}

// New makes a portal of Parts. Invalid for a public address without TLS that is
// not on this machine, and where two Parts have the same key.
func New(ground Ground, parts []screen.Part) (*Portal, error) {
	if !ground.secure() && !isLoopback(ground.PublicURL.Host) {
		return nil, fault.New(fault.Invalid, "暗号化しない http では、ほかのコンピューターからの利用を受け付けません。--public-url に、利用者が開く https の URL を指定してください。")
	}
	files, err := static.New()
	if err != nil {
		return nil, err
	}
	compress, err := compressor()
	if err != nil {
		return nil, err
	}
	p := &Portal{Ground: ground, files: files, ids: newRequestIDs(), compress: compress, patience: newPatience()}
	p.parts = append([]screen.Part{p.part()}, parts...)
	if err := check(p.parts); err != nil {
		return nil, err
	}
	nav, err := screen.NewNav(p.parts)
	if err != nil {
		return nil, err
	}
	p.shared = &screen.Portal{
		Town: ground.Town, Files: files, Nav: nav, Flashes: map[string]layout.Done{}, Now: ground.Now, Log: ground.Log,
		TrustedProxies: ground.TrustedProxies, Fail: p.fail,
	}
	var (
		topics   []notice.Topic
		counting []state.Counter
	)
	for _, part := range p.parts {
		for key, flash := range part.Flashes {
			p.shared.Flashes[key] = flash
		}
		topics, counting = append(topics, part.Topics...), append(counting, part.Counters...)
		if part.SignIn != nil {
			p.signIn = *part.SignIn
		}
		if part.Confinement != nil {
			p.shared.Confinement = part.Confinement
			ground.Confinement.Open(part.Confinement.Open)
		}
	}
	counters, err := state.NewCounters(counting...)
	if err != nil {
		return nil, err
	}
	p.Sessions.Count(counters)
	p.notices = notice.New(ground.Pool, ground.Door.Now, topics...)
	p.handler = p.router()
	return p, nil
}

func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// Routes are the addresses that people use.
func (p *Portal) Routes() []screen.Route {
	var routes []screen.Route
	for _, part := range p.parts {
		routes = append(routes, part.Routes...)
	}
	return routes
}

// Start does what the Parts want done before the portal answers.
func (p *Portal) Start(ctx context.Context) error {
	for _, part := range p.parts {
		if part.Start == nil {
			continue
		}
		if err := part.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Finish waits for what still goes on beside requests once none come any more: it needs the
// database until it is over.
func (p *Portal) Finish() { p.shared.Finish() }

// Queues are those that Parts have for themselves.
func (p *Portal) Queues() []job.Queue {
	var queues []job.Queue
	for _, part := range p.parts {
		queues = append(queues, part.Queues...)
	}
	return queues
}

// Jobs are what the Parts do by themselves.
func (p *Portal) Jobs() []job.Register {
	var jobs []job.Register
	for _, part := range p.parts {
		if part.Jobs != nil {
			jobs = append(jobs, part.Jobs)
		}
	}
	return jobs
}

// check refuses keys that two Parts have: one would stand in the other's place
// unseen.
func check(parts []screen.Part) error {
	taken := map[string]bool{}
	var twice []string
	take := func(kind, key string) {
		if name := kind + " " + key; taken[name] {
			twice = append(twice, name)
		} else {
			taken[name] = true
		}
	}
	var (
		signIns, confinements int
		widened               string
	)
	for _, part := range parts {
		for _, route := range part.Routes {
			take("route", route.Method+" "+route.Pattern)
			if route.ForConfined && route.Proof {
				widened = route.Pattern
			}
		}
		for _, entry := range part.Nav {
			take("entry of the navigation", entry.URL)
		}
		for area := range part.Areas {
			take("area", area)
		}
		for key := range part.Flashes {
			take("flash", key)
		}
		for _, topic := range part.Topics {
			take("topic", topic.Kind)
		}
		for _, subject := range part.Subjects {
			take("trail subject", subject.Kind)
		}
		for _, one := range part.Settings {
			take("setting", one.Name)
		}
		for _, counter := range part.Counters {
			take("counter", counter.Name)
		}
		if part.SignIn != nil {
			signIns++
		}
		if part.Confinement != nil {
			confinements++
		}
	}
	switch {
	case len(twice) > 0:
		return fault.New(fault.Invalid, fmt.Sprintf("プログラムの部品に、同じ名前が2回あります（%s）。プログラムを作り直してください。", twice[0]))
	case confinements > 1:
		return fault.New(fault.Invalid, fmt.Sprintf("プログラムの部品のうち、利用を止められている人に画面を開くものが%d個あります。プログラムを作り直してください。", confinements))
	case widened != "":
		return fault.New(fault.Invalid, fmt.Sprintf("利用を止められている人に開く画面（%s）が、もう一度本人かを確かめる画面になっています。プログラムを作り直してください。", widened))
	case signIns != 1:
		return fault.New(fault.Invalid, fmt.Sprintf("プログラムの部品のうち、サインインの画面を持つものが%d個あります。プログラムを作り直してください。", signIns))
	}
	return nil
}
