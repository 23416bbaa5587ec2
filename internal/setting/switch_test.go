package setting_test

import (
	"testing"

	"kagami/internal/setting"
)

func TestASwitchIsYesOrNo(t *testing.T) {
	t.Parallel()
	s := setting.NewSwitch("sample.switch", "見本", "見本です。", false)
	for typed, want := range map[string]bool{"はい": true, " はい ": true, "いいえ": false} {
		kept, problem := s.Fold(typed)
		if problem != "" || s.On(setting.NewValues(map[string]string{"sample.switch": kept}), today) != want || s.Show(kept) == "" {
			t.Errorf("%q: %q, %s", typed, kept, problem)
		}
	}
	for _, typed := range []string{"", "yes", "はいはい", "1"} {
		if kept, problem := s.Fold(typed); problem == "" {
			t.Errorf("%q is taken as %q", typed, kept)
		}
	}
	if s.On(setting.Values{}, today) {
		t.Error("it is on where nothing is set")
	}
}

func TestATextIsOneLine(t *testing.T) {
	t.Parallel()
	s := setting.NewText("sample.text", "見本", "見本です。", "はじめの文", 5)
	for typed, want := range map[string]string{" 新しい文 ": "新しい文", "五字の文だ": "五字の文だ"} {
		if kept, problem := s.Fold(typed); problem != "" || s.On(setting.NewValues(map[string]string{"sample.text": kept}), today) != want {
			t.Errorf("%q: %q, %s", typed, kept, problem)
		}
	}
	for _, typed := range []string{"", "  ", "六字である文", "二\n行"} {
		if kept, problem := s.Fold(typed); problem == "" {
			t.Errorf("%q is taken as %q", typed, kept)
		}
	}
	if got := s.On(setting.Values{}, today); got != "はじめの文" {
		t.Errorf("where nothing is set it is %q", got)
	}
}
