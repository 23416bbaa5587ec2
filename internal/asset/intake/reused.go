package intake

import (
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/likeness"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
)

// isReused tells whether a row that is an asset by the section's own number is likely another
// thing, to which the number was given anew: nothing of the name is left, and the kind is
// another, or less is at stake.
func (p *planner) isReused(r ledger.Row, e asset.Entry) bool {
	was, is := e.Was, e.Is
	if was.ID == 0 || was.State.Ended() || strings.EqualFold(was.Code, r.LineOf(ledger.NumberColumn)) || likeness.ShareWords(was.Name, is.Name) {
		return false
	}
	return was.Kind != is.Kind || likeness.Falls(was.Details, is, p.found.Scheme)
}

// askReused asks of a row whether it is the asset that has its number. It tells whether that
// is open: then the row counts for nothing. Another asset needs another number.
func (p *planner) askReused(r ledger.Row, e asset.Entry, place many.Place, w *problems) (open bool) {
	chosen := p.choices.SameOf(r.At)
	p.plan.lists.add(Alike, AlikeQuestion{
		Row: r.At, Line: r.Line, Sheet: p.file.SheetOf(r), Section: sectionName(e, place), Name: short(e.Is.Name),
		Among: []Candidate{{Code: e.Was.Code, Name: e.Was.Name}}, Chosen: chosen, Reused: true,
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
