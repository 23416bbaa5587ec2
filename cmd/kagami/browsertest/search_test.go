//go:build browser

package browsertest

import (
	"testing"
)

// A 職員 looks for a word of two characters, goes to the clause, and looks another
// up in the glossary.
func TestAWordIsFoundInTheTextsAndInTheGlossary(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	staff := sitDown(t, portal, town.Holder("税務町民課 職員"))
	staff.press("ポリシー")
	staff.fill("q", "情報")
	staff.press("文書の中を探す")
	staff.mustSee("「情報」がある項目")
	if marks := evaluate[int](staff, `[...document.querySelectorAll('mark')].filter(m => m.innerText === '情報').length`); marks < 20 {
		t.Errorf("%d words are marked", marks)
	}
	staff.look("search")
	staff.press("次の項目へ")
	staff.mustSee("「情報」の続き")
	staff.look("search-next")

	staff.fill("q", "ﾏｲﾅﾝﾊﾞｰ 事務")
	staff.press("文書の中を探す")
	staff.look("search-two-words")
	staff.press("情報セキュリティ基本方針")
	if at := evaluate[string](staff, `document.querySelector(':target')?.innerText ?? ''`); at == "" {
		t.Error("the hit leads to no clause")
	}

	staff.goTo("/search?q=%E9%B5%BA")
	staff.mustSee("「鵺」がある項目は見つかりません")
	staff.look("search-nothing")

	staff.press("ポリシー")
	staff.look("policies-staff")
	staff.press("用語集")
	staff.mustSee("対象とする脅威")
	staff.look("glossary")
	staff.press("情報セキュリティ基本方針 2")
	staff.mustSee("定義")
}

// Everybody reads the 基本方針, without signing in.
func TestTheBasicPolicyIsReadWithoutSigningIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	anybody := openBrowser(t, portal)
	anybody.goTo("/public")
	anybody.mustSee("第1章　情報セキュリティ基本方針")
	anybody.mustSee("制定と改正")
	anybody.mustNotSee("サインアウト")
	if cookies := evaluate[string](anybody, `document.cookie`); cookies != "" {
		t.Errorf("cookies: %s", cookies)
	}
	anybody.look("public")
	anybody.keepPDF("public")
}
