//go:build browser

package browsertest

import (
	"testing"
	"time"
)

// A 職員 asks for a right to another section's system and is permitted; all they may use is
// suspended, and they are out of the portal at their next step; it is lifted; a transfer ends
// the right at midnight, and who leads them now says that it is still needed.
func TestARightIsAskedPermittedSuspendedReinstatedAndEndedByATransfer(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	who := town.Holder("福祉こども課 職員")
	var system string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT code FROM asset WHERE kind = 'system' AND name = '税務システム' AND state = 'registered' LIMIT 1`).Scan(&system); err != nil {
		t.Fatal(err)
	}
	clerk, deputy, officer := sitDown(t, portal, who), sitDown(t, portal, town.Holder("税務町民課 担当副課長")), sitDown(t, portal, town.Holder("総務課長"))
	clerk.press("利用権限")
	clerk.look("rights-own")
	clerk.press("利用権限を申請する")
	clerk.choose("system", system)
	clerk.put("grade", "照会")
	clerk.put("purpose", "滞納している世帯の確認のため。")
	clerk.look("right-new")
	clerk.press("申請する")
	clerk.mustSee("利用権限を申請しました")
	clerk.look("right-asked")

	deputy.goTo("/")
	deputy.mustSee("利用権限の申請")
	deputy.press("申請を見る")
	deputy.look("rights-to-permit")
	deputy.press("権-")
	deputy.press("許可する")
	deputy.look("right-permit")
	deputy.press("許可する")
	deputy.mustSee("利用権限を許可しました")

	officer.goTo("/rights/people/" + who.StaffNumber)
	officer.mustSee("使える")
	officer.look("rights-person")
	officer.press("本人の行為による緊急停止")
	officer.pick("scope", "whole")
	officer.put("reason", "名簿を庁外に送り続けているため。")
	officer.look("bar-suspend")
	officer.press("本人の行為による緊急停止")
	officer.mustSee("緊急停止しました")
	officer.look("bar-suspended")
	clerk.goTo("/rights")
	clerk.mustSee("サインイン")
	clerk.mustNotSee("自分の利用権限")

	officer.press("停止を解除する（利用再開）")
	officer.put("note", "再発防止の研修を受けたため。")
	officer.press("停止を解除する（利用再開）")
	officer.mustSee("停止を解除しました")
	clerk = sitDown(t, portal, who)
	clerk.goTo("/rights")
	clerk.mustSee("使える")

	portal.Transfer(t, who, "kenko")
	portal.Clock.Advance(time.Minute)
	clerk.goTo("/rights")
	clerk.mustSee("異動により使えない")
	clerk.look("rights-moved")
}
