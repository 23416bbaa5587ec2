//go:build browser

package browsertest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"
	"github.com/riverqueue/river"

	"kagami/internal/account/directory/directorytest"
	"kagami/internal/job"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/sample"
	"kagami/internal/violation/procedure"
	"kagami/web/server/servertest"
)

// carryOut lets the portal's jobs of connectors run until none waits but for a later try: the sample
// town has a directory that never answers.
func carryOut(t *testing.T, portal *servertest.Portal) {
	t.Helper()
	ctx := t.Context()
	connectors := connector.New(portal.Pool, portal.Door, portal.Keys, slog.New(slog.DiscardHandler), reach.DialPeers)
	jobs, err := job.Start(ctx, portal.Pool, slog.New(slog.DiscardHandler), func() error { return nil }, []job.Queue{connector.Queue()}, func(workers *river.Workers) []*river.PeriodicJob {
		connectors.RegisterJobs(workers)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range 1200 {
		var waits bool
		if err := portal.Pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM river_job WHERE kind IN ('right_carry_out', 'right_compare') AND state NOT IN ('completed', 'discarded', 'cancelled') AND scheduled_at <= now() + interval '5 seconds')`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if !waits {
			break
		}
		<-ticker.C
	}
	if err := jobs.Stop(context.WithoutCancel(ctx)); err != nil {
		t.Fatal(err)
	}
}

// ldapAccount is somebody's account in a real directory, as the directory shows it by itself.
type ldapAccount struct {
	t    *testing.T
	conn *goldap.Conn
	dn   string
}

func (a ldapAccount) locked() bool {
	a.t.Helper()
	found, err := a.conn.Search(goldap.NewSearchRequest(a.dn, goldap.ScopeBaseObject, goldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"pwdAccountLockedTime"}, nil))
	if err != nil || len(found.Entries) != 1 {
		a.t.Fatalf("%s is not there: %v", a.dn, err)
	}
	return found.Entries[0].GetAttributeValue("pwdAccountLockedTime") != ""
}

func (a ldapAccount) mustBe(locked bool, when string) {
	a.t.Helper()
	if a.locked() != locked {
		a.t.Errorf("%s the directory has the account locked: %t", when, !locked)
	}
}

// unlock is what somebody does by hand in the directory.
func (a ldapAccount) unlock() {
	a.t.Helper()
	change := goldap.NewModifyRequest(a.dn, nil)
	change.Replace("pwdAccountLockedTime", nil)
	if err := a.conn.Modify(change); err != nil {
		a.t.Fatal(err)
	}
}

// connected is a real directory with the accounts of those who may use a system, to which the portal
// is connected: somebody's system and their account there. administrator makes, tries and switches
// on the connector on its pages, of which pictures are kept where a story looks at them.
func connected(t *testing.T, portal *servertest.Portal, administrator *person, who sample.Account, look func(picture string)) (system string, theirs ldapAccount) {
	t.Helper()
	if err := portal.Pool.QueryRow(t.Context(), `
		SELECT min(y.code) FROM access_right r JOIN asset y ON y.id = r.asset_id JOIN section s ON s.id = y.section_id
		WHERE r.person_id = $1 AND r.state = 'permitted' AND s.code = 'fukushi' AND NOT EXISTS (SELECT FROM connector_system x WHERE x.asset_id = y.id)`, who.Person).Scan(&system); err != nil {
		t.Fatal(err)
	}
	numbers, err := portal.Pool.Query(t.Context(), `
		SELECT DISTINCT p.staff_number FROM access_right r JOIN person p ON p.id = r.person_id JOIN asset y ON y.id = r.asset_id WHERE y.code = $1 AND r.state = 'permitted'`, system)
	if err != nil {
		t.Fatal(err)
	}
	entries := []directorytest.Entry{{Name: "policy", Under: directorytest.Alone, Attributes: []string{"objectClass=person", "objectClass=pwdPolicy", "sn=policy", "pwdAttribute=userPassword", "pwdLockout=TRUE"}}}
	for numbers.Next() {
		var number string
		if err := numbers.Scan(&number); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, directorytest.Person(number, directorytest.People, "uid="+number, "employeeNumber="+number))
	}
	if err := numbers.Err(); err != nil {
		t.Fatal(err)
	}
	slapd := directorytest.StartWith(t, directorytest.Options{
		Writable: true, Modules: []string{"ppolicy"}, Settings: []string{"rootdn cn=root," + directorytest.Suffix, "overlay ppolicy", "ppolicy_default cn=policy," + directorytest.Alone},
	}, entries...)
	conn, err := goldap.DialURL("ldap://" + slapd.Plain)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() }) //nolint:errcheck // nothing is left to lose
	if err := conn.Bind(directorytest.Portal, slapd.Password["kagami"]); err != nil {
		t.Fatal(err)
	}
	theirs = ldapAccount{t, conn, "cn=" + who.StaffNumber + "," + directorytest.People}

	administrator.goTo("/rights/connectors/new?kind=ldap")
	administrator.put("name", "庁内のディレクトリ")
	administrator.pick("kind", "openldap")
	administrator.put("url", "ldap://"+slapd.Plain)
	administrator.put("bind_dn", directorytest.Portal)
	administrator.put("base_dn", directorytest.People)
	administrator.put("secret", slapd.Password["kagami"])
	look("connector-new")
	administrator.press("連携を作る")
	administrator.mustSee("連携を作りました")
	administrator.choose("system", system)
	administrator.pick("what", string(connector.WholeAccount))
	administrator.press("システムを加える")
	administrator.press("接続を確かめる")
	administrator.mustSee("接続を確かめました")
	administrator.press("試しに動かす")
	carryOut(t, portal)
	administrator.press("開き直す")
	look("connector-plan")
	administrator.press("連携を動かす")
	administrator.mustSee("連携を動かしました")
	carryOut(t, portal)
	theirs.mustBe(false, "before anything is suspended")
	return system, theirs
}

// A connector to a real directory is made, tried and switched on; what the 統括 suspends is
// locked there; somebody unlocks it by hand, the comparison shows that, and it is put right; once
// it is lifted the directory lets its person in again.
func TestASuspensionReachesADirectoryAndADriftIsPutRight(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	who := town.Holder("福祉こども課 職員")
	administrator, officer := sitDown(t, portal, town.Holder("総務課 ポータル管理担当")), sitDown(t, portal, town.Holder("総務課長"))
	system, theirs := connected(t, portal, administrator, who, administrator.look)

	officer.goTo("/rights/people/" + who.StaffNumber)
	officer.press("本人の行為による緊急停止")
	officer.pick("scope", "whole")
	officer.put("reason", "名簿を庁外に送り続けているため。")
	officer.press("本人の行為による緊急停止")
	officer.mustSee("緊急停止しました")
	carryOut(t, portal)
	theirs.mustBe(true, "once it is suspended")
	officer.goTo("/rights/targets?person=" + who.StaffNumber + "&system=" + system)
	officer.mustSee("反映済み")
	officer.look("targets-suspended")

	portal.Clock.Advance(time.Minute)
	theirs.unlock()
	administrator.press("いま比べる")
	carryOut(t, portal)
	administrator.goTo("/rights/drift?person=" + who.StaffNumber)
	administrator.mustSee("台帳では使えないのに、アカウントが使える")
	administrator.look("drift-unlocked")
	administrator.press("台帳に合わせる")
	administrator.mustSee("台帳に合わせています")
	carryOut(t, portal)
	theirs.mustBe(true, "once it is put right")
	administrator.goTo("/rights/drift?person=" + who.StaffNumber)
	administrator.mustNotSee("台帳では使えないのに、アカウントが使える")

	officer.goTo("/rights/people/" + who.StaffNumber)
	officer.press("内容を見る")
	officer.press("停止を解除する（利用再開）")
	officer.put("note", "再発防止の研修を受けたため。")
	officer.press("停止を解除する（利用再開）")
	officer.mustSee("停止を解除しました")
	carryOut(t, portal)
	theirs.mustBe(false, "once it is lifted")
}

// A case in which guidance has failed suspends its person: the directory locks their account. Once
// the 統括 lifts that in the case, the directory lets them in again.
func TestASuspensionByACaseReachesADirectory(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	whom := town.Holder("福祉こども課 職員")
	system, theirs := connected(t, o.portal, o.sit("総務課 ポータル管理担当"), whom, func(string) {})
	head := o.sit("福祉こども課長")
	code := o.confirms(head, "/violations/own", whom, nil)
	o.guides(head, code)
	o.days(8)
	head, officer := o.sit("福祉こども課長"), o.sit("総務課長")
	o.steps(head, code, procedure.EventNotImprove, "改善されないことを記録する", "改善されないことを記録しました", map[string]string{"text": "まだ残っていた。"})
	o.steps(head, code, procedure.EventWaive, "弁明の放棄を記録する", "弁明の放棄を記録しました", map[string]string{"text": "面談で、弁明しないと言った。", "on": o.on(0)})
	carryOut(t, o.portal)
	theirs.mustBe(false, "before the case suspends")

	o.steps(officer, code, procedure.EventSuspend, "停止する", "利用権限を停止しました", map[string]string{"scope": "whole", "text": "指導の後も改善されなかったため。"})
	carryOut(t, o.portal)
	theirs.mustBe(true, "once the case suspends")
	officer.goTo("/rights/targets?person=" + whom.StaffNumber + "&system=" + system)
	officer.mustSee("反映済み")
	officer.mustNotSee(code)
	officer.look("targets-suspended-by-case")

	o.steps(officer, code, procedure.EventLift, "停止を解除する（利用再開）", "停止を解除しました", map[string]string{"text": "研修を受けたため。"})
	carryOut(t, o.portal)
	theirs.mustBe(false, "once the case is lifted")
}
