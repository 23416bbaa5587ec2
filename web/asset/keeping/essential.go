package keeping

import (
	"strings"

	"kagami/internal/asset"
)

// essential is something that who confirms has to have seen.
type essential struct{ Title, Text, Ground string }

// essentials are the levels with what they rest on, personal data and the zone.
func essentials(scheme asset.Scheme, d asset.Details) []essential {
	judged := map[asset.Aspect]string{}
	if scheme.Judged != nil {
		judged = scheme.Judged(d.Answers)
	}
	var list []essential
	for _, aspect := range asset.Aspects {
		e := essential{Title: aspect.Title(), Text: scheme.Shown(string(aspect), d.Level(aspect))}
		switch judged[aspect] {
		case d.Level(aspect):
			e.Ground = "問いの答えのとおりです。"
		case "":
			e.Ground = "問いの答えからは決まらず、自分で選んでいます。"
		default:
			e.Ground = "問いの答えは「" + scheme.Shown(string(aspect), judged[aspect]) + "」ですが、自分で選んでいます。"
		}
		list = append(list, e)
	}
	personal := essential{Title: "個人情報", Text: scheme.Shown("personal", string(d.Personal))}
	if d.NumberWork != asset.NoNumberWork {
		personal.Ground = scheme.Shown("number_work", string(d.NumberWork))
	}
	list = append(list, personal, essential{Title: "領域", Text: scheme.Shown("zone", d.Zone)})
	if d.LevelReason != "" {
		list = append(list, essential{Title: "分類の理由", Text: d.LevelReason})
	}
	return list
}

// essentialKeys are the fields that the essentials tell.
var essentialKeys = []string{"confidentiality", "integrity", "availability", "level_reason", "personal", "number_work", "zone"}

// levels are the three levels in a cell: 3C・2・1.
func levels(d asset.Details) string {
	return strings.Join([]string{d.Confidentiality, d.Integrity, d.Availability}, "・")
}
