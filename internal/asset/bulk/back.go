package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/asset"
	"kagami/internal/asset/many"
	"kagami/internal/asset/restore"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
)

// BackLine is an asset that is brought back as it was before a change in bulk.
type BackLine struct {
	Part
	Is      asset.Details
	Becomes asset.State
	Newly   []asset.Break // the rules that it does not fit any more
}

// LeftLine is an asset that stays as it is.
type LeftLine struct {
	Part
	Why string
}

// Back is what taking a change in bulk back does to its assets.
type Back struct {
	Record
	Scheme asset.Scheme
	Lines  []BackLine
	Left   []LeftLine // those that stay as they are
	Undone int        // were brought back already
	Looked int        // of which only the day of the look was set: that somebody looked stays so
	Broken int        // of Lines, those that don't fit a rule any more
	Digest string     // tells it from any other
}

// undone are the fields of a change, by their keys, that are brought back.
func undone(before map[string]string) map[string]string {
	fields := map[string]string{}
	for key, text := range before {
		if key != "checked_on" {
			fields[key] = text
		}
	}
	return fields
}

// whyLeft is why an asset stays as it is, before it is asked whether it could be as it was;
// empty where it could.
func (p Part) whyLeft() string {
	switch {
	case !p.State.Changeable():
		return "「" + p.State.Title() + "」のため、変えられません。"
	case p.SinceAt != nil && p.SinceBy == "":
		return calendar.WarekiInstant(*p.SinceAt) + "に、変えられています。"
	case p.SinceAt != nil:
		return calendar.WarekiInstant(*p.SinceAt) + "に、" + p.SinceBy + "が変えています。"
	case p.Proposed && p.Before["state"] == string(asset.Draft):
		return "変更の提案が確認を待っているため、下書きに戻せません。先に、提案を確認するか差し戻してください。"
	}
	return ""
}

const fitsNoMore = "前の内容は、いまの基準に合わないため、戻せません。"

// makeBack makes the plan of taking a change in bulk back. Assets that nobody has changed
// since, beside who has only looked at them, are brought back.
func makeBack(r Record, parts []Part, scheme asset.Scheme, today calendar.Date) Back {
	b := Back{Record: r, Scheme: scheme}
	digest := sha256.New()
	for _, p := range parts {
		if p.Made == 0 {
			continue
		}
		if p.Undone {
			b.Undone++
			continue
		}
		if why := p.whyLeft(); why != "" {
			b.Left = append(b.Left, LeftLine{p, why})
			continue
		}
		before := undone(p.Before)
		line := BackLine{Part: p, Is: restore.Fitting(p.Details, p.Apply(before), scheme, "まとめて変更する前の分類に戻した。"), Becomes: p.State}
		if state := before["state"]; state != "" {
			line.Becomes = asset.State(state)
		}
		if len(asset.Differing(p.Details, line.Is)) == 0 && line.Becomes == p.State {
			b.Looked++
			continue
		}
		if problems := scheme.CheckChange(p.Details, line.Is, today, line.Becomes == asset.Draft); len(problems) > 0 {
			if gone := restore.Gone(line.Is, scheme); len(gone) > 0 && line.Becomes != asset.Draft {
				b.Left = append(b.Left, LeftLine{p, messages(gone)})
			} else {
				b.Left = append(b.Left, LeftLine{p, fitsNoMore + messages(problems)})
			}
			continue
		}
		if line.Newly = scheme.Newly(p.Asset, line.Is); len(line.Newly) > 0 {
			b.Broken++
		}
		b.Lines = append(b.Lines, line)
		_, after := asset.Changed(p.Details, line.Is)
		fmt.Fprint(digest, p.ID, p.Version, line.Becomes, after, ruleKeys(line.Newly), "\n")
	}
	b.Digest = hex.EncodeToString(digest.Sum(nil))
	return b
}

// LookBack is what taking a change in bulk back would do now. Errors as of Look.
func (s *Service) LookBack(ctx context.Context, actor authz.Actor, token string) (Back, error) {
	k, err := s.Look(ctx, actor, token)
	if err != nil {
		return Back{}, err
	}
	return makeBack(k.Record, k.Parts, k.Scheme, s.register.Today()), nil
}

// MostBackWhy is how long the reason may be: it leaves room for what is taken back, in the
// histories.
const MostBackWhy = 400

func checkWhy(why string) error {
	switch n := utf8.RuneCountInString(why); {
	case n == 0:
		return fault.InvalidFields([]fault.Problem{{Field: "why", Message: "元に戻す理由を書いてください。それぞれの資産の履歴に残ります。"}})
	case n > MostBackWhy:
		return fault.InvalidFields([]fault.Problem{{Field: "why", Message: "元に戻す理由が長すぎます。" + strconv.Itoa(MostBackWhy) + "字までで書いてください。"}})
	}
	return nil
}

var (
	errOtherBack   = fault.New(fault.Conflict, "確かめた後に、台帳が変わりました。いまの台帳に合わせて作り直した内容を表示しています。もう一度確かめてから、戻してください。何も変更されていません。")
	errNothingBack = fault.New(fault.Conflict, "元に戻せるものが、ありません。すでに戻したか、その後に変えられています。何も変更されていません。")
)

// TakeBack does what the plan of that digest says, all of it or nothing, as a change in bulk
// of its own, and names it. Invalid without a reason; Conflict where the plan has become
// another, where nothing is left to bring back, and while another change of many assets is
// under way; otherwise as Look.
func (s *Service) TakeBack(ctx context.Context, actor authz.Actor, token, why, digest string) (taken string, err error) {
	why = strings.TrimSpace(why)
	k, err := s.Look(ctx, actor, token)
	if err == nil {
		err = checkWhy(why)
	}
	if err != nil {
		return "", err
	}
	asked := many.Asked{}
	for _, p := range k.Parts {
		asked.Numbers = append(asked.Numbers, p.Code)
	}
	err = s.many.Change(ctx, actor, asked, func(tx *door.Tx, standing many.Standing) (iter.Seq[asset.Entry], error) {
		parts, err := partsOf(ctx, tx, actor, k.Record)
		if err != nil {
			return nil, err
		}
		locked := map[int64]bool{} // without those that have come to the actor's sections in between
		for _, a := range standing.Assets {
			locked[a.ID] = true
		}
		parts = slices.DeleteFunc(parts, func(p Part) bool { return !locked[p.ID] })
		back := makeBack(k.Record, parts, standing.Scheme, tx.Today())
		switch {
		case len(back.Lines) == 0:
			return nil, errNothingBack
		case back.Digest != digest:
			return nil, errOtherBack
		}
		if taken, err = back.keep(ctx, tx, actor, why); err != nil {
			return nil, err
		}
		return back.entries("まとめて変更（" + calendar.WarekiInstant(k.At) + "）を元に戻した。" + why), nil
	})
	if err != nil {
		return "", fmt.Errorf("taking a change in bulk back: %w", err)
	}
	return taken, nil
}

// keep writes it as a change in bulk of its own.
func (b Back) keep(ctx context.Context, tx *door.Tx, actor authz.Actor, why string) (token string, err error) {
	var parts []part
	keys := map[string]bool{}
	for _, l := range b.Lines {
		parts = append(parts, part{id: l.ID, version: l.Version + 1})
		for _, key := range asset.Differing(l.Details, l.Is) {
			keys[key] = true
		}
	}
	for _, l := range b.Left {
		parts = append(parts, part{id: l.ID, refusal: l.Why})
	}
	r := Record{Why: why, Fields: []string{}, Same: b.Undone + b.Looked}
	for _, f := range asset.Fields {
		if keys[f.Key] && !f.Inner && f.Key != "level_reason" {
			r.Fields = append(r.Fields, f.Key)
		}
	}
	return r.keep(ctx, tx, actor, parts, b.ID)
}

// entries are what the register is asked to change.
func (b Back) entries(why string) iter.Seq[asset.Entry] {
	return func(yield func(asset.Entry) bool) {
		for _, l := range b.Lines {
			if !yield(asset.Entry{Was: l.Asset, Is: l.Is, State: l.Becomes, Why: why}) {
				return
			}
		}
	}
}
