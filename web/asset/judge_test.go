package asset_test

import (
	"net/http"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// answered is the form of an asset that is classified by the questions alone.
func answered(more ...string) map[string][]string {
	form := ledger("confidentiality", "", "integrity", "", "availability", "", "level_reason", "",
		"confidentiality-1", "no", "confidentiality-2", "yes", "integrity-1", "yes", "availability-1", "7")
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestAnAssetIsClassifiedByPlainQuestions(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	page := manager.Get("/assets/new")
	mustSay(t, "the form", page, "使えないとき、紙や別の方法で何日続けられますか", "機密性は、まだ決まりません", "答えから段階を出す", "問いの答えのとおり")
	page = manager.Post("/assets/new", answered("do", "judge", "confidentiality-2", ""))
	mustSay(t, "half answered", page, "機密性は、まだ決まりません。機密性 問2", "<b>自治体完全性2</b>", `value="軽自動車税の課税台帳"`)
	page = manager.Post("/assets/new", answered("do", "judge"))
	mustSay(t, "answered", page, "<b>自治体機密性3B</b>", "のため、自治体機密性3Bです。", `name="confidentiality-2" value="yes" checked`)
	if strings.Contains(page.Body, "管理番号</dt>") {
		t.Error("asking for the level registers the asset")
	}
	page, code := register(t, manager, answered())
	mustSay(t, "registered", page, "自治体機密性3B", "のため、自治体機密性3Bです。", "のため、自治体可用性1です。", portal.Actor(t, town.Holder("税務町民課長")).Name)

	edit := manager.Get("/assets/" + code + "/edit")
	mustSay(t, "the form of a change", edit, `name="confidentiality-2" value="yes" checked`, `name="confidentiality" value="" checked`)
	refused := manager.Post("/assets/"+code+"/edit", answered("version", "1", "confidentiality", "2"))
	mustSay(t, "by hand without a reason", refused, "機密性（答えでは自治体機密性3B、選んだ段階は自治体機密性2）の段階を、問いの答えによらずに選んでいます", `name="confidentiality" value="2" checked`, `<details id="by-hand" open>`)
	if refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", refused.Status)
	}
	page = manager.Post("/assets/"+code+"/edit", answered("version", "1", "confidentiality", "2", "level_reason", "公表している台帳のため"))
	mustSay(t, "by hand with a reason", page, "自治体機密性2", "選んだ理由：公表している台帳のため", "のため、自治体完全性2です。")
}

// Who registers sees first what has to be said; what can wait is folded away, unless
// something stands there.
func TestWhatCanBeSaidLaterIsFoldedAway(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	mustSay(t, "a new one", manager.Get("/assets/new"), `<details class="rest">`)
	mustSay(t, "with a note", manager.Post("/assets/new", answered("do", "judge", "note", "覚え")), `<details class="rest" open>`)
	mustSay(t, "with a day that is none", manager.Post("/assets/new", answered("handling", "", "place", "", "registered_on", "あした")), `<details class="rest" open>`)
}

func TestTheListMarksWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	_, fits := register(t, manager, ledger("name", "合うもの"))
	_, breaks := register(t, manager, ledger("name", "合わないもの", "zone", "internet"))
	for code, want := range map[string]bool{fits: false, breaks: true} {
		if got := strings.Contains(manager.Get("/assets?q="+code).Body, `<span class="chip bad">要是正</span>`); got != want {
			t.Errorf("%s is marked: %t", code, got)
		}
	}
}

// A link that was cut off in the middle of a character leads to a list.
func TestACutOffLinkLeadsToAList(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	for _, query := range []string{"q=%ff", "q=a%ff", "q=%e3%81", "zone=%ff", "q=%00", "section=%ff", "after=%ff", "sort=%ff"} {
		if a := manager.Get("/assets?" + query); a.Status >= http.StatusInternalServerError {
			t.Errorf("%s: %d", query, a.Status)
		}
	}
}

// What the catalogue presets is only a start: an answer is taken rather than it.
func TestAnAnswerIsTakenRatherThanWhatStoodThere(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	_, like := register(t, manager, ledger("confidentiality", "2", "level_reason", "標準目録の目安による"))
	copied := manager.Get("/assets/new?from=" + like)
	mustSay(t, "copied", copied, `name="preset_confidentiality" value="2"`, "いまは、問いによらずに選んだ段階です")
	form := answered("confidentiality", "2", "integrity", "2", "availability", "1", "level_reason", "標準目録の目安による", "name", "写した台帳",
		"preset_confidentiality", "2", "preset_integrity", "2", "preset_availability", "1")
	page, _ := register(t, manager, form)
	mustSay(t, "registered", page, "自治体機密性3B", "のため、自治体機密性3Bです。")
	form = answered("confidentiality", "2", "level_reason", "公表している", "name", "選び直した台帳")
	page, _ = register(t, manager, form)
	mustSay(t, "chosen after the answers", page, "自治体機密性2", "選んだ理由：公表している")
}

func TestAMissingLevelIsAskedForByItsQuestion(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	page := manager.Post("/assets/new", answered("confidentiality-2", ""))
	mustSay(t, "one is open", page, `href="#confidentiality-2"`, "機密性は、まだ決まりません。機密性 問2", `<details id="by-hand">`)
}
