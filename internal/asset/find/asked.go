package find

import (
	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/calendar"
	"net/url"
	"strings"
)

// Asked is what the address of the list asks for, by the names of its fields.
type Asked map[string]string

// Fields are the fields of the list's form, in the order in which they stand in an
// address.
var Fields = []string{"q", "section", "kind", "confidentiality", "integrity", "availability", "zone", "personal", "state", "overdue", "unowned", "broken", "by_hand", "again", "handed", "sort"}

// AskedOf reads it.
func AskedOf(query url.Values) Asked {
	a := Asked{}
	for _, name := range Fields {
		a[name] = strings.ToValidUTF8(query.Get(name), "") // a link may be cut off in a character
	}
	return a
}

// Search is what the address asks for, after a place.
func (a Asked) Search(after string) Search {
	q := Search{
		Words: a["q"], Section: a["section"], Kind: asset.Kind(a["kind"]), Levels: map[asset.Aspect]string{}, Zone: a["zone"],
		Personal: asset.Personal(a["personal"]), States: States(a["state"]), Overdue: a["overdue"] != "", Unowned: a["unowned"] != "", Broken: Broken(a["broken"]), ByHand: a["by_hand"] != "", Again: a["again"] != "", Handed: a["handed"], After: after,
	}
	by, backward := strings.CutPrefix(a["sort"], "-")
	q.Sort, q.Backward = Sort(by), backward
	for _, aspect := range asset.Aspects {
		q.Levels[aspect] = a[string(aspect)]
	}
	return q
}

// At is an address of which the same is asked as of the list, but for one field.
func (a Asked) At(u, name, value string) string {
	for _, field := range Fields {
		of := a[field]
		if field == name {
			of = value
		}
		if of != "" {
			u = address.With(u, field, of)
		}
	}
	return u
}

// Narrowed tells whether some assets are left out, beside those that have ended.
func (a Asked) Narrowed() bool {
	for _, name := range Fields {
		if a[name] != "" && name != "sort" {
			return true
		}
	}
	return false
}

// HandedOver says by which hand-over something came that is asked for; empty where nothing is
// asked of that. The sections are those that can be asked for, and may have handed over.
func (a Asked) HandedOver(sections []asset.Section) string {
	if at, is := asset.ParseHanded(a["handed"]); is {
		return calendar.WarekiInstant(at) + "に引き継いだもの"
	}
	for _, s := range sections {
		if s.Code == a["handed"] {
			return s.Name + "から引き継いだもの"
		}
	}
	if a["handed"] != "" {
		return "廃止した課室から引き継いだもの"
	}
	return ""
}

// Conditions are what is asked for, in words; empty where nothing is. The sections are those
// that can be asked for.
func (a Asked) Conditions(scheme asset.Scheme, sections []asset.Section) string {
	var list []string
	add := func(name, title, shown string) {
		if a[name] != "" && shown != "" {
			list = append(list, title+"："+shown)
		}
	}
	add("q", "さがす言葉", strings.Join(strings.Fields(a["q"]), " "))
	for _, s := range sections {
		if s.Code == a["section"] {
			add("section", "課室", s.Name)
		}
	}
	add("kind", "種別", asset.Kind(a["kind"]).Title())
	for _, aspect := range asset.Aspects {
		level, _ := scheme.Level(aspect, a[string(aspect)])
		add(string(aspect), aspect.Title(), level.Title)
	}
	add("zone", "領域", scheme.Shown("zone", a["zone"]))
	add("personal", "個人情報", asset.Personal(a["personal"]).Title())
	stand := asset.State(a["state"]).Title()
	if States(a["state"]) == Any {
		stand = "終わったものも含めて、すべて"
	}
	add("state", "状態", stand)
	add("overdue", "最終確認", "1年より古い")
	add("unowned", "管理責任者", "書かれていない")
	broken := ""
	if Broken(a["broken"]) == AnyBroken {
		broken = "基準に合わない（要是正）"
	}
	if Broken(a["broken"]) == ExceptedBroken {
		broken = "例外措置あり"
	}
	for _, age := range asset.Ages {
		if asset.Age(a["broken"]) == age.Value {
			broken = "要是正のうち、見つかってから" + age.Title
		}
	}
	add("broken", "基準", broken)
	add("by_hand", "分類の決め方", "自分で選んだもの")
	add("again", "見直し", "分類の基準が変わり、見直しが要る")
	add("handed", "引き継ぎ", a.HandedOver(sections))
	return strings.Join(list, "、")
}
