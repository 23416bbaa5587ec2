// Package restore brings an earlier state of an asset back, as a new version: what was
// between stays in its history.
package restore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// At are an asset's details as they were on an earlier version, by its history with the
// newest change first; false where it had no such version before the one that it has.
func At(now asset.Asset, history []asset.Event, version int) (asset.Details, bool) {
	d := now.Details
	if version < 1 || version >= now.Version {
		return d, false
	}
	for _, e := range history {
		switch {
		case e.Version > now.Version: // made after now was read
		case e.Version > version:
			d = d.Apply(e.Before)
		default:
			return d, e.Version == version
		}
	}
	return d, false
}

// Gone is what of details there is none of in the scheme of a day, or was not settled then:
// what can't be brought back, with what to do.
func Gone(d asset.Details, scheme asset.Scheme) (problems []fault.Problem) {
	const instead = "この内容には戻せません。「変更する」から、いまの基準で選んでください。"
	ask := func(title, key, shown string, there bool) {
		switch {
		case key == "":
			problems = append(problems, fault.Problem{Message: "そのときは、" + title + "が決まっていませんでした。" + instead})
		case !there:
			problems = append(problems, fault.Problem{Message: "そのときの" + title + "「" + shown + "」は、いまの基準にありません。" + instead})
		}
	}
	for _, aspect := range asset.Aspects {
		level, there := scheme.Level(aspect, d.Level(aspect))
		ask(aspect.Title(), level.Key, level.Title, there)
	}
	zone, there := scheme.Zone(d.Zone)
	ask("領域", zone.Key, zone.Title, there)
	return problems
}

// Service brings earlier states back.
type Service struct{ register *asset.Service }

// New makes the service.
func New(register *asset.Service) *Service { return &Service{register} }

// Past is an earlier state of an asset.
type Past struct {
	Asset   asset.Asset // as it stands
	Event   asset.Event // by which it became so
	Then    asset.Details
	Scheme  asset.Scheme
	Refused []fault.Problem // why it can't be brought back
}

// Look is an earlier state, for who may bring it back. NotFound where the actor may not see
// the asset, or it had no such version; Forbidden and Conflict as for a change.
func (s *Service) Look(ctx context.Context, actor authz.Actor, code string, version int) (Past, error) {
	a, err := s.register.Find(ctx, actor, code)
	if err == nil {
		err = a.AskChange(actor)
	}
	if err != nil {
		return Past{}, err
	}
	history, err := s.register.History(ctx, actor, a)
	if err != nil {
		return Past{}, err
	}
	then, there := At(a, history, version)
	if !there {
		return Past{}, fault.New(fault.NotFound, "この情報資産に、この版の前の内容はありません。履歴から選び直してください。")
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return Past{}, err
	}
	p := Past{Asset: a, Then: Fitting(a.Details, then, scheme, "第"+strconv.Itoa(version)+"版の分類に戻した。"), Scheme: scheme, Refused: Gone(then, scheme)}
	p.Event = history[slices.IndexFunc(history, func(e asset.Event) bool { return e.Version == version })]
	return p, nil
}

// Fitting are details of an earlier day as they may stand in the place of those of now. Where
// their levels go by no reason, since none was asked for then, it is that one.
func Fitting(now, then asset.Details, scheme asset.Scheme, reason string) asset.Details {
	if then.LevelReason == "" && levelled(now) != levelled(then) {
		then.LevelReason = reason
	}
	if then.CheckedOn.Before(now.CheckedOn) { // that somebody has looked since is so, whatever it says
		then.CheckedOn = now.CheckedOn
	}
	return scheme.Settled(then)
}

// levelled is what the levels of details go by.
func levelled(d asset.Details) [4]string {
	return [4]string{d.Confidentiality, d.Integrity, d.Availability, d.Answers}
}

const mostWhy = 400 // the history says besides which version it was

// Restore puts an earlier state in the place of the one that the actor has seen. Invalid
// where levels or zones of then are none today; otherwise as asset.Service.Change.
func (s *Service) Restore(ctx context.Context, actor authz.Actor, code string, seen, version int, why string) error {
	p, err := s.Look(ctx, actor, code, version)
	if err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	problems := p.Refused
	if utf8.RuneCountInString(why) > mostWhy {
		problems = append(problems, fault.Problem{Field: "why", Message: "理由が長すぎます。" + strconv.Itoa(mostWhy) + "字までで書いてください。"})
	}
	if err := fault.InvalidFields(problems); err != nil {
		return err
	}
	from := fmt.Sprintf("第%d版（%s）の内容に戻した。", version, calendar.WarekiInstant(p.Event.At))
	return s.register.Change(ctx, actor, code, seen, p.Then, from+why)
}
