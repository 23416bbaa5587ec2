package name_test

import (
	"testing"

	"kagami/internal/violation/name"
)

func TestNamesAreMaskedHoweverTheyAreSpelled(t *testing.T) {
	t.Parallel()
	m := name.NewMask()
	m.Let(1, 1, "見本 竹子")
	m.Let(2, 1, "見本 松子")
	if got := m.Of(1, "見本 竹子") + m.Of(2, "例示 松子") + m.Of(3, "例題 梅子") + m.Of(2, "例示 松子") + m.Of(0, "自動"); got != "見本 竹子職員2職員3職員2自動" {
		t.Errorf("they are called %s", got)
	}
	const text = "例示松子さんと例題　梅子さん、例題さんが、見本竹子さんに話した。"
	if got := m.Replace(text); got != "職員2さんと職員3さん、職員3さんが、見本竹子さんに話した。" {
		t.Errorf("the text reads %s", got)
	}
}

func TestAHiddenNameLeavesNothing(t *testing.T) {
	t.Parallel()
	if got := name.Hide("例示 松子が不在のため、例示さんの代わりに。", []string{"例示 松子"}); got != "〇〇が不在のため、〇〇さんの代わりに。" {
		t.Errorf("the text reads %s", got)
	}
}
