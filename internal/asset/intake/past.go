package intake

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// register is the register as an import finds it, with what assets were on the versions
// that the rows of a table were handed out with.
type register struct {
	many.Standing
	past map[int64]*past // of those that have changed since
}

// past is what an asset was on an earlier version, and who has changed it since.
type past struct {
	since  int                 // the version
	steps  int                 // how many changes there are since
	before map[string]string   // what has changed since, by the keys of fields, as it was then
	by     map[string]lastHand // who has changed it last
}

// lastHand is who has changed a field last, and when.
type lastHand struct {
	at time.Time
	by string // empty for the portal and its operator
}

// of is the asset as it was then.
func (t *past) of(now asset.Asset) asset.Asset {
	then := now
	then.Details = now.Apply(t.before)
	if state, changed := t.before["state"]; changed {
		then.State = asset.State(state)
	}
	if section, changed := t.before["section"]; changed {
		then.SectionName = section
	}
	return then
}

// mostPast is how much of what assets were is looked at for one file, in octets: it is held
// in memory whole.
const mostPast = 64 << 20

// pastOf is what assets were on the versions of a file's rows, where these are not those
// that they have now. TooLarge beyond mostPast.
func pastOf(ctx context.Context, db postgres.Querier, found many.Standing, file File) (map[int64]*past, error) {
	at := map[string]int{}
	for i, a := range found.Assets {
		at[strings.ToLower(a.Code)] = i
	}
	list := map[int64]*past{}
	var assets []int64
	var since, until []int
	for _, r := range file.Rows {
		version, _ := r.Version()
		if i, known := at[strings.ToLower(r.LineOf(ledger.NumberColumn))]; known && version > 0 && version < found.Assets[i].Version {
			a := found.Assets[i]
			if list[a.ID] == nil {
				list[a.ID] = &past{since: version, before: map[string]string{}, by: map[string]lastHand{}}
				assets, since, until = append(assets, a.ID), append(since, version), append(until, a.Version)
			}
		}
	}
	if len(assets) == 0 {
		return list, nil
	}
	rows, err := db.Query(ctx, `
		SELECT c.asset_id, c.changed_at, coalesce(p.name, ''), c.before
		FROM unnest(@assets::bigint[], @since::int[], @until::int[]) AS o(asset, since, until)
		JOIN asset_change c ON c.asset_id = o.asset AND c.version > o.since AND c.version <= o.until
		LEFT JOIN person_shown p ON p.id = c.changed_by
		ORDER BY c.asset_id, c.version DESC`, pgx.StrictNamedArgs{"assets": assets, "since": since, "until": until})
	if err != nil {
		return nil, fmt.Errorf("looking at what assets were: %w", err)
	}
	var (
		id     int64
		hand   lastHand
		before map[string]string
		size   int
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &hand.at, &hand.by, &before}, func() error {
		then := list[id]
		then.steps++
		for key, text := range before {
			if _, later := then.by[key]; !later {
				then.by[key] = hand
			}
			size += len(text)
		}
		maps.Copy(then.before, before)
		before = nil
		if size > mostPast {
			return fault.New(fault.TooLarge, "書き出した後に台帳が大きく変わっていて、比べ終えられません。いまの台帳を書き出し直してから、変えて取り込んでください。")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking at what assets were: %w", err)
	}
	return list, nil
}

// planOn plans a file on the register as it stands, by its histories in the database.
func planOn(ctx context.Context, db postgres.Querier, found many.Standing, file File, choices Choices) (Plan, error) {
	list, err := pastOf(ctx, db, found, file)
	if err != nil {
		return Plan{}, err
	}
	return makePlan(ctx, register{found, list}, file, choices)
}

// isHandedOut tells whether a row is of the asset by its 管理番号, as a table says it that
// was handed out.
func (p *planner) isHandedOut(r ledger.Row, at int) bool {
	return at >= 0 && strings.EqualFold(p.found.Assets[at].Code, r.LineOf(ledger.NumberColumn))
}

// then is what a row's asset was when it was handed out; stale is false where it is that
// still, or where the row does not say.
func (p *planner) then(r ledger.Row, at int) (then *past, stale bool) {
	if !r.Page.Has(ledger.VersionColumn) || !p.isHandedOut(r, at) {
		return nil, false
	}
	version, _ := r.Version()
	was := p.found.Assets[at]
	then = p.found.past[was.ID]
	return then, then != nil && then.since == version && then.steps == was.Version-version
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
type Side string

// The sides.
const (
	TheFile     Side = "file"
	TheRegister Side = "register"
)

// FieldOf names a field of a row among Choices.Clashes.
func FieldOf(row int, key string) string { return strconv.Itoa(row) + "-" + key }

// IsField tells whether a text is one that FieldOf gives.
func IsField(text string) bool {
	row, key, _ := strings.Cut(text, "-")
	n, err := strconv.Atoi(row)
	_, known := fieldOf(key)
	return err == nil && n >= 0 && known && FieldOf(n, key) == text
}

func fieldOf(key string) (asset.Field, bool) {
	for _, f := range asset.Fields {
		if f.Key == key {
			return f, true
		}
	}
	return asset.Field{}, false
}

// clash is a field that the file and the portal have changed otherwise.
type clash struct {
	field     asset.Field
	file, now string
	hand      lastHand
	chosen    Side // of this field; empty for none
	holds     Side // also by what is chosen of all
}

// both are an asset's details with what a file has changed in what they were when it was
// handed out: what only the portal has changed stays. Where both have changed a field, what
// somebody has chosen holds, and as long as nobody has, the register.
func (p *planner) both(r ledger.Row, now asset.Asset, read asset.Entry, then *past) (is asset.Details, clashes []clash) {
	is = now.Details
	for _, key := range asset.Differing(read.Was.Details, read.Is) {
		f, _ := fieldOf(key)
		was, file, has := f.Text(read.Was.Details), f.Text(read.Is), f.Text(now.Details)
		switch {
		case has == file:
			continue
		case has == was:
			f.Put(&is, file)
			continue
		}
		c := clash{field: f, file: file, now: has, hand: then.by[key], chosen: p.choices.Clashes[FieldOf(r.At, key)]}
		if c.holds = c.chosen; c.holds == "" {
			c.holds = p.choices.Clash
		}
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
	Field     string // as FieldOf names it
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
			Field: FieldOf(r.At, c.field.Key), Line: r.Line, Sheet: p.file.SheetOf(r), Code: e.Was.Code, Section: sectionName(e, place), Name: short(e.Was.Name), Title: c.field.Title,
			File: short(p.found.Scheme.Shown(c.field.Key, c.file)), Now: short(p.found.Scheme.Shown(c.field.Key, c.now)), By: c.hand.by, At: c.hand.at, Chosen: c.chosen,
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
