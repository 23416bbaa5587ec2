package communication_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/edition"
)

// schemeOf is the shipped scheme, without the rules and the 特定通信 struck.
func schemeOf(struck ...string) communication.Scheme {
	s := communication.SchemeOn(edition.Values{}, today)
	s.Rules = slices.DeleteFunc(s.Rules, func(r communication.Rule) bool { return slices.Contains(struck, r.Key) })
	s.Listed = slices.DeleteFunc(s.Listed, func(l communication.Listed) bool { return slices.Contains(struck, l.Key) })
	return s
}

const standalone = "standalone"

func between(from, to string, safeguard communication.Safeguard) communication.Details {
	d := communication.Details{From: from, To: to, Safeguard: safeguard, Direction: communication.Both}
	if safeguard == communication.AsListed {
		d.Listed = "eltax"
	}
	return d
}

func broken(s communication.Scheme, d communication.Details) string {
	var list []string
	for _, b := range s.Breaks(d) {
		list = append(list, b.Rule+" "+b.Clause)
	}
	return strings.Join(list, ", ")
}

func TestEachRuleOfCommunicationsOnBothSides(t *testing.T) {
	t.Parallel()
	const (
		myNumber = asset.MyNumberZone
		lgwan    = asset.LGWANZone
		internet = asset.InternetZone
		outside  = asset.OutsideZone
		external = communication.External

		listed      = communication.AsListed
		sanitized   = communication.Sanitized
		firewall    = communication.Firewall
		nothing     = communication.NoSafeguard
		unconfirmed = communication.Unconfirmed

		principle = "mynumber 7(3)①（原則）"
		divided   = "lgwan-internet 7(3)②"
	)
	other := between(myNumber, external, listed)
	other.Listed = "city-vpn"
	relay := between(lgwan, myNumber, listed)
	relay.Listed = "city-relay"
	own := schemeOf()
	own.Listed = append(own.Listed, communication.Listed{Key: "city-vpn", Ends: []string{lgwan, external}}, communication.Listed{Key: "city-relay", Ends: []string{myNumber, lgwan}})
	wider := schemeOf()
	for i := range wider.Rules {
		wider.Rules[i].Allowed = append(wider.Rules[i].Allowed, firewall)
	}
	for name, c := range map[string]struct {
		scheme  communication.Scheme
		d       communication.Details
		want    string
		confirm bool
	}{
		"マイナンバー out as a listed one":                 {schemeOf(), between(myNumber, external, listed), "", false},
		"マイナンバー in as a listed one":                  {schemeOf(), between(external, myNumber, listed), "", false},
		"マイナンバー to LGWAN as one that leads out":      {schemeOf(), between(lgwan, myNumber, listed), principle, false},
		"マイナンバー to the internet as one that is out":  {schemeOf(), between(myNumber, internet, listed), principle, false},
		"LGWAN to マイナンバー as the town lists it":       {own, relay, "", false},
		"as one that is listed no more":              {schemeOf("eltax"), between(myNumber, external, listed), principle, false},
		"as one that is not listed":                  {schemeOf(), other, principle, false},
		"as one that is listed of another zone":      {own, other, principle, false},
		"マイナンバー out, sanitized":                      {schemeOf(), between(myNumber, external, sanitized), principle, false},
		"マイナンバー to LGWAN by a firewall":              {schemeOf(), between(myNumber, lgwan, firewall), principle, false},
		"LGWAN to マイナンバー by a firewall":              {schemeOf(), between(lgwan, myNumber, firewall), principle, false},
		"マイナンバー to the internet, sanitized":          {schemeOf(), between(myNumber, internet, sanitized), principle, false},
		"マイナンバー to a zone of the town":               {schemeOf(), between(myNumber, "suido", nothing), principle, false},
		"マイナンバー to a zone without others":            {schemeOf(), between(standalone, myNumber, nothing), principle, false},
		"マイナンバー to what is out of reach":             {schemeOf(), between(myNumber, outside, nothing), "", false},
		"マイナンバー, its rule struck":                    {schemeOf("mynumber"), between(myNumber, external, nothing), "", false},
		"マイナンバー, unconfirmed":                        {schemeOf(), between(myNumber, lgwan, unconfirmed), "", true},
		"マイナンバー, unconfirmed and nobody waits":       {schemeOf("confirm"), between(myNumber, lgwan, unconfirmed), principle, false},
		"マイナンバー, a firewall, which the town lets":    {wider, between(myNumber, lgwan, firewall), "", true},
		"LGWAN to the internet, sanitized":           {schemeOf(), between(lgwan, internet, sanitized), "", false},
		"the internet to LGWAN, sanitized":           {schemeOf(), between(internet, lgwan, sanitized), "", false},
		"LGWAN to the internet by a firewall":        {schemeOf(), between(lgwan, internet, firewall), divided, false},
		"the internet to LGWAN without":              {schemeOf(), between(internet, lgwan, nothing), divided, false},
		"LGWAN to the internet as a listed one":      {schemeOf(), between(lgwan, internet, listed), divided, false},
		"LGWAN to the internet, its rule struck":     {schemeOf("lgwan-internet"), between(lgwan, internet, nothing), "", false},
		"LGWAN to the internet, unconfirmed":         {schemeOf(), between(lgwan, internet, unconfirmed), "", true},
		"LGWAN out by a firewall":                    {schemeOf(), between(lgwan, external, firewall), "", false},
		"the internet out without":                   {schemeOf(), between(internet, external, nothing), "", false},
		"the internet out, unconfirmed":              {schemeOf(), between(internet, external, unconfirmed), "", true},
		"LGWAN to what is out of reach, unconfirmed": {schemeOf(), between(lgwan, outside, unconfirmed), "", false},
		"the internet to a zone without others":      {schemeOf(), between(internet, standalone, nothing), "", false},
	} {
		if got := broken(c.scheme, c.d); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := c.scheme.ToConfirm(c.d) != ""; got != c.confirm {
			t.Errorf("%s is to be confirmed: %t", name, got)
		}
	}
}

// Which end a communication begins at makes no difference, nor which way it goes; with what
// is out of reach nothing is broken, and what is to be confirmed is not broken too.
func TestRulesOfCommunicationsInGeneral(t *testing.T) {
	t.Parallel()
	ends := []string{asset.MyNumberZone, asset.LGWANZone, asset.InternetZone, standalone, asset.OutsideZone, communication.External, "suido"}
	scheme := schemeOf()
	rapid.Check(t, func(t *rapid.T) {
		d := between(rapid.SampledFrom(ends).Draw(t, "from"), rapid.SampledFrom(ends).Draw(t, "to"), rapid.SampledFrom(communication.Safeguards).Draw(t, "safeguard").Value)
		d.Direction = rapid.SampledFrom(communication.Directions).Draw(t, "direction").Value
		back := d
		back.From, back.To = d.To, d.From
		back.Direction = rapid.SampledFrom(communication.Directions).Draw(t, "direction back").Value
		if broken(scheme, d) != broken(scheme, back) {
			t.Error("it matters where it begins")
		}
		if n := len(scheme.Breaks(d)); n > 0 && (d.From == asset.OutsideZone || d.To == asset.OutsideZone || scheme.ToConfirm(d) != "") {
			t.Errorf("%d rules are broken", n)
		}
	})
}

func TestWhatIsNoRuleOrListedCommunicationIsRefused(t *testing.T) {
	t.Parallel()
	listed, rules := communication.ListedCommunications.Kind, communication.CommunicationRules.Kind
	for _, c := range []struct {
		kind  edition.Kind
		cells []string
		want  string // the row, or what the problem says
	}{
		{listed, []string{"ＥＬＴＡＸ", "eLTAX", "法律による", "マイナンバー利用事務系、庁外"}, "[eltax eLTAX 法律による mynumber out_of_town]"},
		{listed, []string{"eltax", "eLTAX", "法律による", "suido　ＬＧＷＡＮ接続系"}, "[eltax eLTAX 法律による suido lgwan]"},
		{listed, []string{"eltax", "eLTAX", "法律による", "マイナンバー利用事務系"}, "「マイナンバー利用事務系、庁外」のように、別の2つ"},
		{listed, []string{"eltax", "eLTAX", "法律による", "庁外、庁外"}, "別の2つ"},
		{listed, []string{"eltax", "eLTAX", "法律による", "mynumber lgwan 庁外"}, "別の2つ"},
		{listed, []string{"住基", "住基ネット", "法律による", "mynumber"}, "略称として使えません"},
		{listed, []string{"juki", "", "法律による", "mynumber"}, "名称を、1行"},
		{listed, []string{"juki", "住基ネット", " ", "mynumber"}, "根拠を、1行"},
		{listed, []string{"juki", "住基ネット", "法律による", "基幹系"}, "略称として使えません"},
		{rules, []string{"マイナンバー利用事務系の通信に認める安全対策", "特定通信、ファイアウォール等による通信制限　特定通信", "直してください。", "7(3)①"}, "[mynumber listed firewall 直してください。 7(3)①]"},
		{rules, []string{"MYNUMBER", "listed", "直してください。", "7(3)①"}, "[mynumber listed 直してください。 7(3)①]"},
		{rules, []string{"通信の決まり", "特定通信", "直してください。", "7(3)①"}, "という決まりはありません"},
		{rules, []string{"mynumber", "暗号化", "直してください。", "7(3)①"}, "「暗号化」という安全対策はありません。特定通信、無害化通信、"},
		{rules, []string{"mynumber", "無害化通信", "直してください。", "7(3)①"}, "「特定通信」を入れてください"},
		{rules, []string{"mynumber", "", "直してください。", "7(3)①"}, "「特定通信」を入れてください"},
		{rules, []string{"lgwan-internet", "特定通信", "直してください。", "7(3)②"}, "「無害化通信」を入れてください"},
		{rules, []string{"confirm", "なし", "直してください。", "7(3)②"}, "「未確認」を入れてください"},
		{rules, []string{"confirm", "未確認", "直して\nください。", "7(3)"}, "示す文を、1行"},
		{rules, []string{"confirm", "未確認", "直してください。", " "}, "根拠を、1行"},
	} {
		row, problem := c.kind.Fold(c.cells)
		if got := fmt.Sprint(row); problem == "" && got != c.want || problem != "" && !strings.Contains(problem, c.want) {
			t.Errorf("%q: %s, %q", c.cells, got, problem)
		}
	}
	if problem := rules.Whole(rules.Shipped[0].Rows[1:]); !strings.Contains(problem, "の行がありません") {
		t.Errorf("without one: %q", problem)
	}
}

// Rows are shown as people call them, and what is shown is read as the same.
func TestEveryShippedRowIsAsFoldWritesIt(t *testing.T) {
	t.Parallel()
	for _, kind := range communication.EditionKinds() {
		for _, row := range kind.Shipped[0].Rows {
			shown := make([]string, len(row))
			for i, cell := range row {
				shown[i] = kind.Show(i, cell)
			}
			for _, cells := range [][]string{row, shown} {
				if folded, problem := kind.Fold(cells); problem != "" || fmt.Sprint(folded) != fmt.Sprint(row) {
					t.Errorf("%s: %q becomes %q: %s", kind.Name, cells, folded, problem)
				}
			}
		}
		if problem := kind.Whole(kind.Shipped[0].Rows); problem != "" {
			t.Errorf("%s: %s", kind.Name, problem)
		}
	}
	for _, l := range schemeOf().Listed {
		for _, key := range l.Ends {
			if _, ok := schemeOf().End(key); !ok {
				t.Errorf("%s ends at %s, which is nowhere", l.Key, key)
			}
		}
	}
}

// What is on no network is no end of a communication, and what lies outside is.
func TestWhereACommunicationMayBegin(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{asset.MyNumberZone: true, asset.OutsideZone: true, communication.External: true, asset.OfflineZone: false, "suido": false} {
		if _, ok := schemeOf().End(key); ok != want {
			t.Errorf("%s: %t", key, ok)
		}
	}
}
