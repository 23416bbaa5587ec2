package outline_test

import (
	"strings"
	"testing"

	"kagami/internal/policy/outline"
)

// 基本方針 3: the five threats of the town's policy.
func TestThreatsAreTheItemsOfTheirArticle(t *testing.T) {
	threats := outline.Read(decodeFile(t, townsPolicy), nil).Threats()
	if len(threats) != 5 {
		t.Fatalf("%d threats: %+v", len(threats), threats)
	}
	for i, want := range []string{"不正アクセス", "情報資産の無断持ち出し", "地震、落雷、火災", "大規模・広範囲", "電力供給の途絶"} {
		threat := threats[i]
		if said := threat.Heading + threat.Text; !strings.HasPrefix(said, want) {
			t.Errorf("%s says %s", threat.Citation, said)
		}
	}
	if first := threats[0]; first.Anchor != "3-1" || first.Citation != "3(1)" {
		t.Errorf("the first is %s at #%s", first.Citation, first.Anchor)
	}
}

func TestATextWithoutThatArticleNamesNoThreats(t *testing.T) {
	if threats := outline.Read("第1条　脅威に備える。\n(1) 地震\n", nil).Threats(); len(threats) != 0 {
		t.Errorf("%+v", threats)
	}
}
