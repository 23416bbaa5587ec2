package publish_test

import (
	"strings"
	"testing"

	"kagami/internal/policy/outline"
	"kagami/internal/policy/publish"
)

func TestWhatAMinorRevisionShouldLeaveAlone(t *testing.T) {
	t.Parallel()
	const old = "【文書】見本\n1．　目的\n　守ることを目的とする。\n2．　定義\n　言葉の意味をいう。\n3．　適用範囲\n　（1）　行政機関の範囲\n　　町長部局とする。\n7．　対策\n　（1）　組織体制\n　　体制を作る。\n"
	for name, c := range map[string]struct{ from, to, want string }{
		"nothing":          {"", "", ""},
		"a definition":     {"言葉の意味", "語の意味", ""},
		"the purpose":      {"守ることを目的", "守り抜くことを目的", "目的：1 目的"},
		"inside the scope": {"町長部局", "町長部局及び議会", "対象範囲：3 適用範囲"},
		"the organization": {"体制を作る", "体制を整える", "組織体制：7(1) 組織体制"},
		"gone":             {"1．　目的\n　守ることを目的とする。\n", "", "目的：1 目的（削除）"},
		"moved only":       {"2．　定義\n　言葉の意味をいう。\n3．　適用範囲", "2．　適用範囲", ""},
		"sanctions, new":   {"　体制を作る。\n", "　体制を作る。\n8．　違反への対応\n　処分する。\n", "懲戒・違反：8 違反への対応"},
	} {
		if !strings.Contains(old, c.from) {
			t.Fatalf("%s: nothing to change", name)
		}
		var got []string
		for _, touched := range publish.Weighty(outline.Read(old, nil), outline.Read(strings.Replace(old, c.from, c.to, 1), nil)) {
			got = append(got, touched.String())
		}
		if strings.Join(got, "、") != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if touched := publish.Weighty(nil, outline.Read(old, nil)); touched != nil {
		t.Errorf("of a first text: %v", touched)
	}
}
