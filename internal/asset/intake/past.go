package intake

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/choice"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
	"kagami/internal/asset/past"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// register is the register as an import finds it, with what assets were on the versions
// that the rows of a table were handed out with.
type register struct {
	many.Standing
	past map[int64]*past.Past // of those that have changed since

	unlisted bool // nobody looks at the rows: they are taken in
}

// handedOut are the assets of a file's rows that have changed since they were handed out.
func handedOut(found many.Standing, file File) (list []past.Asked) {
	at := map[string]int{}
	for i, a := range found.Assets {
		at[strings.ToLower(a.Code)] = i
	}
	for _, r := range file.Rows {
		version, _ := r.Version()
		if i, known := at[strings.ToLower(r.LineOf(ledger.NumberColumn))]; known && version > 0 && version < found.Assets[i].Version {
			list = append(list, past.Asked{Asset: found.Assets[i], Since: version})
		}
	}
	return list
}

// planOn plans a file on the register as it stands, by its histories in the database.
func planOn(ctx context.Context, db postgres.Querier, found many.Standing, file File, choices Choices, unlisted bool) (Plan, error) {
	list, err := past.List(ctx, db, handedOut(found, file))
	if err != nil {
		return Plan{}, err
	}
	return makePlan(ctx, register{found, list, unlisted}, file, choices)
}

// isHandedOut tells whether a row is of the asset by its 管理番号, as a table says it that
// was handed out.
func (p *planner) isHandedOut(r ledger.Row, at int) bool {
	return at >= 0 && strings.EqualFold(p.found.Assets[at].Code, r.LineOf(ledger.NumberColumn))
}

// then is what a row's asset was when it was handed out; stale is false where it is that
// still, or where the row does not say.
func (p *planner) then(r ledger.Row, at int) (then *past.Past, stale bool) {
	if !r.Page.Has(ledger.VersionColumn) || !p.isHandedOut(r, at) {
		return nil, false
	}
	version, _ := r.Version()
	was := p.found.Assets[at]
	then = p.found.past[was.ID]
	return then, then != nil && then.Since == version && then.Steps == was.Version-version
}

// checkVersion asks of a row's version that it is one that its asset has, or had.
func (p *planner) checkVersion(r ledger.Row, at int, w *problems) {
	if !r.Page.Has(ledger.VersionColumn) || !p.isHandedOut(r, at) {
		return
	}
	const instead = "台帳を書き出し直して、そのファイルで変えてください。"
	version, ok := r.Version()
	now := p.found.Assets[at].Version
	_, stale := p.then(r, at)
	switch {
	case !ok:
		w.wrong(ledger.VersionColumn, wording.Quote(r.LineOf(ledger.VersionColumn))+"は、版として読めません。版の欄は変えずに、"+instead)
	case version > now:
		w.wrong(ledger.VersionColumn, fmt.Sprintf("第%d版は、まだ台帳にありません（いまは第%d版です）。版の欄は変えずに、%s", version, now, instead))
	case version > 0 && version < now && !stale:
		w.wrong(ledger.VersionColumn, fmt.Sprintf("第%d版の内容が、台帳の履歴にありません。%s", version, instead))
	}
}

// Side is which of two changes of a field holds.
type Side = choice.Side

// The sides.
const (
	TheFile     = choice.TheFile
	TheRegister = choice.TheRegister
)

// clash is a field that the file and the portal have changed otherwise.
type clash struct {
	field     asset.Field
	file, now string
	hand      past.Hand
	holds     Side // empty while nobody has chosen
}

// both are an asset's details with what a file has changed in what they were when it was
// handed out: what only the portal has changed stays. Where both have changed a field, what
// somebody has chosen holds, and as long as nobody has, the register.
func (p *planner) both(r ledger.Row, now asset.Asset, read asset.Entry, then *past.Past) (is asset.Details, clashes []clash) {
	is = now.Details
	for _, key := range asset.Differing(read.Was.Details, read.Is) {
		f, _ := choice.Field(key)
		was, file, has := f.Text(read.Was.Details), f.Text(read.Is), f.Text(now.Details)
		switch has {
		case file:
			continue
		case was:
			f.Put(&is, file)
			continue
		}
		c := clash{field: f, file: file, now: has, hand: then.By[key], holds: p.choices.SideOf(choice.FieldOf(r.At, key))}
		if c.holds == TheFile {
			f.Put(&is, file)
		}
		clashes = append(clashes, c)
	}
	return is, clashes
}

// ClashQuestion asks which change of a field holds: that of the file, or that which
// somebody has made in the portal since it was handed out.
type ClashQuestion struct {
	Field     string // as choice.FieldOf names it
	Line      int
	Sheet     string
	Code      string // 管理番号
	Section   string
	Name      string
	Title     string // of the field
	File, Now string // as people read them
	By        string // who has changed it in the portal; empty for the portal itself
	At        time.Time
	Chosen    Side
}

// askWhich asks of fields which change holds. It tells whether any is open: then the row
// counts for nothing.
func (p *planner) askWhich(r ledger.Row, e asset.Entry, place many.Place, clashes []clash) (open bool) {
	for _, c := range clashes {
		q := ClashQuestion{
			Field: choice.FieldOf(r.At, c.field.Key), Line: r.Line, Sheet: p.file.SheetOf(r), Code: e.Was.Code, Section: sectionName(e, place), Name: short(e.Was.Name), Title: c.field.Title,
			File: short(p.found.Scheme.Shown(c.field.Key, c.file)), Now: short(p.found.Scheme.Shown(c.field.Key, c.now)), By: c.hand.By, At: c.hand.At, Chosen: c.holds,
		}
		p.plan.lists.add(Clashing, q)
		if c.holds == "" {
			open = true
			p.plan.Clashing++
			p.plan.Unsettled = append(p.plan.Unsettled, p.file.Problem(r, p.columnOf(r, c.field.Key), q.sentence()))
		}
	}
	return open
}

// OrNone is a value as it is shown beside another.
func OrNone(text string) string {
	if text == "" {
		return "（なし）"
	}
	return text
}

// Hand says who has changed the field in the portal, and when.
func (q ClashQuestion) Hand() string {
	by := q.By
	if by == "" {
		by = "ポータル"
	}
	return by + "、" + calendar.WarekiInstant(q.At)
}

// sentence says what to do to whoever sees no screen.
func (q ClashQuestion) sentence() string {
	return "ファイルと台帳の両方で変わっています。ファイルは「" + OrNone(q.File) + "」、いまの台帳は「" + OrNone(q.Now) + "」（" + q.Hand() +
		"）です。どちらにするか、画面で選んで取り込んでください（コマンドでは、--prefer file か --prefer register）。"
}
