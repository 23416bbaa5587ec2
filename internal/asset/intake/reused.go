package intake

import (
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
	"kagami/internal/sheet/intake"
)

// isReused tells whether a row that is an asset by the section's own number is likely another
// thing, to which the number was given anew: nothing of the name is left, and the kind is
// another, or less is at stake.
func (p *planner) isReused(r ledger.Row, e asset.Entry) bool {
	was, is := e.Was, e.Is
	if was.ID == 0 || was.State.Ended() || strings.EqualFold(was.Code, r.LineOf(ledger.NumberColumn)) || shareWords(was.Name, is.Name) {
		return false
	}
	return was.Kind != is.Kind || falls(was.Details, is, p.found.Scheme)
}

// falls tells whether one details ask for less than others: of personal data, or in a level.
func falls(was, is asset.Details, scheme asset.Scheme) bool {
	sort := func(d asset.Details) int {
		return slices.IndexFunc(asset.PersonalData, func(c asset.Choice[asset.Personal]) bool { return c.Value == d.Personal })
	}
	if sort(is) < sort(was) {
		return true
	}
	return slices.ContainsFunc(asset.Aspects[:], func(aspect asset.Aspect) bool {
		before, after := rank(scheme, aspect, was.Level(aspect)), rank(scheme, aspect, is.Level(aspect))
		return after > 0 && after < before
	})
}

// rank is how high a level stands; 0 where it is open. 機密性3 stands as high as the lowest
// of the three that it may be.
func rank(scheme asset.Scheme, aspect asset.Aspect, key string) int {
	if aspect == asset.Confidentiality && key == asset.Unsettled {
		lowest := 0
		for _, level := range Steps(scheme) {
			if lowest == 0 || level.Rank < lowest {
				lowest = level.Rank
			}
		}
		return lowest
	}
	level, _ := scheme.Level(aspect, key)
	return level.Rank
}

// shareWords tells whether two names have anything in common: two letters that follow one
// another, or all of one that is shorter.
func shareWords(one, other string) bool {
	x, y := []rune(intake.Fold(wording.Bare(one))), intake.Fold(wording.Bare(other))
	if len(x) < 2 || len([]rune(y)) < 2 {
		return strings.Contains(y, string(x)) || strings.Contains(string(x), y)
	}
	for i := range len(x) - 1 {
		if strings.Contains(y, string(x[i:i+2])) {
			return true
		}
	}
	return false
}

// askReused asks of a row whether it is the asset that has its number. It tells whether that
// is open: then the row counts for nothing. Another asset needs another number.
func (p *planner) askReused(r ledger.Row, e asset.Entry, place many.Place, w *problems) (open bool) {
	chosen := p.choices.Same[r.At]
	if chosen == "" && p.choices.Others {
		chosen = Another
	}
	p.plan.lists.add(Alike, AlikeQuestion{
		Row: r.At, Line: r.Line, Sheet: p.file.SheetOf(r), Section: sectionName(e, place), Name: short(e.Is.Name),
		Among: []Candidate{{Code: e.Was.Code, Name: e.Was.Name}}, Chosen: chosen,
	})
	said := ledger.OwnColumn
	if r.LineOf(said) == "" {
		said = ledger.NumberColumn
	}
	has := wording.Quote(e.Was.OwnNumber) + "は、「" + e.Was.Name + "」（" + e.Was.Code + "）の課の番号です。"
	switch {
	case strings.EqualFold(chosen, e.Was.Code):
		return false
	case chosen != "":
		w.wrong(said, has+"別の資産なら、番号を変えるか空にしてください。")
		return false
	}
	p.plan.Open++
	p.plan.Unsettled = append(p.plan.Unsettled, p.file.Problem(r, said, has+"この行とは、名前も内容も違います。同じ資産なら管理番号を書くか、画面で選んでください。別の資産なら、番号を変えるか空にしてください。"))
	return true
}
