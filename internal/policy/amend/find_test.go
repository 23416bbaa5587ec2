package amend_test

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
)

// rules is a text that counts in 条, and notes one that counts in 項, each with a
// place, ＊, at which the tests put words.
const (
	rules = `【文書】見本町情報セキュリティ対策基準要綱
第1章　総則
　第1条　目的
　　この要綱は、必要な事項を定める。
　第2条　定義
　　用語の意義は、次のとおりとする。
　　（1）　情報資産
　　　情報をいう。
　　（2）　職員等
　　　職員をいう。
　　2項
　　　前項のほかは、基本方針の例による。
　　3項
　　　＊
　　　（一）
　　　　第一の事項
　　　（二）
　　　　第二の事項
　　　　〔ア〕
　　　　　許可のない持ち出し
　　　　〔イ〕
　　　　　許可のない利用
第2章　管理
　第3条　管理者
　　課に管理者を置く。
　　2項
　　　管理者は、課長とする。
　第4条　点検
　　点検を行う。
　第4条の2　臨時の点検
　　臨時の点検を行う。
　第5条　委任
　　必要な事項は、町長が定める。
附則
　1項
　　この要綱は、公布の日から施行する。
　2項
　　従前の例による。
`
	notes = `【文書】情報セキュリティ基本方針
1．　目的
　目的を定める。
2．　対象とする脅威
　（1）
　　不正アクセス
　（2）
　　災害
3．　情報セキュリティ対策
　＊
　（1）　組織体制
　　体制を確立する。
　（2）　強靭性
　　対策を講じる。
　　①
　　　一つ目
　　②
　　　二つ目
　　　〔ア〕
　　　　端末
　　　〔イ〕
　　　　サーバ
4．　見直し
　見直す。
`
)

// at reads a text with words at its place.
func at(text, words string) *outline.Outline {
	return outline.Read(strings.Replace(text, "＊", words, 1), nil)
}

// found writes what is found: 第5条>第5条, with ? for a doubt and ! for what
// leads nowhere.
func found(o *outline.Outline) string {
	var list []string
	anchors := o.Anchors()
	for _, r := range amend.Find(o) {
		if a := anchors[r.Clause]; a.Text != "＊" && !strings.Contains(a.Text, r.Words) && !r.InHeading {
			list = append(list, "misplaced")
		}
		s := r.Words + ">"
		switch {
		case !r.Leads:
			s += "!"
		case r.Target.First:
			s += anchors[r.Target.Clause].Citation + "第1項"
		default:
			s += anchors[r.Target.Clause].Citation
		}
		if r.Doubt != amend.NoDoubt {
			s += "?"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestFindsTheReferencesOfATextToItsOwnClauses(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"第2条第2項の規定を踏まえる。", "第2条第2項>第2条第2項"},
		{"第２条第１項に定める者", "第２条第１項>第2条第1項"},
		{"第二条第二項に定める者", "第二条第二項>第2条第2項"},
		{"第2条第1号の情報資産", "第2条第1号>第2条(1)"},
		{"第2条(2)の職員等", "第2条(2)>第2条(2)"},
		{"第2条1項1号の情報資産", "第2条1項1号>第2条(1)"},
		{"第2条の（２）に定める", "第2条の（２）>第2条(2)"},
		{"第4条の2の点検", "第4条の2>第4条の2"},
		{"第4条の２第１項の点検", "第4条の２第１項>第4条の2第1項"},
		{"第4条の点検", "第4条>第4条"},
		{"第9条の点検", "第9条>!"},
		{"第3条第9項による", "第3条第9項>!"},
		{"第3条から第5条までに定める", "第3条>第3条 第5条>第5条"},
		{"第3条、第4条及び第4条の2", "第3条>第3条 第4条>第4条 第4条の2>第4条の2"},
		{"第2条第1項及び第2項", "第2条第1項>第2条第1項 第2項>第2条第2項"},
		{"第2条第1号又は第2号", "第2条第1号>第2条(1) 第2号>第2条(2)"},
		{"第3条第1項又は同条第2項", "第3条第1項>第3条第1項 同条第2項>第3条第2項"},
		{"第3条を準用する。この場合において同条第2項", "第3条>第3条 同条第2項>第3条第2項"},
		{"前条の目的、次条の管理者", "前条>第1条 次条>第3条"},
		{"前条第1項", "前条第1項>第1条第1項"},
		{"前項の用語、同項の例", "前項>第2条第2項 同項>第2条第2項"},
		{"前２項の用語", "前２項>第2条第1項"},
		{"第2項の用語", "第2項>第2条第2項"},
		{"第一号及び第二号ア", "第一号>第2条第3項(一) 第二号ア>第2条第3項(二)ア"},
		{"(1)の例による", "(1)>第2条(1)"},
		{"第2章の規定", "第2章>第2章"},
		{"第2章第3条", "第2章第3条>第3条"},
		{"次章に定める", "次章>第2章"},
		{"附則第2項の例", "附則第2項>附則第2項"},
		{"第3条「管理者」に定める", "第3条「管理者」>第3条"},
		{"第4条「管理者」に定める", "第4条「管理者」>第4条?"},
		{"第3条「担当者」に定める", "第3条>第3条"},
		{"この要綱の第3条", "第3条>第3条"},
		{"別表（第3条関係）による", "第3条>第3条"},
		{"職員等は第3条により", "第3条>第3条"},

		{"地方自治法第2条による", ""},
		{"地方自治法（昭和22年法律第67号）第2条第1項による", ""},
		{"地方自治法（昭和22年法律第67号）の第2条", ""},
		{"法第2条及び第3条", ""},
		{"法第2条第1項、第2項", ""},
		{"法第2条、第3条", "第3条>第3条?"},
		{"同法第2条。同条第2項も同じ。", ""},
		{"「個人情報保護法」第2条", ""},
		{"見本町課設置条例(昭和60年見本町条例第1号)第1条に規定する課", ""},
		{"平成28年4月1日告示第3号", ""},
		{"対策基準の第3条", ""},
		{"地方公務員法（昭和25年法律第261号）第29条の規定に基づき、懲戒する。", ""},
		{"個人情報の保護に関する法律（平成15年法律第57号。以下「法」という。）第2条第1項及び第2項", ""},
		{"見本町情報公開条例（平成17年見本町条例第3号）第2条第1号", ""},
		{"様式第1号（第3条関係）により", "第3条>第3条"},
		{"JIS Q 27001の5.1項", ""},
		{"第3条ただし書、第3条第1項本文", "第3条>第3条 第3条第1項>第3条第1項"},
		{"第3条から第4条まで及び第5条", "第3条>第3条 第4条>第4条 第5条>第5条"},
		{"第3条から前条まで", "第3条>第3条 前条>第1条"},
		{"第三者、第1種、一人、二重", ""},
		{"本町個人情報保護条例第3条", ""},
		{"規則等の第3条", "第3条>第3条?"},
		{"3項による", "3項>第2条第3項?"},
		{"以前項目を次のとおり3項目にした。第3項目。第1条例。2号機。", ""},
		{"(1) 東京　(2) 京都", ""},
		{"アクセスの管理、イントラネット", ""},
		{"次の各号、前各号、当該各号", ""},
		{"第3回、第2版、第5位", ""},
	} {
		if got := strings.Replace(found(at(rules, c.words)), "前項>第2条第1項", "", 1); strings.TrimSpace(got) != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.words, got, c.want)
		}
	}
}

func TestFindsTheReferencesOfATextThatCountsIn項(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"２項「対象とする脅威」から情報資産を保護する。", "２項「対象とする脅威」>2"},
		{"上記１項、２項及び４項に規定する", "１項>1 ２項>2 ４項>4"},
		{"２項(1)に定める", "２項(1)>2(1)"},
		{"２項（１）及び（２）に定める", "２項（１）>2(1) （２）>2(2)"},
		{"3項(2)①を行う", "3項(2)①>3(2)①"},
		{"3項(2)①及び②", "3項(2)①>3(2)① ②>3(2)②"},
		{"3項(2)②ア又はイ", "3項(2)②ア>3(2)②ア イ>3(2)②イ"},
		{"3(2)による", "3(2)>3(2)"},
		{"3項⑵に定める", "3項⑵>3(2)"},
		{"(1)から(2)までの対策", "(1)>3(1) (2)>3(2)"},
		{"(1)～(2)の対策", "(1)>3(1) (2)>3(2)"},
		{"上記(1)及び(2)", "(1)>3(1) (2)>3(2)"},
		{"第4項による", "第4項>4"},
		{"前項及び次項", "前項>2 次項>4"},
		{"9項による", "9項>!"},
		{"本基本方針の4項", "4項>4"},
		{"対策基準の3項による", ""},
		{"対策基準3項による", ""},
		{"対策基準の3項、4項による", "4項>4?"},
		{"3(9)による", "3(9)>!"},
		{"1.3項、13項目、3項目", ""},
		{"次の三段階の対策、図 1.1 体制図", ""},
	} {
		if got := found(at(notes, c.words)); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.words, got, c.want)
		}
	}
}

// What the texts at hand refer to.
func TestFindsTheReferencesOfRealTexts(t *testing.T) {
	for file, want := range map[string]string{
		"../../sample/kihon-hoshin.txt":           "３項「対象とする脅威」>3 ７項>7 ８項>8 ９項>9",
		"../../sample/policies/taisaku-kijun.txt": "",
		"../../sample/policies/jisshi-tejun.txt":  "",
		"../outline/testdata/jorei.txt":           "前項>第2条第1項 第２条第２項>第2条第2項",
		"../outline/testdata/kitei.txt":           "前項>第2条第1項 (1)>第2条(1) 第5条>第5条",
		"../outline/testdata/kijun.txt":           "",
		"../outline/testdata/shi-kijun.txt":       "",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := found(outline.Read(string(text), nil)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", file, got, want)
		}
	}
}

// Whatever the words, the finder comes to an end, and what it finds stands where
// it says.
func FuzzWhatIsFoundStandsWhereItSays(f *testing.F) {
	for _, words := range []string{"第2条第1項及び第2項", "３項「対象とする脅威」", "法第５条の２、同条第2項", "(1)から(3)まで", "前２項", "附則第2項", "（㊿）の", "第\xff条", "前", "第", "7(", "①の②"} {
		f.Add(words)
	}
	f.Fuzz(func(t *testing.T, words string) {
		for _, text := range []string{rules, notes} {
			o := at(text, words)
			anchors, last := o.Anchors(), amend.Reference{}
			for _, r := range amend.Find(o) {
				field := anchors[r.Clause].Text
				if r.InHeading {
					field = anchors[r.Clause].Heading
				}
				if r.Start < 0 || r.End > len(field) || r.Start >= r.End || field[r.Start:r.End] != r.Words {
					t.Fatalf("%q is not at %d to %d of %q", r.Words, r.Start, r.End, field)
				}
				if utf8.ValidString(field) && !utf8.ValidString(r.Words) {
					t.Fatalf("%q cuts a character in two", r.Words)
				}
				if r.Clause == last.Clause && r.InHeading == last.InHeading && r.Start < last.End {
					t.Fatalf("%q and %q overlap", last.Words, r.Words)
				}
				if r.Leads && (r.Target.Clause < 0 || r.Target.Clause >= len(anchors)) {
					t.Fatalf("%q leads to clause %d of %d", r.Words, r.Target.Clause, len(anchors))
				}
				last = r
			}
		}
	})
}
